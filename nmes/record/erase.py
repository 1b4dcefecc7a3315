"""Erasing free texts: first it is put on record, signed and by whom, then the texts and their salts are gone.

Law: no text goes before its erasure stands in the chain, so that a missing text is either on record or damage. That
holds for a text that no entry stands for too: its entry may be damaged, or the computer stopped before it was written.
If the computer stops between the two, the text is still there, and erasing again goes on where it ended. What is left
in place of a text is its hash, which without the salt tells nothing. Copies elsewhere (archives, printed reports) are
not reached from here, nor what a disk keeps of blocks it no longer shows.
"""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from nmes.core.care_events import Erased
from nmes.record import ledger
from nmes.record.chain import BadLine, Entry, decode_line
from nmes.record.disk import Disk
from nmes.record.errors import NotYetErased, RecordUnavailable
from nmes.record.files import Kind, chain_folder, open_file, session_files
from nmes.record.gone import ENTRY, Erasures, is_about_care
from nmes.record.keys import known_keys
from nmes.record.leavings import DRAFT, sweep
from nmes.record.ledger import Author
from nmes.record.lock import alone
from nmes.record.neighbours import opening_of
from nmes.record.texts import MARK, KeptLine, data_of, kept_lines, lines_of, references, texts_path

_ERASED: Final = Erased.__name__


