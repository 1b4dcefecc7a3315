"""Pools: all of them together are the single muscle, the others stay fresh, and how time is cut changes nothing."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from firmware_sim.patient.ding import DING_2003
from firmware_sim.patient.muscle import Muscle
from firmware_sim.patient.recruitment import territories
from helpers.trains import S, contractions, regular
from helpers.yardstick import HMED_2018

TRAIN = regular(40, 12)


def driven(weights: tuple[float, ...], row: tuple[float, ...], count: int = 60) -> tuple[Muscle, list[float]]:
    muscle = Muscle(DING_2003, weights)
    return muscle, [peak for peak, _ in contractions(muscle, TRAIN, S, count, row)]


@pytest.mark.thorough
@pytest.mark.parametrize("weights", [(1 / 8,) * 8, (1 / 7,) * 7, (0.4, 0.25, 0.2, 0.1, 0.05)])
def test_all_pools_together_are_the_single_muscle(weights: tuple[float, ...]) -> None:
    one, peaks = driven((1.0,), (1.0,))
    many, same = driven(weights, (1.0,) * len(weights))
    assert same == pytest.approx(peaks, rel=1e-9)
    assert many.strength() == pytest.approx(one.strength(), rel=1e-9)
    assert many.fti_ns() == pytest.approx(one.fti_ns(), rel=1e-9)


def test_a_pool_that_is_not_reached_stays_fresh() -> None:
    half, _ = driven((0.5, 0.5), (1.0, 0.0))
    assert half.constants_now(1) == pytest.approx((DING_2003.a_rest / 2, DING_2003.tau1_rest, DING_2003.km_rest))
    assert half.constants_now(0)[0] < 0.4 * DING_2003.a_rest


def test_half_a_muscle_tires_as_a_whole_one() -> None:
    _, whole = driven((1.0,), (1.0,))
    _, half = driven((0.4, 0.6), (1.0, 0.0))
    assert [peak / half[0] for peak in half] == pytest.approx([peak / whole[0] for peak in whole], rel=1e-9)
    assert half[0] == pytest.approx(0.4 * whole[0], rel=1e-9)


def test_more_current_recruits_fresh_fibres() -> None:
    muscle = Muscle(DING_2003, (0.5, 0.5))
    contractions(muscle, TRAIN, S, 60, (1.0, 0.0))
    tired_n = muscle.take_peak()[0] or muscle.peak_n
    for at_us in TRAIN:
        muscle.pulse(60 * S + at_us, (1.0, 1.0))
    muscle.advance(61 * S)
    assert muscle.take_peak()[0] > tired_n


def test_turns_tire_less_than_always_the_same_half() -> None:
    turns, same = Muscle(DING_2003, (0.5, 0.5)), Muscle(DING_2003, (0.5, 0.5))
    for index in range(60):
        for at_us in TRAIN:
            turns.pulse(index * S + at_us, ((1.0, 0.0), (0.0, 1.0))[index % 2])
            same.pulse(index * S + at_us, (1.0, 0.0))
    last = []
    for muscle in (turns, same):
        muscle.advance(59 * S)
        muscle.take_peak()
        muscle.advance(60 * S)
        last.append(muscle.take_peak()[0])
    assert last[0] > 1.1 * last[1]


def test_force_grows_smoothly_through_a_pool() -> None:
    lie = territories(1, 8)
    forces = []
    for step in range(41):
        muscle = Muscle(DING_2003, lie.weights)
        row = lie.row(HMED_2018, 1 + step * 0.1, 0)
        for at_us in regular(50, 50):
            muscle.pulse(at_us, row)
        muscle.advance(S)
        forces.append(muscle.peak_n)
    rises = [after - before for before, after in pairwise(forces)]
    assert min(rises) > 0
    assert max(rises) < 0.035 * 294, "no jump when a pool comes in"


def test_two_pulses_within_the_refractory_time_are_one() -> None:
    once, twice = Muscle(DING_2003), Muscle(DING_2003)
    for muscle, pulses in ((once, (0,)), (twice, (0, 2_000))):
        for at_us in pulses:
            muscle.pulse(at_us, (1.0,))
        muscle.advance(S)
    assert twice.peak_n == pytest.approx(once.peak_n, rel=1e-3)
    third = Muscle(DING_2003)
    for at_us in (0, 5_000):
        third.pulse(at_us, (1.0,))
    third.advance(S)
    assert third.peak_n > 1.25 * once.peak_n, "a doublet gives more"


def test_fibres_that_were_not_fired_by_the_first_of_two_pulses_are_by_the_second() -> None:
    both, second = Muscle(DING_2003, (0.5, 0.5)), Muscle(DING_2003, (0.5, 0.5))
    both.pulse(0, (1.0, 0.3))
    both.pulse(1_000, (1.0, 1.0))
    second.pulse(0, (1.0, 1.0))
    for muscle in (both, second):
        muscle.advance(S)
    assert both.peak_n == pytest.approx(second.peak_n, rel=0.01)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(4))
def test_how_time_is_cut_changes_nothing(seed: int) -> None:
    rng = Random(seed)
    times = sorted(rng.sample(range(0, 30 * S, 500), 300))
    rows = [(rng.random(), rng.choice((0.0, 1.0))) for _ in times]
    plain, cut = Muscle(DING_2003, (0.5, 0.5)), Muscle(DING_2003, (0.5, 0.5))
    for at_us, row in zip(times, rows, strict=True):
        plain.pulse(at_us, row)
        cut.advance(max(0, at_us - rng.randrange(0, 9_000)))
        cut.advance(at_us)
        cut.pulse(at_us, row)
    for muscle in (plain, cut):
        muscle.advance(100 * S)
        muscle.pulse(100 * S, (1.0, 1.0))
        muscle.advance(101 * S)
    assert (plain.peak_n, plain.strength(), plain.fti_ns()) == (cut.peak_n, cut.strength(), cut.fti_ns())
    assert plain.force_n(101 * S) == cut.force_n(101 * S)


@pytest.mark.thorough
def test_a_long_rest_costs_nothing_and_recovers() -> None:
    muscle, _ = driven((1 / 8,) * 8, (1.0,) * 8)
    assert muscle.strength() < 0.5
    muscle.advance(30 * 24 * 3600 * S)
    assert muscle.strength() == pytest.approx(1)
    assert muscle.force_n(30 * 24 * 3600 * S) == 0


def test_time_does_not_go_back() -> None:
    muscle = Muscle(DING_2003)
    muscle.pulse(50_000, (1.0,))
    with pytest.raises(ValueError, match="a pulse at 10000 us comes after time has reached 50000 us"):
        muscle.pulse(10_000, (1.0,))
