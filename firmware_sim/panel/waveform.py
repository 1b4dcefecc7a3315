"""The last pulse of a channel as text: current and voltage over time, with its phases in numbers.

Pure: a Waveform and a size in, rows out. The current is what crossed the skin, the numbers beside it what was set.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from firmware_sim.panel.braille import plot
from firmware_sim.panel.person import cut
from firmware_sim.panel.state import Channel, Waveform
from firmware_sim.panel.words import ma

SIDE_BY_SIDE: Final = 70
"""Columns from which on current and voltage stand beside each other. [design]"""
GUTTER: Final = 8
"""Columns left of the curve: its scale."""
SCALES: Final = (1, 2, 5, 10, 20, 30, 40, 60, 80, 100, 120, 150)
"""Full scales in mA and V; the device ends at 130 mA and 150 V. [design]"""


def draw(wave: Waveform | None, channel: Channel, width: int, height: int) -> list[str]:
    """At most `height` rows of at most `width` characters."""
    if wave is None or not wave.currents_ua:
        return wrap(f"Channel {channel.channel}: no pulse yet. Choose a channel with 1 to 8 or a click.", width)
    head = [cut(line, width) for line in (*wrap(phases(wave), width)[:2], *_figures(wave, channel, width))]
    room = height - len(head)
    if width >= SIDE_BY_SIDE:
        half = (width - 2) // 2
        pair = zip(_current(wave, half, room), _voltage(wave, half, room), strict=True)
        return [*head, *(f"{left}  {right}" for left, right in pair)]
    upper = room // 2
    return [*head, *_current(wave, width, upper), *_voltage(wave, width, room - upper)]


def phases(wave: Waveform) -> str:
    """`Ch 1 set: +40 mA 300 µs, gap 100 µs, -40 mA 300 µs`."""
    parts = [f"{ua / 1000:+g} mA {us} µs" if ua else f"gap {us} µs" for us, ua in wave.points]
    if len(parts) > 4:
        parts = [*parts[:4], f"and {len(parts) - 4} more"]
    return f"Ch {wave.channel} set: {', '.join(parts)}"


def _figures(wave: Waveform, channel: Channel, width: int) -> list[str]:
    """What flowed: peak, charge of each direction, net, and the voltages; on two rows where one is too short."""
    peak = max(wave.currents_ua, key=abs)
    volts = max(abs(mv) for mv in (*wave.voltages_mv, channel.end_voltage_mv)) / 1000
    there = sum(pc for pc in wave.charge_pc if pc > 0) / 1e6
    back = sum(pc for pc in wave.charge_pc if pc < 0) / 1e6
    charge = f", {there:+.2f} {back:+.2f} µC, net {there + back:+.3f} µC" if wave.charge_pc else ""
    current = f"flowed {ma(peak)} mA{charge}"
    voltage = f"peak {volts:.1f} V, end {channel.end_voltage_mv / 1000:.1f} V"
    together = f"{current}, {voltage}"
    return [together] if len(together) <= width else [current, voltage]


def _current(wave: Waveform, width: int, height: int) -> list[str]:
    most = max((abs(ua) for ua in (*wave.currents_ua, *(ua for _, ua in wave.points))), default=0) / 1000
    return _framed("mA", [ua / 1000 for ua in wave.currents_ua], full_scale(most), _duration_us(wave), width, height)


def _voltage(wave: Waveform, width: int, height: int) -> list[str]:
    most = max((abs(mv) for mv in wave.voltages_mv), default=0) / 1000
    return _framed("V", [mv / 1000 for mv in wave.voltages_mv], full_scale(most), _duration_us(wave), width, height)


def full_scale(most: float) -> int:
    """The next round number, so that the scale stands still while the curve moves."""
    return next((scale for scale in SCALES if most <= scale), round(most + 0.5))


def _duration_us(wave: Waveform) -> int:
    return sum(us for us, _ in wave.points) or round(wave.sampling_us * len(wave.currents_ua))


def _framed(unit: str, values: Sequence[float], most: int, end_us: int, width: int, height: int) -> list[str]:
    """The curve with its scale at the left and its time below; every row is `width` wide."""
    rows = height - 1
    if rows < 1:
        return []
    curve = plot(values, width - GUTTER, rows, -most, most)
    marks = {0: f"+{most} {unit}", rows - 1: f"-{most} {unit}"}
    if rows > 2:
        marks[rows // 2] = "0"
    lines = [f"{marks.get(row, ''):>{GUTTER - 1}} {text}" for row, text in enumerate(curve)]
    below = f"{'0':<{max(1, width - GUTTER - len(str(end_us)) - 3)}}{end_us} µs"
    return [*lines, f"{'':{GUTTER}}{below}".ljust(width)[:width]]
