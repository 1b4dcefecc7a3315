"""What a card says of halving in a first session, told where the level is found: a half is easily forgotten there.

Cards are in English as their authors wrote them, so the word is looked for in English whatever the language.
"""

from __future__ import annotations

from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.language import _


def first_session_words(protocol: Protocol, view: View) -> str:
    """The lines of the card that halve something; "" where it has none, or the patient has had this treatment."""
    lines = [line.rstrip(".") for line in protocol.first_session if "half" in line.lower()]
    if not lines or any(slot.last_ua is not None for slot in view.slots):
        return ""
    said = _("FIRST SESSION: {rule}.") if view.who.code else _("If it is the FIRST SESSION: {rule}.")
    return said.format(rule=". ".join(lines))


def rule_with_level(protocol: Protocol, view: View) -> str:
    """The same when a level was just accepted that may be more than half: over half of the target, or without one."""
    note, values = view.note, dict(view.note.values) if view.note is not None else {}
    if note is None or note.code != "level":
        return ""
    of_it = [slot for slot in view.slots if slot.slot.channel == values["channel"]]
    half = any(slot.target_ua is not None and int(values["level_ua"]) * 2 <= slot.target_ua for slot in of_it)
    return "" if half else first_session_words(protocol, view)
