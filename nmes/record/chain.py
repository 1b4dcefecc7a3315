"""The law of the record: every entry carries the hash of the one before it, across entries and across sessions.

A line is `{"entry":E,"hash":"H"}` and a newline: E the canonical JSON of the entry, H = SHA-256 over `stim-log/1`, a
zero byte and E. E holds `prev`, the H of the entry before it; the first entry of a session holds the last H of the
session before it (64 zeros for the very first), so that removing a whole session shows. H stands beside its entry,
although it could be computed, so that a change names the very entry that was changed, the last one too.

What it proves: that nothing between two entries we trust was altered, removed, repeated, moved or respelled. What it
does not: tamper-evident is not tamper-proof. Whoever rewrites the chain from some point to its end needs the station's
key since its checkpoints are signed; whoever has the key, or only cuts off the chain's end, is found out by nothing but
a head kept elsewhere. Pure: no file, no clock.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any, NamedTuple

from nmes.record.canonical import NotCanonical, canonical, parse
from nmes.record.shapes import Shapes, framed

VERSION = 1
DOMAIN = b"stim-log/1\x00"
"""Hashed in front of each entry, so that its hash is never one of something else [design]."""
GENESIS = "0" * 64
"""`prev` of the first entry of a chain."""
_LONGEST_CLOCK = 20
"""Digits of a clock in ns: 3,000 years. Longer ones are made up, and too long ones no integer at all [design]."""
_OPEN = b'{"entry":'
_MIDDLE = b',"hash":"'
_CLOSE = b'"}\n'
_HASH_AT = 64 + len(_CLOSE)
_DIGEST = re.compile("[0-9a-f]{64}")
_TEXTS = ("t_utc", "t_mono_ns", "boot_id", "station", "session", "actor", "type", "prev")
_FIELDS = frozenset((*_TEXTS, "v", "seq", "body"))
_SHAPES = Shapes()
"""Of all entries that were checked in this process; it saves time and decides nothing."""


class Damage(StrEnum):
    """What was done to a record, as far as the record itself can tell."""

    ALTERED = "altered"
    NOT_CANONICAL = "not_canonical"
    MISSING = "missing"
    CUT = "cut"
    """The end of a session is missing that the next one follows."""
    DUPLICATED = "duplicated"
    ORDER = "order"
    REPLACED = "replaced"
    FOREIGN = "foreign"
    UNSIGNED = "unsigned"
    """A signature is missing that a signed session has there."""
    SIGNATURE = "signature"
    """A signature does not hold."""
    TEXT = "text"
    """A free text kept beside the record is missing, or is not the one that was written."""


class BadLine(ValueError):
    """A line that cannot be trusted, judged by itself alone."""

    def __init__(self, kind: Damage, sentence: str) -> None:
        super().__init__(sentence)
        self.kind = kind
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Head:
    """Where a session's chain ends: this hash, kept elsewhere, is what catches a cut-off end."""

    session: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What all entries of a session share. `boot_id`: the run of the computer that `t_mono_ns` belongs to."""

    station: str
    session: str
    boot_id: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """When something happened: wall clock in ms since 1970 (for the reader), monotonic ns (for order and durations)."""

    utc_ms: int
    mono_ns: int


@dataclass(frozen=True, slots=True)
class NewEntry:
    """Something to be recorded: what kind, what exactly, and who did it. `seal`: it is signed for at once.

    `texts`: what a person typed freely in it; it is kept beside the record (see `nmes.record.texts`).
    """

    type: str
    body: Mapping[str, object]
    actor: str
    seal: bool = False
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it was read. `seq` counts from 1 in each session and equals its line number."""

    seq: int
    t_utc: str
    t_mono_ns: int
    boot_id: str
    station: str
    session: str
    actor: str
    type: str
    body: Mapping[str, Any]
    prev: str
    hash: str


class Link(NamedTuple):
    """What verifying asks of an entry; `data` are its canonical bytes. A named tuple: a million are made in seconds."""

    seq: int
    session: str
    station: str
    type: str
    prev: str
    hash: str
    data: bytes

    def fields(self) -> dict[str, Any]:
        """All of it, parsed: for the few entries whose body matters."""
        return _fields(self.data)


