"""The verdict on a session and on a chain: against itself, its neighbours, its texts, and the keys that are known.

See `nmes.record.chain` for what that cannot prove. In particular sessions missing at the end of a chain, and a last
session cut off between two lines, show only against a head kept elsewhere (`find_head`). Where another session follows,
a cut-off end shows in the session that was cut. Writes and locks nothing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from nmes.record.chain import Damage, Head, hash_in
from nmes.record.checkpoint import Seals
from nmes.record.files import chain_name, odd_names, open_file, place, session_files, session_names
from nmes.record.gone import Erasures
from nmes.record.head_code import holds
from nmes.record.keys import known_keys
from nmes.record.neighbours import beginning, claims_signed, followed, followed_by, is_foreign, is_unread, vouched_for
from nmes.record.texts import Texts, rule_of
from nmes.record.verify import Damaged, Intact, Torn, Verdict, verify_lines

NOT_VOUCHED: Final = (
    "The end of this session is not signed, and the session after it does not tell that it found it so."
)
CUT_OFF: Final = "The end of this session was cut off or replaced: the session after it follows another head."
NO_NUMBER: Final = "No session is given this number: this file is of no chain."
ELSEWHERE: Final = (
    "Entry 1 does not follow from the session before this one: this session is of another chain or station."
)


@dataclass(frozen=True, slots=True)
class Sealed:
    """Signed with this key up to this entry (0: none yet). `known`: whether the key is one of those that are known."""

    key: str
    to_seq: int
    known: bool
    pending: bool = False
    """What stands after it is not vouched for by a later session either: it is running, or was cut short."""
    found_by: str = ""
    """The session that tells, signed, of what stands after it as it found it; "" where nothing does, or none has to."""


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """The verdict on one session's file; of the newest one that is empty it is Torn, without an entry.

    `sealed` is None for a session that is not signed, or not told to be.
    """

    session: str
    path: Path
    verdict: Verdict
    sealed: Sealed | None = None
    unread: bool = False
    """It may be signed, and damage at its first entry kept that from being looked at."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in its file at all."""
        return self.verdict in (Intact(None, 0), Torn(None, 0, b""))

    @property
    def vouched_to(self) -> int | None:
        """The last entry that anything vouches for, in a record that is whole and goes on after it; None of any other:
        what stands after it may have been changed by who has no key.
        """
        return self.sealed.to_seq if isinstance(self.verdict, Intact) and self.sealed and self.sealed.pending else None


def verify_session(
    path: Path, keys: Mapping[str, bytes] | None = None, names: Sequence[str] | None = None
) -> SessionVerdict:
    """Verify one session against the sessions beside it in its folder: the end of those before, the start of the next.

    The others themselves are not verified. `keys`: those that are known, by id; None = those of the folder's home.
    `names`: what `session_names` gave for the folder just now, where many sessions are asked about; None = looked up.
    """
    folder, beside = path.parent, session_names(path.parent) if names is None else names
    at = bisect_left(beside, place(path.name), key=place)
    after = beside[at + 1 :] if path.name in beside[at : at + 1] else beside[at:]
    known = _known(folder, keys)

    def is_required() -> bool:
        return any(claims_signed(folder / name) for name in reversed(beside[:at]))

    expected, seals = followed(folder, beside, at, known), Seals(chain_name(folder), required=is_required)
    around = (folder / beside[at - 1] if at else None, folder / after[0] if after else None)
    found = _verify(path, expected, seals, known, Erasures(folder), around)
    return _with_end(found, (folder / name for name in after))


