"""The patient through its seams: pulses in, readings out; the same pulses give the same patient, wherever it is."""

from __future__ import annotations

import copy
import pickle
from random import Random

import pytest

from firmware_sim.patient import Feeling, Patient, Site, load_profile, person
from firmware_sim.stage import Skin, Stage
from firmware_sim.stage.pulse import Point
from helpers.trains import S

pytestmark = pytest.mark.thorough

HEALTHY, PRONE = load_profile("healthy_adult"), load_profile("cramp_prone_calf")
SITES = {
    1: Site("quadriceps", "left", pad_mm2=4500),
    2: Site("vastus medialis", "left", pad_mm2=2500),
    3: Site("gastrocnemius", "right", length="shortened"),
    5: Site("none; skin"),
}


def session(seed: int = 4, cuts: int = 0, compiled: bool | None = None) -> Patient:
    """Five contractions on all channels with ramps; `cuts` asks the patient more or less often for a reading."""
    rng, patient = Random(99), Patient(PRONE, SITES, seed, compiled=compiled)
    when = Random(cuts)
    for contraction in range(5):
        for pulse in range(150):
            at_us = contraction * 8 * S + pulse * 25_000
            for channel in SITES:
                current_ua = min(90_000, 2_000 * pulse) + rng.choice((0, 500))
                patient.deliver(at_us + channel * 700, channel, current_ua, 300, 900)
            if cuts and when.random() < 0.3:
                patient.advance(patient.now_us + when.randrange(15_000))
                patient.reading()
    patient.advance(42 * S)
    return patient


def test_the_same_pulses_and_seed_give_the_same_patient() -> None:
    assert session().reading() == session().reading()
    assert any(session(seed).reading() != session().reading() for seed in (5, 6, 7)), "cramps are drawn"


def test_how_often_the_patient_is_looked_at_changes_nothing() -> None:
    plain, looked_at = session(), session(cuts=1)
    assert looked_at.reading() == plain.reading()
    assert looked_at.take_peaks() == plain.take_peaks()


@pytest.mark.parametrize("carry", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))], ids=["copy", "pickle"])
def test_a_patient_can_be_carried_in_mid_session(carry) -> None:
    first = session()
    second = carry(first)
    for patient in (first, second):
        for pulse in range(200):
            patient.deliver(42 * S + pulse * 25_000, 3, 90_000, 300)
        patient.advance(100 * S)
    assert second.reading() == first.reading()
    second.deliver(101 * S, 3, 90_000, 300)
    second.advance(102 * S)
    assert second.reading() != first.reading()
    assert first.now_us == 100 * S, "a copy is on its own"


def test_the_reading_is_in_a_stable_order_with_all_that_is_asked() -> None:
    reading = session().reading()
    assert [(one.name, one.side, one.channels) for one in reading.muscles] == [
        ("quadriceps", "left", (1, 2)),
        ("gastrocnemius", "right", (3,)),
    ]
    assert [one.channel for one in reading.channels] == [1, 2, 3, 5]
    assert reading.muscles[0].peak_mn > 50_000
    assert reading.muscles[0].fti_mn_s > reading.muscles[0].peak_mn
    assert reading.muscles[0].recruited_permille == 0, "2 s after the last pulse"
    assert 0 < reading.muscles[0].strength_permille < 1000
    assert reading.events == tuple(sorted(reading.events, key=lambda event: event.t_us))


def test_peaks_are_taken_per_contraction() -> None:
    patient, peaks = Patient(HEALTHY, {1: Site("quadriceps")}), []
    for contraction in range(5):
        for pulse in range(250):
            patient.deliver(contraction * 10 * S + pulse * 20_000, 1, 60_000, 300)
        patient.advance((contraction + 1) * 10 * S)
        peaks.append(patient.take_peaks()[("quadriceps", "")])
    assert [peak for peak, _ in peaks] == sorted((peak for peak, _ in peaks), reverse=True), "it tires"
    assert sum(fti for _, fti in peaks) == pytest.approx(patient.reading().muscles[0].fti_mn_s / 1000, abs=0.01)
    patient.advance(60 * S)
    assert patient.take_peaks()[("quadriceps", "")] == (0, 0)


def test_a_stage_feeds_the_patient() -> None:
    patient = Patient(HEALTHY, {1: Site("quadriceps", pad_mm2=2500)})
    stage = Stage({1: Skin(500)}, sink=patient.feel)
    points = (Point(300, 40_000), Point(100, 0), Point(300, -40_000))
    for at_us in range(0, S, 20_000):
        stage.deliver(at_us, 1, points)
        stage.deliver(at_us, 2, points)
    direct = Patient(HEALTHY, {1: Site("quadriceps", pad_mm2=2500)})
    for at_us in range(0, S, 20_000):
        direct.deliver(at_us, 1, 40_000, 300)
    assert patient.reading().muscles == direct.reading().muscles
    assert patient.reading().muscles[0].force_mn > 0


