"""Leaving the block, in whatever way, is output 0 at once; only who opened a session acts on it, anybody may stop."""

from __future__ import annotations

import hashlib
import os
import re
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from helpers.own_children import own_children
from helpers.waiting import until
from nmes.api import CannotOpen, Opening, Output, Refused, Stimulator, Word, open_stimulator
from nmes.api.front import desk_of
from nmes.api.hearing import EARS, Ears
from nmes.runtime.live import summary_of
from nmes.runtime.signals import TAKEN
from tests.api.scripts import BY, opening, placed, ready, short


def running(stimulator: Stimulator, folder: Path) -> None:
    ready(stimulator, short(folder))
    stimulator.start()
    assert stimulator.wait_for(lambda view: view.word is Word.ON, within_ms=5_000)


class Own(BaseException):
    """What no `except Exception` would catch."""


@pytest.mark.thorough
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


@pytest.mark.thorough
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


@pytest.mark.thorough
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


def opened_here(folder: Path, name: str) -> tuple[Opening, Stimulator]:
    """On the real clock, where signals are heard."""
    home = folder / name
    home.mkdir()
    asked = open_stimulator(short(home), attended_by=BY, home=home)
    return asked, asked.__enter__()


@pytest.mark.thorough
@pytest.mark.covers("SR-25")
@pytest.mark.timeout(60)
def test_sessions_closed_in_another_order_than_nested_stop_those_that_are_open_and_give_the_signals_back(
    tmp_path: Path,
) -> None:
    before = [signal.getsignal(number) for number in TAKEN]
    first, _ = opened_here(tmp_path, "first")
    second, told = opened_here(tmp_path, "second")
    third, last = opened_here(tmp_path, "third")
    second.__exit__(None, None, None)
    first.__exit__(None, None, None)
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    third.__exit__(None, None, None)
    assert [signal.getsignal(number) for number in TAKEN] == before
    assert [SIGINT_STOP in text_of(one) for one in (told, last)] == [False, True]


@pytest.mark.thorough
@pytest.mark.covers("SR-25", "PR-01")
@pytest.mark.timeout(60)
def test_ctrl_c_while_another_session_opens_stops_the_one_that_is_open_at_once(tmp_path: Path) -> None:
    asked, stimulator = opened_here(tmp_path, "open")
    placed(stimulator, short(tmp_path))
    stimulator.titrate(1)
    assert stimulator.increase(1) == 500
    other = open_stimulator(short(tmp_path), attended_by=BY, home=tmp_path)
    seen: list[str] = []

    def press_and_look() -> None:
        press_ctrl_c()
        until(lambda: stimulator.view.word is not Word.TITRATING)
        seen.append(stimulator.view.why)

    with pytest.raises(KeyboardInterrupt):
        opened_while_traced(other, broken_off_after("kind_of", press_and_look))
    asked.__exit__(None, None, None)
    assert seen == ["stop:SIGINT"], "it must not wait until the other one is open"


@pytest.mark.thorough
@pytest.mark.covers("SR-25")
@pytest.mark.timeout(60)
def test_a_handler_that_cannot_be_given_back_hands_signals_on(tmp_path: Path) -> None:
    """The script's own lies over it, or another thread leaves the block."""
    before, heard = signal.getsignal(signal.SIGTERM), []
    signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        asked, stimulator = opened_here(tmp_path, "left_in_a_thread")
        assert in_thread(lambda: asked.__exit__(None, None, None)) is None
        assert stimulator.summary is not None
        signal.raise_signal(signal.SIGTERM)
        assert heard == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def compute(rounds: int) -> float:
    """One step of the main thread, in C and without the lock of Python; how long it took, in s."""
    began_s = time.monotonic()
    hashlib.pbkdf2_hmac("sha256", b"word", b"salt", rounds)
    return time.monotonic() - began_s


@pytest.mark.thorough
@pytest.mark.covers("SR-25", "PR-01")
@pytest.mark.timeout(120)
def test_ctrl_c_stops_at_once_while_the_main_thread_computes_in_c(tmp_path: Path) -> None:
    rounds_a_second = round(100_000 / compute(100_000))
    asked, stimulator = opened_here(tmp_path, "computing")
    placed(stimulator, short(tmp_path))
    stimulator.titrate(1)
    assert stimulator.increase(1) == 500
    begins, stopped = threading.Event(), list[float]()

    def press_meanwhile() -> None:
        begins.wait()
        press_ctrl_c_from_outside()
        until(lambda: stimulator.view.why == "stop:SIGINT")
        stopped.append(time.monotonic())

    hand = threading.Thread(target=press_meanwhile)
    hand.start()
    with pytest.raises(KeyboardInterrupt):
        begins.set()
        compute(rounds_a_second)
    ended_s = time.monotonic()
    hand.join()
    asked.__exit__(None, None, None)
    assert stopped[0] < ended_s, "a handler in the main thread has to wait for it"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this platform")
def test_a_forked_process_hears_nothing_for_its_parent() -> None:
    heard: list[str] = []
    EARS.open(heard.append)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of forking beside the threads of the tests
        child = os.fork()
    if child == 0:
        os._exit(signal.set_wakeup_fd(-1) != -1)
    assert os.waitpid(child, 0)[1] == 0
    EARS.close(heard.append)
    assert signal.set_wakeup_fd(-1) == -1


