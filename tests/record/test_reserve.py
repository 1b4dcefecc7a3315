"""A disk that somebody else fills while a session runs: the session has to end, and its end is on record."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from types import SimpleNamespace

import pytest

from helpers.chain import QUICK
from nmes.core.care_events import Answered
from nmes.core.events import Durable, JournalFailed
from nmes.record import ledger, reserve
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk, free_bytes
from nmes.record.errors import JournalBroken, RecordUnavailable
from nmes.record.files import Kind, session_files
from nmes.record.journal import Journal
from nmes.record.ledger import Author
from nmes.record.sink import InlineJournal, JournalThread
from nmes.record.store import read_session
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact

Mark = Callable[[int], NewEntry]
Posted = SimpleQueue[Durable | JournalFailed]
PLENTY = 1 << 40


@dataclass
class Filled:
    """A disk beside the reserve of a folder; once it is `full` it takes nothing more before the reserve is gone."""

    folder: Path
    full: int = 0
    """The error that says so; 0: it is not."""
    free: int | None = PLENTY
    part: int = 0
    """So many bytes it takes before it says that it is full."""
    refused: list[int] = field(default_factory=list)

    def disk(self) -> Disk:
        return Disk(self._write, lambda _fd: None, room=lambda _folder: self.free)

    def _write(self, fd: int, data: bytes) -> int:
        if self.full and (self.folder / reserve.NAME).exists():
            if self.part:
                taken, self.part = os.write(fd, data[: self.part]), 0
                return taken
            self.refused.append(fd)
            raise OSError(self.full, os.strerror(self.full))
        return os.write(fd, data)


@pytest.fixture
def filled(folder: Path) -> Filled:
    return Filled(folder)


@pytest.fixture
def running(folder: Path, clocks: Clocks, filled: Filled) -> Journal:
    return Journal.open(folder, "station-1", {"protocol": "calf"}, clocks, disk=filled.disk(), reserved=True)


def types(path: Path) -> list[str]:
    return [entry.type for entry in read_session(path)]


def whole(folder: Path) -> bool:
    return all(isinstance(one.verdict, Intact) for one in verify_chain(folder))


# --- the reserve ---


def test_a_session_begins_with_a_reserve_which_stays_for_the_next(running: Journal, folder: Path) -> None:
    path = folder / reserve.NAME
    there = path.stat()
    assert (there.st_size, stat.S_IMODE(there.st_mode)) == (reserve.SIZE, 0o600)
    assert len(set(path.read_bytes())) == 256, "no file system makes it shorter"
    running.close({"why": "complete"})
    reserve.keep(folder, QUICK)
    assert path.stat().st_ino == there.st_ino
    assert session_files(folder) == [running.path], "it is no session"


def test_what_is_no_whole_reserve_is_made_anew_and_no_link_is_followed(folder: Path, tmp_path: Path) -> None:
    folder.mkdir()
    path, elsewhere = folder / reserve.NAME, tmp_path / "precious"
    path.write_bytes(b"half")
    reserve.keep(folder, QUICK)
    assert path.stat().st_size == reserve.SIZE
    elsewhere.write_bytes(b"precious")
    path.unlink()
    path.symlink_to(elsewhere)
    reserve.keep(folder, QUICK)
    assert (path.is_symlink(), path.stat().st_size) == (False, reserve.SIZE)
    assert elsewhere.read_bytes() == b"precious"


@pytest.mark.covers("SR-16")
def test_no_session_begins_where_a_long_one_has_no_room(folder: Path, clocks: Clocks, filled: Filled) -> None:
    filled.free = reserve.TO_BEGIN - 1
    with pytest.raises(RecordUnavailable, match=r"only 33\.6 MB are free there, and a session needs 33: make room"):
        Journal.open(folder, "s", {}, clocks, disk=filled.disk(), reserved=True)
    assert session_files(folder) == []
    filled.free = reserve.TO_BEGIN
    Journal.open(folder, "s", {}, clocks, disk=filled.disk(), reserved=True).close({"why": "complete"})


def test_a_file_system_that_does_not_tell_its_room_is_believed_to_have_some(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert 0 < (free_bytes(tmp_path) or 0) < 1 << 60
    silent = SimpleNamespace(f_blocks=0, f_bavail=0, f_frsize=4096)
    monkeypatch.setattr(os, "statvfs", lambda _path: silent)
    assert free_bytes(tmp_path) is None
    reserve.keep(tmp_path, QUICK)
    assert reserve.too_little(tmp_path, QUICK) == ""


def test_a_reserve_whose_going_is_not_on_the_medium_made_no_room(tmp_path: Path) -> None:
    def fails(_fd: int) -> None:
        raise OSError(errno.EIO, "no")

    assert not reserve.let_go(tmp_path, QUICK)
    reserve.keep(tmp_path, QUICK)
    assert not reserve.let_go(tmp_path, Disk(sync=fails))
    reserve.keep(tmp_path, QUICK)
    assert reserve.let_go(tmp_path, QUICK)


# --- a journal on a disk that is full ---


@pytest.mark.covers("SR-16")
@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
@pytest.mark.parametrize("part", [0, 100])
def test_the_end_of_a_session_is_written_in_place_of_the_reserve(
    running: Journal, folder: Path, filled: Filled, entry: Mark, error: int, part: int
) -> None:
    running.append(entry(1))
    assert running.short == ""
    filled.full, filled.part = error, part
    running.append(entry(2))
    assert running.short == "the disk is full"
    assert not (folder / reserve.NAME).exists()
    running.close({"why": "record"})
    assert types(running.path) == ["opened", "event", "event", "closed"]
    assert whole(folder)
    assert len(filled.refused) == 1


def test_what_is_typed_after_that_has_its_place_too(running: Journal, filled: Filled) -> None:
    filled.full = errno.ENOSPC
    running.append(NewEntry("event", {"event": {"text": "it hurt"}}, "Ada", texts=("it hurt",)))
    running.close({"why": "record"})
    assert [entry.body for entry in read_session(running.path)][1] == {"event": {"text": "it hurt"}}


def test_without_a_reserve_a_full_disk_is_the_end_of_the_record(
    running: Journal, folder: Path, filled: Filled, entry: Mark
) -> None:
    (folder / reserve.NAME).unlink()
    (folder / reserve.NAME).mkdir()  # it cannot be let go
    filled.full = errno.ENOSPC
    with pytest.raises(JournalBroken, match="No space left"):
        running.append(entry(1))
    running.abandon()


def test_any_other_error_leaves_the_reserve(running: Journal, folder: Path, filled: Filled, entry: Mark) -> None:
    filled.full = errno.EIO
    with pytest.raises(JournalBroken):
        running.append(entry(1))
    running.abandon()
    assert (folder / reserve.NAME).exists()


def test_a_disk_that_is_nearly_full_is_seen_before_it_is(running: Journal, filled: Filled, entry: Mark) -> None:
    filled.free = reserve.TO_GO_ON
    running.look()
    assert running.short == ""
    filled.free = reserve.TO_GO_ON - 1
    running.look()
    assert running.short == "the disk is almost full: 1.0 MB are free"
    filled.free = PLENTY
    running.append(entry(1))
    running.sync()
    assert running.short, "once it was told there is no way back"
    running.close({"why": "record"})


def test_a_record_that_keeps_no_reserve_looks_for_none(folder: Path, clocks: Clocks, filled: Filled) -> None:
    filled.free = 0
    journal = Journal.open(folder, "s", {}, clocks, disk=filled.disk())
    journal.look()
    journal.close({"why": "complete"})
    assert journal.short == ""
    assert not (folder / reserve.NAME).exists()


def test_what_must_be_known_of_a_patient_may_use_the_reserve_up(tmp_path: Path, clocks: Clocks, filled: Filled) -> None:
    folder = filled.folder
    folder.mkdir()
    reserve.keep(folder, QUICK)
    filled.full = errno.ENOSPC
    author = Author("Ada", "s", clocks, None, disk=filled.disk())
    told = Answered("P-017", "left", "", dark_urine=True)
    ledger.write(tmp_path, Kind.PATIENT, [told], author)
    assert [one.event for one in ledger.read(tmp_path, Kind.PATIENT).entered] == [told]
    assert not (folder / reserve.NAME).exists()


# --- told to the session ---


@pytest.mark.covers("SR-16")
def test_a_disk_that_fills_while_nothing_is_recorded_is_told_once_and_the_end_is_written(
    running: Journal, folder: Path, filled: Filled, entry: Mark
) -> None:
    posted = Posted()
    sink = JournalThread(running, posted.put, look_after_s=0.02)
    sink.submit([entry(1)], durable=1)
    assert posted.get(timeout=5) == Durable(1)
    filled.free = 0
    assert posted.get(timeout=5) == JournalFailed("the disk is almost full: 0.0 MB are free")
    filled.full = errno.ENOSPC
    sink.submit([entry(2)], durable=2)
    time.sleep(0.06)
    assert posted.empty(), "nothing is promised any more, and it is told once"
    assert sink.close({"why": "stop:key"}, 5)
    assert types(running.path) == ["opened", "event", "event", "closed"]
    assert whole(folder)


def test_a_write_that_found_the_disk_full_promises_nothing(running: Journal, filled: Filled, entry: Mark) -> None:
    posted = Posted()
    sink = JournalThread(running, posted.put)
    filled.full = errno.ENOSPC
    sink.submit([entry(1)], durable=1)
    assert posted.get(timeout=5) == JournalFailed("the disk is full")
    assert sink.close({"why": "record"}, 5)
    assert posted.empty()


def test_inline_it_is_told_too(running: Journal, filled: Filled, entry: Mark) -> None:
    posted: list[Durable | JournalFailed] = []
    sink = InlineJournal(running, posted.append)
    sink.submit([entry(1)], durable=1)
    filled.full = errno.ENOSPC
    sink.submit([entry(2)])
    sink.submit([entry(3)], durable=3)
    assert posted == [Durable(1), JournalFailed("the disk is full")]
    assert sink.close({"why": "record"})
