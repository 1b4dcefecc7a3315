"""What a channel looks like where several are told apart: its number, as on the stimulator, and a pattern of line.

Colour tells nothing here, so that `mono` and colour-blind eyes lose nothing. The character is the number and no letter:
plugs carry numbers, and a letter behind a number is a pad (`1a`).
"""

from __future__ import annotations

from typing import Final

PATTERNS: Final = ("━", "═", "┅", "─", "╍", "┄", "▪", "·")
"""By channel: solid, double, dashed, thin, long dashes, thin dashes, squares, dots [design]."""


def pattern(channel: int) -> str:
    """One character of the channel's line."""
    return PATTERNS[(channel - 1) % len(PATTERNS)]


def level_bar(channel: int, amplitude_ua: int, ceiling_ua: int, width: int) -> str:
    """The amplitude as a part of the most the channel may get, drawn in its pattern; rounded down, but never to
    nothing while something is commanded."""
    filled = 0 if ceiling_ua <= 0 else min(width, amplitude_ua * width // ceiling_ua)
    if amplitude_ua > 0:
        filled = max(1, filled)
    return pattern(channel) * filled + " " * (width - filled)
