"""The faults as a table: what is broken, how the session must end, and what cannot be known.

Three kinds of row. `Ends`: the device's protocol shows it, so the output is gone by a deadline, the session says so and
a person begins again from 0, or in a new session. `GoesOn`: nothing in the protocol can show it [source: P24 Table 26
knows an electrode error, a pulse timeout, a low current and an active bit per channel, no current and no voltage; the
older families know less]. Then the session goes on, and the promise is smaller: what crosses the skin stays within the
confirmed level changed by the fault's own size, the screen claims nothing that was not answered, STOP still silences,
and the session's end too. `Cannot`: a family has nothing that could break so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from together.fault_moments import Moment

from laws.instrument import DEAF_US
from nmes.core.view import Word

POLLED_MS = 700
"""Keep-alive 400 ms, deadline 200 ms, turns, a halt."""
DEAF_MS = DEAF_US // 1000
"""The device's own timer of 2 s, and what was under way."""
NO_HALT = ("Unanswered", "HaltUnconfirmed")


class Since(StrEnum):
    """From when a deadline counts."""

    FAULT = "it began, or output was wanted again"
    PULSE = "the device saw the first bad pulse"
    TOLD = "the session knew of it"
    MENDED = "line and device are whole again; until then the emergency button"
    """Where a device has no timer: it is halted on and on."""


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
    alarmed: bool = False
    """A person halted, and the device told of the fault meanwhile: the alarm comes all the same."""


@dataclass(frozen=True, kw_only=True)
class GoesOn:
    """Nobody is told; `unknowable`: why."""

    unknowable: str
    after_stop: Ends | None = None
    """What STOP leads to, where the device does not obey it; None: silence at once, confirmed."""


Outcome = Ends | GoesOn


@dataclass(frozen=True, kw_only=True, eq=False)
class Case:
    """One fault. `others`: moments at which it ends otherwise; `never`: at which it can have no effect, and why."""

    name: str
    kind: str
    outcome: Outcome
    params: Mapping[str, int | str] = field(default_factory=dict)
    channel: int | None = None
    for_us: int | None = None
    once: bool = False
    """It is mended at its first effect."""
    level_ua: int = 20_000
    phase_us: int = 0
    """Of each half of a pulse, where the usual one would not do."""
    seed: int = 0
    """Of what the simulator draws by chance: of a bit that is turned over, which."""
    others: Mapping[Moment, Outcome] = field(default_factory=dict)
    never: Mapping[Moment, str] = field(default_factory=dict)
    lead_ms: int = 0
    """How long before the end of the session it comes, where it needs a pulse to show."""
    most_ua: Callable[[int], int] = int
    """What the fault itself makes of a confirmed level at the skin, out of every controller's reach."""
    line_ms: int = 0
    """How long a halt is on the line, where it is the line that is slow."""
    obeys_halts: bool = True
    dead_man_ms: int = 0
    """The device's own timer where that timer or its clock is what is broken; else the family's own."""
    false_off: tuple[Moment, ...] = ()
    """Moments at which the device says that it is off while current flows."""

    def at(self, moment: Moment) -> Outcome:
        if moment is Moment.STOPPING and moment not in self.others:
            return stopping(self.at(Moment.ENDING))
        return self.others.get(moment, self.outcome)

    @property
    def moments(self) -> tuple[Moment, ...]:
        return tuple(moment for moment in Moment if moment not in self.never)


@dataclass(frozen=True, kw_only=True)
class Cannot:
    """A fault that this family cannot have. The simulated device refuses to have it, for the same reason."""

    name: str
    kind: str
    why: str
    params: Mapping[str, int | str] = field(default_factory=dict)


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


def unconfirmed(why: str, silent_ms: int, records: tuple[str, ...] = NO_HALT, since: Since = Since.FAULT) -> Ends:
    """Nobody knows what the device does: STOP UNCONFIRMED, the physical measure, a new session."""
    return Ends(word=Word.UNSURE, why=why, records=records, silent_ms=silent_ms, since=since, again=False)


def no_end(silent_ms: int, since: Since = Since.FAULT) -> Ends:
    """The end was asked for, and the halt is not confirmed."""
    return unconfirmed("halt_unconfirmed", silent_ms, ("End", "HaltUnconfirmed"), since)


def halted(silent_ms: int, since: Since = Since.FAULT) -> Ends:
    """An answer is missing, and the halt that follows is confirmed."""
    records = ("Unanswered", "HaltConfirmed")
    return Ends(word=Word.STOPPED, why="unanswered", records=records, silent_ms=silent_ms, since=since)


FOR_EVER_MS = 3_600_000
FALSE_OFF = Ends(word=Word.STOPPED, why="stop:key", records=("HaltConfirmed",), silent_ms=FOR_EVER_MS)
"""The device confirmed a halt that its output stage did not make: nothing and nobody on the line can tell."""
UNTIL_IT_OBEYS = replace(FALSE_OFF, silent_ms=1_400, since=Since.MENDED)
"""It confirmed a halt that it did not make, and is halted once a second for as long as the session is open."""


@dataclass(frozen=True, kw_only=True)
class Dial:
    """What differs between the families in the rows that all of them have."""

    key: str
    model: str
    polled_ms: int
    """A missing answer is known so long after the last good one, and the halt that follows has arrived."""
    halts_ms: int
    """So long after the first halt the last of three has arrived where the line is 0.3 s late."""
    over_ms: int = 120
    """A STOP or an end is at the skin."""
    deaf_ms: int
    """A device that hears no halt is silent so long after `deaf`."""
    deaf: Since = Since.FAULT

    def halted(self) -> Ends:
        return halted(self.polled_ms)

    def over(self) -> Ends:
        return over(self.over_ms)

    @property
    def unanswered(self) -> Ends:
        """It halts; nobody hears of it."""
        return unconfirmed("unanswered", self.polled_ms)

    @property
    def unheard(self) -> Ends:
        """It hears nothing, and ends by its own timer where it has one."""
        return unconfirmed("unanswered", self.deaf_ms, since=self.deaf)

    @property
    def silent_end(self) -> Ends:
        """It halts at the end; nobody hears of it."""
        return no_end(self.over_ms)

    @property
    def deaf_end(self) -> Ends:
        """The end does not reach it."""
        return no_end(self.deaf_ms, self.deaf)


P24 = Dial(key="p24", model="P24", polled_ms=POLLED_MS, halts_ms=420, deaf_ms=DEAF_MS)
