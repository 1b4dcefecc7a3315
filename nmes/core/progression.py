"""What is proposed for the next session, by the rules of the card. Pure.

Law: a proposal is a sentence for a person, never a command: nothing reads it but a screen, and every session finds its
level from 0. What speaks against going on comes first, and alone (`nmes.core.progression_against`). A rule whose
question was not asked proposes to ask it, never to go on. More is proposed only from a level that was held to the end.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.care_events import Answered, Choice, Proposal, Rule, Values
from nmes.core.course_of_care import CourseOfCare, Tolerated
from nmes.core.day import WEEK
from nmes.core.old_enough import OLD_ENOUGH
from nmes.core.progression_against import against, asked_of, deload
from nmes.core.progression_rules import is_raised, made, retests, share
from nmes.core.protocol import Protocol
from nmes.core.protocol_progress import Advance, Progress

FULL = 3
"""The contraction was full to the end of the session."""
NOT_ASKED = Answered("", "", "")


def proposals(course: CourseOfCare, card: Protocol | None) -> tuple[Proposal, ...]:
    """What is proposed now; `card`: the protocol of the plan, None if it is not here."""
    stops = against(course, card)
    if stops is not None:
        return (stops,)
    if course.plan is None or card is None or card.progress is None:
        return ()
    rules = card.progress
    ask = tuple(_ask(course, rules))
    found = [*ask, *retests(course, rules, card)]
    if course.today >= course.plan.until_day:
        found.append(_over(course, card))
    elif course.tolerated and not ask:
        less = deload(course, card)
        found += [less] if less else _next(course, card, rules, course.tolerated)
    return tuple(found)


# --- ask first ---


def _ask(course: CourseOfCare, rules: Progress) -> Iterator[Proposal]:
    """What a rule needs and was not asked, of each session that can tell it, the newest first."""
    needed = {
        "discomfort": rules.advance or rules.share,
        "contraction": rules.advance,
        "soreness": rules.deload,
        "dark_urine": True,
        "skin_mark": True,
    }
    missing: dict[int, list[str]] = {}
    for name, rule in needed.items():
        at = asked_of(course, name) if rule else None
        if at is not None and getattr(course.treated[at].answered, name, None) is None:
            missing.setdefault(at, []).append(name)
    for at in sorted(missing, reverse=True):
        given = course.treated[at].given
        values = () if given.session == course.after else (("days", course.today.since(given.day)),)
        yield Proposal(Rule.ASK, values, after=course.after, of=" ".join(missing[at]), session=given.session)


# --- more, or as the last time ---


def _next(course: CourseOfCare, card: Protocol, rules: Progress, last: Tolerated) -> list[Proposal]:
    """More or as the last time; nothing where the card has no rule for more, or a greater share was agreed on."""
    if not (rules.advance or rules.share):
        return []
    more: list[Proposal] = []
    held: list[Values] = []
    if rules.deload and asked_of(course, "soreness") is None:
        held.append((("hours_needed", OLD_ENOUGH["soreness"] * 24),))
    else:
        for rule, name, values, why in _found(course, card, rules, last):
            more += [made(course, card, rule, name, values)] if values else []
            held.append(why)
    if more or is_raised(course):
        return more
    name = "advance" if rules.advance else "share"
    return [made(course, card, Rule.HOLD, name, tuple(value for values in held for value in values))]


def _found(
    course: CourseOfCare, card: Protocol, rules: Progress, last: Tolerated
) -> Iterator[tuple[Rule, str, Values, Values]]:
    """Of each rule for more what it proposes, nothing if it does not, and why not."""
    told = last.answered or NOT_ASKED
    if rules.advance:
        how_it_was = ("discomfort", told.discomfort or 0), ("contraction", told.contraction or 0)
        yield Rule.ADVANCE, "advance", _advance(last, card, rules.advance), _lowered(last) or how_it_was
    if rules.share:
        greater, values = share(course, card, rules.share)
        yield Rule.SHARE, "share", values if greater else (), values


def _advance(last: Tolerated, card: Protocol, rule: Advance) -> Values:
    """By how much more, and for each channel from which level to which; nothing if it was not easy, whole and full, or
    if a level was not held to the end.
    """
    told = last.answered or NOT_ASKED
    easy = told.discomfort is not None and told.discomfort <= rule.discomfort_at_most
    whole = last.given.counts and last.given.why == "complete" and not _lowered(last)
    if not (easy and told.contraction == FULL and whole):
        return ()
    low_ua, high_ua = rule.rise_ua
    values: list[tuple[str, int]] = []
    for number, channel in enumerate(card.channels, 1):
        levels = [level.held_ua for level in last.given.levels if level.channel == number]
        most_ua = channel.max_amplitude_ua
        if levels and max(levels) + low_ua <= most_ua:
            values.append((f"channel_{number}_ua", max(levels)))
            values.append((f"channel_{number}_low_ua", max(levels) + low_ua))
            values.append((f"channel_{number}_high_ua", min(max(levels) + high_ua, most_ua)))
    return (("rise_low_ua", low_ua), ("rise_high_ua", high_ua), *values) if values else ()


def _lowered(last: Tolerated) -> Values:
    """Of each channel that ended below what was accepted or given in it: the most, and the end."""
    found: dict[int, tuple[int, int]] = {}
    for one in last.given.levels:
        if one.is_lowered:
            found.setdefault(one.channel, (max(one.level_ua, one.most_ua or 0), one.held_ua))
    named = ("most_ua", "end_ua")
    return tuple(
        (f"channel_{number}_{name}", ua) for number, both in found.items() for name, ua in zip(named, both, strict=True)
    )


# --- the end of the plan ---


def _over(course: CourseOfCare, card: Protocol) -> Proposal:
    """The weeks of the plan have passed: one booster in its time, else the end."""
    values = (("done", course.adherence.done), ("planned", course.adherence.planned))
    return _booster(course, card) or Proposal(Rule.FINISH, values, after=course.after)


def _booster(course: CourseOfCare, card: Protocol | None) -> Proposal | None:
    rule, last = card.progress.booster if card and card.progress else None, course.tolerated
    if rule is None or last is None or course.plan is None:
        return None
    days = course.today.since(last.given.day)
    if not last.given.day < course.plan.until_day <= course.today or days > rule.weeks_high * WEEK:
        return None
    values = (("weeks_low", rule.weeks_low), ("weeks_high", rule.weeks_high), ("days", days))
    return made(course, card, Rule.BOOSTER, "booster", values)


def booster_in_days(course: CourseOfCare, card: Protocol | None) -> int | None:
    """Until one session more is wanted after the weeks of the plan; None if none is, or it was declined."""
    return days_to(course, _booster(course, card))


def days_to(course: CourseOfCare, proposed: Proposal | None) -> int | None:
    """The same of what is proposed."""
    declined = (one.decided.rule for one in course.agreed if one.decided.choice is Choice.DECLINED)
    if proposed is None or proposed.rule in declined:
        return None
    values = dict(proposed.values)
    return max(0, values["weeks_low"] * WEEK - values["days"])
