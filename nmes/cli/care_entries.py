"""What is entered with `nmes care`: plan, diary, outcome, answers, and what was wrong. Typed texts in, one record out.

Law: an entry that cannot be right is one clear error, and nothing is written; what was written is said with the place
where it stands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

from nmes.cli.exits import BAD, GOOD, Failed, wrong
from nmes.cli.finding import is_meant, protocol_named, session_named
from nmes.cli.record_trouble import what_to_do
from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Answered, Assessed, CareEvent, Diary, PlanEnded, Withdrawn
from nmes.core.course_of_care import CourseOfCare, PlanOfCare
from nmes.core.day import Day
from nmes.core.measurement import SIDES, is_code
from nmes.core.old_enough import in_time
from nmes.core.printable import printable
from nmes.core.problems import ProblemsError, ProtocolError
from nmes.core.protocol import Protocol
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.files import Kind, home
from nmes.runtime import course_entry as typed
from nmes.runtime.course import codes_on_record, course_of, day_of_place, enter, is_mistyped_here, plans_of
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.course_words import new_here, not_enterable
from nmes.runtime.library import Library, Loaded
from nmes.runtime.measured_words import whose as whose_words
from nmes.runtime.settings import load
from nmes.ui.course_pages import answerable


@dataclass(frozen=True, slots=True)
class Whose:
    """For whom something is entered, by whom, and in which chain."""

    code: str
    side: str
    by: str = ""
    simulation: bool = False

    @property
    def kind(self) -> Kind:
        return Kind.SIMULATION if self.simulation else Kind.PATIENT

    def look_at_code(self) -> None:
        """A code of this program whose last character does not fit ends the command."""
        try:
            if is_mistyped_here(home(), self.kind, self.code):
                refuse(NotEnterable("mistyped", text=self.code))
        except RecordError as error:
            raise Failed(BAD, what_to_do(error)) from error

    def course(self) -> CourseOfCare:
        """The course as it is; what is wrong with code and side ends the command."""
        if not is_code(self.code):
            refuse(NotEnterable("code", text=self.code))
        if self.side not in SIDES:
            refuse(NotEnterable("side", text=self.side))
        self.look_at_code()
        try:
            plan = plans_of(home(), self.kind).get((self.code, self.side))
            return course_of(home(), self.kind, self.code, self.side, _cards(plan), now())
        except RecordError as error:
            raise Failed(BAD, what_to_do(error)) from error


class Answers(NamedTuple):
    """As typed; "" = not asked."""

    discomfort: str
    contraction: str
    soreness: str
    dark_urine: str
    skin_mark: str
    note: str


def card_of(whose: Whose) -> Protocol | None:
    """The protocol of the plan, if there is one and it is here."""
    found = _cards(plans_of(home(), whose.kind).get((whose.code, whose.side)))
    return found[0].protocol if found else None


def _cards(plan: PlanOfCare | None) -> list[Loaded]:
    """The protocol of the plan; none where it is not here any more: then nothing can be proposed."""
    try:
        return [Library().load(plan.protocol)] if plan else []
    except ProtocolError:
        return []


def now() -> datetime:
    """Now, at this place."""
    return datetime.now().astimezone()


def today() -> Day:
    return day_of_place(now())


def refuse(error: NotEnterable) -> NoReturn:
    """One clear error, exit code 2."""
    wrong(not_enterable(error))


def entered_by(whose: Whose) -> str:
    """Who enters it: what was typed, or the only therapist of the station."""
    if whose.by.strip():
        return whose.by.strip()
    try:
        therapists = load(home()).therapists
    except ProblemsError:
        therapists = ()
    if len(therapists) != 1:
        wrong(_("--by: say who enters it, or set one therapist for this station"))
    return therapists[0]


def put(whose: Whose, make: Callable[[], CareEvent]) -> int:
    """Make an entry of what was typed, look at it, write it, say where it stands."""
    by = entered_by(whose)
    whose.look_at_code()
    try:
        new = new_here(whose.code, codes_on_record(home(), whose.kind))
        event = make()
        name = enter(home(), whose.kind, [event], by, now())
    except NotEnterable as error:
        refuse(error)
    except RecordError as error:
        raise Failed(BAD, what_to_do(error)) from error
    said = _("Entered of {whose}: {what}. By {by}, in {name}")
    whose_it_is = whose_words(whose.code, whose.side)
    print(printable(said.format(what=entry_sentence(event), whose=whose_it_is, by=by, name=name)))
    if new:
        print(printable(new))
    return GOOD


# --- plan ---


def make_plan(whose: Whose, protocol: str, per_week: str, weeks: str, start: str, reason: str) -> int:
    """The card's schedule, unless another is typed; then a reason is needed."""
    if not protocol:
        wrong(_("--protocol: say what is given; see: nmes protocols list"))
    card = protocol_named(protocol).protocol

    return put(whose, lambda: typed.planned(whose.code, whose.side, card, per_week, weeks, start, reason, today()))


