"""A day of the calendar as a number, so that the core can count weeks without a clock. Pure.

Law: a day is a value that somebody gives; nothing here knows which one it is today. The arithmetic is that of the
proleptic Gregorian calendar [source: RFC 3339 for the text; Hinnant, chrono-compatible low-level date algorithms].
"""

from __future__ import annotations

import re
from dataclasses import dataclass

WEEK = 7
_TEXT = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_ERA = 146_097
"""Days of 400 years, after which the calendar repeats."""
_EPOCH = 719_468
"""Days from 0000-03-01 to 1970-01-01."""
_FIRST_MONDAY = -3
"""1969-12-29."""


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """`number`: days since 1970-01-01."""

    number: int

    @classmethod
    def of(cls, text: str) -> Day | None:
        """The day of `2026-11-21`; None if there is no such day."""
        found = _TEXT.fullmatch(text)
        if found is None:
            return None
        day = cls(_number(*map(int, found.groups())))
        return day if str(day) == text else None

    def __str__(self) -> str:
        days = self.number + _EPOCH
        era, in_era = divmod(days, _ERA)
        year = (in_era - in_era // 1_460 + in_era // 36_524 - in_era // 146_096) // 365
        in_year = in_era - (365 * year + year // 4 - year // 100)
        month = (5 * in_year + 2) // 153
        day = in_year - (153 * month + 2) // 5 + 1
        january_on = month >= 10
        return f"{year + era * 400 + january_on:04d}-{month - 9 if january_on else month + 3:02d}-{day:02d}"

    @property
    def monday(self) -> Day:
        """The Monday of its week [design: weeks of ISO 8601]."""
        return Day(self.number - (self.number - _FIRST_MONDAY) % WEEK)

    def plus(self, days: int = 0, weeks: int = 0) -> Day:
        return Day(self.number + days + weeks * WEEK)

    def since(self, other: Day) -> int:
        """Days from the other to this one."""
        return self.number - other.number


def _number(year: int, month: int, day: int) -> int:
    """Of a year that begins in March, so that a leap day is its last."""
    year -= month <= 2
    era, in_era = divmod(year, 400)
    in_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    return era * _ERA + in_era * 365 + in_era // 4 - in_era // 100 + in_year - _EPOCH
