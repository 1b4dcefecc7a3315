"""What a report tells of the course of care its session belongs to: plan, adherence, what was told since, outcomes.

Law: it is the course as it stands in the records when the report is written, so a report that is written again after
48 hours holds what was told of the session since. A course that cannot be read is told as that and stops no report.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

from nmes.core.care_events import Withdrawn
from nmes.core.course_of_care import CourseOfCare, Curve, Entered
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.ledger import read
from nmes.record.story import Story
from nmes.runtime.course import course_of
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.course_proposals import decision_sentence
from nmes.runtime.course_words import adherence_sentence, curve_name, plan_sentence, point_words
from nmes.runtime.doubted_words import not_told

MOST_POINTS: Final = 12
"""Of an outcome, the newest; a quarter of a year by weeks [design]."""

Fact = tuple[str, str]


def course_facts(story: Story, now: datetime | None = None) -> tuple[Fact, ...]:
    """Names and sentences; where there is no plan and nothing was entered only what may have held some.

    `now`: this moment if None.
    """
    opened = story.opened
    if opened is None:
        return ()
    home = story.path.parent.parent
    moment = now or datetime.now(UTC).astimezone()
    try:
        if not opened.patient:  # nobody's course, but what was entered of this session is told of it
            return tuple(_since(story, read(home, story.kind, moment.tzinfo).entered))
        course = course_of(home, story.kind, opened.patient, opened.side, (), moment)
    except RecordError as error:
        return ((_("Course of care"), _("it cannot be read: {error}").format(error=error)),)
    if course.plan is None and not course.history:
        return tuple(map(not_told, course.trouble))
    return tuple(_facts(story, course))


def _facts(story: Story, course: CourseOfCare) -> Iterator[Fact]:
    if course.plan is not None:
        yield _("Plan"), plan_sentence(course.plan)
        yield _("Done of it"), adherence_sentence(course)
        theirs = [one.session for one in course.given if one.counts and one.protocol == course.plan.protocol]
        if story.session in theirs:
            said = _("number {number} of those of this protocol that count")
            yield _("This session"), said.format(number=theirs.index(story.session) + 1)
    yield from _since(story, course.history)
    for curve in course.curves:
        name = curve_name(curve)
        yield f"{name[:1].upper()}{name[1:]}", _points(curve)
    if course.after == story.session:
        yield from ((_("Decided for the next session"), decision_sentence(one)) for one in course.agreed)
    yield from map(not_told, course.trouble)


def _since(story: Story, entered: Iterable[Entered]) -> Iterator[Fact]:
    """What was entered of the session; what was withdrawn of it is marked, and why it was is told."""
    entries = tuple(entered)
    mine = {_place(one) for one in entries if getattr(one.event, "session", "") == story.session}
    gone = {_taken_back(one.event) for one in entries if isinstance(one.event, Withdrawn)}
    for one in entries:
        of_mine = isinstance(one.event, Withdrawn) and _taken_back(one.event) in mine
        if _place(one) in mine or of_mine:
            said = _("{what}, by {by} on {day}").format(what=entry_sentence(one.event), by=one.by, day=one.day)
            marked = _("{entry} (withdrawn: it counts no longer)").format(entry=said)
            yield _("Told since"), marked if _place(one) in gone else said


def _place(one: Entered) -> tuple[str, str, str, int]:
    return one.event.code, one.event.side, one.session, one.seq


def _taken_back(event: Withdrawn) -> tuple[str, str, str, int]:
    """Where the entry stands that counts no longer: it is of the same code and side."""
    return event.code, event.side, event.session, event.seq


def _points(curve: Curve) -> str:
    """The newest values with their days, oldest first."""
    found = [(one.day, point_words(curve.outcome, one)) for one in curve.points]
    found += [(day, _("no cramp up to the cap")) for day in curve.not_reached]
    found.sort(key=lambda one: one[0])
    told = "; ".join(f"{day}: {said}" for day, said in found[-MOST_POINTS:])
    return f"... {told}" if len(found) > MOST_POINTS else told
