"""The rules of a session, event by event, through `step` alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.desk import STATES, Desk, desk_in, ready, running, titrating
from helpers.plans import ONE, TWO, WARM_UP, WAVEFORM, alternating_plan, continuous_plan, plan_of, rhythm, simple_plan
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.plan import Slot
from nmes.core.timeline import Phase
from nmes.core.view import OutputState, view


def test_every_state_can_be_reached() -> None:
    assert [name for name in STATES if type(desk_in(name).state).__name__ != name] == []
    assert len(set(STATES)) == len(s.State.__args__) == 19


def origin_ms(desk: Desk) -> int:
    """When the plan began, on the session's clock."""
    assert isinstance(desk.session.state, s.Running)
    return desk.session.state.origin_ms


def phases(desk: Desk, *wanted: Phase) -> None:
    """Go on until the channels are in exactly these."""
    desk.wait_until(
        lambda: {at.phase for at in desk.session.plan.at(desk.session.now_ms - origin_ms(desk))} == set(wanted)
    )


class TestBeforeOutput:
    def test_a_session_begins_by_asking_who_the_device_is(self) -> None:
        assert s.begin(simple_plan(), ())[1] == (c.Identify(),)

    def test_what_is_not_a_known_device_ends_the_session(self) -> None:
        desk = Desk.of(simple_plan())
        commands = desk.do(e.WrongDevice("it said nothing"))
        assert desk.state == s.Ended("wrong_device")
        assert c.Close("wrong_device") in commands
        assert c.Note("wrong_device", (("reason", "it said nothing"),)) in commands

    def test_a_contraindication_blocks(self) -> None:
        desk = Desk.of(simple_plan(), ("active_implant",))
        desk.do(e.Identified("P24", "P24-1", "1.0"))
        desk.do(e.Screened((e.Answer("active_implant", e.Reply.YES, "I insist"),), "Ada"))
        assert desk.state == s.Screening()
        assert "refused:screening_blocked" in desk.notes()

    def test_an_unanswered_question_blocks(self) -> None:
        desk = Desk.of(simple_plan(), ("active_implant",))
        desk.do(e.Identified("P24", "P24-1", "1.0"), e.Screened((), "Ada"))
        assert desk.state == s.Screening()

    def test_a_warning_needs_a_reason_then_passes(self) -> None:
        desk = Desk.of(simple_plan(), _warning_code())
        desk.do(e.Identified("P24", "P24-1", "1.0"))
        code = _warning_code()[0]
        desk.do(e.Screened((e.Answer(code, e.Reply.YES),), "Ada"))
        assert "refused:screening_needs_reason" in desk.notes()
        desk.do(e.Screened((e.Answer(code, e.Reply.YES, "tested, reports well"),), "Ada"))
        assert desk.state == s.Placing()

    def test_a_medical_review_needs_its_reviewer_then_passes(self) -> None:
        desk = Desk.of(simple_plan(), ("cause_medication",))
        desk.do(e.Identified("P24", "P24-1", "1.0"))
        desk.do(e.Screened((e.Answer("cause_medication", e.Reply.YES, "statin kept"),), "Ada"))
        assert desk.state == s.Screening()
        assert "refused:screening_review_first" in desk.notes()
        desk.do(e.Screened((e.Answer("cause_medication", e.Reply.YES, "statin kept", "Dr Who"),), "Ada"))
        assert desk.state == s.Placing()

    @bundled("state", [name for name in STATES if name != "Screening"])
    def test_screening_answers_are_heard_on_the_checklist_only(self, state: str) -> None:
        desk = desk_in(state)
        desk.do(e.Screened((), "Ada"))
        assert type(desk.state).__name__ == state

    @pytest.mark.covers("SR-10")
    @bundled("state", [name for name in STATES if name != "Placing"])
    def test_electrodes_are_confirmed_while_placing_only(self, state: str) -> None:
        desk = desk_in(state)
        desk.do(e.Placed())
        assert type(desk.state).__name__ == state

    def test_a_start_needs_every_level(self) -> None:
        desk = ready(alternating_plan())
        desk.titrate(ONE, 5000)
        desk.do(e.Start(desk.epoch))
        assert desk.state == s.Ready()
        assert "refused:level_missing" in desk.notes()

    def test_a_slot_that_is_not_in_the_plan_is_refused(self) -> None:
        desk = ready()
        desk.do(e.Titrate(7, 0, desk.epoch))
        assert desk.state == s.Ready()

    @bundled("state", [name for name in STATES if name not in {"Ready", "Stopped"}])
    def test_titration_begins_from_ready_or_stopped_only(self, state: str) -> None:
        desk = desk_in(state)
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert type(desk.state).__name__ == state

    @bundled("state", [name for name in STATES if name != "Ready"])
    def test_a_treatment_starts_from_ready_only(self, state: str) -> None:
        desk = desk_in(state)
        desk.do(e.Start(desk.epoch))
        assert type(desk.state).__name__ == state

    @bundled("state", [name for name in STATES if name != "Paused"])
    def test_a_resume_is_heard_while_paused_only(self, state: str) -> None:
        desk = desk_in(state)
        desk.do(e.Resume(desk.epoch))
        assert type(desk.state).__name__ == state


def _warning_code() -> tuple[str, ...]:
    from nmes.core.screening import CATALOGUE, Severity

    return (next(code for code, entry in CATALOGUE.items() if entry.severity("nmes") is Severity.WARN),)


