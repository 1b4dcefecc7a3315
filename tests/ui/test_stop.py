"""STOP is heard on every screen, in every window, with any focus, by key and by mouse."""

from __future__ import annotations

import pytest
from textual.widgets import Input
from ui.bench_live import Desk

from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.ui.flow import Stage
from nmes.ui.screens.windows import Ask, Help, Palette
from nmes.ui.widgets.stop_bar import StopBar

WITH_SESSION = [stage for stage in Stage if stage is not Stage.CHOOSE]
STOP_KEYS = ["f12", "ctrl+c", "escape"]
WINDOWS = [("ctrl+p", Palette), ("f1", Help), ("e", Ask)]
BAR = (0, 21, 80, 3)


@pytest.mark.parametrize("stage", WITH_SESSION)
async def test_every_stop_key_and_the_mouse_stop_on_every_screen(desk: Desk, stage: Stage) -> None:
    async with desk.at(stage) as pilot:
        live, bar = desk.live, pilot.app.screen.query_one(StopBar)
        assert tuple(bar.region) == BAR
        await pilot.mouse_down(offset=(40, 22))
        assert [source for source, _ in live.stops] == ["mouse"]
        for number, key in enumerate(STOP_KEYS, start=2):
            await pilot.press(key)
            assert [source for source, _ in live.stops][1:] == ["key"] * (number - 1)


@pytest.mark.parametrize("stage", [Stage.TITRATE, Stage.RUN])
async def test_space_stops_where_current_can_flow(desk: Desk, stage: Stage) -> None:
    async with desk.at(stage) as pilot:
        assert not pilot.app.screen.query(Input), "a text field would swallow Space"
        await pilot.press("space")
        assert [source for source, _ in desk.live.stops] == ["key"]


async def test_a_stop_in_the_treatment_silences_the_skin_and_is_shown(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        desk.live.run(200)
        assert desk.live.skin_ua() == 2_000
        stopped_us = desk.live.bench.clock.now_us
        await pilot.press("f12")
        desk.live.run(3_000)
        await desk.see(pilot)
        assert desk.live.last_pulse_us() <= stopped_us
        assert desk.live.view.output is Output.OFF
        assert "■ STOPPED" in desk.text()
        assert "STOP was pressed." in desk.text()


async def test_stop_keys_work_with_a_text_field_focused(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        field = pilot.app.screen.query_one("#by", Input)
        for number, key in enumerate(STOP_KEYS, start=1):
            field.focus()
            await pilot.press("a", key)
            assert field.value == "a" * number, "the field had the focus"
            assert [source for source, _ in desk.live.stops] == ["key"] * number


@pytest.mark.parametrize(("opens", "window"), WINDOWS)
async def test_every_stop_key_and_the_mouse_stop_in_every_window(desk: Desk, opens: str, window: type) -> None:
    async with desk.at(Stage.RUN) as pilot:
        screen = pilot.app.screen
        await pilot.press(opens)
        await pilot.pause()
        assert isinstance(pilot.app.screen, window)
        assert tuple(pilot.app.screen.query_one(StopBar).region) == BAR
        for number, key in enumerate(STOP_KEYS, start=1):
            if number == len(STOP_KEYS):
                await pilot.mouse_down(offset=(40, 22))
                assert desk.live.stops[-1][0] == "mouse"
            await pilot.press(key)
            assert desk.live.stops[-1][0] == "key"
            if number == 1:
                desk.live.run(300)
                await desk.see(pilot)
                await pilot.pause(0.1)
                assert "■ STOPPED" in desk.text(), "a window leaves the state in sight, and it lives"
        await pilot.pause()
        assert pilot.app.screen is screen, "Esc closes what is open as well"


async def test_stop_from_the_list_of_commands(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"stop all")
        await pilot.app.workers.wait_for_complete()
        await pilot.press("enter")
        await pilot.pause()
        assert "palette" in {source for source, _ in desk.live.stops}


async def test_escape_before_anything_can_flow_stops_and_offers_to_leave(desk: Desk) -> None:
    async with desk.at(Stage.PLACE) as pilot:
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Ask)
        await pilot.press("n")
        await pilot.pause()
        assert desk.live.view.word is Word.PLACING
        await pilot.press("escape")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert desk.live.posted == [e.End()]
        assert desk.live.view.word is Word.ENDED


async def test_with_no_session_open_stop_keys_do_nothing(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        await pilot.press(*STOP_KEYS)
        assert pilot.app.is_running
        assert not desk.sessions


async def test_the_stop_bar_stays_whole_at_any_size(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        for width, height in [(120, 40), (79, 24), (80, 23), (20, 5), (200, 60), (80, 24)]:
            await desk.resize(pilot, width, height)
            assert "STOP ALL" in desk.text()
            bar = pilot.app.screen.query_one(StopBar)
            assert tuple(bar.region) == (0, height - 3, width, 3)
