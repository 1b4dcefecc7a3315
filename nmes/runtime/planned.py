"""Whose turn it is by the plans of care: what the first screens know of them without reading a whole course.

Law: where there is a plan, it decides who is due, not the card's own rhythm; what was told and speaks against a session
is told instead of a day, with a plan or without. Somebody with a plan and no session yet is awaited, not forgotten. It
is the very fold of the course, over fewer sessions: the entries of the care are read once, and of the sessions only
those whose end does not say enough: ask in a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from nmes.core.care_events import Answered, Proposal
from nmes.core.course_fold import fold, plans, told_against
from nmes.core.course_of_care import CourseOfCare, Due, Entered, Given, Level, PlanOfCare
from nmes.core.day import WEEK, Day
from nmes.core.measurement import SIDES
from nmes.core.progression import booster_in_days
from nmes.core.progression_against import against
from nmes.core.protocol import Protocol
from nmes.core.rhythm import due_in_days
from nmes.record import ledger
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, session_names
from nmes.record.gist import gist
from nmes.record.store import Closed, Summary
from nmes.runtime.course import counts, day_of_place
from nmes.runtime.doubted_words import may_forbid
from nmes.runtime.library import Loaded
from nmes.runtime.today import Patient, Today, Turn, turn_of

Whose = tuple[str, str]
_RANK: Final = {Turn.WAIT: 0, Turn.DUE: 1, Turn.BOOSTER: 1, Turn.LATER: 2, Turn.OVER: 3, Turn.UNKNOWN: 4}


def planned(today: Today, home: Path, kind: Kind, protocols: Sequence[Loaded], now: datetime) -> Today:
    """The same with what is due by the plans; `now` with its place's zone, days are counted there."""
    try:
        entries = ledger.read(home, kind, now.tzinfo)
        today = replace(today, entered=frozenset(one.event.code for one in entries.entered))
        in_force, told = plans(entries.entered), _by_code(entries.entered)
        stops = {whose: stop for code, theirs in told.items() for whose, stop in _stops(code, theirs, now)}
        cards = {one.protocol.id: one.protocol for one in protocols}
        look = _Look(today.last, told, cards, now, session_names(chain_folder(home, kind)) if in_force else ())
        found = {whose: look.due(whose, plan) for whose, plan in in_force.items()}
    except (RecordError, OSError) as error:
        return replace(today, trouble=today.trouble or str(error))
    if not found and not stops:
        return _doubted(today, entries)
    stops |= {whose: due.against for whose, (due, _days) in found.items() if due.against is not None}
    mine = [(one, (one.code, one.side)) for one in today.patients]
    patients = [_by_plan(one, found.get(whose), stops.get(whose)) for one, whose in mine]
    patients.sort(key=lambda one: _order(one, is_planned=(one.code, one.side) in found))
    due = {whose: one for whose, (one, _days) in found.items()}
    return _doubted(replace(today, patients=tuple(patients), plans=due, against=stops), entries)


@dataclass(frozen=True, slots=True)
class Told:
    """`against`: what was told of a patient and speaks against any session now; None if nothing does.

    `doubted`: for each file of entries that is not believed or is gone, that it may have held more, as a sentence.
    """

    against: Proposal | None = None
    doubted: tuple[str, ...] = ()


def told_now(home: Path, kind: Kind, code: str, side: str, now: datetime) -> Told:
    """What is known of a patient against a session, whatever the plan; of nobody there is nothing to know.

    RecordError if the entries cannot be read.
    """
    if not code:
        return Told()
    entries = ledger.read(home, kind, now.tzinfo)
    return Told(dict(_stops(code, entries.entered, now)).get((code, side)), tuple(map(may_forbid, entries.doubted)))


def _by_code(entered: Iterable[Entered]) -> Mapping[str, list[Entered]]:
    """In their order; gone through once, however many patients there are."""
    found: dict[str, list[Entered]] = {}
    for one in entered:
        found.setdefault(one.event.code, []).append(one)
    return found


def _stops(code: str, entered: Sequence[Entered], now: datetime) -> Iterable[tuple[Whose, Proposal]]:
    """Of each side, and of none that is chosen yet, what speaks against a session without any plan."""
    for side in ("", *SIDES):
        urine, mark = told_against(code, side, entered)
        course = CourseOfCare(code, side, day_of_place(now), dark_urine=urine, skin_mark=mark)
        stop = against(course, None)
        if stop is not None:
            yield (code, side), stop


