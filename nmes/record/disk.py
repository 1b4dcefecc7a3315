"""The few ways in which the record touches the disk, passed in so that a test can let each of them fail.

Patients' records are for their owner only: folders 0700, files 0600. A new or renamed file is not safe before its
folder is synced too. POSIX systems: Linux and macOS.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER_MODE = 0o700
FILE_MODE = 0o600
DRAFT = ".new"
"""What the name of a file ends with that was not finished yet."""


def full_sync(fd: int, flush_drive: int | None = getattr(fcntl, "F_FULLFSYNC", None)) -> None:
    """Bring a file to the medium. macOS' fsync stops at the drive, so F_FULLFSYNC is used [source, secondary]."""
    if flush_drive is None:
        os.fsync(fd)
    else:
        fcntl.fcntl(fd, flush_drive)


def still_there(fd: int, path: Path, size: int) -> None:
    """OSError if an open file is no longer the one of this name, or not of this length.

    Bringing a deleted file to the medium succeeds: only looking for it tells.
    """
    ours, named = os.fstat(fd), path.stat()
    if (ours.st_dev, ours.st_ino) != (named.st_dev, named.st_ino):
        raise OSError(errno.ESTALE, "another file stands in its place")
    if ours.st_size != size:
        raise OSError(errno.EIO, "it was cut off, or somebody else writes to it")


def free_bytes(folder: Path) -> int | None:
    """How much may still be written where a folder lies; None where the file system does not tell."""
    told = os.statvfs(folder)
    return told.f_bavail * told.f_frsize if told.f_blocks else None


_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


@dataclass(frozen=True, slots=True)
class Disk:
    """How bytes get to the disk; all may raise OSError, and none is ever tried again after it did, but for a write that
    a full disk refused: it took nothing, and once there is room it goes on.
    """

    write: Callable[[int, bytes], int] = os.write
    sync: Callable[[int], None] = full_sync
    look: Callable[[int, Path, int], None] = still_there
    room: Callable[[Path], int | None] = free_bytes

    def append(self, fd: int, data: bytes, make_room: Callable[[], bool] = lambda: False) -> None:
        """Write all of `data`. A short write goes on where it ended; a failed one raises OSError.

        `make_room`: asked where the disk is full; whether there is room now.
        """
        while data:
            try:
                written = self.write(fd, data)
            except OSError as error:
                if error.errno in _FULL and make_room():
                    continue
                raise
            if written <= 0:
                raise OSError(errno.EIO, "the disk took nothing and gave no reason")
            data = data[written:]

    def sync_folder(self, folder: Path) -> None:
        """Make the names in a folder durable."""
        fd = os.open(folder, os.O_RDONLY)
        try:
            self.sync(fd)
        finally:
            os.close(fd)

    def make_folder(self, folder: Path) -> None:
        """Create a folder, and what is missing above it, for its owner only; what exists is left as it is."""
        for path in reversed((folder, *folder.parents)):
            if not path.exists():
                path.mkdir(mode=FOLDER_MODE, exist_ok=True)
                self.sync_folder(path.parent)

    def save(self, path: Path, data: bytes) -> None:
        """Write a small file whole and durable, replacing what is there."""
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        try:
            self.append(fd, data)
            self.sync(fd)
        finally:
            os.close(fd)
        self.sync_folder(path.parent)

    def exchange(self, path: Path, data: bytes) -> None:
        """As `save`, but written beside its place and renamed: who reads it, or a crash, finds the old or the new."""
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}{DRAFT}")
        try:
            self.save(draft, data)
            draft.replace(path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        self.sync_folder(path.parent)

    def wipe(self, path: Path) -> None:
        """Overwrite a file, then take it away. OSError if it could not be overwritten; it is gone all the same."""
        try:
            fd = os.open(path, os.O_WRONLY)
            try:
                self.append(fd, bytes(os.fstat(fd).st_size))
                self.sync(fd)
            finally:
                os.close(fd)
        finally:
            path.unlink(missing_ok=True)


def create_for_append(path: Path) -> int:
    """A new file, open for appending only; FileExistsError if there is one."""
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, FILE_MODE)
