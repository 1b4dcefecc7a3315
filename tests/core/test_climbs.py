"""The slow climb after a resume: to the millisecond, for each channel by itself."""

from __future__ import annotations

import pytest

from helpers.desk import running
from helpers.plans import ONE, alternating_plan, plan_of, rhythm
from nmes.core import events as e
from nmes.core.climbs import EARLY_RULES, climbing, climbs, rises
from nmes.core.plan import Plan
from nmes.core.timeline import Phase

LONG = plan_of(((ONE, rhythm(on_ms=12_000)),))
"""One channel that holds for longer than a climb after a resume lasts."""


def slow(plan: Plan, t_ms: int, resumed_ms: int, channel: int = 1) -> bool:
    at = next(at for at in plan.at(t_ms) if at.channel == channel)
    return climbs(plan, at, t_ms, resumed_ms, EARLY_RULES)


@pytest.mark.parametrize("resumed_ms", [0, 3000])
def test_a_climb_is_over_after_five_seconds_to_the_millisecond(resumed_ms: int) -> None:
    assert [slow(LONG, resumed_ms + ms, resumed_ms) for ms in (0, 4999, 5000, 5001)] == [True, True, False, False]


def test_a_ramp_that_is_slower_still_is_climbed_to_its_end() -> None:
    plan = plan_of(((ONE, rhythm(ramp_ms=7000, on_ms=15_000)),))
    assert [slow(plan, ms, 0) for ms in (5000, 6999, 7000)] == [True, True, False]


def test_when_it_is_over_one_step_more_is_heard_again() -> None:
    desk = running(LONG)
    desk.wait(2000)
    desk.do(e.Pause(), e.Resume(desk.epoch + 1))
    desk.wait(4990)
    desk.do(e.Increase(1, desk.epoch))
    assert desk.notes()[-1] == "refused:not_live"
    desk.wait(10)
    desk.do(e.Increase(1, desk.epoch))
    assert desk.amplitude() == 10_500


@pytest.mark.parametrize(("cycle_ms", "expected"), [(4999, True), (5000, False), (5001, False)])
def test_a_second_contraction_climbs_if_it_begins_before_the_five_seconds_are_over(
    cycle_ms: int, expected: bool
) -> None:
    plan = plan_of(((ONE, rhythm(ramp_ms=500, on_ms=2000, cycle_ms=cycle_ms)),))
    assert slow(plan, cycle_ms + 100, 0) is expected


def test_one_channel_that_climbs_is_a_climb_whatever_the_others_do() -> None:
    plan = alternating_plan()
    assert [at.phase for at in plan.at(500)] == [Phase.RAMP_UP, Phase.REST]
    assert climbing(plan, 500, 0, EARLY_RULES)
    assert rises(plan, 500, 0, EARLY_RULES)
    assert not climbing(plan, 7000, 0, EARLY_RULES), "both rest"


def test_a_contraction_that_the_plan_lets_down_rises_no_more_though_it_still_climbs() -> None:
    plan = plan_of(((ONE, rhythm(ramp_ms=500, on_ms=2000)),))
    assert [at.phase for at in plan.at(1600)] == [Phase.RAMP_DOWN]
    assert climbing(plan, 1600, 0, EARLY_RULES)
    assert not rises(plan, 1600, 0, EARLY_RULES)
    assert rises(plan, 1400, 0, EARLY_RULES)