def verify_chain(
    folder: Path, keys: Mapping[str, bytes] | None = None, erasures: Erasures | None = None
) -> Iterator[SessionVerdict]:
    """Verify every session of a chain, oldest first, streaming. After a damaged one the next is not held against it.

    `keys` as in `verify_session`. `erasures`: where else they may be on record; None = in this chain alone.
    """
    names, erasures = session_names(folder), erasures or Erasures(folder)
    files = [folder / name for name in names]
    known = _known(folder, keys)
    expected = beginning(folder, names, known)
    signed = False
    for name in odd_names(folder):
        yield SessionVerdict(name, folder / f"{name}.jsonl", Damaged(None, 1, Damage.FOREIGN, NO_NUMBER))
    for at, path in enumerate(files, 1):
        seals = Seals(chain_name(folder), required=partial(bool, signed))
        around = (files[at - 2] if at > 1 else None, files[at] if at < len(files) else None)
        found = _verify(path, expected, seals, known, erasures, around)
        found = _with_end(found, (files[later] for later in range(at, len(files))))
        signed = signed or bool(seals.key)
        verdict = found.verdict
        if isinstance(verdict, Damaged):
            expected = None
        elif verdict.head is not None:
            expected = verdict.head.hash
        yield found


def find_head(folder: Path, code: int) -> Head | None:
    """The entry of a chain whose head code this is, as `head_code.read_code` gives it; None if the chain holds none.

    Only what the lines say of themselves is read: it means something for a chain that verifies.
    """
    for path in session_files(folder):
        with open_file(path) as file:
            for seq, line in enumerate(file, 1):
                digest = hash_in(line)
                if digest is not None and holds(code, digest):
                    return Head(path.stem, seq, digest)
    return None


def _verify(
    path: Path,
    expected: str | None,
    seals: Seals,
    known: Mapping[str, bytes],
    erasures: Erasures,
    around: tuple[Path | None, Path | None],
) -> SessionVerdict:
    """`around`: the session before this one and the one after it."""
    after = around[1]

    def is_erased(digest: str, hint: str) -> bool:
        return erasures.find(path, digest, {*known.values(), seals.public}, hint) is not None

    with open_file(path) as file:
        verdict = verify_lines(file, expected, path.stem, seals.take, rule_of(Texts(path), is_erased))
    if isinstance(verdict, Torn) and after is not None:
        added = f"After entry {verdict.entries} stands something that a later session would have set aside."
        verdict = Damaged(verdict.head, verdict.entries + 1, Damage.FOREIGN, added)
    if isinstance(verdict, Intact) and verdict.head is None and after is None:
        verdict = Torn(None, 0, b"")  # whatever stood in it is gone, and no session after it can tell
    beside = [one for one in around if one is not None]
    unlinked = (Damage.MISSING, 1)
    if isinstance(verdict, Damaged) and (verdict.kind, verdict.seq) == unlinked and is_foreign(path, beside, known):
        verdict = replace(verdict, kind=Damage.FOREIGN, sentence=ELSEWHERE)
    if isinstance(verdict, Intact) and after is not None:
        end = expected if verdict.head is None else verdict.head.hash
        followed = followed_by(path, after)
        if end is not None and followed is not None and followed != end:
            verdict = Damaged(verdict.head, verdict.entries + 1, Damage.CUT, CUT_OFF)
    sealed = Sealed(seals.key, seals.to_seq, known.get(seals.key) == seals.public) if seals.key else None
    first_bad = isinstance(verdict, Damaged) and verdict.seq == 1
    return SessionVerdict(path.stem, path, verdict, sealed, first_bad and sealed is None and is_unread(path))


def _with_end(found: SessionVerdict, later: Iterable[Path]) -> SessionVerdict:
    """What stands after its last signature: it is whole only as a later session found it, and tells so, signed."""
    verdict, sealed = found.verdict, found.sealed
    if sealed is None or isinstance(verdict, Damaged) or verdict.head is None or sealed.to_seq == verdict.entries:
        return found
    told = vouched_for(verdict.head, later)
    if told == "":
        verdict = Damaged(verdict.head, verdict.entries + 1, Damage.UNSIGNED, NOT_VOUCHED)
    return replace(found, verdict=verdict, sealed=replace(sealed, pending=not told, found_by=told or ""))


def _known(folder: Path, keys: Mapping[str, bytes] | None) -> Mapping[str, bytes]:
    return known_keys(folder.parent) if keys is None else keys
