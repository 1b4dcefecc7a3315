"""A recorded session over its time, as rows of text: what was acknowledged by channel, what happened, where one stands.

Apart from the widget, because `nmes audit show` prints the same. A list of strings made from numbers: it can be tested
without a screen. The curves have no colour of output that is live, because nothing of it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from nmes.language import _
from nmes.record.happening import Happening
from nmes.record.output import Output, doubts, heights
from nmes.ui.numbers import clock

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_UNKNOWN: Final = "?"
LABEL: Final = 4
"""Columns before the axis: the channel's number."""

SYMBOLS: Final = (
    ("✖", frozenset({"fault", "guard", "unanswered", "unsure", "link_lost", "record_failed", "wrong_device"})),
    ("■", frozenset({"stop"})),
    ("!", frozenset({"felt_elsewhere", "refused:read_back_differs", "refused:pad_smaller", "refused:mark"})),
    ("‖", frozenset({"pause", "titration_left", "start_left"})),
    ("▶", frozenset({"intent"})),
    ("●", frozenset({"level", "measured"})),
    ("✎", frozenset({"mark", "observed", "signed", "left_unsigned", "acknowledged"})),
)
"""What stands under the curves, the most important first where several fall in one column."""
LEGEND: Final = _("✖ fault  ■ stop  ! caught  ‖ pause  ▶ start  ● level  ✎ noted")


@dataclass(frozen=True, slots=True)
class Axis:
    """What is drawn: the changes of output and the decisions of a session, and how long it was."""

    output: tuple[Output, ...]
    happenings: tuple[Happening, ...]
    channels: tuple[int, ...]
    end_ms: int


@dataclass(frozen=True, slots=True)
class Span:
    """The part of the time that is seen."""

    from_ms: int
    until_ms: int

    def column(self, t_ms: int, width: int) -> int | None:
        """Where a time falls; None outside."""
        if not self.from_ms <= t_ms <= self.until_ms:
            return None
        return min(width - 1, (t_ms - self.from_ms) * width // max(1, self.until_ms - self.from_ms))


def around(t_ms: int, long_ms: int, end_ms: int) -> Span:
    """A span of this length around a time, inside the session."""
    from_ms = max(0, min(t_ms - long_ms // 2, end_ms - long_ms))
    return Span(from_ms, min(end_ms, from_ms + long_ms))


def draw(axis: Axis, span: Span, at_ms: int, width: int, height: int) -> list[str]:
    """`height` rows of at most `width` columns: curves, what happened, the cursor, and the times of both ends."""
    room = width - LABEL
    each = max(1, (height - 3) // max(1, len(axis.channels)))
    rows: list[str] = []
    for channel in axis.channels[: max(0, height - 3)]:
        found = curve(axis.output, channel, span, room, each)
        rows += [f"{channel if row == each - 1 else '':>{LABEL - 1}} {text}" for row, text in enumerate(found)]
    return [*rows, " " * LABEL + marks(axis.happenings, span, room), *_cursor(span, at_ms, room)]


@lru_cache(maxsize=64)
def curve(output: tuple[Output, ...], channel: int, span: Span, width: int, height: int) -> tuple[str, ...]:
    """The most that was acknowledged in each column, top row first."""
    found = heights(output, channel, span.from_ms, span.until_ms, width)
    unknown = doubts(output, span.from_ms, span.until_ms, width)
    most = max((dict(one.confirmed).get(channel, 0) for one in output), default=0)
    columns = [_column(ua, most, height, doubtful=doubtful) for ua, doubtful in zip(found, unknown, strict=True)]
    return tuple("".join(column[row] for column in columns) for row in range(height))


def _column(ua: int, most_ua: int, height: int, *, doubtful: bool) -> str:
    """One column, top row first; 0 is an underline, and what is not known is a question mark at the bottom."""
    if doubtful or not ua:
        return " " * (height - 1) + (_UNKNOWN if doubtful else "_")
    eighths = max(1, ua * height * 8 // most_ua)
    return "".join(reversed([_EIGHTHS[min(8, max(0, eighths - 8 * row))] for row in range(height)]))


def marks(happenings: Sequence[Happening], span: Span, width: int) -> str:
    """A symbol in the column of each that has one."""
    found = [" "] * width
    for symbol, codes in reversed(SYMBOLS):
        for one in happenings:
            column = span.column(one.at.t_ms, width) if one.code in codes else None
            if column is not None:
                found[column] = symbol
    return "".join(found)


def _cursor(span: Span, at_ms: int, width: int) -> tuple[str, str]:
    column = span.column(at_ms, width) or 0
    label, end = clock(at_ms), clock(span.until_ms)
    begin = clock(span.from_ms)
    place = max(len(begin) + 1, min(column - len(label) // 2, width - len(end) - len(label) - 1))
    below = f"{begin:<{place}}{label}"
    return " " * (LABEL + column) + "▲", " " * LABEL + below + end.rjust(width - len(below))
