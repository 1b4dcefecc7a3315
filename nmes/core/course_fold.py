"""A patient's course of care, folded from what was entered and what the sessions gave. Pure.

Law: everything shown of a course is this fold; nothing is kept beside the record. An entry that was withdrawn does not
count, and only one that stood before can be; of two about the same thing the newer one does. A session counts for the
plan if it was complete, or signed with at least half of it given, or with all that its card says of a first one. Dark
urine is the patient's, whichever session it was told of; a mark on the skin is the side's. Either is over only by a
newer answer about that session or a later one: that there was none of it before tells nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from nmes.core.care_checks import day_of
from nmes.core.care_events import Answered, Decided, Diary, PlanEnded, Planned, Withdrawn
from nmes.core.course_curves import curves
from nmes.core.course_of_care import (
    Adherence,
    CourseOfCare,
    Decision,
    Entered,
    Given,
    PlanOfCare,
    PlanWeek,
    Sore,
    Tolerated,
    Week,
)
from nmes.core.day import Day
from nmes.core.measurement import Side
from nmes.core.rhythm import due_day


def fold(
    code: str, side: str, entered: Iterable[Entered], given: Iterable[Given], today: Day, trouble: tuple[str, ...] = ()
) -> CourseOfCare:
    """The course of one code and side; without proposals, which `nmes.core.progression` makes of it.

    `entered`: the care entries of the chain in its order, anybody's; `given`: this side's sessions in order.
    """
    entries = tuple(entered)
    history = tuple(one for one in entries if (one.event.code, one.event.side) == (code, side))
    counting = _counting(history)
    sessions = tuple(given)
    plan, ended = _plan(counting)
    done = tuple(one for one in sessions if plan and one.counts and one.protocol == plan.protocol)
    diary, treated = _diary(counting), _treated(plan, sessions, counting)
    urine, mark = told_against(code, side, entries)
    return CourseOfCare(
        code,
        side,
        today,
        plan,
        ended,
        sessions,
        _adherence(plan, done, today) if plan else Adherence(),
        _due_in_days(plan, done, today) if plan else None,
        treated,
        tuple(_soreness(treated, counting)),
        urine,
        mark,
        diary,
        curves(counting, diary, sessions),
        (),
        tuple(Decision(one.event, one) for one in counting if isinstance(one.event, Decided)),
        history,
        trouble,
    )


def _counting(history: tuple[Entered, ...]) -> tuple[Entered, ...]:
    last = {
        (one.event.session, one.event.seq): at for at, one in enumerate(history) if isinstance(one.event, Withdrawn)
    }
    return tuple(one for at, one in enumerate(history) if at >= last.get((one.session, one.seq), -1))


def _plan(counting: tuple[Entered, ...]) -> tuple[PlanOfCare | None, PlanEnded | None]:
    plan, ended = None, None
    for one in counting:
        match one.event:
            case Planned() as new:
                start = day_of(new.from_day)
                plan = PlanOfCare(new.protocol, new.sessions_per_week, new.weeks, start, new.reason, one)
                ended = None
            case PlanEnded():
                plan, ended = None, one.event
            case _:
                continue
    return plan, ended


def _adherence(plan: PlanOfCare, done: tuple[Given, ...], today: Day) -> Adherence:
    weeks = []
    for number in range(plan.weeks):
        start = plan.from_day.plus(weeks=number)
        end = start.plus(weeks=1)
        if start > today:
            break
        count = sum(start <= one.day < end for one in done)
        weeks.append(PlanWeek(number + 1, start, plan.sessions_per_week, count, end <= today))
    over = [week for week in weeks if week.over]
    return Adherence(
        tuple(weeks), sum(week.planned for week in over), sum(min(week.done, week.planned) for week in over)
    )


def _due_in_days(plan: PlanOfCare, done: tuple[Given, ...], today: Day) -> int | None:
    """By the rhythm of the plan, from its first day on; None once it is over, or the next would come after it."""
    if today >= plan.until_day:
        return None
    due = due_day(plan.sessions_per_week, plan.from_day, [one.day for one in done], today)
    return due.since(today) if due < plan.until_day else None


# --- what was told of the sessions ---


def _treated(plan: PlanOfCare | None, given: tuple[Given, ...], counting: tuple[Entered, ...]) -> tuple[Tolerated, ...]:
    theirs = [one for one in given if one.levels and not one.assessment and plan and one.protocol == plan.protocol]
    told: dict[str, list[Answered]] = {}
    for one in counting:
        if isinstance(one.event, Answered):
            told.setdefault(one.event.session, []).append(one.event)
    return tuple(Tolerated(one, _merged(told.get(one.session, []))) for one in theirs)


def _soreness(treated: tuple[Tolerated, ...], counting: tuple[Entered, ...]) -> Iterator[Sore]:
    places = {one.given.session: at for at, one in enumerate(treated)}
    for one in counting:
        if isinstance(one.event, Answered) and one.event.soreness is not None and one.event.session in places:
            of = places[one.event.session]
            newer = (at for at, other in enumerate(treated) if at > of and _is_later(other.given, one))
            yield Sore(of, one.event.soreness, next(newer, len(treated)))


def _is_later(given: Given, told: Entered) -> bool:
    """Whether a session was begun after something was told; by the day where it does not tell its time."""
    if given.t_utc:
        return given.t_utc > told.t_utc
    return told.day is not None and given.day > told.day


def told_against(code: str, side: str, entered: Iterable[Entered]) -> tuple[Answered | None, Answered | None]:
    """What told of dark urine, and of a mark on the skin of this side, and was not taken back by a newer answer about
    the same session or a later one.

    `entered`: in order, anybody's. Both sides are the left and the right: a mark on one of them is one of both.
    """
    urine: Answered | None = None
    marks: dict[str, Answered | None] = {}
    for one in _counting(tuple(one for one in entered if one.event.code == code)):
        told = one.event
        if not isinstance(told, Answered):
            continue
        if told.dark_urine is not None:
            urine = _standing(urine, told, there=told.dark_urine)
        if told.skin_mark is not None:
            limbs = _LIMBS.get(told.side, ())
            marks |= {limb: _standing(marks.get(limb), told, there=told.skin_mark) for limb in limbs}
    found = (marks.get(limb) for limb in _LIMBS.get(side, ()))
    return urine, next((one for one in found if one is not None), None)


def _standing(before: Answered | None, told: Answered, *, there: bool) -> Answered | None:
    """What speaks against a session after one answer more: of two that do, the one about the later session."""
    if before is not None and _order(told.session) < _order(before.session):
        return before
    return told if there else None


def _order(session: str) -> tuple[int, str]:
    """Where a session stands among all of its chain: its id begins with its number there, which has six digits or
    more. Not by its time: a clock may have been set back.
    """
    return len(session.partition("-")[0]), session


_LIMBS: Mapping[str, tuple[str, ...]] = {
    Side.LEFT: (Side.LEFT,),
    Side.RIGHT: (Side.RIGHT,),
    Side.BOTH: (Side.LEFT, Side.RIGHT),
}


def _merged(told: list[Answered]) -> Answered | None:
    """Of each thing the newest answer: soreness is asked two days after discomfort. Of it the most: that it has gone
    since does not undo it.
    """
    if not told:
        return None
    values: dict[str, int | bool | str | None] = {}
    for one in told:
        for name in ("discomfort", "contraction", "soreness", "dark_urine", "skin_mark", "text"):
            value = getattr(one, name)
            values[name] = value if value not in {None, ""} or name not in values else values[name]
    values["soreness"] = max((one.soreness for one in told if one.soreness is not None), default=None)
    last = told[-1]
    return Answered(last.code, last.side, last.session, **values)  # type: ignore[arg-type]  # each from its own field


def _diary(counting: tuple[Entered, ...]) -> tuple[Week, ...]:
    weeks: dict[Day, Week] = {}
    for one in counting:
        if isinstance(one.event, Diary):
            start = day_of(one.event.week)
            weeks[start] = Week(start, one.event.cramps, one.event.worst_nrs, one.event.text, one)
    return tuple(weeks[start] for start in sorted(weeks))


def plans(entered: Iterable[Entered]) -> Mapping[tuple[str, str], PlanOfCare]:
    """The plan in force of everybody who has one, by code and side."""
    of: dict[tuple[str, str], list[Entered]] = {}
    for one in entered:
        of.setdefault((one.event.code, one.event.side), []).append(one)
    found = {whose: _plan(_counting(tuple(theirs)))[0] for whose, theirs in of.items()}
    return {whose: plan for whose, plan in found.items() if plan is not None}
