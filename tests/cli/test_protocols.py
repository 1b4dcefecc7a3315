"""`nmes protocols list`, `show`, `check`: what there is, the card, and the check of files and folders."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.conftest import CRAMP, Nmes

from nmes.runtime.library import Library, shipped_folder

SHIPPED = next(shipped_folder().rglob(f"{CRAMP}.yaml"))
TENS = next(shipped_folder().rglob("tens_conventional.yaml"))
MY_TENS = ("protocols", "copy", "tens_conventional", "my_tens")


def ids(out: str) -> list[str]:
    """The ids of a list: the lines that say a grade."""
    return [line.split()[0] for line in out.splitlines() if "  grade " in line]


# --- list ---


def test_the_list_has_every_shipped_protocol_with_its_title_below(nmes: Nmes) -> None:
    told = nmes("protocols", "list")
    assert (told.code, told.err) == (0, "")
    assert sorted(ids(told.out)) == sorted(path.stem for path in Library().files())
    lines = told.out.splitlines()
    (cramp,) = (number for number, line in enumerate(lines) if line.startswith(CRAMP))
    assert lines[cramp].split()[1:] == ["nmes", "grade", "B", "7", "min"]
    assert lines[cramp + 1] == "  Calf cramp training at cramp threshold frequency + 30 Hz"
    assert max(map(len, lines)) <= 80


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("options", "in_it", "not_in_it"),
    [
        (["--region", "back"], "tens_low_back", CRAMP),
        (["--purpose", "Cramp"], CRAMP, "tens_burst"),
        (["--kind", "assessment"], "assess_ctf_calf", CRAMP),
        (["--grade", "c"], "tens_low_back", CRAMP),
        (["--indication", "CALF cramps"], CRAMP, "tens_burst"),
        (["--kind", "tens", "--region", "knee"], "tens_knee_oa", "tens_burst"),
        (["--shipped"], CRAMP, "my_tens"),
        (["--own"], "my_tens", CRAMP),
    ],
)
def test_a_filter_leaves_what_matches(nmes: Nmes, options: list[str], in_it: str, not_in_it: str) -> None:
    nmes(*MY_TENS)
    found = ids(nmes("protocols", "list", *options).out)
    assert in_it in found
    assert not_in_it not in found


def test_nothing_that_matches_is_said(nmes: Nmes) -> None:
    told = nmes("protocols", "list", "--indication", "hiccups of whales")
    assert (told.code, told.out) == (0, "No protocol matches.\n")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--region", "calfs"], 'did you mean "calf"?'),
        (["--purpose", "crampe"], 'did you mean "cramp"?'),
        (["--kind", "ems"], "nmes, tens, assessment"),
        (["--grade", "D"], "give one of A, B, C"),
        (["--own", "--shipped"], "leave nothing"),
    ],
)
def test_a_filter_that_no_protocol_can_have_is_one_sentence(nmes: Nmes, options: list[str], words: str) -> None:
    told = nmes("protocols", "list", *options)
    assert told.code == 2
    assert words in told.err
    assert len(told.err.splitlines()) == 1
    assert told.out == ""


def test_the_users_own_stand_last_under_their_folder(nmes: Nmes, home: Path) -> None:
    nmes(*MY_TENS)
    (home / "protocols" / "broken.yaml").write_text("id: broken\n")
    text = TENS.read_text(encoding="utf-8")
    (home / "protocols" / "tens_conventional.yaml").write_text(text, encoding="utf-8")
    own = nmes("protocols", "list").out.partition(f"YOUR OWN, in {home / 'protocols'}\n")[2]
    assert ids(own) == ["my_tens"]
    assert "broken\n  cannot be used; see: nmes protocols check" in own
    assert "tens_conventional\n  cannot be used; see: nmes protocols check" in own


# --- show ---


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
        "stages.0.set_rest_s = 60: TO\N{NO-BREAK SPACE}VERIFY",
        "channels.0.waveform.phase_us = 150: source [behringer2014]",
        "channels.0.pad_cm2 = 25: our default",
    ):
        assert words in told.out
    listed = Library().load(CRAMP).protocol.provenance
    assert all(f"\n{path} = " in told.out for path in listed)
    assert max(map(len, told.out.splitlines()[:-2])) <= 80


def test_a_card_can_be_shown_from_a_file_and_says_whose_it_is(nmes: Nmes) -> None:
    assert nmes("protocols", "show", str(SHIPPED)).out == nmes("protocols", "show", CRAMP).out
    assert "\nFile: " in nmes("protocols", "show", CRAMP).out
    nmes(*MY_TENS)
    assert "\nYour own file: " in nmes("protocols", "show", "my_tens").out


# --- check ---


def test_sound_files_are_ok_and_the_last_line_is_the_sum(nmes: Nmes) -> None:
    told = nmes("protocols", "check", str(SHIPPED), str(TENS))
    assert (told.code, told.err) == (0, "")
    lines = [line for line in told.out.splitlines() if " warning: " not in line]
    assert lines[:2] == [f"{SHIPPED}: ok", f"{TENS}: ok"]
    assert lines[2].startswith("2 files: all sound; ")


@pytest.mark.campaign
def test_every_shipped_file_is_sound(nmes: Nmes) -> None:
    told = nmes("protocols", "check", str(shipped_folder()))
    assert told.code == 0
    assert told.out.splitlines()[-1].startswith(f"{len(Library().files())} files: all sound; ")


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
    assert told.out.splitlines()[-1].startswith("2 files: 1 sound, 1 bad with ")


def test_a_doubtful_practice_is_a_warning_with_its_place_and_no_error(nmes: Nmes, tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("off_s: 10", "off_s: 1")
    file = tmp_path / f"{CRAMP}.yaml"
    file.write_text(text, encoding="utf-8")
    told = nmes("protocols", "check", str(file))
    line = next(number for number, line in enumerate(text.splitlines(), 1) if "off_s: 1" in line)
    assert told.code == 0
    assert told.out.startswith(f"{file}: ok\n")
    assert f"{file}:{line}:12 warning: stages.0.off_s: 1 — " in told.out
    assert told.out.splitlines()[-1].startswith("1 file: sound; ")


def test_an_own_file_with_a_shipped_id_is_no_sound_file(nmes: Nmes, home: Path) -> None:
    file = home / "protocols" / "tens_conventional.yaml"
    file.parent.mkdir(parents=True)
    file.write_bytes(TENS.read_bytes())
    told = nmes("protocols", "check", str(file))
    assert told.code == 1
    assert "a shipped protocol has this id already" in told.out
    for asked in ("tens_conventional", str(file)):
        run = nmes("run", asked, "--plain")
        assert run.code == 2
        assert "give this one another id" in run.err


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
    assert told.out.startswith(f"{SHIPPED}: ok\n")


def test_a_protocol_can_be_checked_by_its_id(nmes: Nmes, home: Path) -> None:
    nmes(*MY_TENS)
    told = nmes("protocols", "check", "my_tens")
    assert told.code == 0
    assert told.out.startswith(f"{home / 'protocols' / 'my_tens.yaml'}: ok\n")


def test_a_folder_without_protocols_is_wrong_input(nmes: Nmes, tmp_path: Path) -> None:
    told = nmes("protocols", "check", str(tmp_path))
    assert (told.code, told.err) == (2, f"nmes: {tmp_path}: no protocol files in this folder\n")


def test_a_bad_protocol_cannot_be_run_and_every_problem_is_a_line(nmes: Nmes, folder: Path) -> None:
    told = nmes("run", str(folder / "deeper" / "bad_one.yaml"), "--plain")
    assert told.code == 2
    assert len(told.err.splitlines()) >= 2
    assert all(line.startswith("nmes: ") for line in told.err.splitlines())
