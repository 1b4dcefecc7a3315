"""What became of proposals, in words: beside each that still stands there, and all of it in its order.

Law: a proposal that was changed or declined is told as that and never as one that was taken; of two decisions on one
proposal it is said that the newer counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from nmes.core.care_events import Choice, Proposal
from nmes.core.course_of_care import CourseOfCare, Decision
from nmes.language import _
from nmes.runtime.course_proposals import decision_sentence
from nmes.runtime.course_values import chosen_sentence


def decided_on(course: CourseOfCare, one: Proposal) -> Decision | None:
    """What was decided on a proposal that still stands there; None if nothing was."""
    return next((of for of in course.agreed if (of.decided.rule, of.decided.of) == (one.rule, one.of)), None)


def became(decision: Decision) -> str:
    """What became of a proposal, in a word or two."""
    decided = decision.decided
    match decided.choice:
        case Choice.ACCEPTED:
            return _("accepted")
        case Choice.CHANGED:
            return _("changed: {values}").format(values=chosen_sentence(decided))
        case Choice.DECLINED:
            return _("declined")
        case _:
            assert_never(decided.choice)


def decisions(course: CourseOfCare) -> Iterator[str]:
    """All of them, oldest first; of one that was made anew it is said that it counts no longer."""
    newest = {_proposal_of(one): one for one in course.decisions}
    for one in course.decisions:
        said = decision_sentence(one)
        counts = newest[_proposal_of(one)] is one
        yield said if counts else _("{decision} (the newer decision counts)").format(decision=said)


def _proposal_of(one: Decision) -> tuple[str, str, str]:
    return one.decided.after, one.decided.rule, one.decided.of
