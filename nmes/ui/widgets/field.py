"""A text field with its label beside it: a placeholder is gone as soon as something is typed, and its question too."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from nmes.ui.names import named


class NameInput(Input):
    """A name: typed, or the number of one of `therapists`, which becomes the name when the field is left."""

    therapists: Sequence[str] = ()

    @property
    def meant(self) -> str:
        return named(self.value, self.therapists)

    def settle(self) -> None:
        """The number that was typed becomes the name it stands for: nothing has changed by that."""
        if self.meant != self.value.strip():
            with self.prevent(Input.Changed):
                self.value = self.meant

    def on_blur(self) -> None:
        self.settle()


class Field(Horizontal):
    """`label` and an input of this id; `of_name`: a name is asked for."""

    DEFAULT_CSS = """
    Field { height: 1; width: 1fr; }
    Field .label { width: auto; padding: 0 1; color: $text-muted; }
    Field Input { width: 1fr; }
    Field:focus-within .label { text-style: bold reverse; color: $text; }
    """

    def __init__(
        self, name: str, label: str, *, value: str = "", of_name: bool = False, disabled: bool = False
    ) -> None:
        super().__init__(id=f"{name}-field")
        make = NameInput if of_name else Input
        self._input = make(value, id=name, compact=True, disabled=disabled)
        self._label = Static(label, classes="label", markup=False)

    def compose(self) -> ComposeResult:
        yield self._label
        yield self._input

    def relabel(self, label: str) -> None:
        self._label.update(label)
