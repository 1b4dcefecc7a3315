"""Entries and sessions of one patient, short to write: `did(...)` is an entry, `gave(...)` a session."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nmes.core.care_events import CareEvent, Planned
from nmes.core.course_of_care import Entered, Given, Level
from nmes.core.day import Day

CODE, SIDE, CARD = "P-017", "left", "good"


def day(text: str) -> Day:
    found = Day.of(text)
    assert found is not None
    return found


START = day("2026-11-02")
"""A Monday."""


def did(event: CareEvent, number: int = 1, on: str = "2026-11-02") -> Entered:
    return Entered(event, f"{number:06d}-care", 2, f"{on}T09:00:00.000Z", "Anna", day(on))


def planned(per_week: int = 2, weeks: int = 4, start: str = "2026-11-02", **more: str) -> Planned:
    return Planned(
        **{"code": CODE, "side": SIDE, "protocol": CARD} | more, sessions_per_week=per_week, weeks=weeks, from_day=start
    )


def gave(on: str, name: str = "", level_ua: int = 20_000, **more: Any) -> Given:
    given = Given(name or f"session-{on}", day(on), CARD, True, why="complete", levels=(Level(1, 1, level_ua),))
    return replace(given, **more)
