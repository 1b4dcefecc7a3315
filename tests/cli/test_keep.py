"""`nmes audit erase|correct|archive|restore`: in a person's name, on record, and never by a slip."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cli.conftest import Nmes, Result, records

from nmes.cli.exits import crashed
from nmes.core import events as e
from nmes.core.care_events import Answered, Corrected, Erased, Planned
from nmes.core.measurement import Who
from nmes.record.chain import decode_line
from nmes.record.clocks import Clocks
from nmes.record.files import Kind, session_files
from nmes.record.journal import Journal
from nmes.record.ledger import read
from nmes.record.store import read_session
from nmes.record.texts import texts_path
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact
from nmes.runtime.course import enter
from nmes.runtime.library import Library
from nmes.trial.hand_turned import HandTurned

ANNA = ("--by", "Anna Berg")
WHY = ("--reason", "the patient asked")
STILL = Clocks(lambda: 1_767_312_000_000, lambda: 0, "boot-1")
"""2026-01-02."""


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one simulated session of P-017 in which somebody typed."""
    folder = tmp_path_factory.mktemp("kept") / "home"
    live = HandTurned(Library().load("tens_conventional"), folder, Who("P-017", "left"))
    live.post(e.Mark("pain", "Erika fell"))
    live.post(e.Mark("note", "was tired"))
    live.finish()
    return folder


@pytest.fixture
def session(kept: Path, home: Path) -> Path:
    shutil.copytree(kept, home)
    return records(home)[0]


def texts(path: Path) -> str:
    return str([one.body for one in read_session(path) if one.type == "event"])


def entered(home: Path) -> object:
    return read(home, Kind.SIMULATION).entered[-1].event


def intact(home: Path) -> bool:
    return all(isinstance(one.verdict, Intact) for one in verify_chain(home / "simulation"))


def refused(result: Result, said: str) -> None:
    assert (result.code, result.err.count("\n")) == (2, 1), result
    assert re.search(said, result.err), result.err


def at(path: Path, text: bytes) -> int:
    """The number of the entry whose event has these bytes."""
    return next(decode_line(line).seq for line in path.read_bytes().splitlines(keepends=True) if text in line)


# --- erase ---


def test_the_texts_of_a_session_are_erased_on_record(nmes: Nmes, session: Path, home: Path) -> None:
    reports = home / "reports"
    reports.mkdir()
    for name in (f"simulation-{session.stem}.html", f"simulation-{session.stem}-audit.pdf", "simulation-000002-x.html"):
        (reports / name).touch()
    result = nmes("audit", "erase", "1", *ANNA, *WHY, "--yes")
    assert result.code == 0, result.err
    assert f"{session.stem}  P-017 left  2 free texts\n" in result.out
    assert "Erased. By Anna Berg, on record in 000002-" in result.out
    assert "Copies elsewhere, such as archives and printed reports, still hold them" in result.out
    assert [path.name for path in reports.iterdir()] == ["simulation-000002-x.html"]
    assert result.out.count("is removed: it may have held them") == 2
    assert "Erika" not in texts(session) + texts_path(session).read_text()
    assert intact(home)
    found = entered(home)
    assert isinstance(found, Erased)
    assert (found.code, found.side, found.session, len(found.hashes)) == ("P-017", "left", session.stem, 2)
    again = nmes("audit", "erase", "1", *ANNA, *WHY, "--yes")
    assert (again.code, again.out) == (0, "There are no free texts to erase.\n")


def test_what_was_erased_stands_in_no_report_where_the_session_has_no_code(nmes: Nmes, home: Path) -> None:
    live = HandTurned(Library().load("tens_conventional"), home)
    live.finish()
    [session] = records(home)
    assert nmes("audit", "correct", "1:2", "SECRETX", *ANNA, *WHY).code == 0
    assert nmes("audit", "report", "1").code == 0
    [report] = (home / "reports").iterdir()
    assert "SECRETX" in report.read_text()
    result = nmes("audit", "erase", "2", *ANNA, *WHY, "--yes")
    assert (result.code, f"The report {report.name} is removed" in result.out) == (0, True), result.err
    assert session.exists()
    assert not [path for path in home.rglob("*") if path.is_file() and b"SECRETX" in path.read_bytes()]


def test_details_of_faults_may_hold_what_was_typed_and_are_named(nmes: Nmes, session: Path, home: Path) -> None:
    one = at(session, b'"pain"')
    assert "its own faults" not in nmes("audit", "erase", f"1:{one}", *ANNA, *WHY, "--yes").out
    crashed(RuntimeError("was tired"))
    result = nmes("audit", "erase", "1", *ANNA, *WHY, "--yes")
    assert f"its own faults may hold them, and tells not whose: look at {home / 'crash'}." in result.out
    assert len(list((home / "crash").iterdir())) == 1


