"""What a card says of a patient's first session, told where the level is found and counted in the treatment.

Where the card gives it as a number too, the target, the mark that asks and the contractions are the smaller ones. Cards
are in English as their authors wrote them, so the word "half" is looked for in English whatever the language.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmes.core.protocol import Protocol
from nmes.core.view import SlotView, View
from nmes.language import _
from nmes.ui.numbers import ma
from nmes.ui.words import part_words


def first_session_words(protocol: Protocol, view: View) -> str:
    """The lines of the card that halve something; "" where it has none, or the patient has had this treatment."""
    halving = [line for line in protocol.first_session if "half" in line.lower()]
    lines = halving or (protocol.first_session[:1] if view.first_percent else ())
    if not lines or not (view.first or not view.who.code):
        return ""
    said = _("FIRST SESSION: {rule}.") if view.first else _("If it is the FIRST SESSION: {rule}.")
    return said.format(rule=". ".join(line.rstrip(".") for line in lines))


def rule_with_level(protocol: Protocol, view: View) -> str:
    """The same when a level was just accepted and no figure could ask whether it is too much."""
    if view.note is None or view.note.code != "level":
        return ""
    channel = dict(view.note.values)["channel"]
    asked = any(slot.target_ua is not None for slot in view.slots if slot.slot.channel == channel)
    return "" if view.first_percent and asked else first_session_words(protocol, view)


def first_target_words(view: View, slot: SlotView) -> str:
    """The figure of a first session; "" in any other, and as long as it is not known."""
    if not view.first_percent or slot.target_ua is None:
        return ""
    said = _("First session: {part} of the target, {target} mA.")
    return said.format(part=part_words(view.first_percent), target=ma(slot.target_ua))


def first_lines(view: View) -> Iterator[str]:
    """What is read before a signature and after it: that it was the first, its target, each level accepted over it."""
    if not view.first:
        return
    yield _("FIRST SESSION of this patient by this protocol.")
    accepted = dict(view.accepted)
    for slot in view.slots:
        if not (target := first_target_words(view, slot)):
            continue
        yield _("Channel {channel}. {target}").format(channel=slot.slot.channel, target=target)
        level_ua = accepted.get(slot.slot, 0)
        if slot.target_ua is not None and level_ua > slot.target_ua:
            said = _("Channel {channel}: {level} mA was accepted over it, as confirmed.")
            yield said.format(channel=slot.slot.channel, level=ma(level_ua))


def first_given_words(view: View) -> str:
    """What stands in the state line once a first session has had its contractions; "" before."""
    if not view.first_is_given:
        return ""
    done, all_ = view.contractions
    return _("First session: {done} of {all} done. End it with e.").format(done=done, all=all_)
