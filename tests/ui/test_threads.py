"""What is looked up holds nobody up: one call at a time, and the newest question is always answered."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from textual.worker import WorkerState
from ui.bench_live import LIBRARY, Desk
from ui.course_ledger import WHO, Ledger

from nmes.core import events as e
from nmes.core.care_events import Diary
from nmes.core.measurement import NOBODY, Who
from nmes.runtime.library import Loaded
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen, EnterCare, LookCourse, LookLevels, LookUp, NewSession, Report
from nmes.ui.screens.course import CourseScreen
from nmes.ui.threads import Newest, Overtaken, answered, in_thread


class Slow:
    """Something that is looked up: every call waits until it may answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.may_answer = threading.Event()

    def __call__(self, what: str) -> str:
        self.asked.append(what)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        assert self.may_answer.wait(30)
        self.at_once -= 1
        return what.upper()


@pytest.fixture
def slow() -> Iterator[Slow]:
    slow = Slow()
    yield slow
    slow.may_answer.set()


async def asked(slow: Slow, calls: int = 1) -> None:
    """So many calls have begun."""
    while len(slow.asked) < calls:
        await asyncio.sleep(0.001)


# --- one question at a time ---


async def test_of_the_questions_asked_meanwhile_only_the_newest_is_asked(slow: Slow) -> None:
    newest = Newest()
    tasks = [asyncio.create_task(newest.ask(lambda word=word: slow(word))) for word in ("a", "b", "c", "d")]
    await asked(slow)
    slow.may_answer.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [answers[0], answers[3]] == ["A", "D"]
    assert [type(one) for one in answers[1:3]] == [Overtaken, Overtaken]
    assert (slow.asked, slow.most_at_once) == (["a", "d"], 1)
    assert await newest.ask(lambda: slow("e")) == "E"


async def test_who_is_cancelled_leaves_its_call_alone_and_the_next_waits_for_it(slow: Slow) -> None:
    newest = Newest()
    first = asyncio.create_task(newest.ask(lambda: slow("a")))
    await asked(slow)
    first.cancel()
    second = asyncio.create_task(newest.ask(lambda: slow("b")))
    await asyncio.wait({first, second}, timeout=0.02)
    assert (first.cancelled(), second.done(), slow.asked) == (True, False, ["a"])
    slow.may_answer.set()
    assert await second == "B"
    assert slow.most_at_once == 1


@pytest.mark.thorough
async def test_an_error_is_raised_to_who_asked_and_of_one_that_nobody_waits_for_nothing_is_heard() -> None:
    loop, heard = asyncio.get_running_loop(), list[dict[str, Any]]()
    loop.set_exception_handler(lambda _loop, context: heard.append(context))
    with pytest.raises(ZeroDivisionError):
        await Newest().ask(lambda: 1 // 0)
    assert await Newest().ask(lambda: 1) == 1
    left = in_thread(lambda: 1 // 0, "test")
    await asyncio.wait({left})
    del left
    gc.collect()
    assert heard == []


def test_an_answer_that_comes_when_the_loop_is_closed_is_nobodys(slow: Slow) -> None:
    async def begun() -> None:
        in_thread(lambda: slow("a"), "nmes-test")
        await asked(slow)

    asyncio.run(begun())
    thread = next(one for one in threading.enumerate() if one.name == "nmes-test")
    slow.may_answer.set()
    thread.join(30)  # what it raises, pytest tells
    assert not thread.is_alive()


async def test_an_answer_that_nobody_wants_any_more_is_let_go(slow: Slow) -> None:
    heard = list[dict[str, Any]]()
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: heard.append(context))
    answer = in_thread(lambda: slow("a"), "nmes-test")
    await asked(slow)
    answer.cancel()
    slow.may_answer.set()
    with pytest.raises(asyncio.CancelledError):
        await answered(answer)
    assert await answered(in_thread(lambda: slow("b"), "nmes-test")) == "B"
    assert heard == []


# --- in the app ---


@pytest.mark.thorough
async def test_levels_looked_up_at_each_letter_hold_one_thread(tmp_path: Path, slow: Slow) -> None:
    desk = Desk(tmp_path, last_levels=lambda who, _protocol, _version: (slow(who.code), ())[1])
    async with desk.at(Stage.PATIENT) as pilot:
        for n in range(8):
            desk.app.post_message(LookLevels(Who(f"P-{n}", "left"), "x", "1"))
            await pilot.pause()
        await asked(slow)
        assert slow.asked == ["P-0"]
        slow.may_answer.set()
        await desk.app.workers.wait_for_complete()
        assert (slow.asked, slow.most_at_once) == (["P-0", "P-7"], 1)


@pytest.mark.thorough
async def test_every_report_that_was_asked_for_is_written_one_after_another(tmp_path: Path, slow: Slow) -> None:
    desk = Desk(tmp_path, write_report=lambda session: Path(slow(session)))
    async with desk.at(Stage.HOME) as pilot:
        for session in ("a", "b", "c"):
            desk.app.post_message(Report(session))
        await pilot.pause()
        await asked(slow)
        slow.may_answer.set()
        await desk.app.workers.wait_for_complete()
        assert (slow.asked, slow.most_at_once) == (["a", "b", "c"], 1)


@pytest.mark.thorough
async def test_a_session_is_opened_and_closed_though_no_thread_of_the_pool_is_free(desk: Desk, slow: Slow) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, slow, "a")
        desk.app.post_message(Chosen(0, NOBODY))
        await pilot.pause()
        await asyncio.wait_for(desk.app.workers.wait_for_complete(), 30)
        assert desk.live is desk.app.live
        await asyncio.wait_for(desk.app.close_record(), 30)
        assert desk.live.finished == 1
        slow.may_answer.set()
        await busy


