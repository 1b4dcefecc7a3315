"""What the first screen shows: whose turn it is, what was done last, what was interrupted, what is known of a device.

Law: it never claims more than it knows. Whose turn it is follows from the protocol's own sessions a week and the
newest session that was complete, or signed with at least half given; a port is looked for by its name and not opened.
Nothing here is a level, and nothing here is a record: it is a fold over the list of sessions, which the index keeps
ready, and over the whole of those only that were ended early this week, back to the newest that counts; made anew each
time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum, StrEnum
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nmes.core.day import WEEK
from nmes.core.events import Observed
from nmes.core.protocol import Protocol
from nmes.core.pseudonym import is_mistyped
from nmes.core.rhythm import due_in_days, is_complete, is_early
from nmes.core.rhythm import per_week as per_week_of
from nmes.core.suggest import like
from nmes.core.view import ENDED_EARLY
from nmes.record import index
from nmes.record.afterwards import Glimpse, alarming, glimpse
from nmes.record.errors import RecordError
from nmes.record.files import Kind, session_names
from nmes.record.patients import has_no_end, of_sessions
from nmes.record.store import Closed, Summary
from nmes.record.story import Signature
from nmes.runtime.library import Loaded
from nmes.runtime.replaying import replay_of

if TYPE_CHECKING:  # the first paint needs none of it
    from nmes.core.care_events import Proposal
    from nmes.core.course_of_care import Due


class Device(StrEnum):
    """What is known of the device before anything is opened."""

    SIMULATOR = "simulator"
    """It is started with a session, so there is nothing to look for."""
    THERE = "there"
    """A port of that name is there. Who answers on it is not known."""
    MISSING = "missing"
    NOT_LOOKED = "not_looked"
    """An address that can only be tried."""


class Part(Enum):
    """How much a session that was ended early gave: it counts for what is due only if it was signed and gave half, or
    all that a first session shall be.
    """

    NOTHING = 0
    SOME = 1
    ENOUGH = 2
    FIRST = 3
    """A first session that was given all that its card says."""


COUNTING: Final = frozenset({Part.ENOUGH, Part.FIRST})
"""A session that gave so much counts for what is due, here and in the course of care."""


class Turn(StrEnum):
    """Whether it is somebody's turn."""

    DUE = "due"
    LATER = "later"
    WAIT = "wait"
    """What was told speaks against any session now."""
    BOOSTER = "booster"
    """The weeks of the plan have passed, and one session more is wanted."""
    OVER = "over"
    """The weeks of the plan have passed, or its last session was given."""
    UNKNOWN = "unknown"
    """The protocol says no rhythm, none was completed yet, or a clock was wrong."""


def turn_of(due: Due) -> tuple[Turn, int]:
    """Whose turn it is by a plan, and in how many days."""
    if due.against is not None:
        return Turn.WAIT, due.in_days or 0
    if due.in_days is None and due.booster_in_days is not None:
        return Turn.BOOSTER, due.booster_in_days
    if due.in_days is None:
        return Turn.OVER, 0
    return (Turn.LATER if due.in_days > 0 else Turn.DUE), due.in_days


@dataclass(frozen=True, slots=True)
class Patient:
    """One code and side. `protocol` is what was done last with a rhythm of its own, else what was done last; "" = none.

    `days`: since the last session of it that counts; negative = dated after now. `in_days`: until the next, 0 = today;
    by a plan of care (`nmes.runtime.planned`) also negative = overdue.
    `early_days`: since the newest of it, if that was ended early with a part given; None if it was not.
    """

    code: str
    side: str
    sessions: tuple[Summary, ...]
    """Newest first."""
    protocol: str = ""
    title: str = ""
    per_week: int = 0
    turn: Turn = Turn.UNKNOWN
    days: int | None = None
    in_days: int = 0
    early_days: int | None = None
    planned: Summary | None = None
    """The newest session of `protocol` that gave anything."""
    alarming: tuple[Observed, ...] = ()
    """What was found after the newest session that tells of it, and must be known; read, not verified."""
    as_planned: bool = False
    """Whether `planned` was a first session that was ended when it had been given what its card says."""

    @property
    def last(self) -> Summary:
        return self.sessions[0]


