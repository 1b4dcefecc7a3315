"""What was told and speaks against a session now, and what it leaves of the next one. Pure.

Law: dark urine and a mark on the skin stop every session, whatever the card and the plan, until a newer answer takes it
back; that is ours, for every card and without any [design]. A soreness is waited for until it has gone, and the session
after it is less, not more. Each is asked of the newest session that is old enough for an answer.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.care_events import SORE_NOW, Proposal, Rule, Values
from nmes.core.course_of_care import CourseOfCare
from nmes.core.old_enough import OLD_ENOUGH
from nmes.core.progression_rules import made
from nmes.core.protocol import Protocol


def asked_of(course: CourseOfCare, name: str) -> int | None:
    """The newest session of the plan, by its place, that is old enough for an answer or has one; None if none is."""
    for at in reversed(range(len(course.treated))):
        one = course.treated[at]
        if course.today.since(one.given.day) >= OLD_ENOUGH[name] or getattr(one.answered, name, None) is not None:
            return at
    return None


def against(course: CourseOfCare, card: Protocol | None) -> Proposal | None:
    """What was told and speaks against any session now; the gravest."""
    return next(_against(course, card), None)


def _against(course: CourseOfCare, card: Protocol | None) -> Iterator[Proposal]:
    if course.dark_urine is not None:
        yield made(course, card, Rule.NO_STIMULATION, "", session=course.dark_urine.session)
    if course.skin_mark is not None:
        yield made(course, card, Rule.WAIT_SKIN, "", session=course.skin_mark.session)
    sore = deload(course, card)
    if sore is not None and sore.stops:
        yield sore


def deload(course: CourseOfCare, card: Protocol | None) -> Proposal | None:
    """To wait until a soreness has gone and then do less, until a session that was given since can tell of its own."""
    rule, judged = card.progress.deload if card and card.progress else None, asked_of(course, "soreness")
    sore = [at for at, one in enumerate(course.soreness) if rule and one.value >= rule.soreness_at_least]
    if rule is None or judged is None or not sore:
        return None
    last = course.soreness[sore[-1]]
    if judged >= last.next:
        return None
    most = max(one.value for one in course.soreness if one.of == last.of)
    since = [one.value for one in course.soreness[sore[-1] :] if one.of >= last.of]
    now, left = 0 if 0 in since else since[-1], rule.contractions_permille
    newer: Values = ((SORE_NOW, now),) if now != most else ()
    fewer: Values = (("contractions_permille", left),) if left is not None else ()
    session = course.treated[last.of].given.session
    return made(course, card, Rule.DELOAD, "deload", (("soreness", most), *newer, *fewer), session=session)
