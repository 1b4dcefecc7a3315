"""The newest value that was measured of a patient: a fold over the records of one chain, newest session first.

Law: nothing is kept beside the record, so nothing can differ from it. A value is taken only for the same patient code,
muscle and side, and only out of a session that verifies against its neighbours; where the newest one is not to be
trusted, an older one is not taken in its place. Chains of patients and of the simulator never mix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nmes.record.chain import BadLine, Entry, decode_line
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.store import verify_session
from nmes.record.verify import Damaged

_MARKS = (b'"measured"', b'"not_reached"')
"""Only lines with one of these are decoded: a session has thousands of others."""


@dataclass(frozen=True, slots=True)
class Of:
    """Whose value, and of what: exactly these, the muscle in any capitals."""

    patient: str
    side: str
    muscle: str
    what: str


@dataclass(frozen=True, slots=True)
class Found:
    """A measured value, in the unit of its kind; None: the newest test ended without a result."""

    value: int | None
    session: str
    t_utc: str


@dataclass(frozen=True, slots=True)
class Untrusted:
    """The newest session that would tell does not verify."""

    session: str
    t_utc: str


def latest(home: Path, kind: Kind, of: Of) -> Found | Untrusted | None:
    """The newest value; None if there never was one. RecordError if the records cannot be read at all."""
    try:
        for path in reversed(session_files(chain_folder(home, kind))):
            found = _in_session(path, of)
            if found is not None:
                return found
    except OSError as error:
        raise RecordError(f"the records cannot be read: {error}") from error
    return None


def _in_session(path: Path, of: Of) -> Found | Untrusted | None:
    with path.open("rb") as file:
        try:
            opened = decode_line(file.readline())
        except BadLine:
            return None  # nobody can tell whose it was
        channels = _channels(opened.body, of)
        if not channels:
            return None
        try:
            values = [
                found for line in file if any(mark in line for mark in _MARKS) for found in _of(line, of, channels)
            ]
        except BadLine:
            return Untrusted(path.stem, opened.t_utc)
    told = bool(values) or opened.body.get("assessment") == of.what
    if told and isinstance(verify_session(path).verdict, Damaged):
        return Untrusted(path.stem, opened.t_utc)
    return values[-1] if values else None


def _channels(bound: Mapping[str, Any], of: Of) -> frozenset[int]:
    """The channels of a session that were on this muscle of this patient."""
    if (bound.get("patient"), bound.get("side")) != (of.patient, of.side):
        return frozenset()
    muscles = bound.get("muscles")
    named = muscles if isinstance(muscles, list) else []
    wanted = _plain(of.muscle)
    return frozenset(number for number, muscle in enumerate(named, 1) if _plain(str(muscle)) == wanted)


def _plain(muscle: str) -> str:
    return " ".join(muscle.lower().split())


def _of(line: bytes, of: Of, channels: frozenset[int]) -> Iterator[Found]:
    """What one line tells of it; an unfinished last line tells nothing."""
    if not line.endswith(b"\n"):
        return
    entry = decode_line(line)
    for note in _notes(entry):
        code, values = note
        if code == "not_reached" and of.what == "ctf":
            yield Found(None, entry.session, entry.t_utc)
        if code == "measured" and values.get("what") == of.what and values.get("channel") in channels:
            value = next((value for name, value in values.items() if name.startswith("value_")), None)
            yield Found(value if type(value) is int else None, entry.session, entry.t_utc)


def _notes(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    """The decisions an entry holds, as `event_entry` wrote them."""
    commands = entry.body.get("commands")
    for command in commands if isinstance(commands, list) else []:
        if isinstance(command, dict) and command.get("type") == "Note":
            yield str(command.get("code")), dict(command.get("values") or [])