@dataclass(frozen=True, slots=True)
class Held:
    """What can be erased from one file: `hashes` are not on record as erased yet, `left` are, and lie there still.

    `scraps`: how many lines lie there besides that are no text any more, such as half of one.
    """

    path: Path
    code: str
    side: str
    hashes: tuple[str, ...]
    left: tuple[str, ...] = ()
    scraps: int = 0

    @property
    def number(self) -> int:
        """How many texts these are, half ones too."""
        return len(self.hashes) + len(self.left) + self.scraps


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed of one patient. `unclear`: files with texts of which nobody can tell whose they are."""

    texts: tuple[Held, ...]
    unclear: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Rest:
    """What lies beside a file that no entry of it stands for: the hashes of texts, and how many lines are no text."""

    hashes: tuple[str, ...] = ()
    scraps: int = 0


def held(home: Path, path: Path, seq: int | None = None, erasures: Erasures | None = None) -> Held:
    """The texts of a session, or of a file of care entries: those of one entry, or all that lie there.

    The reason of an erasure is among them only if its entry is named: who erases everything gives one each time.
    Damaged entries have none, but their texts are among all. OSError if it cannot be read.
    """
    entries = list(_telling(path))
    if seq is not None:
        return _held(home, path, [one for one in entries if one.seq == seq], entries[:1], _Rest(), erasures)
    wanted = [one for one in entries if _event(one).get("type") != _ERASED]
    return _held(home, path, wanted, entries[:1], _rest(path, entries), erasures)


def held_of(home: Path, kind: Kind, code: str) -> Typed:
    """Everything that was typed of one patient: in the sessions, and in the entries between them. OSError."""
    erasures = Erasures(chain_folder(home, kind))
    texts, unclear = [], []
    for path in session_files(chain_folder(home, kind)):
        if is_about_care(path):
            entries = list(_telling(path))
            told = [(one, _event(one)) for one in entries]
            hers = [one for one, event in told if event.get("code") == code and event.get("type") != _ERASED]
            texts.append(_held(home, path, hers, [], _Rest(), erasures))
            lost = _rest(path, entries)
        else:
            opened = opening_of(path)
            if opened and _whose(opened.body, "patient")[0] == code:
                texts.append(held(home, path, erasures=erasures))
            lost = _Rest() if opened else _rest(path, ())
        if lost.hashes or lost.scraps:
            unclear.append(path)
    return Typed(tuple(one for one in texts if one.number), tuple(unclear))


def _held(
    home: Path, path: Path, wanted: Iterable[Entry], first: Iterable[Entry], rest: _Rest, erasures: Erasures | None
) -> Held:
    code = side = ""
    found: dict[str, None] = {}
    for entry in first:
        if entry.type == "opened":
            code, side = _whose(entry.body, "patient")
    for entry in wanted:
        if entry.type == ENTRY:
            code, side = _whose(_event(entry), "code")
        found |= dict.fromkeys(references(entry))
    found |= dict.fromkeys(rest.hashes)
    gone = (erasures or Erasures(path.parent)).of(path, known_keys(home).values())
    there = {line.hash for line in kept_lines(path) if not line.erased}
    left = tuple(digest for digest in found if digest in gone and digest in there)
    return Held(path, code, side, tuple(digest for digest in found if digest not in gone), left, rest.scraps)


def _rest(path: Path, entries: Iterable[Entry]) -> _Rest:
    claimed = {digest for entry in entries for digest in references(entry)}
    lines = [one for one in lines_of(data_of(path)) if not (isinstance(one, KeptLine) and _is_known(one, claimed))]
    texts = [one.hash for one in lines if isinstance(one, KeptLine) and one.is_text]
    return _Rest(tuple(dict.fromkeys(texts)), len(lines) - len(texts))


def _is_known(line: KeptLine, claimed: Container[str]) -> bool:
    return bool(line.erased) or line.hash in claimed


def erase(home: Path, kind: Kind, texts: Sequence[Held], reason: str, author: Author) -> str:
    """Put the erasure on record and erase; the id of the file it stands in, "" if all of it was on record already.

    RecordError as in `ledger.write`: nothing was erased. NotYetErased: it is on record, and the texts are still there.
    """
    new = [one for one in texts if one.hashes or (one.scraps and not one.left)]
    events = [Erased(one.code, one.side, one.path.stem, one.hashes, reason) for one in new]
    entered = ledger.write(home, kind, events, author) if events else ""
    try:
        with alone(chain_folder(home, kind), "erasing texts"):
            sweep(home, kind, author.disk)
            erasures = Erasures(chain_folder(home, kind))
            for one in texts:
                _forget(one.path, erasures.of(one.path, known_keys(home).values()), author.disk)
    except (OSError, RecordUnavailable) as error:
        raise NotYetErased(f"the erasure is on record, but the texts are still there ({error}); erase again") from error
    return entered


def _forget(path: Path, gone: Mapping[str, str], disk: Disk) -> None:
    """The old file is overwritten once the new one has taken its place."""
    data = without(data_of(path), claimed_in(path), gone)
    if data != data_of(path):
        _replace(texts_path(path), data, disk)


def claimed_in(session: Path) -> dict[str, None]:
    """The hashes of the texts that sound entries of a session stand for, in their order."""
    return dict.fromkeys(digest for entry in _telling(session) for digest in references(entry))


def without(data: bytes, claimed: Mapping[str, None], gone: Mapping[str, str]) -> bytes:
    """A file of texts without those that are gone (`gone`: hash to care file), and without lines that are no text.

    A text that no entry stands for stays if it is not on record as gone: the entry may be damaged. One that does not
    fit its hash stays only for the entry that it damages.
    """
    lines = [line for line in lines_of(data) if isinstance(line, KeptLine)]
    stay = (one for one in lines if one.hash in gone or one.is_text or _is_known(one, claimed))
    marked = (KeptLine(one.hash, erased=gone[one.hash]) if one.hash in gone else one for one in stay)
    erased = (KeptLine(digest, erased=gone[digest]) for digest in claimed if digest in gone)
    return b"".join(dict.fromkeys(map(bytes, (*marked, *erased))))


def _replace(old: Path, data: bytes, disk: Disk) -> None:
    new = old.with_suffix(DRAFT)
    try:
        disk.save(new, data)
    except OSError:
        with suppress(OSError):
            disk.wipe(new)
        raise
    fd = os.open(old, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        new.replace(old)
        disk.sync_folder(old.parent)
        disk.append(fd, bytes(os.fstat(fd).st_size))
        disk.sync(fd)
    finally:
        os.close(fd)


def sessions_told_of(path: Path) -> frozenset[str]:
    """What the entries of a care file with texts are about, such as a session that one corrects; also where nobody's
    code stands in them. OSError.
    """
    told = (_event(entry).get("session") for entry in _telling(path))
    return frozenset(session for session in told if isinstance(session, str))


def _telling(path: Path) -> Iterator[Entry]:
    """The first entry, the care entries and those with a text taken out, as they stand in the file."""
    with open_file(path) as file:
        for at, line in enumerate(file):
            if at and MARK not in line:
                continue
            try:
                yield decode_line(line)
            except BadLine:
                continue


def _event(entry: Entry) -> Mapping[str, Any]:
    event = entry.body.get("event")
    return event if isinstance(event, dict) else {}


def _whose(told: Mapping[str, Any], code: str) -> tuple[str, str]:
    return str(told.get(code) or ""), str(told.get("side") or "")
