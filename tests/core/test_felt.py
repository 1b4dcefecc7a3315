"""What counts as felt: what the device acknowledged, each step of a sweep for half of its time, in a whole cycle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.plans import FREQUENCY_SWEEP, IN_TURN, PHASE_SWEEP, TENS
from nmes.core.course import Course, steady
from nmes.core.felt import Felt

SWEEPS = [FREQUENCY_SWEEP, IN_TURN, PHASE_SWEEP]
UA = 3_000


def played(course: Course, until_ms: int, felt: Felt | None = None, late_ms: int = 20) -> Felt:
    """The course from its beginning at time 0; each step is acknowledged `late_ms` late."""
    felt = felt or Felt().confirmed(UA, course.at(0), 0)
    at_ms = 0
    while (at_ms := at_ms + (course.change_in_ms(at_ms) or until_ms)) + late_ms <= until_ms:
        felt = felt.sent(at_ms + late_ms - 3).confirmed(UA, course.at(at_ms), at_ms + late_ms)
    return felt


def missing_ms(felt: Felt, course: Course, now_ms: int) -> int:
    return felt.missing_ms(course, now_ms, now_ms)


@pytest.mark.parametrize("course", SWEEPS)
def test_a_whole_cycle_that_was_acknowledged_is_felt(course: Course) -> None:
    felt = played(course, course.cycle_ms)
    assert missing_ms(felt, course, course.cycle_ms - 1) == 1
    assert missing_ms(felt, course, course.cycle_ms) == 0


@pytest.mark.parametrize("course", SWEEPS)
def test_time_alone_is_no_feeling(course: Course) -> None:
    """The amplitude was reached, and then the program stalled: the device went on with one step."""
    felt = Felt().confirmed(UA, course.at(0), 0)
    for cycles in (1, 2, 10):
        assert missing_ms(felt, course, cycles * course.cycle_ms) > 0


def test_a_peak_that_was_skipped_is_missing_until_it_comes_round() -> None:
    """100 to 200 µs: the step of 200 µs, from 1000 to 1200 ms, was never sent."""
    felt = Felt().confirmed(UA, PHASE_SWEEP.at(0), 0)
    for at_ms in [*range(200, 1000, 200), *range(1200, 3000, 200)]:
        felt = felt.confirmed(UA, PHASE_SWEEP.at(at_ms), at_ms)
    assert missing_ms(felt, PHASE_SWEEP, 2900) == 300, "at 3200 it will have been there again"
    felt = felt.confirmed(UA, PHASE_SWEEP.at(3000), 3000)
    assert missing_ms(felt, PHASE_SWEEP, 3099) > 0
    assert missing_ms(felt, PHASE_SWEEP, 3100) == 0, "half a step is enough"


def test_short_visits_to_a_step_add_up() -> None:
    late = replace(played(PHASE_SWEEP, 2000), before=())
    assert missing_ms(late, PHASE_SWEEP, 2000) > 0
    peak = PHASE_SWEEP.at(1000)
    others = tuple((PHASE_SWEEP.at(ms), 200) for ms in range(0, 1000, 200))
    for visits, enough in ((1, False), (2, True)):
        felt = Felt(UA, 0, PHASE_SWEEP.at(0), 0, others)
        for visit in range(1, visits + 1):
            felt = felt.confirmed(UA, peak, visit * 2000).sent(visit * 2000 + 50)
        assert (missing_ms(felt, PHASE_SWEEP, 6000) == 0) is enough


def test_nothing_counts_while_a_change_is_on_its_way() -> None:
    course = IN_TURN
    felt = Felt().confirmed(UA, course.at(0), 0).sent(1500)
    assert felt.sent(9000) == felt
    waiting = felt.missing_ms(course, 3000, 3000)
    assert waiting == felt.missing_ms(course, 6000, 6000) == 3000


def test_another_amplitude_is_felt_anew() -> None:
    felt = played(FREQUENCY_SWEEP, 2000)
    higher = felt.confirmed(UA + 500, FREQUENCY_SWEEP.at(2000), 2000)
    assert higher == Felt(UA + 500, 2000, FREQUENCY_SWEEP.at(2000), 2000)


def test_a_steady_train_is_felt_at_once_and_what_is_unknown_is_not_counted() -> None:
    assert Felt().confirmed(UA, TENS, 0).missing_ms(steady(TENS), 0, 0) == 0
    assert Felt().confirmed(UA, None, 0).sent(500).before == ()
