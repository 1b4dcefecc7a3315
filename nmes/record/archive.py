"""Keeping a chain elsewhere: archive it, and remove what was archived once it is old enough. `restore` takes it back.

Laws: an archive is made while nobody writes, and read back before it counts. The beginning of a chain is removed only
whole session by whole session, only if every one verifies, and only after a signed entry says up to where and with
which end: by it the verifier accepts that they are gone. Nothing is removed that the archive does not hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nmes.core.care_events import Archived
from nmes.record import ledger
from nmes.record.archive_file import PARTS, Contents, pack
from nmes.record.chain import Head, utc_text
from nmes.record.disk import Disk
from nmes.record.errors import ArchiveUnusable, RecordError, RecordUnavailable
from nmes.record.files import Kind, chain_files, chain_folder, number_of, session_files
from nmes.record.keys import FOLDER as KEYS
from nmes.record.leavings import clear, sweep
from nmes.record.ledger import Author
from nmes.record.lock import alone
from nmes.record.verdicts import SessionVerdict, verify_chain
from nmes.record.verify import Intact


@dataclass(frozen=True, slots=True)
class Written:
    """An archive that was read back, and what its chain was found to be when it was made."""

    target: Path
    contents: Contents
    verdicts: tuple[SessionVerdict, ...]


@dataclass(frozen=True, slots=True)
class Leading:
    """Whole sessions at the beginning of a chain, and the hash the last of them ends with."""

    sessions: tuple[str, ...]
    head: Head


def write(home: Path, kind: Kind, target: Path, utc_ms: int, disk: Disk | None = None) -> Written:
    """Archive a whole chain, with its texts and the public keys. RecordBusy while a session runs; RecordError."""
    folder, disk = chain_folder(home, kind), disk or Disk()
    if not session_files(folder):
        raise RecordError(f"there are no records in {folder}")
    with alone(folder, "archiving"):
        try:
            verdicts = tuple(verify_chain(folder))
        except OSError as error:
            raise RecordError(f"{error.filename}: the record cannot be read: {error.strerror}") from error
        try:
            sweep(home, kind, disk)
            contents = pack(target, kind, _files(home, kind), utc_text(utc_ms), disk)
        except OSError as error:
            raise ArchiveUnusable(f"{target} cannot be written: {error.strerror or error}") from error
    return Written(target, contents, verdicts)


def _files(home: Path, kind: Kind) -> dict[str, Path]:
    """What goes into an archive, by its name there."""
    folder = chain_folder(home, kind)
    files = {f"{kind.value}/{path.name}": path for path in chain_files(folder) if path.suffix[1:] in PARTS}
    return files | {f"{KEYS}/{path.name}": path for path in sorted((home / KEYS).glob("*.pub"))}


def older(written: Written, day: str) -> Leading | None:
    """What was begun before a day (`2026-11-21`, in UTC), up to the first file that was not; None if nothing was.

    RecordError if one of them does not verify: it stays where somebody can look at it.
    """
    before = f"{day.replace('-', '')}T"
    found: list[tuple[str, Head]] = []
    for one in written.verdicts:
        if one.session.split("-")[1] >= before:
            break
        if not isinstance(one.verdict, Intact):
            raise RecordError(f"{one.session} does not verify: nothing is removed before somebody has looked into it")
        if one.verdict.head is not None:
            found.append((one.session, one.verdict.head))
    return Leading(tuple(name for name, _ in found), found[-1][1]) if found else None


def remove(home: Path, written: Written, leading: Leading, reason: str, author: Author) -> str:
    """Put on record that these are archived, then remove them; the id of the file the entry stands in.

    The oldest goes first: if that is cut short, what is left is still one chain. RecordError.
    """
    kind, head = written.contents.kind, leading.head
    event = Archived(head.session, head.hash, len(leading.sessions), written.contents.sha256, reason)
    entered = ledger.write(home, kind, [event], author)
    try:
        with alone(chain_folder(home, kind), "removing what is archived"):
            _take_away(home, written, number_of(Path(head.session)), author.disk)
            sweep(home, kind, author.disk)
    except (OSError, RecordUnavailable) as error:
        said = f"that they are archived is on record, but not all of them are removed ({error}); archive once more"
        raise RecordError(said) from error
    return entered


def _take_away(home: Path, written: Written, through: int, disk: Disk) -> None:
    """Each record before what lies beside it, and gone for good before that: half a session would look like damage."""
    kind = written.contents.kind
    folder = chain_folder(home, kind)
    for path in chain_files(folder):
        if number_of(path) <= through and f"{kind.value}/{path.name}" in written.contents.files:
            clear(path, disk)
            if path.suffix == ".jsonl":
                disk.sync_folder(folder)
    disk.sync_folder(folder)
