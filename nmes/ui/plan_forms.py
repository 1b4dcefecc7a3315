"""The forms of what a therapist decides of a course: the plan, a proposal, an entry that was wrong. Pure.

Law: a decision sets nothing. What departs from the card or from what was proposed needs a reason, which is recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import CareEvent, Choice, Decided, PlanEnded, Proposal, Withdrawn
from nmes.core.course_of_care import CourseOfCare, Entered
from nmes.core.protocol import Protocol
from nmes.language import _, many
from nmes.runtime import course_entry as entry
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.course_proposals import origin_of_rule, proposal_sentence
from nmes.runtime.course_values import choosable, chosen, not_twice
from nmes.runtime.course_words import plan_sentence
from nmes.runtime.library import Loaded
from nmes.ui.course_form import NOT_ASKED, Asked, Form, Typed, only
from nmes.ui.protocol_filter import matches

NAMED = 4
"""So many of the protocols that fit are named; the rest is told by their number [design]."""
_WHY = _("In a few words; it is kept with the entry.")


def fitting(text: str, protocols: Sequence[Loaded]) -> tuple[Protocol, ...]:
    """The protocol of this id, else all that fit the words."""
    exact = tuple(one.protocol for one in protocols if one.protocol.id == text.strip())
    if exact or not text.strip():
        return exact
    return tuple(one.protocol for one in protocols if matches(one, text))


def plan(course: CourseOfCare, protocols: Sequence[Loaded]) -> Form:
    """A plan of care; it takes the place of one that is there."""
    now = course.plan
    begun = now.protocol if now else course.given[-1].protocol if course.given else ""
    about = (_("In force: {plan}. The new one takes its place.").format(plan=plan_sentence(now)),) if now else ()

    def make(typed: Typed) -> CareEvent:
        texts = (typed["often"], typed["weeks"], typed["start"], typed["reason"])
        return entry.planned(course.code, course.side, _card(typed, protocols), *texts, course.today)

    def needed(typed: Typed) -> tuple[str, ...]:
        return ("protocol", *(("reason",) if _departs(typed, fitting(typed.get("protocol", ""), protocols)) else ()))

    def hint(name: str, typed: Typed) -> str:
        found = fitting(typed.get("protocol", ""), protocols)
        return _protocol_hint(found) if name == "protocol" else _card_hint(name, found)

    asked = (
        Asked("protocol", _("Protocol"), begun),
        Asked("often", _("Sessions a week")),
        Asked("weeks", _("Weeks")),
        Asked("start", _("From"), str(course.today), hint=_("Its first day, such as 2026-11-21.")),
        Asked("reason", _("Why not as the card"), hint=_WHY),
    )
    return Form(_("Plan of care"), asked, make, about, needed, hint)


def _card(typed: Typed, protocols: Sequence[Loaded]) -> Protocol:
    """The one that is meant; of several none is taken."""
    found = fitting(typed["protocol"], protocols)
    if len(found) != 1:
        raise NotEnterable("protocol", text=typed["protocol"])
    return found[0]


def _departs(typed: Typed, found: Sequence[Protocol]) -> bool:
    """Whether what stands there is another schedule than the card's; what is no number yet departs from nothing."""
    if len(found) != 1:
        return False
    try:
        return entry.departs(found[0], *entry.schedule_of(found[0], typed.get("often", ""), typed.get("weeks", "")))
    except NotEnterable:
        return False


def _protocol_hint(found: Sequence[Protocol]) -> str:
    if not found:
        return _("Type its id, or words such as calf cramp, until one fits. None does now.")
    if len(found) == 1:
        return f"= {found[0].id}: {found[0].title}"
    named = ", ".join(one.id for one in found[:NAMED])
    more = len(found) - NAMED
    listed = _("{named} and {number} more").format(named=named, number=more) if more > 0 else named
    return _("Several fit, type more: {listed}").format(listed=listed)


