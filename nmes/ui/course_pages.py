"""What the screen of a course lists, page by page: rows of text, and what each is about. Pure.

Law: everything is told from the course as it was folded from the record; what is not known is told as that. A row says
nothing by its place or colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from nmes.core.care_events import (
    Answered,
    Assessed,
    Choice,
    Decided,
    Diary,
    Outcome,
    PlanEnded,
    Planned,
    Rule,
    Withdrawn,
)
from nmes.core.course_of_care import CourseOfCare, Decision, Entered, Week
from nmes.core.day import Day
from nmes.language import _, many
from nmes.runtime.course_decided import became, decided_on
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.course_last import answered_sentences, given_sentences
from nmes.runtime.course_proposals import decision_sentence, origin_of_rule, proposal_sentence
from nmes.runtime.course_words import NAMES, adherence_sentence, change_sentence, due_sentence, plan_sentence
from nmes.runtime.doubted_words import may_hold_more
from nmes.ui.course_rows import OfAnswers, OfEntry, OfOutcome, OfPlan, OfProposal, OfWeek, Page, Row

WEEKS_BEFORE: Final = 4
"""So many weeks before the plan can be written down late: the share's rule looks back as far as that [design]."""
MOST_WEEKS: Final = 104
"""Of the diary, the newest: two years [design]."""


def rows(course: CourseOfCare, page: Page, *, card_is_here: bool = True) -> tuple[Row, ...]:
    """What stands on a page. `card_is_here`: whether the protocol of the plan was found."""
    match page:
        case Page.NEXT:
            return tuple(_next(course, card_is_here))
        case Page.OUTCOMES:
            return tuple(row for one in Outcome for row in _outcome(course, one))
        case Page.DIARY:
            return tuple(_weeks(course))
        case Page.ENTRIES:
            return tuple(_entries(course))
        case _:
            assert_never(page)


# --- the next session ---


def _next(course: CourseOfCare, card_is_here: bool) -> Iterator[Row]:
    for what in course.trouble:
        yield Row(may_hold_more(what))
    proposed = [Row(_("PROPOSED for the next session (sets nothing; Enter decides)"), heading=True)]
    proposed += _proposed(course, card_is_here)
    if speaks_against(course):
        yield from proposed
    yield Row(_("PLAN"), heading=True)
    yield from _plan(course)
    yield Row(_("LAST TIME"), heading=True)
    yield from _last(course)
    if not speaks_against(course):
        yield from proposed
    if course.agreed:
        yield Row(_("DECIDED"), heading=True)
    yield from (Row(decision_sentence(one), OfEntry(one.entered)) for one in course.agreed)


def speaks_against(course: CourseOfCare) -> bool:
    """Whether something was told that speaks against a session now: it stands first, and no day is due."""
    return any(one.stops for one in course.proposals)


def _plan(course: CourseOfCare) -> Iterator[Row]:
    if course.plan is None:
        if course.ended is not None:
            yield Row(entry_sentence(course.ended), OfPlan())
        yield Row(_("No plan is in force. Enter makes one."), OfPlan())
        return
    if not speaks_against(course):
        yield Row(due_sentence(course), OfPlan())
    yield Row(plan_sentence(course.plan), OfPlan())
    yield Row(adherence_sentence(course), OfPlan())
    weeks = [f"{week.number}: {week.done}/{week.planned}" for week in course.adherence.weeks]
    if len(weeks) > 1:
        yield Row(_("Done by weeks: {weeks}").format(weeks=", ".join(weeks)), OfPlan())


def _last(course: CourseOfCare) -> Iterator[Row]:
    last = course.tolerated
    if last is None:
        told = answerable(course)
        none = _("No session of the plan with a level yet.")
        yield Row(none, OfAnswers(told) if told else None)
        return
    about = OfAnswers(last.given.session)
    yield Row("; ".join(given_sentences(last.given)), about)
    yield Row(_("Told: {what}").format(what="; ".join(answered_sentences(last.answered))), about)


def answerable(course: CourseOfCare) -> str:
    """The session of which something may be told: the last of the plan, else the last in which current flowed; "" =
    none.
    """
    return course.after or next((one.session for one in reversed(course.given) if one.flowed), "")


