"""Care entries: written together and whole, or not at all; read as they were written, and never from a damaged file."""

from __future__ import annotations

import errno
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest

from helpers.forging import entry_in, relinked
from nmes.core.care_events import (
    Answered,
    Assessed,
    CareEvent,
    Choice,
    Decided,
    Diary,
    Outcome,
    PlanEnded,
    Planned,
    Registered,
    Rule,
    Withdrawn,
)
from nmes.record import ledger
from nmes.record.canonical import canonical
from nmes.record.clocks import Clocks
from nmes.record.codec import encode
from nmes.record.errors import RecordBusy, RecordError, RecordUnavailable
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.ledger import Author
from nmes.record.standing import Standing
from nmes.record.store import list_sessions, read_session
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact

HOME = ("P-017", "left")
FAR_EAST = timezone(timedelta(hours=15))
EVENTS: tuple[CareEvent, ...] = (
    Registered("P-017"),
    Planned(*HOME, "calf", 2, 4, "2026-11-02", "fewer: lives far away"),
    PlanEnded(*HOME, "2026-11-21", "moved away"),
    Diary(*HOME, "2026-11-16", 4, 7, "after running"),
    Assessed(*HOME, Outcome.TUG, 9_400, "2026-11-21"),
    Answered(*HOME, "000001-s", 4, 3, None, dark_urine=False, skin_mark=True),
    Decided(
        *HOME, Rule.SHARE, "000001-s", (("to_permille", 650),), Choice.CHANGED, "", (("to_permille", 600),), "less"
    ),
    Withdrawn(*HOME, "000003-s", 2, "wrong leg"),
)


def enter(home: Path, clocks: Clocks, *events: CareEvent, kind: Kind = Kind.PATIENT) -> str:
    return ledger.write(
        home, kind, events, Author("Anna", "station-1", clocks, station_key(home), {"program": "nmes x"})
    )


def test_everything_that_can_be_entered_is_read_as_it_was_written(tmp_path: Path, clocks: Clocks) -> None:
    name = enter(tmp_path, clocks, *EVENTS)
    found = ledger.read(tmp_path, Kind.PATIENT)
    assert tuple(one.event for one in found.entered) == EVENTS
    assert {(one.session, one.by) for one in found.entered} == {(name, "Anna")}
    assert found.entered[0].t_utc.startswith("2026-11-21T09:15:00")
    days = {zone: str(ledger.read(tmp_path, Kind.PATIENT, zone).entered[0].day) for zone in (UTC, FAR_EAST)}
    assert days == {UTC: "2026-11-21", FAR_EAST: "2026-11-22"}
    assert (found.damaged, found.unread) == ((), ())
    stands_at = {one.seq: one.event for one in found.entered}
    entries = {entry.seq: entry for entry in read_session(session_files(tmp_path / "records")[0])}
    assert all(entries[seq].type == "care" for seq in stands_at)


def test_a_file_of_the_care_is_one_of_the_chain_signed_closed_and_no_session(tmp_path: Path, clocks: Clocks) -> None:
    enter(tmp_path, clocks, EVENTS[1])
    enter(tmp_path, clocks, EVENTS[3])
    verdicts = list(verify_chain(tmp_path / "records"))
    assert all(isinstance(one.verdict, Intact) and one.sealed is not None and one.sealed.known for one in verdicts)
    assert len(verdicts) == 2
    assert list_sessions(tmp_path, Kind.PATIENT) == []
    first = next(read_session(verdicts[0].path))
    assert (first.body["about"], first.body["chain"], first.body["program"]) == ("care", "records", "nmes x")


def test_without_a_key_it_is_an_unsigned_file(tmp_path: Path, clocks: Clocks) -> None:
    ledger.write(tmp_path, Kind.PATIENT, EVENTS[:1], Author("Anna", "station-1", clocks, None))
    assert [one.event for one in ledger.read(tmp_path, Kind.PATIENT).entered] == [EVENTS[0]]


def test_the_two_chains_never_mix_and_sessions_are_passed_over(tmp_path: Path, clocks: Clocks) -> None:
    enter(tmp_path, clocks, EVENTS[3], kind=Kind.SIMULATION)
    Journal.open(chain_folder(tmp_path, Kind.PATIENT), "station-1", {"protocol": "x"}, clocks).close({"why": "done"})
    assert ledger.read(tmp_path, Kind.PATIENT) == ledger.Ledger()
    assert len(ledger.read(tmp_path, Kind.SIMULATION).entered) == 1