def test_one_entry_or_all_of_a_patient_is_erased(nmes: Nmes, session: Path, home: Path) -> None:
    one = at(session, b'"pain"')
    assert nmes("audit", "erase", f"1:{one}", *ANNA, *WHY, "--yes").code == 0
    assert "Erika" not in texts(session)
    assert "was tired" in texts(session)
    assert nmes("care", "diary", "P-017", "--cramps", "3", "--note", "Erika again", "--side", "left", "--simulation",
                *ANNA).code == 0  # fmt: skip
    result = nmes("audit", "erase", "--patient", "P-017", "--simulation", *ANNA, *WHY, "--yes")
    assert result.code == 0
    lines = [line for line in result.out.splitlines() if "P-017" in line]
    assert [line[:6] for line in lines] == ["000001", "000003"], "not the reason of the erasure"
    again = nmes("audit", "erase", "--patient", "P-017", "--simulation", *ANNA, *WHY, "--yes")
    assert (again.code, again.out) == (0, "There are no free texts to erase.\n")
    assert "was tired" not in texts(session)
    assert not any("Erika" in texts_path(path).read_text() for path in session_files(home / "simulation"))
    assert intact(home)


def test_a_code_that_nothing_is_on_record_of_is_no_patient_without_texts(nmes: Nmes, session: Path, home: Path) -> None:
    before = texts_path(session).read_bytes()
    erase = ("audit", "erase", "--patient")
    none = r'no record of "{}" in this chain \({}\)'
    like = nmes(*erase, "P-0I7", "--simulation", *ANNA, *WHY, "--yes")
    refused(like, none.format("P-0I7", "Simulation") + "; like it: P-017\n")
    refused(nmes(*erase, "Z", "--simulation", *ANNA, *WHY), none.format("Z", "Simulation") + "\n")
    other = nmes(*erase, "P-017", *ANNA, *WHY, "--yes")
    refused(other, none.format("P-017", "Patients") + r"; it is on record in the other one \(Simulation\): add")
    assert texts_path(session).read_bytes() == before


def test_nothing_is_erased_by_a_slip(nmes: Nmes, session: Path) -> None:
    result = nmes("audit", "erase", "1", *ANNA, *WHY)
    assert "2 free texts" in result.out
    refused(result, "nothing was erased: it cannot be taken back; add --yes")
    refused(nmes("audit", "erase", "1", *ANNA, "--yes"), "a reason is needed")
    refused(nmes("audit", "erase", "1", *WHY, "--yes"), "--by: say who enters it")
    refused(nmes("audit", "erase", *ANNA, *WHY, "--yes"), "say what to erase")
    refused(nmes("audit", "erase", "1", "--patient", "P-017", *ANNA, *WHY, "--yes"), "say what to erase")
    refused(nmes("audit", "erase", "7", *ANNA, *WHY, "--yes"), 'no session "7"')
    refused(nmes("audit", "erase", "1:9999", *ANNA, *WHY, "--yes"), "has no entry 9999")
    for place in ("1:", "1:²", "1:99999999999"):
        refused(nmes("audit", "erase", place, *ANNA, *WHY, "--yes"), "is no entry: write SESSION:N")
    assert "Erika" in texts(session)


def test_texts_of_which_nobody_can_tell_whose_they_are_are_named(nmes: Nmes, session: Path) -> None:
    session.write_bytes(session.read_bytes().replace(b'"P-017"', b'"P-018"', 1))
    result = nmes("audit", "erase", "--patient", "P-017", "--simulation", *ANNA, *WHY, "--yes")
    assert (result.code, result.out) == (1, "There are no free texts to erase.\n")
    assert f"{session.stem} has free texts, and damaged or missing entries hide whose they are" in result.err
    assert "(nmes audit erase 1)" in result.err
    result = nmes("care", "diary", "P-017", "--cramps", "3", "--note", "Erika again", "--side", "left", "--simulation",
                  *ANNA)  # fmt: skip
    assert result.code == 0
    result = nmes("audit", "erase", "--patient", "P-017", "--simulation", *ANNA, *WHY, "--yes")
    assert (result.code, "on record in 000003-" in result.out, "hide whose they are" in result.err) == (1, True, True)
    assert nmes("audit", "erase", "1", *ANNA, *WHY, "--yes").code == 0
    result = nmes("audit", "erase", "--patient", "P-017", "--simulation", *ANNA, *WHY, "--yes")
    assert (result.code, result.err) == (0, "")


