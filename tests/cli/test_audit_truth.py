"""What `nmes audit` says of a record that is damaged, foreign, archived or no session: no more than is true."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli.conftest import Nmes, records

from helpers.chain import Station
from helpers.forging import hash_in
from helpers.verifiers import both, theirs
from nmes.core.care_events import Archived, Diary
from nmes.language import use
from nmes.record import ledger
from nmes.record.clocks import system_clocks
from nmes.record.files import Kind
from nmes.record.head_code import code_of
from nmes.record.ledger import Author
from nmes.runtime.library import Library
from nmes.trial.hand_turned import HandTurned


@pytest.fixture
def station(home: Path) -> Station:
    home.mkdir()
    return Station(home)


@pytest.fixture
def kept(station: Station) -> list[Path]:
    return [station.session(begun=f"2026-11-2{day}T09:15:00Z") for day in range(1, 4)]


def _head(path: Path) -> str:
    return code_of(hash_in(path.read_bytes().splitlines()[-1]))


NOT_CHECKED = "The record's seals were not checked: entry 1 does not hold, or does not follow what is before it."


def test_a_signed_session_whose_predecessor_is_gone_is_not_called_unsigned(nmes: Nmes, kept: list[Path]) -> None:
    kept[1].unlink()
    one, every, shown = nmes("audit", "verify", "3"), nmes("audit", "verify"), nmes("audit", "show", "3")
    assert (one.code, every.code, shown.code) == (1, 1, 1)
    assert NOT_CHECKED in one.out
    assert NOT_CHECKED in shown.out
    assert "The seals of 1 file were not checked: its entry 1 does not hold, or does not follow." in every.out
    assert not any("ot signed" in told.out or "ot sealed" in told.out for told in (one, every, shown))


def test_an_unsigned_session_is_still_called_so(nmes: Nmes, home: Path) -> None:
    home.mkdir()
    first, _second = [Station(home, signed=False).session() for _ in range(2)]
    first.unlink()
    assert "not sealed by a station" in nmes("audit", "verify", "2").out
    assert "1 file is not s" in nmes("audit", "verify").out


def test_a_first_entry_that_cannot_be_read_says_nothing_of_signatures(nmes: Nmes, kept: list[Path]) -> None:
    kept[1].write_bytes(kept[1].read_bytes().replace(b'"P-017"', b'"P-018"', 1))
    assert NOT_CHECKED in nmes("audit", "verify", "2").out
    assert "not signed" not in nmes("audit", "verify", "--all").out


def test_the_report_of_such_a_session_tells_what_is_in_it(nmes: Nmes, home: Path) -> None:
    for _ in range(2):
        HandTurned(Library().load("tens_conventional"), home).finish()
    records(home)[0].unlink()
    told = nmes("report", "2")
    said = " ".join(told.out.split())
    assert told.code == 1
    assert NOT_CHECKED in said
    assert "TENS" in said
    assert "What follows entry 0 is not told" not in said
    assert "not sealed" not in said


def test_damage_in_the_middle_is_not_told_as_a_first_or_last_entry(nmes: Nmes, home: Path) -> None:
    HandTurned(Library().load("tens_conventional"), home).finish()
    (path,) = records(home)
    lines = path.read_bytes().splitlines(keepends=True)
    at = len(lines) // 2
    lines[at] = lines[at].replace(b'"t_mono_ns":"', b'"t_mono_ns":"1', 1)
    path.write_bytes(b"".join(lines))
    told = nmes("audit", "show", "1")
    assert f"DAMAGED at entry {at + 1} (altered)" in told.out
    assert "HOW IT ENDED IS NOT TOLD: nothing is read after an entry that was damaged." in told.out
    assert "first or last entry" not in told.out


def test_a_care_file_has_no_report(nmes: Nmes, home: Path) -> None:
    home.mkdir()
    Station(home).session()
    ledger.write(home, Kind.PATIENT, [Diary("P-017", "left", "2026-11-16", 1)],
                 Author("Anna", "station-1", system_clocks(), Station(home).key))  # fmt: skip
    told = nmes("report", "2")
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert "holds entries of the course of care, and no session: nmes audit show 2" in told.err


def test_an_end_that_is_missing_is_named_as_one(nmes: Nmes, kept: list[Path]) -> None:
    lines = kept[1].read_bytes().splitlines(keepends=True)
    kept[1].write_bytes(b"".join(lines[:-2]))
    told = nmes("audit", "verify", "2")
    entry = len(lines) - 1
    assert f"DAMAGED at entry {entry} (cut): What stood there is missing or was replaced" in told.out
    assert f"{kept[1]}, after its last line, {entry - 1}" in told.out
    assert "before it" not in told.out


def _with_number(folder: Path, strange: Path, number: int) -> Path:
    return Path(shutil.copy(strange, folder / f"{number:06}{strange.name[6:]}"))


@pytest.mark.parametrize("last", [True, False])
def test_a_file_of_another_station_is_foreign_and_not_called_unsigned(
    nmes: Nmes, kept: list[Path], tmp_path: Path, last: bool
) -> None:
    (tmp_path / "other").mkdir()
    other = Station(tmp_path / "other")
    strange = [other.session(begun="2026-11-25T10:00:00Z") for _ in range(5 if last else 3)][-1]
    if not last:
        kept[1].unlink()
        kept[2].rename(kept[2].with_name("taken away"))
    copy = Path(shutil.copy(strange, kept[0].parent / strange.name))
    assert both(kept[0].parent).first is not None
    one, every = nmes("audit", "verify", copy.stem), nmes("audit", "verify", "--patients")
    assert (one.code, every.code) == (1, 1)
    said = f"{copy.stem}: DAMAGED at entry 1 (foreign): It belongs to another session or station, or was not"
    assert said in one.out
    assert said in every.out
    assert not any("ot signed" in told.out or "ot sealed" in told.out for told in (one, every))


def test_a_session_of_another_name_of_the_station_is_foreign_signed_or_not(nmes: Nmes, home: Path) -> None:
    home.mkdir()
    mine = Station(home, signed=False)
    paths = [mine.session() for _ in range(3)]
    paths[1].unlink()
    assert "(missing)" in nmes("audit", "verify", "3").out


# --- archived ---


@pytest.fixture
def archived(kept: list[Path], home: Path, station: Station) -> list[Path]:
    """The first two were archived and removed, on record; what is left."""
    through = kept[1]
    event = Archived(through.stem, hash_in(through.read_bytes().splitlines()[-1]), 2, "", "")
    ledger.write(home, Kind.PATIENT, [event], Author("Anna", "station-1", system_clocks(), station.key))
    return kept


def test_what_was_archived_and_removed_is_told(nmes: Nmes, archived: list[Path]) -> None:
    said = f"Sessions up to {archived[1].stem} were archived and removed: that is on record, sealed."
    assert said not in nmes("audit", "verify").out, "they are still there"
    for path in archived[:2]:
        path.unlink()
    told = nmes("audit", "verify")
    assert (told.code, said in told.out) == (0, True)
    both(archived[0].parent)


def test_a_head_of_an_archived_session_is_not_only_called_cut_off(nmes: Nmes, archived: list[Path], home: Path) -> None:
    first, end = _head(archived[0]), _head(archived[1])
    for path in archived[:2]:
        path.unlink()
    told = nmes("audit", "verify", "--head", first)
    assert told.code == theirs().main([str(home), "--head", first]) == 1
    assert (
        f"THE HEAD {first} IS NOT AMONG THE SESSIONS THAT ARE HERE. Patients: those up to {archived[1].stem}"
        in told.out
    )
    assert "DOES NOT HOLD" not in told.out
    told = nmes("audit", "verify", "--head", end)
    assert told.code == theirs().main([str(home), "--head", end]) == 0
    assert f"The head {end} is the end of {archived[1].stem}: it was archived and removed" in told.out
    assert nmes("audit", "verify", "3", "--head", end).code == 1
    assert theirs().main([str(archived[2]), "--head", end]) == 1


# --- what else was asked ---


def test_a_correction_of_a_damaged_record_is_entered_with_a_warning(nmes: Nmes, home: Path) -> None:
    HandTurned(Library().load("tens_conventional"), home).finish()
    (path,) = records(home)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[-1] = lines[-1].replace(b'"t_mono_ns":"', b'"t_mono_ns":"1', 1)
    path.write_bytes(b"".join(lines))
    told = nmes("audit", "correct", "1:3", "it was P-017", "--by", "Anna Berg", "--reason", "wrong code")
    assert told.code == 0
    assert f"this record does not hold: {path.stem}: DAMAGED at entry {len(lines)} (altered)" in told.err


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("audit", "show", "99"), "es gibt keine Sitzung „99“"),
        (("care", "sheet", "nothing"), "ein solches Blatt gibt es nicht"),
    ],
)
def test_errors_of_the_commands_are_in_the_readers_language(
    nmes: Nmes, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], said: str
) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    monkeypatch.setattr("nmes.cli.speaking.use", use)
    use("de")
    try:
        assert said in nmes(*asked).err
    finally:
        use("en")
