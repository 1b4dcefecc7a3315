"""What the line mode asks for next in a session that a person attends: one sentence, with what can be typed.

Pure: the same View asks the same. What is missing is told by the session; here it only gets its words.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from nmes.core.cues import Announce, Change, announcement
from nmes.core.measurement import CTF
from nmes.core.protocol import Protocol
from nmes.core.view import View, Word
from nmes.language import _, many
from nmes.runtime.dead_man_words import CONFIRM
from nmes.runtime.measured_words import muscle_words
from nmes.runtime.plain_found import (
    ADVERSE,
    NRS,
    OUTCOME_ASKED,
    READ_CODE,
    READ_SIDE,
    SKIN_ASKED,
    pads_asked,
    sign_asked,
)

PLACED = _("Type placed when every pad is on.")
TITRATE = _("Type titrate and a level's number.")
START = _("Type start to begin from 0 mA.")
PATIENT_STOP = _(
    "Ask the patient to press their own stop now: it has to be heard before anything may start. Nothing is to be typed."
)
FIND = _("The treatment is over. What is found now is asked line by line; then you sign.")


def ask(
    protocol: Protocol,
    view: View,
    owned_mm2: tuple[int, ...],
    therapists: tuple[str, ...],
    pads: Mapping[int, int],
) -> str:
    """The next thing that is missing, as a prompt; "" where nothing can be asked."""
    code = view.missing[0] if view.missing else ""
    kind, _colon, of = code.partition(":")
    match kind:
        case "read":
            return READ_CODE if of == "code" else READ_SIDE
        case "pads":
            return pads_asked(view, pads, owned_mm2) or PLACED
        case "button":
            return CONFIRM
        case "patient_stop":
            return PATIENT_STOP
        case "level":
            return TITRATE
        case "felt":
            return _felt_asked(view, int(of))
        case "skin":
            return SKIN_ASKED.format(channel=of)
        case "nrs":
            return NRS
        case "adverse":
            return ADVERSE
        case "outcome" if of in protocol.outcomes:
            return OUTCOME_ASKED.format(number=protocol.outcomes.index(of) + 1, outcome=of)
        case "sign":
            return sign_asked(therapists)
        case _:
            return _nothing_missing(view)


def _felt_asked(view: View, channel: int) -> str:
    muscle = next((muscle_words(one.muscle) for one in view.channels if one.channel == channel), "")
    return _(
        "Channel {channel}, {muscle}: was it felt where it should be? Type felt {channel} yes, or felt {channel} "
        "elsewhere: then every level is void and the pads are placed again."
    ).format(channel=channel, muscle=muscle)


def _nothing_missing(view: View) -> str:
    match view.word:
        case Word.PLACING:
            return PLACED
        case Word.READY:
            return START if "start" in view.may else TITRATE
        case _:
            return ""


def coming(view: View, last: View | None) -> str:
    """The countdown to the next contraction, and what begins now; "" where nothing has changed."""
    new, old = announcement(view), announcement(last) if last is not None else None
    if new is None or (old is not None and (new.change, new.count, new.now) == (old.change, old.count, old.now)):
        return ""
    if new.now:
        return _now(view, new)
    return _counted(view, new, new.count) if new.count else ""


def _now(view: View, new: Announce) -> str:
    if view.plan.kind == "tens":
        return _("The current goes off.") if new.change is Change.RELAX else _("The current comes on.")
    if new.change is Change.RELAX:
        return _("Relax now.")
    return _("Train now.") if view.plan.assessment == CTF else _("Contract now.")


def _counted(view: View, new: Announce, count: int) -> str:
    if view.plan.kind == "tens" and new.change is Change.CONTRACT:
        return many("In {number} second: current on.", "In {number} seconds: current on.", count)
    if view.plan.kind == "tens" and new.change is Change.RELAX:
        return many("In {number} second: current off.", "In {number} seconds: current off.", count)
    match new.change:
        case Change.CONTRACT:
            return many("In {number} second: contract.", "In {number} seconds: contract.", count)
        case Change.RELAX:
            return many("In {number} second: relax.", "In {number} seconds: relax.", count)
        case Change.STAGE:
            return many("In {number} second: the next stage.", "In {number} seconds: the next stage.", count)
        case Change.END:
            return many("In {number} second: the end.", "In {number} seconds: the end.", count)
        case _:
            assert_never(new.change)
