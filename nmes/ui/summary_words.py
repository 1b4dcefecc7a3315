"""What a session measured, and what its frequency was made from, in lines for the summary."""

from __future__ import annotations

from nmes.core.care import after_cramp, speaks_of
from nmes.core.events import What
from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.measured_words import NAMES, amount, how, not_reached_sentence, origin_sentence, unfindable, whose
from nmes.ui.names import muscle_words


def told_lines(view: View, protocol: Protocol) -> list[str]:
    """What has to be known at once when the treatment is over: the result, and what to do about a cramp."""
    noted = any(note.code == "mark" and dict(note.values).get("kind") == "cramp" for note in view.noted)
    asks = _cramped(view) or (noted and speaks_of(protocol.purpose, protocol.body_regions))
    return [*_found(view), *(map(_, after_cramp(protocol.body_regions)) if asks else ())]


def _cramped(view: View) -> bool:
    """Whether the test has made the muscle cramp."""
    return any(one.what is What.CTF and not one.typed for one in view.measured)


def _has_threshold(view: View) -> bool:
    return any(one.what is What.CTF for one in view.measured)


def _found(view: View) -> list[str]:
    """One line per value; of a test that found nothing, that it found nothing."""
    muscles = {channel.channel: muscle_words(channel.muscle) for channel in view.channels}
    found = [
        f"{how(one).upper():<10} {muscles.get(one.channel, '')}: {NAMES[one.what]} {amount(one.what, one.value)}"
        for one in view.measured
    ]
    if view.plan.assessment == What.CTF and view.why == "complete" and not _has_threshold(view):
        found.append(not_reached_sentence(max((stage.step_mhz or 0 for stage in view.plan.stages), default=0)))
    return found


def measured_lines(view: View) -> list[str]:
    """Whose, then one line per value; of a test that found nothing, that it found nothing."""
    found = _found(view)
    made = [_("Frequency: {origin}").format(origin=origin_sentence(view.origin))] if view.origin is not None else []
    who = [_("For {whose}.").format(whose=whose(view.who.code, view.who.side))] if found or view.who.code else []
    lost = [f"! {said}"] if found and (said := unfindable(view.plan.assessment, view.who.code, view.who.side)) else []
    return ["", *who, *found, *lost, *made] if who or found or made else []
