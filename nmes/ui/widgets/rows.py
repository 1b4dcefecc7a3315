"""A list of rows that can be paged in a window of any size.

Apart from Textual's own, which pages by its height and fails where a small window has left it none.
"""

from __future__ import annotations

from textual.widgets import OptionList


def has_room(rows: OptionList) -> bool:
    """Whether any of it is seen: without that a page has no length, and nobody sees what is highlighted."""
    return bool(rows.scrollable_content_region)


class Rows(OptionList):
    """All our lists. A page that reaches a heading leaves no row unmarked: keys that answer a row would be dead.

    Law: no list goes round: a digit that is meant for the last row would else answer the first one. And the row in hand
    stays in sight, as much of it as fits, also when the list becomes smaller, as where a field opens below it.
    """

    def on_resize(self) -> None:
        self.call_after_refresh(self.scroll_to_highlight)

    def action_cursor_down(self) -> None:
        before = self.highlighted
        super().action_cursor_down()
        if before is not None and self.highlighted is not None and self.highlighted < before:
            self.highlighted = before

    def action_cursor_up(self) -> None:
        before = self.highlighted
        super().action_cursor_up()
        if before is not None and self.highlighted is not None and self.highlighted > before:
            self.highlighted = before

    def action_page_up(self) -> None:
        if has_room(self):
            super().action_page_up()  # type: ignore[no-untyped-call]  # Textual does not say what it returns
            if self.highlighted is None:  # a heading stands above the first row
                self.action_first()

    def action_page_down(self) -> None:
        if has_room(self):
            super().action_page_down()  # type: ignore[no-untyped-call]  # Textual does not say what it returns
            if self.highlighted is None:
                self.action_last()
