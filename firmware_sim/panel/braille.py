"""Lines and bars drawn in characters. Pure: numbers in, rows of text out, every row exactly as wide as asked.

A Braille character holds two by four dots, so a plot of 30 columns and 5 rows has 60 by 20 of them.
"""

from __future__ import annotations

from collections.abc import Sequence

BLANK = 0x2800
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bit of each dot, by column and by row from the top. [source: Unicode, Braille Patterns]"""
_EIGHTHS_UP = " ▁▂▃▄▅▆▇█"
_EIGHTHS_ALONG = " ▏▎▍▌▋▊▉█"


def plot(values: Sequence[float], width: int, height: int, low: float, high: float) -> list[str]:
    """`values`, evenly spaced, as one connected line between `low` (bottom) and `high` (top); 0 is a dotted line."""
    cells = [[0] * width for _ in range(height)]
    if low < 0 < high or not values:
        row = _row(0.0, height, low, high)
        for column in range(0, width * 2, 4):
            _set(cells, column, row)
    previous: int | None = None
    for column in range(width * 2 if values else 0):
        row = _row(_at(values, column, width * 2), height, low, high)
        for filled in range(*_span(previous, row)):
            _set(cells, column, filled)
        previous = row
    return ["".join(chr(BLANK + cell) for cell in line) for line in cells]


def _at(values: Sequence[float], column: int, columns: int) -> float:
    """The value that belongs to a column: of those it covers the one farthest from 0, so that no peak is lost."""
    first = column * len(values) // columns
    last = max(first + 1, (column + 1) * len(values) // columns)
    return max(values[first:last], key=abs)


def _row(value: float, height: int, low: float, high: float) -> int:
    """The row of dots from the top; outside the range the nearest one."""
    rows = height * 4
    share = (high - value) / (high - low) if high > low else 0.5
    return min(rows - 1, max(0, round(share * (rows - 1))))


def _span(previous: int | None, row: int) -> tuple[int, int]:
    """The rows that join a column to the one before it."""
    if previous is None or previous == row:
        return row, row + 1
    return (previous + 1, row + 1) if previous < row else (row, previous)


def _set(cells: list[list[int]], column: int, row: int) -> None:
    cells[row // 4][column // 2] |= _DOTS[column % 2][row % 4]


def bar(value: float, most: float, width: int) -> str:
    """A bar from the left in eighths of a character; anything above 0 shows at least one eighth."""
    share = _share(value, most)
    eighths = round(share * width * 8)
    if value > 0 and most > 0:
        eighths = max(1, eighths)
    whole, rest = divmod(eighths, 8)
    return (_EIGHTHS_ALONG[8] * whole + (_EIGHTHS_ALONG[rest] if rest else "")).ljust(width)


def _share(value: float, most: float) -> float:
    """Which part of `most`, from 0 to 1."""
    return 0.0 if most <= 0 else min(1.0, max(0.0, value / most))


def sparkline(values: Sequence[float], most: float, width: int) -> str:
    """The newest `width` values, one character each, newest right; a value above 0 is never drawn as 0."""
    drawn = "".join(_spark(value, most) for value in values[-width:])
    return drawn.rjust(width)


def _spark(value: float, most: float) -> str:
    if value <= 0 or most <= 0:
        return "▁" if most > 0 else " "
    return _EIGHTHS_UP[2 + int(_share(value, most) * 6.999)]


def level(value: float, most: float, width: int) -> str:
    """`██░░`: how much of `most`, in whole characters."""
    filled = round(_share(value, most) * width)
    return "█" * filled + "░" * (width - filled)
