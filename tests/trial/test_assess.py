"""An assessment on a virtual patient who lives through it: what is measured, beside what is true of that person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.assessing import ctf_text, level_text, loaded_from
from helpers.short import setup_of
from nmes.core.events import What
from nmes.trial.assess import REACTION_MS, Assessed, assess

pytestmark = pytest.mark.thorough


def tried(folder: Path, text: str, patient: str = "cramp_prone_calf", **more: object) -> Assessed:
    return assess(setup_of(loaded_from(folder, text), patient, pools=1, **more))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Assessed:
    return tried(tmp_path_factory.mktemp("ctf"), ctf_text(start=12, cap=24, train_s=4, off_s=10))


def test_what_is_measured_is_the_train_in_which_the_muscle_cramped(found: Assessed) -> None:
    """Whether that is the person's threshold, within a step, is tested with the shipped test and its rests."""
    assert (found.run.ending.why, found.good) == ("assessed", True)
    [one] = found.measured
    assert found.cramp is not None
    assert one.value == pytest.approx(found.cramp.frequency_mhz, abs=100)
    assert (found.rested_mhz, found.error_mhz) == (15_500, one.value - 15_500)


def test_the_therapist_sees_the_muscle_and_needs_time_to_react(found: Assessed) -> None:
    assert found.cramp is not None
    assert found.pressed_ms is not None
    assert found.pressed_ms - found.cramp.t_us // 1000 >= REACTION_MS


def test_nothing_crosses_the_skin_after_the_key(found: Assessed) -> None:
    assert found.pressed_ms is not None
    assert found.run.train.times_us[-1] <= (found.pressed_ms + 1) * 1000
    assert found.off_ms - found.pressed_ms <= 100


def test_what_it_gave_is_within_the_limits_and_told(found: Assessed) -> None:
    assert found.within
    assert found.doses[0].pulses > 40


def test_only_trains_with_output_are_counted(found: Assessed) -> None:
    """A test that never began, or was lowered to 0 on the way, has not played what its plan holds."""
    [one] = found.measured
    reached = [stage.step_mhz for stage in found.plan.stages].index(one.value)
    assert found.trains == reached + 1
    assert found.run.treatment_us is not None
    until_us = found.run.treatment_us + 1000 * found.plan.stages[0].end_ms
    first = tuple(change for change in found.run.commanded if change[0] < until_us)
    assert replace(found, run=replace(found.run, commanded=first)).trains == 1
    assert replace(found, run=replace(found.run, treatment_us=None)).trains == 0


def test_somebody_without_cramps_reaches_the_cap(tmp_path: Path) -> None:
    found = tried(tmp_path, ctf_text(start=4, cap=6, train_s=3, off_s=1), "healthy_adult")
    assert (found.run.ending.why, found.good, found.measured, found.cramp) == ("complete", True, (), None)
    assert (found.trains, found.error_mhz) == (2, None)


@pytest.mark.parametrize("measures", ["max_tolerated", "motor_threshold"])
def test_a_level_that_is_measured_ends_the_session(tmp_path: Path, measures: str) -> None:
    found = tried(tmp_path, level_text(measures))
    [one] = found.measured
    assert (one.what, found.run.ending.why, found.good) == (What(measures), "assessed", True)
    assert [made.level_ua for made in found.run.found.values()] == [one.value]
