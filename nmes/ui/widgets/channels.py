"""One line per channel: level, commanded and confirmed beside each other, phase, contraction and dose."""

from __future__ import annotations

from textual.widgets import Static

from nmes.core.timeline import Phase
from nmes.core.view import ChannelView, View
from nmes.ui.numbers import charge, ma
from nmes.ui.pulse_words import step_of

NARROW, BROAD = 16, 40
"""Columns of a muscle's name, in the smallest window and in a wide one."""
_OTHERS = 63
"""Columns of everything else in a row."""
_PHASES = {
    Phase.RAMP_UP: "▲ ramp",
    Phase.HOLD: "● on",
    Phase.RAMP_DOWN: "▼ ramp",
    Phase.REST: "– rest",
    None: "",
}


def cut(text: str, width: int) -> str:
    """At most `width` characters; an ellipsis says that there was more."""
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def head(room: int) -> str:
    return f"  Ch {'Muscle':<{room}}  Level Command Confirm Phase   No.    Dose so far"


def line(view: View, channel: ChannelView, chosen: bool, room: int = NARROW) -> str:
    """Under 80 columns with a narrow name; a confirmation that is too old is shown as `?`, never as its old value."""
    confirmed = "?" if channel.confirmed_ua is None else ma(channel.confirmed_ua)
    count, of = step_of(view.plan, view.plan_ms) or (channel.contraction, channel.contractions)
    number = f"{count}/{of}" if channel.contractions else ""
    dose = next((charge(d.low_nc, d.high_nc) for d in view.dose if d.channel == channel.channel), "0 µC")
    return (
        f"{'▸' if chosen else ' '} {channel.channel:<2} {cut(channel.muscle, room):<{room}} {ma(channel.level_ua):>6}"
        f" {ma(channel.commanded_ua):>7} {confirmed:>7} {_PHASES[channel.phase]:<7} {number:<6} {dose}"
    )


class ChannelTable(Static):
    """The header and up to eight lines."""

    DEFAULT_CSS = "ChannelTable { height: auto; }"

    def show(self, view: View, chosen: int) -> None:
        """`chosen` is the channel the keys move."""
        room = max(NARROW, min(BROAD, self.size.width - _OTHERS))
        lines = [head(room), *(line(view, channel, channel.channel == chosen, room) for channel in view.channels)]
        self.update("\n".join(lines))
