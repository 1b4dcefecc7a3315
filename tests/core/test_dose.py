"""Dose figures agree with the golden vectors to the printed digits, and the ledger with the pulses at the skin."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.plans import BURST, IN_TURN, ONE, TENS, tens_plan
from nmes.core import dose
from nmes.core.dose import ChannelTotal, Ledger, plan_totals
from nmes.core.waveform import Waveform
from tests.core.protocol_making import plan

# amplitude mA, phase µs, Hz, pad cm², r.m.s. mA, mA r.m.s./cm², charge µC, W/cm², energy mJ
STANDARD = [
    (60, 250, 100, "25", "13.42", "0.54", "15.0", "0.0036", "0.90"),
    (100, 400, 100, "25", "28.28", "1.13", "40.0", "0.016", "4.0"),
    (100, 400, 100, "8.04", "28.28", "3.52", "40.0", "0.0498", "4.0"),
    (50, 200, 150, "4", "12.25", "3.06", "10.0", "0.0188", "0.5"),
    (130, 500, 148, "25", "50.01", "2.00", "65.0", "0.050", "8.45"),
    (130, 500, 150, "25", "50.35", "2.01", "65.0", "0.051", "8.45"),
]
# amplitude mA, Hz, phase µs, pad cm², r.m.s. mA, mA r.m.s./cm², energy mJ
THERAPY = [
    (80, 50, 400, "90", "16.00", "0.18", "2.56"),
    (80, 75, 400, "96", "19.60", "0.20", "2.56"),
    (100, 85, 250, "50", "20.62", "0.41", "2.50"),
    (30, 100, 200, "25", "6.00", "0.24", "0.18"),
    (60, 50, 300, "8", "10.39", "1.30", "1.08"),
]


def printed(value: int, unit: int, like: str) -> str:
    """An integer figure in the unit and with the digits of a printed one, rounded half up."""
    digits = len(like.partition(".")[2])
    scaled = (2 * value * 10**digits + unit) // (2 * unit)
    text = str(scaled).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}" if digits else text


def pulse(amplitude_ma: int, phase_us: int) -> tuple[tuple[int, int], ...]:
    return Waveform(phase_us, 0, 1, 1).points(amplitude_ma * 1000, 500)


def area_mm2(pad_cm2: str) -> int:
    return round(float(pad_cm2) * 100)


@pytest.mark.covers("SR-13")
@pytest.mark.parametrize(("ma", "us", "hz", "pad", "rms", "density", "charge", "power", "energy"), STANDARD)
def test_golden_vectors_of_the_standard(
    ma: int, us: int, hz: int, pad: str, rms: str, density: str, charge: str, power: str, energy: str
) -> None:
    # the vectors are for exact frequencies, whose period may not be whole: take all the pulses of one second
    points, period = tuple((d * hz, c) for d, c in pulse(ma, us)), 1_000_000
    assert printed(dose.rms_ua(points, period), 1000, rms) == rms
    assert printed(dose.density_na_per_mm2(points, period, area_mm2(pad)), 10_000, density) == density
    assert printed(dose.power_nw_per_mm2(points, period, area_mm2(pad)), 10_000_000, power) == power
    assert printed(dose.phase_charge_nc(pulse(ma, us)), 1000, charge) == charge
    assert printed(dose.pulse_energy_nj(pulse(ma, us)), 1_000_000, energy) == energy


@pytest.mark.parametrize(("ma", "hz", "us", "pad", "rms", "density", "energy"), THERAPY)
def test_golden_vectors_of_the_cards(ma: int, hz: int, us: int, pad: str, rms: str, density: str, energy: str) -> None:
    points, second_us = tuple((d * hz, c) for d, c in pulse(ma, us)), 1_000_000
    assert printed(dose.rms_ua(points, second_us), 1000, rms) == rms
    assert printed(dose.density_na_per_mm2(points, second_us, area_mm2(pad)), 10_000, density) == density
    assert printed(dose.pulse_energy_nj(pulse(ma, us)), 1_000_000, energy) == energy


def test_the_charge_of_a_pulse_is_that_of_its_larger_phase_and_nothing_has_none() -> None:
    assert dose.phase_charge_nc(((100, 10_000), (210, -5_000))) == 1050
    assert dose.phase_charge_nc(()) == 0


def test_duty_is_on_over_on_and_off() -> None:
    assert dose.duty_permille(5_000, 10_000) == 333


# --- the ledger ---

W = Waveform(300, 100, 1, 20_000)


def test_an_empty_ledger_has_given_nothing() -> None:
    assert Ledger().totals(10_000) == ()


def test_one_second_at_a_known_amplitude_is_an_exact_charge() -> None:
    ledger = Ledger().set(1_000, {1: (40_000, 40_000, W)})
    assert ledger.totals(2_000) == (ChannelTotal(1, 600_000, 600_000, 50, 50),)


def test_while_a_change_is_on_its_way_the_charge_is_a_range() -> None:
    ledger = Ledger().set(0, {1: (10_000, 20_000, W)}).set(200, {1: (20_000, 20_000, W)})
    assert ledger.totals(400) == (ChannelTotal(1, 90_000, 120_000, 20, 20),)


@pytest.mark.covers("FR-02")
def test_after_a_lost_link_anything_from_nothing_to_the_last_amplitude_is_recorded() -> None:
    ledger = Ledger().set(0, {2: (0, 40_000, W)}).set(1_000, {})
    assert ledger.totals(60_000) == (ChannelTotal(2, 0, 600_000, 0, 50),)


@pytest.mark.parametrize(
    ("waveform", "on_ms", "pulses"),
    [(W, 100, 5), (W, 101, 6), (BURST, 500, BURST.burst_pulses), (BURST, 501, 2 * BURST.burst_pulses)],
)
def test_the_most_of_a_train_is_rounded_up_to_a_pulse_or_a_burst(waveform: Waveform, on_ms: int, pulses: int) -> None:
    assert dose.most_pulses(waveform, on_ms) == pulses


def test_the_most_charge_is_rounded_up() -> None:
    assert dose.pulses_charge_nc(3, 500, replace(W, phase_us=200)) == 300
    assert dose.pulses_charge_nc(3, 501, replace(W, phase_us=200)) == 301


def test_a_channel_that_is_left_out_stops_counting_and_keeps_its_sum() -> None:
    ledger = Ledger().set(0, {1: (10_000, 10_000, W), 3: (10_000, 10_000, W)}).set(1_000, {3: (10_000, 10_000, W)})
    first, third = ledger.set(2_000, {}).totals(9_000)
    assert (first.channel, first.low_nc) == (1, 150_000)
    assert (third.channel, third.low_nc) == (3, 300_000)


def test_a_clock_that_goes_back_adds_nothing_and_takes_nothing() -> None:
    ledger = Ledger().set(1_000, {1: (10_000, 10_000, W)}).set(500, {1: (10_000, 10_000, W)})
    assert ledger.totals(700) == (ChannelTotal(1, 0, 0, 0, 0),)
    assert ledger.totals(2_000)[0].low_nc == 150_000


@given(st.lists(st.tuples(st.integers(1, 5_000), st.integers(0, 200), st.integers(0, 200)), min_size=1, max_size=20))
def test_the_low_bound_never_exceeds_the_high_one_and_neither_ever_falls(changes: list[tuple[int, int, int]]) -> None:
    ledger, now_ms, before = Ledger(), 0, (0, 0)
    for wait_ms, one, other in changes:
        ledger = ledger.set(now_ms, {1: (min(one, other) * 500, max(one, other) * 500, W)})
        now_ms += wait_ms
        (total,) = ledger.totals(now_ms)
        assert total.low_nc <= total.high_nc
        assert total.low_pulses <= total.high_pulses
        assert (total.low_nc, total.high_nc) >= before
        before = (total.low_nc, total.high_nc)


@given(
    st.lists(st.tuples(st.integers(1, 3_000), st.integers(0, 260)), min_size=1, max_size=10),
    st.integers(1, 400).map(lambda steps: steps * 500),
)
def test_the_ledger_agrees_with_counted_pulses_within_one_per_change(
    changes: list[tuple[int, int]], period_us: int
) -> None:
    """Counted: a device that begins a new pulse at each change."""
    shape, ledger, now_ms, counted_pc = Waveform(300, 0, 1, period_us), Ledger(), 0, 0
    for wait_ms, steps in changes:
        ledger = ledger.set(now_ms, {1: (steps * 500, steps * 500, shape)})
        counted_pc += -(-wait_ms * 1000 // period_us) * steps * 500 * 300
        now_ms += wait_ms
    (total,) = ledger.totals(now_ms)
    one_pulse_each_nc = sum(steps * 500 * 300 for _, steps in changes) / 1000
    assert total.low_nc <= counted_pc / 1000 <= total.high_nc + one_pulse_each_nc


# --- the plan ---


def test_a_plan_without_levels_gives_no_charge() -> None:
    (total,) = dose.plan_totals(plan())
    assert (total.charge_nc, total.pulses, total.contractions, total.tension_ms) == (0, 0, 0, 0)


def test_the_totals_of_a_plan_count_contractions_and_time_with_output() -> None:
    (total,) = dose.plan_totals(plan(level_ua=40_000))
    assert total.contractions == 3
    # 3 x (2 s up + 3 s hold + 1 s down), less the time below the first step of the grid at both ends
    assert total.tension_ms == 3 * (6_000 - 25 - 13 + 1)
    # hold 3 s, and on average half a level less half a step in the ramps: 50 pulses/s of 300 µs
    ideal_nc = 3 * 300 * 50 * (40 * 3 + 20 * 3)
    assert 0.98 * ideal_nc < total.charge_nc < ideal_nc


# --- bursts and sweeps ---


def totals_of(*changes: tuple[int, dict[int, tuple[int, int, Waveform]]], until_ms: int) -> tuple[int, int, int, int]:
    ledger = Ledger()
    for at_ms, flow in changes:
        ledger = ledger.set(at_ms, flow)
    (total,) = ledger.totals(until_ms)
    return total.low_nc, total.high_nc, total.low_pulses, total.high_pulses


def test_a_burst_counts_all_of_its_pulses() -> None:
    """On for six and a half periods of 10 ms: seven pulses of 10 mA and 200 µs, 2000 nC each."""
    on = {1: (10_000, 10_000, BURST)}
    assert totals_of((0, on), (65, {}), until_ms=500) == (14_000, 14_000, 7, 7)
    assert totals_of((0, on), (65, {}), (500, on), (565, {}), until_ms=900) == (28_000, 28_000, 14, 14)


def test_a_burst_that_is_not_confirmed_is_counted_once() -> None:
    sent, confirmed, ending = {1: (0, 10_000, BURST)}, {1: (10_000, 10_000, BURST)}, {1: (0, 10_000, BURST)}
    low_nc, high_nc, low, high = totals_of((0, sent), (2, confirmed), (65, ending), (67, {}), until_ms=500)
    assert low_nc <= 14_000 <= high_nc
    assert high_nc - low_nc == 800
    assert (low, high) == (6, 8)


def test_another_amplitude_within_a_burst_is_not_another_burst() -> None:
    full, less = {1: (10_000, 10_000, BURST)}, {1: (5_000, 5_000, BURST)}
    assert totals_of((0, full), (40, less), (65, {}), until_ms=500) == (11_500, 11_500, 7, 7)


def test_a_steady_train_is_counted_by_its_time() -> None:
    assert totals_of((0, {1: (10_000, 10_000, TENS)}), (65, {}), until_ms=500)[:2] == (13_000, 13_000)


def test_while_a_step_of_a_sweep_is_on_its_way_either_waveform_may_be_flowing() -> None:
    slow, wide = Waveform(200, 0, 1, 20_000), Waveform(300, 0, 1, 10_000)
    ledger = Ledger().set(0, {1: (10_000, 10_000, slow)}, {1: wide})
    (total,) = ledger.totals(1_000)
    assert (total.low_nc, total.high_nc) == (100_000, 300_000)
    assert (total.low_pulses, total.high_pulses) == (50, 100)


def test_a_plan_of_bursts_counts_bursts_and_a_swept_plan_its_rates() -> None:
    (bursts,) = plan_totals(tens_plan(BURST, seconds=60).with_level(ONE, 10_000))
    assert 835 <= bursts.pulses <= 845
    (swept,) = plan_totals(tens_plan(swept=IN_TURN, seconds=60).with_level(ONE, 10_000))
    assert 3_050 <= swept.pulses <= 3_070
