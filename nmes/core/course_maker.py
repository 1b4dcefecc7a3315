"""Makes the course of a channel in a stage from what the protocol asks: on the device's grid, rounded like every rate.

Separate from `course`, which knows no protocol. A sweep is straight in hertz, not in milliseconds from pulse to pulse.
"""

from __future__ import annotations

from dataclasses import replace

from nmes.core.capabilities import Capabilities
from nmes.core.course import STEP_MS, Course, Steps, triangle
from nmes.core.delivery import period_asked_us, realised
from nmes.core.protocol import PulseShape, Stage
from nmes.core.protocol_stage import AlternatingFrequency, SweepFrequency

SPARE_MS = 100
"""By so much a step outlasts a period: poll, update and a turn of the controller. [design]"""


def course_of(shape: PulseShape, stage: Stage, ctf_mhz: int | None, device: Capabilities) -> Course:
    """What one channel plays in this stage. Not for a stepped stage, which is one course a step."""
    base = realised(shape, stage.frequency_mhz(ctf_mhz), device)
    if stage.burst is not None:
        base = replace(base, burst_pulses=stage.burst.pulses, burst_period_ms=stage.burst.period_ms)
    course = Course(base, _periods(stage, base.period_us, device), _phases(stage, base.phase_us, base.period_us))
    return replace(course, base=course.strongest)


def _periods(stage: Stage, steady_us: int, device: Capabilities) -> Steps:
    match stage.frequency_hz:
        case SweepFrequency(from_mhz=first, to_mhz=last, sweep_ms=sweep_ms):
            asked_mhz = triangle(first, last, sweep_ms, _step_ms(_period_us(min(first, last), device)))
        case AlternatingFrequency(first_mhz=first, second_mhz=second, each_ms=each_ms):
            asked_mhz = Steps((first, second), each_ms)
        case _:  # everything else is one rate throughout
            return Steps((steady_us,))
    return Steps(tuple(_period_us(mhz, device) for mhz in asked_mhz.values), asked_mhz.step_ms)


def _phases(stage: Stage, steady_us: int, period_us: int) -> Steps:
    sweep = stage.phase_sweep
    if sweep is None:
        return Steps((steady_us,))
    return triangle(sweep.low_us, sweep.high_us, sweep.sweep_ms, _step_ms(period_us))


def _period_us(mhz: int, device: Capabilities) -> int:
    return device.longer_period_us(period_asked_us(mhz))


def _step_ms(longest_period_us: int) -> int:
    """No update leaves sooner than a period after the last: a shorter step would be skipped, and never be felt."""
    return max(STEP_MS, longest_period_us // 1000 + SPARE_MS)
