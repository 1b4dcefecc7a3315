"""What of the care can be entered at all: refused with a code and values, before it becomes a record.

Law: what is refused here is a slip (a number outside what anybody can have, a day to come, a change without a reason),
never a judgement of the care itself. A record cannot be changed afterwards, so it is looked at before.
"""

from __future__ import annotations

import re
from typing import assert_never

from nmes.core.care_events import (
    Answered,
    Archived,
    Assessed,
    CareEvent,
    Choice,
    Corrected,
    Decided,
    Diary,
    Erased,
    Outcome,
    PlanEnded,
    Planned,
    Registered,
    Withdrawn,
)
from nmes.core.day import Day
from nmes.core.measurement import MAX_FORCE_MN, SIDES, is_code
from nmes.core.screening import tells

RANGES = {
    Outcome.CRAMPS: (0, 500),
    Outcome.CRAMP_NRS: (0, 10),
    Outcome.CTF: (1_000, 100_000),
    Outcome.MVIC: (0, MAX_FORCE_MN),
    Outcome.NRS: (0, 10),
    Outcome.TUG: (1_000, 600_000),
    Outcome.STS5: (1_000, 600_000),
    Outcome.WALK6: (0, 2_000_000),
}
"""Outside these the unit is wrong, or the number mistyped [design]; 0 to 10 is the scale [source: NRS-11]."""
MAX_PER_WEEK, MAX_WEEKS = 21, 52
"""What a card may hold (see `nmes.core.protocol.Schedule`) [design]."""
WHOLE = {
    "per_week": (1, MAX_PER_WEEK),
    "weeks": (1, MAX_WEEKS),
    "cramps": RANGES[Outcome.CRAMPS],
    "nrs": RANGES[Outcome.CRAMP_NRS],
    "discomfort": (0, 10),
    "contraction": (0, 3),
    "soreness": (0, 10),
}
"""The whole numbers that are typed, by the name of what is asked."""


FIRST_DAY = Day(-25_567)
"""1900-01-01: nobody is treated who was told of before [design]."""


class NotEnterable(ValueError):
    """An entry that cannot be right. `code` and `values` are for the words of whoever shows it."""

    def __init__(self, code: str, **values: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.values = values


def day_of(text: str) -> Day:
    """The day of a text; NotEnterable if it is none."""
    day = Day.of(text)
    if day is None:
        raise NotEnterable("day", text=text)
    return day


def checked(event: CareEvent, today: Day) -> CareEvent:
    """The event if it can be entered today; NotEnterable if it cannot be right."""
    _whose(event)
    match event:
        case Planned():
            check_schedule(event.sessions_per_week, event.weeks)
            day_of(event.from_day)
        case Diary():
            week = day_of(event.week)
            if week != week.monday:
                raise NotEnterable("not_monday", text=event.week, monday=str(week.monday))
            _between(week, today)
            _within(Outcome.CRAMPS, event.cramps, *RANGES[Outcome.CRAMPS])
            _within(Outcome.CRAMP_NRS, event.worst_nrs, *RANGES[Outcome.CRAMP_NRS])
            if event.worst_nrs and not event.cramps:
                raise NotEnterable("no_cramp", nrs=event.worst_nrs)
        case Assessed():
            _between(day_of(event.day), today)
            _within(event.outcome, event.value, *RANGES[event.outcome])
        case Answered():
            for name in ("discomfort", "contraction", "soreness"):
                _within(name, getattr(event, name), *WHOLE[name])
        case PlanEnded():
            _not_after(day_of(event.day), today)
            _reasoned(event.reason)
        case Corrected():
            if not event.text.strip():
                raise NotEnterable("correction")
            _reasoned(event.reason)
        case Withdrawn() | Erased() | Archived():
            _reasoned(event.reason)
        case Decided():
            if event.choice is not Choice.ACCEPTED:
                _reasoned(event.reason)
            _chosen(event)
        case Registered():
            pass
        case _:
            assert_never(event)
    return event


def check_schedule(per_week: int, weeks: int) -> None:
    """NotEnterable if no plan can be so."""
    _within("per_week", per_week, *WHOLE["per_week"])
    _within("weeks", weeks, *WHOLE["weeks"])


_OF_A_FILE = (Corrected, Erased, Archived)
"""What is told of a file of the chain bears its code and side, and those may be nobody's."""


def _whose(event: CareEvent) -> None:
    if isinstance(event, _OF_A_FILE) and not event.code:
        return
    if not is_code(event.code):
        raise NotEnterable("code", text=event.code)
    if not isinstance(event, (Registered, *_OF_A_FILE)) and event.side not in SIDES:
        raise NotEnterable("side", text=event.side)


def _within(what: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise NotEnterable("range", what=str(what), value=value, low=low, high=high)


def _between(day: Day, today: Day) -> None:
    if day < FIRST_DAY:
        raise NotEnterable("past", text=str(day), first=str(FIRST_DAY))
    _not_after(day, today)


def _not_after(day: Day, today: Day) -> None:
    if day > today:
        raise NotEnterable("future", text=str(day), today=str(today))


_MAY_CHANGE = re.compile(r"(to|contractions)_permille|channel_[0-9]+_(low|high)_ua", re.ASCII)
"""The names of what may be chosen otherwise; the others are what a proposal rests on."""
_WHOLE_PERMILLE = 1_000


def _chosen(event: Decided) -> None:
    """What was decided is of the proposal: all of it, nothing, or with other values where there is a choice. What the
    card allows is looked at where the card is (`nmes.runtime.course_values`).
    """
    proposed, chosen = dict(event.proposed), dict(event.chosen)
    match event.choice:
        case Choice.ACCEPTED:
            fits = event.chosen in {(), event.proposed}
        case Choice.DECLINED:
            fits = not chosen
        case Choice.CHANGED:
            changed = {name: value for name, value in chosen.items() if proposed.get(name) != value}
            fits = chosen.keys() == proposed.keys() and bool(changed) and all(map(_may_be, changed, changed.values()))
        case _:
            assert_never(event.choice)
    if not fits:
        raise NotEnterable("not_of_it")


def _may_be(name: str, value: int) -> bool:
    most = _WHOLE_PERMILLE if name.endswith("_permille") else value
    return _MAY_CHANGE.fullmatch(name) is not None and 0 < value <= most


def _reasoned(reason: str) -> None:
    if not tells(reason):
        raise NotEnterable("reason")
