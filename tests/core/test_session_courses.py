"""Bursts, sweeps and modulation in a session: what is asked for, when a level counts as felt, what is counted."""

from __future__ import annotations

from functools import partial

from helpers.desk import STEP_UA, Desk
from helpers.plans import BURST, FREQUENCY_SWEEP, IN_TURN, ONE, PHASE_SWEEP, TENS, plan_of, rhythm, tens_plan
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.course import Course, Modulation, steady
from nmes.core.waveform import Band, Waveform


def sweeping(swept: Course = FREQUENCY_SWEEP, level_ua: int = 2_000) -> Desk:
    """Channel 1 is being titrated with a sweep, begun at no round time, and has just reached this amplitude."""
    desk = Desk.of(tens_plan(swept=swept)).to_ready()
    desk.wait(370)
    desk.do(e.Titrate(1, 0, desk.epoch))
    for _ in range(level_ua // STEP_UA):
        desk.do(e.Increase(1, desk.epoch))
        desk.wait(260)
    assert desk.session.felt.amplitude_ua == level_ua
    return desk


def asked(commands: tuple[c.Command, ...]) -> list[c.ChannelOutput]:
    return [command.outputs[0] for command in commands if isinstance(command, c.SetOutput) and command.outputs]


def test_a_titration_plays_the_whole_sweep() -> None:
    desk = sweeping()
    played = {output.waveform.period_us for output in asked(desk.wait(2_000))}
    assert played == set(FREQUENCY_SWEEP.periods.values)


def test_a_sweep_at_0_asks_for_nothing() -> None:
    desk = Desk.of(tens_plan(swept=FREQUENCY_SWEEP)).to_ready()
    desk.do(e.Titrate(1, 0, desk.epoch))
    assert desk.wait(1_000) == ()
    assert s.next_wake_ms(desk.session) is None


def test_the_guard_is_armed_once_for_all_of_a_sweep() -> None:
    desk = sweeping()
    commands = desk.wait(2_000)
    assert asked(commands)
    assert not [command for command in commands if isinstance(command, c.Arm)]
    (arm,) = desk.session.arms
    assert (arm.period_us, arm.longest_period_us) == (10_000, 15_000)
    assert (arm.phase_us, arm.longest_phase_us) == (200, 200)
    assert desk.session.outputs[0].band == Band(10_000, 15_000, 200, 200)


def test_a_phase_sweep_is_armed_with_its_shortest_and_its_longest_phase() -> None:
    (arm,) = sweeping(PHASE_SWEEP).session.arms
    assert (arm.phase_us, arm.longest_phase_us) == (100, 200)


def test_a_burst_is_armed_with_its_pulses_and_no_band() -> None:
    desk = Desk.of(tens_plan(BURST)).to_ready().titrate(ONE, 2_000)
    desk.do(e.Start(desk.epoch))
    desk.wait(2_000)
    (arm,) = desk.session.arms
    assert (arm.burst_pulses, arm.burst_period_ms, arm.longest_period_us, arm.longest_phase_us) == (7, 500, 0, 0)
    assert desk.session.outputs[0].band is None


def test_the_next_tick_of_a_titrated_sweep_is_its_next_step() -> None:
    desk = sweeping()
    wake_ms = s.next_wake_ms(desk.session)
    assert wake_ms is not None
    assert 0 < wake_ms - desk.session.now_ms <= 200


def test_a_raise_that_waits_is_given_up_in_time_in_a_sweep_too() -> None:
    desk = sweeping(IN_TURN)
    desk.disk = False
    desk.do(e.Increase(1, desk.epoch))
    desk.wait(2_100)
    assert "refused:record_slow" in desk.notes()


def test_a_sweep_is_accepted_only_when_all_of_it_was_felt_at_this_amplitude() -> None:
    desk = sweeping()
    desk.do(e.Accept(desk.epoch))
    assert desk.notes()[-1] == "refused:not_felt_yet"
    assert dict(desk.session.note.values)["wait_ms"] > 1_000
    desk.wait(1_800)
    desk.do(e.Accept(desk.epoch))
    assert "level" in desk.notes()
    assert desk.session.plan.level_ua(ONE) == 2_000


def test_every_step_up_or_down_is_felt_anew() -> None:
    for change in ("up", "down"):
        desk = sweeping()
        desk.wait(1_900)
        desk.do(e.Increase(1, desk.epoch) if change == "up" else e.Decrease(1))
        desk.do(e.Accept(desk.epoch))
        assert desk.notes()[-1] == "refused:not_felt_yet"


def test_felt_counts_from_the_devices_answer_not_from_the_asking() -> None:
    desk = sweeping()
    desk.wait(2_000)
    desk.device = False
    desk.do(e.Increase(1, desk.epoch))
    desk.wait(2_100)
    desk.do(e.OutputSent(desk.session.now_ms, ((1, 2_500),)), e.OutputConfirmed(desk.session.now_ms, ((1, 2_500),)))
    desk.do(e.Accept(desk.epoch))
    assert desk.notes()[-1] == "refused:not_felt_yet"


def test_a_step_counts_until_the_next_one_leaves_and_from_when_that_is_acknowledged() -> None:
    desk = sweeping()
    desk.wait(500)
    before = desk.session.felt
    assert before.playing is not None
    now_ms, on = desk.session.now_ms, ((1, 2_000),)
    desk.do(e.OutputSent(now_ms, on))
    assert (desk.session.felt.playing, desk.session.felt.from_ms) == (None, now_ms)
    desk.do(e.OutputConfirmed(now_ms + 7, on))
    assert (desk.session.felt.playing, desk.session.felt.from_ms) == (before.playing, now_ms + 7)


def test_a_program_that_stalls_over_the_peak_has_not_let_it_be_felt() -> None:
    desk = sweeping(PHASE_SWEEP)

    def plays(phase_us: int) -> bool:
        return desk.session.outputs[0].waveform.phase_us == phase_us

    for phase_us in (100, 160, 180):  # on the way up
        desk.wait_until(partial(plays, phase_us))
        if phase_us == 160:
            desk.do(e.Increase(1, desk.epoch))
    desk.wait(600, 600)  # the clock goes on, nobody asks for 200
    desk.wait_until(lambda: desk.session.now_ms - desk.session.felt.since_ms >= 2_000)
    desk.do(e.Accept(desk.epoch))
    assert desk.notes()[-1] == "refused:not_felt_yet"
    wait_ms = int(dict(desk.session.note.values)["wait_ms"])
    desk.wait(wait_ms - 200, wait_ms - 200)  # the peak lasts for 200 ms, the last of what was told
    assert desk.session.outputs[0].waveform.phase_us == 200
    desk.wait(200)
    desk.do(e.Accept(desk.epoch))
    assert "level" in desk.notes()


def test_every_titration_begins_at_the_beginning_of_its_sweep() -> None:
    """And what was felt in the search before counts for nothing, though it was at the same amplitude."""
    desk = sweeping(level_ua=500)
    desk.wait(2_030)
    desk.do(e.Accept(desk.epoch))
    assert desk.session.plan.level_ua(ONE) == 500
    desk.do(e.Titrate(1, 0, desk.epoch), e.Increase(1, desk.epoch + 1))
    assert desk.session.outputs[0].waveform == FREQUENCY_SWEEP.at(0)
    desk.do(e.Accept(desk.epoch))
    assert desk.notes()[-1] == "refused:not_felt_yet"
    assert dict(desk.session.note.values)["wait_ms"] == FREQUENCY_SWEEP.cycle_ms


def test_a_steady_train_is_felt_at_once() -> None:
    desk = Desk.of(tens_plan()).to_ready()
    desk.titrate(ONE, 2_000)
    assert desk.session.plan.level_ua(ONE) == 2_000


def test_a_running_sweep_goes_on_while_the_amplitude_stays() -> None:
    desk = sweeping(level_ua=500)
    desk.wait(2_000)
    desk.do(e.Accept(desk.epoch))
    desk.do(e.Start(desk.epoch))
    desk.wait(2_000)
    outputs = asked(desk.wait(2_000))
    assert {output.amplitude_ua for output in outputs} == {500}
    assert len({output.waveform for output in outputs}) > 3


def test_a_modulated_level_can_be_raised_while_less_of_it_is_played() -> None:
    """`+` compares with what was asked for, which a modulation lowers."""
    desk = Desk.of(tens_plan(modulation=Modulation.of(400, 2000))).to_ready().titrate(ONE, 10_000)
    desk.do(e.Start(desk.epoch))
    desk.wait(2_000)
    desk.wait_until(lambda: desk.session.outputs[0].amplitude_ua != 10_000)
    desk.do(e.Increase(1, desk.epoch))
    assert desk.notes()[-1] == "increase"
    assert desk.session.plan.level_ua(ONE) == 10_500


def test_a_titration_is_at_the_full_level_whatever_the_modulation() -> None:
    desk = Desk.of(tens_plan(modulation=Modulation.of(400, 2000))).to_ready()
    desk.titrate(ONE, 5_000)
    assert max(output.amplitude_ua for output in asked(tuple(desk.commands))) == 5_000


def test_each_step_of_a_test_is_armed_with_its_own_rate_at_the_level_of_the_first() -> None:
    from dataclasses import replace

    slow, fast = Waveform(200, 0, 1, 250_000), Waveform(200, 0, 1, 100_000)
    made = plan_of(((ONE, rhythm()),), ((ONE, rhythm()),), waveforms=(slow,))
    second = replace(made.stages[1], tracks=(replace(made.stages[1].tracks[0], course=steady(fast)),))
    made = replace(made, stages=(made.stages[0], second))
    desk = Desk.of(made).to_ready().titrate(ONE, 4_000)
    desk.do(e.Start(desk.epoch))
    desk.wait(3_000, 50)
    assert (desk.session.arms[0].period_us, desk.session.arms[0].level_ua) == (250_000, 4_000)
    desk.wait(48_000, 50)
    assert (desk.session.arms[0].period_us, desk.session.arms[0].level_ua) == (100_000, 4_000)


# --- what is counted ---


def bursting() -> Desk:
    desk = Desk.of(tens_plan(BURST)).to_ready().titrate(ONE, 10_000)
    desk.do(e.Start(desk.epoch))
    desk.wait(2_000)
    desk.device = False
    return desk


def test_nothing_is_counted_between_two_bursts_and_the_amplitude_stays_confirmed() -> None:
    desk = bursting()
    now_ms, on = desk.session.now_ms, ((1, 10_000),)
    desk.do(e.OutputSent(now_ms, on, (1,)), e.OutputConfirmed(now_ms, on, (1,)))
    (before,) = desk.session.ledger.totals(now_ms)
    desk.wait(1_000)
    (after,) = desk.session.ledger.totals(desk.session.now_ms)
    assert after == before
    assert desk.session.confirmed == on
    assert desk.session.flow == ()


def test_a_plus_is_heard_between_two_bursts() -> None:
    desk = bursting()
    now_ms, on = desk.session.now_ms, ((1, 10_000),)
    desk.do(e.OutputSent(now_ms, on, (1,)), e.OutputConfirmed(now_ms, on, (1,)), e.Increase(1, desk.epoch))
    assert desk.notes()[-1] == "increase"


def test_a_stop_between_two_bursts_leaves_nothing_uncertain() -> None:
    desk = bursting()
    now_ms, on = desk.session.now_ms, ((1, 10_000),)
    desk.do(e.OutputSent(now_ms, on, (1,)), e.OutputConfirmed(now_ms, on, (1,)))
    desk.do(e.Stop("key", 1))
    desk.wait(1_000)
    (total,) = desk.session.ledger.totals(desk.session.now_ms)
    (then,) = desk.session.ledger.totals(now_ms)
    assert total == then
    desk.do(e.HaltConfirmed(desk.session.now_ms))
    assert desk.session.silent == ()


def test_the_end_of_a_burst_on_its_way_is_a_range() -> None:
    desk = bursting()
    desk.do(e.OutputSent(desk.session.now_ms, ((1, 10_000),), (1,)))
    assert desk.session.flow == ((1, 0, 10_000),)


def test_the_beginning_of_a_burst_on_its_way_is_a_range() -> None:
    desk = bursting()
    now_ms, on = desk.session.now_ms, ((1, 10_000),)
    desk.do(e.OutputSent(now_ms, on, (1,)), e.OutputConfirmed(now_ms, on, (1,)), e.OutputSent(now_ms, on))
    assert desk.session.flow == ((1, 0, 10_000),)


def test_a_step_of_a_sweep_on_its_way_is_a_range() -> None:
    """From 100 Hz to 2 Hz: until it is acknowledged either may be flowing."""
    desk = sweeping(IN_TURN)
    desk.wait_until(lambda: desk.session.outputs[0].waveform.period_us == 500_000)
    desk.wait(100)
    desk.device = False
    desk.wait_until(lambda: desk.session.outputs[0].waveform.period_us == 10_000)
    now_ms, on = desk.session.now_ms, ((1, 2_000),)
    (before,) = desk.session.ledger.totals(now_ms)
    desk.do(e.OutputSent(now_ms, on))
    desk.wait(200)
    desk.do(e.OutputConfirmed(desk.session.now_ms, on))
    (after,) = desk.session.ledger.totals(desk.session.now_ms)
    assert after.low_nc - before.low_nc <= 2 * 400
    assert after.high_nc - before.high_nc == 20 * 400
    desk.wait(100)
    (later,) = desk.session.ledger.totals(desk.session.now_ms)
    assert later.low_nc - after.low_nc == later.high_nc - after.high_nc == 10 * 400


def test_what_was_asked_for_but_not_sent_is_not_what_flows() -> None:
    desk = sweeping(IN_TURN)
    desk.device = False
    first = desk.session.outputs[0].waveform
    desk.wait_until(lambda: desk.session.outputs[0].waveform != first)
    desk.do(e.OutputConfirmed(desk.session.now_ms, ((1, 2_000),)))
    assert dict(desk.session.played)[1] == first


def test_the_waveform_of_a_burst_is_told_apart_from_its_train() -> None:
    assert steady(BURST) != steady(TENS)
