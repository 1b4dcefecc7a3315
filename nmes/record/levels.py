"""The levels of the last session of a patient: a fold over the records of one chain, newest session first.

Law: they are marks to look at and to be asked about, never levels that are in force. They are taken only for the same
patient code, side, protocol and version, from the newest session that has any, and only if it and every newer one of
theirs verifies: one that does not may have held others. It is the level that was accepted when it was found; what a
treatment changed of it afterwards is not in it. Chains of patients and of the simulator never mix.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from nmes.core.attended import Ghost
from nmes.core.delivery import Slot
from nmes.core.measurement import Side, Who
from nmes.record.chain import BadLine, decode_line
from nmes.record.files import Kind, open_file
from nmes.record.measurements import is_damaged, newest, notes_of

_MARK = b'"level"'
"""Only lines with it are decoded: a session has thousands of others."""
_GOAL = b'"goal"'


def last_levels(home: Path, kind: Kind, who: Who, protocol_id: str, version: str) -> tuple[Ghost, ...]:
    """A level for each slot that was given one; none where nobody can tell. RecordError if nothing can be read."""
    if not who.code:
        return ()
    bound_to = {"patient": who.code, "side": who.side, "protocol": protocol_id, "protocol_version": version}
    return newest(home, kind, lambda path: _in_session(path, bound_to)) or ()


def treated_before(home: Path, kind: Kind, who: Who, protocol_id: str) -> bool:
    """Whether a sound record knows a treatment of this patient by this protocol, of any version, on this side.

    What cannot be trusted counts as none: a first session is the careful one. RecordError if nothing can be read.
    """
    return bool(who.code) and bool(newest(home, kind, lambda path: _treats(path, who, protocol_id) or None))


def _treats(path: Path, who: Who, protocol_id: str) -> bool:
    with open_file(path) as file:
        try:
            bound = decode_line(file.readline()).body
        except BadLine:
            return False
        theirs = (bound.get("patient"), bound.get("protocol")) == (who.code, protocol_id)
        if not theirs or bound.get("side") not in {who.side, Side.BOTH} or is_damaged(path):
            return False
        return any(_starts(line) for line in file if _GOAL in line)


def _starts(line: bytes) -> bool:
    """Whether a whole line of a sound session tells that its treatment began."""
    ended = line.endswith(b"\n")
    return ended and any((code, of.get("goal")) == ("intent", "run") for code, of in notes_of(decode_line(line)))


def _in_session(path: Path, bound_to: Mapping[str, str]) -> tuple[Ghost, ...] | None:
    """The levels of one session; none if it cannot be trusted, None if it tells nothing and an older one may."""
    with open_file(path) as file:
        try:
            opened = decode_line(file.readline())
        except BadLine:
            return () if is_damaged(path) else None  # else nothing was ever written in it
        if any(opened.body.get(name) != value for name, value in bound_to.items()):
            return None
        if is_damaged(path):
            return ()
        levels = {ghost.slot: ghost for line in file if _MARK in line for ghost in _of(line)}
    return tuple(levels.values()) or None


def _of(line: bytes) -> Iterator[Ghost]:
    """The levels that one line of a sound session confirms; an unfinished last line tells nothing."""
    if not line.endswith(b"\n"):
        return
    entry = decode_line(line)
    for code, values in notes_of(entry):
        numbers = _numbers(values) if code == "level" else None
        if numbers is not None:
            channel, waveform, level_ua = numbers
            yield Ghost(Slot(channel, waveform), level_ua, entry.session, entry.t_utc)


def _numbers(values: Mapping[str, Any]) -> tuple[int, int, int] | None:
    channel, waveform, level_ua = (values.get(name) for name in ("channel", "waveform", "level_ua"))
    if type(channel) is int and type(waveform) is int and type(level_ua) is int:
        return channel, waveform, level_ua
    return None
