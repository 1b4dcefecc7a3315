"""The faults as a table: what is broken, how the session must end, and what cannot be known.

Two kinds of row. `Ends`: the P24's protocol shows it, so the output is gone by a deadline, the session says so and a
person begins again from 0, or in a new session. `GoesOn`: nothing in the protocol can show it [source: P24 Table 26
knows an electrode error, a pulse timeout, a low current and an active bit per channel, no current and no voltage]. Then
the session goes on, and the promise is smaller: what crosses the skin stays within the confirmed level changed by the
fault's own size, the screen claims nothing that was not answered, STOP still silences, and the session's end too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from together.fault_moments import Moment

from laws.instrument import DEAF_US
from nmes.core.view import Word

POLLED_MS = 700
"""A missing answer is known so long after the last good one: keep-alive 400 ms, deadline 200 ms, turns, a halt."""
DEAF_MS = DEAF_US // 1000
"""A device that hears no halt falls silent by its own timer."""
NO_HALT = ("Unanswered", "HaltUnconfirmed")


class Since(StrEnum):
    """From when a deadline counts."""

    FAULT = "it began, or output was wanted again"
    PULSE = "the device saw the first bad pulse"
    TOLD = "the session knew of it"


@dataclass(frozen=True, kw_only=True)
class Ends:
    """At the latest `silent_ms` after `since` nothing crosses the skin. `records`: types, or one event's values."""

    word: Word
    why: str
    records: Mapping[str, object] | tuple[str, ...]
    silent_ms: int
    since: Since = Since.FAULT
    again: bool = True
    """A person can begin again from 0 in this session once it is mended; otherwise only in a new one."""


@dataclass(frozen=True, kw_only=True)
class GoesOn:
    """Nobody is told; `unknowable`: why."""

    unknowable: str
    after_stop: Ends | None = None
    """What STOP leads to, where the device does not obey it; None: silence at once, confirmed."""


Outcome = Ends | GoesOn


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One fault. `others`: moments at which it ends otherwise; `never`: moments at which it can have no effect."""

    name: str
    kind: str
    outcome: Outcome
    params: Mapping[str, int | str] = field(default_factory=dict)
    channel: int | None = None
    for_us: int | None = None
    once: bool = False
    """It is mended at its first effect."""
    level_ua: int = 20_000
    others: Mapping[Moment, Outcome] = field(default_factory=dict)
    never: tuple[Moment, ...] = ()
    lead_ms: int = 0
    """How long before the end of the session it comes, where it needs a pulse to show."""
    most_ua: Callable[[int], int] = int
    """What the fault itself makes of a confirmed level at the skin, out of every controller's reach."""
    line_ms: int = 0
    """How long a halt is on the line, where it is the line that is slow."""
    obeys_halts: bool = True
    dead_man_ms: int = 2_000
    """The device's own timer, longer where that timer or its clock is what is broken."""
    false_off: bool = False
    """The device says that it is off, and it is not."""

    def at(self, moment: Moment) -> Outcome:
        if moment is Moment.STOPPING and moment not in self.others:
            return stopping(self.at(Moment.ENDING))
        return self.others.get(moment, self.outcome)

    @property
    def moments(self) -> tuple[Moment, ...]:
        return tuple(moment for moment in Moment if moment not in self.never)


def stopping(ending: Outcome) -> Outcome:
    """What a STOP leads to where the end of the session would lead to `ending`: the same halt."""
    if not isinstance(ending, Ends) or not isinstance(ending.records, tuple):
        return ending
    records = tuple("Stop" if kind == "End" else kind for kind in ending.records)
    if ending.word is Word.ENDED:
        return replace(ending, word=Word.STOPPED, why="stop:key", records=records, again=True)
    return replace(ending, records=records)


def over(silent_ms: int = 120) -> Ends:
    """The session was ending, and ends."""
    return Ends(word=Word.ENDED, why="ended_early", records=("End", "HaltConfirmed"), silent_ms=silent_ms, again=False)


def fault(name: str, channel: int, result: int, silent_ms: int = 20, since: Since = Since.PULSE) -> Ends:
    recorded = {"type": "DeviceFault", "fault": name, "channel": channel, "result": result}
    return Ends(word=Word.STOPPED, why=f"fault:{name}", records=recorded, silent_ms=silent_ms, since=since)


def unconfirmed(why: str, silent_ms: int, records: tuple[str, ...] = NO_HALT) -> Ends:
    """Nobody knows what the device does: STOP UNCONFIRMED, the physical measure, a new session."""
    return Ends(word=Word.UNSURE, why=why, records=records, silent_ms=silent_ms, again=False)


def halted(silent_ms: int = POLLED_MS, since: Since = Since.FAULT) -> Ends:
    """An answer is missing, and the halt that follows is confirmed."""
    records = ("Unanswered", "HaltConfirmed")
    return Ends(word=Word.STOPPED, why="unanswered", records=records, silent_ms=silent_ms, since=since)


UNANSWERED = unconfirmed("unanswered", POLLED_MS)
DEAF = unconfirmed("unanswered", DEAF_MS)
NO_END = {Moment.ENDING: unconfirmed("halt_unconfirmed", 120, ("End", "HaltUnconfirmed"))}
"""The device halts; nobody hears of it."""
NOT_HEARD = {Moment.ENDING: unconfirmed("halt_unconfirmed", DEAF_MS, ("End", "HaltUnconfirmed"))}
ELECTRODE = fault("electrode", 1, 10)
LOW_CURRENT = fault("low_current", 1, 28)
RESTARTED = fault("not_initialised", 0, 7, since=Since.FAULT)
FOR_EVER_MS = 3_600_000
FALSE_OFF = Ends(word=Word.STOPPED, why="stop:key", records=("HaltConfirmed",), silent_ms=FOR_EVER_MS)
"""The device confirmed a halt that its output stage did not make: nothing and nobody on the line can tell."""
NOT_STOPPED = unconfirmed("halt_unconfirmed", DEAF_MS, ("HaltUnconfirmed",))
AT_END = {Moment.ENDING: over()}