def test_what_was_left_behind_goes_although_there_is_nothing_to_erase(nmes: Nmes, session: Path, home: Path) -> None:
    staged = home / "restore-simulation-ab12" / "simulation" / texts_path(session).name
    staged.parent.mkdir(parents=True)
    shutil.copy(texts_path(session), staged)
    refused(nmes("audit", "erase", "--patient", "P-099", "--simulation", *ANNA, *WHY, "--yes"), 'no record of "P-099"')
    assert not (home / "restore-simulation-ab12").exists()


def test_an_erasure_waits_for_the_end_of_a_session(nmes: Nmes, session: Path, home: Path) -> None:
    running = Journal.open(home / "simulation", "station-1", {}, STILL)
    result = nmes("audit", "erase", "1", *ANNA, *WHY, "--yes")
    assert (result.code, "a session is running there" in result.err) == (1, True)
    running.abandon()
    assert "Erika" in texts(session)


# --- correct ---


def test_a_correction_points_at_the_entry_and_changes_nothing(nmes: Nmes, session: Path, home: Path) -> None:
    before, seq = session.read_bytes(), at(session, b'"pain"')
    result = nmes("audit", "correct", f"1:{seq}", "it was the other knee", *ANNA, "--reason", "slip of the tongue")
    assert result.code == 0, result.err
    assert (
        f"Corrected: {session.stem}:{seq} stays as it was written, and this stands beside it. By Anna Berg"
        in result.out
    )
    assert session.read_bytes() == before
    assert intact(home)
    entry = next(one for one in read_session(session) if one.seq == seq)
    told = Corrected("P-017", "left", session.stem, seq, entry.hash, "it was the other knee", "slip of the tongue")
    assert entered(home) == told
    care = session_files(home / "simulation")[-1]
    assert b"knee" not in care.read_bytes(), "it can be erased too"
    assert "right is: it was the other knee; why: slip of the tongue" in " ".join(nmes("report", "1").out.split())


def test_a_correction_that_cannot_be_right_is_one_error(nmes: Nmes, session: Path, home: Path) -> None:
    refused(nmes("audit", "correct", "1", "x y", *ANNA, *WHY), "name the entry as SESSION:N")
    refused(nmes("audit", "correct", "1:9999", "x y", *ANNA, *WHY), "has no entry 9999")
    refused(nmes("audit", "correct", "1:3", " ", *ANNA, *WHY), "say what is right instead")
    refused(nmes("audit", "correct", "1:3", "right so", *ANNA), "a reason is needed")
    assert nmes("audit", "erase", "1", *ANNA, *WHY, "--yes").code == 0
    refused(nmes("audit", "correct", "2:3", "right so", *ANNA, *WHY), "holds care entries: .*nmes care withdraw")
    session.write_bytes(b"x" + session.read_bytes())
    refused(nmes("audit", "correct", "1:3", "right so", *ANNA, *WHY), "has no entry 3")
    assert len(session_files(home / "simulation")) == 2


def test_a_correction_of_a_session_of_nobody_is_entered_and_waits_its_turn(
    nmes: Nmes, home: Path, tmp_path: Path
) -> None:
    HandTurned(Library().load("tens_conventional"), home).finish()
    assert nmes("audit", "correct", "1:3", "it was P-017", *ANNA, *WHY).code == 0
    found = entered(home)
    assert isinstance(found, Corrected)
    assert (found.code, found.side) == ("", "")
    assert "right is: it was P-017" in " ".join(nmes("report", "1").out.split())
    (home / "simulation" / "lock").unlink()
    (home / "simulation" / "lock").mkdir()
    result = nmes("audit", "correct", "1:3", "it was P-017", *ANNA, *WHY)
    assert (result.code, result.err.count("\n")) == (1, 1)


# --- archive and restore ---


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    return tmp_path / "chain.zip"