class TestIntentBeforeOutput:
    def test_nothing_is_asked_of_the_device_before_the_intent_is_durable(self) -> None:
        desk = ready()
        desk.disk = False
        commands = desk.do(e.Titrate(1, 0, desk.epoch))
        assert commands[-1] == c.MakeDurable(1)
        assert not any(isinstance(command, c.Enable | c.SetOutput | c.Arm) for command in commands)

    def test_once_durable_the_guard_is_unlatched_and_the_device_enabled(self) -> None:
        desk = ready()
        desk.disk = False
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.device = False
        assert desk.do(e.Durable(1)) == (c.Unlatch(0), c.Enable())

    def test_another_intents_confirmation_starts_nothing(self) -> None:
        desk = ready()
        desk.disk = False
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert desk.do(e.Durable(99)) == ()
        assert isinstance(desk.state, s.Committing)

    def test_an_increase_waits_for_the_disk(self) -> None:
        desk = titrating(1000)
        desk.disk = False
        desk.wait(250)
        commands = desk.do(e.Increase(1, desk.epoch))
        assert not any(isinstance(command, c.SetOutput) for command in commands)
        assert desk.amplitude() == 1000
        desk.do(e.Durable(desk.session.intent))
        assert desk.amplitude() == 1500

    def test_enabled_out_of_turn_changes_nothing(self) -> None:
        desk = ready()
        assert desk.do(e.Enabled()) == ()
        assert desk.state == s.Ready()

    def test_a_broken_record_allows_no_start(self) -> None:
        desk = ready()
        desk.do(e.JournalFailed("disk full"))
        assert desk.state == s.Stopped("record")
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert desk.state == s.Stopped("record")
        assert "refused:record_broken" in desk.notes()


class TestWhatComesTooLate:
    """A start or raise that waited for the disk or the device does not come out later by itself."""

    def test_a_start_the_disk_held_is_dropped(self) -> None:
        desk = ready()
        desk.disk = False
        desk.do(e.Titrate(1, 0, desk.epoch))
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 2000
        desk.wait(2000)
        assert desk.state == s.Ready()
        assert not any(isinstance(command, c.Enable) for command in desk.do(e.Durable(desk.session.intent)))

    def test_a_resume_the_disk_held_stays_paused(self) -> None:
        desk = running()
        desk.do(e.Pause())
        desk.disk = False
        desk.do(e.Resume(desk.epoch))
        desk.wait(2000)
        assert desk.state == s.Paused(0, "record_slow")

    @pytest.mark.parametrize("live", ["Titrating", "Running"])
    def test_a_raise_the_disk_held_is_dropped(self, live: str) -> None:
        desk = titrating(1000) if live == "Titrating" else running()
        desk.wait(1500)
        before = desk.amplitude()
        desk.disk = False
        desk.do(e.Increase(1, desk.epoch))
        desk.wait(2000)
        assert "refused:record_slow" in desk.notes()
        desk.do(e.Durable(desk.session.intent))
        assert desk.amplitude() == before

    def test_a_device_that_never_gets_ready_is_halted(self) -> None:
        desk = desk_in("Enabling")
        desk.device = True
        assert c.Halt() in desk.wait(2000)
        assert desk.state == s.Stopped("not_enabled")


