"""The course of care in words, one sentence each, so that the command line, the screens and the reports say the same.

Law: what is not known is told as that. A change of an outcome is told as a number: how much of it matters to a patient
is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Outcome, Rule
from nmes.core.course_of_care import CourseOfCare, Curve, PlanOfCare, Point
from nmes.core.progression import days_to
from nmes.core.suggest import like
from nmes.language import _, decimal, many
from nmes.runtime.measured_words import muscle_words
from nmes.runtime.numbers import in_hz, in_metres, in_newtons, in_percent, in_seconds

NAMES: Final = {
    Outcome.CRAMPS: _("cramps a week"),
    Outcome.CRAMP_NRS: _("worst cramp of the week, 0 to 10"),
    Outcome.CTF: _("cramp threshold frequency"),
    Outcome.MVIC: _("own strongest contraction"),
    Outcome.NRS: _("pain, 0 to 10"),
    Outcome.TUG: _("timed-up-and-go"),
    Outcome.STS5: _("sit-to-stand five times"),
    Outcome.WALK6: _("way walked in 6 minutes"),
}


def amount(outcome: Outcome, value: int) -> str:
    """A value of an outcome with its unit."""
    match outcome:
        case Outcome.CTF:
            return in_hz(value)
        case Outcome.MVIC:
            return in_newtons(value)
        case Outcome.TUG | Outcome.STS5:
            return in_seconds(value)
        case Outcome.WALK6:
            return in_metres(value)
        case Outcome.CRAMPS | Outcome.CRAMP_NRS | Outcome.NRS:
            return str(value)
        case _:
            assert_never(outcome)


def curve_name(curve: Curve) -> str:
    """The outcome, and of which muscle where it is one's."""
    name = NAMES[curve.outcome]
    return _("{outcome}, {muscle}").format(outcome=name, muscle=muscle_words(curve.muscle)) if curve.muscle else name


def point_words(outcome: Outcome, point: Point) -> str:
    """Its value; one that no test found says so, and one of a week that was not over, and one that was corrected."""
    told = amount(outcome, point.value)
    told = _("{value} (not measured)").format(value=told) if point.typed else told
    told = _("{value} (the week was not over)").format(value=told) if point.unfinished else told
    return _("{value} (CORRECTED since)").format(value=told) if point.corrected else told


def change_sentence(curve: Curve) -> str:
    """From the first to the last; one alone; and the last test that reached its cap without a result."""
    name, points = curve_name(curve), curve.points
    none = _("no cramp up to the cap on {day}").format(day=curve.not_reached[-1]) if curve.not_reached else ""
    if not points:
        return _("{name}: {none}").format(name=name, none=none)
    first, last = points[0], points[-1]
    now, day = point_words(curve.outcome, last), last.day
    if len(points) == 1:
        said = _("{name}: {now} on {day}").format(name=name, now=now, day=day)
    else:
        said = _("{name}: {before} on {first}, {now} on {day}")
        said = said.format(name=name, before=point_words(curve.outcome, first), first=first.day, now=now, day=day)
    return _("{change}; {none}").format(change=said, none=none) if none else said


# --- plan ---


def plan_sentence(plan: PlanOfCare) -> str:
    said = many("{number} session a week", "{number} sessions a week", plan.sessions_per_week)
    weeks = many("{number} week", "{number} weeks", plan.weeks)
    planned = _("{protocol}: {often} for {weeks} from {day}, planned by {by}").format(
        protocol=plan.protocol, often=said, weeks=weeks, day=plan.from_day, by=plan.entered.by
    )
    return _("{plan}; why: {reason}").format(plan=planned, reason=plan.reason) if plan.reason else planned


def adherence_sentence(course: CourseOfCare) -> str:
    """How much of the weeks that are over was done; what this week holds."""
    found = course.adherence
    if not found.weeks:
        return _("No week of the plan has begun.")
    this = found.weeks[-1]
    now = _("week {number}: {done} of {planned}").format(number=this.number, done=this.done, planned=this.planned)
    if found.permille is None:
        return _("No week of the plan is over; {now}.").format(now=now)
    if this.over:
        said = _("{done} of {planned} sessions in all the weeks of the plan ({percent}).")
        return said.format(done=found.done, planned=found.planned, percent=in_percent(found.permille))
    said = _("{done} of {planned} sessions of the weeks that are over ({percent}); {now}.")
    return said.format(done=found.done, planned=found.planned, percent=in_percent(found.permille), now=now)


