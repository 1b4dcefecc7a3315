"""Whether it is time for the next session, and which sessions count for that: the rules the first screen and the course
of care have in common. Pure.

Law: a session counts by how it ended, never by its length alone; the days are those of the calendar. A plan's weeks
hold as many sessions as it says, not more: who comes on each day that is due has had just the plan.
"""

from __future__ import annotations

from collections.abc import Sequence

from nmes.core.day import WEEK, Day
from nmes.core.protocol import Protocol


def per_week(protocol: Protocol | None) -> int:
    """Sessions a week; 0 where the protocol says none, or is not known here."""
    return protocol.schedule.sessions_per_week if protocol is not None and protocol.schedule is not None else 0


def due_in_days(sessions_per_week: int, since_last: int) -> int:
    """Until the next one, spread evenly over the week in whole days; negative = overdue. At least one a week.

    As even as whole days allow is ours [design].
    """
    return max(1, WEEK // sessions_per_week) - since_last


def due_day(sessions_per_week: int, from_day: Day, done: Sequence[Day], today: Day) -> Day:
    """The day of the next session by a plan of so many a week, in weeks counted from `from_day`.

    `done`: the days of the sessions that count for it. The next is due when its week has room for one more and the last
    is far enough back: as even as whole days allow, several on one day only where the plan says more than seven a week,
    and then as few as that needs [design].
    """
    if not done:
        return from_day
    last = max(done)
    has_room = last == today and sum(day == last for day in done) < -(-sessions_per_week // WEEK)
    due = max(from_day, last if has_room else last.plus(max(1, WEEK // sessions_per_week)))
    week = due.since(from_day) // WEEK
    in_week = sum(day.since(from_day) // WEEK == week for day in done)
    return due if in_week < sessions_per_week else from_day.plus(weeks=week + 1)


def is_complete(why: str) -> bool:
    """By its plan to its end; a test by its result."""
    return why in {"complete", "assessed"}


def is_early(why: str) -> bool:
    """Ended or stopped by somebody: only its whole record tells how much it gave."""
    return why == "ended_early" or why.startswith("stop:")
