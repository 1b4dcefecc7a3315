"""A file in whose place somebody else may have put anything: only a plain one is opened, and read within bounds.

A link in its place is not followed, a FIFO is not waited for, a device is not read. Outside the rooms, as
`nmes.language` is: the lock of a line and the list of the devices that are known are read alike.
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

_AS_IT_STANDS: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


class NotPlain(OSError):
    """What stands there is no plain file."""


class TooLong(OSError):
    """It has more bytes than are read."""


def open_plain(path: Path, flags: int, mode: int = 0o600) -> int:
    """A descriptor of a plain file, opened as `os.open` does. NotPlain; OSError, of a link too."""
    handle = os.open(path, flags | _AS_IT_STANDS, mode)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise NotPlain(errno.EINVAL, "Not a plain file", str(path))
    return handle


def read_plain(path: Path, most_bytes: int) -> bytes:
    """All of a plain file. NotPlain, TooLong, OSError."""
    with open(open_plain(path, os.O_RDONLY), "rb") as file:
        data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise TooLong(errno.EFBIG, "File too large", str(path))
    return data
