"""CRAMP and measured values, event by event: what halts, what is kept, and that nothing of it raises the output."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.desk import STATES, Desk, attended, desk_in, ready, running
from helpers.plans import ONE, TWO, WARM_UP, WAVEFORM, alternating_plan, plan_of, rhythm, simple_plan
from helpers.rows import bundled
from nmes.core import assessing
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import measurement as m
from nmes.core import session as s
from nmes.core.course import STEP_MS as STEP_OF_A_SWEEP_MS
from nmes.core.course import Course, Steps
from nmes.core.plan import Plan, Slot
from nmes.core.view import OutputState, View, Word, view

pytestmark = pytest.mark.thorough

TRAIN_MS, STEP_MS = 3000, 13_000


def test_plan(
    steps: int = 4, slots: tuple[Slot, ...] = (ONE,), train_ms: int = TRAIN_MS, step_ms: int = STEP_MS
) -> Plan:
    """4, 6, 8 ... Hz: a train of 3 s and 10 s of rest each, ramps of 0.5 s."""
    train = rhythm(ramp_ms=500, on_ms=train_ms, cycle_ms=step_ms, contractions=1)
    made = plan_of(*[tuple((slot, train) for slot in slots)] * steps)
    stages = tuple(replace(stage, step_mhz=4000 + 2000 * number) for number, stage in enumerate(made.stages))
    return replace(made, kind="assessment", assessment="ctf", stages=stages)


test_plan.__test__ = False  # type: ignore[attr-defined]  # a plan of a test, no test


def by_level(measures: str, *slots: Slot) -> Plan:
    made = plan_of(tuple((slot, rhythm(contractions=1)) for slot in slots), waveforms=(WAVEFORM, WARM_UP))
    return replace(made, kind="assessment", assessment=measures)


def shares(plan: Plan | None = None) -> Plan:
    return replace(plan or simple_plan(), aim=m.Aim("pct_max_tolerated", 550, 850))


def measured(desk: Desk) -> list[dict[str, int | str]]:
    """The values of every `measured` note."""
    return [dict(note.values) for note in desk.commands if isinstance(note, c.Note) and note.code == "measured"]


def seen(desk: Desk) -> View:
    return view(desk.session, OutputState())


def last_note(desk: Desk) -> str:
    return desk.notes()[-1]


class TestCramp:
    def test_in_a_train_it_halts_first_of_all_and_keeps_the_trains_frequency(self) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS + 1500)  # in the second train
        commands = desk.do(e.Cramp("key"))
        assert commands[:2] == (c.Halt(), c.Disarm())
        assert measured(desk) == [{"what": "ctf", "channel": 1, "value_mhz": 6000, "level_ua": 10_000}]
        assert desk.session.measured == (m.Measured(e.What.CTF, 1, 6000),)
        assert desk.state == s.Ended("assessed")

    def test_the_halt_is_asked_for_in_the_step_of_the_cramp_itself(self) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        session, commands = s.step(desk.session, e.Cramp())
        assert session.state == s.Ending("assessed")
        assert commands[0] == c.Halt()

    @pytest.mark.parametrize("into_ms", [TRAIN_MS + 100, STEP_MS - 100])
    def test_in_the_rest_it_belongs_to_the_train_before(self, into_ms: int) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS + into_ms)
        desk.do(e.Cramp())
        assert [one["value_mhz"] for one in measured(desk)] == [6000]

    def test_before_a_train_has_put_anything_out_it_belongs_to_the_one_before(self) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS)  # the second train begins at 0 mA
        assert desk.amplitude() == 0
        desk.do(e.Cramp())
        assert [one["value_mhz"] for one in measured(desk)] == [4000]

    def test_every_channel_of_the_train_gets_the_value(self) -> None:
        desk = running(test_plan(slots=(ONE, TWO)))
        desk.wait(1500)
        desk.do(e.Cramp())
        assert [(one["channel"], one["value_mhz"]) for one in measured(desk)] == [(1, 4000), (2, 4000)]

    @pytest.mark.parametrize("later_ms", [0, 1_200_000])
    @pytest.mark.parametrize("halt", [e.Pause(), e.Stop("key", 1), e.OperatorAbsent(), e.UiSilent()], ids=repr)
    def test_once_halted_it_is_a_mark_however_soon_and_says_that_nothing_was_measured(
        self, halt: e.Event, later_ms: int
    ) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS + 1500)
        desk.do(halt)
        desk.wait(later_ms, 1000)
        before = desk.state
        commands = desk.do(e.Cramp("key"))
        assert commands == (c.Note("mark", (("kind", "cramp"), ("text", ""))), c.Note("not_measured", ()))
        assert (desk.state, desk.session.measured) == (before, ())

    @pytest.mark.parametrize("into_ms", [1500, TRAIN_MS + 100])
    def test_a_level_lowered_to_nothing_has_ended_its_train(self, into_ms: int) -> None:
        desk = ready(test_plan())
        desk.titrate(ONE, 500)
        desk.do(e.Start(desk.epoch))
        desk.wait(into_ms)
        desk.do(e.Decrease(1))
        desk.wait(2 * STEP_MS)
        assert c.Halt() in desk.do(e.Cramp())
        assert (type(desk.state), measured(desk), last_note(desk)) == (s.Paused, [], "not_measured")

    def test_while_the_pause_is_on_its_way_it_changes_nothing_of_it(self) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.device = False
        desk.do(e.Pause())
        desk.do(e.Cramp())
        assert (type(desk.state), measured(desk), last_note(desk)) == (s.Pausing, [], "not_measured")

    @pytest.mark.parametrize("disk", [True, False])
    def test_while_it_resumes_it_calls_the_start_off(self, disk: bool) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.do(e.Pause())
        desk.disk, desk.device = disk, False
        desk.do(e.Resume(desk.epoch))
        assert isinstance(desk.state, s.Enabling if disk else s.Committing)
        assert c.Halt() in desk.do(e.Cramp())
        assert desk.state == s.Pausing(0, "cramp")
        assert (measured(desk), last_note(desk)) == ([], "not_measured")

    def test_resumed_it_does_not_count_for_the_train_from_before_the_pause(self) -> None:
        desk = running(test_plan())
        desk.wait(2 * STEP_MS + 1500)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        assert (type(desk.state), desk.amplitude()) == (s.Resuming, 0)
        assert c.Halt() in desk.do(e.Cramp())
        assert measured(desk) == []

    def test_resumed_it_counts_as_in_any_train(self) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(500)
        assert isinstance(desk.state, s.Resuming)
        desk.do(e.Cramp())
        assert desk.state == s.Ended("assessed")

    @pytest.mark.parametrize("steps_before", [0, 1, 3])
    def test_a_train_that_was_cut_begins_again_slowly_and_comes_once_more_at_its_level(self, steps_before: int) -> None:
        """The first train after a resume climbs over 5 s: what does not cramp in it says nothing."""
        desk, mhz = running(test_plan()), 4000 + 2000 * steps_before
        desk.wait(steps_before * STEP_MS + 1500)
        desk.do(e.Pause())
        assert desk.state == s.Paused(steps_before * STEP_MS, "operator")
        desk.do(e.Resume(desk.epoch))
        desk.wait(TRAIN_MS - 600)
        assert 0 < desk.amplitude() < 10_000
        assert (seen(desk).step_mhz, seen(desk).once_more, seen(desk).word) == (mhz, True, Word.RESUMING)
        desk.wait(STEP_MS)
        assert (desk.amplitude(), seen(desk).step_mhz, seen(desk).once_more) == (10_000, mhz, False)

    @pytest.mark.parametrize(("rules", "amplitudes"), [(2, [2500, 2500, 10_000]), (1, [2500, 10_000])])
    def test_trains_that_begin_within_five_seconds_of_a_resume_all_climb(
        self, rules: int, amplitudes: list[int]
    ) -> None:
        """Of short trains more than one begins slowly, before the train comes at its level; not by older rules."""
        desk = running(test_plan(train_ms=2000, step_ms=3000))
        desk.session = replace(desk.session, rules=rules)
        desk.wait(1000)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        for amplitude_ua in amplitudes:
            desk.wait(1400)
            assert (desk.amplitude(), seen(desk).step_mhz) == (amplitude_ua, 4000)
            desk.wait(1600)

    @pytest.mark.parametrize("steps_before", [0, 1])
    @pytest.mark.parametrize(("rules", "step_ms", "slow"), [(2, 3000, 2), (1, 3000, 1), (2, 5000, 1), (1, 5000, 1)])
    def test_after_the_slow_trains_one_comes_at_its_level_and_then_the_next_step(
        self, steps_before: int, rules: int, step_ms: int, slow: int
    ) -> None:
        """A train that begins when the 5 s are just over is at its level already."""
        desk, mhz = running(test_plan(train_ms=2000, step_ms=step_ms)), 4000 + 2000 * steps_before
        desk.session = replace(desk.session, rules=rules)
        desk.wait(steps_before * step_ms + 1000)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(1400)
        for _ in range(slow):
            assert (desk.amplitude(), seen(desk).step_mhz, seen(desk).once_more) == (2500, mhz, True)
            desk.wait(step_ms)
        assert (desk.amplitude(), seen(desk).step_mhz, seen(desk).once_more) == (10_000, mhz, False)
        desk.wait(step_ms)
        assert (desk.amplitude(), seen(desk).step_mhz) == (10_000, mhz + 2000)

    def test_a_treatment_has_no_train_that_a_cramp_could_count_for(self) -> None:
        desk = running()
        desk.wait(2000)
        assert desk.amplitude() == 10_000
        assert (desk.session.train, seen(desk).cramp_mhz) == (None, None)

    def test_a_pause_in_a_rest_repeats_no_train_and_goes_on_with_the_rest(self) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS + 5000)
        desk.do(e.Pause())
        assert desk.state == s.Paused(STEP_MS + 5000, "operator")
        desk.do(e.Resume(desk.epoch))
        desk.wait(STEP_MS - 5000 - 100)
        assert (desk.amplitude(), seen(desk).step_mhz, seen(desk).word) == (0, 6000, Word.REST)
        assert seen(desk).cramp_mhz is None, "the pause has ended the train: nothing is known to be its cramp"
        desk.wait(2000)
        assert (seen(desk).step_mhz, seen(desk).once_more, seen(desk).cramp_mhz) == (8000, True, 8000)
        assert 0 < desk.amplitude() < 10_000, "the first train after a resume climbs slowly"
        desk.wait(STEP_MS)
        assert (desk.amplitude(), seen(desk).step_mhz, seen(desk).once_more) == (10_000, 8000, False)
        desk.wait(STEP_MS)
        assert (desk.amplitude(), seen(desk).step_mhz) == (10_000, 10_000)

    def test_a_pause_in_the_rest_after_a_slow_train_still_has_it_to_come_twice(self) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS + 1500)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(STEP_MS - 2000)
        desk.do(e.Pause())
        assert desk.state == s.Paused(STEP_MS - 2000, "operator"), "2 s of the rest are left"
        desk.do(e.Resume(desk.epoch))
        desk.wait(4000)
        assert (seen(desk).step_mhz, seen(desk).once_more) == (6000, True)
        desk.wait(STEP_MS)
        assert (desk.amplitude(), seen(desk).step_mhz) == (10_000, 6000)

    @pytest.mark.parametrize(
        ("paused_ms", "from_ms", "once_more_ms"),
        [
            (1500, 0, 0),
            (STEP_MS + 1500, 0, None),
            (2 * STEP_MS + 1500, STEP_MS, None),
            (STEP_MS + 5000, STEP_MS, None),
        ],
    )
    def test_a_record_of_before_is_replayed_by_its_own_rule(
        self, paused_ms: int, from_ms: int, once_more_ms: int | None
    ) -> None:
        desk = running(test_plan())
        desk.session = replace(desk.session, rules=0)
        desk.wait(paused_ms)
        desk.do(e.Pause())
        assert (desk.state, desk.session.once_more_ms) == (s.Paused(from_ms, "operator"), once_more_ms)
        assert assessing.went_on(simple_plan(), 20_000, None) == assessing.goes_on(simple_plan(), 20_000, None)

    @pytest.mark.parametrize("why", ["stopping", "unsure"])
    def test_a_stop_that_is_not_confirmed_yet_is_left_as_it_is(self, why: str) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.device = False
        desk.do(e.Stop("key", 1) if why == "stopping" else e.Unanswered("update"))
        before = desk.state
        desk.do(e.Cramp())
        assert (desk.state, measured(desk), last_note(desk)) == (before, [], "not_measured")

    def test_a_stop_that_comes_after_it_takes_nothing_away(self) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.device = False
        desk.do(e.Cramp(), e.Stop("key", 1))
        assert (desk.state, len(desk.session.measured)) == (s.Ending("assessed"), 1)

    @pytest.mark.parametrize("device", [True, False])
    def test_it_counts_once(self, device: bool) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.device = device
        desk.do(e.Cramp())
        assert desk.do(e.Cramp()) == (c.Note("mark", (("kind", "cramp"), ("text", ""))),)
        assert len(measured(desk)) == 1

    def test_what_has_counted_counts_after_the_treatment_too(self) -> None:
        """Nobody is told then that nothing was measured."""
        desk = attended(test_plan()).to_ready().run()
        desk.wait(1500)
        desk.do(e.Cramp())
        assert desk.state == s.After("assessed")
        assert desk.do(e.Cramp()) == (c.Note("mark", (("kind", "cramp"), ("text", ""))),)

    @pytest.mark.parametrize("disk", [True, False])
    def test_before_a_level_is_found_it_calls_the_search_off_and_is_no_result(self, disk: bool) -> None:
        desk = ready(test_plan())
        desk.disk, desk.device = disk, False
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert isinstance(desk.state, s.Enabling if disk else s.Committing)
        assert c.Halt() in desk.do(e.Cramp())
        assert (desk.state, last_note(desk)) == (s.Lowering(), "not_in_test")

    @pytest.mark.parametrize("end", [e.End(), None])
    def test_after_the_end_of_a_test_without_a_result_it_is_told_to_run_it_again(self, end: e.End | None) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.do(*([end] if end else []))
        desk.wait(0 if end else 4 * STEP_MS, 50)
        assert isinstance(desk.state, s.Ended)
        desk.do(e.Cramp())
        assert (measured(desk), last_note(desk)) == ([], "not_measured")

    def test_while_the_level_is_found_it_is_no_result_but_goes_to_0(self) -> None:
        desk = ready(test_plan())
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 2000)
        assert c.Halt() in desk.do(e.Cramp())
        assert (desk.state, measured(desk), desk.session.plan.unconfirmed) == (s.Ready(), [], (ONE,))
        assert "mark" in desk.notes()
        assert last_note(desk) == "not_in_test"

    def test_a_titration_after_a_stop_forgets_the_train(self) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.do(e.Stop("key", 1))
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 1000)
        desk.do(e.Stop("key", 2), e.Cramp())  # this cramp is not the test's
        assert (measured(desk), last_note(desk)) == ([], "mark")

    def test_lowered_to_nothing_there_is_no_train_to_have_cramped_in(self) -> None:
        desk = ready(test_plan())
        desk.titrate(ONE, 500)
        desk.do(e.Start(desk.epoch), e.Decrease(1))
        desk.wait(1500)
        assert c.Halt() in desk.do(e.Cramp())
        assert isinstance(desk.state, s.Paused)
        assert measured(desk) == []

    @bundled("state", STATES)
    def test_in_a_treatment_it_is_a_mark_and_changes_nothing(self, state: str) -> None:
        desk = desk_in(state)
        before = desk.session
        commands = desk.do(e.Cramp())
        which = (("contraction", 1),) if state in {"Running", "Resuming"} else ()
        assert commands == (c.Note("mark", (("kind", "cramp"), ("text", ""), *which)),)
        assert desk.session == replace(before, note=commands[0], noted=(*before.noted, *commands))

    @pytest.mark.parametrize("before", ["idle", "ended"])
    def test_in_a_test_it_is_legal_from_beginning_to_end(self, before: str) -> None:
        desk = Desk.of(test_plan())
        if before == "ended":
            desk.to_ready().do(e.End())
        state = desk.state
        desk.do(e.Cramp())
        assert (desk.state, last_note(desk)) == (state, "mark")

    def test_a_test_without_a_cramp_says_up_to_where(self) -> None:
        desk = running(test_plan())
        desk.wait(4 * STEP_MS + 100, 50)
        assert desk.state == s.Ended("complete")
        assert c.Note("not_reached", (("cap_mhz", 10_000),)) in desk.commands
        assert measured(desk) == []

    @pytest.mark.parametrize("lowered_ms", [100, STEP_MS + 1500, STEP_MS + TRAIN_MS + 500])
    def test_a_test_lowered_to_nothing_has_not_reached_its_cap(self, lowered_ms: int) -> None:
        """Before a train, in the train at the cap and after it: nobody knows what the cap would have done."""
        desk = ready(test_plan(2))
        desk.titrate(ONE, 500)
        desk.do(e.Start(desk.epoch))
        desk.wait(lowered_ms, 50)
        desk.do(e.Decrease(1))
        desk.wait(2 * STEP_MS + 100 - lowered_ms, 50)
        assert desk.state == s.Ended("incomplete")
        assert c.Note("test_incomplete", (("cap_mhz", 6000),)) in desk.commands
        assert "not_reached" not in desk.notes()

    def test_nor_has_one_with_one_channel_lowered_to_nothing(self) -> None:
        desk = ready(test_plan(1, slots=(ONE, TWO)))
        desk.titrate(ONE, 5000)
        desk.titrate(TWO, 500)
        desk.do(e.Start(desk.epoch), e.Decrease(2))
        desk.wait(STEP_MS + 100, 50)
        assert desk.state == s.Ended("incomplete")

    @pytest.mark.parametrize(
        ("last", "reached"), [(m.Train(6000, ((1, 1),)), True), (m.Train(4000, ((1, 1),)), False), (None, False)]
    )
    def test_only_a_train_at_the_cap_reaches_it(self, last: m.Train | None, reached: bool) -> None:
        assert assessing.reached_cap(test_plan(2).with_level(ONE, 5000), last) is reached

    def test_lowered_but_not_to_nothing_it_counts_at_the_lower_level(self) -> None:
        desk = running(test_plan(2))
        desk.do(e.Decrease(1))
        desk.wait(2 * STEP_MS + 100, 50)
        assert desk.state == s.Ended("complete")
        assert "not_reached" in desk.notes()

    def test_a_pause_in_the_rest_after_the_cap_does_not_undo_it(self) -> None:
        desk = running(test_plan(2))
        desk.wait(STEP_MS + TRAIN_MS + 500, 50)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(STEP_MS + 100, 50)
        assert desk.state == s.Ended("complete")

    @pytest.mark.parametrize("paused_ms", [1500, STEP_MS + 1500])
    def test_the_value_comes_with_the_most_that_was_given_in_its_train(self, paused_ms: int) -> None:
        """In the slow train after a resume that is less than the level, whatever was given before the pause."""
        desk = running(test_plan())
        desk.wait(paused_ms)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(1600)
        given = desk.amplitude()
        desk.do(e.Cramp())
        assert 0 < given < 10_000
        mhz = 4000 if paused_ms < STEP_MS else 6000
        assert [(one["value_mhz"], one["level_ua"]) for one in measured(desk)] == [(mhz, given)]
        lowest = measured(desk)[0].get("lowest_step")
        assert lowest == (1 if mhz == 4000 else None), "the threshold may lie lower than anything that was tried"

    def test_in_the_rest_after_a_lowered_train_it_is_what_that_train_was_given(self) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS - 1000, 50)
        desk.do(e.Decrease(1))
        desk.wait(1000 + TRAIN_MS + 500, 50)
        desk.do(e.Cramp())
        assert [(one["value_mhz"], one["level_ua"]) for one in measured(desk)] == [(6000, 9500)]

    @pytest.mark.parametrize("steps", [1, 2])
    def test_a_first_train_that_was_cut_comes_once_more_at_the_level(self, steps: int) -> None:
        """There is no train before it to take the slow climb, and its frequency has to be tested too."""
        desk = running(test_plan(steps))
        desk.wait(1500)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(2000)
        assert 0 < desk.amplitude() < 5000
        desk.wait(STEP_MS)
        assert (desk.amplitude(), seen(desk).step_mhz) == (10_000, 4000)
        desk.wait((steps - 1) * STEP_MS)
        assert (desk.amplitude(), seen(desk).step_mhz) == (10_000, 2000 + 2000 * steps)
        desk.wait(STEP_MS)
        assert desk.state == s.Ended("complete")

    def test_cut_again_in_the_slow_train_or_its_rest_it_still_does(self) -> None:
        desk = running(test_plan())
        for cut_ms in (1500, 1500, STEP_MS - 1000):
            desk.wait(cut_ms)
            desk.do(e.Pause())
            desk.do(e.Resume(desk.epoch))
        desk.wait(STEP_MS + 2000)
        assert (desk.amplitude(), seen(desk).step_mhz) == (10_000, 4000)

    def test_one_that_was_whole_does_not(self) -> None:
        desk = running(test_plan())
        desk.wait(TRAIN_MS + 500)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        played = {seen(desk).step_mhz for _second in range(3 * STEP_MS // 1000) if desk.wait(1000) or desk.amplitude()}
        assert played == {6000, 8000}

    def test_a_stop_after_such_a_pause_begins_the_count_anew(self) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.do(e.Pause(), e.Stop("key", 1))
        desk.titrate(ONE, 10_000).do(e.Start(desk.epoch))
        desk.wait(STEP_MS + 1500)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        desk.wait(STEP_MS + 2000)
        assert (desk.amplitude(), seen(desk).step_mhz) == (10_000, 6000)

    def test_a_treatment_ends_without_such_a_word(self) -> None:
        desk = running()
        desk.wait(48_100, 50)
        assert desk.state == s.Ended("complete")
        assert "not_reached" not in desk.notes()

    def test_the_level_is_the_same_in_every_train(self) -> None:
        desk = running(test_plan())
        desk.wait(1500)
        desk.do(e.Increase(1, desk.epoch))
        assert last_note(desk) == "refused:fixed_in_test"
        assert desk.session.plan.levels_ua == (10_000,)
        desk.do(e.Decrease(1))
        assert desk.session.plan.levels_ua == (9500,)

    @pytest.mark.parametrize(
        ("place", "may"),
        [("titrating", True), ("train", True), ("paused", False), ("stopped", False), ("ready", False)],
    )
    def test_the_view_offers_it_where_it_would_halt_or_count(self, place: str, may: bool) -> None:
        desk = ready(test_plan())
        if place == "titrating":
            desk.do(e.Titrate(1, 0, desk.epoch))
        if place in {"train", "paused", "stopped"}:
            desk.run().wait(1500)
        if place in {"paused", "stopped"}:
            desk.do(e.Pause() if place == "paused" else e.Stop("key", 1))
        assert ("cramp" in seen(desk).may) is may
        assert "increase" not in seen(desk).may or place == "titrating"

    def test_the_view_tells_the_step(self) -> None:
        desk = running(test_plan())
        desk.wait(STEP_MS + 1500)
        assert seen(desk).step_mhz == 6000
        assert seen(running()).step_mhz is None


class TestTheAcceptedLevelIsTheValue:
    @pytest.mark.parametrize("measures", ["max_tolerated", "motor_threshold"])
    def test_the_last_level_ends_it(self, measures: str) -> None:
        desk = ready(by_level(measures, ONE, TWO))
        desk.titrate(ONE, 5000)
        assert desk.state == s.Ready()
        desk.titrate(TWO, 7000)
        assert desk.state == s.Ended("assessed")
        assert [(one["what"], one["channel"], one["value_ua"]) for one in measured(desk)] == [
            (measures, 1, 5000),
            (measures, 2, 7000),
        ]

    def test_another_kind_of_value_does_not_stand_in_for_it(self) -> None:
        desk = ready(by_level("max_tolerated", ONE, TWO))
        desk.do(e.Titrate(2, 0, desk.epoch))
        desk.raise_to(2, 1000)
        desk.do(e.Measure(e.What.MOTOR_THRESHOLD, 2), e.Pause())
        desk.titrate(ONE, 5000)
        assert desk.state == s.Ready()

    def test_a_cramp_in_it_is_a_mark(self) -> None:
        desk = ready(by_level("max_tolerated", ONE))
        desk.do(e.Titrate(1, 0, desk.epoch), e.Cramp())
        assert isinstance(desk.state, s.Titrating)


class TestMeasure:
    def at(self, level_ua: int, plan: Plan | None = None) -> Desk:
        desk = ready(plan or shares())
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, level_ua)
        return desk

    @pytest.mark.parametrize("what", [e.What.MAX_TOLERATED, e.What.MOTOR_THRESHOLD])
    @pytest.mark.parametrize("value", [None, 0])
    def test_an_amplitude_is_the_present_confirmed_one_and_stays_on(self, what: e.What, value: int | None) -> None:
        desk = self.at(10_000)
        outputs = desk.session.outputs
        desk.do(e.Measure(what, 1, value))
        assert measured(desk) == [{"what": str(what), "channel": 1, "value_ua": 10_000}]
        assert desk.session.measured == (m.Measured(what, 1, 10_000, ONE),)
        assert desk.session.outputs == outputs

    def test_at_the_ceiling_it_says_that_more_may_be_tolerated(self) -> None:
        desk = self.at(2000, shares(plan_of(((ONE, rhythm()),), ceiling_ua=2200)))
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1), e.Measure(e.What.MOTOR_THRESHOLD, 1))
        assert [one.get("at_ceiling") for one in measured(desk)] == [1, None]

    def test_a_most_whose_cap_is_less_than_one_step_is_none_and_more_is_found_all_the_same(self) -> None:
        desk = self.at(500)
        before = desk.session
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
        assert desk.session.note == c.Note("refused:most_too_low", (("channel", 1), ("value_ua", 500)))
        assert (desk.session.measured, desk.state) == ((), before.state)
        desk.do(e.Measure(e.What.MOTOR_THRESHOLD, 1))
        desk.raise_to(1, 500)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
        assert [one["value_ua"] for one in measured(desk)] == [500, 1000]
        old = s.step(replace(before, rules=0), e.Measure(e.What.MAX_TOLERATED, 1))[0]
        assert old.measured == (m.Measured(e.What.MAX_TOLERATED, 1, 500, ONE),), "a record of before is replayed"

    def test_a_typed_amplitude_is_refused(self) -> None:
        desk = self.at(10_000)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1, 60_000))
        assert (last_note(desk), measured(desk)) == ("refused:amplitude_is_measured", [])

    def test_what_is_not_confirmed_yet_is_not_measured(self) -> None:
        desk = self.at(1000)
        desk.device = False
        desk.wait(250, 250)
        desk.do(e.Increase(1, desk.epoch), e.Measure(e.What.MAX_TOLERATED, 1))
        assert last_note(desk) == "refused:not_confirmed_yet"

    def test_of_a_sweep_all_has_to_be_felt_first(self) -> None:
        sweep = Course(WAVEFORM, Steps((20_000, 10_000)), Steps((300,)))
        desk = self.at(1000, replace(simple_plan(), courses=(sweep,)))
        desk.do(e.Measure(e.What.MOTOR_THRESHOLD, 1))
        assert last_note(desk) == "refused:not_felt_yet"
        desk.wait(2 * STEP_OF_A_SWEEP_MS)
        desk.do(e.Measure(e.What.MOTOR_THRESHOLD, 1))
        assert last_note(desk) == "measured"

    def test_nothing_is_measured_at_0_or_elsewhere(self) -> None:
        desk = self.at(0)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
        assert last_note(desk) == "refused:level_zero"
        desk = running(shares())
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
        assert last_note(desk) == "refused:not_live"

    def test_only_the_channel_that_is_felt_is_measured(self) -> None:
        desk = self.at(1000, alternating_plan())
        desk.do(e.Measure(e.What.MAX_TOLERATED, 2))
        assert last_note(desk) == "refused:not_live"
        desk.do(e.Measure(e.What.MAX_TOLERATED, 9))
        assert last_note(desk) == "refused:no_such_slot"

    @pytest.mark.parametrize(
        ("what", "value", "unit"),
        [
            (e.What.CTF, 2000, "mhz"),
            (e.What.CTF, 40_000, "mhz"),
            (e.What.MVIC, 1, "mn"),
            (e.What.MVIC, m.MAX_FORCE_MN, "mn"),
        ],
    )
    def test_typed_values_are_kept_within_their_bounds(self, what: e.What, value: int, unit: str) -> None:
        desk = ready()
        desk.do(e.Measure(what, 1, value))
        typed = {"typed": 1} if what is e.What.CTF else {}  # forces come from a dynamometer, a frequency from a train
        assert measured(desk) == [{"what": str(what), "channel": 1, f"value_{unit}": value, **typed}]

    def test_a_typed_threshold_is_never_taken_for_the_result_of_a_test(self) -> None:
        desk = ready()
        desk.do(e.Measure(e.What.CTF, 1, 22_000))
        assert measured(desk)[-1]["typed"] == 1
        assert desk.session.measured == (m.Measured(e.What.CTF, 1, 22_000, typed=True),)
        tested = running(test_plan())
        tested.wait(1500)
        tested.do(e.Cramp())
        assert "typed" not in measured(tested)[-1]
        assert not tested.session.measured[-1].typed

    @pytest.mark.parametrize(
        ("what", "value"),
        [
            (e.What.CTF, None),
            (e.What.CTF, 1999),
            (e.What.CTF, 40_001),
            (e.What.MVIC, 0),
            (e.What.MVIC, m.MAX_FORCE_MN + 1),
        ],
    )
    def test_others_are_refused(self, what: e.What, value: int | None) -> None:
        desk = ready()
        desk.do(e.Measure(what, 1, value))
        assert (last_note(desk), desk.session.measured) == ("refused:value_range", ())

    def test_the_evoked_force_comes_with_its_share(self) -> None:
        plan = replace(simple_plan(), aim=m.Aim("pct_mvic", 400))
        desk = self.at(1000, plan)
        desk.do(e.Measure(e.What.EVOKED, 1, m.MAX_FORCE_MN + 1))
        assert (last_note(desk), desk.session.measured) == ("refused:value_range", ())
        desk.do(e.Measure(e.What.EVOKED, 1, 30_000))
        assert "permille" not in measured(desk)[-1]
        desk.do(e.Measure(e.What.MVIC, 1, 120_000), e.Measure(e.What.EVOKED, 1, 36_000))
        assert measured(desk)[-1]["permille"] == 300
        [channel] = seen(desk).channels
        assert (channel.mvic_permille, channel.target_mn) == (300, 48_000)

    def test_no_force_is_noted_that_no_current_makes(self) -> None:
        no_current = c.Note("refused:no_current", (("channel", 1),))
        for desk in (ready(), self.at(0), running(simple_plan())):
            desk.do(e.Measure(e.What.EVOKED, 1, 30_000))
            assert (desk.session.note, desk.session.measured) == (no_current, ())
            desk.do(e.Measure(e.What.MVIC, 1, 120_000))
            assert last_note(desk) == "measured", "the own strongest contraction needs none"
        desk = self.at(1000, alternating_plan())
        desk.do(e.Measure(e.What.EVOKED, 2, 30_000))
        assert last_note(desk) == "refused:no_current", "the current is another channel's"

    @bundled("state", STATES)
    def test_a_typed_value_changes_no_output_and_no_state(self, state: str) -> None:
        desk = desk_in(state)
        before = desk.session
        commands = desk.do(e.Measure(e.What.MVIC, 1, 100_000))
        assert all(isinstance(command, c.Note) for command in commands)
        assert (desk.state, desk.session.outputs, desk.session.arms) == (before.state, before.outputs, before.arms)
        assert (last_note(desk) == "refused:over") is (state == "Ended")


class TestTargets:
    def measured_at(self, most_ua: int) -> Desk:
        desk = ready(shares())
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, most_ua)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
        return desk

    def test_the_view_tells_where_to_go_and_what_not_to_pass(self) -> None:
        desk = self.measured_at(10_000)
        [slot] = seen(desk).slots
        assert (slot.target_ua, slot.cap_ua) == (5500, 8500)
        assert seen(desk).measured == desk.session.measured
        [before] = seen(ready(shares())).slots
        assert (before.target_ua, before.cap_ua) == (None, None)

    def test_the_most_that_is_tolerated_is_no_level(self) -> None:
        desk = self.measured_at(10_000)
        desk.do(e.Accept(desk.epoch))
        assert last_note(desk) == "refused:over_target"
        assert isinstance(desk.state, s.Titrating)
        desk.do(*[e.Decrease(1)] * 3, e.Accept(desk.epoch))
        assert desk.session.plan.levels_ua == (8500,)

    def test_plus_stops_at_the_cap_once_it_is_known(self) -> None:
        desk = self.measured_at(10_000)
        desk.do(*[e.Decrease(1)] * 3)
        desk.wait(1000)
        desk.do(e.Increase(1, desk.epoch))
        assert last_note(desk) == "refused:over_target"
        assert desk.amplitude() == 8500

    def test_the_running_treatment_stops_there_too(self) -> None:
        desk = self.measured_at(10_000)
        desk.do(*[e.Decrease(1)] * 4, e.Accept(desk.epoch))
        desk.do(e.Start(desk.epoch))
        desk.wait(2000)
        desk.do(e.Increase(1, desk.epoch))
        desk.wait(500)
        assert desk.session.plan.levels_ua == (8500,)
        desk.do(e.Increase(1, desk.epoch))
        assert last_note(desk) == "refused:over_target"

    def test_a_new_search_may_go_further_but_its_level_may_not(self) -> None:
        desk = self.measured_at(10_000)
        desk.do(e.Pause(), e.Titrate(1, 0, desk.epoch))
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 9000)
        assert desk.amplitude() == 9000
        desk.do(e.Accept(desk.epoch))
        assert last_note(desk) == "refused:over_target"
        desk.raise_to(1, 2000)
        desk.do(e.Measure(e.What.MAX_TOLERATED, 1))
        assert seen(desk).slots[0].cap_ua == 9000  # 85 % of 11 mA, 9.35, on the grid

    def test_a_measured_motor_threshold_caps_nothing(self) -> None:
        desk = ready(shares())
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 5000)
        desk.do(e.Measure(e.What.MOTOR_THRESHOLD, 1))
        desk.raise_to(1, 1000)
        assert desk.amplitude() == 6000


def test_for_whom_and_from_where_is_shown_and_changes_nothing() -> None:
    who = m.Who("P-017", "left", 18_000)
    origin = m.Origin(m.From.TYPED, 18_000, 48_000, "P-017", "left", "calf")
    session, commands = s.begin(simple_plan(), (), who, origin)
    assert (view(session, OutputState()).who, view(session, OutputState()).origin) == (who, origin)
    assert commands == s.begin(simple_plan(), ())[1]


class TestANewLevel:
    """After a STOP the level is found anew, at the lowest frequency: a test begins again there too (decision 0020)."""

    @pytest.mark.parametrize("way", ["in a train", "in the rest", "paused", "resuming", "lost"])
    def test_a_test_that_was_stopped_begins_again_at_its_first_step(self, way: str) -> None:
        desk = running(test_plan(), 3_000)
        desk.wait(3 * STEP_MS + (5_000 if way == "in the rest" else 1_500))
        if way in {"paused", "resuming"}:
            desk.do(e.Pause())
        if way == "resuming":
            desk.do(e.Resume(desk.epoch))
        desk.do(e.Unanswered("update") if way == "lost" else e.Stop("key", 1))
        desk.titrate(ONE, 20_000)
        assert seen(desk).plan_ms == 0
        desk.do(e.Start(desk.epoch))
        assert desk.state == s.Running(desk.session.now_ms)
        desk.wait(1_500)
        assert (desk.session.train, desk.amplitude()) == (m.Train(4000, ((1, 20_000),)), 20_000)

    def test_a_pause_keeps_the_level_and_so_its_place(self) -> None:
        desk = running(test_plan(), 3_000)
        desk.wait(3 * STEP_MS + 1_500)
        desk.do(e.Pause())
        assert desk.state == s.Paused(3 * STEP_MS, "operator")

    def test_a_stopped_treatment_goes_on_where_it_was(self) -> None:
        desk = running(simple_plan(), 3_000)
        desk.wait(20_000)
        desk.do(e.Stop("key", 1))
        desk.titrate(ONE, 3_000)
        assert desk.session.position_ms == 16_000
