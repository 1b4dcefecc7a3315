"""Which page of a screen is shown, of a few: one row, told by marks and not by colour; a click takes a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textual import events
from textual.message import Message
from textual.widgets import Static

_BETWEEN = "  "


class PageBar(Static):
    """`titles` by the name of the page, in their order."""

    DEFAULT_CSS = "PageBar { height: 1; padding: 0 1; background: $boost; text-style: bold; text-wrap: nowrap; }"

    @dataclass
    class Picked(Message):
        """This page was clicked."""

        page: str

    def __init__(self, titles: Mapping[str, str], page: str) -> None:
        self._titles, self.page = dict(titles), page
        super().__init__(self.line(), markup=False)

    def line(self) -> str:
        """`▸Plan◂   Outcomes   Diary `."""
        return _BETWEEN.join(text for _name, text in self._parts())

    def _parts(self) -> Iterator[tuple[str, str]]:
        for name, title in self._titles.items():
            yield name, f"▸{title}◂" if name == self.page else f" {title} "

    def turn(self, by: int) -> str:
        """The page before or after; it does not go round."""
        names = list(self._titles)
        return names[max(0, min(names.index(self.page) + by, len(names) - 1))]

    def show(self, page: str) -> None:
        self.page = page
        self.update(self.line())

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset_capture(self).x
        for name, text in self._parts():
            if 0 <= at < len(text):
                self.post_message(PageBar.Picked(name))
                return
            at -= len(text) + len(_BETWEEN)