def end_plan(whose: Whose, reason: str) -> int:
    if whose.course().plan is None:
        wrong(_("there is no plan of {code} {side} to end").format(code=whose.code, side=whose.side))
    return put(whose, lambda: PlanEnded(whose.code, whose.side, str(today()), reason))


# --- diary, outcomes, answers ---


def enter_diary(whose: Whose, week: str, cramps: str, worst: str, note: str) -> int:
    def make() -> CareEvent:
        number = typed.needed(cramps, "cramps")
        return Diary(whose.code, whose.side, monday(), number, typed.whole(worst, "nrs"), note)

    def monday() -> str:
        return typed.week(week, today())

    done = put(whose, make)
    if monday() == str(today().monday):
        print(_("That week is not over yet: enter it again when it is, the newer entry counts."))
    return done


def enter_measure(whose: Whose, what: str, value: str, day: str, note: str) -> int:
    def make() -> CareEvent:
        kind = typed.outcome_of(what)
        number = typed.value_of(value, kind)
        return Assessed(whose.code, whose.side, kind.outcome, number, typed.day(day, today()), note)

    return put(whose, make)


def enter_answer(whose: Whose, session: str, answers: Answers) -> int:
    """Of the last session of the plan, else of the last in which current flowed, unless another is named."""
    course = whose.course()
    known = [one.session for one in course.given]
    chosen = session_named(session, (whose.kind,))[1].stem if session else answerable(course)
    if chosen not in known:
        said = _("there is no session of {code} {side} to answer for; see: nmes audit list")
        wrong(said.format(code=whose.code, side=whose.side))
    if not any(answers):
        wrong(_("nothing was answered: give --discomfort, --contraction, --soreness, --dark-urine or --skin-mark"))

    def make() -> CareEvent:
        told = Answered(
            whose.code,
            whose.side,
            chosen,
            typed.whole(answers.discomfort, "discomfort"),
            typed.whole(answers.contraction, "contraction"),
            typed.whole(answers.soreness, "soreness"),
            typed.yes(answers.dark_urine, "dark_urine"),
            typed.yes(answers.skin_mark, "skin_mark"),
            answers.note,
        )
        return in_time(told, course.given, course.today)

    return put(whose, make)


def withdraw_entry(whose: Whose, entry: str, reason: str) -> int:
    """Named as `SESSION:N`, the session by its number or the beginning of its id."""
    session, _colon, number = entry.rpartition(":")
    found = [
        one
        for one in whose.course().history
        if session and is_meant(Path(one.session), session) and str(one.seq) == number
    ]
    if len(found) != 1:
        wrong(_('there is no entry "{entry}" of {code} {side}').format(entry=entry, code=whose.code, side=whose.side))
    event = Withdrawn(whose.code, whose.side, found[0].session, found[0].seq, reason)
    return put(whose, lambda: event)
