"""The app is left, or a screen is, while something is still on its way: no session is nobody's, nothing is painted on a
screen that is no more, and the program ends well.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from ui.bench_live import BenchLive, Desk

from helpers.mistakes import Sitting
from nmes.core.measurement import NOBODY, Who
from nmes.record.files import Kind
from nmes.record.store import list_sessions
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary
from nmes.runtime.open import CannotStart
from nmes.runtime.records import chain_of
from nmes.ui.app import NmesApp
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen, Edit
from nmes.ui.screens.audit import AuditScreen
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.forces import Forces
from nmes.ui.screens.note import NoteScreen
from nmes.ui.screens.summary import SummaryScreen
from nmes.ui.threads import Asking, Newest

# --- while a session is being opened ---


class Opening:
    """A desk whose session takes its time to open, and is left meanwhile."""

    def __init__(self, home: Path) -> None:
        self.begun, self.may_open = threading.Event(), threading.Event()
        self.desk = Desk(home, open_session=self._open)

    def _open(self, one: Loaded, who: Who) -> BenchLive:
        self.begun.set()
        assert self.may_open.wait(30)
        return self.desk._open(one, who)

    async def left(self, leave: Callable[[NmesApp], object]) -> None:
        async def hands(pilot: Pilot[None]) -> None:
            await self.desk.choose(pilot)
            self.desk.app.post_message(Chosen(0, NOBODY))
            await asyncio.to_thread(self.begun.wait, 30)
            leave(self.desk.app)
            asyncio.get_running_loop().call_later(0.02, self.may_open.set)

        await self.desk.app.run_async(headless=True, size=(80, 24), auto_pilot=hands)


WAYS: dict[str, Callable[[NmesApp], object]] = {
    "quit": lambda app: app.call_later(app.action_quit),
    "signal": lambda app: app.stop_and_exit("SIGTERM", 143),
    "exit": lambda app: app.exit(),
}


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["quit", "signal", pytest.param("exit", marks=pytest.mark.campaign)])
async def test_a_session_that_is_still_opening_is_ended_as_soon_as_it_is_there(tmp_path: Path, way: str) -> None:
    opening = Opening(tmp_path)
    await opening.left(WAYS[way])
    live = opening.desk.live
    assert (live.done, live.finished) == (True, 1)
    assert [source for source, _ in live.stops] == ["quit"], "stopped before it is closed"
    assert "Closed" in repr(list_sessions(tmp_path, Kind.SIMULATION)[0].ending)
    assert (opening.desk.app.failure, opening.desk.app.return_code) == (None, 143 if way == "signal" else 0)


@pytest.mark.thorough
async def test_one_that_cannot_be_opened_holds_nobody_up(tmp_path: Path) -> None:
    opening = Opening(tmp_path)
    opening.desk.refuse = CannotStart("the port is used by another program")
    await opening.left(WAYS["quit"])
    assert (opening.desk.sessions, opening.desk.app.failure, opening.desk.app.return_code) == ([], None, 0)


# --- on a screen that is no more ---


@pytest.mark.thorough
async def test_what_comes_for_a_screen_that_is_no_more_is_painted_nowhere(desk: Desk) -> None:
    async with desk.at(Stage.HOME) as pilot:
        gone = desk.app.step
        assert gone is not None
        desk.app.enter(Stage.PATIENT)
        await pilot.pause()
        assert not gone.is_attached
        _all_said(gone)
        await pilot.press("f3")
        await desk.see(pilot)
        assert "too late" not in desk.text()


def _all_said(gone: StepScreen) -> None:
    gone.note("too late")
    gone.say("locked")
    gone.tell_missing("too late")
    gone.show_report("too late")


@pytest.mark.campaign
async def test_what_comes_for_a_summary_that_is_no_more_is_painted_nowhere(desk: Desk) -> None:
    async with desk.at(Stage.SUMMARY) as pilot:
        await pilot.app.workers.wait_for_complete()
        gone = desk.app.step
        assert isinstance(gone, SummaryScreen)
        await pilot.press("enter")
        await desk.see(pilot)
        assert desk.app.stage is Stage.HOME
        _all_said(gone)
        gone.show_record(Summary("000001-x", Path("x.jsonl"), 9, True, "too late"))


@pytest.mark.thorough
async def test_a_record_screen_that_is_no_more_gets_no_answer_and_tells_no_trouble(desk: Desk) -> None:
    def broken() -> str:
        raise OSError("the disk is gone")

    async with desk.at(Stage.HOME) as pilot:
        gone = AuditScreen(desk.app.services)
        await desk.app.push_screen(gone)
        assert await gone.asked(lambda: "whole", Newest()) == "whole"
        await pilot.press("escape")
        await pilot.pause()
        assert await gone.asked(lambda: "whole", Newest()) is None
        assert await gone.asked(broken, Newest()) is None


class AtOnce(Newest):
    """Answers in the loop, as soon as it may: at this very turn."""

    def __init__(self) -> None:
        super().__init__()
        self.may_answer = asyncio.Event()

    async def ask(self, question: Callable[[], Any]) -> Any:
        await self.may_answer.wait()
        return question()


@pytest.mark.campaign
@pytest.mark.parametrize("turns", range(8, 40, 2))
@pytest.mark.parametrize("key", ["", "f4", "f5"])
async def test_the_audit_is_left_while_its_answer_comes(tmp_path: Path, key: str, turns: int) -> None:
    Sitting(tmp_path).interrupted()
    desk = Desk(tmp_path, chain=lambda kind: chain_of(tmp_path, kind))
    listed, of_one = AtOnce(), AtOnce()
    async with desk.at(Stage.HOME) as pilot:
        desk.app.lay_over(AuditScreen(desk.app.services, asking=Asking(listed, of_one)))
        await pilot.pause()
        if key:
            listed.may_answer.set()
            await pilot.pause()
            await pilot.press(key)
        desk.app.close_what_is_open()
        for _ in range(turns):
            await asyncio.sleep(0)
        listed.may_answer.set()
        of_one.may_answer.set()
        await pilot.pause()
    assert desk.app.failure is None


@pytest.mark.campaign
@pytest.mark.parametrize("turns", range(12))
async def test_the_editor_is_left_while_it_is_laid_out(desk: Desk, turns: int) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        desk.app.post_message(Edit(0))
        await pilot.pause()
        editor = desk.app.editor
        assert editor is not None
        editor.lay_out()
        for _ in range(turns):
            await asyncio.sleep(0)
        editor.finish()
        for _ in range(12):
            editor.lay_out()
            await asyncio.sleep(0)
        await pilot.pause()
    assert desk.app.failure is None


# --- on a screen that has not come yet ---

COMING: dict[str, tuple[Stage, Callable[[NmesApp], object]]] = {
    "protocols": (Stage.HOME, lambda app: app.enter(Stage.CHOOSE)),
    "commands": (Stage.HOME, lambda app: app.action_command_palette()),
    "help": (Stage.HOME, lambda app: app.action_help()),
    "records": (Stage.HOME, lambda app: app.action_audit()),
    "bench": (Stage.SCREENING, lambda app: app.action_bench()),
    "note": (Stage.HOME, lambda app: app.push_screen(NoteScreen())),
    "forces": (Stage.HOME, lambda app: app.push_screen(Forces("calf"))),
    "editor": (Stage.CHOOSE, lambda app: app.post_message(Edit(0))),
}


@pytest.mark.campaign
@pytest.mark.parametrize("what", COMING)
@pytest.mark.parametrize("turns", [*range(6), 8, 12, 20, 30])
async def test_an_app_that_ends_while_a_screen_comes_ends_well(desk: Desk, what: str, turns: int) -> None:
    """What was only half mounted when the app went has nothing to begin with."""
    stage, comes = COMING[what]
    async with desk.at(stage):
        comes(desk.app)
        for _ in range(turns):
            await asyncio.sleep(0)
    assert desk.app.failure is None


@pytest.mark.thorough
@pytest.mark.parametrize("what", ["commands", "note"])
async def test_an_app_that_ends_while_a_window_comes_ends_well(desk: Desk, what: str) -> None:
    """The very turn at which a window is half there; the others in the campaign."""
    async with desk.at(Stage.HOME):
        COMING[what][1](desk.app)
    assert desk.app.failure is None
