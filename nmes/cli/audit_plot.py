"""The output of a recorded session as text: a curve for each channel over one time, and the events that stand out.

The rows are those of the app's replay, taller and with amplitudes beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import Final

from nmes.core.printable import printable
from nmes.language import _, many
from nmes.record.output import doubts, heights, pieces
from nmes.reports.plotted import marked, rank
from nmes.reports.told import Told, channel_words
from nmes.ui.numbers import clock
from nmes.ui.time_rows import LEGEND, SYMBOLS, Span, curve, marks

HEIGHT: Final = 5
LEFT: Final = 9
"""Columns for the amplitudes, as wide as `120.0 mA`."""
_TICK: Final = 16
"""Columns from one time to the next, at least [design]."""


def plot(told: Told, width: int) -> Iterator[str]:
    """All channels that had output, then what happened in them; one sentence where there was none."""
    story = told.story
    channels = sorted({piece.channel for piece in pieces(story.output, story.end_ms)})
    yield _("OUTPUT, AS THE STIMULATOR ACKNOWLEDGED IT")
    if not channels:
        yield _("No output was acknowledged.")
        return
    span, room = Span(0, story.end_ms + 1), width - LEFT  # with the last entry: a cut record may end with output
    for channel in channels:
        yield from _channel(told, channel, span, room)
    found = marked(told)
    yield f"{'':>{LEFT}}{marks(found, span, room)}".rstrip()
    yield _times(span, room)
    yield from wrap(LEGEND if not _doubtful(told) else _("{legend}  ? not known").format(legend=LEGEND), width)
    for one in found:
        said = f"{_symbol(one.code)} {told.when(one.at):>6}  {told.said(one)}"
        yield from wrap(printable(said), width, initial_indent="  ", subsequent_indent=" " * 12)
    left = sum(rank(one) is not None for one in story.happenings) - len(found)
    if left:
        yield "  " + many("{number} event more is not marked.", "{number} events more are not marked.", left)


def _channel(told: Told, channel: int, span: Span, room: int) -> Iterator[str]:
    output = told.story.output
    most = told.words.ma(max(heights(output, channel, span.from_ms, span.until_ms, room)))
    name = " ".join(filter(None, (channel_words(channel), told.muscle(channel))))
    yield printable(_("{channel}: at most {most}").format(channel=name, most=most))
    labels = {0: most, HEIGHT - 1: told.words.ma(0)}
    for row, text in enumerate(curve(output, channel, span, room, HEIGHT)):
        yield f"{labels.get(row, ''):>{LEFT - 1}} {text}".rstrip()


def _doubtful(told: Told) -> bool:
    return any(doubts(told.story.output, 0, told.story.end_ms + 1, 1))


def _times(span: Span, room: int) -> str:
    """Times under the columns they belong to; the last one ends where the axis does."""
    found, parts = [" "] * room, max(1, room // _TICK)
    for part in range(parts + 1):
        label, column = clock(span.until_ms * part // parts), min(room - 1, room * part // parts)
        begin = min(column, room - len(label))
        found[begin : begin + len(label)] = label
    return f"{'':>{LEFT}}{''.join(found)}".rstrip()


def _symbol(code: str) -> str:
    return next((symbol for symbol, codes in SYMBOLS if code in codes), " ")
