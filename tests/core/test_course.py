"""A sweep is a total function of time that goes through all of its range, and is judged by its strongest pulse."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.plans import (
    BURST,
    FREQUENCY_SWEEP,
    IN_TURN,
    ONE,
    PHASE_SWEEP,
    TENS,
    TWO,
    course,
    plan_of,
    rhythm,
    tens_plan,
)
from nmes.core.course import Course, Modulation, Steps, steady, triangle
from nmes.core.plan import PlanError
from nmes.core.timeline import Phase
from nmes.core.waveform import Band, Waveform
from tests.core.protocol_making import CHANNEL, STAGE, plan

SWEEPS = [FREQUENCY_SWEEP, IN_TURN, PHASE_SWEEP]
TENS_STAGE = """stages:
  - name: work
    continuous: true
    frequency_hz: 100
    ramp_up_s: 2
    ramp_down_s: 1
    minutes: 1
"""
TAKES_TURNS = CHANNEL + CHANNEL.partition("\n")[2].replace("left", "right")


def tens(*lines: str, hertz: str = "100") -> str:
    """A minute of TENS with more keys in its stage."""
    return TENS_STAGE.replace("100", hertz) + "".join(f"    {line}\n" for line in lines)


# --- the course itself ---


def test_a_triangle_goes_up_and_comes_back_in_the_same_time() -> None:
    assert triangle(10, 20, 1000) == Steps((10, 12, 14, 16, 18, 20, 18, 16, 14, 12), 200)
    assert triangle(20, 10, 400).values == (20, 15, 10, 15)


@pytest.mark.parametrize("sweep_ms", [1000, 1100, 3000, 7300])
def test_a_sweep_takes_the_time_that_was_asked_for(sweep_ms: int) -> None:
    """Less a millisecond for each step at most."""
    made = triangle(0, 9, sweep_ms)
    assert 0 <= 2 * sweep_ms - made.cycle_ms < len(made.values)


PHASES = ("phase_sweep: {low_us: 100, high_us: 300, sweep_s: 3}",)


@pytest.mark.parametrize(
    ("lines", "hertz", "step_ms", "values"),
    [
        ((), "{from_hz: 65, to_hz: 100, sweep_s: 3}", 200, 30),
        ((), "{from_hz: 2, to_hz: 100, sweep_s: 3}", 600, 10),
        ((), "{from_hz: 100, to_hz: 2, sweep_s: 3}", 600, 10),
        (PHASES, "100", 200, 30),
        (PHASES, "2", 600, 10),
    ],
)
def test_a_step_outlasts_the_longest_period_and_an_update(
    lines: tuple[str, ...], hertz: str, step_ms: int, values: int
) -> None:
    """No update leaves sooner than a period after the last: a shorter step would never be felt."""
    swept = plan((STAGE, tens(*lines, hertz=hertz))).courses[0]
    changing = swept.periods if swept.periods.cycle_ms else swept.phases
    assert (changing.step_ms, len(changing.values)) == (step_ms, values)


def test_a_time_shorter_than_a_step_is_one_step() -> None:
    assert triangle(1, 2, 150) == Steps((1, 2), 150)


def test_a_steady_course_never_changes() -> None:
    made = steady(TENS)
    assert (made.at(0), made.at(12_345), made.strongest) == (TENS, TENS, TENS)
    assert (made.cycle_ms, made.change_in_ms(7), made.band) == (0, None, None)


def test_two_rates_take_turns() -> None:
    assert [IN_TURN.at(ms).period_us for ms in (0, 1499, 1500, 2999, 3000)] == [
        10_000,
        10_000,
        500_000,
        500_000,
        10_000,
    ]
    assert (IN_TURN.change_in_ms(0), IN_TURN.change_in_ms(1499), IN_TURN.change_in_ms(1500)) == (1500, 1, 1500)


@pytest.mark.parametrize("made", SWEEPS)
def test_the_band_holds_everything_that_is_played_and_nothing_more(made: Course) -> None:
    played = [made.at(ms) for ms in range(made.cycle_ms)]
    band = made.band
    assert band is not None
    assert all(band.holds(waveform) for waveform in played)
    assert {band.shortest_period_us, band.longest_period_us} <= {waveform.period_us for waveform in played}
    assert {band.shortest_phase_us, band.longest_phase_us} <= {waveform.phase_us for waveform in played}


@pytest.mark.parametrize("made", SWEEPS)
def test_the_strongest_has_the_shortest_period_and_the_longest_phase(made: Course) -> None:
    played = [made.at(ms) for ms in range(made.cycle_ms)]
    assert made.strongest.period_us == min(waveform.period_us for waveform in played)
    assert made.strongest.phase_us == max(waveform.phase_us for waveform in played)


@pytest.mark.thorough
@pytest.mark.parametrize("made", SWEEPS)
def test_nothing_changes_before_the_change_that_was_told(made: Course) -> None:
    for ms in range(0, 2 * made.cycle_ms, 37):
        change_ms = made.change_in_ms(ms)
        assert change_ms is not None
        assert {made.at(t) for t in range(ms, ms + change_ms)} == {made.at(ms)}


def test_two_sweeps_at_once_are_felt_after_the_longer_one() -> None:
    both = course(triangle(10_000, 15_000, 1000), triangle(100, 200, 2000))
    assert both.cycle_ms == 4000
    assert both.change_in_ms(150) == 50


def test_a_band_holds_neither_a_burst_nor_what_lies_outside() -> None:
    band = Band(10_000, 20_000, 100, 200)
    inside = Waveform(150, 0, 1, 15_000)
    assert band.holds(inside)
    for period_us, phase_us in ((9_500, 150), (20_500, 150), (15_000, 99), (15_000, 201)):
        assert not band.holds(Waveform(phase_us, 0, 1, period_us))
    assert not band.holds(Waveform(150, 0, 1, 15_000, 7, 500))


# --- modulation ---


def test_a_modulation_swings_between_the_level_and_its_depth_below() -> None:
    swing = Modulation.of(400, 2000)
    assert [swing.played_ua(10_000, ms) for ms in range(0, 2001, 200)] == [
        10_000, 9_200, 8_400, 7_600, 6_800, 6_000, 6_800, 7_600, 8_400, 9_200, 10_000,
    ]  # fmt: skip


@settings(max_examples=60)
@given(st.integers(0, 60_000), st.integers(1, 80))
def test_a_modulated_train_never_exceeds_its_level(t_ms: int, steps: int) -> None:
    made = tens_plan(modulation=Modulation.of(300, 2000)).with_level(ONE, steps * 500)
    (now,) = made.at(t_ms)
    (without,) = tens_plan().with_level(ONE, steps * 500).at(t_ms)
    assert now.amplitude_ua <= without.amplitude_ua <= steps * 500
    assert now.amplitude_ua % 500 == 0


@settings(max_examples=100)
@given(st.integers(0, 59_999), st.sampled_from([*SWEEPS, None]))
def test_the_plan_tells_every_change_of_a_sweep(t_ms: int, swept: Course | None) -> None:
    made = tens_plan(swept=swept, modulation=Modulation.of(300, 2000)).with_level(ONE, 20_000)
    change_ms = made.next_change(t_ms)
    assert change_ms is not None
    for t in range(t_ms, min(change_ms, t_ms + 400), 7):
        assert [(a.amplitude_ua, a.waveform) for a in made.at(t)] == [
            (a.amplitude_ua, a.waveform) for a in made.at(t_ms)
        ]


def test_a_sweep_without_a_level_or_at_rest_wakes_nobody() -> None:
    assert tens_plan(swept=PHASE_SWEEP).next_change(100) == 1000
    made = plan_of(((ONE, rhythm()),), courses=(PHASE_SWEEP,)).with_level(ONE, 20_000)
    assert made.at(7_000)[0].phase is Phase.REST
    assert made.next_change(7_000) == 16_000


# --- from the protocol ---


@pytest.mark.thorough
def test_a_burst_is_compiled_to_its_pulses_and_its_period() -> None:
    made = plan((STAGE, tens("burst: {pulses: 7, per_second: 3}")))
    (waveform,) = made.waveforms
    assert (waveform.period_us, waveform.burst_pulses, waveform.burst_period_ms) == (10_000, 7, 334)
    assert waveform.mean_period_us == 47_714


def test_a_steady_waveform_comes_as_often_as_its_period_says() -> None:
    assert TENS.mean_period_us == 10_000


@pytest.mark.parametrize(
    ("lines", "hertz", "silent_ms"),
    [("burst: {pulses: 2, per_second: 1}", "100", 980), ("burst: {pulses: 20, per_second: 4.5}", "109", 39)],
)
def test_a_gap_that_cannot_be_switched_is_refused(lines: str, hertz: str, silent_ms: int) -> None:
    from nmes.core.plan_maker import _burst_problems  # the model's own rules let only the first through

    waveform = Waveform(200, 0, 1, 1_000_000 // int(hertz), *((2, 1000) if silent_ms > 100 else (20, 222)))
    (problem,) = _burst_problems(0, waveform)
    assert f"{silent_ms} ms of silence" in str(problem)
    if silent_ms > 100:
        with pytest.raises(PlanError, match="980 ms of silence"):
            plan((STAGE, tens(lines, hertz=hertz)))


def test_a_frequency_sweep_is_straight_in_hertz_and_on_the_grid() -> None:
    made = plan((STAGE, tens(hertz="{from_hz: 65, to_hz: 100, sweep_s: 3}")))
    swept = made.courses[0]
    assert swept.cycle_ms == 6000
    assert (swept.at(0).period_us, swept.at(3000).period_us) == (15_500, 10_000)
    assert all(swept.at(ms).period_us % 500 == 0 for ms in range(0, 6000, 200))
    assert made.waveforms[0].period_us == 10_000
    middle_mhz = 1_000_000_000 // swept.at(1400).period_us
    assert 78_000 <= middle_mhz <= 82_000


def test_alternating_frequencies_and_a_phase_sweep_are_compiled() -> None:
    turns = plan((STAGE, tens(hertz="{first_hz: 2, second_hz: 100, each_s: 3}"))).courses[0]
    assert [turns.at(ms).period_us for ms in (0, 2999, 3000)] == [500_000, 500_000, 10_000]
    swept = plan((STAGE, tens("phase_sweep: {low_us: 100, high_us: 300, sweep_s: 2}"))).courses[0]
    assert (swept.at(0).phase_us, swept.at(2000).phase_us, swept.strongest.phase_us) == (100, 300, 300)


def test_a_modulation_is_compiled() -> None:
    made = plan((STAGE, tens("amplitude_modulation: {depth_percent: 30, cycle_s: 3}")), level_ua=20_000)
    played_ua = {made.at(t)[0].amplitude_ua for t in range(3_000, 57_000, 100)}
    assert (max(played_ua), min(played_ua)) == (20_000, 14_000)


def test_a_steady_stage_and_a_sweep_of_the_same_strongest_pulse_are_two_levels() -> None:
    both = tens() + tens(hertz="{from_hz: 65, to_hz: 100, sweep_s: 3}").partition("\n")[2]
    made = plan((STAGE, both))
    assert made.waveforms[0] == made.waveforms[1]
    assert len(made.slots) == 2


STEPS = STAGE.replace("    contractions: 3\n", "").replace("name: work", "name: test")
STEPS = STEPS.replace("50", "{start_hz: 4, step_hz: 2, cap_hz: 10}").replace("ramp_up_s: 2", "ramp_up_s: 1")
TEST = (("kind: nmes", "kind: assessment\nassessment: {measures: ctf}"), (STAGE, STEPS))


def test_each_step_of_a_test_is_a_stage_of_its_own() -> None:
    made = plan(*TEST)
    assert [stage.step_mhz for stage in made.stages] == [4_000, 5_988, 8_000, 10_000]
    assert [(stage.start_ms, stage.end_ms) for stage in made.stages] == [
        (0, 16_000), (16_000, 32_000), (32_000, 48_000), (48_000, 64_000),
    ]  # fmt: skip
    assert made.assessment == "ctf"


def test_all_steps_are_played_at_the_level_of_the_first_and_within_the_limits_of_the_last() -> None:
    made = plan(*TEST)
    (slot,) = made.slots
    assert made.waveforms[slot.waveform].period_us == 250_000
    assert {made.slots[stage.tracks[0].slot] for stage in made.stages} == {slot}
    assert [made.at(stage.start_ms)[0].waveform.period_us for stage in made.stages] == [
        250_000,
        167_000,
        125_000,
        100_000,
    ]
    assert made.with_level(slot, 20_000).at(50_000)[0].level_ua == 20_000


def test_the_ceiling_of_a_test_holds_at_its_highest_frequency() -> None:
    """At 4 Hz the small pad would bear far more than at 40 Hz."""
    steps = (TEST[1][0], TEST[1][1].replace("cap_hz: 10", "cap_hz: 40"))
    small = (
        ("pad_cm2: 25", "pad_cm2: 3"),
        ("phase_us: 300", "phase_us: 1000"),
        ("max_amplitude_ma: 60", "max_amplitude_ma: 60"),
    )
    tested = plan(TEST[0], steps, *small)
    fast = plan((STAGE, STAGE.replace("50", "40")), *small)
    slow = plan((STAGE, STAGE.replace("50", "4")), *small)
    assert tested.delivered[0].ceiling_ua == fast.delivered[0].ceiling_ua < slow.delivered[0].ceiling_ua


def test_a_level_used_twice_has_the_lower_of_two_ceilings() -> None:
    """A later stage that needs more of the pad at the same level lowers what was told before."""
    from dataclasses import replace

    from nmes.core.plan_maker import _Maker
    from tests.core.protocol_making import DEVICE, protocol

    small = ("pad_cm2: 25", "pad_cm2: 3"), ("phase_us: 300", "phase_us: 1000")
    maker = _Maker(protocol(*small), DEVICE, None)
    slow = steady(Waveform(1000, 100, 1, 250_000))
    first = maker._slot(0, slow, slow.strongest, 4_000)
    before_ua = maker.made[first].ceiling_ua
    assert maker._slot(0, slow, replace(slow.strongest, period_us=25_000), 4_000) == first
    assert maker.made[first].ceiling_ua < before_ua


def test_two_channels_of_a_sweep_share_its_course() -> None:
    made = plan((CHANNEL, TAKES_TURNS), (STAGE, tens("burst: {pulses: 7, per_second: 2}")))
    assert len(made.courses) == 1
    assert [slot.channel for slot in made.slots] == [1, 2]
    assert tens_plan(BURST, ONE, TWO).course(TWO) == steady(BURST)
