"""One session's record as a story: for whom, what was asked, found, confirmed, given, caught and signed, and when.

Law: a story tells what stands in the record and nothing else. It is values and codes, worded above; an entry that this
program cannot read is told as one, never guessed; and everything comes with the verdict on the record it was read from,
up to the first damaged line. A session without an end is never complete, and one that was signed says by whom. How it
is read is in `nmes.record.telling`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nmes.core import events as e
from nmes.record.catches import Caught, gather
from nmes.record.chain import Entry
from nmes.record.files import Kind
from nmes.record.happening import At, Happening, Unread, Values
from nmes.record.output import Output
from nmes.record.pulses import Pulses
from nmes.record.store import Closed, Ending
from nmes.record.verdicts import Sealed
from nmes.record.verify import Verdict

UNSIGNED_BY_PROGRAM = "program"
"""The reason of a session that the program closed without anybody's signature."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the session was bound to when it began; texts are "" and numbers None where the record has none."""

    at: At
    station: str
    patient: str
    side: str
    protocol: str
    version: str
    protocol_sha256: str
    protocol_yaml: str
    program: str
    device: str
    model: str
    muscles: tuple[str, ...]
    assessment: str
    attended: bool
    bound: Mapping[str, Any] = field(compare=False)
    """All of it, as it was written."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One sending of the checklist. `accepted` is False where it was refused."""

    at: At
    by: str
    answers: tuple[e.Answer, ...]
    accepted: bool


@dataclass(frozen=True, slots=True)
class Observation:
    """What was observed, or why not; `before` the treatment was over, or after it."""

    at: At
    observed: e.Observed
    before: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """Signed. `reason` is why outcomes stayed open; "" if none did."""

    at: At
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unsigned:
    """Left without a signature, for this reason; `UNSIGNED_BY_PROGRAM`: nobody gave one."""

    at: At
    reason: str


@dataclass(frozen=True, slots=True)
class Story:
    """A whole session. `ending` and `verdict` belong to the file; the rest is told up to the first damaged line.

    `screening` is every sending in order; `pads` are as they were confirmed last; `findings` hold the last of each
    thing, and of what was asked before and after the treatment the last of both; `end_ms` is that of the last entry.
    """

    session: str
    kind: Kind
    path: Path
    verdict: Verdict
    ending: Ending
    opened: Opened | None = None
    device: e.Identified | None = None
    screening: tuple[Asked, ...] = ()
    pads: tuple[tuple[int, int], ...] = ()
    felt: tuple[tuple[int, bool], ...] = ()
    stop_tested: At | None = None
    happenings: tuple[Happening, ...] = ()
    output: tuple[Output, ...] = ()
    findings: tuple[Observation, ...] = ()
    signature: Signature | Unsigned | None = None
    others: tuple[Entry, ...] = ()
    """Entries that are no step: a failure of the program, what was found of a session before."""
    unread: tuple[Unread, ...] = ()
    end_ms: int = 0
    broken: str = ""
    """Why writing ended before the session did; "" if it did not."""
    sealed: Sealed | None = None
    """With which of the station's keys it is signed, and up to where; None for a session that is not signed."""
    checkpoints: tuple[At, ...] = ()
    """The station's signatures: each vouches for the entries before it."""
    pulses: Mapping[int, Pulses] = field(default_factory=dict, compare=False)
    """By channel, which pulses flowed; a channel without output has none."""
    unread_seals: bool = False
    """As `nmes.record.verdicts.SessionVerdict.unread`."""

    @property
    def caught(self) -> tuple[Caught, ...]:
        """The mistakes and dangers that were caught."""
        return gather(self.happenings)

    @property
    def flowed(self) -> bool:
        """Whether any output was acknowledged, or may have been."""
        return any(one.confirmed for one in self.output) or any(one.sent for one in self.output if not one.known)

    @property
    def dose(self) -> tuple[tuple[int, int, int], ...] | None:
        """`(channel, low_nc, high_nc)` as the session accounted for it at its end; None if it has told none."""
        told = self.all("dose")
        return None if not told else _dose(told[-1].values)

    @property
    def over_ms(self) -> int | None:
        """When the session was closed; None if it has no end."""
        return self.end_ms if isinstance(self.ending, Closed) else None

    def all(self, *codes: str) -> tuple[Happening, ...]:
        """The decisions with these codes, in order."""
        return tuple(one for one in self.happenings if one.code in codes)


def _dose(values: Values) -> tuple[tuple[int, int, int], ...]:
    """From `channel_1_low_nc`, `channel_1_high_nc`, ... as the session writes them; all else is left out."""
    found: dict[int, dict[str, int]] = {}
    for name, value in values:
        match name.split("_"):
            case ["channel", number, ("low" | "high") as bound, "nc"] if number.isdecimal() and type(value) is int:
                found.setdefault(int(number), {})[bound] = value
            case _:
                continue
    return tuple((n, b["low"], b["high"]) for n, b in sorted(found.items()) if b.keys() == {"low", "high"})