class TestTitration:
    @pytest.mark.covers("SR-02")
    def test_it_begins_at_zero(self) -> None:
        desk = titrating()
        assert desk.state == s.Titrating(ONE, 0)
        assert desk.session.outputs == ()

    def test_each_increase_is_one_device_step_and_armed_first(self) -> None:
        desk = titrating()
        desk.wait(250)
        commands = desk.do(e.Increase(1, desk.epoch))
        raised = [command for command in commands if isinstance(command, c.Arm | c.SetOutput)]
        assert raised[0] == c.Arm(1, 500, 500, 4500, 300, 100, 1, 20_000)
        assert raised[1] == c.SetOutput((c.ChannelOutput(1, 500, WAVEFORM, 1000),))

    def test_the_armed_ramp_holds_the_guard_to_two_milliamperes_a_second(self) -> None:
        desk = titrating(20_000)
        assert desk.session.arms == (c.Arm(1, 20_000, 10_000, 4500, 300, 100, 1, 20_000),)

    @pytest.mark.covers("SR-05")
    def test_increases_faster_than_the_slew_limit_are_refused(self) -> None:
        desk = titrating(1000)
        desk.do(e.Increase(1, desk.epoch))
        assert desk.amplitude() == 1000
        desk.wait(240)
        desk.do(e.Increase(1, desk.epoch))
        assert desk.amplitude() == 1000
        desk.wait(10)
        desk.do(e.Increase(1, desk.epoch))
        assert desk.amplitude() == 1500

    def test_a_second_increase_waits_for_the_first_to_be_done(self) -> None:
        desk = titrating(1000)
        desk.disk = False
        desk.wait(250)
        desk.do(e.Increase(1, desk.epoch))
        desk.wait(1000)
        desk.do(e.Increase(1, desk.epoch))
        desk.do(e.Durable(desk.session.intent))
        assert desk.amplitude() == 1500

    def test_an_increase_waits_for_the_device_to_confirm_the_last_one(self) -> None:
        desk = titrating(1000)
        desk.wait(250)
        desk.device = False
        desk.do(e.Increase(1, desk.epoch))
        desk.wait(1000)
        desk.do(e.Increase(1, desk.epoch))
        assert desk.amplitude() == 1500
        assert "refused:not_confirmed_yet" in desk.notes()

    @pytest.mark.covers("SR-04")
    def test_the_ceiling_is_never_passed(self) -> None:
        desk = ready(plan_of(((ONE, rhythm()),), ceiling_ua=2000))
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 5000)
        assert desk.amplitude() == 2000
        assert "refused:ceiling" in desk.notes()

    def test_another_channel_cannot_be_raised(self) -> None:
        desk = titrating(1000)
        desk.wait(250)
        desk.do(e.Increase(2, desk.epoch), e.Decrease(2))
        assert desk.amplitude() == 1000

    @pytest.mark.covers("SR-05")
    def test_a_decrease_is_immediate_and_forgets_a_waiting_raise(self) -> None:
        desk = titrating(2000)
        desk.disk = False
        desk.wait(250)
        desk.do(e.Increase(1, desk.epoch))
        desk.do(e.Decrease(1))
        assert desk.amplitude() == 1500
        assert desk.session.arms == (c.Arm(1, 1500, 750, 4500, 300, 100, 1, 20_000),)
        desk.do(e.Durable(desk.session.intent))
        assert desk.amplitude() == 1500

    def test_decreases_stop_at_zero(self) -> None:
        desk = titrating(500)
        desk.do(e.Decrease(1), e.Decrease(1))
        assert desk.state == s.Titrating(ONE, 0)
        assert desk.session.outputs == (), "nothing is earned while nobody asks for more"

    def test_accepting_confirms_the_level_and_halts(self) -> None:
        desk = titrating(5000)
        commands = desk.do(e.Accept(desk.epoch))
        assert commands[0] == c.Halt()
        assert desk.state == s.Ready()
        assert desk.session.plan.level_ua(ONE) == 5000

    def test_zero_is_not_a_level(self) -> None:
        desk = titrating(0)
        desk.do(e.Accept(desk.epoch))
        assert isinstance(desk.state, s.Titrating)

    def test_what_the_device_has_not_confirmed_is_not_accepted(self) -> None:
        desk = titrating(1000)
        desk.wait(250)
        desk.device = False
        desk.do(e.Increase(1, desk.epoch), e.Accept(desk.epoch))
        assert isinstance(desk.state, s.Titrating)

    def test_nothing_is_accepted_unless_live(self) -> None:
        desk = ready()
        desk.do(e.Accept(desk.epoch))
        assert desk.state == s.Ready()

    @pytest.mark.parametrize("silence", [e.Pause(), e.UiSilent(), e.OperatorAbsent()])
    def test_leaving_a_titration_halts_and_confirms_nothing(self, silence: e.Event) -> None:
        desk = titrating(5000)
        assert c.Halt() in desk.do(silence)
        assert desk.state == s.Ready()
        assert desk.session.plan.unconfirmed == (ONE,)

    def test_a_search_that_is_broken_off_does_not_leave_the_old_level_in_force(self) -> None:
        desk = ready()
        desk.titrate(ONE, 25_000)
        desk.do(e.Titrate(1, 0, desk.epoch))
        desk.raise_to(1, 5000)
        desk.do(e.Pause())
        assert desk.state == s.Ready()
        assert desk.session.plan.unconfirmed == (ONE,)

    def test_each_waveform_has_its_own_level(self) -> None:
        plan = plan_of(((ONE, rhythm()),), ((Slot(1, 1), rhythm()),), waveforms=(WAVEFORM, WARM_UP))
        desk = ready(plan)
        desk.titrate(ONE, 5000)
        assert desk.session.plan.unconfirmed == (Slot(1, 1),)