def _card_hint(name: str, found: Sequence[Protocol]) -> str:
    schedule = found[0].schedule if len(found) == 1 else None
    if schedule is None or name not in {"often", "weeks"}:
        return _("The card says none: give a number.") if name in {"often", "weeks"} else ""
    often = many("{number} session a week", "{number} sessions a week", schedule.sessions_per_week)
    said = _("Empty = as the card says: {often}, {low} to {high} weeks, planned for {high}. Another needs a reason.")
    return said.format(often=often, low=schedule.weeks_low, high=schedule.weeks_high)


def end_plan(course: CourseOfCare) -> Form:
    """The plan holds no longer, from today."""
    about = (plan_sentence(course.plan),) if course.plan else ()

    def make(typed: Typed) -> CareEvent:
        return PlanEnded(course.code, course.side, str(course.today), typed["reason"])

    return Form(_("End the plan"), (Asked("reason", _("Why"), hint=_WHY),), make, about, only("reason"))


def withdrawal(course: CourseOfCare, one: Entered) -> Form:
    """An entry that was wrong; it stays in the record and counts no longer."""
    told = _("{what}, by {by} on {day}").format(what=entry_sentence(one.event), by=one.by, day=one.day)
    about = (told, _("It stays in the record, and counts no longer. What is right is entered anew."))

    def make(typed: Typed) -> CareEvent:
        return Withdrawn(course.code, course.side, one.session, one.seq, typed["reason"])

    return Form(_("Withdraw an entry"), (Asked("reason", _("Why"), hint=_WHY),), make, about, only("reason"))


# --- a proposal ---


def decision(course: CourseOfCare, proposal: Proposal, card: Protocol | None) -> Form:
    """Accepted, changed where something in it can be chosen, or declined; `card`: of the plan, if it is here."""
    values = choosable(proposal.values)
    fields = tuple(Asked(one.name, f"{one.label}, {one.unit}", one.typed, hint=_ONLY_CHANGED) for one in values)

    def needed(typed: Typed) -> tuple[str, ...]:
        accepted = typed.get("choice", NOT_ASKED) in {NOT_ASKED, Choice.ACCEPTED.value}
        return ("choice", *(() if accepted else ("reason",)))

    about = (
        _("{proposal} [{origin}]").format(proposal=proposal_sentence(proposal), origin=origin_of_rule(proposal)),
        _("It sets nothing: every level is found from 0, and the card stays as it is."),
    )
    words = {choice: word for choice, word in _CHOICES.items() if values or choice != Choice.CHANGED}
    asked = (
        Asked("choice", _("Decision"), NOT_ASKED, words, hint=_("The arrows left and right take another.")),
        *fields,
        Asked("reason", _("Why"), hint=_("Needed unless it is accepted as it is.")),
    )
    return Form(_("Proposal"), asked, lambda typed: _decided(course, proposal, card, typed), about, needed)


_CHOICES = {
    NOT_ASKED: _("not decided"),
    Choice.ACCEPTED.value: _("accept it"),
    Choice.CHANGED.value: _("change it"),
    Choice.DECLINED.value: _("decline it"),
}
_ONLY_CHANGED = _("What holds instead; it counts only where the decision is: change it.")


def _decided(course: CourseOfCare, proposal: Proposal, card: Protocol | None, typed: Typed) -> CareEvent:
    choice = Choice(typed["choice"])
    holds = () if choice is Choice.DECLINED else proposal.values
    if choice is Choice.CHANGED:
        fields = choosable(proposal.values)
        wanted = {one.name: entry.number(typed[one.name].strip(), one.unit, one.times) for one in fields}
        holds = chosen(proposal.values, wanted, card)
    made_of = (proposal.rule, proposal.after, proposal.values)
    decided = Decided(course.code, course.side, *made_of, choice, proposal.of, holds, typed["reason"])
    return not_twice(course, decided)
