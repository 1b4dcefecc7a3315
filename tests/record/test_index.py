"""The index gives what the files say, whatever became of them or of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.core.view import FIRST_GIVEN
from nmes.record import index, store
from nmes.record.chain import NewEntry
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.index import rebuild, sessions
from nmes.record.journal import Journal
from nmes.record.store import CARE, Closed, Interrupted, Summary, Unfinished, Unreadable, list_sessions

Begin = Callable[..., Journal]
Session = Callable[..., Path]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sessions whose files were read, in order."""
    found: list[str] = []

    def watched(path: Path, kind: Kind, *, newest: bool) -> Summary | None:
        found.append(path.stem)
        return store.summary(path, kind, newest=newest)

    monkeypatch.setattr(index, "summary", watched)
    return found


def later_ns() -> int:
    """In the year 2116, long after everything here was written, whatever the computer's clock and the disk's say."""
    return 1 << 62


def listed(folder: Path, now_ns: Callable[[], int] = later_ns) -> list[Summary]:
    """Through the index, and held against the files themselves."""
    found = sessions(folder.parent, Kind.PATIENT, now_ns)
    assert found == list_sessions(folder.parent, Kind.PATIENT)
    return found


def test_without_records_there_is_no_list_and_no_index(tmp_path: Path) -> None:
    assert sessions(tmp_path / "none", Kind.PATIENT) == []
    assert sessions(tmp_path, Kind.SIMULATION) == []
    assert list(tmp_path.iterdir()) == []


def test_it_lists_what_the_files_say_and_reads_each_of_them_once(
    begin: Begin, session: Session, folder: Path, read: list[str]
) -> None:
    bound = {"protocol": "calf", "protocol_version": "3", "patient": "P-017", "side": "left"}
    first = session()
    begin(binding=bound).abandon()
    begin(binding=bound).close({"why": "complete"})
    running = begin()
    one, two, three, four = listed(folder)
    assert (one.session, one.ending, one.number) == (first.stem, Closed("completed"), 1)
    assert (two.patient, two.side, two.protocol, two.version) == ("P-017", "left", "calf", "3")
    assert (two.ending, three.ending, four.ending) == (Interrupted(), Closed("complete"), Unfinished())
    assert four.session == running.session
    assert len(read) == 4
    assert listed(folder) == [one, two, three, four]
    assert len(read) == 4, "nothing has changed"


def test_a_first_session_that_ended_as_planned_is_told_as_such_from_the_index_too(
    begin: Begin, folder: Path, read: list[str]
) -> None:
    for body in ({}, {"first_given": True}, {"first_given": "yes"}):
        begin().close({"why": "ended_early", **body})
    early, first = Closed("ended_early"), Closed("ended_early", first_given=True)
    for _ in range(2):
        assert [one.ending for one in listed(folder)] == [early, first, early]
    assert len(read) == 3
    assert (early.told_why, first.told_why) == ("ended_early", FIRST_GIVEN)
    assert Closed("complete", first_given=True).told_why == "complete"
    assert store.FIRST_GIVEN == FIRST_GIVEN, "one word in the view and in the record"


def test_a_session_that_goes_on_is_read_again_and_no_other(
    begin: Begin, session: Session, folder: Path, read: list[str]
) -> None:
    session()
    journal = begin()
    assert listed(folder)[-1].ending == Unfinished()
    read.clear()
    journal.close({"why": "complete"})
    assert listed(folder)[-1].ending == Closed("complete")
    assert read == [journal.session]


def test_the_newest_without_an_end_was_interrupted_once_another_follows(begin: Begin, folder: Path) -> None:
    begin().abandon()
    assert listed(folder)[0].ending == Unfinished()
    begin(binding={"about": CARE}).close({})
    assert listed(folder)[0].ending == Interrupted(), "entries of the course of care follow too"


def test_care_entries_are_no_sessions_and_are_not_read_again(begin: Begin, folder: Path, read: list[str]) -> None:
    begin(binding={"about": CARE}).close({})
    assert listed(folder) == listed(folder) == []
    assert len(read) == 1


def test_a_file_that_is_gone_leaves_the_index_too(session: Session, folder: Path, tmp_path: Path) -> None:
    gone, kept = session(), session()
    listed(folder)
    gone.unlink()
    assert [one.session for one in listed(folder)] == [kept.stem]
    assert gone.stem.encode() not in _rows(tmp_path)


def test_a_folder_that_is_gone_leaves_nobody_s_code_behind(begin: Begin, folder: Path, tmp_path: Path) -> None:
    journal = begin(binding={"patient": "P-017"})
    journal.close({})
    listed(folder)
    assert b"P-017" in _rows(tmp_path)
    journal.path.unlink()
    assert listed(folder) == []
    assert b"P-017" not in _rows(tmp_path)


