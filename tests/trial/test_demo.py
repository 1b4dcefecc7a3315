"""The demonstration: a whole session told line by line, with a record at its end."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from firmware_sim.stage import Stage
from helpers.short import protocol_file, setup_of
from nmes.record.catches import Catch
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.store import Closed, list_sessions
from nmes.record.telling import story_of
from nmes.runtime.library import Library, Loaded, load_file
from nmes.trial.bench import Bench, Device, bench_with_record
from nmes.trial.bench.patients import load_profile
from nmes.trial.demo import DemoError, run_demo
from nmes.trial.setup import usual_patient
from nmes.trial.trying import try_one

pytestmark = pytest.mark.thorough

CALF, TWITCHES = "cramp_calf_ctf_training", "tens_acupuncture_like"
CUT = {CALF: {"contractions": "2", "sets": "2", "set_rest_s": "5"}, TWITCHES: {"minutes": "2"}}
FELT = {CALF: "a strong contraction", TWITCHES: "the muscle moves"}


@dataclass(frozen=True)
class Told:
    loaded: Loaded
    lines: list[str]
    home: Path


def cut_short(folder: Path, name: str) -> Loaded:
    """The shipped protocol with a moment's treatment; the level is found as in the whole one."""
    return load_file(protocol_file(folder, name, **CUT[name]))


@pytest.fixture(
    scope="module",
    params=[
        *(pytest.param((name, True), id=name) for name in CUT),
        *(pytest.param((name, False), id=f"{name}, whole", marks=pytest.mark.campaign) for name in CUT),
    ],
)
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    (name, cut), lines = request.param, []
    home = tmp_path_factory.mktemp(name)
    loaded = cut_short(tmp_path_factory.mktemp("cut"), name) if cut else Library().load(name)
    summary = run_demo(loaded, home, lines.append)
    assert summary.intact
    return Told(loaded, lines, home)


def test_it_is_told_from_the_checklist_to_the_end(told: Told) -> None:
    lines = told.lines
    words = [line[8:].split(":")[0].split(" (")[0].strip() for line in lines if line[:7].strip() and line[3:4] == ":"]
    order = ["SCREENING", "PLACING", "READY", "TITRATING", "PAUSED", "RESUMING", "ENDED"]
    places = [words.index(word) for word in order]
    assert places == sorted(places)
    assert words[-1] == "ENDED"
    assert lines[-2].endswith("ENDED (complete)")


def test_the_patient_is_asked_and_never_hurt_and_taken_no_further_than_the_target_asks(told: Told) -> None:
    felt = [line for line in told.lines if "the patient feels" in line]
    assert felt
    assert not any("that hurts" in line for line in felt)
    target = FELT[told.loaded.protocol.id]
    assert felt[-1].endswith(target)
    assert sum(line.endswith(target) for line in felt) == 1


def test_the_dose_in_the_record_stands_beside_the_charge_at_the_skin(told: Told) -> None:
    words = told.lines[-1].split()
    low, high, skin = (int(words[at]) for at in (2, 4, 9))
    assert low * 0.99 <= skin <= high * 1.01
    assert skin > 0
    assert told.lines[-1].endswith(" µC at the skin; they agree within one pulse per change of output")


def test_it_finds_the_level_of_nmes_try_on_the_same_virtual_patient(told: Told) -> None:
    trial = try_one(setup_of(told.loaded, usual_patient(told.loaded.protocol)))
    (slot,) = trial.slots
    assert slot.found is not None
    words = [line for line in told.lines if "contraction 1 of" in line and " ON" in line]
    assert words[0].endswith(f"level {slot.found.level_ua / 1000:.1f} mA")
    assert [line for line in told.lines if "the patient feels" in line][-1].endswith(slot.found.felt.words)


class Opened(Exception):
    """Enough has been seen."""


def test_the_patient_has_pads_and_skin_of_his_own(tmp_path: Path) -> None:
    loaded, seen = Library().load(TWITCHES), []

    def look(_loaded: Loaded, _home: Path, device: Device) -> tuple[Bench, Path]:
        seen.append(device)
        raise Opened

    with pytest.raises(Opened):
        run_demo(loaded, tmp_path, lambda _: None, make_bench=look)
    profile = load_profile(usual_patient(loaded.protocol))
    pad_mm2 = loaded.protocol.channels[0].pad_mm2
    assert seen[0].stage.load(1) == profile.load(pad_mm2) != Stage().load(1)


class Swelling(Bench):
    """An instrument that reads twice what crossed the skin."""

    def skin_charge_pc(self, channel: int) -> int:
        return 2 * super().skin_charge_pc(channel)


def test_a_dose_that_is_not_what_the_skin_got_is_said_to_differ(tmp_path: Path) -> None:
    lines: list[str] = []
    swelling = partial(bench_with_record, make=Swelling)
    run_demo(cut_short(tmp_path, TWITCHES), tmp_path, lines.append, make_bench=swelling)
    assert lines[-1].endswith("they DIFFER by more than one pulse per change of output")


@pytest.mark.parametrize("room", [60_000, 40_000])
def test_a_full_disk_is_said_to_be_the_reason(tmp_path: Path, room: int) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limit[1]))
    try:
        with pytest.raises(DemoError, match=r"the record could not be written: .*\. Without a record") as caught:
            run_demo(Library().load(CALF), tmp_path, lambda _: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert str(tmp_path) in str(caught.value)


def test_it_leaves_a_closed_record_among_the_simulated_ones(told: Told) -> None:
    [listed] = list_sessions(told.home, Kind.SIMULATION)
    assert listed.ending == Closed("complete")
    assert list_sessions(told.home, Kind.PATIENT) == []


def test_a_demonstration_that_does_not_end_says_so(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"the session did not end within 0 h; it is titrating"):
        run_demo(Library().load("quads_knee_oa"), tmp_path, lambda _: None, longest_ms=30_000)


def test_the_keys_of_a_script_are_nobodys_mistakes(told: Told) -> None:
    (path,) = session_files(chain_folder(told.home, Kind.SIMULATION))
    story = story_of(path, Kind.SIMULATION)
    assert [one.catch for one in story.caught if one.catch is Catch.TOO_FAST] == []
    assert sum(one.code == "increase" for one in story.happenings) > 5