def _proposed(course: CourseOfCare, card_is_here: bool) -> Iterator[Row]:
    for one in course.proposals:
        told = _("{proposal} [{origin}]").format(proposal=proposal_sentence(one), origin=origin_of_rule(one))
        asks = one.rule is Rule.ASK and one.session
        about = OfAnswers(one.session) if asks else OfProposal(one)
        yield Row(_with_decision(told, decided_on(course, one)), about)
    if not course.proposals:
        yield Row(_nothing_proposed(course, card_is_here))


def _with_decision(told: str, decision: Decision | None) -> str:
    """What is proposed, with what became of it."""
    if decision is None:
        return f"? {told}"
    mark = _MARKS[decision.decided.choice]
    return _("{mark} {decision}; proposed: {proposal}").format(mark=mark, decision=became(decision), proposal=told)


_MARKS: Final = {Choice.ACCEPTED: "✓", Choice.CHANGED: "–", Choice.DECLINED: "–"}


def _nothing_proposed(course: CourseOfCare, card_is_here: bool) -> str:
    if course.plan is None:
        return _("Nothing: there is no plan.")
    if course.agreed:
        return _("Nothing more: what was decided holds for the next session.")
    if not card_is_here:
        return _("Nothing: the protocol {protocol} is not here, so its rules are not known.").format(
            protocol=course.plan.protocol
        )
    if course.tolerated is None:
        return _("Nothing yet: the rules look back at the last session.")
    return _("Nothing: the card has no rule that can be computed now. Read its own words on progression.")


# --- the other pages ---


def _outcome(course: CourseOfCare, outcome: Outcome) -> Iterator[Row]:
    """One row for each muscle it was measured at."""
    found = course.curves_of(outcome)
    yield from (Row(change_sentence(one), OfOutcome(outcome, one.muscle)) for one in found)
    if not found:
        yield Row(_("{name}: nothing on record").format(name=NAMES[outcome]), OfOutcome(outcome))


def _weeks(course: CourseOfCare) -> Iterator[Row]:
    """Newest first, every week since the plan or the diary began: one that was not written down is seen."""
    entered = {week.from_day: week for week in course.diary}
    start = course.plan.from_day.monday if course.plan else course.today.monday
    first = min([start.plus(weeks=-WEEKS_BEFORE), *entered])
    monday = course.today.monday
    for _number in range(MOST_WEEKS):
        if monday < first:
            return
        yield Row(_week(monday, entered.get(monday), this=monday == course.today.monday), OfWeek(monday))
        monday = monday.plus(weeks=-1)


def _week(monday: Day, week: Week | None, *, this: bool) -> str:
    if week is None:
        said = _("– {day}  this week, not over yet") if this else _("– {day}  not written down")
        return said.format(day=monday)
    cramps = many("{number} cramp", "{number} cramps", week.cramps)
    parts = [cramps]
    if week.worst_nrs is not None:
        parts.append(_("the worst {nrs} of 10").format(nrs=week.worst_nrs))
    if week.text:
        parts.append(_("note: {text}").format(text=week.text))
    if week.unfinished:
        parts.append(_("not over when it was written down"))
    said = _("● {day}  {what}, by {by} on {on}")
    return said.format(day=monday, what="; ".join(parts), by=week.entered.by, on=week.entered.day)


def _entries(course: CourseOfCare) -> Iterator[Row]:
    gone = withdrawn(course)
    for one in reversed(course.history):
        told = _("{day}  {what}, by {by}").format(day=one.day, what=entry_sentence(one.event), by=one.by)
        if (one.session, one.seq) in gone:
            told = _("{entry} (withdrawn: it counts no longer)").format(entry=told)
        yield Row(told, OfEntry(one))
    if not course.history:
        yield Row(_("Nothing was entered yet."))


def withdrawn(course: CourseOfCare) -> frozenset[tuple[str, int]]:
    """Where the entries stand that count no longer."""
    return frozenset((one.event.session, one.event.seq) for one in course.history if isinstance(one.event, Withdrawn))


def may_withdraw(course: CourseOfCare, one: Entered) -> bool:
    """Whether it can be withdrawn: it counts, and is something that can stop counting."""
    counts = isinstance(one.event, Planned | PlanEnded | Diary | Assessed | Answered | Decided)
    return counts and (one.session, one.seq) not in withdrawn(course)
