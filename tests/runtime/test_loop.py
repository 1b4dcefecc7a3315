"""The real loop, in its own thread on the real clock, with the simulated device in this process."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from together.real_line import WAIT_S, Desk

from nmes.core import events as e
from nmes.core.view import Word
from nmes.record.chain import NewEntry
from nmes.record.sink import Post
from nmes.runtime.loop import SWITCH_S
from nmes.runtime.turn import LONGEST_WAIT_MS
from nmes.trial.bench import MemorySink

BEFORE_S = sys.getswitchinterval()


@dataclass
class BrokenSink(MemorySink):
    """A record whose writing fails in a way that nobody foresaw."""

    broken: bool = False

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
        if self.broken and any(entry.type == "event" for entry in entries):
            raise ZeroDivisionError("in the middle of a turn")
        super().submit(entries, durable)


@pytest.fixture
def sinks() -> list[BrokenSink]:
    return []


@pytest.fixture
def desk(sinks: list[BrokenSink]) -> Desk:
    def make_sink(post: Post) -> BrokenSink:
        sinks.append(BrokenSink(post))
        return sinks[0]

    return Desk(make_sink)


@pytest.mark.thorough
def test_it_turns_until_the_session_is_over_and_then_ends(desk: Desk, sinks: list[BrokenSink]) -> None:
    desk.live()
    assert desk.line.device.active_channels == (1,)
    desk.controller.leave()
    desk.loop.join(WAIT_S)
    assert not desk.loop.is_alive()
    assert desk.loop.failure is None
    assert desk.controller.done
    assert sinks[0].closed == {"why": "ended_early"}
    assert desk.line.device.active_channels == ()
    assert not desk.line.device.high_voltage


@pytest.mark.thorough
def test_while_it_turns_no_thread_that_computes_keeps_it_waiting_for_long(desk: Desk, sinks: list[BrokenSink]) -> None:
    desk.live()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
    desk.controller.leave()
    desk.loop.join(WAIT_S)
    assert sys.getswitchinterval() == pytest.approx(BEFORE_S)


def test_a_stop_needs_no_turn_of_the_loop(desk: Desk, sinks: list[BrokenSink]) -> None:
    desk.live()
    desk.controller.stop("key")
    assert not desk.line.device.high_voltage, "when stop returns the halt has arrived"
    desk.until(lambda view: view.word is Word.STOPPED)
    desk.controller.leave()
    desk.loop.join(WAIT_S)


@pytest.mark.covers("FR-17")
def test_whatever_escapes_a_turn_halts_the_device_and_ends_the_loop(desk: Desk, sinks: list[BrokenSink]) -> None:
    desk.live()
    sinks[0].broken = True
    desk.controller.post(e.Mark("note"))
    desk.loop.join(WAIT_S)
    assert isinstance(desk.loop.failure, ZeroDivisionError)
    assert desk.line.device.active_channels == ()
    assert not desk.line.device.high_voltage
    assert desk.controller.done
    assert sinks[0].entries[-1].type == "failure"
    assert (desk.controller.view.word, desk.controller.view.why) == (Word.UNSURE, "program_error")


@pytest.mark.thorough
def test_without_a_line_it_goes_on_turning_but_rests_between_turns(desk: Desk, sinks: list[BrokenSink]) -> None:
    desk.live()
    desk.port.lose()
    desk.until(lambda view: view.word is Word.UNSURE)
    began, turned = time.monotonic(), []
    before = desk.controller.view
    while (passed_s := time.monotonic() - began) < 0.3 or (len(turned) < 2 and passed_s < WAIT_S):
        if desk.controller.view is not before:
            before = desk.controller.view
            turned.append(before)
        desk.controller.heartbeat()
        time.sleep(0.001)
    assert 2 <= len(turned) <= 2 * passed_s * 1000 / LONGEST_WAIT_MS
    desk.controller.leave()
    desk.loop.join(WAIT_S)
    assert sinks[0].closed == {"why": "link_lost"}
