"""Leaving the block, in whatever way, is output 0 at once; only who opened a session acts on it, anybody may stop."""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest

from nmes.api import Opening, Output, Refused, Stimulator, Word, open_stimulator
from nmes.api.front import desk_of
from tests.api.scripts import BY, opening, placed, ready, short


def running(stimulator: Stimulator, folder: Path) -> None:
    ready(stimulator, short(folder))
    stimulator.start()
    assert stimulator.wait_for(lambda view: view.word is Word.ON, within_ms=5_000)


class Own(BaseException):
    """What no `except Exception` would catch."""


@pytest.mark.covers("SR-25")
@pytest.mark.parametrize(
    ("error", "device"),
    [(KeyboardInterrupt, "p24"), (Own, "p24"), (None, "p24"), (Own, "rehastim1"), (None, "rehastim1")],
)
def test_leaving_the_block_stops_first_and_closes_the_record(
    tmp_path: Path, error: type[BaseException] | None, device: str
) -> None:
    """Of a RehaStim 1 "off" is an answered stop: it would go on otherwise."""
    try:
        with opening(tmp_path, device=device, emergency_button_by="C. Dahl") as stimulator:
            running(stimulator, tmp_path)
            if error is not None:
                raise error
    except (KeyboardInterrupt, Own) as raised:
        assert type(raised) is error
    assert stimulator.output is Output.OFF
    assert stimulator.view.why == "stop:script_left"
    assert stimulator.view.word is Word.ENDED
    assert stimulator.summary is not None
    assert stimulator.summary.intact


def test_leaving_where_nothing_flows_is_no_stop(tmp_path: Path) -> None:
    with opening(tmp_path) as stimulator:
        placed(stimulator, short(tmp_path))
        with pytest.raises(Refused, match="still open"):
            desk_of(stimulator).closed()
    assert stimulator.view.why == "ended_early"
    assert desk_of(stimulator).closed() is stimulator.summary
    with pytest.raises(Refused) as raised:
        stimulator.titrate(1)
    assert raised.value.code == "closed"
    stimulator.stop()  # anybody may still say so; there is nothing left to stop


def test_one_opening_is_one_session(tmp_path: Path) -> None:
    asked = opening(tmp_path)
    asked.__exit__(None, None, None)  # nothing was open
    with asked:
        pass
    with pytest.raises(Refused, match="opened before"), asked:
        pass


def in_thread(act: Callable[[], object]) -> BaseException | None:
    found: list[BaseException] = []

    def work() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - handed to the test
            found.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return found[0] if found else None


@pytest.mark.covers("SR-25")
def test_another_thread_may_stop_and_nothing_else(tmp_path: Path) -> None:
    with opening(tmp_path) as stimulator:
        running(stimulator, tmp_path)
        for act in (lambda: stimulator.increase(1), stimulator.attend, stimulator.pause):
            refused = in_thread(act)
            assert isinstance(refused, Refused)
            assert refused.code == "other_thread"
        assert stimulator.output is Output.ON
        assert in_thread(stimulator.stop) is None
        assert stimulator.view.word in {Word.HALTING, Word.STOPPED}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
@pytest.mark.covers("SR-25")
def test_a_forked_process_neither_acts_nor_stops_nor_closes(tmp_path: Path) -> None:
    asked: Opening = opening(tmp_path)
    with asked as stimulator:
        running(stimulator, tmp_path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside the threads of the tests
            child = os.fork()
        if child == 0:
            wrong = 0
            for act in (stimulator.stop, stimulator.pause, stimulator.attend):
                try:
                    act()
                    wrong += 1
                except Refused as refused:
                    wrong += refused.code != "other_process"
            asked.__exit__(None, None, None)
            os._exit(wrong + (stimulator.summary is not None))
        assert os.waitpid(child, 0)[1] == 0
        assert stimulator.wait(500).word is Word.ON
    assert stimulator.summary is not None
    assert stimulator.summary.intact


def interrupted_in(name: str) -> Callable[[FrameType, str, object], None]:
    """A tracer that sends SIGINT to this process at the very first line of this function of the API."""

    def trace(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == name and frame.f_code.co_filename.endswith("opening.py"):
            sys.settrace(None)
            signal.raise_signal(signal.SIGINT)

    return trace


@pytest.mark.covers("SR-25")
@pytest.mark.timeout(60)
def test_ctrl_c_in_the_first_line_of_leaving_has_stopped_already(tmp_path: Path) -> None:
    """On the real clock, at the simulator in a process of its own: the signal stops before it is an exception."""
    before, tracer = signal.getsignal(signal.SIGINT), sys.gettrace()
    asked = open_stimulator(short(tmp_path), attended_by=BY, home=tmp_path, trace=tmp_path / "pulses.jsonl")
    try:
        with pytest.raises(KeyboardInterrupt), asked as stimulator:
            placed(stimulator, short(tmp_path))
            stimulator.titrate(1)
            assert stimulator.increase(1) == 500
            assert stimulator.skin_charge_nc(1) is None
            sys.settrace(interrupted_in("__exit__"))
    finally:
        sys.settrace(tracer)
    assert stimulator.summary is None, "the block was not left in order: nothing of leaving it has run"
    assert stimulator.view.why == "stop:SIGINT" or stimulator.view.word is Word.TITRATING, "the turn after shows it"
    asked.__exit__(None, None, None)
    assert stimulator.output is Output.OFF
    assert stimulator.summary is not None
    stops = re.findall(r'"source":"(SIGINT|script_left)"', stimulator.summary.record.read_text(encoding="utf-8"))
    assert stops[0] == "SIGINT"
    assert signal.getsignal(signal.SIGINT) is before
