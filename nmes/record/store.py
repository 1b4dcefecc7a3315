"""Reading records: which sessions there are, what is in one, and whether a chain is whole. Writes and locks nothing.

A chain is verified against itself: see `nmes.record.chain` for what that cannot prove. In particular sessions missing
at the end of a chain, and a last session cut off between two lines, show only against a head kept elsewhere. Where
another session follows, a cut-off end shows in the session that was cut.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nmes.record.chain import GENESIS, BadLine, Damage, Entry, decode_line
from nmes.record.files import Kind, chain_folder, number_of, read_end, session_files
from nmes.record.verify import Damaged, Intact, Torn, Verdict, is_torn, verify_lines


@dataclass(frozen=True, slots=True)
class Closed:
    """The session was ended, for this reason."""

    why: str


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


CUT_OFF = "The end of this session was cut off or replaced: the session after it follows another head."

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
class SessionVerdict:
    """The verdict on one session's file."""

    session: str
    path: Path
    verdict: Verdict


def list_sessions(home: Path, kind: Kind) -> list[Summary]:
    """The sessions of a chain, oldest first; reads only the first and last line of each."""
    files = session_files(chain_folder(home, kind))
    return [_summary(path, kind, newest=path == files[-1]) for path in files]


def read_session(path: Path) -> Iterator[Entry]:
    """The entries of a session, in order, without verifying how they follow; an unfinished last line is left out.

    Raises BadLine (a ValueError) at a line that is no entry.
    """
    with path.open("rb") as file:
        for line in file:
            if not line.endswith(b"\n") and is_torn(line):
                return
            yield decode_line(line)


def verify_session(path: Path) -> SessionVerdict:
    """Verify one session against the sessions beside it in its folder: the end of those before, the start of the next.

    The others themselves are not verified.
    """
    files = session_files(path.parent)
    earlier = [p for p in files if _place(p) < _place(path)]
    later = [p for p in files if _place(p) > _place(path)]
    expected: str | None = GENESIS
    for before in reversed(earlier):
        end = read_end(before)
        if end.last:
            expected = _hash_or_none(end.last)
            break
    return _verify(path, expected, after=later[0] if later else None)


def verify_chain(folder: Path) -> Iterator[SessionVerdict]:
    """Verify every session of a chain, oldest first, streaming. After a damaged one the next is not held against it."""
    files = session_files(folder)
    expected: str | None = GENESIS
    for at, path in enumerate(files, 1):
        found = _verify(path, expected, after=files[at] if at < len(files) else None)
        verdict = found.verdict
        if isinstance(verdict, Damaged):
            expected = None
        elif verdict.head is not None:
            expected = verdict.head.hash
        yield found


def _verify(path: Path, expected: str | None, *, after: Path | None) -> SessionVerdict:
    with path.open("rb") as file:
        verdict = verify_lines(file, expected, path.stem)
    if isinstance(verdict, Torn) and after is not None:
        added = f"After entry {verdict.entries} stands something that a later session would have set aside."
        verdict = Damaged(verdict.head, verdict.entries + 1, Damage.FOREIGN, added)
    if isinstance(verdict, Intact) and after is not None:
        end = expected if verdict.head is None else verdict.head.hash
        followed = _followed_by(path, after)
        if end is not None and followed is not None and followed != end:
            verdict = Damaged(verdict.head, verdict.entries + 1, Damage.MISSING, CUT_OFF)
    return SessionVerdict(path.stem, path, verdict)


def _followed_by(path: Path, after: Path) -> str | None:
    """The head that the session right after `path` says it follows; None if that is not told or one between is gone."""
    if number_of(after) != number_of(path) + 1:
        return None
    with after.open("rb") as file:
        first_line = file.readline()
    try:
        first = decode_line(first_line)
    except BadLine:
        return None
    return first.prev if (first.session, first.seq) == (after.stem, 1) else None


def _place(path: Path) -> tuple[int, str]:
    return number_of(path), path.name


def _hash_or_none(line: bytes) -> str | None:
    try:
        return decode_line(line).hash
    except BadLine:
        return None


def _summary(path: Path, kind: Kind, *, newest: bool) -> Summary:
    """One session; a file that cannot be read is told as such and never hides the others."""
    listed = Summary(path.stem, number_of(path), kind, path, "", "", Unfinished() if newest else Interrupted())
    try:
        with path.open("rb") as file:
            first_line = file.readline()
        if first_line.endswith(b"\n"):
            listed = _opened(listed, decode_line(first_line))
            last = decode_line(read_end(path).last)
            if last.type == "closed":
                listed = replace(listed, ending=Closed(str(last.body.get("why", ""))))
    except BadLine as bad:
        listed = replace(listed, ending=Unreadable(bad.sentence))
    except OSError as error:
        listed = replace(listed, ending=Unreadable(f"cannot be opened ({error.strerror})"))
    return listed


def _opened(listed: Summary, first: Entry) -> Summary:
    named = ("protocol", "patient", "side", "protocol_version")
    protocol, patient, side, version = (str(first.body.get(name, "")) for name in named)
    return replace(listed, started_utc=first.t_utc, protocol=protocol, patient=patient, side=side, version=version)
