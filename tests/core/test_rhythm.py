"""When the next session is due, and which sessions count for that."""

from __future__ import annotations

import pytest

from helpers.rows import bundled
from nmes.core.day import Day
from nmes.core.rhythm import due_day, due_in_days, is_complete, is_early, per_week
from tests.core.course_making import START, day
from tests.core.protocol_forms import loaded
from tests.core.protocol_making import GOOD, changed


@pytest.mark.parametrize(
    ("often", "since", "due"), [(1, 0, 7), (2, 0, 3), (2, 3, 0), (2, 5, -2), (7, 0, 1), (21, 1, 0)]
)
def test_sessions_are_spread_evenly_over_the_week(often: int, since: int, due: int) -> None:
    assert due_in_days(often, since) == due


@bundled("often", range(1, 15))
def test_who_comes_on_each_day_that_is_due_has_had_just_the_plan_and_was_never_late(often: int) -> None:
    done: list[Day] = []
    today = START
    while today < START.plus(weeks=4):
        due = due_day(often, START, done, today)
        assert due >= today, f"late on {today}"
        if due == today:
            done.append(today)
        else:
            today = today.plus(days=1)
    assert len(done) == 4 * often
    assert [sum(one.since(START) // 7 == week for one in done) for week in range(4)] == [often] * 4
    assert max(map(done.count, done)) == (1 if often <= 7 else 2)


@bundled(
    ("often", "done", "today", "due"),
    [
        (2, (), "2026-11-05", "2026-11-02"),
        (2, ("2026-11-02",), "2026-11-03", "2026-11-05"),
        (2, ("2026-11-02",), "2026-11-07", "2026-11-05"),
        (2, ("2026-11-02", "2026-11-03"), "2026-11-06", "2026-11-09"),
        (2, ("2026-11-07", "2026-11-08"), "2026-11-09", "2026-11-11"),
        (2, ("2026-11-01",), "2026-11-02", "2026-11-04"),
        (2, ("2026-10-01",), "2026-11-02", "2026-11-02"),
        (5, tuple(f"2026-11-0{number}" for number in range(2, 7)), "2026-11-09", "2026-11-09"),
        (12, ("2026-11-02",), "2026-11-02", "2026-11-02"),
        (12, ("2026-11-02", "2026-11-02"), "2026-11-02", "2026-11-03"),
        (12, ("2026-11-02",), "2026-11-03", "2026-11-03"),
        (1, ("2026-11-04",), "2026-11-04", "2026-11-11"),
    ],
)
def test_the_next_is_due_when_its_week_has_room_and_the_last_is_far_enough_back(
    often: int, done: tuple[str, ...], today: str, due: str
) -> None:
    assert str(due_day(often, START, list(map(day, done)), day(today))) == due


def test_weeks_are_counted_from_the_first_day_of_the_plan() -> None:
    """As in the guide: two in the second week, which ends on the Monday, and the next on the day after."""
    done = list(map(day, ("2026-11-03", "2026-11-06", "2026-11-10", "2026-11-13")))
    assert str(due_day(2, day("2026-11-03"), done, day("2026-11-16"))) == "2026-11-17"


def test_how_often_is_said_by_the_card_or_not_at_all() -> None:
    schedule = "schedule: {sessions_per_week: 3, weeks_low: 4, weeks_high: 6}\nchannels:\n"
    origins = "".join(
        f"  schedule.{key}: {{tag: design}}\n" for key in ("sessions_per_week", "weeks_low", "weeks_high")
    )
    assert per_week(loaded(changed(("channels:\n", schedule)) + origins)) == 3
    assert per_week(loaded(GOOD)) == 0
    assert per_week(None) == 0


@pytest.mark.parametrize(
    ("why", "complete", "early"),
    [
        ("complete", True, False),
        ("assessed", True, False),
        ("ended_early", False, True),
        ("stop:key", False, True),
        ("guard:rate", False, False),
        ("not_begun", False, False),
    ],
)
def test_a_session_counts_by_how_it_ended(why: str, complete: bool, early: bool) -> None:
    assert (is_complete(why), is_early(why)) == (complete, early)
