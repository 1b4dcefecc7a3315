"""The self-reference table of forces: regression anchors, not measurements. Pulses lie on its grid of 1 ms."""

from __future__ import annotations

import pytest

from firmware_sim.patient.ding import Constants
from firmware_sim.patient.muscle import Muscle
from helpers.rows import bundled
from helpers.trains import NO_FATIGUE, S, regular
from helpers.yardstick import a_by_width

pytestmark = pytest.mark.thorough

SCI = Constants(692, 0.044089, 0.018522, 0.011, 0.180, 5.0)
"""Ding 2007, the mean of ten people, as printed."""
HEALTHY_N = {
    5: (5, 108.4, 68.2),
    10: (10, 166.0, 150.2),
    12.5: (12, 191.6, 173.5),
    20: (20, 235.7, 231.6),
    25: (25, 252.1, 250.1),
    33: (33, 269.4, 269.8),
    40: (40, 279.4, 281.4),
    50: (50, 289.4, 293.4),
    80: (80, 305.4, 313.4),
    100: (100, 310.9, 320.9),
}
"""Pulses per second: pulses in one train, peak N, force-time integral in 2 s, N s."""
OF_100_HZ = {5: 34.9, 10: 53.4, 12.5: 61.6, 20: 75.8, 25: 81.1, 33: 86.6, 40: 89.9, 50: 93.1, 80: 98.2}
SCI_N = {
    12.5: (12, 5.3, 10.1, 12.4, 14.2),
    20: (20, 7.4, 14.0, 17.2, 19.7),
    33: (33, 10.4, 19.6, 24.1, 27.6),
    50: (50, 12.6, 23.8, 29.2, 33.5),
    80: (80, 14.2, 26.9, 33.0, 37.9),
}


def answer(c: Constants, hz: float, pulses: int, share: float = 1.0) -> tuple[float, float]:
    """Peak and force-time integral of a train."""
    muscle = Muscle(c)
    for at_us in regular(hz, pulses):
        muscle.pulse(round(at_us, -3), (share,))
    muscle.advance(2 * S)
    return muscle.take_peak()


@bundled("hz", HEALTHY_N)
def test_healthy_quadriceps(hz: float) -> None:
    pulses, peak_n, fti_ns = HEALTHY_N[hz]
    assert answer(NO_FATIGUE, hz, pulses) == (pytest.approx(peak_n, rel=0.005), pytest.approx(fti_ns, rel=0.005))


@bundled("hz", OF_100_HZ)
def test_shares_of_the_force_at_100_hz(hz: float) -> None:
    share = 100 * answer(NO_FATIGUE, hz, HEALTHY_N[hz][0])[0] / answer(NO_FATIGUE, 100, 100)[0]
    assert share == pytest.approx(OF_100_HZ[hz], rel=0.005)


def test_force_rises_with_the_rate() -> None:
    peaks = [answer(NO_FATIGUE, hz, row[0])[0] for hz, row in HEALTHY_N.items()]
    assert peaks == sorted(peaks)
    assert peaks[3] / peaks[8] == pytest.approx(0.772, abs=0.001), "20 to 80 Hz"


def test_the_twitch() -> None:
    muscle, forces = Muscle(NO_FATIGUE, step_us=1_000), []
    muscle.pulse(0, (1.0,))
    for ms in range(2_001):
        muscle.advance(1000 * ms)
        forces.append(muscle.force_n(1000 * ms))
    peak_n = max(forces)
    peak_ms = forces.index(peak_n)
    half_ms = next(ms for ms in range(peak_ms, 2_001) if forces[ms] < peak_n / 2)
    assert peak_n == pytest.approx(99.47, rel=0.005)
    assert muscle.fti_ns() == pytest.approx(13.2, rel=0.005)
    assert (peak_ms, half_ms - peak_ms) == (78, 71)
    assert peak_n / answer(NO_FATIGUE, 100, 100)[0] == pytest.approx(0.320, rel=0.005)


@pytest.mark.parametrize("hz", SCI_N)
def test_mean_person_with_spinal_cord_injury_by_pulse_width(hz: float) -> None:
    pulses, *expected_n = SCI_N[hz]
    peaks = [answer(SCI, hz, pulses, a_by_width(1, width, 86.906, 138.441))[0] for width in (150, 250, 350, 600)]
    assert peaks == [pytest.approx(one, rel=0.005) for one in expected_n]
