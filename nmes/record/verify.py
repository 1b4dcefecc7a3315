"""Is a session's chain whole? Reads lines, believes nothing, and names the first entry that is wrong and in what way.

Only an incomplete last line is forgiven (`Torn`): that is what a power cut leaves. Everything else is damage. An
intact verdict is worth as much as the head it ends in: see `nmes.record.chain` for what a chain alone cannot prove.
Pure.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from nmes.record.chain import BadLine, Damage, Head, decode_fields


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


def verify_lines(lines: Iterable[bytes], expected_prev: str | None, session: str | None = None) -> Verdict:
    """Verify the lines of one session, each with its newline, as iterating over a binary file gives them.

    `expected_prev`: the head's hash of the session before (GENESIS for the first), None = not known, not checked.
    `session`: the id all entries must carry, None = that of the first entry. Streams: holds one line at a time.
    """
    head: Head | None = None
    station: str | None = None
    seq = 0
    prev = expected_prev
    rest = iter(lines)
    for line in rest:
        seq += 1
        if not line.endswith(b"\n") and is_torn(line):
            return Torn(head, seq - 1, line)
        try:
            fields, digest = decode_fields(line)
        except BadLine as bad:
            return Damaged(head, seq, bad.kind, f"Entry {seq} {bad.sentence}.")
        session = session or fields["session"]
        station = station or fields["station"]
        if fields["session"] != session or fields["station"] != station:
            return Damaged(head, seq, Damage.FOREIGN, f"Entry {seq} belongs to another session, {fields['session']}.")
        if fields["seq"] != seq:
            return _misplaced(head, seq, fields, rest)
        if prev is not None and fields["prev"] != prev:
            return _unlinked(head, seq)
        prev = digest
        head = Head(session, seq, digest)
    return Intact(head, seq)


def is_torn(tail: bytes) -> bool:
    """Could a crash have left these bytes, which no newline ends? Not a whole line with something after it."""
    text = tail.decode("utf-8", "replace")
    try:
        _, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return True
    return end == len(text)


def _misplaced(head: Head | None, seq: int, found: dict[str, Any], rest: Iterator[bytes]) -> Damaged:
    if found["seq"] < seq:
        return Damaged(head, seq, Damage.DUPLICATED, f"In place of entry {seq} stands entry {found['seq']} once more.")
    if any(_seq_of(line) == seq for line in rest):
        return Damaged(head, seq, Damage.ORDER, f"Entry {seq} was moved: entry {found['seq']} stands in its place.")
    return Damaged(head, seq, Damage.MISSING, f"Entry {seq} is missing: entry {found['seq']} stands in its place.")


def _unlinked(head: Head | None, seq: int) -> Damaged:
    if seq == 1:
        before = "The session before this one, or its end, is missing or was replaced: entry 1 does not follow from it."
        return Damaged(head, seq, Damage.MISSING, before)
    return Damaged(head, seq, Damage.REPLACED, f"Entry {seq} does not follow from entry {seq - 1}: one was replaced.")


def _seq_of(line: bytes) -> int:
    try:
        fields, _ = decode_fields(line)
    except BadLine:
        return 0
    seq: int = fields["seq"]
    return seq
