"""A disk that stops at a moment of one's choice, and what is on the medium then.

Every write and every sync of the record is a moment. What was never synced may be there, in part, as zeros or not at
all; a name is only safe once its folder was synced.
"""

from __future__ import annotations

import errno
import os
import random
import stat
from dataclasses import dataclass, field
from pathlib import Path

from nmes.record.disk import Disk


class PowerCut(BaseException):
    """The computer is off."""


@dataclass
class Power:
    """The medium below `home`. Moment `cut_at` does not come to pass: the power goes, or from there on `error`."""

    home: Path
    cut_at: int = 0
    error: int = 0
    part: float = 0.5
    """How much of the write that was going on got to the file."""
    moments: int = 0
    content: dict[int, bytes] = field(default_factory=dict)
    """What was synced, by inode."""
    names: dict[int, dict[str, tuple[int, bool]]] = field(default_factory=dict)
    """Which names were synced, by the folder's inode, and whether each was a folder: a number is given out again."""

    def __post_init__(self) -> None:
        """What is there already is on the medium."""
        for path in (self.home, *self.home.rglob("*")):
            self._synced(path)

    def disk(self) -> Disk:
        return Disk(self._write, self._sync)

    def _write(self, fd: int, data: bytes) -> int:
        if self._now():
            os.write(fd, data[: int(len(data) * self.part)])
            self._gone()
        return os.write(fd, data)

    def _sync(self, fd: int) -> None:
        if self._now():
            self._gone()
        path = self._path(os.fstat(fd).st_ino)
        if path is not None:
            self._synced(path)

    def _now(self) -> bool:
        self.moments += 1
        return 0 < self.cut_at <= self.moments

    def _gone(self) -> None:
        if self.error:
            raise OSError(self.error, os.strerror(self.error))
        raise PowerCut

    def _path(self, inode: int) -> Path | None:
        """None for a file that is open and has no name any more."""
        return next((path for path in (self.home, *self.home.rglob("*")) if path.stat().st_ino == inode), None)

    def _synced(self, path: Path) -> None:
        state = path.stat()
        if stat.S_ISDIR(state.st_mode):
            self.names[state.st_ino] = {one.name: (one.stat().st_ino, one.is_dir()) for one in path.iterdir()}
        else:
            self.content[state.st_ino] = path.read_bytes()

    def after(self, home: Path, how: str, rng: random.Random) -> Path:
        """A home as it may be found: "all" that was written is there, or "nothing" that was not synced, or "some"."""
        self._rebuilt(self.home, home, how, rng)
        return home

    def _rebuilt(self, old: Path, new: Path, how: str, rng: random.Random) -> None:
        new.mkdir()
        there = {path.name: path for path in old.iterdir()}
        safe = self.names.get(old.stat().st_ino, {})
        for name in sorted(there.keys() | safe.keys()):
            inode = there[name].stat().st_ino if name in there else 0
            if safe.get(name, (-1, False))[0] != inode and not self._kept(how, rng):
                if name in safe:  # renamed or removed since, and nobody synced that
                    self._there_still(*safe[name], new / name)
                continue
            if inode and there[name].is_dir():
                self._rebuilt(there[name], new / name, how, rng)
            elif inode:
                (new / name).write_bytes(self._found(there[name].read_bytes(), self.content.get(inode, b""), how, rng))

    def _there_still(self, inode: int, is_folder: bool, new: Path) -> None:
        if not is_folder:
            new.write_bytes(self.content.get(inode, b""))
            return
        new.mkdir()
        for name, (of, folder) in self.names.get(inode, {}).items():
            self._there_still(of, folder, new / name)

    def _kept(self, how: str, rng: random.Random) -> bool:
        return how == "all" or (how == "some" and rng.random() < 0.5)

    def _found(self, now: bytes, synced: bytes, how: str, rng: random.Random) -> bytes:
        if how == "all" or now == synced:
            return now
        if how == "nothing" or not now.startswith(synced):
            return synced
        cut = rng.randint(len(synced), len(now))
        return now[:cut] + bytes(rng.choice([0, 0, len(now) - cut]))


ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)
