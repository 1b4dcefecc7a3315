"""What the files of a chain say of each other: what a session has to follow, what follows it, whether it is signed.

Apart from `nmes.record.verdicts`, which asks this to verify: here a file is believed only as far as its own line holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nmes.core.care_events import Archived
from nmes.record.chain import GENESIS, BadLine, Entry, Head, Link, decode_line, hash_in
from nmes.record.checkpoint import NOTES, OPENING, TYPE, Seals, is_signed, public_of
from nmes.record.files import chain_name, number_of, open_file, read_end
from nmes.record.gone import archived
from nmes.record.verify import Damaged, verify_lines


def beginning(folder: Path, names: Sequence[str], known: Mapping[str, bytes]) -> str | None:
    """What the first session that is there has to follow; None where a later end is what has to hold, and does.

    A chain begins with its number 1, or with what is left after its beginning was archived, if that is on record. Of
    what was archived a part may still be there: then the end of all that was archived has to be the one on record.
    `names`: the files of the chain, oldest first.
    """
    gone = archived_before(folder, names, known)
    if gone is None:
        return GENESIS
    last = f"{gone.through}.jsonl"
    still_there = last in names and hash_in(read_end(folder / last).last) == gone.head
    return None if still_there else gone.head


def archived_before(folder: Path, names: Sequence[str], known: Mapping[str, bytes]) -> Archived | None:
    """Up to where the beginning of a chain was archived and removed, on record; None for one with its number 1."""
    if not names or number_of(folder / names[0]) == 1:
        return None
    return archived(folder, {*known.values(), public_of(_bound(folder / names[0])) or b""} - {b""})


def followed(folder: Path, names: Sequence[str], at: int, known: Mapping[str, bytes]) -> str | None:
    """What a session has to follow that stands, or would, at this place of the chain: the last end that there is before
    it; None where that cannot be told.
    """
    for number in range(at - 1, -1, -1):
        end = read_end(folder / names[number])
        if end.last:
            return _hash_or_none(end.last)
    return beginning(folder, names, known)


def claims_signed(path: Path) -> bool:
    """Whether a session says that it is signed."""
    return is_signed(_bound(path))


def is_unread(path: Path) -> bool:
    """Whether a session of which no signature was looked at may be signed: it says so, or its beginning is broken."""
    bound = _bound(path)
    return not bound or is_signed(bound)


def is_foreign(path: Path, beside: Sequence[Path], known: Mapping[str, bytes]) -> bool:
    """Whether a session that does not follow came from elsewhere: it names another chain, or none of those `beside` it
    is of its station, or it is signed with a key that is neither `known` nor theirs.
    """
    ours = opening_of(path)
    if ours is None:
        return False
    others = [one for one in map(opening_of, beside) if one is not None]
    stranger = all(one.station != ours.station for one in others)
    key = ours.body.get("key", "")
    unknown = is_signed(ours.body) and key not in known and all(one.body.get("key") != key for one in others)
    return (bool(others) and (stranger or unknown)) or _is_of_another_chain(ours, path)


def _is_of_another_chain(opening: Entry, path: Path) -> bool:
    here = chain_name(path.parent)
    return here is not None and opening.body.get("chain", here) != here


def _bound(path: Path) -> Mapping[str, object]:
    """What a session is bound to; nothing where that cannot be read."""
    first = opening_of(path)
    return {} if first is None else first.body


def opening_of(path: Path) -> Entry | None:
    """The entry that opens a session; None where there is none that can be read."""
    with open_file(path) as file:
        line = file.readline()
    try:
        first = decode_line(line)
    except BadLine:
        return None
    return first if first.type == "opened" else None


def followed_by(path: Path, after: Path) -> str | None:
    """The head that the session right after `path` says it follows; None if that is not told or one between is gone."""
    if number_of(after) != number_of(path) + 1:
        return None
    with open_file(after) as file:
        first_line = file.readline()
    try:
        first = decode_line(first_line)
    except BadLine:
        return None
    return first.prev if (first.session, first.seq) == (after.stem, 1) else None


def vouched_for(end: Head, later: Iterable[Path]) -> str | None:
    """The later session whose first entries tell, signed, of this end of an earlier one that is not signed; "" if it
    tells of none or another.

    None where that cannot be told: nothing signed follows yet, or what does is missing, damaged or not signed itself.
    `later`: the sessions after it, oldest first. One that stopped while it told counts for nothing: the one after it
    tells the same.
    """
    number = number_of(Path(end.session))
    for path in later:
        number += 1
        if number_of(path) != number:
            return None
        telling = _Telling(end, Seals(chain_name(path.parent)))
        with open_file(path) as file:
            verdict = verify_lines(telling.of(file), None, path.stem, telling.seals.take, telling.take)
        if telling.signed:
            return path.stem
        if isinstance(verdict, Damaged) or (verdict.head is not None and not telling.seals.key):
            return None
        if telling.over:
            return ""
    return None


@dataclass(slots=True)
class _Telling:
    """The entries a session begins with, as far as they tell of one end."""

    end: Head
    seals: Seals
    told: bool = False
    signed: bool = False
    """It is told, and a signature follows that holds."""
    over: bool = False

    def of(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The lines, as long as there is something to learn."""
        for line in lines:
            yield line
            if self.signed or self.over:
                return

    def take(self, link: Link) -> None:
        if link.type == TYPE:
            self.signed = self.told and bool(self.seals.key)
        elif link.type not in OPENING:
            self.over = True
        elif link.type in NOTES:
            body = link.fields()["body"]
            self.told = self.told or Head(body.get("session"), body.get("seq"), body.get("hash")) == self.end


def _hash_or_none(line: bytes) -> str | None:
    """The hash of a line that holds; None of any other."""
    try:
        return decode_line(line).hash
    except BadLine:
        return None
