"""`nmes care show`: one course of care as text. A fold over the record, made anew each time; it writes nothing.

Law: what speaks against a session is said first, in the words of the screens, and then no day is told as due.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from nmes.cli.care_decide import name_of
from nmes.cli.care_entries import Whose
from nmes.cli.care_plots import plot
from nmes.cli.exits import BAD, GOOD, Failed
from nmes.cli.record_trouble import what_to_do
from nmes.cli.try_output import width_of_terminal
from nmes.core.care_events import Outcome
from nmes.core.course_of_care import CourseOfCare, Entered, Tolerated
from nmes.core.measurement import Who
from nmes.core.printable import printable
from nmes.language import _
from nmes.record.afterwards import LastTime, last_time
from nmes.record.errors import RecordError
from nmes.record.files import home
from nmes.runtime.course import codes_on_record
from nmes.runtime.course_decided import became, decided_on, decisions
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.course_last import answered_sentences, given_sentences
from nmes.runtime.course_proposals import origin_of_rule, proposal_sentence
from nmes.runtime.course_words import adherence_sentence, change_sentence, due_sentence, new_here, plan_sentence
from nmes.runtime.doubted_words import may_hold_more
from nmes.runtime.measured_words import whose as whose_words
from nmes.ui.course_pages import speaks_against
from nmes.ui.on_record_words import warning_line


def show(code: str, side: str, *, simulation: bool) -> int:
    whose = Whose(code, side, simulation=simulation)
    course, trouble, last, new = whose.course(), "", None, ""
    try:
        right = {one.session: one.corrected for one in course.given}
        last = last_time(home(), whose.kind, Who(code, side), right)
        new = new_here(code, codes_on_record(home(), whose.kind))
    except RecordError as error:
        trouble = what_to_do(error)  # what was told against a session is shown all the same
    for line in text(course, width_of_terminal(), last, new):
        print(printable(line))
    if trouble:
        raise Failed(BAD, trouble)
    return GOOD


def text(course: CourseOfCare, width: int, last: LastTime | None = None, new: str = "") -> Iterator[str]:
    """The whole course, most wanted first. `last`: what was found after the last session. `new`: that nothing is on
    record of this code, where that is so.
    """
    yield _("Course of care: {whose}, {day}").format(whose=whose_words(course.code, course.side), day=course.today)
    if new:
        yield from _indented(new, width)
    for warning in _warnings(course, last):
        yield from _indented(warning, width)
    for trouble in course.trouble:
        yield from _indented(may_hold_more(trouble), width)
    parts = (
        (_("PLAN"), _plan(course)),
        (_("LAST TIME"), _last(course.tolerated)),
        (_("PROPOSED for the next session (sets nothing)"), _proposed(course)),
        (_("DECIDED"), decisions(course)),
        (_("OUTCOMES"), map(change_sentence, course.curves)),
    )
    for heading, lines in parts:
        yield ""
        yield heading
        said = [line for line in lines if line]
        for line in said or [_("none on record")]:
            yield from _indented(line, width)
    yield from _plots(course, width)
    yield from _entries(course, width)


def _warnings(course: CourseOfCare, last: LastTime | None) -> Iterator[str]:
    if warning := warning_line(last):
        yield warning
    for one in course.proposals:
        if one.stops:
            yield _("✖ NOT NOW: {why}").format(why=proposal_sentence(one))


def _plan(course: CourseOfCare) -> Iterator[str]:
    if course.plan is None:
        return
    yield plan_sentence(course.plan)
    yield adherence_sentence(course)
    if not speaks_against(course):
        yield due_sentence(course)


def _last(last: Tolerated | None) -> Iterator[str]:
    if last is not None:
        yield from given_sentences(last.given)
        yield from answered_sentences(last.answered)


def _proposed(course: CourseOfCare) -> Iterator[str]:
    for one in course.proposals:
        decision = decided_on(course, one)
        name = name_of(one) if decision is None else f"{name_of(one)} ({became(decision)})"
        said = _("{name}: {proposal} [{origin}]")
        yield said.format(name=name, proposal=proposal_sentence(one), origin=origin_of_rule(one))


def _plots(course: CourseOfCare, width: int) -> Iterator[str]:
    for curve in course.curves:
        if len(curve.points) > 1 or (curve.points and curve.outcome is Outcome.CRAMPS):
            yield ""
            yield from plot(curve, width)


def _entries(course: CourseOfCare, width: int) -> Iterator[str]:
    yield ""
    yield _("ENTRIES")
    for one in course.history:
        yield from _indented(f"{one.session}:{one.seq}  {_told(one)}", width)


def _told(one: Entered) -> str:
    return _("{what}, by {by} on {day}").format(what=entry_sentence(one.event), by=one.by, day=one.day)


def _indented(line: str, width: int) -> list[str]:
    return wrap(line, width, initial_indent="  ", subsequent_indent="    ") or [""]
