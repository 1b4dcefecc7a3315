"""What a crash left is found before anything new is written, kept, and told in the new session: nothing is deleted.

Three things may be found, from the newest session back to the last one that was closed: a line that was never
finished (moved to `.torn`, told as `recovered`), a session without an end (told as `interrupted`; it is never
resumed), and an end that cannot be read (left untouched, told as `damaged_before`). If the computer stops in the
middle of this, the next start finds the same things again: a thing counts as told only when an entry says so.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from nmes.record.chain import GENESIS, BadLine, Entry, NewEntry, decode_line, hash_of
from nmes.record.disk import Disk
from nmes.record.files import FileEnd, number_of, read_end, session_files
from nmes.record.verify import is_torn

ACTOR = "record"
OPENING = frozenset({"opened", "recovered", "interrupted", "damaged_before"})


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
        last = _read(end.last if is_torn(end.tail) else end.tail)
        if isinstance(last, BadLine):
            tell("damaged_before", path, reason=last.sentence)
            prev = prev or hash_of(end.last)
            break
        prev = prev or (last.hash if last else None)
        if last and last.type == "closed":
            break
        tell("interrupted", path)
        told |= _told_by(path)
    return Found(prev or GENESIS, number_of(files[-1]) + 1 if files else 1, tuple(notes))


def _read(line: bytes) -> Entry | BadLine | None:
    if not line:
        return None
    try:
        return decode_line(line)
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
    fd = os.open(path, os.O_WRONLY)
    try:
        if unfinished:
            os.ftruncate(fd, end.complete)
        disk.sync(fd)
    finally:
        os.close(fd)
    return torn.read_bytes() if torn.exists() else None


def _told_by(path: Path) -> set[tuple[str, str]]:
    told: set[tuple[str, str]] = set()
    with path.open("rb") as file:
        for line in file:
            entry = _read(line)
            if not isinstance(entry, Entry) or entry.type not in OPENING:
                break
            if entry.type != "opened":
                told.add((entry.type, str(entry.body.get("session"))))
    return told