def test_while_a_session_is_recorded_nothing_can_be_entered(tmp_path: Path, clocks: Clocks) -> None:
    session = Journal.open(chain_folder(tmp_path, Kind.PATIENT), "station-1", {"protocol": "x"}, clocks)
    with pytest.raises(RecordBusy):
        enter(tmp_path, clocks, EVENTS[3])
    session.close({"why": "done"})
    enter(tmp_path, clocks, EVENTS[3])


def test_where_no_record_can_be_kept_it_is_said(tmp_path: Path, clocks: Clocks) -> None:
    (tmp_path / "records").write_text("a file in the place of the folder")
    with pytest.raises(RecordUnavailable):
        enter(tmp_path, clocks, EVENTS[3])


def test_what_has_no_spelling_leaves_no_entry_and_the_chain_goes_on(tmp_path: Path, clocks: Clocks) -> None:
    with pytest.raises(RecordError, match="2\\^53"):
        enter(tmp_path, clocks, EVENTS[3], Assessed(*HOME, Outcome.TUG, 1 << 60, "2026-11-21"))
    assert ledger.read(tmp_path, Kind.PATIENT).entered == ()
    enter(tmp_path, clocks, EVENTS[3])
    assert [one.event for one in ledger.read(tmp_path, Kind.PATIENT).entered] == [EVENTS[3]]


def test_what_was_not_finished_was_never_entered(tmp_path: Path, clocks: Clocks) -> None:
    enter(tmp_path, clocks, EVENTS[3])
    (path,) = session_files(tmp_path / "records")
    lines = path.read_bytes().splitlines(keepends=True)
    for kept in range(1, len(lines)):
        path.write_bytes(b"".join(lines[:kept]))
        doubted = (path.stem,) if kept > 2 else ()
        assert ledger.read(tmp_path, Kind.PATIENT) == ledger.Ledger(damaged=doubted), "it may have been cut off"
    path.write_bytes(b"".join(lines)[:-20])
    assert ledger.read(tmp_path, Kind.PATIENT).damaged == (path.stem,), "closed; its signature is torn"


def test_once_anything_is_signed_what_is_not_or_by_a_stranger_is_not_believed_wherever_it_stands(
    tmp_path: Path, clocks: Clocks
) -> None:
    early = ledger.write(tmp_path, Kind.PATIENT, EVENTS[1:2], Author("Anna", "station-1", clocks, None))
    good = enter(tmp_path, clocks, EVENTS[3])
    doubted = [
        ledger.write(tmp_path, Kind.PATIENT, EVENTS[4:5], Author("Eve", "station-1", clocks, signer))
        for signer in (None, station_key(tmp_path / "stranger"))
    ]
    found = ledger.read(tmp_path, Kind.PATIENT)
    assert [one.session for one in found.entered] == [good]
    assert found.damaged == (early, *doubted)
    for path in (tmp_path / "keys").iterdir():
        path.unlink()
    assert early in ledger.read(tmp_path, Kind.PATIENT).damaged, "a file of the chain says that it is signed"


def test_a_station_that_has_a_key_signs_so_nothing_unsigned_is_believed(tmp_path: Path, clocks: Clocks) -> None:
    name = ledger.write(tmp_path, Kind.PATIENT, EVENTS[1:2], Author("Eve", "station-1", clocks, None))
    assert len(ledger.read(tmp_path, Kind.PATIENT).entered) == 1
    station_key(tmp_path)
    assert ledger.read(tmp_path, Kind.PATIENT) == ledger.Ledger(damaged=(name,))
    (tmp_path / "keys" / "station.pem").unlink()
    assert ledger.read(tmp_path, Kind.PATIENT).damaged == (name,)


def test_bad_news_stands_from_a_file_that_is_not_believed_and_nothing_else_of_it(
    tmp_path: Path, clocks: Clocks
) -> None:
    enter(tmp_path, clocks, EVENTS[3])
    stranger = Author("Eve", "station-1", clocks, station_key(tmp_path / "stranger"))
    told = (
        Answered(*HOME, "000001-s", 1, dark_urine=True, skin_mark=False, text="brown"),
        Answered(*HOME, "000001-s", dark_urine=False),
        Answered(*HOME, "000001-s", skin_mark=True),
        EVENTS[7],
    )
    name = ledger.write(tmp_path, Kind.PATIENT, told, stranger)
    found = ledger.read(tmp_path, Kind.PATIENT)
    assert found.damaged == (name,)
    assert [one.event for one in found.entered][1:] == [
        Answered(*HOME, "000001-s", dark_urine=True),
        Answered(*HOME, "000001-s", skin_mark=True),
    ]


