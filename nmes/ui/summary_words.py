"""What a session measured, and what its frequency was made from, in lines for the summary."""

from __future__ import annotations

from nmes.core.care import acute_cramp
from nmes.core.events import What
from nmes.core.view import View
from nmes.runtime.measured_words import NAMES, amount, how, not_reached_sentence, origin_sentence, unfindable, whose


def measured_lines(view: View) -> list[str]:
    """Whose, then one line per value; of a test that found nothing, that it found nothing."""
    muscles = {channel.channel: channel.muscle for channel in view.channels}
    found = [
        f"{how(one).upper():<10} {muscles.get(one.channel, '')}: {NAMES[one.what]} {amount(one.what, one.value)}"
        for one in view.measured
    ]
    if view.plan.assessment == What.CTF and not found and view.why == "complete":
        found = [not_reached_sentence(max((stage.step_mhz or 0 for stage in view.plan.stages), default=0))]
    made = [f"Frequency: {origin_sentence(view.origin)}"] if view.origin is not None else []
    who = [f"For {whose(view.who.code, view.who.side)}."] if found or view.who.code else []
    cramp = acute_cramp()[1:] if any(one.what is What.CTF and not one.typed for one in view.measured) else ()
    lost = [f"! {said}"] if found and (said := unfindable(view.plan.assessment, view.who.code, view.who.side)) else []
    return ["", *who, *found, *lost, *made, *cramp] if who or found or made else []
