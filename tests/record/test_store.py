"""What there is, how it ended, and what stands in it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nmes.record.chain import BadLine
from nmes.record.files import Kind
from nmes.record.journal import Journal
from nmes.record.store import Closed, Interrupted, Summary, Unfinished, Unreadable, list_sessions, read_session

Begin = Callable[..., Journal]
Session = Callable[..., Path]


def listed(folder: Path) -> list[Summary]:
    return list_sessions(folder.parent, Kind.PATIENT)


def cut(path: Path, length: int) -> None:
    path.write_bytes(path.read_bytes()[:-length])


def test_a_list_tells_when_what_and_how_it_ended(begin: Begin, session: Session, folder: Path) -> None:
    first = session()
    dead, running = begin(), None
    dead.abandon()
    running = begin(binding={"other": 1})
    one, two, three = listed(folder)
    assert one == Summary(
        first.stem, 1, Kind.PATIENT, first, one.started_utc, protocol="calf-cramp", ending=Closed("completed")
    )
    assert one.started_utc.startswith("2026-11-21T09:15:00.")
    assert (two.number, two.ending) == (2, Interrupted())
    assert (three.session, three.protocol, three.ending) == (running.session, "", Unfinished())
    assert list_sessions(folder.parent, Kind.SIMULATION) == []


def test_a_closing_entry_without_a_reason_is_still_an_end(begin: Begin, folder: Path) -> None:
    begin().close({})
    assert listed(folder)[0].ending == Closed("")


@pytest.mark.parametrize("line", [0, -1])
def test_a_session_with_a_damaged_end_is_listed_as_unreadable(session: Session, folder: Path, line: int) -> None:
    path = session()
    lines = path.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b"station-1", b"station-2")
    path.write_bytes(b"".join(lines))
    assert listed(folder)[0].ending == Unreadable("was changed after it was written")


def test_a_session_that_died_at_its_first_line_is_listed(session: Session, folder: Path) -> None:
    path = session()
    path.write_bytes(path.read_bytes()[:100])
    (only,) = listed(folder)
    assert (only.started_utc, only.protocol, only.ending) == ("", "", Unfinished())


def test_reading_gives_the_entries_and_leaves_out_an_unfinished_last_line(session: Session) -> None:
    path = session(3)
    assert [e.type for e in read_session(path)] == ["opened", "event", "event", "event", "closed"]
    cut(path, 1)
    assert [e.type for e in read_session(path)] == ["opened", "event", "event", "event"]


def test_reading_stops_at_a_damaged_line(session: Session) -> None:
    path = session(3)
    path.write_bytes(path.read_bytes().replace(b'"number":1', b'"number":7'))
    entries = read_session(path)
    assert [next(entries).seq, next(entries).seq] == [1, 2]
    with pytest.raises(BadLine):
        next(entries)


def test_a_last_line_with_more_behind_it_is_read_as_damage(session: Session) -> None:
    path = session(0)
    cut(path, 1)
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(BadLine):
        list(read_session(path))