def test_a_shaped_first_phase_counts_by_its_charge() -> None:
    patient, plain = (Patient(HEALTHY, {1: Site("quadriceps")}) for _ in range(2))
    stage = Stage({1: Skin(500)}, sink=patient.feel)
    stage.deliver(0, 1, (Point(100, 20_000), Point(100, 60_000), Point(100, 40_000), Point(300, -40_000)))
    plain.deliver(0, 1, 40_000, 300)
    assert patient.reading().channels == plain.reading().channels


def test_an_open_lead_a_zero_pulse_or_bare_skin_is_not_felt() -> None:
    patient = Patient(HEALTHY, {1: Site("quadriceps")})
    stage = Stage({1: "open"}, sink=patient.feel)
    stage.deliver(0, 1, (Point(300, 40_000), Point(300, -40_000)))
    patient.deliver(1000, 1, 0, 300)
    patient.deliver(2000, 7, 40_000, 300)
    patient.advance(S)
    reading = patient.reading()
    assert reading.channels == (Feeling(channel=1),)
    assert reading.muscles[0].peak_mn == 0


def test_where_the_leads_touch_hardly_any_current_takes_the_way_through_the_person() -> None:
    patient, direct = (Patient(HEALTHY, {1: Site("quadriceps")}) for _ in range(2))
    stage = Stage({1: "short"}, sink=patient.feel)
    for at_us in range(0, S, 20_000):
        stage.deliver(at_us, 1, (Point(400, 100_000), Point(400, -100_000)))
        direct.deliver(at_us, 1, 2_700, 400)
    assert stage.trace[-1].charge_pc == (40_000_000, -40_000_000), "the stimulator sees its whole current flow"
    assert patient.reading() == direct.reading()
    assert patient.reading().muscles[0].peak_mn == 0


def test_asking_what_would_be_felt_changes_nothing() -> None:
    patient = session()
    before = patient.reading()
    felt = patient.feels(1, 60_000, 300, 20_000)
    assert felt == Patient(PRONE, SITES).feels(1, 60_000, 300, 20_000)
    assert felt.motor > 3
    assert patient.feels(8, 60_000, 300, 20_000) == Feeling(channel=8)
    assert patient.reading() == before


def test_nonsense_is_one_sentence() -> None:
    patient = Patient(HEALTHY, {1: Site("quadriceps")})
    patient.advance(S)
    with pytest.raises(ValueError, match="time has reached 1000000 us and does not go back to 5 us"):
        patient.advance(5)
    with pytest.raises(ValueError, match="a pulse at 5 us comes after time has reached 1000000 us"):
        patient.deliver(5, 1, 1000, 300)
    with pytest.raises(ValueError, match='"kick" cannot be done to a muscle; do one of stretch, shorten, neutral'):
        patient.act("kick", "quadriceps")
    with pytest.raises(ValueError, match='there are no pads on a muscle "calf"; on: quadriceps'):
        patient.act("stretch", "calf")
    with pytest.raises(ValueError, match="the channels on quadriceps must give the same length"):
        Patient(HEALTHY, {1: Site("quadriceps"), 2: Site("quadriceps", length="stretched")})
    with pytest.raises(ValueError, match="at least 1 pool"):
        Patient(HEALTHY, {1: Site("quadriceps")}, pools=0)
    with pytest.raises(ValueError, match="pad_mm2 of at least 1"):
        Site("quadriceps", pad_mm2=0)


@pytest.mark.parametrize(
    "name",
    [
        "sci_chronic",
        "healthy_adult",
        pytest.param("sci_acute", marks=pytest.mark.campaign),
        pytest.param("older_adult", marks=pytest.mark.campaign),
    ],
)
def test_drawn_people_stay_within_nature(name: str) -> None:
    """No extreme draw breaks the numbers: force stays finite and positive, strength within 0 to 1."""
    for index in range(40):
        profile = person(load_profile(name), index, 3)
        patient = Patient(profile, {1: Site("quadriceps")}, pools=3)
        for pulse in range(500):
            patient.deliver(pulse * 20_000, 1, 100_000, 300)
        patient.advance(10 * S)
        [muscle] = patient.reading().muscles
        assert 0 <= muscle.force_mn <= muscle.peak_mn < 2_000_000
        assert 0 < muscle.strength_permille <= 1000
