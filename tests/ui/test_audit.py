"""The audit browser and the replay: found, verified and walked through, by keys and mouse, never mistaken for now."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from string import ascii_lowercase, digits
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static
from ui.bench_live import CRAMP, Desk, loaded

from helpers.mistakes import Sitting, five_mistakes
from nmes.core.measurement import Who
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.verdicts import SessionVerdict
from nmes.record.verify import Damaged
from nmes.runtime.records import Chain, chain_of
from nmes.ui.flow import Stage
from nmes.ui.screens.audit import AuditScreen
from nmes.ui.screens.record_screen import RecordBanner
from nmes.ui.screens.replay import ReplayScreen
from nmes.ui.time_rows import LABEL
from nmes.ui.widgets.stop_bar import StopBar
from nmes.ui.widgets.time_axis import TimeAxis


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions of the simulator: the five mistakes, and one that has no end."""
    folder = tmp_path_factory.mktemp("home")
    five_mistakes(folder)
    Sitting(folder).interrupted()
    return folder


def desk_of(home: Path, **more: Any) -> Desk:
    return Desk(home, **{"chain": lambda kind: chain_of(home, kind), **more})


async def opened(desk: Desk, pilot: Pilot[None], *keys: str) -> None:
    await pilot.press("f10")
    await settled(desk, pilot)  # the records are listed in a thread: until then there is nothing to choose
    await pilot.press(*keys)
    await settled(desk, pilot)


async def settled(desk: Desk, pilot: Pilot[None]) -> None:
    await desk.app.workers.wait_for_complete()
    await pilot.pause()


def said(desk: Desk, selector: str) -> str:
    return str(desk.app.screen.query_one(selector, Static).content)


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.campaign)])
async def test_a_session_is_found_verified_and_walked_through(home: Path, size: tuple[int, int]) -> None:
    desk = desk_of(home)
    async with desk.at(Stage.HOME, size=size) as pilot:
        await opened(desk, pilot)
        audit = desk.app.screen
        assert isinstance(audit, AuditScreen)
        assert audit.query_one(OptionList).option_count == 2
        assert said(desk, "#audit-verdict").startswith("NOT CLOSED")
        assert "Not verified yet" in said(desk, "#audit-verdict")
        await pilot.press("slash", *"ended p-017", "enter", "f4")
        await settled(desk, pilot)
        assert audit.query_one(OptionList).option_count == 1
        assert "✓ Verified" in said(desk, "#audit-verdict")
        await pilot.press("enter")
        await settled(desk, pilot)
        replay = desk.app.screen
        assert isinstance(replay, ReplayScreen)
        await pilot.press("down", "down", "down")
        assert "WRONG PATIENT" in said(desk, "#replay-happened")
        assert said(desk, "#replay-then").startswith("Then: ○ PLACING")
        assert_whole(desk, size)
        await pilot.press("escape")
        assert desk.app.screen is audit
        assert_whole(desk, size)
        await pilot.press("escape")
        assert desk.app.screen is desk.app.step


def assert_whole(desk: Desk, size: tuple[int, int]) -> None:
    """Everything is inside the window, the banner at its top, the STOP bar at its bottom, the footer not cut."""
    screen, text = desk.app.screen, desk.text()
    bar = screen.query_one(StopBar).region
    assert (bar.width, bar.height, bar.bottom) == (size[0], 3, size[1])
    assert "RECORD: this is past" in text.split("\n")[0]
    assert "F1 help" in text
    regions = [widget.region for widget in screen.query("#body > *") if widget.display]
    assert all(above.bottom <= below.y for above, below in pairwise(regions))
    assert all(region.height > 0 for region in regions)


