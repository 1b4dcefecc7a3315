"""The thread that reads a patient's button: what it hears stops in that thread, and a button that is gone stops too."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from queue import Empty, Queue

import pytest

from nmes.core.events import PATIENT, PATIENT_LOST, PATIENT_RESTLESS
from nmes.guard.port import PortError
from nmes.runtime.patient_stop import PatientStop, Timing

PATIENCE_S = 40.0


class Wire:
    """A button that does what is put into its queue: True is a press, an error is what its line becomes."""

    def __init__(self) -> None:
        self.says: Queue[bool | Exception] = Queue()
        self.closed = threading.Event()

    def pressed(self, timeout_ms: int) -> bool:
        try:
            said = self.says.get(timeout=timeout_ms / 1000)
        except Empty:
            return False
        if isinstance(said, Exception):
            raise said
        return said

    def close(self) -> None:
        self.closed.set()


class Session:
    """All that the thread sees of one; keeps who stopped it, in which thread."""

    def __init__(self) -> None:
        self.done = False
        self.stops: Queue[tuple[str, str]] = Queue()

    def stop(self, source: str) -> None:
        self.stops.put((source, threading.current_thread().name))

    def stopped_by(self) -> str:
        return self.stops.get(timeout=PATIENCE_S)[0]


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "nmes-patient-stop"]


def ended() -> None:
    for thread in readers():
        thread.join(PATIENCE_S)


@pytest.fixture
def session() -> Iterator[Session]:
    made = Session()
    yield made
    made.done = True
    ended()


SOON = Timing(settle_s=0, reopen_s=0.01, again_s=0)


def wires(*given: Wire | Exception) -> Callable[[], Wire]:
    """Opens one after the other, then there is none any more."""
    left = list(given)

    def open_next() -> Wire:
        found = left.pop(0) if left else PortError("no more")
        if isinstance(found, Exception):
            raise found
        return found

    return open_next


def test_a_press_stops_in_the_thread_that_heard_it(session: Session) -> None:
    wire = Wire()
    PatientStop(wires(wire), SOON).watch(session)
    wire.says.put(True)
    assert session.stops.get(timeout=PATIENCE_S) == (PATIENT, "nmes-patient-stop")
    wire.says.put(True)
    assert session.stopped_by() == PATIENT


@pytest.mark.thorough
def test_what_a_board_says_while_it_starts_is_no_press(session: Session) -> None:
    wire = Wire()
    PatientStop(wires(wire), Timing(settle_s=3600)).watch(session)
    wire.says.put(True)
    wire.says.put(PortError("gone"))
    assert session.stopped_by() == PATIENT_LOST


def test_a_button_that_is_gone_stops_once_and_is_looked_for_until_it_is_back(session: Session) -> None:
    first, second = Wire(), Wire()
    PatientStop(wires(first, PortError("not yet"), second), SOON).watch(session)
    first.says.put(PortError("gone"))
    assert session.stopped_by() == PATIENT_LOST
    assert first.closed.wait(PATIENCE_S)
    second.says.put(True)
    assert session.stopped_by() == PATIENT
    assert session.stops.empty()


class Flood:
    """A button that speaks, or is silent, every 10 ms of its own clock, as it was told to; then the session is done."""

    def __init__(self, session: Session, *says: tuple[float, bool]) -> None:
        """`says`: for so many seconds, whether it speaks."""
        self._session = session
        self._left = [speaks for for_s, speaks in says for _ in range(round(for_s * 100))]
        self.now_s = 0.0

    def pressed(self, timeout_ms: int) -> bool:
        self.now_s += 0.01
        if not self._left:
            self._session.done = True
            return False
        return self._left.pop(0)

    def close(self) -> None:
        pass


def stops_of(session: Session, *says: tuple[float, bool]) -> list[str]:
    """Who stopped in all that time."""
    flood = Flood(session, *says)
    PatientStop(lambda: flood, Timing(settle_s=0, wait_ms=0), lambda: flood.now_s).watch(session)
    ended()
    assert session.done
    return [session.stops.get()[0] for _ in range(session.stops.qsize())]


def test_one_that_never_stops_speaking_is_told_as_such_once_and_fills_no_record(session: Session) -> None:
    assert stops_of(session, (60, True)) == [*[PATIENT] * 8, PATIENT_RESTLESS]


def test_what_comes_after_it_has_rested_is_a_press_again(session: Session) -> None:
    assert stops_of(session, (3, True), (0.6, False), (0.02, True))[-2:] == [PATIENT_RESTLESS, PATIENT]


def test_two_quick_presses_are_two(session: Session) -> None:
    assert stops_of(session, (0.05, True), (0.3, False), (0.05, True)) == [PATIENT, PATIENT]


def test_a_reader_that_fails_is_a_button_that_is_gone(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _told: None)
    wire = Wire()
    PatientStop(wires(wire), SOON).watch(session)
    (reader,) = readers()
    wire.says.put(ZeroDivisionError())
    assert session.stopped_by() == PATIENT_LOST
    reader.join(PATIENCE_S)
    assert wire.closed.is_set()


def test_with_the_session_the_line_is_closed_and_nothing_is_stopped(session: Session) -> None:
    wire = Wire()
    PatientStop(wires(wire), SOON).watch(session)
    session.done = True
    assert wire.closed.wait(PATIENCE_S)
    assert session.stops.empty()


def test_a_lost_button_is_not_looked_for_when_the_session_is_over(session: Session) -> None:
    """Nor is it opened by a thread that was still waiting for the next attempt when the session ended."""
    first, second = Wire(), Wire()
    open_next = wires(first, second)
    PatientStop(open_next, Timing(settle_s=0, reopen_s=0.2)).watch(session)
    first.says.put(PortError("gone"))
    assert session.stopped_by() == PATIENT_LOST
    session.done = True
    ended()
    assert open_next() is second


def test_one_that_is_closed_by_hand_is_not_lost(session: Session) -> None:
    wire = Wire()
    stop = PatientStop(wires(wire), SOON)
    stop.watch(session)
    stop.close()
    wire.says.put(PortError("closed"))
    assert wire.closed.is_set()
    assert session.stops.empty()


def test_once_it_is_closed_nothing_reads_it_and_nothing_opens_it_again(session: Session) -> None:
    """The session is not done: its loop is stuck. The line is free all the same."""
    first, second = Wire(), Wire()
    open_next = wires(first, second)
    stop = PatientStop(open_next, Timing(settle_s=0, reopen_s=3600))
    stop.watch(session)
    first.says.put(PortError("gone"))
    assert session.stopped_by() == PATIENT_LOST
    stop.close()
    stop.close()
    assert not readers()
    assert open_next() is second


def test_a_button_that_is_not_there_is_an_error_at_once() -> None:
    with pytest.raises(PortError, match="nothing there"):
        PatientStop(wires(PortError("nothing there")))
