"""Words that are told again with every View: drawn when they change, laid out anew when they need other rows."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.geometry import Region
from textual.widgets import Static

from nmes.ui.widgets.text import Text


class Watched(Text):
    """Tells how often it was to be drawn or laid out."""

    drawn = laid_out = 0

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Watched:
        self.drawn += 1
        self.laid_out += layout
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class Page(App[None]):
    """One that grows with its words, what stands below it, one that keeps its rows, and one as wide as its words."""

    CSS = "#fixed { height: 2; } #wide { width: auto; }"

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Watched("one", id="grows", markup=False)
            yield Static("below", id="below")
            yield Watched("", id="fixed", markup=False)
            yield Watched("wide", id="wide", markup=False)


@pytest.mark.parametrize(
    ("name", "words", "drawn", "laid_out"),
    [
        ("#grows", "one", False, False),
        ("#grows", "two", True, False),
        ("#grows", "two\nrows", True, True),
        ("#grows", "long " * 30, True, True),
        ("#fixed", "two\nrows", True, False),
        ("#wide", "wider than it was", True, True),
    ],
)
async def test_what_is_done_for_other_words(name: str, words: str, drawn: bool, laid_out: bool) -> None:
    app = Page()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = app.query_one(name, Watched)
        text.drawn = text.laid_out = 0
        text.update(words)
        assert (text.drawn > 0, text.laid_out > 0) == (drawn, laid_out)


async def test_what_stands_below_makes_room_and_comes_back() -> None:
    app = Page()
    async with app.run_test(size=(80, 24)) as pilot:
        text, below = app.query_one("#grows", Text), app.query_one("#below", Static)
        text.update("a\nb\nc")
        await pilot.pause()
        assert (text.size.height, below.region.y) == (3, 3)
        text.update("a")
        await pilot.pause()
        assert (text.size.height, below.region.y) == (1, 1)
        assert app.query_one("#wide", Text).size.width == len("wide")
        app.query_one("#wide", Text).update("wider than it was")
        await pilot.pause()
        assert app.query_one("#wide", Text).size.width == len("wider than it was")
