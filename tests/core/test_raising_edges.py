"""One step up: each condition by itself, at its edge, and what of several marks or channels stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.desk import Desk, attended, last, ready, refused, running
from helpers.plans import ONE, TWO, WARM_UP, WAVEFORM, plan_of, rhythm, simple_plan
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.attended import Attended, Ghost
from nmes.core.measurement import Aim
from nmes.core.plan import Slot
from nmes.core.states import Running

STEP_UA = 500
SHORT = rhythm(ramp_ms=500, on_ms=4000, cycle_ms=4000, contractions=1)
"""In Hold from 500 ms to 3500 ms; what comes after it begins at 4000 ms."""


def ghosts(*levels: tuple[Slot, int]) -> Attended:
    return Attended(tuple(Ghost(slot, level_ua, "s-1", "2026-11-01T09:00:00Z") for slot, level_ua in levels))


def up(desk: Desk, channel: int = 1, over_ua: int | None = None) -> int:
    """One press after the slew limit; the amplitude it led to."""
    desk.wait(250, 250)
    desk.do(e.Increase(channel, desk.epoch, over_ua))
    return desk.amplitude(channel)


@pytest.mark.parametrize("live", [False, True])
def test_while_a_step_waits_for_the_disk_no_other_is_taken_however_long(live: bool) -> None:
    desk = running() if live else ready()
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.wait(1500)
    before = desk.amplitude()
    desk.disk = False
    desk.do(e.Increase(1, desk.epoch))
    intent = desk.session.intent
    desk.wait(1000)
    assert desk.do(e.Increase(1, desk.epoch)) == (refused("too_fast", channel=1),)
    desk.do(e.Durable(intent))
    assert desk.amplitude() == before + STEP_UA


@pytest.mark.parametrize(("waited_ms", "rises"), [(240, False), (249, False), (250, True)])
def test_a_step_may_follow_the_last_one_after_a_quarter_of_a_second(waited_ms: int, rises: bool) -> None:
    desk = running()
    desk.wait(1500)
    desk.do(e.Increase(1, desk.epoch))
    desk.wait(waited_ms, waited_ms)
    desk.do(e.Increase(1, desk.epoch))
    assert desk.amplitude() == 10_500 + STEP_UA * rises
    assert rises or last(desk) == refused("too_fast", channel=1)


def test_the_guard_is_armed_to_hold_a_titration_to_two_milliamperes_a_second_too() -> None:
    desk = ready()
    desk.do(e.Titrate(1, 0, desk.epoch))
    desk.raise_to(1, 4000)
    arms = [arm for arm in desk.commands if isinstance(arm, c.Arm)]
    assert (arms[-1].level_ua, arms[-1].ramp_ms) == (4000, 2000)


def test_a_channel_that_this_stage_does_not_use_has_no_step() -> None:
    desk = running(plan_of(((ONE, SHORT),), ((TWO, SHORT),)))
    desk.wait(1500)
    assert desk.do(e.Increase(2, desk.epoch)) == (refused("only_in_hold", channel=2),)


@pytest.mark.parametrize("then", [TWO, Slot(1, 1)], ids=["another channel", "another waveform"])
def test_a_step_asked_for_in_one_stage_is_not_taken_in_the_next(then: Slot) -> None:
    desk = running(plan_of(((ONE, SHORT),), ((then, SHORT),), waveforms=(WAVEFORM, WARM_UP)))
    desk.wait(3400)
    desk.disk = False
    desk.do(e.Increase(1, desk.epoch))
    desk.wait(1300)
    desk.do(e.Durable(desk.session.intent))
    assert last(desk) == refused("increase_dropped", channel=1)
    assert desk.session.plan.levels_ua == (10_000, 10_000)


def test_in_a_contraction_that_still_climbs_after_a_resume_there_is_no_step() -> None:
    desk = running(plan_of(((ONE, rhythm(ramp_ms=500, on_ms=3000, cycle_ms=4000, contractions=5)),)))
    desk.wait(1000)
    desk.do(e.Pause(), e.Resume(desk.epoch + 1))
    desk.wait(6000)
    assert isinstance(desk.state, Running), "the 5 s after the resume are over, those of the second contraction not"
    assert desk.do(e.Increase(1, desk.epoch)) == (refused("only_in_hold", channel=1),)
    desk.wait(3000)
    assert desk.amplitude() == 10_000
    assert up(desk) == 10_500


class TestCap:
    PLAN = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500, 750))

    def measured(self, to_ua: int) -> Desk:
        """The most was found to be `to_ua`, in this very titration."""
        desk = ready(self.PLAN)
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, to_ua)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
        return desk

    def test_up_to_the_cap_and_not_one_step_more(self) -> None:
        desk = self.measured(4000)
        desk.do(*[e.Decrease(1)] * 3)
        assert (up(desk), up(desk)) == (3000, 3000)
        assert last(desk) == refused("over_target", channel=1, ceiling_ua=3000)

    def test_in_the_treatment_it_holds_though_nothing_was_measured_since_it_began(self) -> None:
        desk = self.measured(4000)
        desk.do(*[e.Decrease(1)] * 2, e.Accept(desk.epoch), e.Start(desk.epoch + 1))
        desk.wait(1500)
        assert (up(desk), last(desk)) == (3000, refused("over_target", channel=1, ceiling_ua=3000))

    def test_who_looks_for_the_most_anew_may_pass_it(self) -> None:
        desk = self.measured(4000)
        desk.do(*[e.Decrease(1)] * 2, e.Accept(desk.epoch), e.Titrate(1, 0, desk.epoch + 1))
        desk.raise_to(1, 3500)
        assert desk.amplitude() == 3500


class TestMarksOfSeveral:
    def test_two_marks_passed_one_after_the_other_are_both_passed(self) -> None:
        desk = attended(with_it=ghosts((ONE, 1000))).to_ready()
        desk.session = replace(desk.session, plan=replace(desk.session.plan, aim=Aim("pct_max_tolerated", 500)))
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 1000)
        up(desk, over_ua=1000)
        desk.raise_to(1, 1500)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), *[e.Decrease(1)] * 3)
        assert desk.session.measured[0].value == 3000
        assert up(desk, over_ua=1500) == 2000
        desk.do(*[e.Decrease(1)] * 2)
        assert desk.amplitude() == 1000
        assert up(desk) == 1500, "at the first mark is not below it"

    def test_who_lowers_one_channel_keeps_what_the_other_has_passed(self) -> None:
        plan = plan_of(((ONE, rhythm(on_ms=12_000)), (TWO, rhythm(on_ms=12_000))))
        desk = attended(plan, with_it=ghosts((ONE, 5000), (TWO, 2000))).to_ready()
        desk.titrate(ONE, 5000).titrate(TWO, 2000)
        desk.feel()
        desk.do(e.Start(desk.epoch))
        desk.wait(1500)
        assert up(desk, 1, 5000) == 5500
        assert up(desk, 2, 2000) == 2500
        desk.do(e.Decrease(2), e.Decrease(2), e.Decrease(1))
        assert (desk.amplitude(1), desk.amplitude(2)) == (5000, 1500)
        assert up(desk, 1) == 5500
        assert up(desk, 2) == 2000
        assert (up(desk, 2), last(desk).code) == (2000, "refused:mark")

    def test_a_mark_of_one_channel_does_not_ask_of_another(self) -> None:
        plan = plan_of(((ONE, rhythm()), (TWO, rhythm())))
        desk = attended(plan, with_it=ghosts((TWO, 1000))).to_ready()
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 1500)
        assert desk.amplitude(1) == 1500

    def test_where_the_protocol_says_nothing_of_a_first_session_its_target_is_the_usual_one(self) -> None:
        plan = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500))
        desk = attended(plan, with_it=Attended(first=True)).to_ready()
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 4000)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), *[e.Decrease(1)] * 3, e.Accept(desk.epoch))
        assert desk.session.plan.levels_ua == (2500,), "nobody is asked"
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 2000)
        desk.wait(250, 250)
        told = refused("mark", channel=1, mark_ua=2000, to_ua=2500, kind="target")
        assert desk.do(e.Increase(1, desk.epoch)) == (told,)
