"""The envelope of a treatment drawn in text: amplitude over time, from the plan itself, with a cursor that moves.

A page of time stands still while the cursor crosses two thirds of it; then the next page begins there, so that what
comes is always seen. The page is drawn when it changes, the cursor at most twice a second: over a slow line a plot that
moves with each View would cost more than all the figures.
"""

from __future__ import annotations

from typing import Final

from nmes.core.plan import Plan
from nmes.language import _
from nmes.ui.budget import PLOTS_HZ
from nmes.ui.numbers import clock
from nmes.ui.widgets.text import Text

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_ZERO = "_"
CURSOR: Final = "│"
REDRAW_MS: Final = 1000 // PLOTS_HZ
"""The cursor moves at most so often."""


def at_ceiling(plan: Plan) -> Plan:
    """The plan with every level at the most it may be: the shape, before any level is known."""
    for slot in plan.slots:
        plan = plan.with_level(slot, plan.ceiling_ua(slot))
    return plan


def window_ms(plan: Plan, start_ms: int = 0) -> int:
    """A length of time that shows two contractions and the rest between them, at most the whole plan."""
    cycles = [track.rhythm.cycle_ms for track in plan.stage_at(start_ms).tracks]
    return min(max(2 * max(cycles), 10_000), max(plan.duration_ms, 1))


def draw(plan: Plan, channel: int, start_ms: int, span_ms: int, width: int, height: int) -> list[str]:
    """`height` rows of `width` characters, top row first; columns outside the plan are blank, 0 mA is an underline."""
    peak = max((level for slot, level in plan.levels if slot.channel == channel), default=0)
    columns = [_column(plan, channel, start_ms + span_ms * i // width, peak, height) for i in range(width)]
    return ["".join(column[row] for column in columns) for row in range(height)]


def _column(plan: Plan, channel: int, t_ms: int, peak_ua: int, height: int) -> str:
    if not 0 <= t_ms < plan.duration_ms:
        return " " * height
    amplitude = next((at.amplitude_ua for at in plan.at(t_ms) if at.channel == channel), 0)
    if amplitude == 0 or peak_ua == 0:
        return " " * (height - 1) + _ZERO
    eighths = max(1, amplitude * height * 8 // peak_ua)
    cells = [_EIGHTHS[min(8, max(0, eighths - 8 * row))] for row in range(height)]
    return "".join(reversed(cells))


def page_ms(plan: Plan, now_ms: int) -> tuple[int, int]:
    """Where the page begins that shows this plan time, and how long it is: now lies in its first two thirds."""
    span_ms = window_ms(plan, now_ms) * 3 // 2
    turn_ms = max(1, span_ms * 2 // 3)
    return max(0, now_ms) // turn_ms * turn_ms, span_ms


def with_cursor(rows: list[str], column: int) -> list[str]:
    """The drawing with a line in every cell of this column that holds no current."""
    empty = {" ", _ZERO}
    return [f"{row[:column]}{CURSOR}{row[column + 1 :]}" if row[column : column + 1] in empty else row for row in rows]


def axis(channel: int, now_ms: int, column: int, width: int) -> str:
    """Below the drawing: where now is, and whose envelope it is."""
    label = _("▲ now {time}").format(time=clock(now_ms))
    whose = _("channel {channel}").format(channel=channel)
    left = f"{' ' * column}{label}"
    return f"{left}{whose:>{width - len(left)}}" if len(left) + len(whose) + 1 < width else left[:width]


_Page = tuple[int, int, int, int, int]


class Envelope(Text):
    """A page around now, in the rows it is given."""

    DEFAULT_CSS = "Envelope { height: 4; color: $accent; padding: 0 1; }"

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._plan: Plan | None = None
        self._page: _Page | None = None
        self._drawn: list[str] = []
        self._shown = (-1, 0)

    def show(self, plan: Plan, channel: int, now_ms: int, width: int, rows: int) -> None:
        """`now_ms` is plan time; `width` and `rows` what its screen gives it."""
        if width < 10 or rows < 2:
            return
        start_ms, span_ms = page_ms(plan, now_ms)
        page = (channel, start_ms, span_ms, width, rows)
        if plan is not self._plan or page != self._page:
            shape = plan if any(slot.channel == channel for slot, _level in plan.levels) else at_ceiling(plan)
            self._plan, self._page = plan, page
            self._drawn, self._shown = draw(shape, channel, start_ms, span_ms, width, rows - 1), (-1, 0)
        moment = (now_ms // REDRAW_MS, width)
        if moment != self._shown:
            self._shown = moment
            at = min(width - 1, (now_ms - start_ms) * width // span_ms)
            lines = [*with_cursor(self._drawn, at), axis(channel, now_ms, at, width)]
            self.update("\n".join(lines), layout=False)