def test_an_entry_with_an_unreadable_time_has_no_day(tmp_path: Path, clocks: Clocks) -> None:
    ledger.write(tmp_path, Kind.PATIENT, EVENTS[:1], Author("Anna", "station-1", clocks, None))
    (path,) = session_files(tmp_path / "records")
    lines = path.read_bytes().splitlines()
    first = entry_in(lines[0])["prev"]
    for t_utc in ("?", "0001-01-01T00:00:00.000Z"):
        told = relinked(lines, first, lambda entry, t_utc=t_utc: entry | {"t_utc": t_utc})
        path.write_bytes(b"".join(told))
        (read,) = ledger.read(tmp_path, Kind.PATIENT, timezone(timedelta(hours=-1))).entered
        assert (read.t_utc, read.day) == (t_utc, None)


def test_a_damaged_file_is_named_and_the_others_are_read(tmp_path: Path, clocks: Clocks) -> None:
    bad = enter(tmp_path, clocks, EVENTS[3])
    enter(tmp_path, clocks, EVENTS[4])
    path = tmp_path / "records" / f"{bad}.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"cramps":4', b'"cramps":1'))
    found = ledger.read(tmp_path, Kind.PATIENT)
    assert (found.damaged, [one.event for one in found.entered]) == ((bad,), [EVENTS[4]])


def test_an_entry_of_a_newer_program_is_told_and_hides_no_other_file(tmp_path: Path, clocks: Clocks) -> None:
    strange = Journal.open(tmp_path / "records", "station-1", {"about": "care"}, clocks, signer=station_key(tmp_path))
    strange.append(ledger.NewEntry(ledger.ENTRY, {"event": {"type": "Horoscope"}}, "Anna"))
    strange.close({"why": "entered"})
    enter(tmp_path, clocks, EVENTS[4])
    found = ledger.read(tmp_path, Kind.PATIENT)
    assert (found.unread, found.damaged, len(found.entered)) == ((strange.session,), (), 1)


def test_bad_news_stands_from_a_file_of_a_newer_program_whatever_event_or_field_it_does_not_know(
    tmp_path: Path, clocks: Clocks
) -> None:
    whose = {"code": "P-017", "side": "left"}
    told = [
        encode(Answered(*HOME, "000001-s", 1, dark_urine=True, skin_mark=False)) | {"pain": 3},
        {"type": "Horoscope", **whose, "skin_mark": True, "dark_urine": "no"},
        {"type": "Horoscope", **whose, "skin_mark": False},
        encode(Answered(*HOME, "000001-s", dark_urine=False)),
        "a text",
    ]
    strange = Journal.open(tmp_path / "records", "station-1", {"about": "care"}, clocks)
    for event in told:
        strange.append(ledger.NewEntry(ledger.ENTRY, {"event": event}, "Anna"))
    strange.close({"why": "entered"})
    found = ledger.read(tmp_path, Kind.PATIENT)
    assert (found.unread, found.damaged) == ((strange.session,), ())
    assert [(one.event, one.by, one.seq) for one in found.entered] == [
        (Answered(*HOME, "000001-s", dark_urine=True), "Anna", 2),
        (Answered(*HOME, "", skin_mark=True), "Anna", 3),
    ]


def test_a_folder_that_cannot_be_read_is_said(tmp_path: Path, clocks: Clocks, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> Standing:
        raise OSError(errno.EIO, "Input/output error")

    enter(tmp_path, clocks, EVENTS[4])
    monkeypatch.setattr(ledger, "standing", fails)
    with pytest.raises(RecordError, match="cannot be read"):
        ledger.read(tmp_path, Kind.PATIENT)


def test_the_body_of_an_entry_is_plain_and_canonical(tmp_path: Path, clocks: Clocks) -> None:
    enter(tmp_path, clocks, *EVENTS)
    for entry in read_session(session_files(tmp_path / "records")[0]):
        assert canonical(entry.body)
