"""The rules that look back over weeks: what is measured again, and a greater share where the cramps stay. Pure.

Law: the last whole weeks of the diary are held against as many just before the plan, and no others; while one of them
is missing, or no session was given in between, nothing is proposed, and that is told. A raise is in force from the
first session after it, and as many whole weeks have to pass since before the next is proposed. A threshold counts for
the muscle it was measured at, and one that a person wrote is not measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from nmes.core.care_events import Choice, Outcome, Proposal, Rule, Values
from nmes.core.course_of_care import CourseOfCare, Decision
from nmes.core.day import WEEK, Day
from nmes.core.measurement import plain_muscle
from nmes.core.protocol import Protocol
from nmes.core.protocol_progress import Progress, Retest, Share

FROM_PERMILLE, TO_PERMILLE = "from_permille", "to_permille"


def made(
    course: CourseOfCare,
    card: Protocol | None,
    rule: Rule,
    name: str,
    values: Values = (),
    of: str = "",
    session: str = "",
) -> Proposal:
    """One by a rule of the card, with the origin the card states for it; `name` "" = ours."""
    path = f"progress.{name}" if name else ""
    origin = card.provenance.get(path) if card and path else None
    return Proposal(rule, values, path, origin.tag if origin else "design", course.after, of, session)


# --- what is measured again ---


def retests(course: CourseOfCare, rules: Progress, card: Protocol) -> Iterator[Proposal]:
    """What is due to be measured again, or was never measured."""
    for rule in rules.retest:
        last = _last_measured(course, rule, card)
        if last is None:
            yield made(course, card, Rule.RETEST, "retest", of=rule.measures)
            continue
        days = course.today.since(last)
        sessions = sum(one.counts and one.protocol == card.id and one.day >= last for one in course.given)
        weeks_due = rule.weeks is not None and days >= rule.weeks * WEEK
        if weeks_due or (rule.sessions is not None and sessions >= rule.sessions):
            yield made(course, card, Rule.RETEST, "retest", (("days", days), ("sessions", sessions)), rule.measures)


def _last_measured(course: CourseOfCare, rule: Retest, card: Protocol) -> Day | None:
    """At a muscle of the card, in a session or beside them. A test that reached its cap without a result was one."""
    muscles = {plain_muscle(channel.muscle) for channel in card.channels}
    if rule.measures == "max_tolerated":
        days = [one.day for one in course.given if any(plain_muscle(name) in muscles for name, _ in one.max_tolerated)]
        return max(days, default=None)
    outcome = Outcome.CTF if rule.measures == "ctf" else Outcome.MVIC
    found = ((given.day, one) for given in course.given for one in given.measured)
    theirs = ((day, one) for day, one in found if one.outcome is outcome and plain_muscle(one.muscle) in muscles)
    beside = (one.day for curve in course.curves_of(outcome) for one in curve.points if one.seq)
    return max((*(day for day, one in theirs if not one.typed), *beside), default=None)


# --- a greater share ---


def share(course: CourseOfCare, card: Protocol, rule: Share) -> tuple[bool, Values]:
    """Whether a greater share of what is tolerated is proposed, and what that rests on."""
    begun = course.plan.from_day if course.plan else course.today
    raised, start = _raised(course, begun), begun.monday
    since = max((_from_monday(one, start) for one in raised), default=start)
    now = _cramps(course, course.today.monday, rule.weeks, since)
    before = _cramps(course, start, rule.weeks)
    passed = course.today.monday.since(since) // WEEK
    if raised and passed < rule.weeks:
        return False, (("weeks", rule.weeks), ("weeks_passed", max(0, passed)))
    if len(before) < rule.weeks or len(now) < rule.weeks:
        return False, (("weeks", rule.weeks), ("weeks_before", len(before)), ("weeks_now", len(now)))
    if not _was_given(course, card, max((one.entered.day or begun for one in raised), default=start)):
        return False, (("weeks", rule.weeks), ("sessions_given", 0))
    cramps = (("weeks", rule.weeks), ("cramps_before", sum(before)), ("cramps_now", sum(now)))
    from_permille = _in_force(raised, card)
    to_permille = min(from_permille + rule.step_permille, _permille(card.intensity.ceiling_percent))
    better = not sum(before) or sum(now) < sum(before)
    if better or not _is_easy(course, rule) or to_permille <= from_permille:
        return False, cramps
    return True, (("from_permille", from_permille), (TO_PERMILLE, to_permille), *cramps)


def _was_given(course: CourseOfCare, card: Protocol, since: Day) -> bool:
    """Whether a session that counts was given with this share before the last whole week ended: without one the diary
    tells nothing of it [design].
    """
    until = course.today.monday
    return any(one.counts and one.protocol == card.id and since <= one.day < until for one in course.given)


def is_raised(course: CourseOfCare) -> bool:
    """Whether a greater share was agreed on for the next session."""
    return any(one.decided.rule is Rule.SHARE and _raises(one) for one in course.agreed)


def _is_easy(course: CourseOfCare, rule: Share) -> bool:
    told = course.tolerated.answered if course.tolerated else None
    return told is not None and told.discomfort is not None and told.discomfort <= rule.discomfort_at_most


def _raised(course: CourseOfCare, begun: Day) -> Sequence[Decision]:
    """The raises of this plan that a session was given with since; of one proposal the last decision."""
    of_share = [one for one in course.decisions if one.decided.rule is Rule.SHARE and one.decided.after != course.after]
    last = {(one.decided.after, dict(one.decided.proposed).get(FROM_PERMILLE)): one for one in of_share}
    return [one for one in of_share if one in last.values() and _raises(one) and (one.entered.day or begun) >= begun]


def _from_monday(one: Decision, start: Day) -> Day:
    """The first whole week with it; from the start of the plan where its day cannot be read."""
    day = one.entered.day or start
    return day if day == day.monday else day.monday.plus(weeks=1)


def _cramps(course: CourseOfCare, until: Day, weeks: int, since: Day | None = None) -> Sequence[int]:
    """Of the last `weeks` whole weeks before a Monday, from `since` on; fewer where one was not written down."""
    diary = {week.from_day: week.cramps for week in course.diary if since is None or week.from_day >= since}
    mondays = (until.plus(weeks=-number) for number in range(weeks, 0, -1))
    return [diary[monday] for monday in mondays if monday in diary]


def _raises(one: Decision) -> bool:
    return one.decided.choice is not Choice.DECLINED and TO_PERMILLE in dict(one.decided.chosen)


def _in_force(raised: Sequence[Decision], card: Protocol) -> int:
    """The share that was agreed last in this plan, else the card's."""
    return dict(raised[-1].decided.chosen)[TO_PERMILLE] if raised else _permille(card.intensity.percent)


def _permille(percent: object) -> int:
    """A percentage of the file in thousandths; 0 where the card has none."""
    return int(percent * 10) if isinstance(percent, Decimal) else 0
