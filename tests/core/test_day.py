"""Days as numbers, judged by the standard library's calendar."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from helpers.rows import bundled
from nmes.core.day import Day

EPOCH = date(1970, 1, 1)
SPREAD = [date(1, 1, 1), date(1600, 2, 29), date(1899, 12, 31), date(1900, 3, 1), date(2000, 2, 29), date(9999, 12, 31)]


@bundled("day", [*SPREAD, *(date(2023, 12, 1) + timedelta(days=n) for n in range(0, 800, 7))], ids=str)
def test_a_day_is_that_of_the_calendar(day: date) -> None:
    ours = Day((day - EPOCH).days)
    assert str(ours) == day.isoformat()
    assert Day.of(day.isoformat()) == ours
    assert str(ours.monday) == (day - timedelta(days=day.weekday())).isoformat() if day.year > 1 else True


@pytest.mark.parametrize("text", ["", "2026-2-3", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "21.11.2026"])
def test_what_is_no_day_is_none(text: str) -> None:
    assert Day.of(text) is None


def test_days_and_weeks_are_counted() -> None:
    day = Day.of("2026-11-21")
    assert day is not None
    assert str(day.plus(days=1, weeks=2)) == "2026-12-06"
    assert day.plus(weeks=-1).since(day) == -7
    assert day.plus(1) > day