@pytest.mark.thorough
async def test_the_cursor_keys_go_from_event_to_event_and_the_mouse_to_a_time(home: Path) -> None:
    desk = desk_of(home)
    async with desk.at(Stage.HOME) as pilot:
        await opened(desk, pilot, "down", "enter")
        await settled(desk, pilot)
        replay = desk.app.screen
        assert isinstance(replay, ReplayScreen)
        last = len(replay.replay.moments) - 1
        await pilot.press("left")
        assert replay.index == 0
        await pilot.press("right", "right")
        assert replay.index == 2
        await pilot.press("end", "right", "z")
        assert replay.index == last
        assert said(desk, "TimeAxis").split()[-1] == "1:03"
        await pilot.press("up")
        assert replay.replay.moments[replay.index].important
        await pilot.press("home", "z", "pagedown")
        assert replay.index == 0
        axis = replay.query_one(TimeAxis)
        await pilot.click(TimeAxis, offset=(1 + LABEL + (axis.content_size.width - LABEL) // 2, 1))
        half_ms = replay.replay.story.end_ms // 2
        assert abs(replay.replay.moments[replay.index].at.t_ms - half_ms) < half_ms // 2


@pytest.mark.thorough
async def test_no_key_of_a_record_reaches_a_session(home: Path, tmp_path: Path) -> None:
    """Over a session that is over: nothing is posted, and its View is not shown on the record."""
    desk = desk_of(tmp_path, chain=lambda kind: chain_of(home, kind))
    async with desk.at(Stage.HOME) as pilot:
        desk.have(loaded(CRAMP), Who("P-999", "right"))
        desk.bring(Stage.SUMMARY)
        await desk.see(pilot)
        await settled(desk, pilot)
        before = list(desk.live.posted)
        await opened(desk, pilot, "down", "enter")
        await settled(desk, pilot)
        assert isinstance(desk.app.screen, ReplayScreen)
        for key in (
            *"+-",
            *ascii_lowercase,
            *digits,
            "space",
            "enter",
            "tab",
            *(f"f{n}" for n in (1, 2, 4, 5, 6, 8, 9)),
        ):
            await pilot.press(key)
            if not isinstance(desk.app.screen, ReplayScreen):  # what it opened, such as the help
                await pilot.press("f1")
        await settled(desk, pilot)
        await desk.resize(pilot, 120, 40)
        assert desk.live.posted == before
        assert "P-017" in desk.text()
        assert "P-999" not in desk.text(), "the session that lies under it is another patient's"
        assert desk.app.screen.query_one(RecordBanner).region.y == 0
        await pilot.press("f12")
        await pilot.click(StopBar)
        assert len(desk.live.stops) >= 2, "STOP is heard on every screen"


@pytest.mark.campaign
async def test_records_are_not_opened_over_a_live_session(home: Path, tmp_path: Path) -> None:
    desk = desk_of(tmp_path, chain=lambda kind: chain_of(home, kind))
    async with desk.at(Stage.PLACE) as pilot:
        await opened(desk, pilot)
        assert desk.app.screen is desk.app.step


@pytest.mark.thorough
async def test_a_chain_is_verified_in_a_thread_and_each_bad_session_is_named(home: Path, tmp_path: Path) -> None:
    (tmp_path / "simulation").mkdir()
    for path in (home / "simulation").glob("*.jsonl"):
        changed = path.read_bytes().replace(b'"wanted","P-017"', b'"wanted","P-071"')
        (tmp_path / "simulation" / path.name).write_bytes(changed)
    for path in (*(home / "simulation").glob("*.texts"), *(home / "keys").glob("*.pub")):
        (tmp_path / path.parent.name).mkdir(exist_ok=True)
        (tmp_path / path.parent.name / path.name).write_bytes(path.read_bytes())
    threads: set[str] = set()

    def verified() -> Iterator[SessionVerdict]:
        for one in chain_of(tmp_path, Kind.SIMULATION).verify_all():
            threads.add(threading.current_thread().name)
            yield one

    watched = replace(chain_of(tmp_path, Kind.SIMULATION), verify_all=verified)
    desk = desk_of(tmp_path, chain=lambda _kind: watched)
    async with desk.at(Stage.HOME) as pilot:
        await opened(desk, pilot, "f5")
        await settled(desk, pilot)
        assert "✖ 1 record is NOT INTACT." in said(desk, "#note")
        await pilot.press("down")
        assert "✖ DAMAGED at entry 10" in said(desk, "#audit-verdict")
        rows = desk.app.screen.query_one(OptionList)
        assert [str(rows.get_option_at_index(at).prompt)[0] for at in (0, 1)] == ["?", "✖"], "interrupted"
        assert threading.main_thread().name not in threads
        assert isinstance(watched.verify(watched.sessions()[1]).verdict, Damaged)


@pytest.mark.thorough
async def test_what_is_verified_before_the_list_is_there_does_not_keep_the_list_away(home: Path) -> None:
    may_list = threading.Event()

    def slow(kind: Kind) -> Chain:
        chain = chain_of(home, kind)
        return replace(chain, sessions=lambda: (may_list.wait(30), chain.sessions())[1])

    desk = desk_of(home, chain=slow)
    async with desk.at(Stage.HOME) as pilot:
        await pilot.press("f10")
        await pilot.pause()
        await pilot.press("escape", "f10")  # its list waits until the one that was left behind is read
        await pilot.pause()
        await pilot.press("f5")
        await pilot.pause()
        may_list.set()
        await settled(desk, pilot)
        assert desk.app.screen.query_one(OptionList).option_count == 2


@pytest.mark.campaign
async def test_the_other_chain_is_one_key_away_and_may_be_empty(home: Path) -> None:
    desk = desk_of(home)
    async with desk.at(Stage.HOME) as pilot:
        await opened(desk, pilot, "f6")
        await settled(desk, pilot)
        assert "Records of patients" in desk.text()
        assert said(desk, "#audit-verdict") == "No session is on record here."
        await pilot.press("enter", "f2", "f4", "f7")
        await settled(desk, pilot)
        assert isinstance(desk.app.screen, AuditScreen)


@pytest.mark.thorough
async def test_what_cannot_be_read_is_one_line(home: Path) -> None:
    def broken(*_anything: object) -> Any:
        raise RecordError("the records \x1b[31m cannot be read")

    def breaks_off() -> Iterator[SessionVerdict]:
        yield next(chain_of(home, Kind.SIMULATION).verify_all())
        broken()

    listed = chain_of(home, Kind.SIMULATION).sessions()
    chains = iter([Chain(Kind.SIMULATION, broken), Chain(Kind.SIMULATION, lambda: listed, broken, breaks_off, broken)])
    desk = desk_of(home, chain=lambda _kind: next(chains), write_report=broken)
    async with desk.at(Stage.HOME) as pilot:
        await opened(desk, pilot)
        assert said(desk, "#note") == "! the records \ufffd[31m cannot be read"
        await pilot.press("escape")
        await opened(desk, pilot)
        for key in ("f4", "f5", "f2", "f7"):
            desk.app.screen.query_one("#note", Static).update("")
            await pilot.press(key)
            await settled(desk, pilot)
            assert "cannot be read" in said(desk, "#note"), key
        assert isinstance(desk.app.screen, AuditScreen)


@pytest.mark.campaign
async def test_a_filter_that_fits_nothing_says_so(home: Path) -> None:
    desk = desk_of(home)
    async with desk.at(Stage.HOME) as pilot:
        await opened(desk, pilot, "slash", *"nobody", "f2")
        assert said(desk, "#audit-verdict") == "No session fits the filter."
        desk.app.screen.query_one(Input).value = ""
        await pilot.pause()
        assert desk.app.screen.query_one(OptionList).option_count == 2


@pytest.mark.thorough
async def test_a_report_is_written_in_a_thread_and_stop_waits_for_none(home: Path, tmp_path: Path) -> None:
    """A renderer that takes as long as it likes: keys, STOP and the heartbeat go on."""
    begun, may_end = threading.Event(), threading.Event()
    target = tmp_path / "report.html"

    def slow(session: str) -> Path:
        begun.set()
        assert may_end.wait(30)
        target.write_text(session)
        return target

    desk = desk_of(tmp_path, chain=lambda kind: chain_of(home, kind), write_report=slow)
    async with desk.at(Stage.SUMMARY) as pilot:
        await settled(desk, pilot)
        await pilot.press("f10")
        await settled(desk, pilot)
        await pilot.press("f7")
        assert begun.wait(30)
        stops, beats = len(desk.live.stops), desk.live.beats
        await pilot.press("f12")
        desk.app.beat()
        assert len(desk.live.stops) == stops + 1, "heard while the report is being written"
        assert desk.live.beats > beats
        assert not target.exists()
        may_end.set()
        await settled(desk, pilot)
        assert str(target)[:20] in desk.text()


@pytest.mark.campaign
async def test_a_small_window_shows_the_essentials_and_the_stop_bar(home: Path) -> None:
    desk = desk_of(home)
    async with desk.at(Stage.HOME) as pilot:
        await opened(desk, pilot, "down", "enter")
        await settled(desk, pilot)
        await desk.resize(pilot, 20, 5)
        assert desk.app.screen.query_one(StopBar).region.height == 3
        await desk.resize(pilot, 80, 24)
        assert_whole(desk, (80, 24))
