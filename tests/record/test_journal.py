"""No record, no stimulation: what is synced is there, what fails is said and never tried again."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from helpers.damage import first_damage
from nmes.record.chain import GENESIS, NewEntry
from nmes.record.disk import Disk
from nmes.record.errors import JournalBroken, NotRecordable, RecordBusy, RecordUnavailable
from nmes.record.files import read_end, session_files
from nmes.record.journal import Journal
from nmes.record.store import read_session
from nmes.record.verdicts import verify_chain
from nmes.record.verify import Intact, Torn

Begin = Callable[..., Journal]
Mark = Callable[[int], NewEntry]


class Failing:
    """A disk that works until told otherwise, and counts what it is asked."""

    def __init__(self) -> None:
        self.error: OSError | None = None
        self.short = 0
        self.writes = 0
        self.syncs = 0

    def write(self, fd: int, data: bytes) -> int:
        self.writes += 1
        if self.error and not self.short:
            raise self.error
        self.short, length = 0, self.short or len(data)
        return os.write(fd, data[:length])

    def sync(self, fd: int) -> None:
        self.syncs += 1
        if self.error:
            raise self.error
        os.fsync(fd)

    def disk(self) -> Disk:
        return Disk(self.write, self.sync)


def types(path: Path) -> list[str]:
    return [entry.type for entry in read_session(path)]


def test_a_session_begins_with_what_it_is_bound_to(begin: Begin) -> None:
    journal = begin(binding={"protocol": "calf-cramp", "nmes": "0.1"})
    first = next(read_session(journal.path))
    assert (first.seq, first.type, first.prev) == (1, "opened", GENESIS)
    assert first.body == {"protocol": "calf-cramp", "nmes": "0.1"}
    assert (first.session, first.boot_id, first.station) == (journal.path.stem, "boot-1", "station-1")


def test_the_file_and_its_folder_are_for_their_owner_only(begin: Begin) -> None:
    path = begin().path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_entries_are_numbered_stamped_and_chained(begin: Begin, entry: Mark) -> None:
    journal = begin()
    at = replace(journal.clocks.stamp(), mono_ns=5_100_000_000)
    assert [journal.append(entry(1)), journal.append(entry(2), at)] == [2, 3]
    head = journal.close({"why": "completed"})
    entries = list(read_session(journal.path))
    assert [e.seq for e in entries] == [1, 2, 3, 4]
    assert entries[2].t_mono_ns == 5_100_000_000
    assert head == journal.head
    assert (head.session, head.seq, head.hash) == (journal.session, 4, entries[3].hash)
    assert (entries[3].type, entries[3].body) == ("closed", {"why": "completed"})


def test_what_was_appended_survives_the_program_without_a_sync(begin: Begin, entry: Mark) -> None:
    journal = begin()
    journal.append(entry(1))
    assert types(journal.path) == ["opened", "event"]


def test_the_beginning_is_synced_with_its_folder_before_open_returns(begin: Begin, folder: Path) -> None:
    synced: list[int] = []
    journal = begin(disk=Disk(sync=lambda fd: synced.append(os.fstat(fd).st_ino)))
    assert synced[-2:] == [journal.path.stat().st_ino, folder.stat().st_ino]


def test_the_next_session_follows_the_one_before(begin: Begin, session: Callable[..., Path]) -> None:
    first = session()
    second = begin()
    assert second.session.startswith("000002-")
    assert next(read_session(second.path)).prev == list(read_session(first))[-1].hash


def test_sessions_of_one_moment_have_different_names(begin: Begin) -> None:
    names = set()
    for _ in range(5):
        journal = begin()
        names.add(journal.session.rpartition("-")[2])
        journal.abandon()
    assert len(names) == 5


def test_a_second_writer_is_refused_by_name_until_the_first_is_done(begin: Begin) -> None:
    first = begin()
    with pytest.raises(RecordBusy, match=f"station-1, process {os.getpid()}"):
        begin()
    first.close({"why": "completed"})
    begin().close({"why": "completed"})


def test_what_cannot_be_spelled_is_refused_before_anything_is_made(begin: Begin, folder: Path) -> None:
    with pytest.raises(NotRecordable, match=r"limits\.level_ma"):
        begin(binding={"limits": {"level_ma": 1.5}})
    assert not folder.exists()


def test_an_entry_that_cannot_be_spelled_leaves_the_record_whole(begin: Begin, entry: Mark) -> None:
    journal = begin()
    with pytest.raises(NotRecordable, match=r"body\.level"):
        journal.append(NewEntry("event", {"level": 0.5}, "therapist"))
    assert journal.append(entry(1)) == 2
    journal.close({"why": "completed"})
    assert first_damage(verify_chain(journal.path.parent)) is None


def test_a_failed_sync_breaks_the_journal_for_good_and_is_not_tried_again(begin: Begin, entry: Mark) -> None:
    failing = Failing()
    journal = begin(disk=failing.disk())
    journal.append(entry(1))
    failing.error = OSError(errno.EIO, "Input/output error")
    done = failing.syncs
    with pytest.raises(JournalBroken, match="could not be synced: Input/output error"):
        journal.sync()
    failing.error = None
    for again in (journal.sync, lambda: journal.append(entry(2)), lambda: journal.close({"why": "completed"})):
        with pytest.raises(JournalBroken, match="could not be synced"):
            again()
    assert types(journal.path) == ["opened", "event"]
    assert failing.syncs == done + 3  # the one that failed; the note of `abandon` and its folder


def test_a_broken_journal_leaves_a_note_and_its_folder_free(begin: Begin, folder: Path) -> None:
    failing = Failing()
    journal = begin(disk=failing.disk())
    failing.error = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(JournalBroken):
        journal.close({"why": "completed"})
    assert not journal.path.with_suffix(".broken").read_bytes()  # nor can the full disk take the note
    failing.error = None
    journal = begin(disk=failing.disk())
    failing.error = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(JournalBroken):
        journal.sync()
    failing.error = None
    journal.abandon()
    said = "the record could not be synced: No space left on device\n"
    assert journal.path.with_suffix(".broken").read_text() == said
    begin().close({"why": "completed"})
    assert first_damage(verify_chain(folder)) is None


def test_an_error_without_words_of_its_own_is_still_said(begin: Begin, entry: Mark) -> None:
    journal = begin(disk=Disk(write=lambda fd, data: os.write(fd, data) if b'"opened"' in data else 0))
    with pytest.raises(JournalBroken, match="could not be written: the disk took nothing"):
        journal.append(entry(1))


def test_a_write_that_fails_half_way_is_a_torn_line_told_by_the_next_session(begin: Begin, entry: Mark) -> None:
    failing = Failing()
    journal = begin(disk=failing.disk())
    failing.error, failing.short = OSError(errno.ENOSPC, "No space left on device"), 50
    with pytest.raises(JournalBroken, match="could not be written: No space left on device"):
        journal.append(entry(1))
    journal.abandon()
    torn = read_end(journal.path).tail
    assert len(torn) == 50
    verdicts = [found.verdict for found in verify_chain(journal.path.parent)]
    assert [type(verdict) for verdict in verdicts] == [Torn]
    following = begin()
    assert types(following.path) == ["opened", "recovered", "interrupted"]
    assert journal.path.with_suffix(".torn").read_bytes() == torn


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_session_that_cannot_begin_is_refused_and_lets_go(begin: Begin, folder: Path, nth: int) -> None:
    calls = 0

    def sync(fd: int) -> None:
        nonlocal calls
        calls += 1
        if calls == nth:
            raise OSError(errno.EIO, "Input/output error")

    with pytest.raises(RecordUnavailable, match=r"no record can be kept in .*Input/output error"):
        begin(disk=Disk(sync=sync))
    begin().close({"why": "completed"})
    assert first_damage(verify_chain(folder)) is None


def test_a_session_that_cannot_write_its_first_line_is_refused(begin: Begin, folder: Path) -> None:
    failing = Failing()
    failing.error = OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(RecordUnavailable, match="No space left on device"):
        begin(disk=Disk(write=failing.write))
    begin().close({"why": "completed"})
    assert [type(found.verdict) for found in verify_chain(folder)] == [Intact, Intact]


def test_a_folder_that_cannot_be_made_is_refused(begin: Begin, folder: Path) -> None:
    folder.write_text("a file stands where the folder should be")
    with pytest.raises(RecordUnavailable, match="no record can be kept"):
        begin()


def test_a_closed_journal_writes_no_more(begin: Begin, entry: Mark) -> None:
    journal = begin()
    journal.close({"why": "completed"})
    journal.abandon()
    with pytest.raises(JournalBroken, match="is closed"):
        journal.append(entry(1))
    assert not journal.path.with_suffix(".broken").exists()
    assert types(journal.path) == ["opened", "closed"]


LIMITED = """
import resource, sys
from pathlib import Path
from nmes.record.chain import NewEntry
from nmes.record.clocks import system_clocks
from nmes.record.errors import JournalBroken
from nmes.record.journal import Journal
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
journal = Journal.open(Path(sys.argv[1]), "station-1", {"protocol": "p"}, system_clocks())
try:
    while True:
        journal.append(NewEntry("event", {"text": "x" * 100}, "therapist"))
        journal.sync()
        print(journal.head.seq, flush=True)
except JournalBroken as error:
    journal.abandon()
    print(error)
"""


@pytest.mark.thorough
def test_a_disk_that_is_really_full_breaks_the_journal_and_keeps_what_was_synced(folder: Path, begin: Begin) -> None:
    child = subprocess.run([sys.executable, "-c", LIMITED, folder], capture_output=True, text=True, check=True)
    *synced, reason = child.stdout.splitlines()
    assert reason == "the record could not be written: File too large"
    (path,) = session_files(folder)
    assert path.stat().st_size == 5000
    assert path.with_suffix(".broken").read_text() == f"{reason}\n"
    begin().close({"why": "completed"})
    first, second = verify_chain(folder)
    assert isinstance(first.verdict, Intact)
    assert isinstance(second.verdict, Intact)
    assert first.verdict.entries == int(synced[-1]) >= 8
