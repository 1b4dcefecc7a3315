"""What is gone from a chain by right: erased texts and archived sessions, as its own care entries tell.

Law: an absence is believed only on a signed entry of the same chain, in a file that verifies by itself and was closed:
nothing else tells an erasure from a loss. Asked for only where something is missing, because it looks into every file.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from nmes.core.care_events import Archived, Erased
from nmes.record.chain import Entry, decode_line
from nmes.record.checkpoint import Seals
from nmes.record.codec import Codec, Undecodable
from nmes.record.files import chain_name, is_session_file, number_of, open_file, session_files
from nmes.record.verify import Intact, verify_lines

ENTRY: Final = "care"
"""The type of a care entry."""
ABOUT_CARE: Final = b'"about":"care"'
"""Only files whose first line has it are read further: most are sessions, and long."""
_ERASED: Final = Codec(Erased)
_ARCHIVED: Final = Codec(Archived)


def is_about_care(path: Path) -> bool:
    """Whether a file of a chain holds care entries; OSError if it cannot be opened."""
    with open_file(path) as file:
        return ABOUT_CARE in file.readline()


class Erasures:
    """What is on record as erased in one chain. Each file is looked into once, and only when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked: set[str] = set()
        self._told: dict[str, list[tuple[str, str, bytes]]] = {}
        """By session: the hash, the care file it stands in, and the public key that one is signed with."""

    def find(self, session: Path, digest: str, keys: Container[bytes], hint: str = "") -> str | None:
        """In which file the erasure of a text stands, signed with one of these public `keys`; None if in none.

        `session`: of the text; its file need not be there. `hint`: the file to look into first.
        """
        near = self._folder / f"{hint}.jsonl"
        if is_session_file(near.name) and near.exists():
            self._look(near)
        return self._known(session, keys).get(digest) or self.of(session, keys).get(digest)

    def of(self, session: Path, keys: Container[bytes]) -> Mapping[str, str]:
        """The hashes of all erased texts of a session, and in which file each erasure stands."""
        for path in session_files(self._folder):
            self._look(path)
        return self._known(session, keys)

    def _known(self, session: Path, keys: Container[bytes]) -> dict[str, str]:
        told = self._told.get(session.stem, ())
        later = (one for one in told if number_of(Path(one[1])) > number_of(session))
        return {digest: file for digest, file, key in later if key in keys}

    def _look(self, path: Path) -> None:
        if path.stem in self._looked:
            return
        self._looked.add(path.stem)
        for event, key in _told(path, _ERASED):
            self._told.setdefault(event.session, []).extend((digest, path.stem, key) for digest in event.hashes)


def archived(folder: Path, keys: Container[bytes]) -> Archived | None:
    """Up to where the beginning of a chain was archived and removed, by the newest entry that tells it and is signed
    with one of these public `keys`.
    """
    for path in reversed(session_files(folder)):
        told: list[Archived] = [event for event, key in _told(path, _ARCHIVED) if key in keys]
        if told:
            return told[-1]
    return None


def _told(path: Path, codec: Codec) -> Iterator[tuple[Any, bytes]]:
    """What a care file tells of one kind, and the public key it is signed with; nothing if it cannot be believed."""
    key = _key_of(path) if is_about_care(path) else b""
    if not key:
        return
    with open_file(path) as file:
        for entry in map(decode_line, file):
            event = _event(entry, codec)
            if event is not None:
                yield event, key


def _event(entry: Entry, codec: Codec) -> Any:
    """The event of this kind, its free text left out: nobody needs it to know what is gone."""
    found = entry.body.get("event")
    if entry.type != ENTRY or not isinstance(found, dict):
        return None
    try:
        return codec.decode({**found, "reason": ""})
    except Undecodable:
        return None


def _key_of(path: Path) -> bytes:
    """The public key of a file that verifies by itself, is signed with it to its very end, and was closed; b"" of any
    other. Not its ID: that is 64 bits of a hash, and somebody might find another key that has it.
    """
    seals = Seals(chain_name(path.parent))
    with open_file(path) as file:
        verdict = verify_lines(file, None, path.stem, seals.take)
    return seals.public if isinstance(verdict, Intact) and seals.ended else b""
