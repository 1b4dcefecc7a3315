"""What the patient's screen tells of a course of care: what is due or speaks against it, what is agreed and proposed.

Law: nothing here sets a level, and a plan forces nobody. What speaks against a session stands apart and loud.
"""

from __future__ import annotations

from nmes.core.care_events import Proposal
from nmes.core.course_of_care import CourseOfCare, Due
from nmes.core.printable import printable
from nmes.language import _
from nmes.runtime.course_proposals import decision_sentence, proposal_sentence
from nmes.runtime.course_words import due_in, plan_sentence


def due_lines(due: Due) -> list[str]:
    """The plan, and when its next session is due; no day where something speaks against one."""
    told = printable(_("Plan: {plan}").format(plan=plan_sentence(due.plan)))
    if due.against is not None:
        return [told, _("F5: the whole course.")]
    return [told, _("{due} F5: the whole course.").format(due=due_in(due.in_days, due.booster_in_days))]


def against_line(against: Proposal | None) -> str:
    """What speaks against a session now, with a plan or without; "" if nothing does."""
    return "" if against is None else f"✖ {proposal_sentence(against)}"


def next_lines(course: CourseOfCare) -> list[str]:
    """What was decided for the next session, and what is proposed and nobody has decided on."""
    agreed = [decision_sentence(one) for one in course.agreed]
    others = (one for one in course.open_proposals if not one.stops)
    still_open = [_("Proposed: {what}").format(what=proposal_sentence(one)) for one in others]
    return [printable(one) for one in (*agreed, *still_open)]
