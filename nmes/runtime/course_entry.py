"""What a person types of the care, made into entries: numbers with their unit, days, yes and no.

Separate from the course itself, because the command line and the screens both take texts. NotEnterable says what is
wrong in a code and values; nothing is guessed, and no number is rounded in silence.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from nmes.core.care_checks import WHOLE, NotEnterable, check_schedule, day_of
from nmes.core.care_events import Outcome, Planned
from nmes.core.day import Day
from nmes.core.protocol import Protocol
from nmes.core.screening import tells
from nmes.runtime.typed_number import typed_number


class Typed(NamedTuple):
    """How an outcome is typed: its word, its unit, and how many of the inside's units one of it is."""

    word: str
    outcome: Outcome
    unit: str
    times: int


MEASURED: Final = (
    Typed("ctf", Outcome.CTF, "Hz", 1000),
    Typed("mvic", Outcome.MVIC, "N", 1000),
    Typed("nrs", Outcome.NRS, "0-10", 1),
    Typed("tug", Outcome.TUG, "s", 1000),
    Typed("sts5", Outcome.STS5, "s", 1000),
    Typed("walk6", Outcome.WALK6, "m", 1000),
)
"""What is measured outside a session; the cramps of a week come from the diary."""
_BOOLS: Final = {"yes": True, "no": False}


def outcome_of(word: str) -> Typed:
    """What is meant by `tug`."""
    found = next((one for one in MEASURED if one.word == word), None)
    if found is None:
        raise NotEnterable("outcome", text=word, known=", ".join(one.word for one in MEASURED))
    return found


def value_of(text: str, typed: Typed) -> int:
    """A number in the unit of the inside."""
    return number(text, typed.unit, typed.times)


def number(text: str, unit: str, times: int) -> int:
    """A typed number of a unit, `times` of the inside's units each."""
    value = typed_number(text, times)
    if value is None:
        raise NotEnterable("number", text=text, unit=unit)
    return value


def planned(
    code: str, side: str, card: Protocol, often: str, length: str, start: str, reason: str, today: Day
) -> Planned:
    """The card's schedule, unless another is typed; then a reason is needed."""
    per_week, weeks = schedule_of(card, often, length)
    check_schedule(per_week, weeks)
    if departs(card, per_week, weeks) and not tells(reason):
        raise NotEnterable("reason")
    return Planned(code, side, card.id, per_week, weeks, day(start, today), reason)


def schedule_of(card: Protocol, often: str, length: str) -> tuple[int, int]:
    """Sessions a week and weeks: what was typed, a 0 too, else the card's; 0 where it has none."""
    schedule, per_week, weeks = card.schedule, whole(often, "per_week"), whole(length, "weeks")
    of_card = (schedule.sessions_per_week, schedule.weeks_high) if schedule else (0, 0)
    return of_card[0] if per_week is None else per_week, of_card[1] if weeks is None else weeks


def departs(card: Protocol, per_week: int, weeks: int) -> bool:
    """Whether a plan is another than the card's; a card without a schedule leaves it open."""
    if card.schedule is None:
        return False
    within = card.schedule.weeks_low <= weeks <= card.schedule.weeks_high
    return per_week != card.schedule.sessions_per_week or not within


def whole(text: str, what: str) -> int | None:
    """A whole number; None where nothing was typed. `what`: of `nmes.core.care_checks.WHOLE`."""
    return needed(text, what) if text else None


def needed(text: str, what: str) -> int:
    """A whole number that must be typed."""
    if not re.fullmatch(r"[0-9]{1,6}", text, re.ASCII):
        low, high = WHOLE[what]
        raise NotEnterable("whole", what=what, text=text, low=low, high=high)
    return int(text)


def yes(text: str, what: str) -> bool | None:
    """None where nothing was typed."""
    if not text:
        return None
    if text not in _BOOLS:
        raise NotEnterable("yes", what=what, text=text)
    return _BOOLS[text]


def day(text: str, today: Day) -> str:
    """The day that was typed, else today."""
    return str(day_of(text) if text else today)


def week(text: str, today: Day) -> str:
    """The Monday of the week of the day that was typed, else of the last whole week."""
    return str((day_of(text) if text else today.plus(weeks=-1)).monday)
