"""The level being found on a line from 0 to the most the channel may get, with the marks that were made on the way.

The law: what is drawn are ghosts and marks of the View; nothing on this line can be taken hold of, and nothing on it
raises anything. Where two marks fall on one column they stand side by side, so that none is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.widgets import Static

from nmes.core.events import What
from nmes.core.view import SlotView, View
from nmes.language import _
from nmes.ui.numbers import ma

SENSORY: Final = "S"
MOTOR: Final = "M"
MOST: Final = "T"
LAST: Final = "◇"
TARGET: Final = "◎"
CAP: Final = "▽"
NOW: Final = "●"
_ORDER: Final = (SENSORY, MOTOR, MOST, LAST, TARGET, CAP)
_MEASURED: Final = {
    What.SENSORY_THRESHOLD: SENSORY,
    What.MOTOR_THRESHOLD: MOTOR,
    What.MAX_TOLERATED: MOST,
}


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark on the line."""

    symbol: str
    at_ua: int


def ticks(view: View, slot: SlotView) -> tuple[Tick, ...]:
    """The marks of this level, lowest first: what was measured at it, the last session's, the target and its cap."""
    found = [Tick(_MEASURED[m.what], m.value) for m in view.measured if m.what in _MEASURED and m.slot == slot.slot]
    known = ((LAST, slot.last_ua), (TARGET, slot.target_ua), (CAP, slot.cap_ua))
    found += [Tick(symbol, at_ua) for symbol, at_ua in known if at_ua is not None]
    return tuple(sorted(found, key=lambda tick: (tick.at_ua, _ORDER.index(tick.symbol))))


def draw(marks: tuple[Tick, ...], now_ua: int | None, ceiling_ua: int, width: int) -> list[str]:
    """Three rows of at most `width` columns: the marks, the line with the present level, and the marks in numbers.

    `now_ua` None: it is not known, and no level is drawn.
    """
    return [_mark_row(marks, ceiling_ua, width), _line(now_ua, ceiling_ua, width), _legend(marks, ceiling_ua, width)]


def _column(at_ua: int, ceiling_ua: int, width: int) -> int:
    return min(width - 1, max(0, at_ua * (width - 1) // ceiling_ua)) if ceiling_ua > 0 else 0


def _mark_row(marks: tuple[Tick, ...], ceiling_ua: int, width: int) -> str:
    """A mark whose column is taken stands in the next free one to the right, or, at the end, to the left."""
    row = [" "] * width
    for mark in marks:
        at = _column(mark.at_ua, ceiling_ua, width)
        order = (*range(at, width), *reversed(range(at)))
        row[next(column for column in order if row[column] == " ")] = mark.symbol
    return "".join(row).rstrip()


def _line(now_ua: int | None, ceiling_ua: int, width: int) -> str:
    if now_ua is None:
        return "?" * width
    at = _column(now_ua, ceiling_ua, width)
    return "━" * at + NOW + "─" * (width - at - 2) + ("┤" if at < width - 1 else "")


_LEGEND: Final = {
    SENSORY: _("tingle {level}"),
    MOTOR: _("twitch {level}"),
    MOST: _("most {level}"),
    LAST: _("last session {level}"),
    TARGET: _("target {level}"),
    CAP: _("cap {level}"),
}


def _legend(marks: tuple[Tick, ...], ceiling_ua: int, width: int) -> str:
    """`0` and the most at the ends, the marks between; their words are left out where they do not fit."""
    end = _("{level} mA").format(level=ma(ceiling_ua))
    words = "  ".join(f"{mark.symbol} {_LEGEND[mark.symbol].format(level=ma(mark.at_ua))}" for mark in marks)
    if len(words) > (room := width - len(end) - 5):
        words = " ".join(f"{mark.symbol} {ma(mark.at_ua)}" for mark in marks)
    return f"0  {words[:room]:^{room}}  {end}"


class LevelScale(Static):
    """The line of the chosen level. It hears no key and no mouse."""

    DEFAULT_CSS = "LevelScale { height: 3; width: 100%; padding: 0 1; }"

    def show(self, view: View, slot: SlotView, now_ua: int | None) -> None:
        """`now_ua` is what the screen's digits show, None where they show that nobody knows."""
        width = self.size.width
        if width >= 20:
            ceiling_ua = view.plan.ceiling_ua(slot.slot)
            self.update("\n".join(draw(ticks(view, slot), now_ua, ceiling_ua, width)), layout=False)
