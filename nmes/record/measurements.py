"""The newest value that was measured of a patient: a fold over the records of one chain, newest session first.

Law: nothing is kept beside the record, so nothing can differ from it. A value is taken only for the same patient code,
muscle and side, and only if its session and every newer one of theirs verifies against its neighbours: one that does
not may have held another value. So may a newer session whose first line cannot be read: it may be anybody's. A session
file that is gone as a whole is missed by `verify_chain`, not here. Chains of patients and of the simulator never mix.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from nmes.core.corrections import Corrections
from nmes.core.measurement import is_typed, plain_muscle
from nmes.record.chain import BadLine, Entry, decode_line
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, open_file, session_files
from nmes.record.verdicts import verify_session
from nmes.record.verify import Damaged

T = TypeVar("T")

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
    """A value, in the unit of its kind; None: the newest test reached its cap without a cramp.

    `typed`: no test found it. `seq`: the entry it stands in. `right`: what is right instead, where that entry was
    corrected since and it was looked for.
    """

    value: int | None
    session: str
    t_utc: str
    typed: bool = False
    seq: int = field(default=0, compare=False)
    right: str = ""


@dataclass(frozen=True, slots=True)
class Untrusted:
    """A session that tells, or may have told, is damaged or holds no number. `t_utc`: "" if that cannot be read."""

    session: str
    t_utc: str


def latest(home: Path, kind: Kind, of: Of) -> Found | Untrusted | None:
    """The newest value; None if there never was one. RecordError if the records cannot be read at all."""

    return newest(home, kind, lambda path: _in_session(path, of))


def newest(home: Path, kind: Kind, told_by: Callable[[Path], T]) -> T | None:
    """What the newest session tells that tells anything; None if none does. RecordError if nothing can be read."""
    try:
        for path in reversed(session_files(chain_folder(home, kind))):
            found = told_by(path)
            if found is not None:
                return found
    except OSError as error:
        raise RecordError(f"the records cannot be read: {error}") from error
    return None


def thresholds(
    home: Path, kind: Kind, patient: str, side: str, right: Corrections | None = None
) -> tuple[tuple[str, Found | Untrusted], ...]:
    """The cramp threshold frequencies of a patient's side, by muscle, the newest of each; for telling a person.

    `right`: what was corrected since. RecordError if the records cannot be read at all.
    """
    try:
        told = [path for path in session_files(chain_folder(home, kind)) if _may_tell(path, patient, side)]
    except OSError as error:
        raise RecordError(f"the records cannot be read: {error}") from error
    named = {plain_muscle(muscle): muscle for path in told for muscle in muscles_of(_opened(path))}
    found = ((muscle, latest(home, kind, Of(patient, side, muscle, "ctf"))) for muscle in named.values())
    return tuple((muscle, _corrected(one, right or {})) for muscle, one in found if one is not None)


def _corrected(one: Found | Untrusted, right: Corrections) -> Found | Untrusted:
    """With what is right instead, where its entry was corrected."""
    if isinstance(one, Untrusted):
        return one
    return replace(one, right=right.get(one.session, {}).get(one.seq, ""))


def _may_tell(path: Path, patient: str, side: str) -> bool:
    """Whether a session of theirs speaks of a threshold at all: the others need not be verified."""
    bound = _opened(path)
    if (bound.get("patient"), bound.get("side")) != (patient, side):
        return False
    with open_file(path) as file:
        return b'"ctf"' in file.read()


def muscles_of(bound: Mapping[str, Any]) -> tuple[str, ...]:
    """By channel, from what a session is bound to."""
    muscles = bound.get("muscles")
    return tuple(map(str, muscles)) if isinstance(muscles, list) else ()


def nearby(home: Path, kind: Kind, of: Of) -> tuple[Of, ...]:
    """Of whom else a value of this muscle is recorded that may be meant: another side, or the code in other capitals.

    For telling a person only: nothing is ever taken from them. RecordError if the records cannot be read at all.
    """
    try:
        opened = [_opened(path) for path in session_files(chain_folder(home, kind))]
    except OSError as error:
        raise RecordError(f"the records cannot be read: {error}") from error
    codes = {(str(bound.get("patient")), str(bound.get("side"))) for bound in opened}
    others = (replace(of, patient=code, side=side) for code, side in sorted(codes) if _near(code, side, of))
    return tuple(other for other in others if _has_value(latest(home, kind, other)))


def _near(code: str, side: str, of: Of) -> bool:
    return code.casefold() == of.patient.casefold() and (code, side) != (of.patient, of.side)


def _has_value(found: Found | Untrusted | None) -> bool:
    return isinstance(found, Found) and found.value is not None


def _opened(path: Path) -> Mapping[str, Any]:
    """What a session is bound to; nothing where nobody can tell."""
    with open_file(path) as file:
        try:
            return decode_line(file.readline()).body
        except BadLine:
            return {}


def _in_session(path: Path, of: Of) -> Found | Untrusted | None:
    with open_file(path) as file:
        try:
            opened = decode_line(file.readline())
        except BadLine:
            return Untrusted(path.stem, "") if is_damaged(path) else None  # else nothing was ever written in it
        channels = _channels(opened.body, of)
        if not channels:
            return None
        if is_damaged(path):
            return Untrusted(path.stem, opened.t_utc)
        values = [found for line in file if any(mark in line for mark in _MARKS) for found in _of(line, of, channels)]
    return values[-1] if values else None


def is_damaged(path: Path, names: Sequence[str] | None = None) -> bool:
    """Whether a session's file is not what was written, or does not fit its neighbours; `names` as in `store`."""
    return isinstance(verify_session(path, names=names).verdict, Damaged)


def _channels(bound: Mapping[str, Any], of: Of) -> frozenset[int]:
    """The channels of a session that were on this muscle of this patient."""
    if (bound.get("patient"), bound.get("side")) != (of.patient, of.side):
        return frozenset()
    wanted, muscles = plain_muscle(of.muscle), muscles_of(bound)
    return frozenset(number for number, muscle in enumerate(muscles, 1) if plain_muscle(muscle) == wanted)


def _of(line: bytes, of: Of, channels: frozenset[int]) -> Iterator[Found | Untrusted]:
    """What one line of a sound session tells of it; an unfinished last line tells nothing."""
    if not line.endswith(b"\n"):
        return
    entry = decode_line(line)
    for code, values in notes_of(entry):
        if code == "not_reached" and of.what == "ctf":
            yield Found(None, entry.session, entry.t_utc, seq=entry.seq)
        if code == "measured" and values.get("what") == of.what and values.get("channel") in channels:
            value = next((value for name, value in values.items() if name.startswith("value_")), None)
            if type(value) is int:
                yield Found(value, entry.session, entry.t_utc, is_typed(values), entry.seq)
            else:
                yield Untrusted(entry.session, entry.t_utc)


def notes_of(entry: Entry) -> Iterator[tuple[str, dict[str, Any]]]:
    """The decisions an entry holds, as `event_entry` wrote them."""
    commands = entry.body.get("commands")
    for command in commands if isinstance(commands, list) else []:
        if isinstance(command, dict) and command.get("type") == "Note":
            values = command.get("values")
            pairs = values if isinstance(values, list) else []
            yield str(command.get("code")), {str(p[0]): p[1] for p in pairs if isinstance(p, list) and len(p) == 2}
