"""The demonstration: a whole session told line by line, with a record at its end."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from firmware_sim.stage import Stage
from helpers.short import setup_of
from nmes.record.files import Kind
from nmes.record.store import Closed, list_sessions
from nmes.runtime.library import Library
from nmes.trial.bench import Bench, joint
from nmes.trial.bench.patients import load_profile
from nmes.trial.demo import DemoError, run_demo
from nmes.trial.setup import usual_patient
from nmes.trial.trying import try_one

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
    assert told[0][-1].endswith(" µC at the skin; they agree within one pulse per change of output")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_it_finds_the_level_of_nmes_try_on_the_same_virtual_patient(protocol: str, tmp_path: Path) -> None:
    loaded, lines = Library().load(protocol), []
    run_demo(loaded, tmp_path, lines.append)
    trial = try_one(setup_of(loaded, usual_patient(loaded.protocol)))
    (slot,) = trial.slots
    assert slot.found is not None
    words = [line for line in lines if "contraction 1 of" in line and " ON" in line]
    assert words[0].endswith(f"level {slot.found.level_ua / 1000:.1f} mA")
    assert [line for line in lines if "the patient feels" in line][-1].endswith(slot.found.felt.words)


def test_the_patient_has_pads_and_skin_of_his_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded, seen = Library().load(PROTOCOLS[1]), []
    monkeypatch.setattr(joint, "Bench", lambda *args, **kwargs: seen.append(Bench(*args, **kwargs)) or seen[0])
    run_demo(loaded, tmp_path, lambda _: None)
    profile = load_profile(usual_patient(loaded.protocol))
    pad_mm2 = loaded.protocol.channels[0].pad_mm2
    assert seen[0].device.stage.load(1) == profile.load(pad_mm2) != Stage().load(1)


@pytest.mark.parametrize(
    ("protocol", "felt"), [(PROTOCOLS[0], "a strong contraction"), (PROTOCOLS[1], "the muscle moves")]
)
def test_the_therapist_goes_no_further_than_the_target_asks(protocol: str, felt: str, tmp_path: Path) -> None:
    lines: list[str] = []
    run_demo(Library().load(protocol), tmp_path, lines.append)
    answers = [line for line in lines if "the patient feels" in line]
    assert answers[-1].endswith(felt)
    assert sum(line.endswith(felt) for line in answers) == 1


class Swelling(Bench):
    """An instrument that reads twice what crossed the skin."""

    def skin_charge_pc(self, channel: int) -> int:
        return 2 * super().skin_charge_pc(channel)


def test_a_dose_that_is_not_what_the_skin_got_is_said_to_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joint, "Bench", Swelling)
    lines: list[str] = []
    run_demo(Library().load(PROTOCOLS[1]), tmp_path, lines.append)
    assert lines[-1].endswith("they DIFFER by more than one pulse per change of output")


@pytest.mark.parametrize("room", [60_000, 40_000])
def test_a_full_disk_is_said_to_be_the_reason(tmp_path: Path, room: int) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limit[1]))
    try:
        with pytest.raises(DemoError, match=r"the record could not be written: .*\. Without a record") as caught:
            run_demo(Library().load(PROTOCOLS[0]), tmp_path, lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert str(tmp_path) in str(caught.value)


def test_it_leaves_a_closed_record_among_the_simulated_ones(told: tuple[list[str], Path]) -> None:
    [listed] = list_sessions(told[1], Kind.SIMULATION)
    assert listed.ending == Closed("complete")
    assert list_sessions(told[1], Kind.PATIENT) == []


def test_a_demonstration_that_does_not_end_says_so(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"the session did not end within 0 h; it is titrating"):
        run_demo(Library().load("quads_knee_oa"), tmp_path, lambda _: None, longest_ms=30_000)
