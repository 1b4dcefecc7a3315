"""Which fibres a pulse reaches: strength-duration, the curve, pads beside the motor point, several channels."""

from __future__ import annotations

import numpy
import pytest

from firmware_sim.patient import Patient, Site, load_profile
from firmware_sim.patient.recruitment import SPREAD, territories
from firmware_sim.patient.thresholds import Threshold
from helpers.rows import bundled
from helpers.trains import S
from helpers.yardstick import HMED_2018

pytestmark = pytest.mark.thorough

HEALTHY = load_profile("healthy_adult")


@pytest.mark.parametrize("curve", [HEALTHY.sensory.threshold, HEALTHY.motor("quadriceps"), HEALTHY.pain.threshold])
def test_the_charge_at_threshold_is_linear_in_the_pulse_width(curve: Threshold) -> None:
    widths = numpy.arange(50, 1001, 50)
    charges = numpy.array([curve.amplitude_ma(int(width)) * width for width in widths])
    slope, offset = numpy.polyfit(widths, charges, 1)
    assert numpy.corrcoef(widths, charges)[0, 1] ** 2 == pytest.approx(1, abs=1e-12)
    assert (slope, offset) == pytest.approx((curve.rheobase_ma, curve.rheobase_ma * curve.chronaxie_us), rel=1e-9)


@pytest.mark.parametrize(
    ("curve", "at_300_us_ma"),
    [(HEALTHY.sensory.threshold, 8.0), (HEALTHY.motor("quadriceps"), 17.1), (HEALTHY.pain.threshold, 45.0)],
)
def test_the_thresholds_of_a_healthy_adult(curve: Threshold, at_300_us_ma: float) -> None:
    assert curve.amplitude_ma(300) == pytest.approx(at_300_us_ma, abs=0.05)


def test_the_quadriceps_is_recruited_along_the_curve_of_hmed() -> None:
    assert HEALTHY.muscles["quadriceps"].curve == HMED_2018


@bundled(
    ("current_ma", "share"),
    [(17, 0), (30, 0.07), (40, 0.16), (50, 0.28), (60, 0.41), (66, 0.504), (70, 0.55), (80, 0.68), (100, 0.86)],
)
def test_the_curve_of_hmed(current_ma: float, share: float) -> None:
    found = HMED_2018.share(current_ma / 17.03)
    if current_ma in {17, 66}:
        assert found == pytest.approx(share, abs=0.0005)
    assert found == pytest.approx(share, abs=0.027), "RMSE of the fit is .009"


def test_pools_fill_from_the_lowest_threshold_up() -> None:
    lie = territories(1, 4)
    assert lie.even(0) == (0, 0, 0, 0)
    assert lie.even(0.3) == pytest.approx((1, 0.2, 0, 0))
    assert lie.even(1) == (1, 1, 1, 1)


@pytest.mark.parametrize("channels", [1, 2, 3, 5])
def test_territories_hold_the_whole_muscle(channels: int) -> None:
    lie = territories(channels, 8)
    assert sum(lie.weights) == pytest.approx(1)
    assert len(lie.weights) % channels == 0
    assert len(lie.weights) >= 8


def test_two_channels_overlap_in_part_and_are_the_whole_muscle_together() -> None:
    lie = territories(2, 8)
    first, second = lie.row(HMED_2018, 5, 0), lie.row(HMED_2018, 5, 1)
    assert sum(first[:4]) > sum(first[4:]) > 0, "most under its own pads, some beyond"
    assert first == second[4:] + second[:4]
    assert HMED_2018.share(5 / SPREAD) == pytest.approx(sum(first[4:]) / 4)
    strong = [max(pair) for pair in zip(lie.row(HMED_2018, 60, 0), lie.row(HMED_2018, 60, 1), strict=True)]
    assert strong == pytest.approx([1.0] * 8)


def peak_n(currents: dict[int, int], sites: dict[int, Site]) -> float:
    patient = Patient(HEALTHY, sites)
    for at_us in range(0, S, 20_000):
        for channel, current_ua in currents.items():
            patient.deliver(at_us, channel, current_ua, 300)
    patient.advance(S)
    return sum(peak for peak, _ in patient.take_peaks().values())


def test_two_channels_pull_harder_than_one_and_less_than_twice() -> None:
    sites = {1: Site("vastus medialis"), 2: Site("vastus lateralis")}
    one, both = peak_n({1: 60_000}, sites), peak_n({1: 60_000, 2: 60_000}, sites)
    assert one < both < 2 * one
    assert both == pytest.approx(peak_n({1: 60_000}, {1: Site("quadriceps")}), rel=0.02), "the whole muscle"


def test_pads_beside_the_motor_point_need_more() -> None:
    at_point, beside = HEALTHY.motor("quadriceps"), HEALTHY.motor("quadriceps", 20)
    assert beside.amplitude_ma(300) == pytest.approx(1.8 * at_point.amplitude_ma(300))
    assert peak_n({1: 40_000}, {1: Site("quadriceps", off_point_mm=20)}) < 0.5 * peak_n(
        {1: 40_000}, {1: Site("quadriceps")}
    )


def test_muscles_of_both_sides_are_two_muscles() -> None:
    sites = {1: Site("quadriceps", "left"), 2: Site("quadriceps", "right")}
    assert peak_n({1: 60_000, 2: 60_000}, sites) == pytest.approx(2 * peak_n({1: 60_000}, sites))


def test_what_reaches_the_skin_counts_not_what_was_set() -> None:
    half = peak_n({1: 30_000}, {1: Site("quadriceps")})
    assert 0 < half < peak_n({1: 60_000}, {1: Site("quadriceps")})
    assert peak_n({1: 0}, {1: Site("quadriceps")}) == 0
