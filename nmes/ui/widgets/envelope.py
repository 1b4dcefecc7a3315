"""The envelope of a treatment drawn in text: amplitude over time, from the plan itself, with a cursor at now."""

from __future__ import annotations

from textual.widgets import Static

from nmes.core.plan import Plan
from nmes.ui.numbers import clock

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_ZERO = "_"
PAST = 3
"""One part in this many of the window lies before the cursor."""


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


class Envelope(Static):
    """The envelope around now: the cursor stands still, time moves under it."""

    DEFAULT_CSS = "Envelope { height: 4; color: $accent; }"

    def show(self, plan: Plan, channel: int, now_ms: int) -> None:
        """`now_ms` is plan time."""
        width = self.size.width
        if width < 10 or self.size.height < 2:
            return
        shape = plan if any(slot.channel == channel for slot, _ in plan.levels) else at_ceiling(plan)
        span_ms = window_ms(plan, now_ms) * 3 // 2
        before = width // PAST
        rows = draw(shape, channel, now_ms - span_ms * before // width, span_ms, width, self.size.height - 1)
        self.update("\n".join([*rows, self._axis(now_ms, before, width)]), layout=False)

    def _axis(self, now_ms: int, before: int, width: int) -> str:
        label = f"▲ now {clock(now_ms)}"
        return (" " * before + label)[:width]
