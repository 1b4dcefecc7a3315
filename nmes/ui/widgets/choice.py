"""One of a few words, chosen by key or click: no list opens, so nothing is ever laid over the screen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Static

from nmes.language import _


class Choice(Static, can_focus=True):
    """`choices` are the values with their words; `unset` is one that is not offered once another is chosen. A click
    takes the next one.
    """

    DEFAULT_CSS = """
    Choice { height: 1; width: auto; padding: 0 1; }
    Choice:focus { text-style: bold reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,enter", "turn(1)", _("next"), show=False, id="choice.next"),
        Binding("left", "turn(-1)", _("before"), show=False, id="choice.before"),
    ]

    @dataclass
    class Changed(Message):
        """Another word was chosen."""

        choice: Choice
        value: str

        @property
        def control(self) -> Choice:
            return self.choice

    def __init__(
        self,
        choices: Mapping[str, str],
        value: str,
        *,
        id: str,  # noqa: A002 - Textual's own name
        unset: str | None = None,
    ) -> None:
        super().__init__(markup=False, id=id)
        self._choices, self.value, self._unset = dict(choices), value, unset

    def on_mount(self) -> None:
        self._show()

    def _show(self) -> None:
        self.update(f"◂ {self._choices[self.value]} ▸")

    def on_click(self) -> None:
        self.action_turn(1)

    def action_turn(self, step: int) -> None:
        values = [value for value in self._choices if value == self.value or value != self._unset]
        self.choose(values[(values.index(self.value) + step) % len(values)])

    def choose(self, value: str) -> None:
        """This one."""
        self.value = value
        self._show()
        self.post_message(Choice.Changed(self, self.value))
