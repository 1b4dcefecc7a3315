"""Each limit of one pulse, swept by single steps round its edge. The limits are written out again here on purpose."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.rows import bundled
from nmes.guard.ceilings import Ceilings
from nmes.guard.pulse import check_pulse, check_time, measure
from nmes.guard.sight import Train

LIMIT = Ceilings()
NEAR = range(-5, 6)
Points = tuple[tuple[int, int], ...]


def symmetric(amplitude_ua: int, phase_us: int) -> Points:
    return ((phase_us, amplitude_ua), (100, 0), (phase_us, -amplitude_ua))


def verdict(points: Points, *, period_us: int = 20_000, pad_mm2: int = 30_000, ramp: int = 0) -> str | None:
    refusal = check_pulse(Train(3, ramp, period_us, points), measure(points), pad_mm2, LIMIT)
    return refusal.rule if refusal else None


@bundled("step", NEAR)
@bundled("sign", [1, -1])
def test_no_point_is_above_130_ma_in_either_direction(step: int, sign: int) -> None:
    asked = 130_000 + step * 500
    assert verdict(symmetric(sign * asked, 100)) == ("amplitude_ceiling" if asked > 130_000 else None)


@bundled("step", NEAR)
def test_the_phase_with_the_peak_lasts_at_most_1000_us(step: int) -> None:
    asked = 1000 + step
    assert verdict(symmetric(10_000, asked)) == ("phase_duration" if asked > 1000 else None)


@bundled("step", NEAR)
def test_a_phase_cut_into_points_is_as_long_as_all_of_them(step: int) -> None:
    points = ((500, 10_000), (500 + step, 10_000), (1000, -10_000), (step + 10, -10_000), (10, 10_000))
    assert verdict(points) == "phase_duration"
    halves = ((500, 10_000), (500 + step, 10_000), (1000 + step, -10_000))
    assert verdict(halves) == ("phase_duration" if step > 0 else None)


@bundled("step", NEAR)
def test_a_gap_does_not_make_one_phase_two(step: int) -> None:
    points = ((500, 10_000), (300, 0), (500 + step, 10_000), (1000 + step, -10_000))
    assert verdict(points) == ("phase_duration" if step > 0 else None)


@bundled("step", NEAR)
def test_only_a_return_phase_of_lower_current_may_reach_4095_us(step: int) -> None:
    lower_us = 4095 + step
    points = ((lower_us // 9, 9_000), (lower_us, -1_000))
    assert verdict(points) == ("phase_duration" if lower_us > 4095 else None)


@bundled("step", NEAR)
def test_a_phase_carries_at_most_130_uc(step: int) -> None:
    tight = Ceilings(max_phase_charge_pc=12_000_000)
    points = symmetric(40_000, 300 + step)
    refusal = check_pulse(Train(1, 0, 20_000, points), measure(points), 30_000, tight)
    assert (refusal.rule if refusal else None) == ("phase_charge" if step > 0 else None)
    assert LIMIT.max_phase_charge_pc == 130_000_000


@pytest.mark.covers("SR-14")
@bundled("step", NEAR)
def test_what_a_pulse_leaves_behind_is_at_most_1_percent(step: int) -> None:
    for surplus in (10 + step, -10 - step):
        points = ((1000 - max(0, -surplus), 20_000), (1000 - max(0, surplus), -20_000))
        kept = 1000 - abs(surplus)
        expected = "net_charge" if abs(surplus) * 100 > kept else None
        assert verdict(points) == expected


def test_the_edge_of_the_net_charge_is_exactly_1_percent() -> None:
    assert verdict(((909, 10_000), (900, -10_000))) is None
    assert verdict(((910, 10_000), (900, -10_000))) == "net_charge"
    assert verdict(((300, 10_000),)) == "net_charge"
    assert verdict(((300, -10_000),)) == "net_charge"


@bundled("step", NEAR)
def test_rms_current_is_at_most_50_ma_up_to_400_hz(step: int) -> None:
    phase = 625 + step  # 100 mA, 2 phases, 5 ms: 100 * sqrt(2 * phase / 5000) = 50 mA at 625 µs
    assert verdict(symmetric(100_000, phase), period_us=5000) == ("rms_current" if step > 0 else None)


@bundled("step", NEAR)
def test_rms_current_is_at_most_80_ma_above_400_hz(step: int) -> None:
    phase = 640 + step  # 100 mA, 2 phases, 2 ms: 100 * sqrt(2 * 640 / 2000) = 80 mA
    assert verdict(symmetric(100_000, phase), period_us=2000) == ("rms_current" if step > 0 else None)


@pytest.mark.parametrize(("period_us", "expected"), [(2499, None), (2500, "rms_current"), (2501, "rms_current")])
def test_400_hz_itself_belongs_to_the_lower_limit(period_us: int, expected: str | None) -> None:
    assert verdict(symmetric(100_000, 700), period_us=period_us) == expected


@pytest.mark.covers("FR-19")
@bundled("step", NEAR)
def test_rms_density_is_at_most_2_ma_per_cm2_of_the_armed_pad(step: int) -> None:
    pad = 1000 + step  # 10 cm²: 20 mA r.m.s.; 40 mA, 1000 + 1000 µs in 8 ms is 20 mA r.m.s.
    assert verdict(symmetric(40_000, 1000), period_us=8000, pad_mm2=pad) == ("rms_density" if step < 0 else None)


@bundled("step", NEAR)
def test_power_density_is_at_most_a_tenth_of_a_watt_per_cm2(step: int) -> None:
    limit = Ceilings(max_density_ua_per_mm2=1000)  # 40 mA r.m.s. into 500 ohm are 0.8 W: 8 cm²
    points = symmetric(80_000, 1000)
    refusal = check_pulse(Train(1, 0, 8000, points), measure(points), 800 + step, limit)
    assert (refusal.rule if refusal else None) == ("power_density" if step < 0 else None)


@bundled("step", NEAR)
def test_a_pulse_carries_at_most_the_energy_limit(step: int) -> None:
    limit = Ceilings(max_pulse_energy_uj=2_560)  # 80 mA, 2 x 400 µs into 500 ohm is 2.56 mJ
    points = symmetric(80_000, 400 + step)
    refusal = check_pulse(Train(1, 0, 20_000, points), measure(points), 9000, limit)
    assert (refusal.rule if refusal else None) == ("pulse_energy" if step > 0 else None)
    assert LIMIT.max_pulse_energy_uj == 300_000


def test_the_edge_of_the_energy_is_exact() -> None:
    """One µs of one µA more, far below what the device can be told, and it is over."""
    limit = Ceilings(max_pulse_energy_uj=2_560)
    train, at = Train(1, 0, 20_000, symmetric(80_000, 400)), measure(symmetric(80_000, 400))
    assert check_pulse(train, at, 9000, limit) is None
    refusal = check_pulse(train, replace(at, square=at.square + 1), 9000, limit)
    assert refusal is not None
    assert refusal.rule == "pulse_energy"


@bundled("step", NEAR)
def test_the_pulse_rate_lies_between_half_a_hertz_and_1500_hz(step: int) -> None:
    assert verdict(symmetric(1_000, 50), period_us=667 + step) == ("period" if step < 0 else None)
    assert verdict(symmetric(1_000, 50), period_us=2_000_000 + step) == ("period" if step > 0 else None)


@bundled("ramp", range(16))
def test_the_devices_own_ramp_is_never_used(ramp: int) -> None:
    assert verdict(symmetric(1_000, 50), ramp=ramp) == ("device_ramp" if ramp else None)


@bundled("longest", [(1, 9930), (2, 4935), (4, 2437), (8, 1188)])
@bundled("step", NEAR)
def test_all_channels_together_fit_into_the_time(longest: tuple[int, int], step: int) -> None:
    channels, length = longest  # the reference's table for 10 ms
    points = ((length + step, 0),)
    trains = tuple(Train(index + 1, 0, 10_000, points) for index in range(channels))
    refusal = check_time(trains, tuple(measure(points) for _ in trains), LIMIT)
    assert (refusal.rule if refusal else None) == ("pulse_time" if step > 0 else None)


@pytest.mark.covers("SR-13")
@bundled(
    ("ma", "phase_us", "hz", "pad_mm2", "expected"),
    [
        (60, 250, 100, 2500, None),
        (100, 400, 100, 2500, None),
        (100, 400, 100, 804, "rms_density"),
        (50, 200, 150, 400, "rms_density"),
        (130, 500, 148, 2501, "rms_current"),
        (130, 500, 150, 2600, "rms_current"),
        (80, 400, 50, 9000, None),
        (100, 250, 85, 5000, None),
        (30, 200, 100, 2500, None),
        (60, 300, 50, 800, None),
    ],
)
def test_the_golden_vectors_get_their_verdicts(
    ma: int, phase_us: int, hz: int, pad_mm2: int, expected: str | None
) -> None:
    assert verdict(symmetric(ma * 1000, phase_us), period_us=1_000_000 // hz, pad_mm2=pad_mm2) == expected


def test_a_pulse_of_nothing_is_no_pulse() -> None:
    empty = measure(((100, 0),))
    assert (empty.phases, empty.peak_ua, empty.charge_pc, empty.length_us) == ((), 0, 0, 100)
    assert verdict(((100, 0),)) is None


def test_the_measures_of_a_pulse() -> None:
    seen = measure(((200, 10_000), (50, 0), (400, -5_000)))
    assert [(phase.duration_us, phase.charge_pc, phase.peak_ua) for phase in seen.phases] == [
        (200, 2_000_000, 10_000),
        (400, 2_000_000, 5_000),
    ]
    assert (seen.peak_ua, seen.length_us, seen.charge_pc) == (10_000, 650, 2_000_000)
    assert seen.square == 200 * 10_000**2 + 400 * 5_000**2


def test_a_refusal_says_where_and_how_much() -> None:
    points = symmetric(130_500, 100)
    refusal = check_pulse(Train(3, 0, 20_000, points), measure(points), 2500, LIMIT)
    assert refusal is not None
    assert refusal.detail == "channel 3: 130500 µA, the device's limit is 130000 µA"


def test_points_of_one_direction_add_up_to_one_phase_with_the_highest_of_their_currents() -> None:
    seen = measure(((200, 4_000), (50, 0), (300, 10_000), (100, 6_000), (440, -10_000)))
    assert [(phase.duration_us, phase.charge_pc, phase.peak_ua) for phase in seen.phases] == [
        (600, 4_400_000, 10_000),
        (440, 4_400_000, 10_000),
    ]


def test_the_phase_with_the_most_charge_counts() -> None:
    points = ((150, 40_000), (300, -40_000), (150, 40_000))
    tight = Ceilings(max_phase_charge_pc=11_999_999)
    refusal = check_pulse(Train(1, 0, 20_000, points), measure(points), 30_000, tight)
    assert refusal is not None
    assert refusal.rule == "phase_charge"


def test_the_larger_direction_counts_towards_the_session() -> None:
    assert measure(((300, 10_000), (299, -10_000))).charge_pc == 3_000_000
    assert measure(((299, 10_000), (300, -10_000))).charge_pc == 3_000_000


def test_the_smallest_current_counts_like_any_other() -> None:
    """1 µA forwards in two points, 1 µA back in two: two phases, nothing left over."""
    measured = measure(((10, 1), (10, 1), (5, 0), (7, -1), (13, -1)))
    assert [(phase.duration_us, phase.charge_pc) for phase in measured.phases] == [(20, 20), (20, 20)]
    assert (measured.forward_pc, measured.backward_pc) == (20, 20)


@pytest.mark.parametrize(("length_us", "good"), [(1_997_940, True), (1_997_941, False)])
def test_the_edge_of_the_time_is_exactly_999_thousandths_rounded_up(length_us: int, good: bool) -> None:
    """With its 60 µs of lead a pulse of this length fills 999,000 and 999,000.5 millionths of two seconds."""
    points = ((length_us, 0),)
    refusal = check_time((Train(1, 0, 2_000_000, points),), (measure(points),), Ceilings())
    assert (refusal is None) is good


def test_the_edge_of_the_net_charge_is_exact_to_a_picocoulomb_and_a_half() -> None:
    """150,000 pC forwards: 1,500 pC may be left, 1,501 may not; 21,643 µA for 7 µs are 151,501 pC."""
    assert verdict(((300, 500), (7, -21_643))) == "net_charge"
    assert verdict(((300, 500), (303, -500))) is None


LOOSE = Ceilings(max_amplitude_ua=10**9, max_rms_ua=10**9, max_density_ua_per_mm2=10**9, max_phase_charge_pc=10**12)


@pytest.mark.parametrize(
    ("limit", "rule"),
    [
        (replace(LOOSE, max_power_uw_per_mm2=1_000), "power_density"),
        (replace(LOOSE, max_power_uw_per_mm2=10**9, max_pulse_energy_uj=40), "pulse_energy"),
    ],
    ids=["power", "energy"],
)
@pytest.mark.parametrize("more", [False, True])
def test_the_edges_of_power_and_energy_are_exact(limit: Ceilings, rule: str, more: bool) -> None:
    """Twice 200 mA for 1 µs: 8e10 µA²µs, into 500 ohm just what is allowed; 1 µA for 1 µs twice is 2 more."""
    points = ((1, 200_000), (1, -200_000), *(((1, 1), (1, -1)) if more else ()))
    refusal = check_pulse(Train(1, 0, 40_000, points), measure(points), 1, limit)
    assert (refusal.rule if refusal else None) == (rule if more else None)
