"""How the running session hands entries to its journal: STOP waits for nobody, and a raise waits for the disk.

`JournalThread` writes in a thread of its own. `submit` only puts entries on an unbounded queue, so no caller ever
waits for a disk; `Durable(intent)` is posted when the intent and all before it are on the medium. Several intents
share one sync, and whatever was written is synced within a second. It signs there too: a checkpoint keeps nobody
waiting, and comes in time when nothing happens any more; and it looks every few seconds whether the record is still
there. `InlineJournal` does the same work in the caller, for virtual time. Both post `JournalFailed` when the record can
no longer be written, and drop what is submitted after that. Where it can, but the disk is full or nearly, they post it
too, promise nothing any more, and go on writing: what follows is the end.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Protocol

from nmes.core.events import Durable, JournalFailed
from nmes.record.chain import NewEntry, Stamp
from nmes.record.checkpoint import EVERY_NS
from nmes.record.errors import RecordError
from nmes.record.journal import Journal

SYNC_AFTER_S = 1.0
"""Entries nobody waits for are synced in groups, at the latest after this time [design]."""
SEAL_AFTER_S = EVERY_NS / 1e9
"""For so long at most an entry stands without a signature, also if nothing follows it [design]."""

LOOK_AFTER_S = 2.0
"""At least so often the record is looked for: without one the output must not go on [design]."""

Post = Callable[[Durable | JournalFailed], None]


class RecordSink(Protocol):
    """Where the runtime puts what is to be recorded."""

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
        """Record entries, in order. `durable`: post `Durable` of this intent once they are on the medium."""
        ...

    def behind_ms(self) -> int:
        """How long the disk has not answered what was last asked of it; 0 if it has."""
        ...

    def close(self, body: Mapping[str, object], timeout_s: float) -> bool:
        """Write the closing entry and wait for it at most `timeout_s`; True if the whole record is on the medium."""
        ...


class _Promises:
    """What is said of a journal to who waits for it."""

    def __init__(self, journal: Journal, post: Post) -> None:
        self._journal, self._post = journal, post
        self._told = False

    def tell(self, intents: Iterable[int]) -> None:
        """These are on the medium; that of a full disk, once, instead."""
        if self._journal.short:
            if not self._told:
                self._post(JournalFailed(self._journal.short))
            self._told = True
            return
        for intent in intents:
            self._post(Durable(intent))


class InlineJournal:
    """Writes and syncs in the caller: simple and deterministic, for where time is virtual."""

    def __init__(self, journal: Journal, post: Post) -> None:
        self._journal = journal
        self._post = post
        self._promises = _Promises(journal, post)
        self._write = self._append

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
        """As in RecordSink; `post` is called before this returns."""
        try:
            self._write(entries, durable)
        except RecordError as error:
            self._write = _drop
            self._post(JournalFailed(str(error)))
            self._journal.abandon()

    def behind_ms(self) -> int:
        """As in RecordSink: the caller itself has waited."""
        return 0

    def close(self, body: Mapping[str, object], timeout_s: float = 0) -> bool:  # noqa: ARG002 - RecordSink has it
        """As in RecordSink; waits as long as the disk does."""
        return _close(self._journal, body)

    def _append(self, entries: Sequence[NewEntry], durable: int | None) -> None:
        for entry in entries:
            self._journal.append(entry)
        if durable is not None:
            self._journal.sync()
        self._promises.tell([] if durable is None else [durable])


@dataclass(frozen=True, slots=True)
class _Batch:
    entries: tuple[NewEntry, ...]
    at: Stamp
    durable: int | None


@dataclass(frozen=True, slots=True)
class _Closing:
    body: Mapping[str, object]


class JournalThread:
    """Writes and syncs in a thread of its own, stamped with the time of submission. `post` is called in that thread."""

    def __init__(
        self,
        journal: Journal,
        post: Post,
        sync_after_s: float = SYNC_AFTER_S,
        seal_after_s: float = SEAL_AFTER_S,
        look_after_s: float = LOOK_AFTER_S,
    ) -> None:
        self._journal = journal
        self._post = post
        self._promises = _Promises(journal, post)
        self._sync_after_s, self._seal_after_s = sync_after_s, seal_after_s
        self._look_after_s = look_after_s
        self._look_at = time.monotonic() + look_after_s
        self._sync_at: float | None = None
        self._seal_at: float | None = None
        self._queue: SimpleQueue[_Batch | _Closing] = SimpleQueue()
        self._complete = False
        self._asked_at: float | None = None
        self._thread = Thread(target=self._run, name="journal", daemon=True)
        self._thread.start()

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
        """As in RecordSink; never blocks, whatever the disk does."""
        self._queue.put(_Batch(tuple(entries), self._journal.clocks.stamp(), durable))

    def behind_ms(self) -> int:
        """As in RecordSink."""
        asked_at = self._asked_at
        return 0 if asked_at is None else int((time.monotonic() - asked_at) * 1000)

    def close(self, body: Mapping[str, object], timeout_s: float) -> bool:
        """As in RecordSink. After a timeout the thread is left to its disk and dies with the program."""
        self._queue.put(_Closing(body))
        self._thread.join(timeout_s)
        return self._complete

    def _run(self) -> None:
        try:
            closing = self._write_until_closing()
        except Exception as error:  # noqa: BLE001 - whatever it was, nothing is recorded any more and output must stop
            self._post(JournalFailed(str(error)))
            self._journal.abandon()
            while not isinstance(self._queue.get(), _Closing):
                pass
            return
        self._complete = _close(self._journal, closing.body)

    def _write_until_closing(self) -> _Closing:
        while True:
            batch, closing = self._take(_soonest(self._sync_at, self._seal_at, self._look_at))
            self._asked_at = time.monotonic()
            for item in batch:
                for entry in item.entries:
                    self._journal.append(entry, item.at)
            intents = [item.durable for item in batch if item.durable is not None]
            self._vouch(wrote=bool(batch), waited_for=bool(intents))
            self._asked_at = None
            self._promises.tell(intents)
            if closing is not None:
                return closing

    def _vouch(self, *, wrote: bool, waited_for: bool) -> None:
        """Sign and sync what stands, and look for it, where it is time for that."""
        now = time.monotonic()
        if self._seal_at is not None and now >= self._seal_at:
            self._journal.seal()
            wrote = True
        if not self._journal.unsigned:
            self._seal_at = None
        elif self._seal_at is None:
            self._seal_at = now + self._seal_after_s
        if wrote and self._sync_at is None:
            self._sync_at = now + self._sync_after_s
        if waited_for or (self._sync_at is not None and now >= self._sync_at):
            self._journal.sync()
            self._sync_at, self._look_at = None, now + self._look_after_s
        elif now >= self._look_at:
            self._journal.look()
            self._look_at = now + self._look_after_s

    def _take(self, until: float) -> tuple[list[_Batch], _Closing | None]:
        """Everything that waits, in order; waits itself for the first, at most until a moment."""
        taken: list[_Batch] = []
        wait = max(0.0, until - time.monotonic())
        try:
            while True:
                item = self._queue.get(timeout=wait)
                if isinstance(item, _Closing):
                    return taken, item
                taken.append(item)
                wait = 0
        except Empty:
            return taken, None


def _soonest(*moments: float | None) -> float:
    return min(at for at in moments if at is not None)


def _close(journal: Journal, body: Mapping[str, object]) -> bool:
    try:
        journal.close(body)
    except RecordError:
        return False
    return True


def _drop(entries: Sequence[NewEntry], durable: int | None) -> None:
    """The record failed and said so: nothing is written after that."""
