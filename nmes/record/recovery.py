"""What a crash left is found before anything new is written, kept, and told in the new session: nothing is deleted.

Four things may be found, from the newest session back to the last one that was closed: a line that was never
finished (moved to `.torn`, told as `recovered`), a session without an end (told as `interrupted`; it is never
resumed), one that was closed, without the signature after that (told as `unsigned_end`), and an end that cannot be read
(left untouched, told as `damaged_before`). An end that is not signed is told with its number and hash, so that the
signature after the telling fixes it as it was found. If the computer stops in the middle of this, the next start finds
the same things again: a thing counts as told only when an entry says so, in a signed session a signed one.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nmes.record.chain import GENESIS, BadLine, Entry, NewEntry, decode_line, hash_of
from nmes.record.checkpoint import ACTOR, OPENING, TYPE, is_signed
from nmes.record.disk import Disk
from nmes.record.files import FileEnd, number_of, open_file, read_end, session_files
from nmes.record.neighbours import claims_signed
from nmes.record.store import last_entry
from nmes.record.verify import is_torn


@dataclass(frozen=True, slots=True)
class Found:
    """Where the new session goes on: `prev` for its first entry, its number, and what it must tell."""

    prev: str
    number: int
    notes: tuple[NewEntry, ...]


def look_back(folder: Path, disk: Disk) -> Found:
    """Put the end of a chain in order, for the holder of its lock only. OSError if that cannot be done."""
    files = session_files(folder)
    prev: str | None = None
    told: set[tuple[str, str]] = set()
    notes: list[NewEntry] = []

    def tell(kind: str, path: Path, **more: int | str) -> None:
        if (kind, path.stem) not in told:
            notes.append(NewEntry(kind, {"session": path.stem, **more}, ACTOR))

    for path in reversed(files):
        end = read_end(path)
        torn = _settle(path, end, disk)
        if torn is not None:
            tell("recovered", path, bytes=len(torn), sha256=sha256(torn).hexdigest())
        if not is_torn(end.tail):
            end = FileEnd(end.tail, end.complete + len(end.tail), b"", end.last)
        last, ending = _read(end.last), _ending(end)
        prev = prev or (hash_of(end.last) if isinstance(last, BadLine) else last.hash if last else None)
        if isinstance(ending, BadLine):
            tell("damaged_before", path, reason=ending.sentence)
            break
        over = ending is not None and ending.type == "closed"
        if over and not (isinstance(last, Entry) and last.type != TYPE and claims_signed(path)):
            break
        tell("unsigned_end" if over else "interrupted", path, **_place(last))
        told |= _told_by(path)
    return Found(prev or GENESIS, number_of(files[-1]) + 1 if files else 1, tuple(notes))


def _place(last: Entry | BadLine | None) -> dict[str, int | str]:
    return {"seq": last.seq, "hash": last.hash} if isinstance(last, Entry) else {}


def _read(line: bytes) -> Entry | BadLine | None:
    if not line:
        return None
    try:
        return decode_line(line)
    except BadLine as bad:
        return bad


def _ending(end: FileEnd) -> Entry | BadLine | None:
    """What tells how a session ended: the last entry that is no signature."""
    try:
        return last_entry(end) if end.last else None
    except BadLine as bad:
        return bad


def _settle(path: Path, end: FileEnd, disk: Disk) -> bytes | None:
    """Make the end of a file durable before anything refers to it; an unfinished last line is first kept in `.torn`.

    Returns what lies in `.torn`, None if nothing does.
    """
    torn = path.with_suffix(".torn")
    unfinished = end.tail and is_torn(end.tail)
    if unfinished:
        disk.save(torn, end.tail)
    fd = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    try:
        if unfinished:
            os.ftruncate(fd, end.complete)
        disk.sync(fd)
    finally:
        os.close(fd)
    if not torn.exists():
        return None
    with open_file(torn) as file:
        return file.read()


def _told_by(path: Path) -> set[tuple[str, str]]:
    """What the first entries of a session tell of earlier ones; nothing if they had to be signed and are not."""
    told: set[tuple[str, str]] = set()
    since: set[tuple[str, str]] = set()
    signed = False
    with open_file(path) as file:
        for entry in map(_read, file):
            if not isinstance(entry, Entry) or entry.type not in OPENING | {TYPE}:
                break
            if entry.type == TYPE:
                told |= since
            elif entry.type == "opened":
                signed = is_signed(entry.body)
            else:
                since.add((entry.type, str(entry.body.get("session"))))
    return told if signed else told | since
