"""The cramp threshold of a virtual patient, from the test to the training, through the wire and the record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from helpers.short import setup_of
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.measurement import NOBODY, From, Missing, Who
from nmes.core.view import Output, Word
from nmes.record.files import Kind
from nmes.record.replay import Same, replay
from nmes.record.store import read_session
from nmes.runtime.binding import session_of
from nmes.runtime.library import Library
from nmes.runtime.live import summary_of
from nmes.runtime.measured_words import origin_sentence
from nmes.runtime.origin import origin_of
from nmes.trial.assess import Assessor, assess, assessor
from nmes.trial.bench import Bench, bench_with_record
from nmes.trial.bench.living import LivingPatient, device_with_patient
from nmes.trial.bench.patients import load_profile

pytestmark = pytest.mark.thorough
"""It stands on whole treatments, of which each takes seconds."""

TEST, TRAINING = "assess_ctf_calf", "cramp_calf_ctf_training"
STEP_MHZ = 2000
P17 = Who("P-017", "left")
MOST_MS = 3_600_000


@dataclass
class Finished:
    """One whole test with its record, stopped right after the turn that heard CRAMP, and then run to its end."""

    home: Path
    record: Path
    bench: Bench
    living: LivingPatient
    therapist: Assessor
    word_after_the_turn: Word
    pulses_at_the_turn: int
    turns_to_off: int
    mhz: int

    @property
    def pulses(self) -> int:
        return len(self.living.recorder.train())


@pytest.fixture(scope="module")
def tested(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    home = tmp_path_factory.mktemp("home")
    loaded = Library().load(TEST)
    setup = setup_of(loaded, "cramp_prone_calf")
    device, living = device_with_patient(setup.loads, setup.patient())
    bench, record = bench_with_record(loaded, home, device, P17)
    therapist = assessor(setup, bench, living)
    while bench.now_ms < MOST_MS:
        bench.controller.touch()
        bench.step()
        action = therapist.act(bench.view)
        if isinstance(action, e.Cramp):
            bench.press(action)
            break
        if action is not None:
            bench.press(action)
    bench.turn()
    word, pulses, turns = bench.view.word, len(living.recorder.train()), 0
    while bench.view.output is not Output.OFF and turns < 100:
        bench.step()
        turns += 1
    bench.run(10_000)
    [one] = bench.view.measured
    return Finished(home, record, bench, living, therapist, word, pulses, turns, one.value)


@contextmanager
def training(home: Path, who: Who) -> Iterator[tuple[Bench, Path]]:
    """A training session that is opened for somebody, and ended again."""
    bench, record = bench_with_record(Library().load(TRAINING), home, who=who)
    yield bench, record
    bench.controller.leave()
    bench.run(2000)


def test_the_threshold_of_the_cramp_prone_calf_is_found_within_one_step(tested: Finished) -> None:
    true_mhz = round(1000 * load_profile("cramp_prone_calf").muscles["gastrocnemius"].ctf_hz.value)
    assert abs(tested.mhz - true_mhz) <= STEP_MHZ
    assert tested.therapist.cramp is not None
    assert tested.mhz == pytest.approx(tested.therapist.cramp.frequency_mhz, abs=100), "the train in which it cramped"


def test_the_output_is_halted_in_the_very_turn_of_the_cramp(tested: Finished) -> None:
    assert tested.word_after_the_turn is Word.HALTING
    assert tested.pulses == tested.pulses_at_the_turn, "no pulse crosses the skin after that turn"
    assert tested.turns_to_off <= 3
    assert (tested.bench.view.word, tested.bench.view.why) == (Word.ENDED, "assessed")


def test_the_record_of_the_test_is_whole_and_replays(tested: Finished) -> None:
    assert summary_of(tested.record).intact
    assert isinstance(replay(read_session(tested.record), s.step, session_of), Same)


def test_the_training_then_uses_it_plus_30_hz_and_says_from_where(tested: Finished) -> None:
    with training(tested.home, P17) as (bench, record):
        origin = bench.view.origin
    assert origin is not None
    assert (origin.kind, origin.ctf_mhz, origin.session) == (From.MEASURED, tested.mhz, tested.record.stem)
    [made] = bench.view.plan.delivered
    assert made.asked_frequency_mhz == tested.mhz + 30_000
    said = origin_sentence(origin)
    assert all(part in said for part in ("P-017", "left", "2026-01-01", "today", tested.record.stem))
    bound = next(iter(read_session(record))).body
    assert (bound["patient"], bound["side"], bound["ctf_mhz"]) == ("P-017", "left", tested.mhz)
    assert bound["ctf_origin"]["kind"] == "measured"
    assert session_of(bound).origin == origin


@pytest.mark.parametrize(
    ("who", "missing"),
    [
        (NOBODY, Missing.NO_CODE),
        (Who("P-018", "left"), Missing.NONE_FOUND),
        (Who("P-017", "right"), Missing.NONE_FOUND),
        (Who("P-017"), Missing.NO_SIDE),
    ],
)
def test_without_a_test_of_that_person_and_side_it_uses_the_fallback_and_says_so(
    tested: Finished, who: Who, missing: Missing
) -> None:
    with training(tested.home, who) as (bench, _):
        origin = bench.view.origin
    assert origin is not None
    assert (origin.kind, origin.missing) == (From.FALLBACK, missing)
    assert [made.asked_frequency_mhz for made in bench.view.plan.delivered] == [45_000]
    assert "the FALLBACK" in origin_sentence(origin)


def test_a_test_on_the_simulator_is_never_a_patients(tested: Finished) -> None:
    origin = origin_of(tested.home, Kind.PATIENT, Library().load(TRAINING), P17)
    assert origin is not None
    assert origin.kind is From.FALLBACK


@pytest.mark.covers("FR-12")
def test_a_measured_value_gives_no_output_and_no_level(tested: Finished) -> None:
    """Promise 2: what is stored may not raise anything; the level is found from 0 as ever."""
    with training(tested.home, P17) as (bench, _):
        bench.run(2000)
        assert bench.view.output is Output.OFF
        assert bench.view.plan.levels == ()
        assert bench.last_pulse(1) is None


@pytest.mark.campaign
def test_most_of_many_tests_find_it_within_one_step() -> None:
    """The virtual muscle cramps by chance, P = 1 / (1 + exp(-(f - CTF) / 1.5 Hz)), so that not every test can."""
    loaded = Library().load(TEST)
    found = [assess(setup_of(loaded, "cramp_prone_calf", seed=seed, pools=2)) for seed in range(12)]
    assert all(one.good for one in found)
    ideal_mhz = 16_000  # the first step that is not below 15.5 Hz
    within = sum(abs(one.measured[0].value - ideal_mhz) <= STEP_MHZ for one in found)
    assert within >= 8
