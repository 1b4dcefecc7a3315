"""Encoders whose units are wrong, or the shape of whose pulses is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from guard.rig import Points

from laws.encoders.mistake import Mistake, Values
from laws.encoders.wanted import Wave, clipped

# --- units ---


def _times(factor: int) -> Values:
    return lambda want: replace(want, amplitude_ua=want.amplitude_ua * factor)


def _wave(change: Callable[[Wave], Wave]) -> Values:
    return lambda want: replace(want, wave=change(want.wave))


def _at_most_130(points: Points) -> Points:
    return clipped(points, 130_000)


UNITS = {
    "a tenth too much": Mistake(
        "level", values=lambda want: replace(want, amplitude_ua=-(-want.amplitude_ua * 11 // 5_000) * 500)
    ),
    "three steps too much": Mistake(
        "level", values=lambda want: replace(want, amplitude_ua=min(130_000, want.amplitude_ua + 1_500))
    ),
    "twice": Mistake("level", values=_times(2), shape=clipped),
    "ten times": Mistake("level", values=_times(10), shape=_at_most_130),
    "ten times, overflowing": Mistake("level", values=_times(10)),
    "a hundred times": Mistake("level", values=_times(100), shape=_at_most_130),
    "a hundred times, overflowing": Mistake("level", values=_times(100)),
    "mA for µA": Mistake("level", values=_times(1000), shape=_at_most_130),
    "µA for mA": Mistake(values=lambda want: replace(want, amplitude_ua=max(500, want.amplitude_ua // 500_000 * 500))),
    "sign flipped": Mistake("pulse", shape=lambda points: [(us, -ua) for us, ua in points]),
    "code without its zero": Mistake(shape=lambda points: [(us, ua - 150_000) for us, ua in points]),
    "code with its zero twice": Mistake(shape=lambda points: [(us, ua + 150_000) for us, ua in points]),
    "phase twice": Mistake("charge", values=_wave(lambda w: replace(w, phase_us=2 * w.phase_us))),
    "phase ten times": Mistake(
        "charge", values=_wave(lambda w: replace(w, phase_us=min(4095, 10 * w.phase_us))), shape=clipped
    ),
    "phase, µs for ms": Mistake("charge", shape=lambda points: clipped([(1000 * us, ua) for us, ua in points])),
    "phase, ms for µs": Mistake(shape=lambda points: [(us // 1000, ua) for us, ua in points]),
    "period, ms for µs": Mistake("rate", values=_wave(lambda w: replace(w, period_us=max(1000, w.period_us // 1000)))),
    "period half": Mistake("rate", values=_wave(lambda w: replace(w, period_us=w.period_us // 2))),
    "period ten times shorter": Mistake("rate", values=_wave(lambda w: replace(w, period_us=w.period_us // 10))),
    "period ten times longer": Mistake(values=_wave(lambda w: replace(w, period_us=w.period_us * 10))),
    "ratio turned round": Mistake(
        "level", shape=lambda points: clipped([points[0], *((us, ua * 8) for us, ua in points[1:])], 130_000)
    ),
}


# --- shape ---


def _spiked(points: Points) -> Points:
    (first_us, first_ua), *rest = points
    return [(10, min(130_000, 4 * first_ua)), (first_us - 40, first_ua), *rest]


SHAPES = {
    "never back": Mistake("balance", shape=lambda points: points[:1]),
    "back in the same direction": Mistake("balance", shape=lambda points: [(us, abs(ua)) for us, ua in points]),
    "backwards": Mistake("pulse", shape=lambda points: points[::-1]),
    "pulse doubled": Mistake("pulse", shape=lambda points: [*points, *points]),
    "a spike ahead": Mistake("level", shape=_spiked),
    "a longer gap": Mistake(values=_wave(lambda w: replace(w, gap_us=w.gap_us + 50))),
}
