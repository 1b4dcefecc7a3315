"""One try: what is told is what crossed the skin, the patient went through it, and a fault ends it there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.short import CALF, QUADS, TENS, setup_of, shipped, short
from nmes.core.dose import plan_totals
from nmes.runtime.library import Library
from nmes.trial.bench.patients import load_profile, person
from nmes.trial.level import Because
from nmes.trial.member import currents_of, member, one_of
from nmes.trial.replay import maximum_mn, replay
from nmes.trial.setup import asking, gauge
from nmes.trial.trying import Trial, try_one
from nmes.trial.window import windows
from nmes.trial.wire import treat

pytestmark = pytest.mark.thorough
"""It stands on whole treatments, of which each takes seconds."""


@pytest.fixture(scope="module")
def quads(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return try_one(short(tmp_path_factory.mktemp("quads")))


@pytest.fixture(scope="module")
def calf(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return try_one(short(tmp_path_factory.mktemp("calf"), CALF, "cramp_prone_calf", level_ua=45_000))


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return try_one(short(tmp_path_factory.mktemp("worn"), patient="worn_electrodes"))


def test_a_whole_treatment_is_complete_and_within_its_limits(quads: Trial) -> None:
    assert quads.good
    assert quads.run.ending.why == "complete"
    assert [len(muscle.contractions) for muscle in quads.course.muscles] == [2]


def test_one_figure_beyond_its_limit_is_enough_not_to_be_good(quads: Trial) -> None:
    at = next(i for i, margin in enumerate(quads.margins) if margin.limit is not None)
    beyond = replace(quads.margins[at], value=(quads.margins[at].limit or 0) + 1)
    trial = replace(quads, margins=(*quads.margins[:at], beyond, *quads.margins[at + 1 :]))
    assert len(trial.margins) > 1
    assert not trial.within
    assert not trial.good


def test_the_dose_at_the_skin_is_what_the_plan_says(quads: Trial) -> None:
    (planned,) = plan_totals(quads.plan)
    (given,) = quads.doses
    assert given.charge_nc == pytest.approx(planned.charge_nc, rel=0.01)
    assert abs(given.pulses - planned.pulses) <= 4, "each contraction begins and ends once"


@pytest.mark.parametrize(("name", "level_ua"), [(QUADS, 10_000), (QUADS, 4_000), (CALF, 10_000)])
def test_each_contraction_gives_as_many_pulses_as_the_plan_says(tmp_path: Path, name: str, level_ua: int) -> None:
    """From the first step of the plan's line on, however low the level and slow the ramp."""
    trial = try_one(short(tmp_path, name, level_ua=level_ua))
    (planned,), begun_us, train = plan_totals(trial.plan), trial.run.treatment_us, trial.run.train
    period_us = trial.plan.waveforms[0].period_us
    wanted = planned.tension_ms * 1000 / planned.contractions / period_us
    assert begun_us is not None
    given = [
        sum(begun_us + one.start_ms * 1000 <= t_us < begun_us + one.until_ms * 1000 for t_us in train.times_us)
        for one in windows(trial.plan)
    ]
    assert [pulses for pulses in given if abs(pulses - wanted) > 1] == []
    assert trial.doses[0].charge_nc == pytest.approx(planned.charge_nc, rel=0.002)


def test_the_level_is_the_last_one_the_patient_bears(quads: Trial) -> None:
    found = quads.slots[0].found
    assert found is not None
    assert found.because is Because.TARGET
    assert found.top_ua == found.level_ua + 1_000
    assert found.felt.discomfort < 7 <= quads.course.discomfort_finding_c / 100
    assert quads.course.discomfort_peak_c < 700


def test_the_frequency_is_measured_at_the_skin(calf: Trial) -> None:
    (slot,) = calf.slots
    assert slot.made.asked_frequency_mhz == 45_000
    assert slot.measured_mhz == slot.made.frequency_mhz == 44_943, "22.25 ms, the next longer period"


def test_contractions_lie_where_the_plan_puts_them(quads: Trial) -> None:
    (muscle,) = quads.course.muscles
    assert [one.start_ms for one in muscle.contractions] == [one.start_ms for one in windows(quads.plan)] == [0, 15_000]
    first, last = muscle.contractions
    assert 0 < last.peak_mn < first.peak_mn < muscle.maximum_mn
    assert first.peak_mn / 1000 < first.fti_mn_s / 1000 < 10 * first.peak_mn / 1000


def test_force_rises_in_the_contraction_and_falls_after_it(quads: Trial) -> None:
    force = {sample.t_ms: sample.force_mn[0] for sample in quads.course.samples}
    assert force[5_000] > 0.8 * quads.course.muscles[0].contractions[0].peak_mn
    assert force[11_000] < 1_000


def test_a_muscles_maximum_is_every_fibre_fresh(quads: Trial) -> None:
    whole_n = maximum_mn(quads.setup.profile, quads.setup.sites[1]) / 1000
    assert whole_n == pytest.approx(315.5, abs=3), "the model's own figure for a long 100 Hz train"


def test_a_cramp_has_its_time_and_length(calf: Trial) -> None:
    assert calf.course.cramps
    cramp = calf.course.cramps[0]
    assert cramp.muscle == "gastrocnemius"
    assert cramp.ended_ms is None or cramp.ended_ms > cramp.began_ms
    worse = [sample for sample in calf.course.samples if sample.discomfort_c > sample.current_only_c]
    assert worse, "a cramp hurts beyond the current"


