"""Bursts, sweeps and a swinging amplitude from plan to skin: what crossed it, pulse by pulse, under every switch."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import pytest
from together.staging import Room, room

from firmware_sim.device import P24, Switches, alternatives
from firmware_sim.stage.pulse import Pulse
from helpers.plans import BURST, FREQUENCY_SWEEP, IN_TURN, ONE, PHASE_SWEEP, TENS, TWO, course, tens_plan
from nmes.core import events as e
from nmes.core.course import Modulation, triangle
from nmes.core.plan import Plan
from nmes.core.view import Word
from nmes.core.waveform import Waveform

SWITCHES = dict(alternatives())
TELLING = (
    "base",
    "update_clears_error=False",
    "update_restarts_faulty=False",
    "update_restarts_period=True",
    "first_pulse=after_one_period",
    "update_without_channels_state=ml_run",
    "current_sources=2",
)
"""Switches that have to do with updates; all of them are in the campaign."""
LEVEL_UA = 3_000
LONG = Waveform(200, 0, 1, 16_000, 20, 500)
SHORT = replace(BURST, burst_pulses=2, burst_period_ms=334)
RARE = replace(BURST, burst_period_ms=1000)


def bursts_of(pulses: list[Pulse], channel: int = 1) -> list[list[Pulse]]:
    """Pulses less than 100 ms apart belong to one burst."""
    found: list[list[Pulse]] = []
    for pulse in (one for one in pulses if one.channel == channel):
        if found and pulse.t_us - found[-1][-1].t_us < 100_000:
            found[-1].append(pulse)
        else:
            found.append([pulse])
    return found


def bursts_of_any(pulses: list[Pulse]) -> list[list[Pulse]]:
    """Pulses less than 30 ms apart belong to one burst."""
    found: list[list[Pulse]] = []
    for pulse in pulses:
        if found and pulse.t_us - found[-1][-1].t_us < 30_000:
            found[-1].append(pulse)
        else:
            found.append([pulse])
    return found


def holding(plan: Plan, level_ua: int = LEVEL_UA, switches: Switches | None = None) -> Room:
    """In the treatment, at full level, every sweep felt whole."""
    there = room(plan, P24(switches)).ready()
    for slot in there.view.slots:
        there.raise_to(slot.slot, level_ua)
        there.run(plan.course(slot.slot).cycle_ms + 100)
        there.press(e.Accept(there.view.epoch))
        there.word(Word.READY)
    there.press(e.Start(there.view.epoch))
    there.word(Word.ON)
    there.run(1_000)
    return there


def after(there: Room, time_ms: int) -> list[Pulse]:
    """The pulses of the next while."""
    since_us = there.now_us
    there.run(time_ms)
    assert there.view.word is Word.ON, (there.view.why, there.view.note)
    return there.pulses(since_us)


# --- bursts ---


@pytest.mark.thorough
@pytest.mark.parametrize("switch", TELLING)
def test_a_burst_has_its_pulses_within_one_on_every_switch(switch: str) -> None:
    there = holding(tens_plan(BURST), 1_000, SWITCHES[switch])
    counts = {len(burst) for burst in bursts_of(after(there, 2_990))[:-1]}
    assert counts == ({6} if switch == "first_pulse=after_one_period" else {7})


@pytest.mark.thorough
@pytest.mark.parametrize("waveform", [BURST, LONG, SHORT, RARE])
def test_bursts_come_as_often_as_they_should(waveform: Waveform) -> None:
    there = holding(tens_plan(waveform), 2_000)
    found = bursts_of(after(there, 5_000 + waveform.burst_period_ms))[1:]  # one looks into the middle of the first
    begun = [burst[0].t_us for burst in found]
    assert [len(burst) for burst in found[:-1]] == [waveform.burst_pulses] * (len(found) - 1)
    assert {b - a for a, b in pairwise(begun)} == {waveform.burst_period_ms * 1000}
    inside = {b.t_us - a.t_us for burst in found for a, b in pairwise(burst)}
    assert inside == {waveform.period_us}


def jittered(there: Room, time_ms: int, seed: int) -> None:
    """A host whose turns come 1 to 15 ms late."""
    dice, bench = random.Random(seed), there.bench
    end_us = there.now_us + time_ms * 1000
    while there.now_us < end_us:
        bench.controller.touch()
        bench.clock.advance_to(bench.next_us() + dice.randint(1_000, 15_000))
        bench.device.advance(bench.clock.now_us)
        bench.turn()
        there.judge.look()


@pytest.mark.thorough
@pytest.mark.parametrize("switch", ["base", "first_pulse=after_one_period", "update_restarts_period=True"])
def test_a_late_host_costs_one_pulse_at_most(switch: str) -> None:
    there = holding(tens_plan(BURST), 2_000, SWITCHES[switch])
    since_us = there.now_us
    jittered(there, 10_000, seed=3)
    assert there.view.word is Word.ON
    found = bursts_of(there.pulses(since_us))[1:-1]
    assert len(found) >= 17
    assert {len(burst) for burst in found} <= {6, 7, 8}


def test_both_channels_of_a_burst_go_on_and_off_together() -> None:
    there = holding(tens_plan(BURST, ONE, TWO), 2_000)
    pulses = after(there, 2_990)
    one, two = bursts_of(pulses, 1), bursts_of(pulses, 2)
    assert [len(burst) for burst in one[:-1]] == [len(burst) for burst in two[:-1]] == [7] * (len(one) - 1)
    assert all(abs(a[0].t_us - b[0].t_us) < 2_000 for a, b in zip(one, two, strict=True))


def test_the_ramp_of_a_burst_treatment_takes_the_time_of_the_plan() -> None:
    there = room(tens_plan(BURST, ramp_ms=2_000)).running(LEVEL_UA)
    since_us = there.now_us
    there.run(4_000)
    first = [burst[0] for burst in bursts_of(there.pulses(since_us - 100_000))]
    full_us = next(pulse.t_us for pulse in first if pulse.amplitude_ua == LEVEL_UA)
    assert 1_500_000 <= full_us - first[0].t_us <= 2_500_000


def test_the_amplitude_told_and_confirmed_is_that_of_the_bursts() -> None:
    there = holding(tens_plan(BURST))
    for _ in range(100):
        there.run(13)
        assert there.channel(1).confirmed_ua == LEVEL_UA


def test_the_record_counts_bursts_exactly() -> None:
    there = holding(tens_plan(BURST))
    there.run(10_000)
    (dose,) = there.view.dose
    skin_nc = there.bench.skin_charge_pc(1) // 1000
    assert dose.low_nc <= skin_nc <= dose.high_nc
    assert dose.high_nc - dose.low_nc <= skin_nc * 6 // 100


CLOSE = replace(BURST, burst_pulses=10, burst_period_ms=200)


@pytest.mark.thorough
def test_bursts_close_to_each_other_climb_by_what_a_burst_period_has_earned() -> None:
    """Every step is judged at the skin, from the beginning of one burst to the beginning of the next."""
    there = room(tens_plan(CLOSE, ramp_ms=500)).running(35_500)
    since_us = there.now_us
    there.run(2_000)
    assert there.view.word is Word.ON
    assert there.pulses(since_us)[-1].amplitude_ua == 35_500


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("waveform", "at_ms"),
    [
        *((CLOSE, at_ms) for at_ms in (0, 30, 90)),
        (BURST, 30),
        (RARE, 90),
        *(pytest.param(*one, marks=pytest.mark.campaign) for one in ((BURST, 0), (BURST, 90), (RARE, 0), (RARE, 30))),
    ],
)
def test_bursts_keep_their_distance_through_a_pause_and_a_quick_resume(waveform: Waveform, at_ms: int) -> None:
    """Nothing that persons do makes the guard object."""
    there = holding(tens_plan(waveform), 20_000)
    while not there.bench.controller.session.flow:
        there.run(1)
    there.run(at_ms)
    there.press(e.Pause(), 1)
    there.word(Word.PAUSED)
    since_us = there.now_us
    there.press(e.Resume(there.view.epoch))
    there.run(3_000)
    assert there.view.word is Word.RESUMING, there.view.why
    begun_us = [burst[0].t_us for burst in bursts_of_any(there.pulses(since_us))]
    assert len(begun_us) > 1
    assert all(b - a >= waveform.burst_period_ms * 1000 - 20_000 for a, b in pairwise(begun_us))


def test_lowered_to_nothing_and_raised_again_in_a_moment_bursts_keep_their_distance() -> None:
    there = room(tens_plan(BURST)).ready().raise_to(ONE, 500)
    for _ in range(30):
        there.press(e.Decrease(1), 35)
        there.press(e.Increase(1, there.view.epoch), 65)
    assert there.view.word is Word.TITRATING, there.view.why


@pytest.mark.thorough
@pytest.mark.parametrize("hang_ms", [40, 80, 120, 150])
def test_a_burst_that_ends_late_is_followed_by_silence(hang_ms: int) -> None:
    there = holding(tens_plan(CLOSE), 2_000)
    there.until(lambda view: bool(there.bench.controller.session.flow))
    there.judge.faulted()
    there.bench.clock.advance_to(there.now_us + hang_ms * 1000)
    there.device.advance(there.now_us)
    there.run(1_000)
    assert there.view.word is Word.ON, there.view.why


def press_plus(there: Room) -> None:
    there.press(e.Increase(1, there.view.epoch))


def press_minus(there: Room) -> None:
    there.press(e.Decrease(1))


@pytest.mark.thorough
@pytest.mark.parametrize("at_ms", [0, 50, 300])
@pytest.mark.parametrize(("press", "step_ua"), [(press_plus, 500), (press_minus, -500)])
def test_plus_and_minus_are_heard_in_burst_and_gap(press: Callable[[Room], None], step_ua: int, at_ms: int) -> None:
    there = holding(tens_plan(BURST))
    there.run(at_ms)
    press(there)
    there.run(1_500)
    assert after(there, 990)[0].amplitude_ua == LEVEL_UA + step_ua


@pytest.mark.thorough
@pytest.mark.parametrize("at_ms", [0, 20, 64, 90, 280, 497])
def test_a_stop_in_burst_or_gap_is_the_end(at_ms: int) -> None:
    there = holding(tens_plan(BURST))
    there.run(at_ms)
    there.stop()
    now_us = there.now_us
    there.run(2_000)
    assert there.view.word is Word.STOPPED
    assert there.last_pulse_us() <= now_us


@pytest.mark.thorough
@pytest.mark.parametrize("at_ms", [0, 300])
def test_after_a_pause_in_burst_or_gap_the_bursts_climb_from_0(at_ms: int) -> None:
    there = holding(tens_plan(BURST))
    there.run(at_ms)
    there.press(e.Pause())
    there.word(Word.PAUSED)
    since_us = there.now_us
    there.press(e.Resume(there.view.epoch))
    there.run(8_000)
    first = [burst[0] for burst in bursts_of(there.pulses(since_us))]
    assert first[0].amplitude_ua <= 1_000
    full_us = next(pulse.t_us for pulse in first if pulse.amplitude_ua == LEVEL_UA)
    assert full_us - first[0].t_us >= 4_000_000


@pytest.mark.thorough
@pytest.mark.parametrize("at_ms", [0, 400])
def test_a_pad_that_is_lifted_in_burst_or_gap_ends_it(at_ms: int) -> None:
    there = holding(tens_plan(BURST), 15_500)
    there.run(at_ms)
    there.judge.faulted()
    there.device.stage.set_load(1, "open")
    there.run(1_000)
    there.word(Word.STOPPED)
    lifted_us = there.now_us
    there.run(3_000)
    assert there.last_pulse_us() < lifted_us


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("at_ms", "hang_ms"), [(10, 60), (10, 300), (10, 2_500), (100, 900), (100, 1_100), (430, 60), (430, 1_100)]
)
def test_a_program_that_hangs_makes_no_train_and_no_jump(at_ms: int, hang_ms: int) -> None:
    """In the burst the guard halts when it wakes up, or the device by itself; in the gap nothing comes back late."""
    there = holding(tens_plan(BURST))
    burst = bursts_of(there.pulses(there.now_us - 2_000_000))[-1]
    there.run((burst[0].t_us + 500_000 - there.now_us) // 1000 % 500 + at_ms)
    there.judge.faulted(3_000_000)
    there.bench.clock.advance_to(there.now_us + hang_ms * 1000)
    there.device.advance(there.now_us)
    woke_us = there.now_us
    there.run(1_500)
    later = there.pulses(woke_us + 1)
    if at_ms == 10 and hang_ms >= 300:
        assert there.view.word in {Word.STOPPED, Word.PAUSED}
        assert not later
    if hang_ms > 900 and later:
        assert later[0].amplitude_ua <= 1_500


# --- sweeps and modulation ---


@pytest.mark.thorough
def test_a_frequency_sweep_goes_through_all_of_its_rates_at_one_amplitude() -> None:
    there = holding(tens_plan(swept=FREQUENCY_SWEEP))
    pulses = after(there, 6_000)
    assert {pulse.amplitude_ua for pulse in pulses} == {LEVEL_UA}
    intervals = [b.t_us - a.t_us for a, b in pairwise(pulses)]
    assert set(FREQUENCY_SWEEP.periods.values) <= set(intervals)
    assert max(intervals) <= 15_000


def test_two_rates_take_turns_at_one_amplitude() -> None:
    there = holding(tens_plan(swept=IN_TURN))
    pulses = after(there, 9_000)
    assert {pulse.amplitude_ua for pulse in pulses} == {LEVEL_UA}
    intervals = [b.t_us - a.t_us for a, b in pairwise(pulses)]
    assert intervals.count(10_000) >= 400
    assert 6 <= intervals.count(500_000) <= 9


@pytest.mark.thorough
def test_a_phase_sweep_widens_and_narrows_the_pulse() -> None:
    there = holding(tens_plan(swept=PHASE_SWEEP))
    widths = [pulse.points[0].duration_us for pulse in after(there, 4_000)]
    assert (min(widths), max(widths)) == (100, 200)
    assert max(abs(b - a) for a, b in pairwise(widths)) <= 20


def test_a_modulated_train_swings_within_its_depth() -> None:
    there = holding(tens_plan(modulation=Modulation.of(400, 2000)))
    amplitudes = {pulse.amplitude_ua for pulse in after(there, 6_000)}
    assert (max(amplitudes), min(amplitudes)) == (LEVEL_UA, 1_500), "60 % of 3 mA, down to the grid"


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["frequency", "in turn", "phase", "modulation"])
def test_the_record_counts_a_changing_train_within_a_pulse_a_change(name: str) -> None:
    plan = {
        "frequency": tens_plan(swept=FREQUENCY_SWEEP),
        "in turn": tens_plan(swept=IN_TURN),
        "phase": tens_plan(swept=PHASE_SWEEP),
        "modulation": tens_plan(TENS, modulation=Modulation.of(400, 2000)),
    }[name]
    there = holding(plan)
    there.run(9_000)
    there.judge.dose()
    (dose,) = there.view.dose
    skin_nc = there.bench.skin_charge_pc(1) // 1000
    assert dose.low_nc * 96 // 100 <= skin_nc <= dose.high_nc * 104 // 100


def test_a_sweep_is_titrated_as_a_whole() -> None:
    there = room(tens_plan(swept=FREQUENCY_SWEEP)).ready().raise_to(ONE, 2_000)
    there.press(e.Accept(there.view.epoch))
    assert there.view.word is Word.TITRATING
    assert there.notes()[-1] == "refused:not_felt_yet"
    there.run(2_000)
    there.press(e.Accept(there.view.epoch))
    there.word(Word.READY)


@pytest.mark.thorough
@pytest.mark.parametrize("hang_ms", [450, 900, pytest.param(650, marks=pytest.mark.campaign)])
def test_a_sweep_whose_peak_was_lost_in_a_stall_is_not_accepted_before_it_was_felt(hang_ms: int) -> None:
    """The host does not turn while the widest pulses are due; the clock goes on."""
    there = room(tens_plan(swept=PHASE_SWEEP)).ready().raise_to(ONE, LEVEL_UA)
    since_us = there.now_us
    while there.bench.controller.session.outputs[0].waveform.phase_us != 180:
        there.run(1)
    there.judge.faulted()
    there.bench.clock.advance_to(there.now_us + hang_ms * 1000)
    there.device.advance(there.now_us)
    while there.view.word is Word.TITRATING:
        there.press(e.Accept(there.view.epoch), 10)
    there.word(Word.READY)
    assert max(pulse.points[0].duration_us for pulse in there.pulses(since_us)) == 200


def test_a_slow_sweep_can_be_felt_and_accepted() -> None:
    """From 2 Hz no update leaves within half a second: its steps are as long as they must be."""
    slow = course(triangle(100_000, 500_000, 3000, 600))
    there = room(tens_plan(swept=slow)).ready().raise_to(ONE, 1_000)
    there.run(slow.cycle_ms + 100)
    there.press(e.Accept(there.view.epoch))
    there.word(Word.READY)


@pytest.mark.campaign
@pytest.mark.parametrize("switch", sorted(SWITCHES))
@pytest.mark.parametrize("waveform", [BURST, LONG, SHORT, RARE])
def test_bursts_hold_for_minutes_with_a_late_host(waveform: Waveform, switch: str) -> None:
    there = holding(tens_plan(waveform, seconds=300), 2_000, SWITCHES[switch])
    since_us = there.now_us
    jittered(there, 120_000, seed=7)
    found = bursts_of(there.pulses(since_us))[1:-1]
    assert {len(burst) for burst in found} <= {waveform.burst_pulses + more for more in (-1, 0, 1)}
