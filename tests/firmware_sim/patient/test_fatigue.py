"""Fatigue and recovery: the published 180 contractions, the order of the rates, the self-reference table."""

from __future__ import annotations

import copy

import pytest

from firmware_sim.patient import load_profile
from firmware_sim.patient.ding import DING_2003
from firmware_sim.patient.muscle import Muscle
from helpers.trains import BICKEL, S, contractions, left_after_bickel, regular, tiring

pytestmark = pytest.mark.thorough

ABLE_BODIED, ACUTE, CHRONIC = 0.64, 0.84, 1.12


@pytest.mark.parametrize(("fatigability", "left"), [(ABLE_BODIED, 56), (ACUTE, 44), (CHRONIC, 33)])
def test_what_is_left_after_the_180_contractions_of_bickel(fatigability: float, left: float) -> None:
    assert left_after_bickel(tiring(fatigability)) == pytest.approx(left, abs=3)


@pytest.mark.parametrize(("profile", "left"), [("healthy_adult", 56), ("sci_acute", 44), ("sci_chronic", 33)])
def test_the_profiles_leave_as_much(profile: str, left: float) -> None:
    assert left_after_bickel(load_profile(profile).constants("quadriceps")) == pytest.approx(left, abs=3)


def test_a_smaller_muscle_tires_alike() -> None:
    profile = load_profile("healthy_adult")
    whole = left_after_bickel(profile.constants("quadriceps"))
    assert left_after_bickel(profile.constants("foot")) == pytest.approx(whole, rel=1e-3)


TRAINS = {
    "20 pps": (regular(20, 6), S, 180, (100, 89.7, 75.1, 63.7, 56.3, 49.6), 60.5, (1100, 0.1512, 0.194), 222.1),
    "40 pps": (regular(40, 12), S, 180, (100, 87.4, 68.2, 54.8, 47.5, 42.1), 51.4, (855, 0.1640, 0.205), 262.7),
    "80 pps": (regular(80, 24), S, 180, (100, 85.7, 62.9, 48.8, 42.1, 38.0), 46.1, (721, 0.1711, 0.212), 287.7),
    "Bickel": (BICKEL, 700_000, 180, (100, 88.2, 69.0, 54.2, 45.1, 37.4), 42.9, (746, 0.1698, 0.210), 202.6),
    "33 Hz 1/1 s": (
        regular(33, 33),
        2 * S,
        150,
        (100, 61.5, 39.5, 35.7, 35.2, 35.1),
        35.4,
        (573, 0.1788, 0.219),
        270.9,
    ),
    "50 Hz 10/20 s": (regular(50, 500), 30 * S, 60, (100, *[None] * 4, 53.5), 46.4, (918, 0.1607, 0.202), 294.2),
    "50 Hz 6/50 s": (regular(50, 300), 56 * S, 32, (100, 90.6, *[None] * 3, 89.4), 84.2, (1909, 0.1087, 0.155), 294.2),
    "35 Hz 6/10 s": (regular(35, 210), 16 * S, 112, (100, *[None] * 4, 46.9), 43.7, (802, 0.1668, 0.208), 275.9),
}


@pytest.mark.parametrize("name", TRAINS)
def test_the_table_of_fatigue(name: str) -> None:
    times_us, period_us, count, course, last_fti, end, first_n = TRAINS[name]
    muscle = Muscle(DING_2003)
    answers = contractions(muscle, times_us, period_us, count)
    peaks = [peak for peak, _ in answers]
    at = (0, count // 6, count // 3, count // 2, 2 * count // 3, count - 1)
    assert peaks[0] == pytest.approx(first_n, rel=0.005)
    for index, expected in zip(at, course, strict=True):
        if expected is not None:
            assert 100 * peaks[index] / peaks[0] == pytest.approx(expected, rel=0.005), index
    assert 100 * answers[-1][1] / answers[0][1] == pytest.approx(last_fti, rel=0.005)
    assert muscle.constants_now(0) == tuple(pytest.approx(one, rel=0.005) for one in end)


@pytest.mark.campaign
def test_thirty_minutes_without_a_rest() -> None:
    muscle = Muscle(DING_2003)
    for index in range(90_000):
        muscle.pulse(20_000 * index, (1.0,))
    muscle.advance(1_800 * S)
    assert muscle.force_n(1_800 * S) == pytest.approx(53.9, rel=0.005)
    assert muscle.constants_now(0)[0] == pytest.approx(270, rel=0.005)


def test_faster_trains_tire_more() -> None:
    left = []
    for hz, pulses in ((20, 6), (40, 12), (80, 24)):
        peaks = [peak for peak, _ in contractions(Muscle(DING_2003), regular(hz, pulses), S, 180)]
        left.append(peaks[-1] / peaks[0])
    assert left[0] > left[1] > left[2]


@pytest.mark.parametrize(("rest_s", "percent"), [(30, 61), (60, 74.5), (127, 90.5), (300, 99.4)])
def test_recovery_at_rest(rest_s: int, percent: float) -> None:
    tired, first = _tired()
    rested = copy.deepcopy(tired)
    start_us = (180 + rest_s) * S
    for at_us in regular(40, 12):
        rested.pulse(start_us + at_us, (1.0,))
    rested.advance(start_us + S)
    assert 100 * rested.take_peak()[0] / first == pytest.approx(percent, rel=0.005)


def _tired() -> tuple[Muscle, float]:
    muscle = Muscle(DING_2003)
    return muscle, contractions(muscle, regular(40, 12), S, 180)[0][0]
