"""The forms of what is told of a patient between the sessions: the diary, an outcome, what followed a session. Pure.

Apart from those of the plan (`nmes.ui.plan_forms`): these are questions to the patient, those are decisions.
"""

from __future__ import annotations

from nmes.core.care_events import Answered, Assessed, CareEvent, Diary, Outcome
from nmes.core.course_of_care import CourseOfCare
from nmes.core.day import Day
from nmes.core.old_enough import in_time
from nmes.language import _, decimal, many
from nmes.runtime import course_entry as entry
from nmes.runtime.course_entry import MEASURED
from nmes.runtime.course_last import given_sentences
from nmes.runtime.course_proposals import CONTRACTIONS
from nmes.runtime.course_words import NAMES, change_sentence
from nmes.ui.course_form import NOT_ASKED, YES_NO, Asked, Form, Typed, only

_UNITS = {one.outcome: one for one in MEASURED}
_NOTE = Asked("note", _("Note"), hint=_("What the patient adds; never a name."))


def diary(course: CourseOfCare, monday: Day) -> Form:
    """One week of the cramp diary; a week that is there already is written anew."""
    there = next((week for week in course.diary if week.from_day == monday), None)
    about = [_("The week from Monday {first} to Sunday {last}.").format(first=monday, last=monday.plus(days=6))]
    if monday == course.today.monday:
        about.append(_("It is not over yet: write it down again when it is, the newer entry counts."))
    if there is not None:
        cramps = many("{number} cramp", "{number} cramps", there.cramps)
        said = _("On record: {cramps}, by {by} on {day}. What you enter now counts instead.")
        about.append(said.format(cramps=cramps, by=there.entered.by, day=there.entered.day))

    def make(typed: Typed) -> CareEvent:
        cramps = entry.whole(typed["cramps"], "cramps") or 0
        return Diary(course.code, course.side, str(monday), cramps, entry.whole(typed["nrs"], "nrs"), typed["note"])

    asked = (
        Asked("cramps", _("Cramps in the week"), hint=_("How many, day and night; 0 if none came.")),
        Asked("nrs", _("The worst of them, 0-10"), hint=_("0 no pain, 10 the worst; empty if none came or not told.")),
        _NOTE,
    )
    return Form(_("Cramp diary"), asked, make, tuple(about), only("cramps"))


def outcome(course: CourseOfCare, chosen: Outcome = Outcome.NRS) -> Form:
    """An outcome that was measured or asked outside a session."""
    words = {one.word: NAMES[one.outcome] for one in MEASURED}
    value = next((one.word for one in MEASURED if one.outcome is chosen), MEASURED[0].word)

    def make(typed: Typed) -> CareEvent:
        kind = entry.outcome_of(typed["what"])
        number = entry.value_of(typed["value"], kind)
        day = entry.day(typed["day"], course.today)
        return Assessed(course.code, course.side, kind.outcome, number, day, typed["note"])

    def hint(name: str, typed: Typed) -> str:
        kind = entry.outcome_of(typed.get("what", value))
        told = "; ".join(map(change_sentence, course.curves_of(kind.outcome)))
        if name == "value":
            return _("In {unit}, such as {example}. On record: {told}").format(
                unit=kind.unit, example=decimal("9.4"), told=told or _("nothing")
            )
        return ""

    asked = (
        Asked("what", _("What"), value, words, hint=_("The arrows left and right take another.")),
        Asked("value", _("Value")),
        Asked("day", _("Day"), str(course.today), hint=_("When it was measured, such as 2026-11-21.")),
        _NOTE,
    )
    return Form(_("Outcome"), asked, make, (), only("value", "day"), hint)


def answers(course: CourseOfCare, session: str) -> Form:
    """What is told of a session: in it, and after 48 hours. What was not asked stays not asked."""
    given = next((one for one in course.given if one.session == session), None)
    told = next((one.answered for one in course.treated if one.given.session == session), None)
    about = ["; ".join(given_sentences(given))] if given is not None else []
    counts = _("Of each question the newest answer counts, of the soreness the most; what is left open stays as it is.")
    about.append(counts)

    def hint(name: str, _typed: Typed) -> str:
        own = next((one.hint for one in _ANSWERS if one.name == name), "")
        value = None if told is None else getattr(told, name, None)
        said = _("{hint} Told so far: {answer}.")
        return own if value is None else said.format(hint=own, answer=_answer(name, value))

    def needed(typed: Typed) -> tuple[str, ...]:
        return () if any(typed.get(one.name, "").strip() for one in _ANSWERS) else (_("an answer"),)

    def make(typed: Typed) -> CareEvent:
        return in_time(_answered(course, session, typed), course.given, course.today)

    return Form(_("After the session"), _ANSWERS, make, tuple(about), needed, hint)


_FULL = {NOT_ASKED: _("not asked"), **{str(number): word for number, word in enumerate(CONTRACTIONS)}}
_ANSWERS = (
    Asked("discomfort", _("Discomfort in it, 0-10"), hint=_("0 none, 10 the worst the patient can imagine.")),
    Asked("contraction", _("Contraction to the end"), NOT_ASKED, _FULL, hint=_("How full it still was at the end.")),
    Asked("soreness", _("Soreness after 48 h, 0-10"), hint=_("0 none; ask two days after the session.")),
    Asked("dark_urine", _("Dark urine"), NOT_ASKED, YES_NO, hint=_("Yes: to a doctor at once, no stimulation.")),
    Asked("skin_mark", _("Mark on the skin, 24 h"), NOT_ASKED, YES_NO, hint=_("Still there a day after it.")),
    _NOTE,
)


def _answered(course: CourseOfCare, session: str, typed: Typed) -> Answered:
    return Answered(
        course.code,
        course.side,
        session,
        entry.whole(typed["discomfort"], "discomfort"),
        entry.whole(typed["contraction"], "contraction"),
        entry.whole(typed["soreness"], "soreness"),
        entry.yes(typed["dark_urine"], "dark_urine"),
        entry.yes(typed["skin_mark"], "skin_mark"),
        typed["note"],
    )


def _answer(name: str, value: bool | int | str) -> str:
    """An answer that was given, in the words it is chosen by."""
    if isinstance(value, bool):
        return YES_NO["yes" if value else "no"]
    return CONTRACTIONS[value] if name == "contraction" and isinstance(value, int) else str(value)
