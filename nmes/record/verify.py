"""Is a session's chain whole? Reads lines, believes nothing, and names the first entry that is wrong and in what way.

Only an incomplete last line is forgiven (`Torn`): that is what a power cut leaves. Everything else is damage, a missing
or wrong signature of a signed session too. An intact verdict is worth as much as the head it ends in and the key it is
signed with: see `nmes.record.chain` for what a chain alone cannot prove. Pure.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from nmes.record.chain import BadLine, Damage, Head, Link, decode_link
from nmes.record.checkpoint import Seals, Wrong


@dataclass(frozen=True, slots=True)
class Intact:
    """Every entry holds and follows from the one before. `head` is None for a session without any entry."""

    head: Head | None
    entries: int


@dataclass(frozen=True, slots=True)
class Torn:
    """As Intact up to `head`, then the beginning of a line that was never finished."""

    head: Head | None
    entries: int
    torn: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """`seq` is the number of the first bad entry, equal to its line number; `head` is the last good entry before it."""

    head: Head | None
    seq: int
    kind: Damage
    sentence: str


Verdict = Intact | Torn | Damaged
Rule = Callable[[Link], Wrong | None]
"""A further rule: asked of each entry that holds and follows from the one before."""


def verify_lines(
    lines: Iterable[bytes], expected_prev: str | None, session: str | None = None, *rules: Rule
) -> Verdict:
    """Verify the lines of one session, each with its newline, as iterating over a binary file gives them.

    `expected_prev`: the head's hash of the session before (GENESIS for the first), None = not known, not checked.
    `session`: the id all entries must carry, None = that of the first entry. `rules`: what else each entry is asked,
    those of the signatures if none are given. Streams: holds one line at a time.
    """
    rules = rules or (Seals().take,)
    last: Link | None = None
    station: str | None = None
    seq = 0
    prev = expected_prev
    rest = iter(lines)
    for line in rest:
        seq += 1
        if not line.endswith(b"\n") and is_torn(line):
            return Torn(_head(last), seq - 1, line)
        try:
            link = decode_link(line)
        except BadLine as bad:
            return Damaged(_head(last), seq, bad.kind, f"Entry {seq} {bad.sentence}.")
        session = session or link.session
        station = station or link.station
        wrong = _unfit(link, (seq, session, station, prev), rest) or _refused(link, rules)
        if wrong is not None:
            return Damaged(_head(last), seq, *wrong)
        prev, last = link.hash, link
    return Intact(_head(last), seq)


def _unfit(link: Link, place: tuple[int, str, str, str | None], rest: Iterator[bytes]) -> Wrong | None:
    """What is wrong with an entry in its place: `(seq, session, station, prev)`, `prev` None where it is not known."""
    seq, session, station, prev = place
    if link.session != session or link.station != station:
        return Damage.FOREIGN, f"Entry {seq} belongs to another session, {link.session}."
    if link.seq != seq:
        return _misplaced(seq, link.seq, rest)
    if prev is not None and link.prev != prev:
        return _unlinked(seq)
    return None


def _refused(link: Link, rules: Iterable[Rule]) -> Wrong | None:
    for rule in rules:
        wrong = rule(link)
        if wrong is not None:
            return wrong[0], f"Entry {link.seq} {wrong[1]}."
    return None


def _head(last: Link | None) -> Head | None:
    return None if last is None else Head(last.session, last.seq, last.hash)


def is_torn(tail: bytes) -> bool:
    """Could a crash have left these bytes, which no newline ends? Not a whole line with something after it."""
    text = tail.decode("utf-8", "replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return True
    return end == len(text)


def _misplaced(seq: int, found: int, rest: Iterator[bytes]) -> Wrong:
    if found < seq:
        return Damage.DUPLICATED, f"In place of entry {seq} stands entry {found} once more."
    if any(_seq_of(line) == seq for line in rest):
        return Damage.ORDER, f"Entry {seq} was moved: entry {found} stands in its place."
    return Damage.MISSING, f"Entry {seq} is missing: entry {found} stands in its place."


def _unlinked(seq: int) -> Wrong:
    if seq == 1:
        before = "The session before this one, or its end, is missing or was replaced: entry 1 does not follow from it."
        return Damage.MISSING, before
    return Damage.REPLACED, f"Entry {seq} does not follow from entry {seq - 1}: one was replaced."


def _seq_of(line: bytes) -> int:
    try:
        return decode_link(line).seq
    except BadLine:
        return 0
