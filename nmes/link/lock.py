"""One program per device: a lock file that names its holder.

The lock of the operating system on a serial port is advisory and tells nobody who holds it. This file does. What counts
is the system's lock on the file, not the file: a dead process holds nothing, so its file is simply taken over. What is
written in it is for the message alone; it is read within bounds, and what cannot be understood names nobody.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import warnings
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from platformdirs import user_runtime_path

from nmes.link.address import device_name
from nmes.link.port import PortBusy, PortMissing

MOST_NOTE: Final = 4096
"""Bytes of a note that are read: ten times what the longest of ours takes [computed]."""
_MOST_WORD: Final = 120
"""Letters of one of its words that are told [design]."""
_PLAIN_FILE: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""A link in its place is not followed, and a FIFO is not waited for."""

if sys.platform == "win32":
    import msvcrt

    def _claim(handle: int) -> None:
        """Lock one byte far behind the text, so that others can still read who holds it."""
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    def _user() -> str:
        return os.environ.get("USERNAME", "?")
else:
    import fcntl
    import pwd

    def _claim(handle: int) -> None:
        """Raises OSError if another open file holds the lock; the system frees it when the process ends."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _user() -> str:
        """Who the process belongs to; the environment may say anything."""
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"user {os.getuid()}"


@dataclass(frozen=True, slots=True)
class Note:
    """Who holds a device; empty and 0 where it was not written down. `session`: the id of its record."""

    program: str
    pid: int
    started: str
    user: str = ""
    session: str = ""
    device: str = ""

    def __str__(self) -> str:
        parts = [self.program, f"process {self.pid}"]
        parts += [f"user {self.user}"] if self.user else []
        parts += [f"since {self.started}"]
        parts += [f"session {self.session}"] if self.session else []
        return ", ".join(parts)


def _runtime_folder() -> Path:
    """The user's folder for running programs. That the system names none is no news to a therapist."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return user_runtime_path("nmes", appauthor=False)


class DeviceLock:
    """The right to talk to one device. `url` names it; two names of one device are one (`nmes.link.address`).

    `session`: the id of the record that is written meanwhile, told to whoever wants the device too.
    """

    def __init__(self, url: str, folder: Path | None = None, program: str = "nmes", session: str = "") -> None:
        self._url = url
        self._folder = folder if folder is not None else _runtime_folder()
        self._program = program
        self._session = session
        self._handle: int | None = None

    @property
    def path(self) -> Path:
        """The lock file; it stays on the disk, empty, after release."""
        name = device_name(self._url).encode("utf-8", "surrogateescape")
        return self._folder / f"{hashlib.sha256(name).hexdigest()[:16]}.lock"

    def acquire(self) -> None:
        """Take the lock and note who has it; raises PortBusy naming the holder, PortMissing if it cannot write."""
        path = self.path
        handle = self._opened(path)
        try:
            _claim(handle)
        except OSError as error:
            os.close(handle)
            raise PortBusy(f"{self._url} is held by {_told(noted(path))}.") from error
        try:
            self._write(handle)
        except OSError as error:
            os.close(handle)
            raise self._unlockable(path, error) from error
        self._handle = handle

    def holder(self) -> Note | None:
        """Who holds the device now; None if nobody does. Takes nothing; a holder that left no note has no name."""
        path = self.path
        try:
            handle = os.open(path, os.O_RDWR | _PLAIN_FILE)
        except OSError:
            return None
        try:
            if stat.S_ISREG(os.fstat(handle).st_mode):
                _claim(handle)
        except OSError:
            return noted(path) or Note("", 0, "")
        finally:
            os.close(handle)
        return None

    def release(self) -> None:
        """Idempotent."""
        handle, self._handle = self._handle, None
        if handle is not None:
            os.truncate(handle, 0)
            os.close(handle)

    def _opened(self, path: Path) -> int:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | _PLAIN_FILE, 0o600)
        except OSError as error:
            raise self._unlockable(path, error) from error
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise PortMissing(f"{self._url} cannot be locked: {path} is no plain file; remove it.")
        return handle

    def _unlockable(self, path: Path, error: OSError) -> PortMissing:
        return PortMissing(f"{self._url} cannot be locked: {error.strerror} at {path}; free or change it.")

    def _write(self, handle: int) -> None:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        note = Note(self._program, os.getpid(), started, _user(), self._session, self._url)
        os.lseek(handle, 0, os.SEEK_SET)
        os.truncate(handle, 0)
        os.write(handle, json.dumps(asdict(note)).encode())


def noted(path: Path) -> Note | None:
    """The note in a lock file; None where there is none, or none of ours, whatever else is in its place."""
    try:
        handle = os.open(path, os.O_RDONLY | _PLAIN_FILE)
    except OSError:
        return None
    try:
        plain = stat.S_ISREG(os.fstat(handle).st_mode)
        data = os.read(handle, MOST_NOTE + 1) if plain else b""
    except OSError:
        return None
    finally:
        os.close(handle)
    return _understood(data) if len(data) <= MOST_NOTE else None


def _understood(data: bytes) -> Note | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    pid, words = (
        found.get("pid"),
        {key: found.get(key, "") for key in ("program", "started", "user", "session", "device")},
    )
    if type(pid) is not int or not 0 < pid < 1 << 32 or not all(_is_word(word) for word in words.values()):
        return None
    return Note(pid=pid, **words) if words["program"] and words["started"] else None


def _is_word(word: object) -> bool:
    return isinstance(word, str) and len(word) <= _MOST_WORD and word.isprintable()


def _told(note: Note | None) -> str:
    """Who may be treating a patient at this moment is not to be ended."""
    if note is None:
        return "another program; end that program, then try again"
    if note.session:
        return f"{note}: a session is running there; wait for its end, and end it only if it hangs"
    return f"{note}; end that program, then try again"
