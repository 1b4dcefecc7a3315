"""Lines from stdin: in order, except that a STOP overtakes and drops what was typed before it."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import pytest

from nmes.cli.typed import LinesOnDemand, TypedLines


class Hands:
    """Types lines into a reader and waits until each was read."""

    def __init__(self) -> None:
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.stops: list[str] = []

    def lines(self) -> Iterator[str]:
        yield from iter(self._lines.get, None)

    def stop(self) -> None:
        self.stops.append(threading.current_thread().name)

    def type(self, *lines: str) -> None:
        for line in lines:
            self._lines.put(line)

    def leave(self, reader: LinesOnDemand) -> None:
        """Everything typed so far has been read."""
        self._lines.put(None)
        reader._thread.join(5)


def heard(reader: LinesOnDemand) -> list[str]:
    found = []
    while (line := reader.peek()) is not None:
        found.append(line)
        reader.take()
    return found


def test_lines_come_in_their_order_and_then_the_end() -> None:
    hands = Hands()
    reader = TypedLines(hands.lines(), hands.stop, script=True)
    hands.type("no", "yes")
    assert not reader.ended
    hands.leave(reader)
    assert not reader.ended, "two lines are left"
    assert heard(reader) == ["no", "yes"]
    assert reader.ended


def test_a_line_is_as_old_as_its_reading_however_long_it_waits_to_be_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    hands, now_s = Hands(), [5.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    reader = TypedLines(hands.lines(), hands.stop, script=False)
    hands.type("over")
    hands.leave(reader)
    now_s[0] = 5.25
    assert reader.age_ms() == 250
    reader.take()
    assert reader.age_ms() == 0


def test_a_stop_is_acted_on_in_the_reading_thread_and_drops_what_came_before() -> None:
    hands = Hands()
    reader = TypedLines(hands.lines(), hands.stop, script=True)
    hands.type("+", "+", "STOP!", "status")
    hands.leave(reader)
    assert hands.stops == ["nmes-lines"]
    assert heard(reader) == ["status"]
    assert reader.stopped()
    assert not reader.stopped()


def test_in_a_script_a_stop_keeps_its_place_behind_a_wait() -> None:
    hands = Hands()
    reader = TypedLines(hands.lines(), hands.stop, script=True)
    hands.type("start", "wait 5", "stop")
    hands.leave(reader)
    assert hands.stops == []
    assert heard(reader) == ["start", "wait 5", "stop"]


def test_in_a_script_a_stop_keeps_its_place_while_a_wait_lasts() -> None:
    hands = Hands()
    reader = TypedLines(hands.lines(), hands.stop, script=True)
    hands.type("wait 5")
    while reader.peek() is None:
        reader.wait(0.01)
    reader.take()
    hands.type("!")
    hands.leave(reader)
    assert (hands.stops, heard(reader)) == ([], ["!"])


@pytest.mark.covers("PR-01")
def test_a_stop_that_is_typed_into_a_pipe_long_after_the_wait_is_no_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    """As through ssh without a terminal: who types there must not have to wait for the end of a `wait`."""
    hands, now_s = Hands(), [5.0]
    monkeypatch.setattr(time, "monotonic", lambda: now_s[0])
    reader = TypedLines(hands.lines(), hands.stop, script=True)
    hands.type("wait 600", "+")
    while (line := reader.peek()) != "+":
        if line is not None:
            reader.take()
    now_s[0] += 0.9
    hands.type("stop")
    while len(reader._queue) < 2:
        reader.wait(0.01)
    assert hands.stops == []
    now_s[0] += 1
    hands.type("stop")
    hands.leave(reader)
    assert (len(hands.stops), heard(reader)) == (1, [])


def test_a_persons_stop_overtakes_a_wait_too() -> None:
    hands = Hands()
    reader = TypedLines(hands.lines(), hands.stop, script=False)
    hands.type("wait 50", "stop")
    hands.leave(reader)
    assert (len(hands.stops), heard(reader)) == (1, [])


def test_on_demand_the_next_line_is_waited_for_and_a_cancel_ends_the_waiting() -> None:
    hands = Hands()
    reader = LinesOnDemand(hands.lines())
    hands.type("one")
    assert reader.peek() == "one"
    reader.take()
    found: list[bool] = []
    waiting = threading.Thread(target=lambda: found.append(reader.ended))
    waiting.start()
    reader.cancel()
    waiting.join(5)
    assert found == [True]
    hands.leave(reader)
