"""What a session's file tells of its end at a glance: whether anything was given, and what was found after it.

Law: it reads only the lines that speak of either, believes nothing else, and verifies nothing: who shows it as a fact
verifies the file first (`last_time`), who only marks a row says no more than that there is something to look at. What
was found in words is told with its words, or with the placeholder of those that were erased, and never left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from nmes.core.corrections import Corrections
from nmes.core.events import Finding, Observed
from nmes.core.measurement import Who
from nmes.record.chain import BadLine, decode_line
from nmes.record.files import Kind, open_file
from nmes.record.happening import Stepped, at_of, stepped
from nmes.record.measurements import is_damaged, newest
from nmes.record.texts import MARK, Texts

_MARKS: Final = (b'"dose"', b'"Observed"')
"""Only lines with one of these are decoded: a session has thousands of others."""
IRRITATED: Final = 2
"""From this state of the skin on the next therapist must know: irritation, then burn or blister. Redness passes."""
STRONG_PAIN: Final = 7
"""From this pain on, of 10: severe on the usual numeric scale [design]."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """`gave`: whether any charge was accounted for, or may have flowed. `found`: the last of each thing, after it."""

    gave: bool
    found: tuple[Observed, ...] = ()


@dataclass(frozen=True, slots=True)
class LastTime:
    """What was found after the newest session of somebody that tells of it; `damaged`: it may, and cannot be trusted.

    `t_utc` is when it began; "" if that cannot be read. `corrected`: what is right instead of entries of it that were
    corrected since, by their numbers; a session with one tells something.
    """

    session: str
    t_utc: str
    found: tuple[Observed, ...] = ()
    damaged: bool = False
    corrected: Mapping[int, str] = field(default_factory=dict, hash=False)

    @property
    def alarming(self) -> tuple[Observed, ...]:
        """What the next therapist must know before anything starts."""
        return alarming(self.found)


def alarming(found: tuple[Observed, ...]) -> tuple[Observed, ...]:
    """What of it was bad, in its order."""
    return tuple(one for one in found if _is_bad(one))


def _is_bad(one: Observed) -> bool:
    least = {Finding.SKIN: IRRITATED, Finding.NRS: STRONG_PAIN, Finding.ADVERSE: 1}.get(one.finding)
    return least is not None and one.value is not None and one.value >= least


def glimpse(path: Path) -> Glimpse:
    """Of a session's file, up to the first line that is none of ours. OSError if it cannot be read."""
    over, gave, found = False, False, dict[tuple[Finding, str], Observed]()
    for step in _steps(path):
        doses = [one for one in step.happenings if one.code == "dose"]
        if doses:
            over, gave = True, any(value for name, value in doses[-1].values if name.endswith("_high_nc"))
        if over and isinstance(step.event, Observed) and not step.refused:
            found[(step.event.finding, step.event.of)] = step.event
    return Glimpse(gave, tuple(found.values()))


def _steps(path: Path) -> Iterator[Stepped]:
    texts = Texts(path)
    with open_file(path) as file:
        for line in file:
            if not any(mark in line for mark in _MARKS) or not line.endswith(b"\n"):
                continue
            try:
                entry = decode_line(line)
            except BadLine:
                return
            entry = texts.put_back(entry) if MARK in line else entry
            step = stepped(entry, at_of(entry, entry.t_mono_ns)) if entry.type == "event" else None
            if isinstance(step, Stepped):
                yield step


def last_time(home: Path, kind: Kind, who: Who, right: Corrections | None = None) -> LastTime | None:
    """What was found after the newest session of this code and side; None if none tells of it.

    One that is damaged may have told of it, so nothing older is taken. `right`: what was corrected since. RecordError
    if nothing can be read.
    """
    return newest(home, kind, lambda path: _of(path, who, right or {})) if who.code else None


def _of(path: Path, who: Who, right: Corrections) -> LastTime | None:
    with open_file(path) as file:
        try:
            opened = decode_line(file.readline())
        except BadLine:
            return None  # whose it is cannot be told; the list of records says that it is damaged
    if (opened.body.get("patient"), opened.body.get("side")) != (who.code, who.side):
        return None
    if is_damaged(path):
        return LastTime(path.stem, opened.t_utc, damaged=True)
    found, corrected = glimpse(path).found, right.get(path.stem, {})
    return LastTime(path.stem, opened.t_utc, found, corrected=corrected) if found or corrected else None