def due_sentence(course: CourseOfCare) -> str:
    """When the next session is due by the plan; "" without one."""
    booster = next((one for one in course.proposals if one.rule is Rule.BOOSTER), None)
    return "" if course.plan is None else due_in(course.due_in_days, days_to(course, booster))


def due_in(days: int | None, booster_in_days: int | None = None) -> str:
    """The same for so many days; None = nothing is due any more, unless one session more is wanted."""
    if days is None and booster_in_days is not None:
        return _booster_in(booster_in_days)
    if days is None:
        return _("No session of the plan is due any more.")
    if days > 0:
        return many("The next session is due in {number} day.", "The next session is due in {number} days.", days)
    if days == 0:
        return _("The next session is due today.")
    return many("A session is overdue by {number} day.", "A session is overdue by {number} days.", -days)


def _booster_in(days: int) -> str:
    if not days:
        return _("The weeks of the plan are over; one booster session is due.")
    return many(
        "The weeks of the plan are over; one booster session is due in {number} day.",
        "The weeks of the plan are over; one booster session is due in {number} days.",
        days,
    )


# --- whose code it is ---


def new_here(code: str, known: Iterable[str]) -> str:
    """That nothing is on record of a code, and which codes there are like it; "" where something is."""
    codes = frozenset(known)
    if code in codes:
        return ""
    near = ", ".join(like(code, codes))
    said = _("{code} is new here: nothing was on record of it.")
    said = _("{code} is new here: nothing was on record of it. Like it: {near}.") if near else said
    return said.format(code=code, near=near)


# --- what cannot be entered ---

WHATS: Final = {
    "per_week": _("sessions a week"),
    "weeks": _("weeks"),
    "discomfort": _("discomfort"),
    "contraction": _("contraction"),
    "soreness": _("soreness"),
    "cramps": _("cramps"),
    "nrs": _("worst cramp"),
    "dark_urine": _("dark urine"),
    "skin_mark": _("mark on the skin"),
}
_SCORES: Final = {Outcome.CRAMP_NRS: _("worst cramp"), Outcome.NRS: _("pain")}
"""Without the range in the name, which is told behind it."""
_REFUSED: Final = {
    "code": _('"{text}" is no patient code: 1 to 32 letters, digits, _ and -, and never a name'),
    "side": _('"{text}" is no side: give left, right or both'),
    "day": _('"{text}" is no day: write it as 2026-11-21'),
    "not_monday": _("{text} is no Monday: its week begins on {monday}"),
    "past": _("{text} is before {first}: the year is mistyped"),
    "future": _("{text} is after today, {today}"),
    "reason": _("a reason is needed: say why in a few words; a single letter, yes or no is none"),
    "correction": _("say what is right instead, in a few words"),
    "range": _("{what} {value}: give {low} to {high}"),
    "early": _(
        '{what}: "no" can be told from {day} on, {hours} hours after the session; "yes" counts at once, at any time'
    ),
    "early_score": _("{what}: it can be told from {day} on, {hours} hours after the session"),
    "mistyped": _('"{text}" is mistyped: its last character does not fit the others. Look at the code once more'),
    "twice": _("this was decided so already, by {by} on {day}: nothing is entered twice"),
    "outcome": _('"{text}" is not measured here: give {known}'),
    "number": _('"{text}" is no number of {unit}: write it as {example}, with no mark between thousands'),
    "whole": _('{what} "{text}": give a whole number, {low} to {high}'),
    "no_cramp": _("no cramps, and the worst of them {nrs} of 10: one of the two is wrong"),
    "no_current": _("in session {session} no current flowed: nothing of it can be told, but for what is bad"),
    "yes": _('{what} "{text}": give yes or no'),
    "protocol": _('"{text}" names no protocol, or more than one: type more of it, or its id'),
    "chosen": _("{text} {unit} cannot be chosen: the card allows up to {high} {unit}"),
    "same": _("nothing is chosen otherwise: change a value, or accept it as it is"),
    "not_of_it": _("what was chosen is not of this proposal, or cannot be chosen"),
}


def not_enterable(error: NotEnterable) -> str:
    """Why an entry was not made, and what would be accepted."""
    values = dict(error.values) | {"example": "9" if dict(error.values).get("unit") == "0-10" else decimal("9.4")}
    what = values.get("what", "")
    if error.code == "range" and what in tuple(Outcome):
        outcome = Outcome(str(what))
        values |= {name: amount(outcome, int(values[name])) for name in ("value", "low", "high")}
        values["what"] = _SCORES.get(outcome, NAMES[outcome])
    else:
        values["what"] = WHATS.get(str(what), what)
    return _REFUSED[error.code].format(**values)
