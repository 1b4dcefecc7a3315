"""Which form a row of a course opens. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from nmes.core.care_events import Outcome
from nmes.core.course_of_care import CourseOfCare
from nmes.core.day import Day
from nmes.core.protocol import Protocol
from nmes.runtime.library import Loaded
from nmes.ui import course_forms, plan_forms
from nmes.ui.course_form import Form
from nmes.ui.course_pages import may_withdraw
from nmes.ui.course_rows import About, OfAnswers, OfEntry, OfOutcome, OfPlan, OfProposal, OfWeek


def card_of(course: CourseOfCare, protocols: Sequence[Loaded]) -> Protocol | None:
    """The protocol of the plan; None where there is no plan, or its protocol is not here."""
    plan = course.plan
    return next((one.protocol for one in protocols if plan is not None and one.protocol.id == plan.protocol), None)


def last_week(course: CourseOfCare) -> Day:
    """The Monday of the last whole week."""
    return course.today.monday.plus(weeks=-1)


def form_for(about: About, course: CourseOfCare, protocols: Sequence[Loaded]) -> Form | None:
    """None: an entry that cannot be withdrawn."""
    match about:
        case OfPlan():
            return plan_forms.plan(course, protocols)
        case OfAnswers(session):
            return course_forms.answers(course, session)
        case OfProposal(proposal):
            return plan_forms.decision(course, proposal, card_of(course, protocols))
        case OfWeek(monday):
            return course_forms.diary(course, monday)
        case OfOutcome(Outcome.CRAMPS | Outcome.CRAMP_NRS):
            return course_forms.diary(course, last_week(course))
        case OfOutcome(outcome):
            return course_forms.outcome(course, outcome)
        case OfEntry(entered):
            return plan_forms.withdrawal(course, entered) if may_withdraw(course, entered) else None
        case _:
            assert_never(about)
