"""Proposals and decisions in words: what is proposed for the next session, on what it rests, and what became of it.

Law: a proposal is told as one, with what it rests on and where its rule is from. What speaks against a session is
said first and in capitals. No sentence here sets anything: every level is found from 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, assert_never

from nmes.core.care_events import Choice, Proposal, Rule
from nmes.core.course_of_care import Decision
from nmes.language import _, many
from nmes.runtime.course_held import CONTRACTIONS as CONTRACTIONS  # noqa: PLC0414 - passed on, with the other answers
from nmes.runtime.course_held import deload_sentence, hold_sentence
from nmes.runtime.course_values import chosen_sentence
from nmes.runtime.numbers import in_ma, in_percent

ASKED: Final = {
    "discomfort": _("the discomfort in it, 0 to 10"),
    "contraction": _("how full the contraction was to the end"),
    "soreness": _("the soreness after 48 hours, 0 to 10"),
    "dark_urine": _("dark urine"),
    "skin_mark": _("a mark on the skin after 24 hours"),
}
DECISIONS: Final = {
    Choice.ACCEPTED: _("Accepted by {by} on {day}: {what}"),
    Choice.CHANGED: _("Changed by {by} on {day}: {what}"),
    Choice.DECLINED: _("Declined by {by} on {day}: {what}"),
}
RETESTED: Final = {
    "ctf": _("the cramp threshold frequency"),
    "max_tolerated": _("the most that is tolerated"),
    "mvic": _("the own strongest contraction"),
}
RULES: Final = {
    Rule.NO_STIMULATION: _("no stimulation"),
    Rule.WAIT_SKIN: _("wait for the skin"),
    Rule.DELOAD: _("do less"),
    Rule.RETEST: _("measure again"),
    Rule.ASK: _("ask"),
    Rule.ADVANCE: _("more"),
    Rule.SHARE: _("a greater share"),
    Rule.HOLD: _("as the last time"),
    Rule.FINISH: _("the end of the plan"),
    Rule.BOOSTER: _("a booster"),
}
TAGS: Final = {
    "design": _("a choice of this project, no evidence"),
    "source": _("read in a source of the card"),
    "verify": _("to be verified"),
    "computed": _("worked out"),
}


def proposal_sentence(one: Proposal) -> str:
    """What is proposed, and what it rests on."""
    values = dict(one.values)
    match one.rule:
        case Rule.NO_STIMULATION:
            said = _("NO STIMULATION: dark urine was told. To a doctor at once.")
            return _with_session(said, one)
        case Rule.WAIT_SKIN:
            said = _("NO SESSION until the skin is well: a mark lasted more than 24 hours. Look at the pads.")
            return _with_session(said, one)
        case Rule.DELOAD:
            return deload_sentence(values)
        case Rule.RETEST:
            return _retest(one.of, values)
        case Rule.ASK:
            return _ask(one)
        case Rule.ADVANCE:
            return _advance(values)
        case Rule.SHARE:
            return _share(values)
        case Rule.HOLD:
            return hold_sentence(values)
        case Rule.FINISH:
            said = _("The weeks of the plan are over: {done} of {planned} sessions. Assess, and end or plan anew.")
            return said.format(**values)
        case Rule.BOOSTER:
            said = _("One booster session {low} to {high} weeks after the last, which was {days} days ago.")
            return said.format(low=values["weeks_low"], high=values["weeks_high"], days=values["days"])
        case _:
            assert_never(one.rule)


def _with_session(said: str, one: Proposal) -> str:
    """With the session it was told of, where that is not the last of the plan: nothing else there would tell why."""
    if not one.session or one.session == one.after:
        return said
    of = _("{proposal} It was told of session {session}, and holds until a newer answer is no.")
    return of.format(proposal=said, session=one.session[:6])


def _ask(one: Proposal) -> str:
    asked = "; ".join(ASKED.get(name, name) for name in one.of.split())
    days = dict(one.values).get("days")
    if days is None:
        return _("ASK first, of the last session: {what}.").format(what=asked)
    ago = many("{number} day ago", "{number} days ago", days)
    said = _("ASK first, of session {session}, {ago}: {what}.")
    return said.format(session=one.session[:6], ago=ago, what=asked)


def _retest(what: str, values: Mapping[str, int]) -> str:
    name = RETESTED.get(what, what)
    if not values:
        return _("MEASURE {what}: none is on record.").format(what=name)
    days = many("{number} day", "{number} days", values["days"])
    sessions = many("{number} session", "{number} sessions", values["sessions"])
    said = _("MEASURE {what} again: {days} and {sessions} since the last.")
    return said.format(what=name, days=days, sessions=sessions)


def _share(values: Mapping[str, int]) -> str:
    said = _(
        "{to} instead of {before} of the most that is tolerated: {now} cramps in the last {weeks} weeks, "
        "{was} in as many before."
    )
    return said.format(
        to=in_percent(values["to_permille"]),
        before=in_percent(values["from_permille"]),
        now=values["cramps_now"],
        was=values["cramps_before"],
        weeks=values["weeks"],
    )


def _advance(values: Mapping[str, int]) -> str:
    rise = _("{low} to {high} more").format(low=in_ma(values["rise_low_ua"]), high=in_ma(values["rise_high_ua"]))
    each = []
    for name, level_ua in values.items():
        match name.split("_"):
            case ["channel", number, "ua"]:
                low, high = (values[f"channel_{number}_{end}_ua"] for end in ("low", "high"))
                said = _("channel {number} from {now} to {low} up to {high}")
                each.append(said.format(number=number, now=in_ma(level_ua), low=in_ma(low), high=in_ma(high)))
            case _:
                continue
    return _("MORE, found from 0 again: {rise}; {channels}.").format(rise=rise, channels=", ".join(each))


def origin_of_rule(one: Proposal) -> str:
    """Where the rule is from."""
    tag = TAGS.get(one.tag, one.tag)
    return _("{path} of the card: {tag}").format(path=one.path, tag=tag) if one.path else tag


def rule_name(rule: Rule, of: str) -> str:
    """What a rule proposes, in a word or two, with what is to be measured again."""
    if rule is not Rule.RETEST or not of:
        return RULES[rule]
    return _("measure {what} again").format(what=RETESTED.get(of, of))


def decision_sentence(one: Decision) -> str:
    """What was decided, by whom, why."""
    decided = one.decided
    what, entered = rule_name(decided.rule, decided.of), one.entered
    said = DECISIONS[decided.choice].format(what=what, by=entered.by, day=entered.day)
    if chosen := chosen_sentence(decided):
        said = _("{decision} ({values})").format(decision=said, values=chosen)
    return _("{decision}; why: {reason}").format(decision=said, reason=decided.reason) if decided.reason else said
