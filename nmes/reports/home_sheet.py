"""The sheet a patient takes home after a session: what was done, what to look for, when to call. In plain language.

Law: it names nobody and proves nothing. What the card says stands as its author wrote it; the rest is the sheet of the
core (`nmes.core.care`), whose lines carry their origin. What to look for afterwards is the program's own rule [design],
the same by which the next session is put off: a mark on the skin after 24 h, soreness of 5 or more after 48 h.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from nmes import __version__
from nmes.core.care import CRAMPS, DESIGN, TAGS, Part, Sheet, speaks_of
from nmes.core.protocol import Protocol
from nmes.language import _, spoken
from nmes.record.files import Kind
from nmes.reports.about import SIDES
from nmes.reports.document import Report, Section, Table
from nmes.reports.told import Told

LINE: Final = "_" * 28
"""To write on."""
_SORE: Final = 5
"""Of 10, where the card has no rule of its own [design]."""
_DAYS: Final = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))


def home_sheet(told: Told) -> Report:
    """The sheet of one session, to be printed large; with the advice on cramps where the card is about them."""
    card = told.planned.protocol if told.planned else None
    sheet = CRAMPS if card and speaks_of(card.purpose, card.body_regions) else None
    simulated = (_("From a SIMULATION: no patient was treated."), True)
    return Report(
        _("For you to take home"),
        _("Your therapist goes through this with you and crosses out what is not for you."),
        (simulated,) if told.story.kind is Kind.SIMULATION else (),
        tuple(_sections(told, card, sheet)),
        _("Sheet for home, {day}").format(day=_day(told) or LINE),
        f"nmes {__version__}",
        spoken(),
        large=True,
    )


def _sections(told: Told, card: Protocol | None, sheet: Sheet | None) -> Iterator[Section]:
    yield _done(told, card)
    if card and card.patient_instructions:
        yield Section(_("What to remember in a session"), items=card.patient_instructions)
    yield _afterwards(card)
    for part in sheet.parts if sheet else ():
        yield _part(part)
    if card and card.purpose == "cramp":
        yield _diary()
    yield Section(_("At home"), (_(sheet.closing) if sheet else _("Do not use a stimulator at home by yourself."),))
    yield _next(sheet)


def _day(told: Told) -> str:
    """On which day it was, at this place; "" where the record does not tell."""
    try:
        moment = datetime.fromisoformat(told.story.opened.at.t_utc if told.story.opened else "")
        return moment.astimezone(told.zone).date().isoformat()
    except (ValueError, OverflowError):
        return ""


def _done(told: Told, card: Protocol | None) -> Section:
    facts = (
        (_("Day"), _day(told) or LINE),
        (_("What was done"), _what(told, card)),
        (_("Where"), _where(told) or LINE),
        (_("Your next appointment"), LINE),
        (_("Therapist, phone"), LINE),
    )
    return Section(_("Today"), facts=facts)


def _where(told: Told) -> str:
    """The muscles, with the side of the session."""
    muscles = ", ".join(told.muscle(number) for number, _mm2 in told.story.pads)
    side = told.story.opened.side if told.story.opened else ""
    if not muscles or side not in SIDES:
        return muscles
    return _("{muscles}; side: {side}").format(muscles=muscles, side=SIDES[side])


def _what(told: Told, card: Protocol | None) -> str:
    """What was given, or that nothing was."""
    if told.story.flowed:
        return card.title if card else LINE
    none = _("No current was given.")
    return _("No current was given. Planned was: {title}").format(title=card.title) if card else none


def _afterwards(card: Protocol | None) -> Section:
    """[design: the rules by which a next session is put off]; dark urine is asked where muscles have worked, or where
    the card has a rule on how sore they are.
    """
    rule = card.progress.deload if card and card.progress else None
    worked = card is None or card.kind != "tens" or rule is not None
    sore = _("Tell us if the muscle is sore with {score} or more out of 10 after two days.")
    items = (
        _("Tell us of any mark on the skin that is still there after 24 hours."),
        *((sore.format(score=rule.soreness_at_least if rule else _SORE),) if worked else ()),
        *((_("Dark urine with sore, swollen or weak muscles: to a doctor at once."),) if worked else ()),
        _("Tell us of anything else that is new, before the next session begins."),
    )
    return Section(_("After the session"), items=items, whole=True)


def _part(part: Part) -> Section:
    """On one page: who looks for when to call does not turn it."""
    return Section(
        _(part.heading),
        (_(part.why),) if part.why else (),
        items=tuple(_(line.text) for line in part.lines),
        whole=True,
    )


def _diary() -> Section:
    """A week to fill in; it is entered into the record at the next session."""
    head = (_("Day"), _("How many cramps"), _("Strongest, 0 to 10"), _("Where, and what helped"))
    rows = tuple((day, "", "", "") for day in _DAYS)
    return Section(_("Your diary of the week"), table=Table(head, rows))


def _next(sheet: Sheet | None) -> Section:
    """Where the lines are from, small and last."""
    origins = (
        [_(TAGS[tag]) for tag in dict.fromkeys(line.tag for part in sheet.parts for line in part.lines)]
        if sheet
        else []
    )
    lines = tuple(f"{origin}." for origin in origins) or (f"{_(TAGS[DESIGN])}.",)
    return Section(_("Where this is from"), lines)
