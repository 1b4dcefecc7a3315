"""The outcomes of a course over time: from the diary, the sessions, and what was measured beside them. Pure.

Separate from the fold, because an outcome of a muscle is one curve for each: the threshold of a foot says nothing of
the calf's. Law: a value that a person wrote is told as that, and a test that found nothing is no value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from nmes.core.care_checks import day_of
from nmes.core.care_events import Assessed, Outcome
from nmes.core.course_of_care import Curve, Entered, Given, Point, Week
from nmes.core.day import Day
from nmes.core.measurement import plain_muscle


@dataclass(slots=True)
class _Found:
    """`muscle`: as it was written last."""

    muscle: str = ""
    points: list[Point] = field(default_factory=list)
    not_reached: list[Day] = field(default_factory=list)


def curves(entered: Sequence[Entered], diary: Sequence[Week], given: Sequence[Given]) -> tuple[Curve, ...]:
    """In the order of the outcomes, then in that in which the muscles were measured first. `entered`: what counts."""
    found: dict[tuple[Outcome, str], _Found] = {}
    for outcome, muscle, day, point in (*_of_diary(diary), *_of_sessions(given), *_of_entries(entered)):
        one = found.setdefault((outcome, plain_muscle(muscle)), _Found())
        one.muscle = muscle
        if point is None:
            one.not_reached.append(day)
        else:
            one.points.append(point)
    return tuple(_curve(key[0], one) for outcome in Outcome for key, one in found.items() if key[0] is outcome)


def _curve(outcome: Outcome, found: _Found) -> Curve:
    points = tuple(sorted(found.points, key=lambda point: point.day))
    return Curve(outcome, points, found.muscle, tuple(sorted(found.not_reached)))


_Told = tuple[Outcome, str, Day, Point | None]


def _of_diary(diary: Sequence[Week]) -> Iterator[_Told]:
    for week in diary:
        where = week.entered.session, week.entered.seq
        cramps = Point(week.from_day, week.cramps, *where, unfinished=week.unfinished)
        yield Outcome.CRAMPS, "", week.from_day, cramps
        if week.worst_nrs is not None:
            yield Outcome.CRAMP_NRS, "", week.from_day, replace(cramps, value=week.worst_nrs)


def _of_sessions(given: Sequence[Given]) -> Iterator[_Told]:
    for session in given:
        for one in session.measured:
            point = None
            if one.value is not None:
                point = Point(session.day, one.value, session.session, typed=one.typed, corrected=one.corrected)
            yield one.outcome, one.muscle, session.day, point


def _of_entries(entered: Sequence[Entered]) -> Iterator[_Told]:
    for one in entered:
        if isinstance(one.event, Assessed):
            day = day_of(one.event.day)
            yield one.event.outcome, "", day, Point(day, one.event.value, one.session, one.seq)
