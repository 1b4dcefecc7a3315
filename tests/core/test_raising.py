"""One step up: marks that ask before they are passed, and channels that rise together or not at all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.assessing import ctf_plan
from helpers.desk import Desk, attended, last, ready, refused, running
from helpers.plans import ONE, TWO, alternating_plan, plan_of, rhythm, simple_plan
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.attended import Attended, Ghost
from nmes.core.measurement import Aim
from nmes.core.plan import Plan, Slot
from nmes.core.session import FIRST_SESSION
from nmes.core.view import OutputState, view

STEP_UA = 500


def mark(channel: int, mark_ua: int, kind: str = "last") -> c.Note:
    return refused("mark", channel=channel, mark_ua=mark_ua, to_ua=mark_ua + STEP_UA, kind=kind)


def ghosts(*levels: tuple[Slot, int]) -> Attended:
    return Attended(tuple(Ghost(slot, level_ua, "s-1", "2026-11-01T09:00:00Z") for slot, level_ua in levels))


def up(desk: Desk, channel: int = 1, over_ua: int | None = None, linked: tuple[int, ...] = ()) -> int:
    """One press after the slew limit; the amplitude it led to."""
    desk.wait(250, 250)
    desk.do(e.Increase(channel, desk.epoch, over_ua, linked))
    return desk.amplitude(channel)


def together(*ceilings_ua: int) -> Plan:
    """Two channels that contract at the same time, for long."""
    plan = plan_of(((ONE, rhythm(on_ms=12_000)), (TWO, rhythm(on_ms=12_000))))
    for at, ceiling_ua in enumerate(ceilings_ua):
        given = replace(plan.delivered[at], ceiling_ua=ceiling_ua)
        plan = replace(plan, delivered=(*plan.delivered[:at], given, *plan.delivered[at + 1 :]))
    return plan


class TestMarks:
    def titrating(self, with_it: Attended, to_ua: int) -> Desk:
        desk = attended(with_it=with_it).to_ready()
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, to_ua)
        return desk

    def test_the_level_of_the_last_session_asks_before_it_is_passed(self) -> None:
        desk = self.titrating(ghosts((ONE, 3000)), 3000)
        assert desk.amplitude() == 3000, "up to the mark nobody is asked"
        assert (up(desk), last(desk)) == (3000, mark(1, 3000))
        assert (up(desk, over_ua=2500), last(desk)) == (3000, mark(1, 3000))
        assert (up(desk, over_ua=3500), last(desk)) == (3000, mark(1, 3000))
        assert up(desk, over_ua=3000) == 3500
        assert c.Note("over_mark", (("channel", 1), ("mark_ua", 3000))) in desk.commands

    def test_once_passed_it_asks_again_only_after_the_level_was_below_it(self) -> None:
        desk = self.titrating(ghosts((ONE, 3000)), 3000)
        up(desk, over_ua=3000)
        desk.do(e.Decrease(1))
        assert up(desk) == 3500, "at the mark is not below it"
        desk.do(e.Decrease(1), e.Decrease(1))
        assert up(desk) == 3000
        assert (up(desk), last(desk)) == (3000, mark(1, 3000))

    def test_a_raise_that_never_left_has_passed_no_mark(self) -> None:
        desk = self.titrating(ghosts((ONE, 3000)), 3000)
        desk.disk = False
        up(desk, over_ua=3000)
        desk.wait(2000, 250)
        desk.disk = True
        assert (up(desk), last(desk)) == (3000, mark(1, 3000))

    def test_it_asks_anew_in_a_new_titration_and_in_the_treatment(self) -> None:
        desk = self.titrating(ghosts((ONE, 3000)), 3000)
        up(desk, over_ua=3000)
        desk.do(e.Decrease(1), e.Accept(desk.epoch), e.FeltAt(1, there=True), e.Start(desk.epoch + 1))
        desk.wait(1500)
        assert (up(desk), last(desk)) == (3000, mark(1, 3000))
        assert up(desk, over_ua=3000) == 3500
        desk.do(e.Decrease(1))
        assert up(desk) == 3500
        desk.do(e.Stop("key", 1))
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 3000)
        assert (up(desk), last(desk)) == (3000, mark(1, 3000))

    def test_lowered_in_a_pause_it_asks_again(self) -> None:
        desk = attended(with_it=ghosts((ONE, 3000))).to_ready().run(3000)
        desk.wait(1500)
        up(desk, over_ua=3000)
        desk.do(e.Pause(), e.Decrease(1), e.Decrease(1))
        assert desk.session.progress.passed == ()

    def test_a_level_between_two_steps_of_the_device_is_a_mark_on_its_grid(self) -> None:
        desk = self.titrating(ghosts((ONE, 3499)), 3000)
        assert view(desk.session, OutputState()).slots[0].last_ua == 3000
        assert view(desk.session, OutputState()).slots[0].last_utc == "2026-11-01T09:00:00Z"
        assert (up(desk), last(desk)) == (3000, mark(1, 3000))

    def test_the_target_asks_too_and_one_confirmation_passes_both_where_they_meet(self) -> None:
        plan = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500))
        desk = attended(plan, with_it=ghosts((ONE, 2000))).to_ready()
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 2000)
        up(desk, over_ua=2000)
        desk.raise_to(1, 1500)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), *[e.Decrease(1)] * 5)
        assert desk.session.measured[0].value == 4000
        desk.raise_to(1, 500)
        assert (desk.amplitude(), up(desk), last(desk)) == (2000, 2000, mark(1, 2000))
        assert up(desk, over_ua=2000) == 2500

    def test_the_target_alone_asks_as_the_target(self) -> None:
        plan = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500))
        desk = attended(plan).to_ready()
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 4000)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), *[e.Decrease(1)] * 4)
        assert (up(desk), last(desk)) == (2000, mark(1, 2000, "target"))

    def test_where_nobody_attends_no_mark_asks(self) -> None:
        plan = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500))
        desk = ready(plan)
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 4000)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), *[e.Decrease(1)] * 4)
        assert up(desk) == 2500
        assert view(desk.session, OutputState()).slots[0].last_ua is None

    def test_a_mark_that_is_0_on_the_devices_grid_asks_at_the_first_step(self) -> None:
        desk = self.titrating(ghosts((ONE, 400)), 0)
        assert (up(desk), last(desk)) == (0, mark(1, 0)), "that none was confirmed is no confirmation of 0"
        assert "over_mark" not in desk.notes()
        assert (up(desk, over_ua=500), last(desk)) == (0, mark(1, 0))
        assert up(desk, over_ua=0) == 500
        assert c.Note("over_mark", (("channel", 1), ("mark_ua", 0))) in desk.commands

    def test_a_target_that_is_0_on_the_devices_grid_asks_too(self) -> None:
        desk = attended(replace(simple_plan(), aim=Aim("pct_max_tolerated", 500))).to_ready()
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 500)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), e.Decrease(1))
        assert (up(desk), last(desk)) == (0, mark(1, 0, "target"))
        assert "over_mark" not in desk.notes()

    def test_confirming_a_mark_passes_no_ceiling(self) -> None:
        desk = attended(plan_of(((ONE, rhythm()),), ceiling_ua=3000), with_it=ghosts((ONE, 3000))).to_ready()
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 3000)
        assert (up(desk, over_ua=3000), last(desk)) == (3000, refused("ceiling", channel=1, ceiling_ua=3000))


class TestLinked:
    def held(self, plan: Plan | None = None, level_ua: int = 5000) -> Desk:
        desk = running(plan or together(), level_ua)
        desk.wait(1500)
        return desk

    def test_one_press_is_one_step_of_each_behind_one_intent(self) -> None:
        desk = self.held()
        desk.wait(250, 250)
        intent = desk.session.intent
        commands = desk.do(e.Increase(1, desk.epoch, linked=(2,)))
        assert (desk.amplitude(1), desk.amplitude(2)) == (5500, 5500)
        assert [command for command in commands if isinstance(command, c.MakeDurable)] == [c.MakeDurable(intent + 1)]
        notes = [command for command in commands if isinstance(command, c.Note)]
        assert notes == [c.Note("increase", (("channel", ch), ("to_ua", 5500))) for ch in (1, 2)]

    def test_a_channel_named_twice_rises_once(self) -> None:
        desk = self.held()
        assert up(desk, linked=(1, 2, 2)) == 5500
        assert desk.amplitude(2) == 5500

    def test_what_one_ceiling_refuses_all_refuse(self) -> None:
        desk = self.held(together(40_000, 5000))
        assert (up(desk, linked=(2,)), last(desk)) == (5000, refused("ceiling", channel=2, ceiling_ua=5000))
        assert desk.amplitude(2) == 5000
        assert up(desk) == 5500, "the refusal costs the first channel nothing"

    def test_in_a_ramp_or_a_rest_of_one_none_rises(self) -> None:
        desk = running(alternating_plan())
        desk.wait(1500)
        assert (up(desk, linked=(2,)), last(desk)) == (10_000, refused("only_in_hold", channel=2))
        assert desk.session.plan.level_ua(ONE) == 10_000

    def test_what_the_device_has_not_confirmed_of_one_holds_all_back(self) -> None:
        desk = self.held()
        desk.device = False
        desk.do(e.Decrease(2))
        assert (up(desk, linked=(2,)), last(desk)) == (5000, refused("not_confirmed_yet", channel=2))

    def test_they_rise_no_faster_than_one(self) -> None:
        desk = self.held()
        up(desk, linked=(2,))
        desk.wait(240)
        desk.do(e.Increase(2, desk.epoch, linked=(1,)))
        assert last(desk) == refused("too_fast", channel=2)
        assert (desk.amplitude(1), desk.amplitude(2)) == (5500, 5500)
        desk.wait(10)
        desk.do(e.Increase(2, desk.epoch, linked=(1,)))
        assert (desk.amplitude(1), desk.amplitude(2)) == (6000, 6000)

    def test_if_one_has_left_its_hold_when_the_disk_answers_none_rises(self) -> None:
        plan = plan_of(((ONE, rhythm(on_ms=12_000)), (TWO, rhythm(on_ms=4000))))
        desk = self.held(plan)
        desk.disk = False
        desk.wait(1300)
        desk.do(e.Increase(1, desk.epoch, linked=(2,)))
        desk.wait(500)
        desk.do(e.Durable(desk.session.intent))
        assert last(desk) == refused("increase_dropped", channel=2)
        assert (desk.session.plan.level_ua(ONE), desk.session.plan.level_ua(TWO)) == (5000, 5000)

    def test_only_the_named_channel_passes_its_mark(self) -> None:
        desk = attended(together(), with_it=ghosts((ONE, 5000), (TWO, 5000))).to_ready().run(5000)
        desk.wait(1500)
        assert (up(desk, 1, 5000, (2,)), last(desk)) == (5000, mark(2, 5000))
        assert up(desk, 2, 5000) == 5500
        assert (up(desk, 1, 5000, (2,)), desk.amplitude(2)) == (5500, 6000)

    def test_a_linked_channel_at_0_is_asked_before_its_mark_of_0_too(self) -> None:
        desk = attended(together(), with_it=ghosts((TWO, 400))).to_ready()
        desk.titrate(ONE, 5000)
        desk.do(e.Titrate(2, 0, desk.epoch))
        assert up(desk, 2, 0) == 500
        desk.do(e.Accept(desk.epoch))
        desk.feel()
        desk.do(e.Start(desk.epoch))
        desk.wait(1500)
        desk.do(e.Decrease(2))
        first = len(desk.commands)
        assert (up(desk, 1, None, (2,)), last(desk)) == (5000, mark(2, 0))
        assert (up(desk, 1, 0, (2,)), last(desk)) == (5000, mark(2, 0)), "it was the other channel's that was confirmed"
        assert not [one for one in desk.commands[first:] if isinstance(one, c.Note) and one.code == "over_mark"]

    @pytest.mark.parametrize("channel", [1, 2])
    def test_while_a_level_is_found_only_one_is_live(self, channel: int) -> None:
        desk = ready(together())
        desk.do(e.Titrate(1, 0, desk.epoch))
        up(desk, channel, linked=(3 - channel,))
        assert last(desk) == refused("not_live", channel=2)
        assert desk.amplitude() == 0

    def test_in_a_test_of_the_cramp_threshold_none_rises(self) -> None:
        desk = running(ctf_plan(start=4, cap=10, train_s=5, off_s=3))
        desk.wait(2500)
        assert (up(desk), last(desk)) == (10_000, refused("fixed_in_test", channel=1))


class TestFirstSession:
    """The target of a patient's first session is a part of the usual one, in every figure and every mark."""

    PLAN = replace(simple_plan(), aim=Aim("pct_max_tolerated", 500, 900, 50))

    def aimed(self, with_it: Attended, plan: Plan = PLAN, said: e.Reply | None = None) -> Desk:
        """The most is 8 mA, so the target is 4 mA and that of a first session 2 mA; the level stands at 3 mA."""
        desk = attended(plan, with_it=with_it)
        if said is not None:
            desk.session = replace(desk.session, codes=(FIRST_SESSION,))
        answers = () if said is None else (e.Answer(FIRST_SESSION, said, "she knows", ""),)
        desk.do(e.Identified("P24", "P24-1", "1.0"), e.Screened(answers, "Ada"))
        desk.read_back()
        desk.do(e.Placed(desk.pads), e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 8000)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), *[e.Decrease(1)] * 10)
        return desk

    def targets(self, desk: Desk) -> tuple[int | None, int | None, int | None]:
        (slot,) = view(desk.session, OutputState()).slots
        return slot.target_ua, slot.usual_ua, slot.cap_ua

    @pytest.mark.parametrize(
        ("on_record", "said", "first"),
        [
            (True, None, True),
            (False, None, False),
            (True, e.Reply.NO, True),
            (False, e.Reply.NO, False),
            (False, e.Reply.YES, True),
            (False, e.Reply.UNKNOWN, True),
        ],
    )
    def test_the_record_decides_and_what_the_checklist_was_told(
        self, on_record: bool, said: e.Reply | None, first: bool
    ) -> None:
        desk = self.aimed(Attended(first=on_record), said=said)
        assert self.targets(desk) == (2000 if first else 4000, 4000, 7000), "the cap stays"
        assert view(desk.session, OutputState()).first_percent == (50 if first else 0)

    def test_a_yes_to_another_question_says_nothing_of_it(self) -> None:
        desk = attended(self.PLAN)
        desk.session = replace(desk.session, codes=("cause_overuse",))
        answer = e.Answer("cause_overuse", e.Reply.YES)
        desk.do(e.Identified("P24", "P24-1", "1.0"), e.Screened((answer,), "Ada"))
        assert desk.notes() == ["screening_clear"]
        assert view(desk.session, OutputState()).first_percent == 0

    def test_a_protocol_that_says_nothing_of_it_is_as_ever(self) -> None:
        desk = self.aimed(Attended(first=True), replace(self.PLAN, aim=Aim("pct_max_tolerated", 500, 900)))
        assert self.targets(desk) == (4000, 4000, 7000)
        desk.do(e.Accept(desk.epoch))
        assert desk.session.plan.levels_ua == (3000,)

    def test_a_step_over_it_asks_and_one_over_the_usual_target_asks_again(self) -> None:
        desk = self.aimed(Attended(first=True))
        desk.do(*[e.Decrease(1)] * 2)
        assert (up(desk), last(desk)) == (2000, mark(1, 2000, "first"))
        assert up(desk, over_ua=2000) == 2500
        desk.raise_to(1, 1500)
        assert (up(desk), last(desk)) == (4000, mark(1, 4000, "target"))

    def test_accepting_more_of_it_than_it_shall_be_asks_and_stands_in_the_record(self) -> None:
        desk = self.aimed(Attended(first=True))
        for over_ua in (None, 1500):
            desk.do(e.Accept(desk.epoch, over_ua))
            assert last(desk) == refused("over_first", channel=1, mark_ua=2000, to_ua=3000, kind="first")
            assert desk.session.plan.levels_ua == (0,)
        desk.do(e.Accept(desk.epoch, 2000))
        assert desk.session.plan.levels_ua == (3000,)
        assert c.Note("over_mark", (("channel", 1), ("mark_ua", 2000))) in desk.commands

    @pytest.mark.parametrize("down", [2, 3])
    def test_at_it_or_below_nobody_is_asked(self, down: int) -> None:
        desk = self.aimed(Attended(first=True))
        desk.do(*[e.Decrease(1)] * down, e.Accept(desk.epoch))
        assert desk.session.plan.levels_ua == (3000 - down * STEP_UA,)

    def test_what_a_confirmed_step_has_led_over_is_not_asked_again(self) -> None:
        desk = self.aimed(Attended(first=True))
        desk.do(*[e.Decrease(1)] * 2)
        up(desk, over_ua=2000)
        desk.do(e.Accept(desk.epoch))
        assert desk.session.plan.levels_ua == (2500,)

    def test_in_the_treatment_it_asks_too(self) -> None:
        desk = self.aimed(Attended(first=True))
        desk.do(*[e.Decrease(1)] * 2, e.Accept(desk.epoch), e.FeltAt(1, there=True), e.Start(desk.epoch + 1))
        desk.wait(1500)
        assert (up(desk), last(desk)) == (2000, mark(1, 2000, "first"))

    def test_a_force_that_is_aimed_at_is_the_smaller_one(self) -> None:
        desk = attended(replace(simple_plan(), aim=Aim("pct_mvic", 400, 0, 50)), with_it=Attended(first=True))
        desk.do(e.Measure(e.What.MVIC, 1, 100_000))
        assert view(desk.session, OutputState()).channels[0].target_mn == 20_000
