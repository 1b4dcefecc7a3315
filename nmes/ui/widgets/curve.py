"""An outcome over the weeks, drawn as text: a mark for each value with its number, joined by lines.

Law: the axis begins at 0, so that a change looks no greater than it is; the days are to scale, so that a gap is seen.
A value of a week that was not over, or of an entry that was corrected since, has an open mark.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from textual.widgets import Static

from nmes.core.care_events import Outcome
from nmes.core.course_of_care import Curve, Point
from nmes.runtime.course_words import amount, curve_name, point_words

LEAST: Final = 4
"""Rows without which nothing is drawn: one for values, the axis and the days."""
_LINES: Final = "▔─▁"
"""A line at the top, the middle and the bottom of a cell: in every font that draws boxes."""
_SHORTEST: Final = 7
"""Days of the axis at least [design]."""


def draw(curve: Curve, width: int, height: int) -> list[str]:
    """At most `height` rows of `width` columns; nothing where there is no room or no value."""
    if height < LEAST or not curve.points:
        return []
    top = round_up(max(point.value for point in curve.points), _whole(curve.outcome))
    labels = _number(curve.outcome, top), "0"
    gutter = max(map(len, labels))
    canvas = _Canvas(max(10, width - gutter - 2), height - 2)
    places = _places(curve.points, top, canvas)
    for (column, y), (next_column, next_y) in pairwise(places):
        canvas.line(column, y, next_column, next_y)
    for point, (column, y) in zip(curve.points, places, strict=True):
        mark = "○" if point.unfinished or point.corrected else "●"
        canvas.mark(column, y, mark, _number(curve.outcome, point.value))
    rows = canvas.rows()
    ends = {0: labels[0], len(rows) - 1: labels[1]}
    drawn = [f"{ends.get(number, ''):>{gutter}} │{row}" for number, row in enumerate(rows)]
    first, last = str(curve.points[0].day), str(curve.points[-1].day)
    days = first if len(curve.points) == 1 else f"{first}{last:>{max(len(last) + 1, places[-1][0] + 1 - len(first))}}"
    return [*drawn, f"{'':>{gutter}} └{'─' * canvas.columns}", f"{'':>{gutter + 2}}{days}"[:width]]


def caption(curve: Curve, width: int) -> str:
    """What is drawn, and its newest values with their days, as many as go into `width` columns, oldest first."""
    name, told = curve_name(curve), list[str]()
    for point in reversed(curve.points):
        one = f"{point.day} {point_words(curve.outcome, point)}"
        if told and len("; ".join([name, one, *told])) + 4 > width:
            return f"{name}: ... {'; '.join(told)}"
        told.insert(0, one)
    return f"{name}: {'; '.join(told)}"


def round_up(value: int, whole: int) -> int:
    """The least of 1, 2 and 5 times a power of ten of the unit that is not less."""
    step = whole
    while True:
        for times in (1, 2, 5):
            if step * times >= value:
                return step * times
        step *= 10


def _whole(outcome: Outcome) -> int:
    """One of the unit it is told in, in the inside's."""
    return 1 if outcome in {Outcome.CRAMPS, Outcome.CRAMP_NRS, Outcome.NRS} else 1000


def _number(outcome: Outcome, value: int) -> str:
    """Without its unit, which stands in the row above."""
    return amount(outcome, value).split()[0]


def _places(points: tuple[Point, ...], top: int, canvas: _Canvas) -> list[tuple[int, int]]:
    """Columns, and heights in parts of a cell from the top."""
    days = max(_SHORTEST, points[-1].day.since(points[0].day))
    wide, high = canvas.columns - 1, canvas.lines * len(_LINES) - 1
    return [(point.day.since(points[0].day) * wide // days, high - point.value * high // top) for point in points]


@dataclass(slots=True)
class _Canvas:
    """Cells of one letter; what was drawn later stands over what was drawn before."""

    columns: int
    lines: int
    _cells: dict[tuple[int, int], str] = field(default_factory=dict)
    _taken: set[tuple[int, int]] = field(default_factory=set)

    def line(self, column: int, y: int, to_column: int, to_y: int) -> None:
        """From one mark to the next; where it is steep, its cells are joined."""
        steps, before = max(1, to_column - column), y
        for step in range(steps + 1):
            now = y + (to_y - y) * step // steps
            for row in range(min(before, now) // len(_LINES) + 1, max(before, now) // len(_LINES)):
                self._cells[row, column + step] = "│"
            self._cells[now // len(_LINES), column + step] = _LINES[now % len(_LINES)]
            before = now

    def mark(self, column: int, y: int, mark: str, number: str) -> None:
        """The value's mark, and its number above or below where no other stands there."""
        row = y // len(_LINES)
        self._cells[row, column] = mark
        self._taken.add((row, column))
        start = max(0, min(column - len(number) // 2, self.columns - len(number)))
        for beside in (row - 1, row + 1):
            place = [(beside, start + at) for at in range(-1, len(number) + 1)]
            if 0 <= beside < self.lines and not self._taken & set(place):
                self._taken.update(place)
                self._cells.update(zip(place[1:-1], number, strict=True))
                return

    def rows(self) -> list[str]:
        cells = self._cells
        return ["".join(cells.get((row, column), " ") for column in range(self.columns)) for row in range(self.lines)]


class CurvePlot(Static):
    """The drawing of one outcome, as large as its place is."""

    DEFAULT_CSS = "CurvePlot { height: auto; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__("", id="curve", markup=False)

    def show(self, curve: Curve | None, width: int, height: int) -> None:
        rows = [] if curve is None else draw(curve, width, height - 1)
        self.update("\n".join([*rows, caption(curve, width)] if curve is not None and rows else []))
        self.display = bool(rows)
