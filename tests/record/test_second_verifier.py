"""What docs/verify_record.py says, beside the code it ends with: what is good too, of what, and where a head stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.chain import QUICK
from helpers.days import Station
from helpers.forging import hash_in
from helpers.verifiers import theirs
from nmes.core.care_events import Diary
from nmes.record import ledger
from nmes.record.clocks import system_clocks
from nmes.record.files import Kind, session_files
from nmes.record.head_code import code_of
from nmes.record.ledger import Author


@pytest.fixture
def station(tmp_path: Path) -> Station:
    made = Station(tmp_path / "station")
    for number in range(3):
        made.session(f"text {number}")
    return made


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    capsys.readouterr()
    code = theirs().main([str(one) for one in arguments])
    return code, capsys.readouterr().out


def test_what_is_good_is_said_and_entries_of_the_care_are_no_sessions(
    station: Station, capsys: pytest.CaptureFixture[str]
) -> None:
    author = Author("Anna", "station-1", system_clocks(), station.key, disk=QUICK)
    ledger.write(station.home, Kind.PATIENT, [Diary("P-017", "left", "2026-11-16", 4)], author)
    code, said = told(capsys, station.folder)
    assert code == 0
    assert "records: 3 session(s), 1 file(s) of entries between sessions, " in said
    assert " entries that hold: none altered.\n" in said


def test_what_is_not_good_is_counted_and_what_is_not_finished_is_not_called_good(
    station: Station, capsys: pytest.CaptureFixture[str]
) -> None:
    files = session_files(station.folder)
    newest = files[2].read_bytes()
    files[2].write_bytes(b"")
    code, said = told(capsys, station.folder)
    assert code == 3
    assert f"records/{files[2].stem}: its file is empty: nothing is left of it.\n" in said
    assert "whole, but for what is told above.\n" in said
    assert told(capsys, files[2])[0] == 3
    files[2].write_bytes(newest[:-9])
    assert "whole, but for what is told above.\n" in told(capsys, station.folder)[1]
    files[2].write_bytes(newest.replace(b"text", b"next"))
    code, said = told(capsys, station.folder)
    assert code == 1
    assert "1 of these files DAMAGED.\n" in said


def test_a_file_in_which_nothing_was_ever_written_is_told(station: Station, capsys: pytest.CaptureFixture[str]) -> None:
    empty = station.folder / "000004-20261125T091500Z-ab.jsonl"
    empty.touch()
    station.session("after it")
    code, said = told(capsys, station.folder)
    assert code == 0
    assert f"{empty.stem}: no entry stands in it; the session after it goes on from the one before it.\n" in said


def test_a_head_that_holds_is_confirmed_with_its_place(station: Station, capsys: pytest.CaptureFixture[str]) -> None:
    first = session_files(station.folder)[0]
    lines = first.read_bytes().splitlines(keepends=True)
    code, said = told(capsys, station.folder, "--head", code_of(hash_in(lines[-1])))
    assert code == 0
    assert f"The head that was given holds: it is entry {len(lines)} of records/{first.stem}.\n" in said
    code, said = told(capsys, station.folder, "--head", code_of("5" * 64))
    assert code == 1
    assert "The chain does not hold this head: cut off, rolled back or replaced.\n" in said


def test_a_head_of_what_was_archived_and_removed_is_told_as_that(
    station: Station, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, _third = session_files(station.folder)
    heads = [code_of(hash_in(path.read_bytes().splitlines()[-1])) for path in (first, second)]
    station.remove(station.archive(), "2026-11-23")
    assert not second.exists()
    code, said = told(capsys, station.folder, "--head", heads[1])
    assert code == 0
    end = f"the end of records/{second.stem}, archived and removed: the chain goes on from it"
    assert f"The head that was given holds: it is {end}.\n" in said
    code, said = told(capsys, station.folder, "--head", heads[0])
    assert code == 1
    assert (
        f"Those up to records/{second.stem} were archived and removed, on record: if it is of one of them, the" in said
    )
