"""The only writer of a session's record. Synchronous: who must not wait for the disk goes through `nmes.record.sink`.

Laws: no record, no stimulation (opening fails loudly); an entry is written when `append` returns and durable when
`sync` returns; a write or sync that failed is never tried again, because after a failed fsync the kernel may have
dropped the data and a second try reports success [source, secondary: PostgreSQL talks on fsync]. From then on the
journal is broken and every call says so: the output must stop. Nothing written is ever changed or deleted.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from nmes.record.canonical import canonical
from nmes.record.chain import Head, NewEntry, Origin, Stamp, encode_line
from nmes.record.clocks import Clocks
from nmes.record.disk import Disk, create_for_append
from nmes.record.errors import JournalBroken, RecordUnavailable
from nmes.record.files import session_name
from nmes.record.lock import take_lock
from nmes.record.recovery import ACTOR, look_back


class Journal:
    """One session's record, open for writing; made by `open`. Not for two threads at once."""

    def __init__(
        self, path: Path, *, fd: int, origin: Origin, prev: str, clocks: Clocks, disk: Disk, held: ExitStack
    ) -> None:
        self.path = path
        self.clocks = clocks
        self._fd = fd
        self._origin = origin
        self._head = Head(origin.session, 0, prev)
        self._disk = disk
        self._held = held
        self._over: JournalBroken | None = None

    @classmethod
    def open(
        cls,
        folder: Path,
        station: str,
        binding: Mapping[str, object],
        clocks: Clocks,
        *,
        actor: str = ACTOR,
        disk: Disk | None = None,
        token: str | None = None,
    ) -> Journal:
        """Begin a new session in a chain's folder (created if missing); its first entries are on the disk on return.

        The first entry, `opened`, holds `binding` (what the session is bound to: `protocol`, versions, device, limits);
        what was found of earlier sessions follows (see `nmes.record.recovery`). Raises RecordBusy (naming the holder),
        RecordUnavailable, or NotRecordable if the binding has no canonical spelling. `token`: random part of the id.
        """
        disk = disk or Disk()
        canonical(binding)
        held = ExitStack()
        try:
            disk.make_folder(folder)
            held.callback(os.close, take_lock(folder, _holder(station)))
            found = look_back(folder, disk)
            session = session_name(found.number, clocks.utc_ms(), token or secrets.token_hex(3))
            path = folder / f"{session}.jsonl"
            fd = create_for_append(path)
            held.callback(os.close, fd)
            origin = Origin(station, session, clocks.boot_id)
            journal = cls(path, fd=fd, origin=origin, prev=found.prev, clocks=clocks, disk=disk, held=held.pop_all())
            journal._begin(NewEntry("opened", binding, actor), *found.notes)
        except (OSError, JournalBroken) as error:
            raise RecordUnavailable(f"no record can be kept in {folder}: {error}") from error
        finally:
            held.close()
        return journal

    @property
    def session(self) -> str:
        """The session's id: the stem of its file."""
        return self._origin.session

    @property
    def head(self) -> Head:
        """The last entry written, its number and hash."""
        return self._head

    def append(self, new: NewEntry, at: Stamp | None = None) -> int:
        """Write one entry and return its number. `at`: when it happened, now if None.

        Raises JournalBroken; NotRecordable if the body has no canonical spelling (nothing is written then).
        """
        self._refuse()
        seq = self._head.seq + 1
        line, digest = encode_line(new, at or self.clocks.stamp(), self._origin, seq, self._head.hash)
        try:
            self._disk.append(self._fd, line)
        except OSError as error:
            raise self._broken("written", error) from error
        self._head = Head(self.session, seq, digest)
        return seq

    def sync(self) -> None:
        """Return when everything appended is on the medium; JournalBroken if that cannot be said."""
        self._refuse()
        try:
            self._disk.sync(self._fd)
        except OSError as error:
            raise self._broken("synced", error) from error

    def close(self, body: Mapping[str, object], actor: str = ACTOR) -> Head:
        """Write the closing entry (`body["why"]`: why the session ended), sync, and let the chain go.

        The head returned is what to keep elsewhere. On JournalBroken the chain is let go all the same.
        """
        try:
            self.append(NewEntry("closed", body, actor))
            self.sync()
        finally:
            self.abandon()
        return self._head

    def abandon(self) -> None:
        """Let the chain go without a closing entry: the next session calls this one interrupted. May be repeated."""
        self._over = self._over or JournalBroken(f"the record of {self.session} is closed")
        with suppress(OSError):
            self._held.close()

    def _begin(self, *entries: NewEntry) -> None:
        with ExitStack() as undo:
            undo.callback(self.abandon)
            for entry in entries:
                self.append(entry)
            self.sync()
            self._disk.sync_folder(self.path.parent)
            undo.pop_all()

    def _refuse(self) -> None:
        if self._over is not None:
            raise JournalBroken(str(self._over)) from self._over

    def _broken(self, what: str, error: OSError) -> JournalBroken:
        """From here on nothing is written. The note beside the record waits for `abandon`: the STOP comes first."""
        self._over = JournalBroken(f"the record could not be {what}: {error.strerror or error}")
        self._held.callback(self._leave_note, str(self._over))
        return self._over

    def _leave_note(self, reason: str) -> None:
        with suppress(OSError):
            self._disk.save(self.path.with_suffix(".broken"), f"{reason}\n".encode())


def _holder(station: str) -> str:
    return f"{station}, process {os.getpid()} on {socket.gethostname()}"
