"""How the rows of a screen on which current can flow are shared out, so that nothing is ever clipped or overlaps.

Law: what must be read is given its rows first; what is nice to have gets what is left, or does not stand there at all.
Alarm bar, notes and the bench may take rows and columns away at any time: the sum is made anew for each size.
"""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from nmes.ui.widgets.strips import rows_needed, rows_wanted

FIGURES: Final = 5
"""Rows of the digits with their label, and of the facts beside them."""
LINES: Final = 3
"""The announcement, the progress, and dose with links: one row each."""
PLOT_LEAST: Final = 2
"""An envelope of one row over its axis; a smaller one tells nothing."""
PLOT_GOOD: Final = 4
"""Rows from which on ramps are seen as ramps [design]."""
PLOT_MOST: Final = 10
"""More rows show nothing more of an envelope of half milliamperes [design]."""


@dataclass(frozen=True, slots=True)
class RunRows:
    """Rows of the parts of the treatment screen that give way; 0 = it does not stand there."""

    plot: int
    strips: int


def run_rows(rows: int, channels: int, *, state: int, bar: int, pulses: int) -> RunRows:
    """`rows` are those of the body; `state`, `bar` and `pulses` those that the state line, the bar and the line of
    bursts and sweeps take now."""
    left = max(0, rows - state - FIGURES - LINES - bar - pulses)
    least, wanted = rows_needed(channels), rows_wanted(channels)
    if left >= wanted + PLOT_GOOD:
        return RunRows(min(PLOT_MOST, left - wanted), wanted)
    strips = min(left, least + 1 if channels > 2 else wanted)
    if left - strips < PLOT_LEAST:
        strips = min(left, least)
    plot = left - strips
    return RunRows(plot if plot >= PLOT_LEAST else 0, strips if plot >= PLOT_LEAST else min(left, max(strips, wanted)))


@dataclass(frozen=True, slots=True)
class LevelRows:
    """Rows of the list of levels and of the text below it."""

    slots: int
    text: int


SCALE: Final = 3
"""Rows of the line on which a level is drawn."""


def level_rows(rows: int, wanted: int, text: int, *, state: int, bar: int) -> LevelRows:
    """`wanted` rows of the list with its header. The text gives way to a bar, where it would not stand there
    whole beside it, and to the list's first four rows."""
    left = max(0, rows - state - FIGURES - SCALE - bar)
    if bar:
        list_rows = min(left, wanted)
        return LevelRows(list_rows, text if left - list_rows >= text else 0)
    list_rows = min(wanted, max(min(4, left), left - text))
    return LevelRows(list_rows, min(text, left - list_rows))


def paragraphs(sentences: tuple[str, ...], width: int, rows: int) -> list[str]:
    """The sentences that fit, in their order, each whole; a sentence that does not fit lets a shorter one pass."""
    lines: list[str] = []
    for sentence in filter(None, sentences):
        wrapped = wrap(sentence, max(10, width))
        if len(lines) + len(wrapped) <= rows:
            lines += wrapped
    return lines
