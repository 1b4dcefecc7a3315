"""What was asked before anything could flow: the checklist as it was accepted, and every sending before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core import events as e
from nmes.core.screening import CATALOGUE
from nmes.language import _
from nmes.record.story import Asked
from nmes.reports.document import Section, Table
from nmes.reports.told import Told

REPLIES: Final = {e.Reply.YES: _("yes"), e.Reply.NO: _("no"), e.Reply.UNKNOWN: _("unknown")}


def screening(told: Told) -> Section:
    """Every sending of the checklist; of the accepted one each answer that was not no."""
    asked = told.story.screening
    accepted = next((one for one in reversed(asked) if one.accepted), None)
    lines = [*(_refused(told, one) for one in asked if not one.accepted), *_changed(asked)]
    if accepted is None:
        return Section(_("Screening"), (*lines, _("No checklist was accepted: nothing could be stimulated.")))
    in_spite = [answer for answer in accepted.answers if answer.reply is not e.Reply.NO]
    lines.append(_accepted(told, accepted, len(in_spite)))
    return Section(_("Screening"), tuple(lines), after=tuple(told.words.answer(answer) for answer in in_spite))


def _accepted(told: Told, asked: Asked, in_spite: int) -> str:
    said = _("Asked by {name} at {time}. Questions: {number}. All were answered with no.")
    if in_spite:
        said = _(
            "Asked by {name} at {time}. Questions: {number}. Not answered with no, and gone on in spite: {in_spite}."
        )
    said = said.format(name=asked.by, time=told.when(asked.at), number=len(asked.answers), in_spite=in_spite)
    return told.as_corrected(said, asked.at)


def checklist(told: Told) -> tuple[Section, ...]:
    """Each question of the accepted checklist with its answer; nothing where none was accepted."""
    asked = next((one for one in reversed(told.story.screening) if one.accepted), None)
    if asked is None:
        return ()
    head = (_("Code"), _("Answer"), _("Question, and why it was gone on"))
    rows = tuple((one.code, REPLIES[one.reply], _question(one)) for one in asked.answers)
    return (Section(_("The checklist, question by question"), table=Table(head, rows)),)


def _question(answer: e.Answer) -> str:
    entry = CATALOGUE.get(answer.code)
    question = _(entry.question) if entry else _("this version does not know the question")
    reason = _("Reason: {reason}.").format(reason=answer.reason) if answer.reason else ""
    seen = _("Reviewed by {name}.").format(name=answer.reviewed_by) if answer.reviewed_by else ""
    return " ".join(filter(None, (question, reason, seen)))


def _changed(asked: tuple[Asked, ...]) -> Iterator[str]:
    """Answers that were not the same in each sending; what was changed before it was sent is not on record."""
    if not asked[1:]:
        return
    yield _("The checklist was sent {times} times.").format(times=len(asked))
    for code in dict.fromkeys(answer.code for one in asked for answer in one.answers):
        given = [answer.reply for one in asked for answer in one.answers if answer.code == code]
        if len(set(given)) > 1:
            said = _("The answer to {code} was changed: {replies}.")
            yield said.format(code=code, replies=", ".join(REPLIES[reply] for reply in given))


def _refused(told: Told, asked: Asked) -> str:
    """A checklist that was refused, and why."""
    said = [told.said(one) for one in told.story.happenings if one.at.seq == asked.at.seq]
    sent = _("Checklist sent by {name} at {time} was not accepted: {why}")
    return sent.format(name=asked.by, time=told.when(asked.at), why=" ".join(said))
