"""A number that is read from across the room: three rows of digits with its label above and its unit beside it."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Digits, Static

from nmes.ui.widgets.step_buttons import StepButtons


class Readout(Vertical):
    """Digits with a label and a unit, and + and - beside them if wanted; repainted only when they change."""

    DEFAULT_CSS = """
    Readout { height: 5; width: 1fr; }
    Readout Horizontal { height: 4; }
    Readout .label {
        height: 1; width: 1fr; padding-right: 1; color: $text-muted; text-wrap: nowrap; text-overflow: ellipsis;
    }
    Readout Digits { width: auto; min-width: 4; }
    Readout .unit { height: 3; width: 1fr; padding-left: 1; content-align: left bottom; }
    """

    def __init__(self, unit: str, *, id: str, buttons: bool = False) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._unit, self._buttons = unit, buttons
        self._shown: tuple[str, str, str] = ("", "", "")

    def compose(self) -> ComposeResult:
        yield Static("", classes="label", markup=False)
        with Horizontal():
            yield Digits("")
            yield Static(self._unit, classes="unit", markup=False)
            if self._buttons:
                yield StepButtons()

    def show(self, label: str, value: str, unit: str | None = None) -> None:
        """The label, the digits, and another unit if it changes."""
        wanted = (label, value, self._unit if unit is None else unit)
        if wanted == self._shown:
            return
        self._shown = wanted
        self.query_one(".label", Static).update(label)
        self.query_one(Digits).update(value)
        self.query_one(".unit", Static).update(wanted[2])
