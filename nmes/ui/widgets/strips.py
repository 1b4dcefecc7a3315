"""One strip per channel: number and line pattern, level, commanded and confirmed beside each other, phase and dose.

One row each where there are rows enough; else two strips share a row, so that eight channels are read at 80x24. Which
is chosen, and which move together, is told by a character.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nmes.core.timeline import Phase
from nmes.core.view import ChannelView, View
from nmes.language import _
from nmes.ui.links import LINKED, Links
from nmes.ui.names import muscle_words
from nmes.ui.numbers import charge, ma
from nmes.ui.pulse_words import step_of
from nmes.ui.widgets.patterns import level_bar, pattern
from nmes.ui.widgets.text import Text

_LEVEL: Final = _("Level")
LEVEL: Final = max(5, len(_LEVEL))
"""Columns of the level: in some languages its word is longer than its figures, and the muscle's name gives way."""
NARROW: Final = 18 - LEVEL
BROAD: Final = 40
"""Columns of a muscle's name, in the smallest window and in a wide one."""
BAR: Final = 12
"""Columns of the level's bar, where there is room for one."""
_OTHERS: Final = 60 + LEVEL
"""Columns of everything else in a whole row."""
_SYMBOLS: Final = {Phase.RAMP_UP: "▲", Phase.HOLD: "●", Phase.RAMP_DOWN: "▼", Phase.REST: "–", None: " "}
_PHASES: Final = {
    Phase.RAMP_UP: _("▲ ramp"),
    Phase.HOLD: _("● on"),
    Phase.RAMP_DOWN: _("▼ ramp"),
    Phase.REST: _("– rest"),
    None: "",
}


def cut(text: str, width: int) -> str:
    """At most `width` characters; an ellipsis says that there was more."""
    return text if len(text) <= width else f"{text[: width - 1].rstrip()}…"


def rows_wanted(channels: int) -> int:
    """A header, and a row for each."""
    return channels + 1


def rows_needed(channels: int) -> int:
    """The least that shows all: no header, and two in a row where there is more than one."""
    return (channels + 1) // 2


def strips(view: View, chosen: int, links: Links, width: int, rows: int) -> list[str]:
    """At most `rows` rows of at most `width` columns; where not all fit, those around the chosen one."""
    channels = view.channels
    if rows >= rows_wanted(len(channels)) or len(channels) == 1:
        bar = BAR if width >= _OTHERS + NARROW + BAR + 1 else 0
        room = max(NARROW, min(BROAD, width - _OTHERS - (bar + 1 if bar else 0)))
        whole = [_row(view, channel, chosen, links, room, bar) for channel in channels]
        return [_head(room, bar), *whole] if rows > len(whole) else whole[: max(0, rows)]
    cells = [_cell(channel, chosen, links, width // 2) for channel in channels]
    pairs = [f"{left}{right}".rstrip() for left, right in _in_pairs(cells)]
    heads = [f"{_cell_head(width // 2)}{_cell_head(width // 2)}".rstrip()] if rows > len(pairs) else []
    at = next((i // 2 for i, channel in enumerate(channels) if channel.channel == chosen), 0)
    first = max(0, min(at, len(pairs) - rows))
    return [*heads, *pairs[first : first + max(0, rows)]][: max(0, rows)]


def _in_pairs(cells: Sequence[str]) -> list[tuple[str, str]]:
    return [(cells[i], cells[i + 1] if i + 1 < len(cells) else "") for i in range(0, len(cells), 2)]


def _marks(channel: ChannelView, chosen: int, links: Links) -> str:
    here = "▸" if channel.channel == chosen else " "
    return (
        f"{here}{channel.channel}{LINKED if channel.channel in links.channels else ' '}{pattern(channel.channel) * 2}"
    )


def _head(room: int, bar: int) -> str:
    between = " " * (bar + 1) if bar else ""
    figures = f"{_LEVEL:>{LEVEL}} {_('Commanded'):>9} {_('Confirmed'):>9}"
    return f"{_('Channel'):<{room + 6}} {between}{figures} {_('Phase'):<6} {_('Count'):<7} {_('Dose')}"


def _row(view: View, channel: ChannelView, chosen: int, links: Links, room: int, bar: int) -> str:
    """A confirmation that is too old is shown as `?`, never as its old value."""
    count, of = step_of(view.plan, view.plan_ms) or (channel.contraction, channel.contractions)
    number = f"{count}/{of}" if channel.contractions else ""
    dose = next((charge(d.low_nc, d.high_nc) for d in view.dose if d.channel == channel.channel), "0 µC")
    drawn = f"{level_bar(channel.channel, channel.commanded_ua, channel.ceiling_ua, bar)} " if bar else ""
    muscle = cut(muscle_words(channel.muscle), room)
    return (
        f"{_marks(channel, chosen, links)} {muscle:<{room}} {drawn}{ma(channel.level_ua):>{LEVEL}}"
        f" {ma(channel.commanded_ua):>9} {_confirmed(channel):>9} {_PHASES[channel.phase]:<6} {number:<7} {dose}"
    )


def _confirmed(channel: ChannelView) -> str:
    return "?" if channel.confirmed_ua is None else ma(channel.confirmed_ua)


_CELL: Final = 22
"""Columns of a half row that are not the muscle's name."""


def _cell_head(width: int) -> str:
    room = max(4, width - _CELL)
    return f"{_('Channel'):<{room + 6}} {_('comm.'):>5} {_('conf.'):>5}"[:width].ljust(width)


def _cell(channel: ChannelView, chosen: int, links: Links, width: int) -> str:
    """Half a row: number, pattern, muscle, commanded, confirmed, phase."""
    room = max(4, width - _CELL)
    figures = f"{ma(channel.commanded_ua):>5} {_confirmed(channel):>5} {_SYMBOLS[channel.phase]}"
    return f"{_marks(channel, chosen, links)} {cut(muscle_words(channel.muscle), room):<{room}} {figures}"[
        :width
    ].ljust(width)


class Strips(Text):
    """As many rows as its screen gives it."""

    DEFAULT_CSS = "Strips { height: 2; width: 100%; padding: 0 1; }"

    def show(self, view: View, chosen: int, links: Links, width: int, rows: int) -> None:
        """`chosen` is the channel the keys move."""
        self.update("\n".join(strips(view, chosen, links, width, rows)), layout=False)