class TestRunning:
    def test_a_start_climbs_from_zero_by_the_ramp(self) -> None:
        desk = running()
        assert desk.amplitude() == 0
        desk.wait(500)
        assert desk.amplitude() == 5000
        desk.wait(500)
        assert desk.amplitude() == 10_000

    @pytest.mark.thorough
    @pytest.mark.parametrize(("rules", "climbs"), [(1, {1, 2}), (2, {0, 1, 2})])
    def test_a_contraction_is_told_from_its_beginning_and_nothing_in_a_rest(self, rules: int, climbs: set[int]) -> None:
        """At 1 mA, in steps of 0.5: so early that its first step is earned in time. Older records have none at 0."""
        desk = ready().titrate(ONE, 1000)
        desk.session = replace(desk.session, rules=rules)
        desk.do(e.Start(desk.epoch))
        told: dict[Phase, set[int]] = {phase: set() for phase in Phase}
        for _ in range(3200):
            (now,) = desk.session.plan.at(s.plan_time_ms(desk.session) or 0)
            assert [output.amplitude_ua for output in desk.session.outputs if output.amplitude_ua] == [
                amplitude_ua for amplitude_ua in (now.amplitude_ua,) if amplitude_ua
            ]
            told[now.phase] |= {output.amplitude_ua // 500 for output in desk.session.outputs}
            desk.wait(10)
        assert told == {Phase.RAMP_UP: climbs - {2}, Phase.HOLD: {2}, Phase.RAMP_DOWN: {1, 2}, Phase.REST: set()}

    def test_output_never_rises_faster_than_the_ramp(self) -> None:
        desk = running()
        before = 0
        for _ in range(400):
            desk.wait(10)
            assert desk.amplitude() - before <= 500
            before = desk.amplitude()

    def test_rest_is_silent(self) -> None:
        desk = running()
        desk.wait(6000)
        assert desk.session.outputs == ()
        assert isinstance(desk.state, s.Running)

    def test_a_late_turn_delays_the_plan(self) -> None:
        desk = running()
        desk.wait(500)
        desk.do(e.Tick(desk.session.now_ms + 5000, stalled_ms=4990))
        assert desk.amplitude() == 5000
        assert s.plan_time_ms(desk.session) == 510

    def test_increase_in_hold_raises_the_confirmed_level_by_one_step(self) -> None:
        desk = running()
        desk.wait(1500)
        commands = desk.do(e.Increase(1, desk.epoch))
        assert desk.amplitude() == 10_500
        assert c.Arm(1, 10_500, 1000, 4500, 300, 100, 1, 20_000) in commands

    @pytest.mark.parametrize("at_ms", [500, 5500, 8000])
    def test_increase_outside_hold_is_refused(self, at_ms: int) -> None:
        desk = running()
        desk.wait(at_ms)
        desk.do(e.Increase(1, desk.epoch))
        assert desk.session.plan.level_ua(ONE) == 10_000
        assert "refused:only_in_hold" in desk.notes()

    @pytest.mark.covers("FR-14")
    def test_increase_on_a_channel_that_is_not_in_the_plan_is_refused(self) -> None:
        desk = running()
        desk.wait(1500)
        desk.do(e.Increase(5, desk.epoch), e.Decrease(5))
        assert desk.session.plan.level_ua(ONE) == 10_000

    def test_an_increase_whose_intent_comes_after_hold_is_dropped(self) -> None:
        desk = running()
        desk.wait(4900)
        desk.disk = False
        desk.do(e.Increase(1, desk.epoch))
        desk.wait(500)
        desk.do(e.Durable(desk.session.intent))
        assert desk.session.plan.level_ua(ONE) == 10_000
        assert "refused:increase_dropped" in desk.notes()

    @pytest.mark.parametrize("at_ms", [500, 2000, 5500, 8000])
    def test_decrease_is_immediate_in_any_phase(self, at_ms: int) -> None:
        desk = running()
        desk.wait(at_ms)
        desk.do(e.Decrease(1))
        assert desk.session.plan.level_ua(ONE) == 9500

    def test_decrease_forgets_a_waiting_increase(self) -> None:
        desk = running()
        desk.wait(2000)
        desk.disk = False
        desk.do(e.Increase(1, desk.epoch), e.Decrease(1))
        desk.do(e.Durable(desk.session.intent))
        assert desk.amplitude() == 9500

    def test_a_level_lowered_to_zero_silences_the_channel_and_disarms_it(self) -> None:
        desk = running(level_ua=500)
        desk.wait(2000)
        commands = desk.do(e.Decrease(1))
        assert commands == (c.Arm(1, 0, 1000, 4500, 300, 100, 1, 20_000), c.SetOutput(()))
        assert (desk.session.outputs, desk.session.arms) == ((), ())
        assert not any(isinstance(command, c.Arm) for command in desk.wait(1000))

    @pytest.mark.thorough
    @pytest.mark.covers("SR-12")
    def test_the_plan_ends_by_itself_with_a_halt(self) -> None:
        desk = running()
        commands = desk.wait(48_100)
        assert c.Halt() in commands
        assert desk.state == s.Ended("complete")
        assert c.Close("complete") in commands

    @pytest.mark.thorough
    def test_the_dose_is_recorded_at_the_end(self) -> None:
        desk = running()
        desk.wait(48_100)
        dose = next(note for note in reversed(desk.commands) if isinstance(note, c.Note) and note.code == "dose")
        # 3 contractions of 10 mA x 300 us at 50 Hz: 4 s hold and two ramps of 1 s at half on average = 3 x 250 pulses,
        # and the titration's 20 steps of 250 ms at 5.25 mA on average = 250 pulses.
        values = dict(dose.values)
        assert values["channel_1_low_nc"] == pytest.approx(3 * 250 * 3000 + 250 * 1575, rel=0.06)
        assert values["channel_1_low_nc"] <= values["channel_1_high_nc"]

    def test_next_wake_is_when_something_changes(self) -> None:
        desk = running()
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 50
        desk.wait(990)
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 20
        desk.wait(10)
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 4000
        assert s.next_wake_ms(ready().session) is None

    @pytest.mark.thorough
    def test_a_rest_ends_when_the_plan_says_however_soon_that_is(self) -> None:
        desk = running()
        phases(desk, Phase.REST)
        ends_ms = s.next_wake_ms(desk.session)
        assert ends_ms is not None
        desk.wait(ends_ms - desk.session.now_ms - 7, step_ms=1)
        assert s.next_wake_ms(desk.session) == ends_ms == desk.session.now_ms + 7

    def test_a_rest_of_one_channel_hurries_no_ramp_of_another(self) -> None:
        desk = running(alternating_plan())
        phases(desk, Phase.RAMP_UP, Phase.REST)
        while True:
            desk.wait(1, step_ms=1)
            t_ms = desk.session.now_ms - origin_ms(desk)
            change_ms = desk.session.plan.next_change(t_ms)
            assert change_ms is not None
            if change_ms - t_ms < 20:
                break
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 20

    def test_at_the_end_of_the_plan_it_wakes_soon(self) -> None:
        desk = running()
        state = desk.session.state
        assert isinstance(state, s.Running)
        over = replace(desk.session, now_ms=state.origin_ms + desk.session.plan.duration_ms)
        assert s.next_wake_ms(over) == over.now_ms + 20

    def test_a_tick_that_changes_nothing_leaves_everything_but_the_time(self) -> None:
        desk = running()
        desk.wait(2000)
        before = desk.session
        after, commands = s.step(before, e.Tick(before.now_ms + 10))
        assert commands == ()
        assert after == replace(before, now_ms=before.now_ms + 10)


class TestPauseAndResume:
    def test_a_pause_goes_to_zero_at_once(self) -> None:
        desk = running()
        desk.wait(500)
        commands = desk.do(e.Pause())
        assert commands[0] == c.Halt()
        assert desk.state == s.Paused(0, "operator")

    @pytest.mark.thorough
    @pytest.mark.parametrize("end", [e.End(), e.LinkLost("gone")])
    def test_a_session_that_ends_while_paused_keeps_its_place_in_the_plan(self, end: e.Event) -> None:
        desk = running()
        desk.wait(20_000)
        desk.do(e.Pause())
        desk.do(end)
        assert isinstance(desk.state, s.Ended)
        assert desk.session.position_ms == 16_000
        assert view(desk.session, OutputState()).plan_ms == 16_000

    @pytest.mark.covers("SR-18")
    @pytest.mark.parametrize(
        ("event", "why"), [(e.UiSilent(), "screen_silent"), (e.OperatorAbsent(), "operator_absent")]
    )
    def test_each_silence_pauses(self, event: e.Event, why: str) -> None:
        desk = running()
        desk.wait(2000)
        desk.do(event)
        assert desk.state == s.Paused(0, why)

    def test_a_level_lowered_in_a_pause_is_the_one_it_goes_on_with(self) -> None:
        desk = running()
        desk.wait(2000)
        desk.do(e.Pause())
        told = desk.do(e.Decrease(1), e.Decrease(1))
        assert told[-1] == c.Note("lowered", (("channel", 1), ("level_ua", 9000)))
        assert {type(command) for command in told} == {c.Note}, "the output is at 0 and stays there"
        assert desk.state == s.Paused(0, "operator")
        assert c.Arm(1, 9000, 5000, 4500, 300, 100, 1, 20_000) in desk.do(e.Resume(desk.epoch))
        desk.wait(5000)
        assert desk.amplitude() == 9000

    def test_a_level_is_lowered_too_while_the_pause_is_not_confirmed_yet(self) -> None:
        desk = running()
        desk.wait(2000)
        desk.device = False
        desk.do(e.Pause(), e.Decrease(1))
        assert desk.state == s.Pausing(0, "operator")
        assert desk.session.plan.level_ua(ONE) == 9500

    def test_only_a_channel_of_the_plan_is_lowered_in_a_pause(self) -> None:
        desk = running()
        desk.do(e.Pause(), e.Decrease(5))
        assert desk.notes()[-1] == "refused:no_such_slot"
        assert desk.session.plan.level_ua(ONE) == 10_000

    def test_the_cut_contraction_is_repeated(self) -> None:
        desk = running()
        desk.wait(18_000)
        desk.do(e.Pause())
        assert desk.state == s.Paused(16_000, "operator")

    @pytest.mark.covers("SR-02")
    def test_a_resume_climbs_from_zero_over_five_seconds(self) -> None:
        desk = running()
        desk.wait(2000)
        desk.do(e.Pause())
        commands = desk.do(e.Resume(desk.epoch))
        assert c.Arm(1, 10_000, 5000, 4500, 300, 100, 1, 20_000) in commands
        assert desk.amplitude() == 0
        for elapsed_ms in range(20, 5000, 20):
            desk.wait(20)
            assert desk.amplitude() <= 10_000 * elapsed_ms // 5000
        assert desk.amplitude() > 9000

    def test_a_resume_is_told_at_once_whether_the_plan_climbs_or_holds(self) -> None:
        """A stage that goes on where it was cut: its slow climb begins in the middle of its hold."""
        desk = running(continuous_plan())
        desk.wait(5000)
        desk.do(e.Pause())
        desk.do(e.Resume(desk.epoch))
        assert [(output.channel, output.amplitude_ua) for output in desk.session.outputs] == [(1, 0)]

    def test_a_resume_is_resuming_for_five_seconds_and_then_running(self) -> None:
        desk = running()
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(4990)
        assert isinstance(desk.state, s.Resuming)
        desk.wait(10)
        assert isinstance(desk.state, s.Running)

    def test_no_increase_while_resuming(self) -> None:
        desk = running()
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(3000)
        desk.do(e.Increase(1, desk.epoch))
        assert desk.session.plan.level_ua(ONE) == 10_000

    def test_decrease_while_resuming_is_immediate(self) -> None:
        desk = running()
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(3000)
        desk.do(e.Decrease(1))
        assert desk.session.plan.level_ua(ONE) == 9500

    def test_the_next_contraction_climbs_by_the_plans_ramp_again(self) -> None:
        desk = running()
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(16_500)
        assert desk.amplitude() == 5000
        assert desk.session.arms == (c.Arm(1, 10_000, 1000, 4500, 300, 100, 1, 20_000),)

    def test_each_contraction_that_begins_before_the_five_seconds_are_over_climbs(self) -> None:
        desk = running(plan_of(((ONE, rhythm(ramp_ms=500, on_ms=1500, cycle_ms=2400, contractions=4)),)))
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        for begun_ms in (0, 2400, 4800):
            desk.wait(1400)
            assert desk.amplitude() <= 10_000 * 1400 // 5000, f"the contraction of {begun_ms} ms"
            desk.wait(1000)
        desk.wait(1000)
        assert desk.amplitude() == 10_000, "the fourth begins 7.2 s after the resume"

    def test_by_the_rules_of_before_only_the_first_contraction_climbed(self) -> None:
        desk = running(plan_of(((ONE, rhythm(ramp_ms=500, on_ms=1500, cycle_ms=2400)),)))
        desk.session = replace(desk.session, rules=1)
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(3400)
        assert desk.amplitude() == 10_000

    def test_a_channel_that_comes_later_climbs_slowly_too(self) -> None:
        desk = running(alternating_plan())
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(9000)
        assert desk.amplitude(2) == 2000
        desk.wait(16_000)
        assert desk.amplitude(2) == 10_000

    def test_a_new_stage_after_a_resume_climbs_by_its_ramp_where_the_channel_has_contracted(self) -> None:
        desk = running(plan_of(((ONE, rhythm(contractions=1)),), ((ONE, rhythm()),)))
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(17_000)
        assert desk.amplitude() == 10_000

    def test_a_channel_new_in_a_later_stage_climbs_slowly_after_a_resume(self) -> None:
        desk = running(plan_of(((ONE, rhythm(contractions=1)),), ((TWO, rhythm()),)))
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        desk.wait(17_000)
        assert desk.amplitude(2) == 2000

    def test_continuous_stimulation_goes_on_where_it_was(self) -> None:
        desk = running(continuous_plan())
        desk.wait(10_000)
        desk.do(e.Pause())
        assert desk.state == s.Paused(10_000, "operator")
        desk.do(e.Resume(desk.epoch))
        desk.wait(2500)
        assert desk.amplitude() == 5000
        desk.wait(2500)
        assert desk.amplitude() == 10_000

    def test_while_climbing_the_next_wake_is_near(self) -> None:
        desk = running(continuous_plan())
        desk.do(e.Pause(), e.Resume(desk.epoch + 1))
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 20

    @pytest.mark.parametrize("state", ["Committing", "Enabling"])
    def test_a_pause_before_output_halts_and_goes_back(self, state: str) -> None:
        desk = desk_in(state)
        desk.device = True
        assert c.Halt() in desk.do(e.Pause())
        assert desk.state == s.Ready()

    def test_a_pause_before_a_resume_is_done_stays_paused(self) -> None:
        desk = running()
        desk.do(e.Pause())
        desk.disk = False
        desk.do(e.Resume(desk.epoch), e.Pause())
        assert desk.state == s.Paused(0, "operator")

    @pytest.mark.parametrize("state", ["Idle", "Ready", "Paused", "Stopped", "Ended", "Unsure"])
    def test_a_pause_where_nothing_flows_is_nothing(self, state: str) -> None:
        desk = desk_in(state)
        assert desk.do(e.Pause()) == ()


class TestStop:
    @pytest.mark.covers("LW-02", "SR-06")
    @bundled("state", STATES)
    def test_stop_asks_for_a_halt_from_every_state_first_of_all(self, state: str) -> None:
        desk = desk_in(state)
        desk.device = False
        assert desk.do(e.Stop("key", 3))[:2] == (c.Halt(), c.Disarm())
        assert desk.session.outputs == ()

    @bundled("state", STATES)
    def test_stop_leaves_nothing_live(self, state: str) -> None:
        desk = desk_in(state)
        desk.device = True
        desk.do(e.Stop("key", 3))
        assert not isinstance(desk.state, s.Live | s.Committing | s.Enabling | s.Paused)

    def test_stop_drops_every_confirmed_level(self) -> None:
        desk = running()
        desk.do(e.Stop("key", 1))
        assert desk.session.plan.unconfirmed == (ONE,)
        assert desk.state == s.Stopped("stop:key")

    @pytest.mark.covers("FR-11")
    def test_increases_queued_before_a_stop_are_dropped(self) -> None:
        desk = titrating(5000)
        old = desk.epoch
        desk.do(e.Stop("key", 1))
        for _ in range(30):
            desk.wait(250)
            desk.do(e.Increase(1, old))
        desk.do(e.Titrate(1, 0, desk.epoch))
        for _ in range(30):
            desk.wait(250)
            desk.do(e.Increase(1, old), e.Accept(old))
        assert desk.state == s.Titrating(ONE, 0)

    @pytest.mark.parametrize("event", [e.Start(-1), e.Titrate(1, 0, -1), e.Resume(-1), e.Accept(-1), e.Increase(1, -1)])
    def test_what_was_meant_for_another_arming_is_stale(self, event: e.Event) -> None:
        desk = ready()
        desk.do(event)
        assert desk.notes()[-1] == "refused:stale"

    @pytest.mark.covers("SR-02")
    def test_after_a_stop_the_level_is_titrated_from_zero_and_the_cut_contraction_repeated(self) -> None:
        desk = running()
        desk.wait(18_000)
        desk.do(e.Stop("key", 4))
        commands = desk.do(e.Titrate(1, 0, desk.epoch))
        assert c.Unlatch(4) in commands
        desk.raise_to(1, 3000)
        desk.do(e.Accept(desk.epoch), e.Start(desk.epoch + 1))
        assert s.plan_time_ms(desk.session) == 16_000
        assert desk.amplitude() == 0

    def test_a_stop_keeps_the_first_reason(self) -> None:
        desk = running()
        desk.do(e.DeviceFault(e.Fault.ELECTRODE, 1, 10), e.Stop("key", 1))
        assert desk.state == s.Stopped("fault:electrode")

    def test_a_stop_while_pausing_or_paused_voids_the_levels_and_keeps_the_place(self) -> None:
        desk = running()
        desk.wait(18_000)
        desk.do(e.Pause(), e.Stop("key", 1))
        assert desk.state == s.Stopped("stop:key")
        assert desk.session.position_ms == 16_000

    @pytest.mark.thorough
    @pytest.mark.parametrize("stage", ["Committing", "Enabling"])
    def test_a_stop_on_the_way_to_running_keeps_the_place(self, stage: str) -> None:
        desk = running()
        desk.wait(18_000)
        desk.do(e.Pause())
        desk.disk = stage != "Committing"
        desk.device = False
        desk.do(e.Resume(desk.epoch), e.Stop("key", 1))
        assert desk.session.position_ms == 16_000

    def test_a_stop_before_the_device_is_known_asks_again_who_it_is(self) -> None:
        desk = Desk.of(simple_plan())
        assert c.Identify() in desk.do(e.Stop("key", 1))

    def test_stop_while_screening_leaves_the_checklist_open(self) -> None:
        desk = desk_in("Screening")
        desk.do(e.Stop("key", 1))
        assert desk.state == s.Screening()


class TestFaults:
    @pytest.mark.parametrize("fault", list(e.Fault))
    def test_every_fault_halts_and_latches(self, fault: e.Fault) -> None:
        desk = running()
        desk.wait(2000)
        commands = desk.do(e.DeviceFault(fault, 1, 10))
        assert commands[0] == c.Halt()
        assert desk.state == s.Stopped(f"fault:{fault}")
        assert desk.session.note == c.Note("fault", (("fault", str(fault)), ("channel", 1), ("result", 10)))

    def test_the_guards_refusal_halts_and_latches(self) -> None:
        desk = running()
        commands = desk.do(e.GuardTripped("rise", "channel 1", 7))
        assert commands[0] == c.Halt()
        assert desk.state == s.Stopped("guard:rise")
        assert desk.session.trips == 7
        assert desk.session.note == c.Note("guard", (("rule", "rise"), ("detail", "channel 1")))

    def test_which_channel_it_was_stays_on_the_screen_when_the_guard_sees_the_fault_too(self) -> None:
        desk = running()
        desk.device = False
        desk.do(e.DeviceFault(e.Fault.ELECTRODE, 2, 10), e.GuardTripped("channel_fault", "on channel 2", 7))
        assert desk.session.note == c.Note("fault", (("fault", "electrode"), ("channel", 2), ("result", 10)))
        assert desk.session.trips == 7

    @pytest.mark.parametrize("state", ["Titrating", "Running", "Resuming", "Enabling"])
    def test_an_unanswered_request_is_unsure_and_only_halts(self, state: str) -> None:
        desk = desk_in(state)
        desk.device = False
        commands = desk.do(e.Unanswered("update"))
        assert isinstance(desk.state, s.Unsure)
        assert not any(isinstance(command, c.SetOutput | c.Enable | c.Arm) for command in commands)
        assert desk.wait(3000) == ()

    def test_unsure_becomes_stopped_when_the_device_confirms_a_halt(self) -> None:
        desk = running()
        desk.do(e.Unanswered("update"))
        assert desk.state == s.Stopped("unanswered")

    def test_unsure_hears_only_stop_and_end(self) -> None:
        desk = desk_in("Unsure")
        desk.do(e.Titrate(1, 0, desk.epoch), e.Start(desk.epoch), e.Resume(desk.epoch), e.Increase(1, desk.epoch))
        assert isinstance(desk.state, s.Unsure)

    def test_ending_while_unsure_waits_for_the_halt_that_is_on_its_way(self) -> None:
        desk = desk_in("Unsure")
        assert desk.do(e.End()) == ()
        assert isinstance(desk.state, s.Leaving)
        desk.do(e.HaltConfirmed(desk.session.now_ms))
        assert desk.state == s.Ended("unanswered")

    @pytest.mark.parametrize("given_up", [e.HaltUnconfirmed(0), e.LinkLost("unplugged")])
    def test_a_halt_given_up_while_ending_is_shown_before_the_session_ends(self, given_up: e.Event) -> None:
        desk = desk_in("Leaving")
        desk.do(given_up)
        assert isinstance(desk.state, s.Unsure)
        assert desk.state.halt is s.Halt.UNCONFIRMED
        desk.do(e.End())
        assert desk.state == s.Ended("unanswered", unconfirmed=True)

    def test_a_further_missing_answer_changes_nothing_while_unsure_or_leaving(self) -> None:
        for name in ("Unsure", "Leaving"):
            desk = desk_in(name)
            before = desk.state
            desk.do(e.Unanswered("stop"))
            assert desk.state == before

    @pytest.mark.parametrize("late", [e.Unanswered("poll"), e.HaltUnconfirmed(0)])
    def test_an_ended_session_stays_ended(self, late: e.Event) -> None:
        desk = desk_in("Ended")
        desk.do(late)
        assert isinstance(desk.state, s.Ended)

    def test_a_dose_closed_while_unsure_reaches_to_the_dead_man(self) -> None:
        desk = running()
        desk.wait(2000)
        desk.device = False
        desk.do(e.LinkLost("unplugged"), e.End())
        dose = next(note for note in reversed(desk.commands) if isinstance(note, c.Note) and note.code == "dose")
        values = dict(dose.values)
        assert values["channel_1_high_nc"] - values["channel_1_low_nc"] == pytest.approx(100 * 3000, abs=3000)

    def test_a_device_without_a_timeout_never_becomes_silent_by_itself(self) -> None:
        desk = running()
        endless = replace(desk.session.plan.capabilities, watchdog_ms=0)
        desk.session = replace(desk.session, plan=replace(desk.session.plan, capabilities=endless))
        desk.device = False
        desk.do(e.LinkLost("unplugged"))
        assert desk.state == s.Unsure("link_lost", None, s.Halt.UNCONFIRMED)

    def test_output_we_never_asked_for_does_not_break_the_account(self) -> None:
        desk = ready()
        desk.do(e.OutputSent(desk.session.now_ms, ((7, 500),)))
        assert desk.session.flow == ()

    @pytest.mark.parametrize("state", ["Pausing", "Stopping", "Ending", "Lowering"])
    def test_a_halt_that_is_not_confirmed_is_unsure(self, state: str) -> None:
        desk = desk_in(state)
        desk.do(e.HaltUnconfirmed(desk.session.now_ms))
        assert desk.state == s.Unsure("halt_unconfirmed", desk.session.now_ms + 2000, s.Halt.UNCONFIRMED)

    def test_the_dead_mans_time_bounds_what_may_have_been_delivered(self) -> None:
        desk = running()
        desk.wait(2000)
        desk.device = False
        desk.do(e.LinkLost("unplugged"))
        assert s.next_wake_ms(desk.session) == desk.session.now_ms + 2000
        desk.wait(5000)
        low, high = ((t.low_nc, t.high_nc) for t in desk.session.ledger.totals(desk.session.now_ms)).__next__()
        assert high - low == pytest.approx(100 * 3000, abs=3000)  # 2 s x 50 Hz x 3 uC
        assert desk.state == s.Unsure("link_lost", None, s.Halt.UNCONFIRMED)

    @bundled("state", STATES)
    def test_a_lost_line_leaves_nothing_live(self, state: str) -> None:
        desk = desk_in(state)
        desk.device = False
        desk.do(e.LinkLost("unplugged"))
        assert isinstance(desk.state, s.Unsure | s.After | s.Ended)

    def test_after_a_fault_the_dose_since_the_last_good_answer_is_a_range(self) -> None:
        desk = running()
        desk.wait(4000)
        desk.do(e.Doubt(desk.session.now_ms - 400), e.DeviceFault(e.Fault.ELECTRODE, 1, 10))
        total = desk.session.ledger.totals(desk.session.now_ms)[0]
        assert total.high_nc - total.low_nc == pytest.approx(20 * 3000, abs=100)  # 0.4 s x 50 Hz x 3 uC

    def test_a_record_that_fails_stops_the_output(self) -> None:
        desk = running()
        assert desk.do(e.JournalFailed("disk full"))[0] == c.Halt()
        assert desk.state == s.Stopped("record")

    def test_a_repeated_identification_changes_nothing_but_the_name(self) -> None:
        desk = running()
        desk.do(e.Identified("P24", "P24-2", "1.0"))
        assert isinstance(desk.state, s.Running)


class TestEnd:
    @bundled("state", STATES)
    def test_every_state_can_be_ended_and_is_halted(self, state: str) -> None:
        desk = desk_in(state)
        desk.device = True
        desk.do(e.End("program"))
        if state in {"Ending", "Unsure", "Leaving"}:
            desk.do(e.HaltConfirmed(desk.session.now_ms))
        assert isinstance(desk.state, s.Ended)

    def test_ending_a_live_session_halts_before_it_closes(self) -> None:
        desk = running()
        commands = desk.do(e.End())
        assert commands[0] == c.Halt()
        assert commands[-1] == c.Close("ended_early")

    def test_ending_while_a_stop_is_under_way_keeps_its_reason(self) -> None:
        desk = desk_in("Stopping")
        desk.device = True
        assert desk.do(e.End())[-1] == c.Close("stop:key")

    def test_a_halt_confirmed_when_nothing_was_asked_changes_nothing(self) -> None:
        desk = ready()
        assert desk.do(e.HaltConfirmed(desk.session.now_ms)) == ()
        assert desk.state == s.Ready()

    def test_a_mark_is_noted_in_any_state(self) -> None:
        desk = running()
        desk.do(e.Mark("cramp", "left calf"))
        where = (("kind", "cramp"), ("text", "left calf"))
        assert desk.session.note == c.Note("mark", (*where, ("contraction", 1))), "which one is told where they count"
        desk.do(e.Mark("pain"))
        assert desk.session.note == c.Note("mark", (("kind", "pain"), ("text", "")))
        desk.session = replace(desk.session, rules=0)
        desk.do(e.Mark("cramp", "left calf"))
        assert desk.session.note == c.Note("mark", where), "as a record of before has it"