@pytest.mark.thorough
async def test_a_course_is_read_and_entered_though_no_thread_of_the_pool_is_free(tmp_path: Path, slow: Slow) -> None:
    ledger = Ledger()
    desk = Desk(tmp_path, course=ledger.course, enter_care=ledger.enter)
    async with desk.at(Stage.HOME) as pilot, asyncio.timeout(20):
        await desk.app.workers.wait_for_complete()
        loop = asyncio.get_running_loop()
        loop.set_default_executor(ThreadPoolExecutor(1))
        busy = loop.run_in_executor(None, slow, "a")
        screen = CourseScreen(Who(*WHO))
        desk.app.push_screen(screen)
        while screen.course is None:
            await pilot.pause()
        await pilot.press("d")
        desk.app.post_message(EnterCare(Diary(*WHO, "2026-11-09", 5), "Ada"))
        while desk.app.screen is not screen:
            await pilot.pause()
        assert ledger.by == ["Ada"]
        slow.may_answer.set()
        await busy


@pytest.mark.thorough
async def test_of_courses_asked_for_meanwhile_only_the_newest_is_read(tmp_path: Path, slow: Slow) -> None:
    ledger = Ledger()
    desk = Desk(tmp_path, course=lambda who: (slow(who.code), ledger.course(who))[1])
    async with desk.at(Stage.HOME) as pilot:
        for n in range(8):
            desk.app.post_message(LookCourse(Who(f"P-{n}", "left")))
            await pilot.pause()
        await asked(slow)
        slow.may_answer.set()
        await desk.app.workers.wait_for_complete()
        assert (slow.asked, slow.most_at_once) == (["P-0", "P-7"], 1)


@pytest.mark.thorough
async def test_a_course_that_is_left_while_it_is_read_is_nobodys_and_begins_nothing(tmp_path: Path, slow: Slow) -> None:
    ledger = Ledger()
    desk = Desk(tmp_path, course=lambda who: (slow(who.code), ledger.course(who))[1])
    async with desk.at(Stage.HOME) as pilot:
        left = CourseScreen(Who(*WHO))
        desk.app.push_screen(left)
        await pilot.pause()
        await asked(slow)
        await pilot.press("f3")
        assert desk.app.screen is desk.app.step
        slow.may_answer.set()
        await desk.app.workers.wait_for_complete()
        await pilot.pause()
        assert (left.course, slow.asked) == (None, [WHO[0]])
        assert desk.app.screen is desk.app.step


@pytest.mark.thorough
async def test_the_app_is_left_while_a_course_is_read_and_nothing_is_raised(tmp_path: Path, slow: Slow) -> None:
    desk = Desk(tmp_path, course=lambda who: (slow(who.code), Ledger().course(who))[1])
    async with desk.at(Stage.HOME) as pilot:
        desk.app.push_screen(CourseScreen(Who(*WHO)))
        await pilot.pause()
        await asked(slow)
        desk.app.exit()
        await pilot.pause()
    thread = next(one for one in threading.enumerate() if one.name == "nmes-look-up")
    assert thread.daemon, "the program waits for no question"
    slow.may_answer.set()
    thread.join(30)
    await asyncio.sleep(0)
    assert not thread.is_alive()


@pytest.mark.campaign
async def test_the_summary_takes_nothing_away_from_what_is_being_looked_up(tmp_path: Path, slow: Slow) -> None:
    def origin(one: Loaded, _who: Who) -> None:
        slow(one.protocol.id)

    desk = Desk(tmp_path, origin_of=origin)
    async with desk.at(Stage.CHOOSE) as pilot:
        desk.app.post_message(LookUp(LIBRARY[0], NOBODY))
        await asked(slow)
        desk.have(LIBRARY[0])
        desk.live.do(e.End())
        desk.live.run(500)
        await desk.see(pilot)
        assert desk.app.stage is Stage.SUMMARY
        assert {one.state for one in desk.app.workers if one.group == "origin"} == {WorkerState.RUNNING}
        slow.may_answer.set()
        await desk.app.workers.wait_for_complete()
        desk.app.post_message(NewSession())
        await pilot.pause()
        await desk.choose(pilot)
        await desk.app.workers.wait_for_complete()
        desk.app.post_message(LookUp(LIBRARY[1], NOBODY))
        await pilot.pause()
        await desk.app.workers.wait_for_complete()
        assert LIBRARY[1].protocol.id in slow.asked
