"""What was entered of the care, one sentence an entry, as it stands in the record, whether it still counts or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from nmes.core.care_events import (
    Answered,
    Archived,
    Assessed,
    CareEvent,
    Choice,
    Corrected,
    Decided,
    Diary,
    Erased,
    PlanEnded,
    Planned,
    Registered,
    Withdrawn,
)
from nmes.language import _, many
from nmes.runtime.course_proposals import ASKED, CONTRACTIONS, rule_name
from nmes.runtime.course_values import chosen_sentence
from nmes.runtime.course_words import NAMES, amount

DECIDED: Final = {
    Choice.ACCEPTED: _('proposal "{what}" accepted'),
    Choice.CHANGED: _('proposal "{what}" changed'),
    Choice.DECLINED: _('proposal "{what}" declined'),
}


def entry_sentence(event: CareEvent) -> str:
    """What was entered, without by whom."""
    said = _sentence(event)
    text = "" if isinstance(event, Corrected) else getattr(event, "text", "")
    return _("{entry}; note: {text}").format(entry=said, text=text) if text else said


def _sentence(event: CareEvent) -> str:
    match event:
        case Registered():
            return _("new code")
        case Planned():
            return _planned(event)
        case PlanEnded(day=day, reason=reason):
            return _("plan ended on {day}; why: {reason}").format(day=day, reason=reason)
        case Diary():
            return _diary(event)
        case Assessed(outcome=outcome, value=value, day=day):
            said = _("{name} {amount} on {day}")
            return said.format(name=NAMES[outcome], amount=amount(outcome, value), day=day)
        case Answered(session=session):
            told = "; ".join(_answers(event))
            return _("told of session {session}: {answers}").format(session=session, answers=told)
        case Decided():
            return _decided(event)
        case Withdrawn(session=session, seq=seq, reason=reason):
            said = _("withdrawn: {session}:{seq}; why: {reason}")
            return said.format(session=session, seq=seq, reason=reason)
        case Corrected(session=session, seq=seq, text=text, reason=reason):
            said = _("corrected: {session}:{seq}; right is: {text}; why: {reason}")
            return said.format(session=session, seq=seq, text=text, reason=reason)
        case Erased(session=session, hashes=hashes, reason=reason):
            texts = many("{number} free text", "{number} free texts", len(hashes))
            return _("erased: {texts} of {session}; why: {reason}").format(texts=texts, session=session, reason=reason)
        case Archived(through=through, files=files, reason=reason):
            number = many("{number} file", "{number} files", files)
            said = _("archived and removed: {files} up to {session}; why: {reason}")
            return said.format(files=number, session=through, reason=reason)
        case _:
            assert_never(event)


def _planned(event: Planned) -> str:
    often = many("{number} session a week", "{number} sessions a week", event.sessions_per_week)
    weeks = many("{number} week", "{number} weeks", event.weeks)
    said = _("plan: {protocol}, {often} for {weeks} from {day}").format(
        protocol=event.protocol, often=often, weeks=weeks, day=event.from_day
    )
    return _("{entry}; why: {reason}").format(entry=said, reason=event.reason) if event.reason else said


def _diary(event: Diary) -> str:
    cramps = many("{number} cramp", "{number} cramps", event.cramps)
    if event.worst_nrs is None:
        return _("diary of the week of {day}: {cramps}").format(day=event.week, cramps=cramps)
    said = _("diary of the week of {day}: {cramps}, the worst {nrs} of 10")
    return said.format(day=event.week, cramps=cramps, nrs=event.worst_nrs)


def _answers(event: Answered) -> Iterator[str]:
    for name in ("discomfort", "soreness"):
        number = getattr(event, name)
        if number is not None:
            yield f"{ASKED[name]}: {number}"
    if event.contraction is not None:
        yield f"{ASKED['contraction']}: {CONTRACTIONS[event.contraction]}"
    for name in ("dark_urine", "skin_mark"):
        answer = getattr(event, name)
        if answer is not None:
            yield f"{ASKED[name]}: {_('yes') if answer else _('no')}"


def _decided(event: Decided) -> str:
    said = DECIDED[event.choice].format(what=rule_name(event.rule, event.of))
    if values := chosen_sentence(event):
        said = _("{entry}: {values}").format(entry=said, values=values)
    return _("{entry}; why: {reason}").format(entry=said, reason=event.reason) if event.reason else said