def test_a_chain_is_archived_and_comes_back(
    nmes: Nmes, session: Path, home: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = nmes("audit", "archive", str(archive), "--simulation")
    assert result.code == 0, result.err
    assert f"Archived and read back: 1 file of the chain, in {archive}" in result.out
    assert re.search(r"Head code: ([0-9A-Z]{5}-){4}[0-9A-Z]\n", result.out)
    assert "no private key and no names" in result.out
    refused(nmes("audit", "archive", str(archive), "--simulation"), "is there already; nothing was written over it")
    monkeypatch.setenv("NMES_HOME", str(tmp_path / "new"))
    put = nmes("audit", "restore", str(archive))
    assert put.code == 0, put.err
    assert f"Put back to {tmp_path / 'new' / 'simulation'}: 1 file\n" in put.out
    assert "came with the archive: compare it" in put.out
    assert records(tmp_path / "new")[0].read_bytes() == session.read_bytes()
    assert nmes("audit", "verify").code == 0


def test_a_damaged_record_is_archived_and_told(nmes: Nmes, session: Path, archive: Path) -> None:
    session.write_bytes(session.read_bytes().replace(b'"pain"', b'"pein"', 1))
    result = nmes("audit", "archive", str(archive), "--simulation")
    assert result.code == 1
    assert re.search(rf"{session.stem}: DAMAGED at entry \d+ \(altered\): ", result.err)
    assert archive.exists()


def test_what_cannot_be_archived_or_restored_is_one_error(
    nmes: Nmes, session: Path, archive: Path, tmp_path: Path
) -> None:
    refused(nmes("audit", "archive", str(tmp_path / "no" / "a.zip"), "--simulation"), "there is no folder .*no$")
    refused(nmes("audit", "restore", str(tmp_path / "no.zip")), r"there is no file .*no\.zip$")
    for result in (nmes("audit", "archive", str(archive)), nmes("audit", "restore", str(session))):
        assert (result.code, result.err.count("\n")) == (1, 1), result
    assert not archive.exists()


@pytest.fixture
def removing(nmes: Nmes, archive: Path) -> Callable[..., Result]:
    def removing(day: str = "2027-01-01", *more: str, yes: bool = True) -> Result:
        said = (*ANNA, *WHY, *more, *(("--yes",) if yes else ()))
        return nmes("audit", "archive", str(archive), "--simulation", "--remove-before", day, *said)

    return removing


def test_what_was_archived_is_removed_on_record(
    nmes: Nmes, session: Path, home: Path, removing: Callable[..., Result], archive: Path
) -> None:
    (home / "reports").mkdir()
    (home / "reports" / f"simulation-{session.stem}.html").touch()
    result = removing()
    assert result.code == 0, result.err
    assert "1 report of them is removed too." in result.out
    assert list((home / "reports").iterdir()) == []
    assert f"Removed: 1 file, up to {session.stem}. By Anna Berg, on record in 000002-" in result.out
    assert [path.name[:6] for path in records(home)] == ["000002"]
    assert nmes("audit", "verify").code == 0
    assert nmes("audit", "restore", str(archive)).code == 0
    assert [path.name[:6] for path in records(home)] == ["000001", "000002"]
    assert nmes("audit", "verify").code == 0


def test_nothing_is_removed_by_a_slip(
    nmes: Nmes, session: Path, removing: Callable[..., Result], archive: Path
) -> None:
    refused(removing(yes=False), "nothing was archived or removed: .*add --yes")
    refused(removing("last year"), "is no day: write it as 2026-11-21")
    refused(nmes("audit", "archive", str(archive), "--simulation", "--remove-before", "2027-01-01", *ANNA, "--yes"),
            "a reason is needed")  # fmt: skip
    assert not archive.exists()
    result = removing("2020-01-01")
    assert result.code == 0
    assert "Nothing was begun before 2020-01-01: nothing was removed." in result.out
    assert session.exists()


def test_a_plan_in_force_is_not_forgotten(
    session: Path, home: Path, removing: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 1, 2, tzinfo=UTC)
    monkeypatch.setattr("nmes.cli.audit_keep.now", lambda: now)
    plan = Planned("P-017", "left", "tens_conventional", 2, 4, "2026-01-01")
    enter(home, Kind.SIMULATION, [plan], "Anna", now, STILL)
    result = removing()
    assert result.code == 1
    assert "nothing was removed: plans in force would be forgotten (P-017 left)" in result.err
    assert session.exists()


def test_what_was_told_against_stimulation_is_not_forgotten(
    session: Path, home: Path, removing: Callable[..., Result]
) -> None:
    told = Answered("P-017", "left", session.stem, dark_urine=True, skin_mark=True)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    enter(home, Kind.SIMULATION, [told], "Anna", now, STILL)
    result = removing()
    assert result.code == 1
    whose = "P-017 left: dark urine; P-017 left: a mark on the skin"
    assert f"what was told against stimulation stands, and would be forgotten ({whose})" in " ".join(result.err.split())
    assert session.exists()


def test_a_folder_in_the_place_of_a_record_ends_an_archive_in_one_sentence(
    session: Path, nmes: Nmes, tmp_path: Path
) -> None:
    odd = session.with_name("000009-20260101T000000Z-ab.jsonl")
    odd.mkdir()
    result = nmes("audit", "archive", str(tmp_path / "a.zip"), "--simulation")
    assert result.code == 1
    assert f"{odd}: the record cannot be read: Is a directory" in " ".join(result.err.split())
    assert not (tmp_path / "a.zip").exists()


@pytest.mark.thorough
def test_what_does_not_verify_is_not_removed(session: Path, removing: Callable[..., Result]) -> None:
    session.write_bytes(session.read_bytes().replace(b'"pain"', b'"pein"', 1))
    result = removing()
    assert result.code == 1
    assert "does not verify: nothing is removed" in result.err
    assert session.exists()
