"""`nmes care decide`: a proposal is accepted, changed or declined by a person, with why. It sets nothing by itself."""

from __future__ import annotations

from nmes.cli.care_entries import Whose, card_of, put, refuse
from nmes.cli.exits import wrong
from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Choice, Decided, Proposal, Rule, Values
from nmes.language import _
from nmes.runtime.course_values import choosable, chosen, not_twice


def decide(whose: Whose, rule: str, choice: str, to: list[str], reason: str) -> int:
    """`rule` as it is shown, for a retest with what is measured (`retest:ctf`). A change stays within the card."""
    if choice not in tuple(Choice):
        wrong(_('"{choice}": give {known}').format(choice=choice, known=", ".join(Choice)))
    proposal = _found(whose, rule)
    made = Choice(choice)
    holds = _holds(whose, proposal, made, to)
    decided = Decided(
        whose.code, whose.side, proposal.rule, proposal.after, proposal.values, made, proposal.of, holds, reason
    )
    return put(whose, lambda: not_twice(whose.course(), decided))


def name_of(proposal: Proposal) -> str:
    """How a proposal is named on the command line: what is asked of an older session with its number."""
    if proposal.rule is Rule.RETEST:
        return f"{proposal.rule}:{proposal.of}"
    older = proposal.rule is Rule.ASK and proposal.session != proposal.after
    return f"{proposal.rule}:{proposal.session[:6]}" if older else str(proposal.rule)


def _found(whose: Whose, rule: str) -> Proposal:
    offered = {name_of(one): one for one in whose.course().proposals}
    if rule not in offered:
        known = ", ".join(offered) or _("nothing")
        wrong(_('"{rule}" is not proposed now; proposed is: {known}').format(rule=rule, known=known))
    return offered[rule]


def _holds(whose: Whose, proposal: Proposal, choice: Choice, to: list[str]) -> Values:
    """What holds: what was proposed, what was typed instead, or nothing."""
    if choice is Choice.ACCEPTED:
        if to:
            wrong(_("--to: what is accepted holds as it is; write changed"))
        return proposal.values
    if choice is Choice.DECLINED:
        return ()
    names = [one.name for one in choosable(proposal.values)]
    if not names:
        wrong(_("nothing in it can be chosen otherwise; accept it or decline it"))
    if not to:
        wrong(_("--to: say what holds instead, such as {name}=N").format(name=names[0]))
    wanted: dict[str, int] = {}
    for text in to:
        name, _equals, number = text.partition("=")
        if name not in names or not (number.isascii() and number.isdecimal()):
            said = _('--to "{text}": give NAME=NUMBER, with one of {names}')
            wrong(said.format(text=text, names=", ".join(names)))
        wanted[name] = int(number)
    try:
        return chosen(proposal.values, wanted, card_of(whose))
    except NotEnterable as error:
        refuse(error)
