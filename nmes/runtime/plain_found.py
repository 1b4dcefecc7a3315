"""What a person reads off the patient and finds afterwards, as lines: read back, pads, felt, findings, signature.

Pure: a line in, what to tell the session or what to ask again out. Nothing is guessed: a line that leaves anything
open asks for itself, and what was not done needs its reason.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from nmes.core import events as e
from nmes.core.measurement import SIDES
from nmes.core.protocol import Protocol
from nmes.core.screening import tells
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.dead_man_words import CONFIRM
from nmes.runtime.numbers import area
from nmes.runtime.plain_heard import Heard, post, say
from nmes.runtime.typed_number import typed_number

SKIN: Final = {"normal": 0, "redness": 1, "irritation": 2, "burn": 3, "blister": 3}
_NOT: Final = re.compile(r"not (?:done|read)\b[\s:,]*(.*)", re.IGNORECASE)


def left_out(rest: str) -> str | None:
    """The reason of `not done: why`, "" where it lacks one, None for any other line."""
    found = _NOT.fullmatch(rest)
    return found.group(1).strip() if found else None


def reads(command: str, rest: str) -> Heard:
    """`code P-017` or `side left`, or why it was not read."""
    what = e.Read.CODE if command == "code" else e.Read.SIDE
    reason = left_out(rest)
    if reason is not None:
        return post(e.ReadBack(what, "", reason)) if tells(reason) else say(_WHY_NOT)
    if not rest:
        return say(READ_CODE if what is e.Read.CODE else READ_SIDE)
    if what is e.Read.SIDE and rest.lower() not in SIDES:
        return say(READ_SIDE)
    return post(e.ReadBack(what, rest.lower() if what is e.Read.SIDE else rest))


READ_CODE: Final = _(
    "Read the code from the patient's own card. Type code and what stands there; or code not read: and why."
)
READ_SIDE: Final = _(
    "Look where the pads are. Type side left, side right or side both, as they really are; or side not read: and why."
)
_WHY_NOT: Final = _("Why not? Type not done: and a reason of two letters or more.")


def button(rest: str, therapists: tuple[str, ...]) -> Heard:
    """`button NAME`, or the number of a therapist of this station."""
    name = therapists[int(rest) - 1] if rest.isdecimal() and 1 <= int(rest) <= len(therapists) else rest
    return post(e.ButtonConfirmed(name)) if tells(name) else say(CONFIRM)


def pad_of(rest: str, view: View) -> tuple[int, int] | None:
    """Channel and pad size in mm² of `pads 1 25`; the channel may be left out where there is one. None = not told."""
    words = rest.lower().removesuffix("cm²").removesuffix("cm2").split()
    channel = channel_of(words[:-1], view)
    area_mm2 = typed_number(words[-1], 100, digits=3) if words else None
    return (channel, area_mm2) if channel is not None and area_mm2 else None


def pads_asked(view: View, pads: Mapping[int, int], owned_mm2: tuple[int, ...]) -> str:
    """The next pad to confirm; "" when all are."""
    open_ = next((channel for channel in view.channels if channel.channel not in pads), None)
    if open_ is None:
        return ""
    asked = _("Channel {channel} needs pads of {needed} cm² or more. Type pads {channel} and the size printed on them.")
    if owned_mm2:
        asked = _(
            "Channel {channel} needs pads of {needed} cm² or more. Type pads {channel} and the size printed on them. "
            "This station has {sizes} cm²."
        )
    sizes = ", ".join(area(size) for size in owned_mm2)
    return asked.format(channel=open_.channel, needed=area(open_.pad_mm2), sizes=sizes)


def felt(rest: str, view: View) -> Heard:
    """`felt 1 yes`, or `felt 1 elsewhere` or `no`; without a number the first channel that has not been told."""
    words = rest.lower().split()
    answer = words[-1] if words else ""
    open_ = [code.partition(":")[2] for code in view.missing if code.startswith("felt:")]
    channel = channel_of(words[:-1] or open_[:1], view)
    if channel is None or answer not in {"yes", "no", "elsewhere"}:
        return say(_("Type felt, the channel and yes, or felt, the channel and elsewhere: such as felt 1 yes."))
    return post(e.FeltAt(channel, answer == "yes"))


def finding(command: str, rest: str, view: View, protocol: Protocol) -> Heard:
    """`skin 1 normal`, `nrs 3`, `outcome 1 12.5`, `adverse none`, `note ...`, each of them also `not done: why`."""
    match command:
        case "skin":
            return _skin(rest, view)
        case "nrs":
            return _valued(e.Finding.NRS, rest, NRS)
        case "outcome":
            return _outcome(rest, protocol)
        case "adverse":
            return _adverse(rest)
        case _:
            return post(e.Observed(e.Finding.NOTE, None, rest)) if rest else say(_("Note what? Type note and words."))


NRS: Final = _("Pain now, from 0, none, to 10, the worst. Type nrs and the number; or nrs not done: and why.")
ADVERSE: Final = _(
    "Did anything adverse happen? Type adverse none, or adverse and what happened; or adverse not done: and why."
)
SKIN_ASKED: Final = _(
    "Look at the skin under the pads of channel {channel}. Type skin {channel} normal, redness, irritation or burn; "
    "or skin {channel} not done: and why."
)
OUTCOME_ASKED: Final = _(
    "Outcome {number}, {outcome}: type outcome {number} and the result; or outcome {number} not done: and why."
)


def _skin(rest: str, view: View) -> Heard:
    first, _blank, after = rest.partition(" ")
    channel = channel_of([first] if first.isdecimal() else [], view)
    said = after.strip() if first.isdecimal() else rest
    if channel is None:
        return say(_("Which channel? Type skin, its number, and what is seen."))
    reason = left_out(said)
    if reason is not None:
        return _not_done(e.Finding.SKIN, reason, str(channel))
    word, _blank, more = said.partition(" ")
    if word.lower() not in SKIN:
        return say(SKIN_ASKED.format(channel=channel))
    return post(e.Observed(e.Finding.SKIN, SKIN[word.lower()], more.strip(" :,"), str(channel)))


def _valued(kind: e.Finding, rest: str, asked: str) -> Heard:
    reason = left_out(rest)
    if reason is not None:
        return _not_done(kind, reason)
    number, _blank, more = rest.partition(" ")
    if not number.isdecimal() or int(number) > 10:
        return say(asked)
    return post(e.Observed(kind, int(number), more.strip(" :,")))


def _outcome(rest: str, protocol: Protocol) -> Heard:
    number, _blank, said = rest.partition(" ")
    known = len(protocol.outcomes)
    if not number.isdecimal() or not 1 <= int(number) <= known or not said.strip():
        asked = (OUTCOME_ASKED.format(number=n, outcome=one) for n, one in enumerate(protocol.outcomes, 1))
        return say(*asked) if known else say(_("The card of this protocol names no outcome."))
    outcome = protocol.outcomes[int(number) - 1]
    reason = left_out(said.strip())
    if reason is not None:
        return _not_done(e.Finding.OUTCOME, reason, outcome)
    return post(e.Observed(e.Finding.OUTCOME, 1, said.strip(), outcome))


def _adverse(rest: str) -> Heard:
    reason = left_out(rest)
    if reason is not None:
        return _not_done(e.Finding.ADVERSE, reason)
    if rest.lower() in {"none", "no"}:
        return post(e.Observed(e.Finding.ADVERSE, 0))
    told = rest[3:].strip(" :,") if rest.lower().startswith("yes") else rest
    return post(e.Observed(e.Finding.ADVERSE, 1, told)) if tells(told) else say(ADVERSE)


def _not_done(kind: e.Finding, reason: str, of: str = "") -> Heard:
    return post(e.Observed(kind, None, reason, of)) if tells(reason) else say(_WHY_NOT)


def signature(command: str, rest: str, therapists: tuple[str, ...]) -> Heard:
    """`sign NAME`, `sign 1` for a therapist of this station, `sign NAME: why outcomes are open`, or `unsigned why`."""
    if command == "unsigned":
        return post(e.LeftUnsigned(rest)) if tells(rest) else say(_UNSIGNED)
    name, _colon, reason = (part.strip() for part in rest.partition(":"))
    if name.isdecimal() and 1 <= int(name) <= len(therapists):
        name = therapists[int(name) - 1]
    return post(e.Signed(name, reason)) if tells(name) else say(sign_asked(therapists))


_UNSIGNED: Final = _("Why unsigned? Type unsigned and a reason.")


def sign_asked(therapists: tuple[str, ...]) -> str:
    """How to sign."""
    if not therapists:
        return _("Type sign and your name; or unsigned and the reason. Outcomes still open: sign NAME: and why.")
    listed = ", ".join(f"{number} {name}" for number, name in enumerate(therapists, 1))
    return _(
        "Type sign and your name or number ({therapists}); or unsigned and the reason. "
        "Outcomes still open: sign NAME: and why."
    ).format(therapists=listed)


def channel_of(words: list[str], view: View) -> int | None:
    """The channel that is named, else the one being titrated, else the only one."""
    channels = [channel.channel for channel in view.channels]
    if words:
        return int(words[0]) if words[0].isdecimal() and int(words[0]) in channels else None
    if view.live_slot is not None:
        return view.live_slot.channel
    return channels[0] if len(channels) == 1 else None
