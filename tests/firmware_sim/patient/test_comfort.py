"""Comfort: the score, pulse rate, contact area, habit, and who feels nothing."""

from __future__ import annotations

import pytest

from firmware_sim.patient import Patient, Site, TooMuch, load_profile
from firmware_sim.patient.comfort import density_factor, habit, rate_factor
from firmware_sim.patient.thresholds import Feeling, pain_score

pytestmark = pytest.mark.thorough

HEALTHY = load_profile("healthy_adult")
MS_20 = 20_000


def feels(current_ua: int, period_us: int = MS_20, profile=HEALTHY, contact_permille: int = 1000, **site) -> Feeling:
    return Patient(profile, {1: Site("quadriceps", **site)}).feels(1, current_ua, 300, period_us, contact_permille)


def test_the_pain_threshold_scores_five_and_the_score_ends_at_ten() -> None:
    assert feels(45_000).pain == pytest.approx(1, rel=0.002)
    assert feels(45_000).pain_score == pytest.approx(5, rel=0.004)
    assert feels(130_000).pain_score == 10
    assert pain_score(0) == 0


def test_slow_pulses_hurt_less() -> None:
    assert rate_factor(20_000) == rate_factor(5_000) == 1
    assert rate_factor(500_000) == rate_factor(900_000) == rate_factor(0) == 0.8
    assert 0.8 < rate_factor(100_000) < 1
    assert feels(45_000, 500_000).pain == pytest.approx(0.8 * feels(45_000).pain)


def test_a_pad_that_lifts_off_hurts() -> None:
    assert density_factor(2500, 1000) == 1
    assert density_factor(2500, 250) == 2
    assert feels(30_000, contact_permille=500).pain > feels(30_000).pain
    assert feels(30_000, pad_mm2=5000).pain < feels(30_000).pain


def test_sessions_make_tolerant_up_to_a_limit() -> None:
    assert [habit(sessions) for sessions in (0, 1, 3, 6, 60)] == pytest.approx([1, 1.1, 1.3, 1.6, 1.6])
    number = HEALTHY.sessions_before.model_copy(update={"value": 6.0})
    used = HEALTHY.model_copy(update={"sessions_before": number})
    assert feels(45_000, profile=used).pain == pytest.approx(feels(45_000).pain / 1.6)


def test_order_of_thresholds_and_words() -> None:
    said = [str(feels(current)) for current in (5_000, 9_000, 13_000, 20_000, 30_000, 50_000)]
    assert said == ["nothing", "tingling", "strong tingling", "the muscle moves", "a strong contraction", "that hurts"]


def test_who_has_no_sensation_feels_nothing_and_still_contracts() -> None:
    felt = feels(60_000, profile=load_profile("sci_chronic"))
    assert (felt.sensory, felt.pain, felt.pain_score) == (0, 0, 0)
    assert felt.motor > 3
    assert str(felt) == "a strong contraction"


def test_more_than_is_tolerated_is_told_once() -> None:
    patient = Patient(HEALTHY, {1: Site("quadriceps")})
    for index, current_ua in enumerate((50_000, 60_000, 60_000, 62_000, 50_000, 60_000)):
        patient.deliver(index * MS_20, 1, current_ua, 300)
    told = [event for event in patient.events if isinstance(event, TooMuch)]
    assert [event.t_us // MS_20 for event in told] == [1, 5]
    assert str(told[0]) == "channel 1 is more than the patient tolerates (8.9 of 10)"


def test_pain_ends_with_the_pulses() -> None:
    patient = Patient(HEALTHY, {1: Site("quadriceps"), 2: Site("none; skin over the painful area")})
    for index in range(50):
        patient.deliver(index * MS_20, 1, 50_000, 300)
        patient.deliver(index * MS_20, 2, 12_000, 300)
    reading = patient.reading()
    assert [one.channel for one in reading.channels] == [1, 2]
    assert reading.pain == reading.channels[0].pain_score > 5
    assert reading.comfort == pytest.approx(10 - reading.pain)
    assert reading.channels[1].sensory == pytest.approx(1.5, rel=0.01)
    assert (reading.channels[1].motor, len(reading.muscles)) == (0, 1), "no muscle under pads for pain"
    patient.advance(patient.now_us + 2_000_000)
    assert patient.reading().pain == 0
