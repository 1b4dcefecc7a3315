"""`nmes protocols`: the list, the card, and the check of files and folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import CRAMP, Nmes

from nmes.runtime.library import Library, shipped_folder

SHIPPED = next(shipped_folder().rglob(f"{CRAMP}.yaml"))


def test_the_list_has_a_line_for_every_shipped_protocol(nmes: Nmes) -> None:
    told = nmes("protocols", "list")
    assert told.code == 0
    lines = told.out.splitlines()[1:]
    assert len(lines) == len(Library().files())
    (cramp,) = (line for line in lines if line.startswith(CRAMP))
    assert cramp.split()[1:4] == ["nmes", "B", "7"]
    assert cramp.endswith("Calf cramp training at cramp threshold frequency + 30 Hz")


def test_the_card_tells_numbers_dose_evidence_and_the_source_of_every_value(nmes: Nmes) -> None:
    told = nmes("protocols", "show", CRAMP)
    assert told.code == 0
    for words in (
        "45 Hz asked, 44.9 Hz delivered",
        "charge per phase 9.0 µC",
        "of the limit of 2 mA/cm²",
        "█",
        "EVIDENCE FOR",
        "EVIDENCE AGAINST",
        "stages.0.set_rest_s = 60: TO VERIFY",
        "channels.0.waveform.phase_us = 150: source [behringer2014]",
        "channels.0.pad_cm2 = 25: our default",
    ):
        assert words in told.out
    listed = Library().load(CRAMP).protocol.provenance
    assert all(f"\n{path} = " in told.out for path in listed)


def test_a_card_can_be_shown_from_a_file(nmes: Nmes) -> None:
    assert nmes("protocols", "show", str(SHIPPED)).out == nmes("protocols", "show", CRAMP).out


def test_sound_files_are_ok(nmes: Nmes) -> None:
    told = nmes("protocols", "check", str(SHIPPED.parent.parent))
    assert told.code == 0
    assert len(told.out.splitlines()) == len(Library().files())
    assert all(line.endswith(": ok") for line in told.out.splitlines())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a sound protocol and, deeper, one with two errors."""
    folder = tmp_path / "mine"
    (folder / "deeper").mkdir(parents=True)
    text = SHIPPED.read_text(encoding="utf-8")
    (folder / f"{CRAMP}.yaml").write_text(text, encoding="utf-8")
    bad = text.replace("phase_us: 150", "phase_us: 0").replace("off_s: 10", "of_s: 10").replace(CRAMP, "bad_one")
    (folder / "deeper" / "bad_one.yaml").write_text(bad, encoding="utf-8")
    return folder


def test_a_bad_file_is_told_with_every_problem_its_line_and_column(nmes: Nmes, folder: Path) -> None:
    told = nmes("protocols", "check", str(folder))
    assert told.code == 1
    file = folder / "deeper" / "bad_one.yaml"
    lines = file.read_text(encoding="utf-8").splitlines()
    phase = next(number for number, line in enumerate(lines, 1) if "phase_us: 0" in line)
    off = next(number for number, line in enumerate(lines, 1) if "of_s: 10" in line)
    assert f"{file}:{phase}:" in told.out
    assert f"{file}:{off}:" in told.out
    assert 'did you mean "off_s"?' in told.out
    assert f"{folder / CRAMP}.yaml: ok" in told.out


def test_what_only_the_stimulator_cannot_do_is_placed_in_the_file_too(nmes: Nmes, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("gap_us: 0", "gap_us: 5")
    file = tmp_path / f"{CRAMP}.yaml"
    file.write_text(text, encoding="utf-8")
    told = nmes("protocols", "check", str(file))
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "gap_us: 5" in line)
    assert told.code == 1
    assert told.out.startswith(f"{file}:{line}:")
    assert nmes("run", str(file), "--plain").code == 2
    shown = nmes("protocols", "show", str(file))
    assert shown.code == 1
    assert "CANNOT BE USED WITH THIS STIMULATOR" in shown.out


def test_a_path_that_is_not_there_is_wrong_input_and_the_others_are_still_checked(nmes: Nmes) -> None:
    told = nmes("protocols", "check", "/there/is/none.yaml", str(SHIPPED))
    assert told.code == 2
    assert told.err == "nmes: /there/is/none.yaml: there is no such file\n"
    assert told.out == f"{SHIPPED}: ok\n"


def test_a_folder_without_protocols_is_wrong_input(nmes: Nmes, tmp_path: Path) -> None:
    told = nmes("protocols", "check", str(tmp_path))
    assert (told.code, told.err) == (2, f"nmes: {tmp_path}: no protocol files in this folder\n")


def test_a_bad_protocol_cannot_be_run_and_every_problem_is_a_line(nmes: Nmes, folder: Path) -> None:
    told = nmes("run", str(folder / "deeper" / "bad_one.yaml"), "--plain")
    assert told.code == 2
    assert len(told.err.splitlines()) >= 2
    assert all(line.startswith("nmes: ") for line in told.err.splitlines())
