"""Taking a chain back from an archive: what it holds and this home has not.

Laws: what is restored must be what was archived, and must fit what is there: nothing that is there is ever overwritten.
What has no room beside it is not begun: a small file may hold more than a disk.
No text whose erasure is on record here is ever written to this home again, not for a moment. The keys of an archive
are known here once something they sign was put back, and not before.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from nmes.record.archive_file import Contents, listed, unpack
from nmes.record.chain import GENESIS, BadLine, decode_line
from nmes.record.disk import Disk
from nmes.record.erase import claimed_in, without
from nmes.record.errors import ArchiveUnusable, KeyUnusable
from nmes.record.files import Kind, chain_files, chain_folder, number_of, open_file, read_end, session_files
from nmes.record.gone import Erasures, archived
from nmes.record.keys import FOLDER as KEYS
from nmes.record.keys import key_id, known_keys, read_public
from nmes.record.leavings import clear, staging, sweep
from nmes.record.lock import alone
from nmes.record.texts import SUFFIX
from nmes.record.verdicts import SessionVerdict, verify_chain
from nmes.record.verify import Intact, Torn

_BLOCK: Final = 4096
"""What a file takes at most besides what is in it [design]."""
_MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Restored:
    """`put_back`: what was not there, oldest first; `verdicts`: of all that was archived; `keys`: that are new here."""

    kind: Kind
    put_back: tuple[str, ...]
    verdicts: tuple[SessionVerdict, ...]
    keys: tuple[str, ...]


def restore(source: Path, home: Path, disk: Disk | None = None) -> Restored:
    """Put back what an archive holds and this home has not. ArchiveUnusable says why not, RecordBusy who writes there.

    What goes wrong before the first file is in its place changes nothing; after that, restoring again goes on.
    """
    disk = disk or Disk()
    try:
        contents = listed(source)
        kind = contents.kind
        folder, staged = chain_folder(home, kind), staging(home, kind, secrets.token_hex(4))
        disk.make_folder(folder)
        _room_for(contents, source, folder, disk)
        with alone(folder, "putting back an archive"):
            sweep(home, kind, disk)
            try:
                disk.make_folder(staged)
                return _put_back(source, kind, home, staged, disk)
            finally:
                with suppress(OSError):
                    clear(staged, disk)
    except OSError as error:
        raise ArchiveUnusable(f"{source} cannot be put back to {home}: {error.strerror or error}") from error


def _room_for(contents: Contents, source: Path, folder: Path, disk: Disk) -> None:
    free, needed = disk.room(folder), sum(size + _BLOCK for size, _ in contents.files.values())
    if free is not None and free < needed:
        said = f"{source} holds {needed / _MB:.1f} MB, and {free / _MB:.1f} are free where {folder} lies: make room"
        raise ArchiveUnusable(f"{said}; nothing was put back")


def _put_back(source: Path, kind: Kind, home: Path, staged: Path, disk: Disk) -> Restored:
    folder, copy = chain_folder(home, kind), staged / kind.value
    unpack(source, staged, _without_what_was_erased(staged, folder), disk)
    keys = {**known_keys(staged), **known_keys(home)}
    verdicts = tuple(verify_chain(copy, keys, _Erasures(copy, folder)))
    missing = _missing(verdicts, folder, keys)
    signers = {one.sealed.key for one in missing if one.sealed is not None}
    new = _place_keys(staged / KEYS, home / KEYS, signers, disk) if signers else ()
    _place(copy, missing, folder, disk)
    return Restored(kind, tuple(one.session for one in missing), verdicts, new)


class _Erasures(Erasures):
    """What is on record as erased in the archive, or here since."""

    def __init__(self, copy: Path, here: Path) -> None:
        super().__init__(copy)
        self._here = Erasures(here)

    def find(self, session: Path, digest: str, keys: Container[bytes], hint: str = "") -> str | None:
        return super().find(session, digest, keys, hint) or self._here.find(session, digest, keys, hint)


def _without_what_was_erased(staged: Path, folder: Path) -> Callable[[str, bytes], bytes]:
    """What may lie in this home of a file of texts. The keys, and its record if there is one, are unpacked before."""
    erasures = Erasures(folder)

    @cache
    def keys() -> Mapping[str, bytes]:
        return {**known_keys(staged), **known_keys(folder.parent)}

    def kept(name: str, data: bytes) -> bytes:
        session = (staged / name).with_suffix(".jsonl")
        claimed = claimed_in(session) if session.exists() else {}
        return without(data, claimed, erasures.of(session, keys().values()))

    return kept


def _missing(
    verdicts: tuple[SessionVerdict, ...], folder: Path, keys: Mapping[str, bytes]
) -> tuple[SessionVerdict, ...]:
    """What is to be put back: everything to where there is nothing, else what stands before all that is there."""
    present = {path.name: path for path in session_files(folder)}
    missing = tuple(one for one in verdicts if one.path.name not in present)
    if not present:
        return missing
    for one in verdicts:
        there = present.get(one.path.name)
        if there is not None and not _is_same(there, one):
            raise _other_way(folder, f"{one.session} is not the same there")
    first = next(iter(present.values()))
    if any(number_of(one.path) >= number_of(first) for one in missing):
        raise _other_way(folder, f"{missing[-1].session} is not there, and older ones are")
    if missing and not all(isinstance(one.verdict, Intact) or one.is_empty for one in missing):
        raise _other_way(folder, "what is archived does not verify")
    if missing:
        _follow(tuple(present.values()), missing, keys)
    return missing


def _is_same(there: Path, one: SessionVerdict) -> bool:
    """A line that was cut off while it was written may have been set aside here since (see `nmes.record.recovery`)."""
    torn = one.verdict.torn if isinstance(one.verdict, Torn) else b""
    archived = one.path.read_bytes()
    with open_file(there) as file:
        return file.read() in {archived, archived.removesuffix(torn)}


def _follow(present: Sequence[Path], missing: Sequence[SessionVerdict], keys: Mapping[str, bytes]) -> None:
    """What is there has to follow what is put back: by the first entry there is, or by what is on record of it.

    Files in which nothing was ever written follow anything.
    """
    heads = [one.verdict.head for one in missing if one.verdict.head]
    end = heads[-1].hash if heads else GENESIS
    first = next((path for path in present if read_end(path).last), None)
    if first is not None and end != _told(first, keys):
        raise _other_way(first.parent, f"{first.stem} does not follow from {missing[-1].session}, or does not tell")


def _told(first: Path, keys: Mapping[str, bytes]) -> str | None:
    """The hash that a session follows; where it cannot be read any more, the end of what was archived and removed."""
    with open_file(first) as file:
        line = file.readline()
    try:
        return decode_line(line).prev
    except BadLine:
        gone = archived(first.parent, keys.values())
        return gone.head if gone else None


def _other_way(folder: Path, why: str) -> ArchiveUnusable:
    said = f"the records in {folder} are not those of the archive: {why}; nothing was changed"
    return ArchiveUnusable(f"{said}. To look at the archive, set NMES_HOME to an empty folder")


def _place(copy: Path, missing: tuple[SessionVerdict, ...], folder: Path, disk: Disk) -> None:
    """The newest first, and what lies beside a record before it: whenever that is cut short, one chain is there."""
    wanted = {one.session for one in missing}
    for path in reversed(chain_files(copy)):
        lost = path.suffix == SUFFIX and not (folder / path.name).exists()
        if path.stem in wanted or lost:
            path.replace(folder / path.name)
            disk.sync_folder(folder)


def _place_keys(copies: Path, folder: Path, signers: Container[str], disk: Disk) -> tuple[str, ...]:
    """The public keys of what is put back that were not known here, by id: without them nothing says whose it is."""
    disk.make_folder(folder)
    before = known_keys(folder.parent)
    for path in sorted(copies.glob("*.pub")):
        if _key_in(path) in signers and not (folder / path.name).exists():
            disk.exchange(folder / path.name, path.read_bytes())
    return tuple(key for key in known_keys(folder.parent) if key not in before)


def _key_in(path: Path) -> str:
    """The id of the key in a file; "" if it is none."""
    try:
        return key_id(read_public(path))
    except KeyUnusable:
        return ""
