"""Room for the end of a session: somebody else may fill the disk while it runs, and its STOP is to be on record.

Law: a session begins only where a long one has room, and with a reserve on the medium: a file beside the records, of
bytes that no file system makes shorter. Where a full disk refuses a write the reserve is let go, once, and the write
goes on in its place. It stays for the next session otherwise; a care entry makes none, but may use it up.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from nmes.record.disk import Disk, create_for_append
from nmes.record.errors import RecordUnavailable

NAME: Final = "reserve"
SIZE: Final = 1 << 16
"""Four times what the end of a session takes with all that is found and signed after it [computed: 15 kB]."""
TO_BEGIN: Final = 32 << 20
"""Twice what an hour takes on one channel [computed: 15 MB, from 250 kB a minute]."""
TO_GO_ON: Final = 1 << 20
"""Four minutes [computed, as above]: it is looked for every few seconds."""
_MB: Final = 1_000_000


def keep(folder: Path, disk: Disk) -> None:
    """Have the reserve for a session that is about to begin. RecordUnavailable: there is too little room. OSError."""
    free, path = disk.room(folder), folder / NAME
    if free is not None and free < TO_BEGIN:
        said = f"only {free / _MB:.1f} MB are free there, and a session needs {TO_BEGIN // _MB}: make room"
        raise RecordUnavailable(f"no record can be kept in {folder}: {said}")
    if path.is_file() and path.stat().st_size == SIZE:
        return
    path.unlink(missing_ok=True)
    fd = create_for_append(path)
    try:
        disk.append(fd, secrets.token_bytes(SIZE))
        disk.sync(fd)
    finally:
        os.close(fd)
    disk.sync_folder(folder)


def let_go(folder: Path, disk: Disk) -> bool:
    """Whether there was a reserve, and its room is free now."""
    try:
        (folder / NAME).unlink()
        disk.sync_folder(folder)  # where a file system gives back only what is on the medium as deleted
    except OSError:
        return False
    return True


def too_little(folder: Path, disk: Disk) -> str:
    """Why a session must not go on; "" where there is room. OSError."""
    free = disk.room(folder)
    return "" if free is None or free >= TO_GO_ON else f"the disk is almost full: {free / _MB:.1f} MB are free"
