"""The list of questions: one key for each answer, and the question in hand marked by more than its colour."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList

HERE = "▸"


class Questions(OptionList):
    """Under their headings; y, n and u answer the highlighted one and go to the next. `current` is the marked one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "screen.answer('yes')", "yes", id="yes"),
        Binding("n", "screen.answer('no')", "no", id="no"),
        Binding("u", "screen.answer('unknown')", "unknown", id="unknown"),
        Binding("g", "screen.next_group", "next group", id="next_group"),
    ]
    current = ""

    @property
    def code(self) -> str | None:
        """The code of the highlighted question."""
        return None if self.highlighted is None else self.get_option_at_index(self.highlighted).id

    def choose(self, code: str) -> None:
        self.highlighted = self.get_option_index(code)

    def choose_first(self, code: str) -> None:
        """The first of a group, with its heading as the first line in sight."""
        self.choose(code)
        self.scroll_to_highlight(top=True)
        self.scroll_relative(y=-1, animate=False)
