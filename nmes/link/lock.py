"""One program per device: a lock file that names its holder.

The lock of the operating system on a serial port is advisory and tells nobody who holds it. This file does. What counts
is the system's lock on the file, not the file: a dead process holds nothing, so its file is simply taken over.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import warnings
from datetime import UTC, datetime
from pathlib import Path

from platformdirs import user_runtime_path

from nmes.link.port import PortBusy, PortMissing

if sys.platform == "win32":
    import msvcrt

    def _claim(handle: int) -> None:
        """Lock one byte far behind the text, so that others can still read who holds it."""
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _claim(handle: int) -> None:
        """Raises OSError if another open file holds the lock; the system frees it when the process ends."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _runtime_folder() -> Path:
    """The user's folder for running programs. That the system names none is no news to a therapist."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return user_runtime_path("nmes", appauthor=False)


class DeviceLock:
    """The right to talk to one device. `url` names it; two names of one file (links) are one device."""

    def __init__(self, url: str, folder: Path | None = None, program: str = "nmes") -> None:
        self._url = url
        self._folder = folder if folder is not None else _runtime_folder()
        self._program = program
        self._handle: int | None = None

    @property
    def path(self) -> Path:
        """The lock file; it stays on the disk, empty, after release."""
        device = self._url if "://" in self._url else str(Path(self._url).resolve())
        return self._folder / f"{hashlib.sha256(device.encode()).hexdigest()[:16]}.lock"

    def acquire(self) -> None:
        """Take the lock and note who has it; raises PortBusy naming the holder, PortMissing if it cannot write."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise PortMissing(
                f"{self._url} cannot be locked: {error.strerror} at {self.path}; free or change it."
            ) from error
        try:
            _claim(handle)
        except OSError as error:
            os.close(handle)
            raise PortBusy(f"{self._url} is held by {self._holder()}; end that program, then try again.") from error
        started = datetime.now(UTC).isoformat(timespec="seconds")
        note = json.dumps({"pid": os.getpid(), "program": self._program, "started": started, "device": self._url})
        os.lseek(handle, 0, os.SEEK_SET)
        os.truncate(handle, 0)
        os.write(handle, note.encode())
        self._handle = handle

    def release(self) -> None:
        """Idempotent."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.truncate(handle, 0)
            os.close(handle)

    def _holder(self) -> str:
        try:
            note = json.loads(self.path.read_text("utf-8"))
            return f"{note['program']}, process {note['pid']}, since {note['started']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "another program"