def _rows(home: Path) -> bytes:
    """What the index can be asked for."""
    import sqlite3

    with sqlite3.connect(index.path(home)) as open_index:
        return repr(open_index.execute("SELECT * FROM session").fetchall()).encode()


def test_a_changed_file_of_the_same_length_and_time_is_read_again(session: Session, folder: Path) -> None:
    """Whoever sets the clock of a file back cannot set back when that was done."""
    path = session()
    listed(folder)
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"calf-cramp", b"calf-tramp"))
    while path.stat().st_ctime_ns == before.st_ctime_ns:  # until the next tick of the file system's clock
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert isinstance(listed(folder)[0].ending, Unreadable)


def test_what_is_being_written_just_now_is_not_kept(session: Session, folder: Path, read: list[str]) -> None:
    """Another change within one tick of the file system's clock would not show."""
    path = session()
    written_ns = path.stat().st_ctime_ns
    for after_ns in (0, 10_000_000):
        listed(folder, lambda after_ns=after_ns: written_ns + after_ns)  # type: ignore[misc]  # a loop's own value
    assert read == [path.stem] * 2
    listed(folder)
    listed(folder)
    assert read == [path.stem] * 3


def test_what_cannot_be_read_is_tried_at_each_look_and_never_kept(
    session: Session, folder: Path, read: list[str], tmp_path: Path
) -> None:
    path, other = session(), session()
    listed(folder)
    whole = path.read_bytes()
    path.write_bytes(whole[1:])
    read.clear()
    for _ in range(2):
        assert isinstance(listed(folder)[0].ending, Unreadable)
    assert read == [path.stem, path.stem]
    assert path.stem.encode() not in _rows(tmp_path)
    assert other.stem.encode() in _rows(tmp_path)
    path.write_bytes(whole)
    assert listed(folder)[0].ending == Closed("completed")


def test_a_file_that_cannot_even_be_asked_is_told(session: Session, folder: Path) -> None:
    session()
    (folder / "000002-20261121T091500Z-abcdef.jsonl").symlink_to(folder / "nowhere")
    one, two = listed(folder)
    assert one.ending == Closed("completed")
    assert two.ending == Unreadable("cannot be opened (No such file or directory)")


def test_the_two_chains_have_rows_of_their_own(session: Session, folder: Path, tmp_path: Path) -> None:
    path = session()
    simulated = tmp_path / "simulation"
    simulated.mkdir()
    (simulated / path.name).write_bytes(path.read_bytes())
    for _ in range(2):
        patients, simulation = (sessions(tmp_path, kind, later_ns) for kind in (Kind.PATIENT, Kind.SIMULATION))
        assert [one.path for one in patients] == [path]
        assert [(one.kind, one.path) for one in simulation] == [(Kind.SIMULATION, simulated / path.name)]


def test_it_is_for_its_owner_only(session: Session, folder: Path, tmp_path: Path) -> None:
    session()
    listed(folder)
    assert index.path(tmp_path).stat().st_mode & 0o777 == 0o600


def test_a_place_that_takes_nothing_costs_no_answer(session: Session, folder: Path, tmp_path: Path) -> None:
    session()
    index.path(tmp_path).mkdir()
    for _ in range(2):
        assert len(listed(folder)) == 1


def test_it_is_made_anew_when_asked(
    begin: Begin, session: Session, folder: Path, tmp_path: Path, read: list[str]
) -> None:
    assert rebuild(tmp_path / "none") == {Kind.PATIENT: 0, Kind.SIMULATION: 0}
    session()
    begin(binding={"about": CARE}).close({})
    index.path(tmp_path).write_bytes(b"no index")
    assert rebuild(tmp_path, later_ns) == {Kind.PATIENT: 1, Kind.SIMULATION: 0}
    read.clear()
    assert len(listed(folder)) == 1
    assert read == []


def test_whoever_asks_for_a_new_one_is_told_why_there_is_none(session: Session, tmp_path: Path) -> None:
    session()
    index.path(tmp_path).mkdir()
    with pytest.raises(RecordError, match=r"index\.sqlite: Is a directory"):
        rebuild(tmp_path)


def test_a_folder_that_cannot_be_read_is_the_asker_s_to_know(tmp_path: Path) -> None:
    (tmp_path / "records").write_bytes(b"a file")
    with pytest.raises(NotADirectoryError):
        sessions(tmp_path, Kind.PATIENT)


def test_no_text_that_a_person_typed_is_in_it(begin: Begin, folder: Path, tmp_path: Path) -> None:
    journal = begin()
    journal.append(NewEntry("event", {"text": "Frau Muster"}, "Dr Ada"))
    journal.close({"why": "complete"})
    listed(folder)
    data = index.path(tmp_path).read_bytes()
    assert b"Muster" not in data
    assert b"Ada" not in data
