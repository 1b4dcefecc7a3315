"""One writer per chain: two writers would give two entries the same predecessor.

The operating system holds the lock (flock) and lets it go when the holder dies, however it dies; the text in the lock
file is only for the message. Reading needs no lock.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from nmes.record.disk import FILE_MODE
from nmes.record.errors import RecordBusy


def take_lock(folder: Path, holder: str) -> int:
    """Lock a chain's folder and leave the holder's name; returns the file descriptor: closing it lets the lock go.

    Raises RecordBusy naming the present holder; OSError if the folder cannot be written.
    """
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.ftruncate(fd, 0)
        os.pwrite(fd, holder.encode(errors="replace"), 0)
    except BlockingIOError as error:
        busy = os.pread(fd, 500, 0).decode(errors="replace") or "another program"
        os.close(fd)
        raise RecordBusy(busy) from error
    except OSError:
        os.close(fd)
        raise
    return fd
