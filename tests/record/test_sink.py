"""STOP waits for nobody: submitting never waits for the disk, and `Durable` is never said too early."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from queue import Queue
from threading import Event

import pytest

from helpers.damage import first_damage
from nmes.core.events import Durable, JournalFailed
from nmes.record.chain import NewEntry
from nmes.record.disk import Disk
from nmes.record.journal import Journal
from nmes.record.keys import StationKey
from nmes.record.sink import InlineJournal, JournalThread, RecordSink
from nmes.record.store import read_session
from nmes.record.verdicts import verify_chain, verify_session
from nmes.record.verify import Intact

Begin = Callable[..., Journal]
Mark = Callable[[int], NewEntry]
WAIT_S = 40
"""Only for what is expected to come at once: a test that waits this long has failed."""


class Watched:
    """A disk whose syncs can be held up or made to fail, and which tells what was done in which order."""

    def __init__(self) -> None:
        self.done: Queue[str] = Queue()
        self.go = Event()
        self.go.set()
        self.error: OSError | None = None
        self.watching = False

    def write(self, fd: int, data: bytes) -> int:
        if self.watching:
            self.done.put("write")
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        if self.watching:
            self.done.put("sync")
        assert self.go.wait(WAIT_S)
        if self.error:
            raise self.error
        os.fsync(fd)

    def disk(self) -> Disk:
        return Disk(self.write, self.sync)

    def expect(self, *what: str) -> None:
        assert [self.done.get(timeout=WAIT_S) for _ in what] == list(what)


@pytest.fixture
def disk() -> Watched:
    return Watched()


@pytest.fixture
def posted() -> Queue[Durable | JournalFailed]:
    return Queue()


@contextmanager
def threaded(
    journal: Journal, disk: Watched, posted: Queue[Durable | JournalFailed], sync_after_s: float = 3600
) -> Iterator[JournalThread]:
    disk.watching = True
    sink = JournalThread(journal, posted.put, sync_after_s)
    yield sink
    disk.go.set()
    sink.close({"why": "test over"}, WAIT_S)


def numbers(path: Path) -> list[int]:
    return [entry.body["number"] for entry in read_session(path) if entry.type == "event"]


# --- in a thread of its own ---


def test_durable_is_posted_only_after_the_sync(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    with threaded(begin(disk.disk()), disk, posted) as sink:
        disk.go.clear()
        sink.submit([entry(1)], durable=7)
        disk.expect("write", "sync")
        assert posted.empty()
        disk.go.set()
        assert posted.get(timeout=WAIT_S) == Durable(7)


def test_submitting_never_waits_for_a_stalled_disk(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    journal = begin(disk.disk())
    with threaded(journal, disk, posted) as sink:
        disk.go.clear()
        sink.submit([entry(0)], durable=0)
        disk.expect("write", "sync")
        before = time.monotonic()
        for number in range(1, 1000):
            sink.submit([entry(number)], durable=number)
        took_s = time.monotonic() - before
        assert not disk.go.is_set()
        assert posted.empty()
        disk.go.set()
        assert [posted.get(timeout=WAIT_S) for _ in range(1000)] == [Durable(n) for n in range(1000)]
        assert took_s < 1
    assert numbers(journal.path) == list(range(1000))


def test_intents_that_wait_together_share_one_sync(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    with threaded(begin(disk.disk()), disk, posted) as sink:
        disk.go.clear()
        sink.submit([entry(1)], durable=1)
        disk.expect("write", "sync")
        sink.submit([entry(2)], durable=2)
        sink.submit([entry(3), entry(4)])
        sink.submit([], durable=5)
        disk.go.set()
        assert [posted.get(timeout=WAIT_S) for _ in range(3)] == [Durable(1), Durable(2), Durable(5)]
        disk.expect("write", "write", "write", "sync")
        assert disk.done.empty()


def test_what_nobody_waits_for_is_written_at_once_and_synced_in_time(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    with threaded(begin(disk.disk()), disk, posted, sync_after_s=0.05) as sink:
        sink.submit([entry(1)])
        disk.expect("write", "sync")
        sink.submit([entry(2)])
        disk.expect("write", "sync")
        assert posted.empty()


def test_a_flow_of_entries_that_nobody_waits_for_does_not_put_the_sync_off(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    """Each comes long before the time is over that the one before it set: that time is not set anew."""
    with threaded(begin(disk.disk()), disk, posted, sync_after_s=0.2) as sink:
        end = time.monotonic() + 10
        done: list[str] = []
        while "sync" not in done:
            assert time.monotonic() < end
            sink.submit([entry(len(done))])
            done.append(disk.done.get(timeout=WAIT_S))
            time.sleep(0.01)
        assert posted.empty()


def test_what_nobody_waits_for_is_not_synced_one_by_one(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    with threaded(begin(disk.disk()), disk, posted) as sink:
        for number in range(3):
            sink.submit([entry(number)])
            disk.expect("write")
        sink.submit([entry(9)], durable=1)
        disk.expect("write", "sync")


def test_entries_carry_the_time_of_submission_not_of_writing(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    journal = begin(disk.disk())
    with threaded(journal, disk, posted) as sink:
        disk.go.clear()
        sink.submit([entry(0)], durable=0)
        disk.expect("write", "sync")
        sink.submit([entry(1), entry(2)], durable=1)
        later = journal.clocks.stamp()
        disk.go.set()
        assert [posted.get(timeout=WAIT_S) for _ in range(2)] == [Durable(0), Durable(1)]
    stamps = [e.t_mono_ns for e in read_session(journal.path) if e.type == "event"]
    assert stamps[1] == stamps[2] < later.mono_ns


def test_closing_writes_what_waits_and_the_closing_entry(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed], folder: Path
) -> None:
    journal = begin(disk.disk())
    sink = JournalThread(journal, posted.put)
    for number in range(50):
        sink.submit([entry(number)], durable=number)
    assert sink.close({"why": "completed"}, WAIT_S) is True
    assert [posted.get(timeout=WAIT_S) for _ in range(50)] == [Durable(n) for n in range(50)]
    assert numbers(journal.path) == list(range(50))
    last = list(read_session(journal.path))[-1]
    assert (last.type, last.body) == ("closed", {"why": "completed"})
    assert first_damage(verify_chain(folder)) is None
    begin().abandon()


def test_closing_does_not_wait_for_a_stalled_disk_beyond_its_time(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    with threaded(begin(disk.disk()), disk, posted) as sink:
        disk.go.clear()
        sink.submit([entry(1)], durable=1)
        disk.expect("write", "sync")
        assert sink.close({"why": "completed"}, 0.01) is False


def test_a_failed_sync_is_posted_once_and_nothing_is_durable_after_it(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    journal = begin(disk.disk())
    disk.error = OSError(errno.EIO, "Input/output error")
    sink = JournalThread(journal, posted.put)
    sink.submit([entry(1)], durable=1)
    assert posted.get(timeout=WAIT_S) == JournalFailed("the record could not be synced: Input/output error")
    disk.error = None
    sink.submit([entry(2)], durable=2)
    assert sink.close({"why": "completed"}, WAIT_S) is False
    assert posted.empty()
    assert numbers(journal.path) == [1]


def test_the_failure_is_posted_before_anything_else_is_tried_on_the_disk(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    journal = begin(disk.disk())
    disk.error = OSError(errno.EIO, "Input/output error")
    disk.watching = True
    order: Queue[str] = Queue()

    def post(event: Durable | JournalFailed) -> None:
        while not disk.done.empty():
            order.put(disk.done.get())
        order.put("posted")
        posted.put(event)

    sink = JournalThread(journal, post)
    sink.submit([entry(1)], durable=1)
    posted.get(timeout=WAIT_S)
    sink.close({"why": "completed"}, WAIT_S)
    assert [order.get(timeout=WAIT_S) for _ in range(3)] == ["write", "sync", "posted"]
    disk.expect("write", "sync")  # the note beside the record


def test_an_entry_that_cannot_be_recorded_is_a_failure_of_the_record(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed], folder: Path
) -> None:
    sink = JournalThread(begin(disk.disk()), posted.put)
    sink.submit([entry(1), NewEntry("event", {"level": 1.5}, "therapist")], durable=1)
    failed = posted.get(timeout=WAIT_S)
    assert isinstance(failed, JournalFailed)
    assert "body.level" in failed.reason
    assert sink.close({"why": "completed"}, WAIT_S) is False
    begin().close({"why": "completed"})
    assert first_damage(verify_chain(folder)) is None


def test_a_record_that_fails_only_at_its_end_is_not_complete(
    begin: Begin, disk: Watched, posted: Queue[Durable | JournalFailed]
) -> None:
    sink = JournalThread(begin(disk.disk()), posted.put)
    disk.error = OSError(errno.EIO, "Input/output error")
    assert sink.close({"why": "completed"}, WAIT_S) is False


# --- in the caller ---


def inline(journal: Journal, posted: Queue[Durable | JournalFailed]) -> RecordSink:
    return InlineJournal(journal, posted.put)


def test_a_disk_that_does_not_answer_is_told_by_how_long(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    with threaded(begin(disk.disk()), disk, posted) as sink:
        assert sink.behind_ms() == 0
        disk.go.clear()
        sink.submit([entry(0)], durable=0)
        disk.expect("write", "sync")
        end = time.monotonic() + WAIT_S
        while sink.behind_ms() < 20:
            assert time.monotonic() < end
        disk.go.set()
        assert posted.get(timeout=WAIT_S) == Durable(0)
        assert sink.behind_ms() == 0


def test_inline_an_intent_is_durable_when_submit_returns(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    journal = begin(disk.disk())
    disk.watching = True
    sink = inline(journal, posted)
    sink.submit([entry(1), entry(2)])
    assert posted.empty()
    assert sink.behind_ms() == 0
    sink.submit([entry(3)], durable=3)
    disk.expect("write", "write", "write", "sync")
    assert posted.get_nowait() == Durable(3)
    assert sink.close({"why": "completed"}, 0) is True
    assert [e.type for e in read_session(journal.path)][-1] == "closed"
    assert numbers(journal.path) == [1, 2, 3]


def test_inline_a_failure_is_posted_once_and_what_follows_is_dropped(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed]
) -> None:
    journal = begin(disk.disk())
    sink = inline(journal, posted)
    disk.error = OSError(errno.ENOSPC, "No space left on device")
    sink.submit([entry(1)], durable=1)
    disk.error = None
    sink.submit([entry(2)], durable=2)
    assert posted.get_nowait() == JournalFailed("the record could not be synced: No space left on device")
    assert posted.empty()
    assert sink.close({"why": "completed"}, 0) is False
    assert numbers(journal.path) == [1]
    begin().abandon()


def test_what_nothing_follows_is_signed_in_time_and_synced(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed], key: StationKey
) -> None:
    journal = begin(disk.disk(), signer=key)
    disk.watching = True
    sink = JournalThread(journal, posted.put, sync_after_s=0.01, seal_after_s=0.05)
    sink.submit([entry(1)])
    disk.expect("write", "sync", "write", "sync")
    sink.submit([entry(2)])
    disk.expect("write", "sync", "write", "sync")
    sink.close({"why": "test over"}, WAIT_S)
    told = [e.type for e in read_session(journal.path)]
    assert told == ["opened", "checkpoint", "event", "checkpoint", "event", "checkpoint", "closed", "checkpoint"]


def test_what_is_signed_for_already_is_not_signed_again_later(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed], key: StationKey
) -> None:
    journal = begin(disk.disk(), signer=key)
    disk.watching = True
    sink = JournalThread(journal, posted.put, sync_after_s=3600, seal_after_s=0.05)
    sink.submit([replace(entry(1), seal=True)], durable=1)
    disk.expect("write", "write", "sync")
    sink.close({"why": "test over"}, WAIT_S)
    told = [e.type for e in read_session(journal.path)]
    assert told == ["opened", "checkpoint", "event", "checkpoint", "closed", "checkpoint"]


def test_signing_holds_nobody_up_and_what_was_promised_is_signed_and_durable(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed], key: StationKey
) -> None:
    slow = Event()
    signing = Event()

    def sign(data: bytes) -> bytes:
        signing.set()
        assert slow.wait(WAIT_S)
        return key.sign(data)

    slow.set()
    journal = begin(disk.disk(), signer=StationKey(key.id, key.public, sign))
    slow.clear()
    signing.clear()
    with threaded(journal, disk, posted) as sink:
        sink.submit([replace(entry(1), seal=True)], durable=1)
        assert signing.wait(WAIT_S)
        sink.submit([entry(2)], durable=2)  # returns at once: the signature is not ready
        assert posted.empty()
        slow.set()
        assert [posted.get(timeout=WAIT_S) for _ in range(2)] == [Durable(1), Durable(2)]
    assert isinstance(verify_session(journal.path).verdict, Intact)


def test_inline_what_is_sealed_is_signed_for_at_once(
    begin: Begin, disk: Watched, entry: Mark, posted: Queue[Durable | JournalFailed], key: StationKey
) -> None:
    journal = begin(disk.disk(), signer=key)
    inline(journal, posted).submit([entry(1), replace(entry(2), seal=True)])
    assert [e.type for e in read_session(journal.path)][2:] == ["event", "event", "checkpoint"]
