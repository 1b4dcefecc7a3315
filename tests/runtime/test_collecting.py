"""Garbage that refers to itself is looked for only while nothing flows: the real collector of this process, heard."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from together.real_line import WAIT_S, Desk
from together.staging import room

from nmes.core.view import RUNNING, Word
from nmes.runtime.collecting import LIVE_EACH_MS, NEVER, QUIET_EACH_MS, REST_EACH_MS, Collecting
from nmes.trial.bench import MemorySink


@contextmanager
def full_collections() -> Iterator[list[str]]:
    """One entry for each that has begun."""
    seen: list[str] = []

    def heard(phase: str, info: dict[str, int]) -> None:
        if phase == "start" and info["generation"] == 2:
            seen.append(phase)

    gc.callbacks.append(heard)
    try:
        yield seen
    finally:
        gc.callbacks.remove(heard)


@pytest.fixture
def as_python_comes() -> Iterator[None]:
    """The tests have a rarer collector; here it is the one of any program, which knows of little."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.collect()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def make_old_garbage() -> None:
    """As much that lives for a while as makes the collector look through everything, many times over."""
    kept = []
    for _ in range(400_000):
        ring: list[object] = []
        ring.append(ring)
        kept.append(ring)


@pytest.mark.thorough
def test_old_garbage_is_looked_for_by_python_itself_and_not_in_a_session(as_python_comes: None) -> None:
    with full_collections() as seen:
        make_old_garbage()
        assert seen, "or this proves nothing"
        with Collecting():
            seen.clear()
            make_old_garbage()
            assert seen == []


@dataclass
class At:
    """A moment of a session between two turns; `asked`: how often it was asked whether the plan rests."""

    is_quiet: bool = False
    resting: bool = False
    ms: int = 0
    asked: int = 0

    def now_ms(self) -> int:
        return self.ms

    @property
    def rests(self) -> bool:
        self.asked += 1
        return self.resting


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("at", "each_ms"),
    [(At(is_quiet=True), QUIET_EACH_MS), (At(resting=True), REST_EACH_MS), (At(), LIVE_EACH_MS)],
    ids=["quiet", "rest", "live"],
)
def test_between_two_turns_it_is_looked_for_now_and_then(at: At, each_ms: int) -> None:
    with Collecting() as collecting, full_collections() as seen:
        for at.ms in range(0, 3 * each_ms + 1, 100):
            collecting.turned(at)
        assert len(seen) == 3


def test_the_plan_is_not_looked_into_before_it_matters() -> None:
    at = At()
    with Collecting() as collecting:
        for at.ms in range(0, REST_EACH_MS, 100):
            collecting.turned(at)
    assert at.asked == 0


def test_a_collection_leaves_alone_what_an_earlier_one_has_looked_through() -> None:
    with Collecting() as collecting:
        collecting.turned(At(is_quiet=True))
        kept = [[number] for number in range(50_000)]
        collecting.turned(At(is_quiet=True, ms=QUIET_EACH_MS))
        assert len(gc.get_objects()) < len(kept)


@pytest.mark.thorough
@pytest.mark.parametrize("frozen", [False, True])
def test_what_belongs_to_the_process_is_put_back(frozen: bool) -> None:
    gc.freeze() if frozen else gc.unfreeze()
    before, had = gc.get_threshold(), gc.get_freeze_count()
    with Collecting():
        assert gc.get_threshold() == (*before[:2], NEVER)
        assert gc.get_freeze_count() > had
        with Collecting():
            pass
        assert gc.get_threshold()[2] == NEVER, "the first is still there"
    assert gc.get_threshold() == before
    assert bool(gc.get_freeze_count()) == frozen


@pytest.mark.thorough
@pytest.mark.covers("LW-02")
def test_a_session_is_quiet_only_while_the_device_is_off_and_nothing_is_about_to_flow() -> None:
    desk = Desk(MemorySink)
    desk.until(lambda view: view.word is not Word.CONNECTING)
    assert desk.controller.is_quiet
    desk.live()
    assert gc.get_threshold()[2] == NEVER
    assert not desk.controller.is_quiet
    desk.controller.stop("key")
    desk.until(lambda view: view.word is Word.STOPPED)
    assert desk.controller.is_quiet
    desk.controller.leave()
    desk.loop.join(WAIT_S)
    assert gc.get_threshold()[2] != NEVER


@pytest.mark.thorough
@pytest.mark.covers("LW-02")
def test_the_plan_rests_until_a_second_before_its_rest_ends_and_in_a_contraction_never() -> None:
    watched = room().running()
    quiet_us: list[int] = []
    while watched.view.word is not Word.ENDED:
        watched.run(20)
        if watched.view.word in RUNNING and watched.bench.controller.rests:
            quiet_us.append(watched.now_us)
    flowed_us = [pulse.t_us for pulse in watched.pulses(quiet_us[0] - 10_000_000)]
    ahead_us = [min((at - now for at in flowed_us if at >= now), default=10_000_000) for now in quiet_us]
    assert len(quiet_us) > 600, "two rests of 10 s, but for their edges"
    assert min(ahead_us) >= 900_000, "and the first step comes when the plan says"
