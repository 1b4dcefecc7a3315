"""Who has been treated, what was left without an end, and what cannot be read: nobody hides anybody."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from nmes.record.files import Kind
from nmes.record.journal import Journal
from nmes.record.patients import People, of_sessions
from nmes.record.store import Closed, Interrupted, Unfinished, Unreadable, list_sessions

Begin = Callable[..., Journal]


def bound(code: str, side: str = "left", protocol: str = "calf") -> dict[str, object]:
    return {"protocol": protocol, "protocol_version": "3", "patient": code, "side": side}


def closed(begin: Begin, code: str, side: str = "left", why: str = "complete") -> Path:
    journal = begin(binding=bound(code, side))
    journal.close({"why": why})
    return journal.path


def seen(folder: Path) -> People:
    return of_sessions(reversed(list_sessions(folder.parent, Kind.PATIENT)))


def test_each_code_and_side_is_a_person_the_newest_session_first(begin: Begin, folder: Path) -> None:
    closed(begin, "P-1")
    closed(begin, "P-2")
    closed(begin, "P-1", "right")
    last = closed(begin, "P-1", why="ended_early")
    persons = seen(folder).persons
    assert [(one.code, one.side, one.sessions) for one in persons] == [
        ("P-1", "left", 2),
        ("P-1", "right", 1),
        ("P-2", "left", 1),
    ]
    newest = persons[0].last
    assert (newest.session, newest.protocol, newest.version) == (last.stem, "calf", "3")
    assert newest.ending == Closed("ended_early")
    assert newest.started_utc.startswith("2026-11-21T09:15:0")


def test_what_has_no_end_is_told_with_its_person(begin: Begin, folder: Path) -> None:
    begin(binding=bound("P-1")).abandon()
    begin(binding=bound("P-1")).abandon()
    (person,) = seen(folder).persons
    assert [one.ending for one in person.interrupted] == [Unfinished(), Interrupted()]
    assert person.interrupted[0] is person.last


def test_sessions_without_a_code_are_nobodys(begin: Begin, folder: Path) -> None:
    closed(begin, "")
    assert seen(folder) == People()


def test_a_damaged_file_is_told_and_hides_nobody(begin: Begin, folder: Path) -> None:
    first, second, third = closed(begin, "P-1"), closed(begin, "P-2"), closed(begin, "P-3")
    first.write_bytes(first.read_bytes().replace(b"P-1", b"P-9"))
    lines = second.read_bytes().splitlines(keepends=True)
    second.write_bytes(lines[0] + lines[-1].replace(b"complete", b"complate"))
    found = seen(folder)
    assert [one.session for one in found.damaged] == [second.stem, first.stem]
    assert [(one.code, one.last.session) for one in found.persons] == [("P-3", third.stem), ("P-2", second.stem)]
    assert isinstance(found.persons[1].last.ending, Unreadable), "a damaged end is never told as complete"


def test_a_file_that_cannot_be_opened_hides_nobody(begin: Begin, folder: Path) -> None:
    closed(begin, "P-1")
    (folder / "000002-20261121T091500Z-ab.jsonl").mkdir()
    found = seen(folder)
    assert [one.code for one in found.persons] == ["P-1"]
    assert found.damaged[0].ending == Unreadable("cannot be opened (Is a directory)")
