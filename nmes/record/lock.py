"""One writer per chain: two writers would give two entries the same predecessor.

The operating system holds the lock (flock) and lets it go when the holder dies, however it dies; the text in the lock
file is only for the message. The file of a session is locked too while it is written: whoever deletes the lock file
does not let a second writer in. Reading needs no lock.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nmes.record.disk import FILE_MODE
from nmes.record.errors import RecordBusy, RecordUnavailable
from nmes.record.files import session_names


def take_lock(folder: Path, holder: str) -> int:
    """Lock a chain's folder and leave the holder's name; returns the file descriptor: closing it lets the lock go.

    Raises RecordBusy naming the present holder; OSError if the folder cannot be written.
    """
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _refuse_while_written(folder)
        os.ftruncate(fd, 0)
        os.pwrite(fd, holder.encode(errors="replace"), 0)
    except BlockingIOError as error:
        busy = os.pread(fd, 500, 0).decode(errors="replace") or "another program"
        os.close(fd)
        raise RecordBusy(busy) from error
    except (OSError, RecordBusy):
        os.close(fd)
        raise
    return fd


def hold(fd: int) -> None:
    """Lock the file of a session, until it is closed; OSError if somebody else writes it."""
    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _refuse_while_written(folder: Path) -> None:
    for name in session_names(folder)[-1:]:
        fd = os.open(folder / name, os.O_RDONLY | os.O_NONBLOCK)
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RecordBusy(f"the program that writes {name}") from error
        finally:
            os.close(fd)


@contextmanager
def alone(folder: Path, doing: str) -> Iterator[None]:
    """Hold a chain's lock: nobody writes meanwhile. `doing`: what for, told to who wants it. RecordUnavailable."""
    try:
        lock = take_lock(folder, f"process {os.getpid()}, {doing}")
    except OSError as error:
        raise RecordUnavailable(f"{folder} cannot be used: {error.strerror or error}") from error
    try:
        yield
    finally:
        os.close(lock)
