"""The only writer of a session's record. Synchronous: who must not wait for the disk goes through `nmes.record.sink`.

Laws: no record, no stimulation (opening fails loudly); an entry is written when `append` returns and durable when
`sync` returns; a write or sync that failed is never tried again, because after a failed fsync the kernel may have
dropped the data and a second try reports success [source, secondary: PostgreSQL talks on fsync]. A file that was
deleted, moved or cut is no record, and neither is one whose texts were: `sync` looks for both. From then on the journal
is broken and every call says so: the output must stop. A disk that is full while a session runs is told by `short`: the
output must stop, and the end of the session has the room that was kept for it (see `nmes.record.reserve`). Nothing
written is ever changed or deleted. With a `signer` the
station vouches for what is written at checkpoints (see `nmes.record.checkpoint`). Free texts go beside the record, and
are on the medium before the entry that stands for them (see `nmes.record.texts`).
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path

from nmes.record import checkpoint, reserve
from nmes.record.canonical import canonical
from nmes.record.chain import Head, NewEntry, Origin, Stamp, encode_line
from nmes.record.checkpoint import ACTOR, Due
from nmes.record.clocks import Clocks, jump_ms
from nmes.record.disk import Disk, create_for_append
from nmes.record.errors import JournalBroken, RecordUnavailable
from nmes.record.files import session_name
from nmes.record.keys import StationKey
from nmes.record.lock import hold, take_lock
from nmes.record.recovery import look_back
from nmes.record.texts import take_out, texts_path


class Journal:
    """One session's record, open for writing; made by `open`. Not for two threads at once."""

    def __init__(
        self,
        path: Path,
        *,
        fd: int,
        origin: Origin,
        prev: str,
        clocks: Clocks,
        disk: Disk,
        held: ExitStack,
        signer: StationKey | None,
        reserved: bool,
    ) -> None:
        self.path = path
        self.clocks = clocks
        self._fd = fd
        self._origin = origin
        self._head = Head(origin.session, 0, prev)
        self._disk = disk
        self._held = held
        self._over: JournalBroken | None = None
        self._signer = signer
        self._due = Due()
        self._last: Stamp | None = None
        self._texts_fd: int | None = None
        self._size = self._texts_size = 0
        self._reserved = reserved
        self._short = ""

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
        signer: StationKey | None = None,
        reserved: bool = False,
    ) -> Journal:
        """Begin a new session in a chain's folder (created if missing); its first entries are on the disk on return.

        The first entry, `opened`, holds `binding` (what the session is bound to: `protocol`, versions, device, limits);
        what was found of earlier sessions follows (see `nmes.record.recovery`). Raises RecordBusy (naming the holder),
        RecordUnavailable, or NotRecordable if the binding has no canonical spelling. `token`: random part of the id.
        `signer`: the station's key; the binding then gains the chain's name and the key. None: an unsigned session.
        `reserved`: only with room for a long session, and for its end whatever becomes of that room.
        """
        disk = disk or Disk()
        bound = dict(binding) if signer is None else {**binding, **checkpoint.named(folder.name, signer)}
        canonical(bound)
        held = ExitStack()
        try:
            disk.make_folder(folder)
            held.callback(os.close, take_lock(folder, _holder(station)))
            if reserved:
                reserve.keep(folder, disk)
            found = look_back(folder, disk)
            session = session_name(found.number, clocks.utc_ms(), token or secrets.token_hex(3))
            path = folder / f"{session}.jsonl"
            fd = create_for_append(path)
            held.callback(os.close, fd)
            hold(fd)
            origin = Origin(station, session, clocks.boot_id)
            journal = cls(
                path,
                fd=fd,
                origin=origin,
                prev=found.prev,
                clocks=clocks,
                disk=disk,
                held=held.pop_all(),
                signer=signer,
                reserved=reserved,
            )
            journal._begin(NewEntry("opened", bound, actor), *found.notes)
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

        A jump of the wall clock is told before it, and a checkpoint follows when one is due. Raises JournalBroken;
        NotRecordable if the body has no canonical spelling (it is not written then, and the record stays whole).
        """
        self._refuse()
        at = at or self.clocks.stamp()
        by_ms = jump_ms(self._last, at)
        if by_ms:
            self._take(NewEntry("clock_step", {"by_ms": by_ms}, ACTOR), at)
        return self._take(new, at)

    @property
    def short(self) -> str:
        """Why the output must end although its record goes on: the disk is full, or nearly. "" while it need not."""
        return self._short

    @property
    def unsigned(self) -> bool:
        """Whether anything stands that a checkpoint has to follow; never, without a signer."""
        return self._signer is not None and self._due.entries > 0

    def seal(self, at: Stamp | None = None) -> None:
        """Sign for everything that stands unsigned, if there is any; JournalBroken as in `append`."""
        if self._signer is None or not self._due.entries:
            return
        self._refuse()
        origin, head = self._origin, self._head
        signed = checkpoint.message(origin.station, self.path.parent.name, head.session, head.seq, head.hash)
        self._write(checkpoint.checkpoint(self._signer, signed), at or self.clocks.stamp())
        self._due.signed()

    def sync(self) -> None:
        """Return when everything appended is on the medium; JournalBroken if that cannot be said."""
        self._refuse()
        try:
            self._disk.sync(self._fd)
        except OSError as error:
            raise self._broken("synced", error) from error
        self.look()

    def look(self) -> None:
        """Whether the file, and that of its texts, is still there as it was written; JournalBroken if one was deleted,
        moved or changed. And whether there is room to go on: see `short`.
        """
        self._refuse()
        try:
            self._disk.look(self._fd, self.path, self._size)
            if self._texts_fd is not None:
                self._disk.look(self._texts_fd, texts_path(self.path), self._texts_size)
            if self._reserved:
                self._short = self._short or reserve.too_little(self.path.parent, self._disk)
        except OSError as error:
            raise self._broken("found as it was written", error) from error

    def close(self, body: Mapping[str, object], actor: str = ACTOR) -> Head:
        """Write the closing entry (`body["why"]`: why the session ended), sign, sync, and let the chain go.

        The head returned is what to keep elsewhere. On JournalBroken the chain is let go all the same.
        """
        try:
            self.append(NewEntry("closed", body, actor, seal=True))
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
            at = self.clocks.stamp()  # one moment: no jump of the clock may stand before the first signature
            for entry in entries:
                self.append(entry, at)
            self.seal(at)
            self.sync()
            self._disk.sync_folder(self.path.parent)
            undo.pop_all()

    def _take(self, new: NewEntry, at: Stamp) -> int:
        seq = self._write(new, at)
        self._last = at  # of an entry, not of a signature: before that no jump of the clock is told
        if self._due.take(new, at.mono_ns):
            self.seal(at)
        return seq

    def _write(self, new: NewEntry, at: Stamp) -> int:
        seq = self._head.seq + 1
        taken = take_out(new.body, new.texts)
        line, digest = encode_line(replace(new, body=taken.body), at, self._origin, seq, self._head.hash)
        try:
            if taken.lines:
                self._keep(taken.lines)
            self._disk.append(self._fd, line, self._make_room)
        except OSError as error:
            raise self._broken("written", error) from error
        self._size += len(line)
        self._head = Head(self.session, seq, digest)
        return seq

    def _keep(self, lines: bytes) -> None:
        """Texts of the next entry, on the medium on return."""
        if self._texts_fd is None:
            self._texts_fd = create_for_append(texts_path(self.path))
            self._held.callback(os.close, self._texts_fd)
            self._disk.sync_folder(self.path.parent)
        self._disk.append(self._texts_fd, lines, self._make_room)
        self._texts_size += len(lines)
        self._disk.sync(self._texts_fd)

    def _make_room(self) -> bool:
        self._short = self._short or "the disk is full"
        return reserve.let_go(self.path.parent, self._disk)

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
