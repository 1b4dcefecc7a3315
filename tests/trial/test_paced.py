"""A bench that follows the real clock at a pace: it hears at once, and a STOP finds its way in at any speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.runtime.library import Library
from nmes.trial.paced import PacedBench

WAIT_S = 20
SPEEDS = [1.0, 20.0, None]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[float | None], PacedBench]]:
    running: list[PacedBench] = []

    def begin(speed: float | None) -> PacedBench:
        running.append(PacedBench(Library().load("tens_conventional"), tmp_path, speed))
        until(lambda: running[-1].view.word is Word.SCREENING)
        return running[-1]

    yield begin
    for live in running:
        live.finish()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.001)


def no_to_all() -> e.Screened:
    codes = Library().load("tens_conventional").protocol.screening_codes
    return e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in codes), "Ada")


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_key_is_heard_at_once(start: Callable[[float | None], PacedBench], speed: float | None) -> None:
    live = start(speed)
    began = time.monotonic()
    live.post(no_to_all())
    until(lambda: live.view.word is Word.PLACING)
    assert time.monotonic() - began < 0.3


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_stop_is_not_kept_waiting_by_the_bench(
    start: Callable[[float | None], PacedBench], speed: float | None
) -> None:
    live = start(speed)
    live.touch()
    live.heartbeat()
    took = []
    for _ in range(30):
        began = time.monotonic()
        live.stop("key")
        took.append(time.monotonic() - began)
        time.sleep(0.002)
    assert sorted(took)[27] < 0.05
    until(lambda: live.view.output is Output.OFF)


@pytest.mark.parametrize(("speed", "slowest", "fastest"), [(1.0, 0.5, 1.5), (20.0, 5, 25)])
def test_it_keeps_its_pace(
    start: Callable[[float | None], PacedBench], speed: float, slowest: float, fastest: float
) -> None:
    live = start(speed)
    before_ms, began = live.view.now_ms, time.monotonic()
    time.sleep(0.5)
    passed_ms, passed_s = live.view.now_ms - before_ms, time.monotonic() - began
    assert slowest <= passed_ms / 1000 / passed_s <= fastest


def test_it_is_a_simulation_and_ends_with_a_whole_record(start: Callable[[float | None], PacedBench]) -> None:
    live = start(1.0)
    assert live.simulation
    assert not live.done
    summary = live.finish()
    assert live.done
    assert summary.intact
    assert live.finish() == summary
    assert live.failure is None


def test_what_escapes_a_turn_stops_the_output_and_ends_it(start: Callable[[float | None], PacedBench]) -> None:
    live = start(1.0)
    live.post("no event")  # type: ignore[arg-type] - which no program would post
    until(lambda: live.done)
    assert live.failure is not None
    assert (live.view.word, live.view.why) == (Word.UNSURE, "program_error")
    assert live.finish().intact
