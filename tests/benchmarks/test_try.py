"""How long a therapist waits for `nmes try`: one treatment, and a population on every core."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from helpers.short import QUADS, protocol_file, setup_of
from helpers.slicing import part
from nmes.runtime.library import Library, load_file
from nmes.trial.crowd import Crowd, cores, try_many
from nmes.trial.setup import Setup
from nmes.trial.trying import try_one

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(600)]

ONE_LIMIT_S = 10.0
PEOPLE = part(200)
CROWD_LIMIT_S = 120.0 * max(PEOPLE / 200, 0.4)
"""Of few people fewer share a session, which is what costs."""
LEAST_GAIN = 1.7
COMPARED = max(16, part(60))
"""Fewer, and the start of the workers is what is measured."""
BUSY = 0.05
"""What other programs may take of the cores before the ratio says nothing."""


@pytest.fixture(autouse=True)
def without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    """Plain Python, whatever the environment wishes; workers inherit it."""
    monkeypatch.setenv("FIRMWARE_SIM_COMPILED", "0")


def crowd_in(base: Setup, count: int, workers: int) -> tuple[float, Crowd]:
    began = time.perf_counter()
    crowd = try_many(base, count, seed=1, workers=workers)
    return time.perf_counter() - began, crowd


def others_s() -> float:
    """Time all cores spent on other programs than this one and its ended children, s; 0 where nobody counts."""
    try:
        user, nice, system = map(int, Path("/proc/stat").read_text().split()[1:4])
    except OSError:
        return 0.0
    times = os.times()
    ours = times.user + times.system + times.children_user + times.children_system
    return (user + nice + system) / os.sysconf("SC_CLK_TCK") - ours


@pytest.mark.clocked
def test_twenty_minutes_of_quadriceps_on_eight_pools_take_less_than_ten_seconds(tmp_path: Path) -> None:
    loaded = load_file(protocol_file(tmp_path, QUADS, contractions="20"))
    setup = setup_of(loaded, pools=8)
    assert setup.plan.duration_ms == 20 * 60_000
    began = time.perf_counter()
    trial = try_one(setup)
    took_s = time.perf_counter() - began
    print(f"20 min, {len(trial.run.train)} pulses, 8 pools: {took_s:.2f} s")
    assert trial.good
    assert took_s < ONE_LIMIT_S


@pytest.mark.clocked
def test_two_hundred_people_take_less_than_two_minutes() -> None:
    took_s, crowd = crowd_in(setup_of(Library().load(QUADS)), PEOPLE, cores())
    print(f"{PEOPLE} people, {crowd.sessions} sessions, {cores()} cores: {took_s:.1f} s")
    assert len(crowd.outcomes) == PEOPLE
    assert took_s < CROWD_LIMIT_S


@pytest.mark.skipif(cores() < 2, reason="needs two cores")
def test_two_cores_are_nearly_twice_as_fast_as_one() -> None:
    """A worker that waits for work counts against us; another program that takes a core does not."""
    base = setup_of(Library().load(QUADS))
    before = others_s()
    two_s, two = crowd_in(base, COMPARED, 2)
    between = others_s()
    one_s, one = crowd_in(base, COMPARED, 1)
    taken = (between - before) / (2 * two_s)
    print(f"{COMPARED} people: {one_s:.1f} s on one core, {two_s:.1f} s on two: {one_s / two_s:.2f} times")
    print(f"other programs took {taken:.0%} of the cores meanwhile")
    assert one.outcomes == two.outcomes
    if taken > BUSY:
        pytest.skip(f"other programs took {taken:.0%} of the cores")
    assert one_s / two_s >= LEAST_GAIN
