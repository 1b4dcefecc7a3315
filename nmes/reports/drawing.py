"""A curve as a picture (SVG) of numbers and escaped texts, for the page and for the PDF alike.

It is drawn with its own letters and lines, black on white, so that it reads on a screen, on paper and in grey. Who
cannot see it has the curve's sentence and the list of the events beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.sax.saxutils import escape

from nmes.core.printable import printable
from nmes.reports.document import Curve, Mark, Plot

LEFT: Final = 52
"""Room for the amplitudes. All lengths are in units of the picture, which a page shows as wide as it is itself."""
WIDTH: Final = 800
HEIGHT: Final = 78
"""Of the curve alone."""
_RIGHT: Final = 10
_BELOW: Final = 20
_ROW: Final = 15
"""Of numbers, which stand in as many rows as they need not to cover each other."""
_APART: Final = 17
_SPAN: Final = WIDTH - LEFT - _RIGHT


def svg_of(curve: Curve, plot: Plot) -> str:
    """The picture of one curve with the marks and times of its plot; without any text alternative of its own."""
    rows = _rows(plot.marks)
    top = _ROW * (max(rows, default=-1) + 1) + 5
    whole = top + HEIGHT + _BELOW
    parts = (
        *_doubtful(curve, top),
        *_frame(curve, top),
        *_times(plot.ticks, top),
        f'<path d="{_line(curve, top, closed=True)}" fill="#b9c9d2" stroke="none"/>',
        f'<path d="{_line(curve, top)}" fill="none" stroke="#1d2529" stroke-width="1"/>',
        *_marks(plot.marks, rows, top),
    )
    size = f'viewBox="0 0 {WIDTH} {whole}" width="{WIDTH}" height="{whole}"'
    fonts = 'font-family="system-ui, sans-serif" font-size="11" fill="#1d2529"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} {fonts}>{"".join(parts)}</svg>'


def _x(permille: int) -> float:
    return round(LEFT + permille * _SPAN / 1000, 1)


def _line(curve: Curve, top: int, *, closed: bool = False) -> str:
    """A stepped line; a point only where the height changes."""
    parts, last, over = [], 0, len(curve.heights)
    for at, height in enumerate(curve.heights):
        y = round(top + HEIGHT - height * HEIGHT / 1000, 1)
        if at == 0:
            parts.append(f"M{LEFT} {top + HEIGHT}V{y}" if closed else f"M{LEFT} {y}")
        elif height != last:
            parts.append(f"H{round(LEFT + at * _SPAN / over, 1)}V{y}")
        last = height
    return "".join((*parts, f"H{LEFT + _SPAN}", f"V{top + HEIGHT}Z" if closed else ""))


def _doubtful(curve: Curve, top: int) -> Iterator[str]:
    """Where the output was not known: each stretch as a grey field."""
    over, at = len(curve.doubtful), 0
    while at < over:
        end = at
        while end < over and curve.doubtful[end]:
            end += 1
        if end > at:
            x, width = round(LEFT + at * _SPAN / over, 1), round((end - at) * _SPAN / over, 1)
            yield f'<rect x="{x}" y="{top}" width="{width}" height="{HEIGHT}" fill="#dcdcdc"/>'
        at = max(end, at + 1)


def _frame(curve: Curve, top: int) -> Iterator[str]:
    """The highest amplitude and 0, and the lines they stand at."""
    for y, said, colour in ((top, curve.most, "#c8d1d6"), (top + HEIGHT, "0", "#1d2529")):
        yield f'<path d="M{LEFT} {y}H{LEFT + _SPAN}" stroke="{colour}" stroke-width="1"/>'
        yield f'<text x="{LEFT - 5}" y="{y + 4}" text-anchor="end">{escape(printable(said))}</text>'


def _times(ticks: Sequence[tuple[int, str]], top: int) -> Iterator[str]:
    bottom = top + HEIGHT
    for permille, said in ticks:
        x = _x(permille)
        yield f'<path d="M{x} {bottom}V{bottom + 4}" stroke="#1d2529" stroke-width="1"/>'
        yield f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{escape(printable(said))}</text>'


def _rows(marks: Sequence[Mark]) -> list[int]:
    """In which row each number stands: the lowest where it covers none before it."""
    taken: list[float] = []
    found = []
    for mark in marks:
        x = _x(mark.at)
        row = next((row for row, last in enumerate(taken) if x - last >= _APART), len(taken))
        taken[row : row + 1] = [x]
        found.append(row)
    return found


def _marks(marks: Sequence[Mark], rows: Sequence[int], top: int) -> Iterator[str]:
    for mark, row in zip(marks, rows, strict=True):
        x, y = _x(mark.at), top - 5 - _ROW * row
        yield f'<path d="M{x} {y}V{top + HEIGHT}" stroke="#8f1d10" stroke-width="1" stroke-dasharray="2 2"/>'
        yield f'<rect x="{x - 7}" y="{y - 11}" width="14" height="13" rx="3" fill="#fff" stroke="#8f1d10"/>'
        yield f'<text x="{x}" y="{y - 1}" text-anchor="middle" fill="#8f1d10">{mark.number}</text>'
