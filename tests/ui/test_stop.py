"""STOP is heard on every screen, in every window, with any focus, by key and by mouse.

Every screen and window there is stands in a table here; one that is added and is not in it fails the first test.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.screen import ModalScreen, Screen
from textual.widgets import Input
from ui.bench_live import BEFORE_A_SESSION, Desk

from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.record.files import Kind
from nmes.runtime.replaying import replay_of
from nmes.ui.bindings import screen_classes
from nmes.ui.flow import Stage
from nmes.ui.screens.after import AfterScreen
from nmes.ui.screens.audit import AuditScreen
from nmes.ui.screens.bench import BenchWindow
from nmes.ui.screens.choose import ChooseScreen
from nmes.ui.screens.course import CourseScreen
from nmes.ui.screens.editor import EditorScreen
from nmes.ui.screens.entry import EntryScreen
from nmes.ui.screens.forces import Forces
from nmes.ui.screens.home import HomeScreen
from nmes.ui.screens.note import NoteScreen
from nmes.ui.screens.patient import PatientScreen
from nmes.ui.screens.place import PlaceScreen
from nmes.ui.screens.replay import ReplayScreen
from nmes.ui.screens.run import RunScreen
from nmes.ui.screens.screening import ScreeningScreen
from nmes.ui.screens.settings import SettingsScreen
from nmes.ui.screens.sign import SignScreen
from nmes.ui.screens.summary import SummaryScreen
from nmes.ui.screens.titrate import TitrateScreen
from nmes.ui.screens.windows import Ask, Help, InSpite, Palette
from nmes.ui.widgets.stop_bar import StopBar

STOP_KEYS = ["f12", "ctrl+c", "escape"]
BAR = (0, 21, 80, 3)
STEPS: dict[type, Stage] = {
    HomeScreen: Stage.HOME,
    PatientScreen: Stage.PATIENT,
    ChooseScreen: Stage.CHOOSE,
    ScreeningScreen: Stage.SCREENING,
    PlaceScreen: Stage.PLACE,
    TitrateScreen: Stage.TITRATE,
    RunScreen: Stage.RUN,
    AfterScreen: Stage.AFTER,
    SignScreen: Stage.SIGN,
    SummaryScreen: Stage.SUMMARY,
}
WINDOWS: dict[type, Callable[[], ModalScreen]] = {
    Ask: lambda: Ask("End?", "end", "go on"),
    Help: lambda: Help("keys"),
    InSpite: lambda: InSpite("Ada", ("YES: a pacemaker?",)),
    Palette: lambda: Palette(id="--command-palette"),
    Forces: lambda: Forces("calf"),
    NoteScreen: NoteScreen,
    BenchWindow: lambda: BenchWindow(lambda: None),
}
OVER: dict[type, Callable[[Desk], Screen]] = {
    AuditScreen: lambda desk: AuditScreen(desk.app.services),
    ReplayScreen: lambda desk: ReplayScreen(replay_of(desk.live.record, Kind.SIMULATION)),
}
"""Screens that are laid over a step; while they stand no session is open, or it is over."""
BEFORE: dict[type, tuple[Stage, str]] = {SettingsScreen: (Stage.HOME, "f9"), EditorScreen: (Stage.CHOOSE, "e")}
"""Screens that are opened from one step only, before there is a session, and by which key."""
OF_THE_COURSE: set[type] = {CourseScreen, EntryScreen}
"""Open only where a patient has a course: test_course.py has one, and hears every STOP on both."""


@pytest.fixture
def attended(tmp_path: Path) -> Desk:
    return Desk(tmp_path, attended=True)


def test_every_screen_and_window_stands_in_a_table_of_this_file() -> None:
    assert {*STEPS, *WINDOWS, *OVER, *BEFORE, *OF_THE_COURSE} == set(screen_classes())
    assert set(STEPS.values()) == set(Stage)
    assert all(issubclass(one, ModalScreen) for one in WINDOWS)


@pytest.mark.covers("SR-06")
@pytest.mark.parametrize("kind", [kind for kind in STEPS if STEPS[kind] not in BEFORE_A_SESSION])
async def test_every_stop_key_and_the_mouse_stop_on_every_screen(attended: Desk, kind: type) -> None:
    async with attended.at(STEPS[kind]) as pilot:
        assert type(pilot.app.screen) is kind
        if kind is ScreeningScreen:
            assert pilot.app.screen.query(Input), "text fields exist, but only before anything can flow"
        live, bar = attended.live, pilot.app.screen.query_one(StopBar)
        assert tuple(bar.region) == BAR
        await pilot.mouse_down(offset=(40, 22))
        assert [source for source, _ in live.stops] == ["mouse"]
        for number, key in enumerate(STOP_KEYS, start=2):
            await pilot.press(key)
            assert [source for source, _ in live.stops][1:] == ["key"] * (number - 1)


@pytest.mark.thorough
async def test_the_bar_is_there_before_a_session_and_nothing_happens(desk: Desk) -> None:
    async with desk.at(Stage.HOME) as pilot:
        for kind in (HomeScreen, PatientScreen, ChooseScreen):
            desk.app.to(STEPS[kind])
            await desk.see(pilot)
            assert type(pilot.app.screen) is kind
            assert tuple(pilot.app.screen.query_one(StopBar).region) == BAR
            await pilot.mouse_down(offset=(40, 22))
            await pilot.press(*STOP_KEYS)
            assert type(pilot.app.screen) is kind
        for kind, (stage, key) in BEFORE.items():
            desk.app.to(stage)
            await desk.see(pilot)
            await pilot.press(key)
            await pilot.pause()
            assert type(pilot.app.screen) is kind
            assert tuple(pilot.app.screen.query_one(StopBar).region) == BAR
            await pilot.press("f12", "escape")
            await pilot.pause()
            assert pilot.app.screen is desk.app.step
        assert pilot.app.is_running
        assert not desk.sessions


@pytest.mark.thorough
async def test_the_bar_is_there_on_what_is_laid_over_a_step_and_escape_leaves_it(desk: Desk) -> None:
    async with desk.at(Stage.SUMMARY) as pilot:
        await pilot.app.workers.wait_for_complete()
        summary = pilot.app.screen
        for kind, make in OVER.items():
            desk.app.lay_over(make(desk))
            await pilot.pause()
            await pilot.app.workers.wait_for_complete()
            assert type(pilot.app.screen) is kind
            assert tuple(pilot.app.screen.query_one(StopBar).region) == BAR
            before = len(desk.live.stops)
            await pilot.press("f12", "ctrl+c")
            await pilot.mouse_down(offset=(40, 22))
            await pilot.press("escape")
            assert [source for source, _ in desk.live.stops[before:]] == ["key", "key", "mouse", "key"]
            await pilot.pause()
            assert pilot.app.screen is summary, f"Esc leaves {kind.__name__}"


async def test_every_stop_key_and_the_mouse_stop_in_every_window(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        screen = pilot.app.screen
        for kind, make in WINDOWS.items():
            pilot.app.push_screen(make())
            await _stops_in(desk, pilot, kind)
            await pilot.pause()
            assert pilot.app.screen is screen, f"Esc closes {kind.__name__} as well"


@pytest.mark.thorough
@pytest.mark.parametrize("kind", [Ask, Help, BenchWindow])
async def test_space_stops_in_a_window_over_a_step_on_which_it_stops_and_the_bar_says_so(
    desk: Desk, kind: type
) -> None:
    async with desk.at(Stage.RUN) as pilot:
        pilot.app.push_screen(WINDOWS[kind]())
        await pilot.pause()
        assert type(pilot.app.screen) is kind
        assert "Space   Esc   F12" in str(pilot.app.screen.query_one(StopBar).render())
        before = len(desk.live.stops)
        await pilot.press("space")
        assert [source for source, _ in desk.live.stops[before:]] == ["key"]


@pytest.mark.thorough
async def test_space_is_no_stop_in_a_window_over_a_step_of_text_fields(attended: Desk) -> None:
    async with attended.at(Stage.SCREENING) as pilot:
        pilot.app.push_screen(WINDOWS[Help]())
        await pilot.pause()
        assert "Space" not in str(pilot.app.screen.query_one(StopBar).render())
        await pilot.press("space")
        assert attended.live.stops == []


@pytest.mark.thorough
async def test_space_is_a_letter_in_a_note(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        pilot.app.push_screen(NoteScreen())
        await pilot.pause()
        before = len(desk.live.stops)
        await pilot.press("a", "space", "b")
        assert pilot.app.screen.query_one(Input).value == "a b"
        assert len(desk.live.stops) == before


async def _stops_in(desk: Desk, pilot: Pilot[None], kind: type) -> None:
    await pilot.pause()
    assert type(pilot.app.screen) is kind
    assert tuple(pilot.app.screen.query_one(StopBar).region) == BAR
    before = len(desk.live.stops)
    await pilot.mouse_down(offset=(40, 22))
    desk.live.run(300)
    await desk.see(pilot)
    await pilot.pause(0.1)
    assert "■ STOPPED" in desk.text(), "a window leaves the state in sight, and it lives"
    await pilot.press(*STOP_KEYS)
    assert [source for source, _ in desk.live.stops[before:]] == ["mouse", "key", "key", "key"]


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("opens", "window"),
    [
        ("ctrl+p", Palette),
        pytest.param("f1", Help, marks=pytest.mark.campaign),
        pytest.param("e", Ask, marks=pytest.mark.campaign),
        ("n", NoteScreen),
    ],
)
async def test_what_a_key_opens_over_the_treatment_has_a_stop_bar(desk: Desk, opens: str, window: type) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press(opens)
        await pilot.pause()
        assert isinstance(pilot.app.screen, window)
        await pilot.press("f12")
        assert [source for source, _ in desk.live.stops] == ["key"]


@pytest.mark.thorough
async def test_space_stops_where_a_level_is_found(desk: Desk) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        assert not pilot.app.screen.query(Input), "a text field would swallow Space"
        await pilot.press("space")
        assert [source for source, _ in desk.live.stops] == ["key"]


async def test_space_in_the_treatment_silences_the_skin_and_is_shown(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        assert not pilot.app.screen.query(Input), "a text field would swallow Space"
        assert {*STOP_KEYS, "space"} <= set(pilot.app.screen.active_bindings), "Esc is slow: never the only STOP"
        desk.live.until(lambda view: view.word is Word.ON)
        desk.live.run(200)
        assert desk.live.skin_ua() == 2_000
        stopped_us = desk.live.bench.clock.now_us
        await pilot.press("space")
        assert [source for source, _ in desk.live.stops] == ["key"]
        desk.live.run(3_000)
        await desk.see(pilot)
        assert desk.live.last_pulse_us() <= stopped_us
        assert desk.live.view.output is Output.OFF
        assert "■ STOPPED" in desk.text()
        assert "STOP was pressed." in desk.text()


@pytest.mark.thorough
async def test_a_foot_switch_that_types_f12_is_the_patients_stop_and_nobodys_presence(tmp_path: Path) -> None:
    desk = Desk(tmp_path, patient_stop="f12")
    async with desk.at(Stage.RUN) as pilot:
        touched = desk.live.touches
        await pilot.press("f12")
        assert [source for source, _ in desk.live.stops] == ["patient"]
        assert desk.live.touches == touched
        await pilot.press("ctrl+c")
        assert [source for source, _ in desk.live.stops] == ["patient", "key"]
        assert desk.live.touches > touched


async def test_stop_keys_work_with_a_text_field_focused(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        field = pilot.app.screen.query_one("#by", Input)
        for number, key in enumerate(STOP_KEYS, start=1):
            field.focus()
            await pilot.press("a", key)
            assert field.value == "a" * number, "the field had the focus"
            assert [source for source, _ in desk.live.stops] == ["key"] * number


@pytest.mark.thorough
async def test_stop_from_the_list_of_commands(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        await pilot.press(*"stop all")
        await pilot.app.workers.wait_for_complete()
        await pilot.press("enter")
        await pilot.pause()
        assert "palette" in {source for source, _ in desk.live.stops}


@pytest.mark.thorough
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


@pytest.mark.thorough
@pytest.mark.parametrize(
    "sizes",
    [
        [(20, 5), (80, 23)],
        pytest.param([(120, 40), (79, 24), (20, 5), (200, 60), (80, 24)], marks=pytest.mark.campaign),
    ],
    ids=["small", "all"],
)
async def test_the_stop_bar_stays_whole_at_any_size(desk: Desk, sizes: list[tuple[int, int]]) -> None:
    async with desk.at(Stage.RUN) as pilot:
        for width, height in sizes:
            await desk.resize(pilot, width, height)
            assert "STOP ALL" in desk.text()
            bar = pilot.app.screen.query_one(StopBar)
            assert tuple(bar.region) == (0, height - 3, width, 3)