@dataclass(frozen=True, slots=True)
class Today:
    """`patients`: whose turn it is first, the longest wait first. `last` and `interrupted`: newest first.

    `trouble`: why the records could not be read, or were not read.
    """

    device: Device = Device.NOT_LOOKED
    address: str = ""
    patients: tuple[Patient, ...] = ()
    last: tuple[Summary, ...] = ()
    interrupted: tuple[Summary, ...] = ()
    damaged: tuple[Summary, ...] = ()
    trouble: str = ""
    plans: Mapping[tuple[str, str], Due] = field(default_factory=dict)
    """What is due by the plan of care, by code and side; also of those who have no session yet."""
    against: Mapping[tuple[str, str], Proposal] = field(default_factory=dict)
    """What was told and speaks against any session now, with a plan or without; also where no side is chosen yet."""
    entered: frozenset[str] = frozenset()
    """The codes that something was entered of."""
    kept: tuple[str, ...] = ()
    """What keepers of earlier runs have to tell."""

    def is_mistyped(self, code: str) -> bool:
        """Whether a code has the form of those made here and a check that does not fit, and nothing is on record."""
        return is_mistyped(code) and code not in self.entered and all(one.patient != code for one in self.last)

    @property
    def awaited(self) -> tuple[tuple[str, str], ...]:
        """Who has a plan and no session yet."""
        known = {(patient.code, patient.side) for patient in self.patients}
        return tuple(whose for whose in self.plans if whose not in known)

    def of(self, code: str) -> tuple[Patient, ...]:
        """Everybody of just this code, one per side."""
        return tuple(patient for patient in self.patients if patient.code == code)

    def like(self, code: str) -> tuple[str, ...]:
        """Other codes on record that may be meant: in other capitals, or a letter or two away."""
        return like(code, (*(patient.code for patient in self.patients), *(one for one, _ in self.plans)))


NOTHING_KNOWN: Final = Today()


def today(home: Path, kind: Kind, url: str | None, protocols: Sequence[Loaded], now: datetime) -> Today:
    """The first screen's data; `url`: the device of the session to come, None = the simulator."""
    device, address = _device(url), url or ""
    names = cache(session_names)

    def part_of(one: Summary) -> Part:
        return part_given(one, names(one.path.parent))

    try:
        found = of_list(tuple(reversed(index.sessions(home, kind))), protocols, now, part_of, glimpsed)
    except OSError as error:
        return Today(device, address, trouble=str(error))
    return replace(found, device=device, address=address)


GAVE: Final = Glimpse(gave=True)


def glimpsed(one: Summary) -> Glimpse:
    """What a session gave and found; one that cannot be read may have given something."""
    try:
        seen = glimpse(one.path)
    except OSError:
        return GAVE
    return seen if isinstance(one.ending, Closed) else replace(seen, gave=True)


def part_given(one: Summary, names: Sequence[str] | None = None) -> Part:
    """From the whole record of a session that was ended early; what cannot be read or led again gave nothing.

    `names` as in `nmes.record.verdicts.verify_session`.
    """
    try:
        replay = replay_of(one.path, one.kind, names)
    except RecordError:
        return Part.NOTHING
    end = replay.end
    if end is None or not end.plan_ms:
        return Part.NOTHING
    if not end.is_half_given or not isinstance(replay.story.signature, Signature):
        return Part.SOME
    return Part.FIRST if end.first_is_given else Part.ENOUGH


def of_list(
    newest_first: Sequence[Summary],
    protocols: Sequence[Loaded],
    now: datetime,
    part_of: Callable[[Summary], Part] = lambda _one: Part.NOTHING,
    seen_of: Callable[[Summary], Glimpse] = lambda _one: GAVE,
) -> Today:
    """The same of a list that is there already; nothing of a device. `part_of` is asked of few sessions only, `seen_of`
    of each patient's newest ones.
    """
    found = of_sessions(newest_first)
    known = {loaded.protocol.id: loaded.protocol for loaded in protocols}
    sessions, seen = _by_whom(newest_first), cache(seen_of)
    theirs = [
        _patient(one.code, one.side, tuple(sessions[one.code, one.side]), known, now, part_of, seen)
        for one in found.persons
    ]
    return Today(
        patients=tuple(sorted(theirs, key=_order)),
        last=tuple(newest_first),
        interrupted=tuple(one for one in newest_first if has_no_end(one)),
        damaged=found.damaged,
    )