def encode_line(new: NewEntry, at: Stamp, origin: Origin, seq: int, prev: str) -> tuple[bytes, str]:
    """The line of an entry, newline included, and its hash; NotRecordable if the body has no canonical spelling."""
    fields = {
        "v": VERSION,
        "seq": seq,
        "t_utc": utc_text(at.utc_ms),
        "t_mono_ns": str(at.mono_ns),
        "boot_id": origin.boot_id,
        "station": origin.station,
        "session": origin.session,
        "actor": new.actor,
        "type": new.type,
        "body": new.body,
        "prev": prev,
    }
    data = canonical(fields)
    digest = hash_of(data)
    return b"".join((_OPEN, data, _MIDDLE, digest.encode(), _CLOSE)), digest


def hash_of(data: bytes) -> str:
    """The hash of an entry's canonical bytes, as 64 hexadecimal digits."""
    return sha256(DOMAIN + data).hexdigest()


def utc_text(utc_ms: int) -> str:
    """ISO 8601 in UTC with milliseconds; `utc_ms` since 1970."""
    return f"{datetime.fromtimestamp(utc_ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{utc_ms % 1000:03d}Z"


def decode_line(line: bytes) -> Entry:
    """The entry of a line whose own hash holds; raises BadLine. Whether it follows the one before is not asked."""
    data, digest = _own(line)
    fields = _fields(data)
    values = {name: fields[name] for name in _FIELDS - {"v", "t_mono_ns"}}
    return Entry(t_mono_ns=int(fields["t_mono_ns"]), hash=digest, **values)


def decode_link(line: bytes) -> Link:
    """As `decode_line`, but only what verifying needs of every entry, and three times faster."""
    data, digest = _own(line)
    frame = framed(data)
    if frame is None:
        fields = _fields(data)
        prev, seq, session, station, kind = (fields[name] for name in ("prev", "seq", "session", "station", "type"))
    else:
        prev, seq, session, station, kind, shape = frame
        if shape not in _SHAPES:
            _fields(data)
            _SHAPES.learn(shape)
    return Link(seq, session, station, kind, prev, digest, data)


def _own(line: bytes) -> tuple[bytes, str]:
    """The bytes of an entry and its hash, which fits."""
    data, digest = _split(line)
    if hash_of(data) != digest:
        raise BadLine(*_altered_or_respelled(line))
    return data, digest


def _fields(data: bytes) -> dict[str, Any]:
    try:
        fields: Any = parse(data)
    except NotCanonical as error:
        raise BadLine(Damage.NOT_CANONICAL, "is not in canonical form, though its hash was made to fit") from error
    if not _is_entry(fields):
        raise BadLine(Damage.FOREIGN, "was not written by this program (unknown version or fields)")
    checked: dict[str, Any] = fields
    return checked


def hash_in(line: bytes) -> str | None:
    """The hash that a line gives for itself; None for what is no line of a record, or gives none."""
    try:
        digest = _split(line)[1]
    except BadLine:
        return None
    return digest if _DIGEST.fullmatch(digest) else None


def _split(line: bytes) -> tuple[bytes, str]:
    middle = len(line) - _HASH_AT - len(_MIDDLE)
    framed = line.startswith(_OPEN) and line.endswith(_CLOSE) and line[middle:-_HASH_AT] == _MIDDLE
    if not framed:
        raise BadLine(*_altered_or_respelled(line))
    return line[len(_OPEN) : middle], line[-_HASH_AT : -len(_CLOSE)].decode("latin-1")


def _altered_or_respelled(line: bytes) -> tuple[Damage, str]:
    """A line that is not as we write it: does it at least say the same?"""
    try:
        wrapper = json.loads(line)
        same = hash_of(canonical(wrapper["entry"])) == wrapper["hash"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Damage.ALTERED, "was changed after it was written"
    if same:
        return Damage.NOT_CANONICAL, "says the same but was written out anew in another spelling"
    return Damage.ALTERED, "was changed after it was written"


def _is_entry(fields: object) -> bool:
    return (
        isinstance(fields, dict)
        and fields.keys() == _FIELDS
        and (type(fields["v"]), fields["v"]) == (int, VERSION)
        and type(fields["seq"]) is int
        and isinstance(fields["body"], dict)
        and all(isinstance(fields[name], str) for name in _TEXTS)
        and fields["t_mono_ns"].isdecimal()
        and fields["t_mono_ns"].isascii()
        and len(fields["t_mono_ns"]) <= _LONGEST_CLOCK
    )
