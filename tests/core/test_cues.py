"""What is announced and what may be heard: the next change of the plan, and one cue for each thing that happened."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.assessing import ctf_plan
from helpers.desk import Desk, attended, ready, running, titrating
from helpers.plans import ONE, TWO, alternating_plan, continuous_plan, plan_of, rhythm, simple_plan
from nmes.core import events as e
from nmes.core.attended import Attended
from nmes.core.commands import Note
from nmes.core.cues import Announce, Change, Cue, announcement, cues
from nmes.core.measurement import Aim
from nmes.core.plan import Plan, Slot
from nmes.core.timeline import Rhythm
from nmes.core.view import Output, OutputState, View, Word, view

OFF = OutputState(off_confirmed=True, confirmed_at_ms=0)


def seen(desk: Desk) -> View:
    return view(desk.session, OutputState(confirmed_at_ms=desk.session.now_ms))


def after(ms: int, plan: Plan | None = None) -> View:
    """A treatment that has run for so long."""
    desk = running(plan)
    desk.wait(ms, 50)
    return seen(desk)


def told(ms: int, plan: Plan | None = None) -> tuple[Change, int]:
    announced = announcement(after(ms, plan))
    assert announced is not None
    return announced.change, announced.in_ms


# --- the next change ---


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("ms", "change", "in_ms"),
    [
        (100, Change.CONTRACT, 0),
        (1000, Change.RELAX, 4000),
        (4500, Change.RELAX, 500),
        (6000, Change.CONTRACT, 10_000),
        (13_000, Change.CONTRACT, 3000),
        (16_000, Change.CONTRACT, 0),
        (40_000, Change.END, 8000),
        (47_000, Change.END, 1000),
    ],
)
def test_each_change_of_a_contraction_is_announced_with_the_time_to_it(ms: int, change: Change, in_ms: int) -> None:
    assert told(ms) == (change, in_ms)


def test_what_falls_is_told_as_relax_now_until_something_is_counted_down() -> None:
    assert told(5500) == (Change.RELAX, 0)
    short = plan_of(((ONE, rhythm(cycle_ms=7000)),))
    assert told(5500, short) == (Change.CONTRACT, 1500)


@pytest.mark.parametrize(("in_ms", "count"), [(0, None), (1, 1), (1000, 1), (1001, 2), (3000, 3), (3001, None)])
def test_three_two_one_and_then_now(in_ms: int, count: int | None) -> None:
    announced = Announce(Change.CONTRACT, in_ms)
    assert announced.count == count
    assert announced.now is (in_ms == 0)


def test_the_channel_whose_change_is_next_is_named_and_those_that_change_together() -> None:
    announced = announcement(after(4500, alternating_plan()))
    assert announced == Announce(Change.RELAX, 500, (1,), "stage 1")
    assert announcement(after(6500, alternating_plan())) == Announce(Change.CONTRACT, 1500, (2,), "stage 1")
    both = plan_of(((ONE, rhythm()), (TWO, rhythm())))
    assert announcement(after(100, both)) == Announce(Change.CONTRACT, 0, (1, 2), "stage 1")


def test_a_contraction_that_climbs_outranks_what_another_channel_does() -> None:
    assert told(8200, plan_of(((ONE, rhythm()), (TWO, rhythm(offset_ms=8000))))) == (Change.CONTRACT, 0)


def test_a_channel_without_a_level_changes_nothing() -> None:
    desk = running(alternating_plan(), level_ua=1000)
    desk.wait(2000)
    desk.do(e.Decrease(1), e.Decrease(1))
    announced = announcement(seen(desk))
    assert announced == Announce(Change.CONTRACT, 6000, (2,), "stage 1")


def test_the_rest_between_two_sets_is_counted_in() -> None:
    sets = Rhythm(0, 1000, 6000, 1000, 16_000, per_set=2, sets=2, set_rest_ms=60_000, stage_ms=124_000)
    assert told(24_000, plan_of(((ONE, sets),))) == (Change.CONTRACT, 68_000)


def test_the_first_contraction_of_the_next_stage_is_announced_in_the_last_rest() -> None:
    two = plan_of(((ONE, rhythm(contractions=1)),), ((ONE, rhythm(offset_ms=2000)),))
    announced = announcement(after(14_000, two))
    assert announced == Announce(Change.CONTRACT, 4000, (1,), "stage 2")


def test_a_stage_without_contractions_is_announced_as_such() -> None:
    plan = plan_of(((ONE, rhythm(contractions=1)),), ((ONE, rhythm(on_ms=60_000, cycle_ms=60_000, contractions=1)),))
    flat = replace(plan, stages=(plan.stages[0], replace(plan.stages[1], continuous=True)))
    assert announcement(after(14_000, flat)) == Announce(Change.STAGE, 2000, (), "stage 2")


def test_a_stage_whose_channels_have_no_level_is_looked_past() -> None:
    other = Slot(1, 1)
    waveforms = (simple_plan().waveforms[0],) * 2
    short = rhythm(contractions=1)
    plan = plan_of(((ONE, short),), ((other, short),), ((ONE, short),), waveforms=waveforms)
    shown = after(10_000, plan)
    lowered = replace(shown, plan=shown.plan.with_level(other, 0))
    assert announcement(lowered) == Announce(Change.CONTRACT, 22_000, (1,), "stage 3")


def test_a_treatment_without_contractions_announces_its_end_only() -> None:
    assert told(30_000, continuous_plan()) == (Change.END, 30_000)


def test_each_train_of_a_stepped_test_is_announced() -> None:
    plan = ctf_plan(train_s=5, off_s=10)
    assert told(100, plan) == (Change.CONTRACT, 0)
    assert told(7000, plan) == (Change.CONTRACT, 8000)
    assert announcement(after(14_500, plan)) == Announce(Change.CONTRACT, 500, (1,), plan.stages[1].name)


def test_after_a_resume_what_was_cut_contracts_at_once_whatever_its_phase() -> None:
    for plan, cut_ms in ((simple_plan(), 2000), (continuous_plan(), 20_000)):
        desk = running(plan)
        desk.wait(cut_ms, 50)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(1500, 50)
        assert seen(desk).word is Word.RESUMING
        assert announcement(seen(desk)) == Announce(Change.CONTRACT, 0, (1,), "stage 1")


def test_a_resume_in_a_rest_counts_down_to_the_next_contraction() -> None:
    desk = running()
    desk.wait(14_000, 50)
    desk.do(e.Pause())
    desk.do(e.Resume(desk.epoch))
    desk.wait(500, 50)
    assert announcement(seen(desk)) == Announce(Change.CONTRACT, 1500, (1,), "stage 1")


def test_nothing_is_announced_while_nothing_of_the_plan_is_live() -> None:
    paused = running()
    paused.do(e.Pause())
    for desk in (ready(), titrating(1000), paused):
        assert announcement(seen(desk)) is None


# --- what may be heard ---


def heard(ms: int, until_ms: int, plan: Plan | None = None, step_ms: int = 100) -> list[Cue]:
    """All cues of this part of a treatment."""
    desk = running(plan)
    desk.wait(ms, 50)
    before, found = seen(desk), list[Cue]()
    for _ in range(ms, until_ms, step_ms):
        desk.wait(step_ms, 50)
        after_ = seen(desk)
        found += cues(before, after_)
        before = after_
    return found


def test_a_contraction_is_counted_down_and_each_change_is_heard_once() -> None:
    cycle = [Cue.CONTRACT, Cue.RELAX, Cue.COUNT_3, Cue.COUNT_2, Cue.COUNT_1]
    assert heard(12_000, 31_900) == [*cycle[2:], *cycle]


def test_the_end_is_heard_once_and_not_counted_like_a_contraction() -> None:
    found = heard(44_000, 49_000)
    assert found.count(Cue.END) == 1
    assert not {Cue.COUNT_1, Cue.CONTRACT} & set(found)


def test_an_end_before_its_time_has_no_chime() -> None:
    desk = running()
    before = seen(desk)
    desk.do(e.End())
    assert Cue.END not in cues(before, seen(desk))


def test_a_step_ticks_a_level_that_came_down_to_0_sounds_different_and_ramps_are_silent() -> None:
    desk = titrating(500)
    before = seen(desk)
    desk.wait(300, 50)
    desk.do(e.Increase(1, desk.epoch))
    up = seen(desk)
    assert cues(before, up) == (Cue.TICK,)
    desk.do(e.Decrease(1))
    down = seen(desk)
    assert cues(up, down) == (Cue.TICK,)
    desk.do(e.Decrease(1))
    assert cues(down, seen(desk)) == (Cue.ZERO,)
    assert Cue.TICK not in heard(0, 1000)


def test_a_level_that_belongs_to_another_state_is_no_step() -> None:
    """Accepting takes the level out of view, and a treatment begins with its levels: nobody has pressed a key."""
    desk = titrating(1000)
    before = seen(desk)
    desk.do(e.Accept(desk.epoch))
    assert cues(before, seen(desk)) == ()


def test_off_confirmed_is_heard_once() -> None:
    desk = running()
    before = seen(desk)
    desk.do(e.Pause())
    off = view(desk.session, OFF)
    assert (off.output, cues(before, off)) == (Output.OFF, (Cue.ZERO,))
    assert cues(off, off) == ()


def test_a_new_fault_is_heard_first_and_once_for_its_class() -> None:
    desk = running()
    before = seen(desk)
    desk.do(e.DeviceFault(e.Fault.ELECTRODE, 1, 4))
    after_ = seen(desk)
    assert cues(before, after_) == (Cue.FAULT,)
    assert cues(after_, after_) == ()
    assert cues(None, after_) == (Cue.FAULT,), "who comes late hears it all the same"


def test_a_caution_has_a_sound_of_its_own_and_a_refusal_none() -> None:
    before = seen(ready())
    assert cues(before, replace(before, note=Note("felt_elsewhere"))) == (Cue.CAUTION,)
    assert cues(before, replace(before, note=Note("refused:too_fast"))) == ()
    assert cues(None, before) == ()


def test_a_first_session_that_has_its_contractions_is_heard_once() -> None:
    aimed = replace(simple_plan(), aim=Aim("visible_tetanic", first_percent=50))
    desk = attended(aimed, with_it=Attended(first=True)).to_ready().run()
    heard, before = [], seen(desk)
    for _part in range(200):
        desk.wait(100)
        before, last = seen(desk), before
        heard += [cue for cue in cues(last, before) if cue is Cue.CAUTION]
    assert heard == [Cue.CAUTION]