def _doubted(today: Today, entries: ledger.Ledger) -> Today:
    doubted = entries.doubted
    return replace(today, trouble=may_forbid(doubted[0])) if doubted and not today.trouble else today


_A_LEVEL: Final = (Level(1, 0, 0),)
"""Stands for levels that were accepted, where only that counts."""


@dataclass(frozen=True, slots=True)
class _Look:
    """`sessions`: of the whole chain, newest first; `entered`: by code; `names` as in
    `nmes.record.verdicts.verify_session`.
    """

    sessions: Sequence[Summary]
    entered: Mapping[str, Sequence[Entered]]
    cards: Mapping[str, Protocol]
    now: datetime
    names: Sequence[str]

    def due(self, whose: Whose, plan: PlanOfCare) -> tuple[Due, int | None]:
        """What is due, and the days since the last session of the plan that counts."""
        entered, card, today = self.entered.get(whose[0], ()), self.cards.get(plan.protocol), day_of_place(self.now)
        course = fold(*whose, entered, self._given(whose, plan, _sore(entered, card)), today)
        last = max((one.day for one in course.given if one.counts), default=None)
        due = Due(plan, course.due_in_days, against(course, card), booster_in_days(course, card))
        return due, None if last is None else today.since(last)

    def _given(self, whose: Whose, plan: PlanOfCare, sore: set[str]) -> Sequence[Given]:
        """Of the sessions of the plan's protocol as many of the newest as tell what is due, oldest first.

        That is the whole week of the last one that counts, the last in which a level was found, and each in `sore`.
        """
        found: list[Given] = []
        theirs = [one for one in self.sessions if (one.patient, one.side, one.protocol) == (*whose, plan.protocol)]
        sore = sore & {one.session for one in theirs}
        for one in theirs:
            if (day := self._day(one)) is None:
                continue
            wanted = bool(sore) or not any(given.levels for given in found)
            levels = _A_LEVEL if wanted and self._gave(one) else ()
            found.append(
                Given(one.session, day, one.protocol, counts(one, self.names), levels=levels, t_utc=one.started_utc)
            )
            sore -= {one.session}
            if not sore and any(given.levels for given in found) and _is_whole_week(found, plan):
                break
        return found[::-1]

    def _day(self, one: Summary) -> Day | None:
        try:
            return day_of_place(datetime.fromisoformat(one.started_utc).astimezone(self.now.tzinfo))
        except ValueError:
            return None

    def _gave(self, one: Summary) -> bool:
        """Whether levels were accepted in it: a complete one had them, of any other its record tells."""
        if isinstance(one.ending, Closed) and one.ending.why == "complete":
            return True
        found = gist(one.path, self.names)
        return found is not None and bool(found.levels) and not found.assessment


def _sore(entered: Sequence[Entered], card: Protocol | None) -> set[str]:
    """The sessions that are waited for, or were, by the card's rule."""
    rule = card.progress.deload if card and card.progress else None
    told = [one.event for one in entered if isinstance(one.event, Answered)]
    return {one.session for one in told if rule and (one.soreness or 0) >= rule.soreness_at_least}


def _is_whole_week(found: Sequence[Given], plan: PlanOfCare) -> bool:
    """Whether an older one than all of the week of the plan that the last one that counts was given in is there."""
    last = next((one.day for one in found if one.counts), None)
    return last is not None and found[-1].day.since(plan.from_day) // WEEK < last.since(plan.from_day) // WEEK


def _by_plan(patient: Patient, found: tuple[Due, int | None] | None, stop: Proposal | None) -> Patient:
    if found is None:
        return patient if stop is None else replace(patient, turn=Turn.WAIT, in_days=0)
    due, days = found
    plan = due.plan
    turn, in_days = turn_of(due)
    early_days = patient.early_days if patient.protocol == plan.protocol else None
    return replace(
        patient, per_week=plan.sessions_per_week, turn=turn, in_days=in_days, days=days, early_days=early_days
    )


def _order(patient: Patient, *, is_planned: bool) -> tuple[int, int]:
    """What cannot wait first, then who is overdue by most; a card's rhythm is counted as a plan's."""
    days, rank = patient.in_days, _RANK[patient.turn]
    if patient.turn is Turn.DUE and not is_planned and patient.per_week and patient.days is not None:
        days = min(0, due_in_days(patient.per_week, patient.days))
    if patient.turn is Turn.BOOSTER and days > 0:
        rank = _RANK[Turn.LATER]
    return rank, days
