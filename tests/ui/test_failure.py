"""Whatever ends the app ends the output first, says so in one sentence, and leaves with a code that is not 0."""

from __future__ import annotations

import asyncio

import pytest
from textual.worker import WorkerFailed
from ui.bench_live import Desk, loaded

from nmes.core import events as e
from nmes.core.measurement import NOBODY
from nmes.core.view import Output, Word
from nmes.runtime.open import CannotStart
from nmes.ui.flow import Stage


def boom() -> None:
    raise ZeroDivisionError("a secret of the program")


async def boom_later() -> None:
    boom()


async def _fails(desk: Desk, how: str) -> None:
    async with desk.at(Stage.RUN) as pilot:
        task = None
        match how:
            case "handler":
                pilot.app.call_later(boom)
            case "timer":
                pilot.app.set_timer(0.001, boom)
            case "worker":
                pilot.app.run_worker(boom_later())
            case "thread worker":
                pilot.app.run_worker(boom, thread=True)
            case "task":
                task = asyncio.get_running_loop().create_task(boom_later())
                await asyncio.wait([task])
                del task
            case "view":
                desk.live.break_view()
                pilot.app.set_timer(0.001, pilot.app.beat)
        await pilot.pause(0.02)
        assert desk.live.stops[:1] == [("program_error", "MainThread")]


def some(ids: list[str], *always: str) -> list[object]:
    """Those that are run every time, the others in the campaign."""
    return [pytest.param(one, marks=() if one in always else pytest.mark.campaign) for one in ids]


@pytest.mark.covers("FR-17")
@pytest.mark.parametrize(
    "how", some(["handler", "timer", "worker", "thread worker", "task", "view"], "timer", "view", "task")
)
async def test_a_fault_anywhere_stops_the_output_first(
    desk: Desk, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((ZeroDivisionError, WorkerFailed)):
        await _fails(desk, how)
    desk.live.mend_view()
    desk.live.run(500)
    assert desk.live.bench.view.output is Output.OFF
    assert desk.app.return_code == 1
    said = capsys.readouterr().err
    assert "The output was stopped first." in " ".join(said.split())
    assert "Traceback" not in said
    assert "secret" not in said


@pytest.mark.thorough
@pytest.mark.covers("FR-03")
async def test_leaving_by_any_way_stops_and_closes_the_record(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        quit_command = next(c for c in pilot.app.get_system_commands(pilot.app.screen) if c.title == "Quit")
        await quit_command.callback()
        assert desk.live.stops == [("quit", "MainThread")]
        assert desk.live.done
        assert desk.live.view.word is Word.ENDED
        assert desk.live.finished == 1


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("events", "code"),
    [
        pytest.param((e.End(),), 0, marks=pytest.mark.campaign),
        ((e.Stop("key", 1), e.End()), 0),
        pytest.param((e.Pause(), e.End()), 0, marks=pytest.mark.campaign),
        ((e.DeviceFault(e.Fault.ELECTRODE, 1, 7), e.End()), 1),
        pytest.param((e.LinkLost("gone"), e.End()), 1, marks=pytest.mark.campaign),
    ],
)
async def test_the_exit_code_tells_an_aborted_session(desk: Desk, events: tuple[e.Event, ...], code: int) -> None:
    async with desk.at(Stage.RUN) as pilot:
        for event in events:
            desk.live.do(event)
            desk.live.run(500)
        await pilot.app.action_quit()
    assert (desk.app.return_code or 0) == code


@pytest.mark.thorough
@pytest.mark.parametrize(("stage", "code"), [(Stage.TITRATE, 0), (Stage.RUN, 1)])
async def test_quitting_what_is_live_is_an_abort_and_quitting_what_is_off_is_none(
    desk: Desk, stage: Stage, code: int
) -> None:
    async with desk.at(stage) as pilot:
        await pilot.app.action_quit()
    assert (desk.app.return_code or 0) == code


@pytest.mark.thorough
async def test_the_record_is_closed_once_however_many_ask(desk: Desk) -> None:
    async with desk.at(Stage.SUMMARY) as pilot:
        await pilot.app.workers.wait_for_complete()
        assert await pilot.app.close_record() is not None
        await pilot.app.action_quit()
        assert desk.live.finished == 1


async def test_an_app_that_ends_without_being_asked_still_closes_the_session(desk: Desk) -> None:
    desk.app.live = desk._open(loaded("tens_conventional"), NOBODY)
    desk.app.call_later(desk.app.exit)
    await desk.app.run_async(headless=True, size=(80, 24))
    assert desk.live.stops == [("terminal", "MainThread")]
    assert desk.live.done


@pytest.mark.thorough
async def test_a_session_that_cannot_be_opened_is_said_in_one_sentence(desk: Desk) -> None:
    desk.refuse = CannotStart("the port is used by another program")
    async with desk.at(Stage.CHOOSE) as pilot:
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "! the port is used by another program" in desk.text()
        desk.refuse = None
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.app.stage is Stage.SCREENING
        assert "3/8 Screening" in desk.text()
