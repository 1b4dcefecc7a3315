"""One pulse drawn in text, from the very points that would be sent at the most its level may be.

Time goes from left to right and current up and down, both to scale but for one thing: no phase is narrower than a
column, so that a short first phase before a long second one is still seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core.plan import Plan
from nmes.core.waveform import Point
from nmes.language import _
from nmes.ui.numbers import ma

_COLUMNS: Final = 40
"""As wide as a pulse is drawn; more tells nothing more. [design]"""
_LEAD: Final = 2
"""Columns of zero before and after it."""
_DOWN: Final = " ▔▀█"
"""How deep the second phase goes: hardly, half, all of the first one's current."""


def pulses(plan: Plan, width: int) -> Iterator[str]:
    """Every different pulse of the plan: a row above zero, zero, a row below, and its numbers."""
    step_ua = plan.capabilities.amplitude_step_ua
    drawn: dict[tuple[Point, ...], None] = {}
    for made in plan.delivered:
        drawn[plan.waveforms[made.slot.waveform].points(made.ceiling_ua, step_ua)] = None
    for points in drawn:
        if points:
            yield from _drawn(points, max(10, min(width, _COLUMNS) - 2 * _LEAD))
            yield from _told(points)


def _drawn(points: tuple[Point, ...], columns: int) -> Iterator[str]:
    whole_us, peak_ua = sum(lasts_us for lasts_us, _ua in points), points[0][1]
    up, zero, down = "", "", ""
    for lasts_us, current_ua in points:
        wide = max(1, columns * lasts_us // whole_us)
        up += ("█" if current_ua > 0 else " ") * wide
        zero += ("─" if current_ua == 0 else " ") * wide
        down += (_DOWN[_depth(-current_ua, peak_ua)] if current_ua < 0 else " ") * wide
    lead, flat = " " * _LEAD, "─" * _LEAD
    yield f"{lead}{up}".rstrip()
    yield f"{flat}{zero}{flat}"
    yield f"{lead}{down}".rstrip()


def _depth(down_ua: int, peak_ua: int) -> int:
    if down_ua * 4 >= peak_ua * 3:
        return 3
    return 2 if down_ua * 4 >= peak_ua else 1


def _told(points: tuple[Point, ...]) -> Iterator[str]:
    first, second = points[0], points[-1]
    gap_us = points[1][0] if len(points) == len(("first", "gap", "second")) else 0
    yield _("first phase {phase} µs at {most} mA").format(phase=first[0], most=ma(first[1]))
    yield _("gap {gap} µs, then {phase} µs at {most} mA the other way").format(
        gap=gap_us, phase=second[0], most=ma(-second[1])
    )
