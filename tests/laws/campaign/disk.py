"""A disk that may be slow, full or failing, and a record on it; each proves that it really was.

Slow is told by the sink, since on a virtual clock no call takes time: what is durable is told when the disk is well
again. Nothing is brought to a real medium: what was written and not synced is what a crash may lose.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from laws.campaign.script import Health
from nmes.core import events as e
from nmes.record.chain import NewEntry
from nmes.record.disk import Disk
from nmes.record.journal import Journal
from nmes.record.sink import InlineJournal, Post
from nmes.runtime.clock import VirtualClock


@dataclass(slots=True)
class FragileDisk:
    """`took` counts how often each ill health did something."""

    health: Health = Health.WELL
    unsynced: dict[int, int] = field(default_factory=dict)
    """Bytes of each file that are not on the medium yet."""
    took: dict[Health, int] = field(default_factory=dict)

    def disk(self) -> Disk:
        return Disk(self._write, self._sync)

    def hit(self) -> None:
        self.took[self.health] = self.took.get(self.health, 0) + 1

    def _write(self, fd: int, data: bytes) -> int:
        if self.health is Health.FULL:
            self.hit()
            raise OSError(errno.ENOSPC, "No space left on device")
        written = os.write(fd, data)
        file = os.fstat(fd).st_ino
        self.unsynced[file] = self.unsynced.get(file, 0) + written
        return written

    def _sync(self, fd: int) -> None:
        if self.health is Health.FAILING:
            self.hit()
            raise OSError(errno.EIO, "Input/output error")
        self.unsynced.pop(os.fstat(fd).st_ino, None)


@dataclass(slots=True)
class Sink:
    """The real journal, whose word that something is durable waits for a slow disk. `entries`: all that were given."""

    journal: Journal
    post: Post
    fragile: FragileDisk
    clock: VirtualClock
    entries: list[NewEntry] = field(default_factory=list)
    held: list[e.Durable | e.JournalFailed] = field(default_factory=list)
    _inline: InlineJournal = field(init=False)
    _since_ms: int | None = None

    def __post_init__(self) -> None:
        self._inline = InlineJournal(self.journal, self._tell)

    def submit(self, entries: Sequence[NewEntry], durable: int | None = None) -> None:
        self.entries.extend(entries)
        self._inline.submit(entries, durable)

    def behind_ms(self) -> int:
        self._catch_up()
        return 0 if self._since_ms is None else self.clock.now_ms() - self._since_ms

    def close(self, body: Mapping[str, object], timeout_s: float) -> bool:
        return self._inline.close(body, timeout_s)

    def _tell(self, event: e.Durable | e.JournalFailed) -> None:
        if self.fragile.health is Health.SLOW:
            self.fragile.hit()
            self._since_ms = self._since_ms or self.clock.now_ms()
            self.held.append(event)
        else:
            self.post(event)

    def _catch_up(self) -> None:
        if self.held and self.fragile.health is not Health.SLOW:
            held, self.held, self._since_ms = self.held, [], None
            for event in held:
                self.post(event)
