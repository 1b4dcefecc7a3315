"""Lists in a window that leaves them no room: nothing fails, and nothing is chosen that nobody sees."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.command import CommandList
from textual.widgets import Input, OptionList
from ui.bench_live import Desk
from ui.resizing import resize

from nmes.ui.flow import Stage
from nmes.ui.screens.windows import Palette
from nmes.ui.widgets.rows import Rows


class Bare(App[None]):
    """A list of no height."""

    CSS = "OptionList { height: 0; border: none; }"

    def __init__(self, rows: OptionList) -> None:
        super().__init__()
        self.rows = rows

    def compose(self) -> ComposeResult:
        yield self.rows


async def test_textual_s_own_list_cannot_be_paged_without_a_height_and_ours_can() -> None:
    theirs = Bare(OptionList("one", "two"))
    async with theirs.run_test():
        theirs.rows.highlighted = 0
        with pytest.raises(KeyError):
            theirs.rows.action_page_down()  # type: ignore[no-untyped-call]  # Textual's
    ours = Bare(Rows("one", "two"))
    async with ours.run_test():
        ours.rows.highlighted = 0
        ours.rows.action_page_down()  # type: ignore[no-untyped-call]  # Textual's
        ours.rows.action_page_up()  # type: ignore[no-untyped-call]  # Textual's
        assert ours.rows.highlighted == 0


@pytest.mark.thorough
async def test_paging_the_commands_in_a_window_too_small_for_them_ends_nothing(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("ctrl+p")
        await resize(pilot, 10, 3)
        await pilot.pause()
        rows = desk.app.screen.query_one(CommandList)
        before = rows.highlighted
        for key in ("pagedown", "pageup", "enter"):
            pilot.app.post_message(events.Key(key, None))
            await pilot.pause()
        assert isinstance(desk.app.screen, Palette)
        assert desk.app.failure is None
        assert rows.highlighted == before
        assert desk.live.stops == []


@pytest.mark.thorough
async def test_what_is_typed_faster_than_the_list_of_commands_closes_runs_once_and_takes_no_step_away(
    desk: Desk,
) -> None:
    """Textual's own hears the second Enter after it has closed: it took the step away, then the app with it."""
    async with desk.at(Stage.TITRATE) as pilot:
        for keys in (("enter", "enter"), ("enter", "escape"), ("a", "enter", "enter", "b"), ("escape", "x")):
            step = desk.app.screen
            await pilot.press("ctrl+p")
            await pilot.pause()
            palette = desk.app.screen
            assert isinstance(palette, Palette)
            stops = len(desk.live.stops)
            palette.query_one(CommandList).highlighted = 0
            for key in keys:
                pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
            await pilot.pause()
            await pilot.pause()
            assert desk.app.failure is None
            assert desk.app.step in desk.app.screen_stack, keys
            assert len(desk.live.stops) - stops <= 2
            if desk.app.screen is not step:
                desk.app.screen.dismiss()
                await pilot.pause()


@pytest.mark.thorough
async def test_a_search_that_begins_while_the_list_of_commands_is_taken_down_fails_nothing(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        palette = desk.app.screen
        typed = palette.query_one(Input)
        palette.dismiss()
        await palette.query(CommandList).remove()
        palette.post_message(Input.Changed(typed, "a"))
        await asyncio.sleep(0)
        await pilot.pause()
        assert desk.app.failure is None
        assert desk.app.screen is desk.app.step
