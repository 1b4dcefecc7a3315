"""One program per device: a lock file that names its holder.

The lock of the operating system on a serial port is advisory and tells nobody who holds it. This file does. What counts
is the system's lock on the file, not the file: a dead process holds nothing, so its file is simply taken over. What is
written in it is for the message alone; it is read within bounds, and what cannot be understood names nobody.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import threading
import warnings
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from platformdirs import user_runtime_path

from nmes.link.address import device_name
from nmes.link.port import PortBusy, PortMissing
from nmes.plain_file import NotPlain, open_plain, read_plain

MOST_NOTE: Final = 4096
"""Bytes of a note that are read: ten times what the longest of ours takes [computed]."""
_MOST_WORD: Final = 120
"""Letters of one of its words that are told [design]."""
_TRIES: Final = 25
"""So often a lock that is held may be one that somebody only asks about: that takes microseconds, and longer only on a
loaded computer [design]."""
_AGAIN_S: Final = 0.002

if sys.platform == "win32":
    import msvcrt

    def _claim(handle: int) -> None:
        """Lock one byte far behind the text, so that others can still read who holds it."""
        os.lseek(handle, 1 << 20, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

    _share = _claim
    """There is no other lock here; it is held while somebody asks."""

    def _user() -> str:
        return os.environ.get("USERNAME", "?")
else:
    import fcntl
    import pwd

    def _claim(handle: int) -> None:
        """Raises OSError if another open file holds the lock; the system frees it when the process ends."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _share(handle: int) -> None:
        """As `_claim`, beside others who share: so that two who ask do not take each other for a holder."""
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)

    def _user() -> str:
        """Who the process belongs to; the environment may say anything."""
        try:
            return pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return f"user {os.getuid()}"


@dataclass(frozen=True, slots=True)
class Note:
    """Who holds a device; empty and 0 where it was not written down. `session`: the id of its record. `family`: the key
    of the stimulator that it takes the device for, where it would take a line over from a keeper.
    """

    program: str
    pid: int
    started: str
    user: str = ""
    session: str = ""
    device: str = ""
    family: str = ""
    kept: bool = False
    """Whether a keeper of this holder is at work: that of an earlier one may go then."""

    def __str__(self) -> str:
        parts = [self.program, f"process {self.pid}"]
        parts += [f"user {self.user}"] if self.user else []
        parts += [f"since {_place_time(self.started)}"]
        parts += [f"session {self.session}"] if self.session else []
        return ", ".join(parts)


def _place_time(utc: str) -> str:
    """A moment for people: day and time at this place; what is none stays as it is."""
    try:
        return f"{datetime.fromisoformat(utc).astimezone():%Y-%m-%d %H:%M}"
    except (ValueError, OverflowError):
        return utc


def _runtime_folder() -> Path:
    """The user's folder for running programs. That the system names none is no news to a therapist."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return user_runtime_path("nmes", appauthor=False)


class DeviceLock:
    """The right to talk to one device. `url` names it; two names of one device are one (`nmes.link.address`).

    `session`: the id of the record that is written meanwhile, told to whoever wants the device too. `family`: which
    stimulator it is, told to a keeper that has the line.
    """

    def __init__(
        self, url: str, folder: Path | None = None, program: str = "nmes", session: str = "", family: str = ""
    ) -> None:
        self._url = url
        self._folder = folder if folder is not None else _runtime_folder()
        self._program = program
        self._session = session
        self._family = family
        self._handle: int | None = None

    @property
    def family(self) -> str:
        """What it takes the device for; "" where it would take no line over."""
        return self._family

    @property
    def path(self) -> Path:
        """The lock file; it stays on the disk, empty, after release."""
        name = device_name(self._url).encode("utf-8", "surrogateescape")
        return self._folder / f"{hashlib.sha256(name).hexdigest()[:16]}.lock"

    def acquire(self) -> None:
        """Take the lock and note who has it; raises PortBusy naming the holder, PortMissing if it cannot write.

        Nothing happens if it is held by this very object.
        """
        if self._handle is not None:
            return
        path = self.path
        handle = self._opened(path)
        try:
            _claim_from_askers(handle)
        except OSError as error:
            os.close(handle)
            raise PortBusy(f"{self._url} is held by {_told(noted(path))}.") from error
        try:
            self._write(handle)
        except OSError as error:
            os.close(handle)
            raise self._unlockable(path, error) from error
        self._handle = handle

    def keep(self) -> None:
        """Write down that a keeper is at work; what cannot be written leaves an earlier keeper waiting, and no more."""
        if self._handle is not None:
            with contextlib.suppress(OSError):
                self._write(self._handle, kept=True)

    def holder(self) -> Note | None:
        """Who holds the device now; None if nobody does. A holder that left no note has no name.

        A lock of this kind can only be asked about by sharing it for a moment; who takes the device waits that long.
        """
        return (noted(self.path) or Note("", 0, "")) if is_held(self.path) else None

    def release(self) -> None:
        """Idempotent. Never raises: a disk that has gone wrong must not keep a line, a record or a keeper from its end.
        What then stays in the file names nobody who holds anything.
        """
        handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(OSError):
                os.truncate(handle, 0)
            os.close(handle)

    def _opened(self, path: Path) -> int:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return open_plain(path, os.O_RDWR | os.O_CREAT)
        except NotPlain as error:
            raise PortMissing(f"{self._url} cannot be locked: {path} is no plain file; remove it.") from error
        except OSError as error:
            raise self._unlockable(path, error) from error

    def _unlockable(self, path: Path, error: OSError) -> PortMissing:
        return PortMissing(f"{self._url} cannot be locked: {error.strerror} at {path}; free or change it.")

    def _write(self, handle: int, *, kept: bool = False) -> None:
        started = datetime.now(UTC).isoformat(timespec="seconds")
        note = Note(self._program, os.getpid(), started, _user(), self._session, self._url, self._family, kept)
        os.lseek(handle, 0, os.SEEK_SET)
        os.truncate(handle, 0)
        os.write(handle, json.dumps(asdict(note)).encode())


def _claim_from_askers(handle: int) -> None:
    """As `_claim`; somebody who only asks whether it is held is waited for."""
    for _again in range(_TRIES):
        try:
            _claim(handle)
        except OSError:
            threading.Event().wait(_AGAIN_S)
        else:
            return
    _claim(handle)


def is_held(path: Path) -> bool:
    """Whether somebody has the system's lock on a plain file; False where there is none."""
    try:
        handle = open_plain(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _share(handle)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def noted(path: Path) -> Note | None:
    """The note in a lock file; None where there is none, or none of ours, whatever else is in its place."""
    return _understood(read_plainly(path))


def read_plainly(path: Path) -> bytes:
    """A plain file of at most `MOST_NOTE` bytes; empty where there is none, or it is longer."""
    try:
        return read_plain(path, MOST_NOTE)
    except OSError:
        return b""


def _understood(data: bytes) -> Note | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    pid, words = (
        found.get("pid"),
        {key: found.get(key, "") for key in ("program", "started", "user", "session", "device", "family")},
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
