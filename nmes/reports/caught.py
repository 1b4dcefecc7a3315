"""Which mistakes and dangers were caught in this session, and which of the common ones the record shows none of.

Beside them what no rule of the program caught, and a reader has to judge: the levels of a first session.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from nmes.core.events import What
from nmes.core.protocol import Protocol
from nmes.language import _
from nmes.record.catches import Catch, Caught
from nmes.record.happening import Happening
from nmes.record.story import Opened
from nmes.reports.document import Section, Table
from nmes.reports.told import Told

COMMON: Final = (
    Catch.WRONG_PATIENT,
    Catch.WRONG_SIDE,
    Catch.FELT_ELSEWHERE,
    Catch.PLUS_HELD,
    Catch.NOBODY_THERE,
)
"""The mistakes that are always told of: that none was recorded is told too."""


OF_LEVELS: Final = ("half", "intensity", "level", "amplitude")
"""What a card's sentence on the first session holds when it speaks of how strong it may be [design]. English, as the
cards of this program: of a card in another language all its sentences are told where it gives the share as a number
too, and none where it does not.
"""


def what(catch: Catch) -> str:
    """The kind of mistake, in a few words."""
    match catch:
        case Catch.WRONG_PATIENT:
            return _("Wrong patient: the code read back was another one")
        case Catch.WRONG_SIDE:
            return _("Wrong side: the side read back was another one")
        case Catch.SCREENING:
            return _("The checklist forbade it, or asked for a review or a reason")
        case Catch.PAD_SMALLER:
            return _("A pad smaller than the plan counts with")
        case Catch.FELT_ELSEWHERE:
            return _("Felt at another place: pads or leads were swapped or misplaced")
        case Catch.PLUS_HELD:
            return _("+ held down: no step was made of it")
        case Catch.TOO_FAST:
            return _("+ pressed sooner than a step may follow the last one: no step was made of it")
        case Catch.OVER_MARK:
            return _("A step over the last session's level or the target, not confirmed")
        case Catch.OVER_CEILING:
            return _("A step over the most that was allowed")
        case Catch.NOT_IN_HOLD:
            return _("A step in a ramp or a rest")
        case Catch.LATE_KEY:
            return _("A key from before a STOP or a change")
        case _:
            return _of_the_rest(catch)


def _of_the_rest(catch: Catch) -> str:
    match catch:
        case Catch.NOBODY_THERE:
            return _("Nobody at the controls: the output went to 0")
        case Catch.SCREEN_SILENT:
            return _("The screen had stopped answering: the output went to 0")
        case Catch.STEP_MISSING:
            return _("A step was to be left out")
        case Catch.ELECTRODE:
            return _("An electrode off or loose: stopped")
        case Catch.DEVICE:
            return _("A fault of the stimulator or its line")
        case Catch.GUARD:
            return _("The safety guard refused an output")
        case Catch.RECORD:
            return _("The record could not be written: nothing may flow without it")
        case _:
            return str(catch)


def caught(told: Told) -> Section:
    """Each kind once, how often, when first, and what the record says of the first."""
    found = told.story.caught
    missing = [what(one) for one in COMMON if one not in {each.catch for each in found}]
    lines = () if found else (_("The record holds no refusal, pause or stop that kept a mistake from the patient."),)
    none = (_("Not in this record:"), *missing) if missing else ()
    head = (_("What was caught"), _("Times"), _("First at"), _("Entry"), _("What the record says"))
    table = Table(head, tuple(_row(told, one) for one in found)) if found else None
    return Section(_("What was caught"), lines, table=table, after=(*none, *_first_session(told)))


def _first_session(told: Told) -> Iterator[str]:
    """What the card says of a first session is prose, so nothing holds anybody to it: it stands beside the levels."""
    card, opened = told.planned.protocol if told.planned else None, told.story.opened
    rules, levels = _of_levels(card) if card else (), told.story.all("level", "lowered")
    if rules and card and _asked(told, card):
        return
    if not rules or not levels or opened is None or not opened.patient or not opened.attended or _not_first(opened):
        return
    of = (_("channel {channel}: {level}").format(channel=one.value("channel"), level=_ma(told, one)) for one in levels)
    said = _(
        "Only recorded, not caught: no earlier level of this patient, side and protocol was known, and for a first "
        "session the card says: {rules} Accepted were {levels}."
    )
    yield said.format(rules=" ".join(_sentence(rule) for rule in rules), levels="; ".join(of))


def _of_levels(card: Protocol) -> tuple[str, ...]:
    found = tuple(rule for rule in card.first_session if any(word in rule.lower() for word in OF_LEVELS))
    return found or (card.first_session if card.first_session_percent is not None else ())


def _asked(told: Told, card: Protocol) -> bool:
    """Whether the figure was known that asks before a level of a first session is too high: that stands above then."""
    found = any(one.value("what") == What.MAX_TOLERATED for one in told.story.all("measured"))
    return found and card.first_session_percent is not None and card.intensity.target == "pct_max_tolerated"


def _not_first(opened: Opened) -> bool:
    """As the session was told when it began; one of before was told earlier levels only."""
    attended = opened.bound.get("attended")
    if not isinstance(attended, Mapping):
        return False
    return not attended["first"] if "first" in attended else bool(attended.get("ghosts"))


def _ma(told: Told, one: Happening) -> str:
    level = one.value("level_ua")
    return told.words.ma(level) if isinstance(level, int) else "-"


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}."


def _row(told: Told, one: Caught) -> tuple[str, ...]:
    first = one.times[0]
    return what(one.catch), str(len(one.times)), told.when(first.at), told.entry(first.at), told.said(first)
