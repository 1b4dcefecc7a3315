"""A bench that follows the real clock at a pace: it hears at once, and a STOP finds its way in at any speed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.waiting import shortest_s, until
from nmes.core import events as e
from nmes.core.view import Output, Word
from nmes.runtime.backdoor_bench import BackdoorBench
from nmes.runtime.families import Family
from nmes.runtime.library import Library
from nmes.runtime.person import Person, person_for
from nmes.trial import paced
from nmes.trial.bench.person import device_with_person
from nmes.trial.paced import PacedBench

pytestmark = pytest.mark.thorough

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


def no_to_all() -> e.Screened:
    codes = Library().load("tens_conventional").protocol.screening_codes
    return e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in codes), "Ada")


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_key_is_heard_at_once(start: Callable[[float | None], PacedBench], speed: float | None) -> None:
    def heard_s() -> float:
        live = start(speed)
        began = time.monotonic()
        live.post(no_to_all())
        until(lambda: live.view.word is Word.PLACING)
        return time.monotonic() - began

    assert shortest_s(heard_s, 0.3, tries=5) < 0.3


@pytest.mark.parametrize("speed", SPEEDS)
def test_a_stop_is_not_kept_waiting_by_the_bench(
    start: Callable[[float | None], PacedBench], speed: float | None
) -> None:
    live = start(speed)
    live.touch()
    live.heartbeat()

    def most_s() -> float:
        took = []
        for _ in range(30):
            began = time.monotonic()
            live.stop("key")
            took.append(time.monotonic() - began)
            time.sleep(0.002)
        return sorted(took)[27]

    assert shortest_s(most_s, 0.05, tries=5) < 0.05
    until(lambda: live.view.output is Output.OFF)


@pytest.mark.parametrize(("speed", "slowest", "fastest"), [(1.0, 0.5, 1.5), (20.0, 5, 25)])
def test_it_keeps_its_pace(
    start: Callable[[float | None], PacedBench], speed: float, slowest: float, fastest: float
) -> None:
    live, paces = start(speed), list[float]()
    while not any(slowest <= pace <= fastest for pace in paces) and len(paces) < 5:  # a busy computer spoils one or two
        before_ms, began = live.view.now_ms, time.monotonic()
        time.sleep(0.5)
        passed_ms, passed_s = live.view.now_ms - before_ms, time.monotonic() - began
        paces.append(passed_ms / 1000 / passed_s)
    assert slowest <= paces[-1] <= fastest, paces


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


def asked_of(live: PacedBench) -> BackdoorBench:
    assert isinstance(live.sim_bench, BackdoorBench)
    return live.sim_bench


@pytest.fixture
def looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[PacedBench, list[str], list[str]]]:
    """A bench with somebody at it, what its door was asked, and the words with which the door fails next."""
    asked: list[str] = []
    trouble: list[str] = []

    def strange(person: Person, _family: Family) -> tuple[object, Callable[[str], str]]:
        device, door = device_with_person(person)

        def answer(line: str) -> str:
            asked.append(line)
            if trouble:
                raise RuntimeError(trouble.pop())
            return door(line)

        return device, answer

    monkeypatch.setattr(paced, "device_with_person", strange)
    loaded = Library().load("tens_conventional")
    live = PacedBench(loaded, tmp_path, 1.0, person=person_for(loaded.protocol))
    yield live, asked, trouble
    live.finish()


def test_a_virtual_patient_that_fails_costs_the_session_nothing(
    looked_at: tuple[PacedBench, list[str], list[str]],
) -> None:
    live, asked, trouble = looked_at
    trouble.append("the model is broken")
    asked_of(live).look()
    until(lambda: bool(asked))
    asked_of(live).pull(1)  # asks again at once
    until(lambda: asked_of(live).look() is not None)
    assert live.failure is None
    assert not live.done


def test_what_nobody_waits_for_any_more_is_not_done_later(
    looked_at: tuple[PacedBench, list[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    live, asked, _ = looked_at
    monkeypatch.setattr(paced, "ANSWER_S", 0.01)
    with live._lock, pytest.raises(TimeoutError):
        live._ask("late")
    until(live._asked.empty)
    monkeypatch.setattr(paced, "ANSWER_S", 10)
    live._ask('{"do": "get", "what": "state"}')
    assert "late" not in asked
