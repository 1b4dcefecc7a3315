"""The demonstration: a whole session told line by line, with a record at its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from nmes.record.files import Kind
from nmes.record.store import Closed, list_sessions
from nmes.runtime.library import Library
from nmes.trial import demo
from nmes.trial.demo import DemoError, run_demo

PROTOCOLS = ["cramp_calf_ctf_training", "tens_acupuncture_like"]


@pytest.fixture(scope="module", params=PROTOCOLS)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    home, lines = tmp_path_factory.mktemp(request.param), []
    summary = run_demo(Library().load(request.param), home, lines.append)
    assert summary.intact
    return lines, home


def test_it_is_told_from_the_checklist_to_the_end(told: tuple[list[str], Path]) -> None:
    lines, _ = told
    words = [line[8:].split(":")[0].split(" (")[0].strip() for line in lines if line[:7].strip() and line[3:4] == ":"]
    order = ["SCREENING", "PLACING", "READY", "TITRATING", "PAUSED", "RESUMING", "ENDED"]
    places = [words.index(word) for word in order]
    assert places == sorted(places)
    assert words[-1] == "ENDED"
    assert lines[-2].endswith("ENDED (complete)")


def test_the_patient_is_asked_and_never_hurt(told: tuple[list[str], Path]) -> None:
    felt = [line for line in told[0] if "the patient feels" in line]
    assert felt
    assert not any("that hurts" in line for line in felt)


def test_the_dose_in_the_record_stands_beside_the_charge_at_the_skin(told: tuple[list[str], Path]) -> None:
    words = told[0][-1].split()
    low, high, skin = (int(words[at]) for at in (2, 4, 9))
    assert low * 0.99 <= skin <= high * 1.01
    assert skin > 0


def test_it_leaves_a_closed_record_among_the_simulated_ones(told: tuple[list[str], Path]) -> None:
    [listed] = list_sessions(told[1], Kind.SIMULATION)
    assert listed.ending == Closed("complete")
    assert list_sessions(told[1], Kind.PATIENT) == []


def test_a_demonstration_that_does_not_end_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "LONGEST_MS", 30_000)
    with pytest.raises(DemoError, match=r"the session did not end within 0 h; it is on"):
        run_demo(Library().load("quads_knee_oa"), tmp_path, lambda _: None)
