"""Reading records: which sessions there are, what is in one, and whether a chain is whole. Writes and locks nothing.

Free texts are put back as they are read (see `nmes.record.texts`). A chain is verified against itself and against the
keys that are known: see `nmes.record.chain` for what that cannot prove. In particular sessions missing at the end of a
chain, and a last session cut off between two lines, show only against a head kept elsewhere (`find_head`). Where
another session follows, a cut-off end shows in the session that was cut.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

from nmes.record.chain import BadLine, Damage, Entry, Head, decode_line, hash_in
from nmes.record.checkpoint import TYPE, Seals
from nmes.record.files import (
    FileEnd,
    Kind,
    chain_folder,
    chain_name,
    number_of,
    place,
    read_end,
    session_files,
    session_names,
)
from nmes.record.gone import Erasures
from nmes.record.head_code import holds
from nmes.record.keys import known_keys
from nmes.record.neighbours import beginning, claims_signed, followed, followed_by, is_foreign, is_unread, vouched_for
from nmes.record.texts import MARK, Texts, rule_of
from nmes.record.verify import Damaged, Intact, Torn, Verdict, is_torn, verify_lines


@dataclass(frozen=True, slots=True)
class Closed:
    """The session was ended, for this reason. `first_given`: a first session, and it had been given what its card says
    of one: not every record tells that.
    """

    why: str
    first_given: bool = False

    @property
    def told_why(self) -> str:
        """`why` as the screen told it (see `nmes.core.view.View.told_why`)."""
        return FIRST_GIVEN if self.first_given and self.why == "ended_early" else self.why


@dataclass(frozen=True, slots=True)
class Interrupted:
    """The session has no end: the program or the computer stopped while it ran."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """The newest session has no end: it is still running, or was interrupted."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The session's first or last entry is damaged."""

    reason: str


FIRST_GIVEN: Final = "first_given"
"""As in `nmes.core.view`, which is not imported here: a list of sessions needs nothing of a session's own."""
CARE: Final = "care"
"""What the opening entry of a file that is no session is `about`: the course of care."""
NOT_VOUCHED = "The end of this session is not signed, and the session after it does not tell that it found it so."
CUT_OFF = "The end of this session was cut off or replaced: the session after it follows another head."

ELSEWHERE = "Entry 1 does not follow from the session before this one: this session is of another chain or station."

Ending = Closed | Interrupted | Unfinished | Unreadable


@dataclass(frozen=True, slots=True)
class Summary:
    """A session in a list. `started_utc`, `protocol`, the patient's code and side are empty if the file tells none;
    they are told of a session too whose end alone is damaged.
    """

    session: str
    number: int
    kind: Kind
    path: Path
    started_utc: str
    protocol: str
    ending: Ending
    patient: str = ""
    side: str = ""
    version: str = ""
    """The protocol's."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """Signed with this key up to this entry (0: none yet). `known`: whether the key is one of those that are known."""

    key: str
    to_seq: int
    known: bool
    pending: bool = False
    """What stands after it is not vouched for by a later session either: it is running, or was cut short."""


@dataclass(frozen=True, slots=True)
class SessionVerdict:
    """The verdict on one session's file. `sealed` is None for a session that is not signed, or not told to be."""

    session: str
    path: Path
    verdict: Verdict
    sealed: Sealed | None = None
    unread: bool = False
    """It may be signed, and damage at its first entry kept that from being looked at."""


def list_sessions(home: Path, kind: Kind) -> list[Summary]:
    """The sessions of a chain, oldest first; reads only the first and last lines of each. Care entries are left out."""
    files = session_files(chain_folder(home, kind))
    listed = (summary(path, kind, newest=path == files[-1]) for path in files)
    return [one for one in listed if one is not None]


def read_session(path: Path) -> Iterator[Entry]:
    """The entries of a session, in order, without verifying how they follow; an unfinished last line is left out.

    Free texts stand where they were, or a placeholder for each that is gone. Raises BadLine (a ValueError) at a line
    that is no entry.
    """
    texts = Texts(path)
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n") and is_torn(line):
                return
            entry = decode_line(line)
            yield texts.put_back(entry) if MARK in line else entry


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
        with path.open("rb") as file:
            for seq, line in enumerate(file, 1):
                digest = hash_in(line)
                if digest is not None and holds(code, digest):
                    return Head(path.stem, seq, digest)
    return None


def closed(last: Entry) -> Closed:
    """What the closing entry of a session says of its end."""
    return Closed(str(last.body.get("why", "")), last.body.get(FIRST_GIVEN) is True)


def last_entry(end: FileEnd) -> Entry:
    """The last entry of a session that is no signature; raises BadLine. What `closed` ends stands under its own."""
    last = decode_line(end.last)
    return decode_line(end.before) if last.type == TYPE and end.before else last


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

    with path.open("rb") as file:
        verdict = verify_lines(file, expected, path.stem, seals.take, rule_of(Texts(path), is_erased))
    if isinstance(verdict, Torn) and after is not None:
        added = f"After entry {verdict.entries} stands something that a later session would have set aside."
        verdict = Damaged(verdict.head, verdict.entries + 1, Damage.FOREIGN, added)
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
    if told is False:
        verdict = Damaged(verdict.head, verdict.entries + 1, Damage.UNSIGNED, NOT_VOUCHED)
    return replace(found, verdict=verdict, sealed=replace(sealed, pending=told is not True))


def _known(folder: Path, keys: Mapping[str, bytes] | None) -> Mapping[str, bytes]:
    return known_keys(folder.parent) if keys is None else keys


def summary(path: Path, kind: Kind, *, newest: bool) -> Summary | None:
    """One session, None if the file is about something else; one that cannot be read is told and hides no others."""
    listed = Summary(path.stem, number_of(path), kind, path, "", "", Unfinished() if newest else Interrupted())
    try:
        with path.open("rb") as file:
            first_line = file.readline()
        if first_line.endswith(b"\n"):
            first = decode_line(first_line)
            if first.body.get("about") == CARE:
                return None
            listed = _opened(listed, first)
            last = last_entry(read_end(path))
            if last.type == "closed":
                listed = replace(listed, ending=closed(last))
    except BadLine as bad:
        listed = replace(listed, ending=Unreadable(bad.sentence))
    except OSError as error:
        listed = replace(listed, ending=Unreadable(f"cannot be opened ({error.strerror})"))
    return listed


def _opened(listed: Summary, first: Entry) -> Summary:
    named = ("protocol", "patient", "side", "protocol_version")
    protocol, patient, side, version = (str(first.body.get(name, "")) for name in named)
    return replace(listed, started_utc=first.t_utc, protocol=protocol, patient=patient, side=side, version=version)