def test_who_hears_signals_by_number_already_is_left_alone() -> None:
    """An event loop with handlers of its own, for one; and one that comes later is, too."""
    mine, _other = pair = socket.socketpair()
    mine.setblocking(False)
    heard: list[str] = []
    for first in (True, False):
        ears = Ears()
        if first:
            assert signal.set_wakeup_fd(mine.fileno()) == -1
        ears.open(heard.append)
        if not first:
            assert signal.set_wakeup_fd(mine.fileno()) != -1
        ears.close(heard.append)
        assert signal.set_wakeup_fd(-1) == mine.fileno()
    for one in pair:
        one.close()


SIGINT_STOP = '"source":"SIGINT"'


def text_of(stimulator: Stimulator) -> str:
    """Its record, as it is written."""
    assert stimulator.record is not None
    return stimulator.record.read_text(encoding="utf-8")


Tracer = Callable[[FrameType, str, Any], Any]
"""What `sys.settrace` takes. `Any`: that is the type the standard library gives it."""


def broken_off_after(name: str, act: Callable[[], object]) -> Tracer:
    """A tracer that does this once, when the first function of this name has ended and nobody has its result yet."""

    def trace(frame: FrameType, event: str, _: object) -> Tracer | None:
        if event == "call" and frame.f_code.co_qualname != name:
            return None
        if event == "return":
            sys.settrace(None)
            act()
        return trace

    return trace


def opened_while_traced(asked: Opening, tracer: Tracer) -> None:
    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        with asked:
            raise AssertionError("the block has begun")
    finally:
        sys.settrace(before)


def press_ctrl_c() -> None:
    signal.raise_signal(signal.SIGINT)


def press_ctrl_c_from_outside() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.covers("SR-25")
def test_ctrl_c_while_a_session_opens_leaves_nothing_open(tmp_path: Path) -> None:
    """Whatever had just been opened; a script goes on after it as if it had never asked."""
    before = signal.getsignal(signal.SIGINT)
    for name in ("HandTurned.__init__", "_live", "Desk.__init__"):
        home = tmp_path / name
        home.mkdir()
        with pytest.raises(KeyboardInterrupt):
            opened_while_traced(opening(home), broken_off_after(name, press_ctrl_c))
        (record,) = (home / "simulation").glob("*.jsonl")
        assert summary_of(record).intact, (name, summary_of(record).verdict)
        assert signal.getsignal(signal.SIGINT) is before


def test_ctrl_c_while_a_session_cannot_be_opened_is_heard_all_the_same(tmp_path: Path) -> None:
    asked = open_stimulator(short(tmp_path), attended_by=BY, home=tmp_path, port="/dev/tty-of-nobody")
    with pytest.raises(KeyboardInterrupt) as raised:
        opened_while_traced(asked, broken_off_after("kind_of", press_ctrl_c))
    assert isinstance(raised.value.__context__, CannotOpen)


def test_who_presses_ctrl_c_twice_is_not_kept_waiting(tmp_path: Path) -> None:
    def twice() -> None:
        press_ctrl_c()
        press_ctrl_c()

    with pytest.raises(KeyboardInterrupt):
        opened_while_traced(opening(tmp_path), broken_off_after("attended_on_bench", twice))
    assert not (tmp_path / "simulation").exists(), "it was heard before anything was opened"


@pytest.mark.thorough
def test_opening_a_session_again_within_its_block_leaves_it_as_it_is(tmp_path: Path) -> None:
    asked = opening(tmp_path)
    with asked as stimulator:
        placed(stimulator, short(tmp_path))
        with pytest.raises(Refused, match="opened before"), asked:
            pass
        assert stimulator.titrate(1).word is Word.TITRATING


def keepers() -> list[str]:
    """Those that this program has begun and that have not ended."""
    found = own_children()
    return [one for one in found if "keeper_program" in Path("/proc", one, "cmdline").read_text()]


@pytest.mark.campaign
@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.timeout(120)
@pytest.mark.covers("SR-25", "SR-28")
def test_ctrl_c_while_a_session_opens_on_the_real_clock_leaves_no_keeper(tmp_path: Path) -> None:
    for name in ("start_keeper", "open_guarded", "open_live", "Desk.__init__"):
        home = tmp_path / name
        home.mkdir()
        asked = open_stimulator(
            short(home), attended_by=BY, home=home, device="rehastim1", emergency_button_by="C. Dahl"
        )
        with pytest.raises(KeyboardInterrupt):
            opened_while_traced(asked, broken_off_after(name, press_ctrl_c))
        assert keepers() == [], name
        (record,) = (home / "simulation").glob("*.jsonl")
        assert summary_of(record).intact, (name, summary_of(record).verdict)


@pytest.mark.campaign
@pytest.mark.skipif(sys.platform != "linux", reason="/proc")
@pytest.mark.timeout(120)
@pytest.mark.covers("SR-28")
def test_what_breaks_the_opening_off_after_the_line_is_open_leaves_no_keeper(tmp_path: Path) -> None:
    def no_memory() -> None:
        raise MemoryError

    for name in ("_wired", "Loop.__init__"):
        home = tmp_path / name
        home.mkdir()
        asked = open_stimulator(
            short(home), attended_by=BY, home=home, device="rehastim1", emergency_button_by="C. Dahl"
        )
        with pytest.raises(MemoryError):
            opened_while_traced(asked, broken_off_after(name, no_memory))
        assert keepers() == [], name