def _device(url: str | None) -> Device:
    if url is None:
        return Device.SIMULATOR
    if not url.startswith("/"):
        return Device.NOT_LOOKED
    return Device.THERE if Path(url).exists() else Device.MISSING


def _by_whom(listed: Iterable[Summary]) -> dict[tuple[str, str], list[Summary]]:
    """In their order; gone through once, however many patients there are."""
    found: dict[tuple[str, str], list[Summary]] = {}
    for one in listed:
        found.setdefault((one.patient, one.side), []).append(one)
    return found


LOOKED_AT: Final = 5
"""So many of a patient's newest sessions are looked into for what was found after one [design]."""


def _alarming(sessions: tuple[Summary, ...], seen_of: Callable[[Summary], Glimpse]) -> tuple[Observed, ...]:
    """Of the newest session after which something was found."""
    found = (seen_of(one).found for one in sessions[:LOOKED_AT])
    return alarming(next((one for one in found if one), ()))


def _order(patient: Patient) -> tuple[int, int]:
    rank = {Turn.DUE: 0, Turn.LATER: 1, Turn.UNKNOWN: 2}[patient.turn]
    return rank, patient.in_days if patient.turn is not Turn.DUE else -(patient.days or 0)


def _patient(
    code: str,
    side: str,
    sessions: tuple[Summary, ...],
    known: dict[str, Protocol],
    now: datetime,
    part_of: Callable[[Summary], Part],
    seen_of: Callable[[Summary], Glimpse],
) -> Patient:
    planned = _planned(sessions, known, seen_of)
    protocol = known.get(planned.protocol)
    title = protocol.title if protocol is not None else ""
    per_week = per_week_of(protocol)
    theirs = [one for one in sessions if one.protocol == planned.protocol]
    part = cache(lambda one: part_of(one) if _early(one, now) else Part.NOTHING)
    counted = next((one for one in theirs if _complete(one) or part(one) in COUNTING), None)
    days = _days(counted.started_utc, now) if counted is not None else None
    gave = Part.NOTHING if _complete(planned) else part(planned)
    early_days = _days(planned.started_utc, now) if gave is not Part.NOTHING else None
    turn, in_days = Turn.UNKNOWN, 0
    if per_week and days is not None and days >= 0:
        in_days = max(0, due_in_days(per_week, days))
        turn = Turn.LATER if in_days else Turn.DUE
    alarms = _alarming(sessions, seen_of)
    when = (turn, days, in_days, early_days)
    as_planned = gave is Part.FIRST and _ended_early(planned)
    return Patient(code, side, sessions, planned.protocol, title, per_week, *when, planned, alarms, as_planned)


def _planned(
    sessions: tuple[Summary, ...], known: dict[str, Protocol], seen_of: Callable[[Summary], Glimpse]
) -> Summary:
    """What is the patient's own: the newest with a rhythm, else the newest. One that gave nothing takes nobody's place,
    such as that of a protocol picked by mistake; where all gave nothing, the newest.
    """

    def gave(one: Summary) -> bool:
        return _complete(one) or seen_of(one).gave

    with_rhythm = (one for one in sessions if per_week_of(known.get(one.protocol)) and gave(one))
    return next(with_rhythm, None) or next((one for one in sessions if gave(one)), sessions[0])


def _complete(one: Summary) -> bool:
    """By its plan to its end; a test by its result."""
    return isinstance(one.ending, Closed) and is_complete(one.ending.why)


def _early(one: Summary, now: datetime) -> bool:
    """Ended or stopped by somebody within a week: only its whole record tells how much it gave, and that takes time."""
    days = _days(one.started_utc, now)
    if days is None or not 0 <= days < WEEK or not isinstance(one.ending, Closed):
        return False
    return is_early(one.ending.why)


def _ended_early(one: Summary) -> bool:
    return isinstance(one.ending, Closed) and one.ending.why == ENDED_EARLY


def _days(utc: str, now: datetime) -> int | None:
    """Whole days of the calendar at this place; None where the record tells no time."""
    try:
        then = datetime.fromisoformat(utc)
    except ValueError:
        return None
    return (now.date() - then.astimezone(now.tzinfo).date()).days