def test_chance_goes_by_the_seed_and_nothing_else(calf: Trial) -> None:
    """Given again to the same person with another seed, the same pulses cramp at other times."""
    courses = []
    for seed in (calf.setup.seed, 1, 2):
        setup = replace(calf.setup, seed=seed)
        train = calf.run.train
        courses.append(replay(train, currents_of(train, setup), calf.plan, calf.run.treatment_us, setup.patient()))
    assert courses[0] == calf.course
    assert len({course.cramps for course in courses}) == 3


def test_the_muscle_rests_between_finding_the_level_and_the_treatment(quads: Trial) -> None:
    begun_us = quads.run.treatment_us or 0
    finding = [t_us for t_us in quads.run.train.times_us if t_us < begun_us]
    assert 120_000_000 <= begun_us - finding[-1] < 125_000_000


def test_a_given_level_is_not_asked_for(calf: Trial) -> None:
    found = calf.slots[0].found
    assert found is not None
    assert (found.level_ua, found.because) == (45_000, Because.GIVEN)


def test_worn_pads_end_it_while_the_level_is_found(broken: Trial) -> None:
    assert not broken.good
    assert broken.run.ending.why == "fault:low_current"
    assert (broken.run.ending.during, broken.run.ending.channel) == ("level", 1)
    assert broken.run.treatment_us is None
    assert broken.slots[0].found is None
    assert broken.doses[0].pulses == 0 < broken.doses[0].finding_pulses
    assert broken.course.discomfort_finding_c > 0
    assert broken.course.discomfort_peak_c == 0, "of a treatment that never began"


def test_a_sensory_protocol_has_no_muscle(tmp_path: Path) -> None:
    trial = try_one(short(tmp_path, TENS))
    assert trial.good
    assert trial.course.muscles == ()
    assert trial.slots[0].found is not None
    assert trial.slots[0].found.felt.sensory == pytest.approx(1.5, abs=0.1)
    assert trial.course.discomfort_typical_c > 0


def test_the_same_try_gives_the_same_again(quads: Trial, tmp_path: Path) -> None:
    again = try_one(short(tmp_path))
    assert again.run.train == quads.run.train
    assert again.course == quads.course


# --- a population's people are asked without the wire ---


@pytest.mark.parametrize(
    ("profile", "number"),
    [
        ("healthy_adult", 7),
        ("worn_electrodes", 0),
        ("sci_chronic", 0),
        pytest.param("healthy_adult", 0, marks=pytest.mark.campaign),
        pytest.param("worn_electrodes", 7, marks=pytest.mark.campaign),
        pytest.param("sci_chronic", 7, marks=pytest.mark.campaign),
    ],
)
def test_asking_without_the_wire_finds_what_the_wire_finds(profile: str, number: int, tmp_path: Path) -> None:
    setup = one_of(short(tmp_path), load_profile(profile), number, seed=5)
    asked, trial = member(number, setup), try_one(setup)
    if asked.limited:
        assert trial.run.ending.why == "fault:low_current"
    else:
        assert dict(asked.found) == trial.run.found
        assert max(ma for _, ma in asked.voltage_mv) == next(
            margin.value for margin in trial.margins if margin.what == "output_voltage"
        )


def test_a_calf_and_a_painful_area_too(tmp_path: Path) -> None:
    for name, profile in ((CALF, "cramp_prone_calf"), (TENS, "healthy_adult")):
        setup = one_of(short(tmp_path, name), load_profile(profile), 3, seed=1)
        assert dict(member(3, setup).found) == try_one(setup).run.found


def test_a_session_of_somebody_else_gives_the_same_course(tmp_path: Path) -> None:
    """The law of the population: pulses of a session with other pads, given to this person."""
    base = short(tmp_path)
    setup = one_of(base, base.profile, 2, seed=9)
    alone = try_one(setup)
    other = one_of(base, base.profile, 4, seed=9)
    asked = member(2, setup)
    run = treat(base.loaded, base.plan, other.loads, asked.routes(), asking(other))
    course = replay(run.train, currents_of(run.train, setup), base.plan, run.treatment_us, setup.patient())
    assert course == alone.course


def test_a_person_is_the_same_alone() -> None:
    base = load_profile("healthy_adult")
    setup = setup_of(Library().load(QUADS))
    assert one_of(setup, base, 17, 3).profile == person(base, 17, 3)
    assert len({one_of(setup, base, number, seed).seed for number, seed in ((17, 3), (17, 4), (18, 3))}) == 3


def test_everything_shipped_can_be_set_up() -> None:
    assert len(shipped()) >= 5
    for name in shipped():
        setup = setup_of(Library().load(name))
        assert set(setup.sites) == {channel.channel for channel in setup.plan.channels}


@pytest.fixture(scope="module")
def bursts(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    return try_one(short(tmp_path_factory.mktemp("bursts"), "tens_burst"))


def test_bursts_are_tried_as_they_will_be_felt(bursts: Trial) -> None:
    """A minute of two bursts a second: all pulses at the skin, at the rate inside a burst."""
    assert bursts.good
    (figures,) = bursts.slots
    burst = figures.played.base
    assert (burst.burst_pulses, burst.burst_period_ms) == (7, 500)
    assert figures.measured_mhz == 100_000
    assert abs(bursts.doses[0].pulses - 120 * 7) <= 7
    assert abs(bursts.doses[0].pulses - plan_totals(bursts.plan)[0].pulses) <= 14


def test_the_scripted_therapist_gauges_bursts_by_their_force_not_by_that_of_a_train(tmp_path: Path) -> None:
    setup = short(tmp_path, QUADS)
    steady = setup.plan.waveforms[0]
    grouped = replace(steady, burst_pulses=3, burst_period_ms=500)
    assert 0 < gauge(setup, 1, 60_000, 300, grouped) < gauge(setup, 1, 60_000, 300, steady) * 0.9
