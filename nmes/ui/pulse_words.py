"""What a channel plays in words: bursts, sweeps and steps are named as such, so that nobody takes their silences or
changes for a fault."""

from __future__ import annotations

from nmes.core.course import Course
from nmes.core.plan import Plan
from nmes.language import _
from nmes.ui.numbers import hz, seconds


def pulse_words(course: Course, rate_doubt: str = "", phase_doubt: str = "") -> str:
    """`100 Hz in bursts of 7 pulses, 2 a second`, `sweeps 65 to 100 Hz, 6 s`; "" for a steady train.

    The marks of doubt stand where the frequency and the duration of a phase are told.
    """
    base = course.base
    if base.burst_pulses:
        rate = hz(1_000_000 // base.burst_period_ms)
        said = _("{hz} Hz in bursts of {pulses} pulses, {rate} a second{doubt}")
        return said.format(hz=_rate(base.period_us), pulses=base.burst_pulses, rate=rate, doubt=rate_doubt)
    told = [*(f"{rate}{rate_doubt}" for rate in _rates(course)), *_durations(course, phase_doubt)]
    return _("{first} and {second}").format(first=told[0], second=told[1]) if len(told) == 2 else "".join(told)


def _rates(course: Course) -> list[str]:
    periods = course.periods
    if not periods.cycle_ms:
        return []
    slow, fast = _rate(max(periods.values)), _rate(min(periods.values))
    if len(periods.values) == 2:
        said = _("{slow} Hz and {fast} Hz in turn, {time} s each")
        return [said.format(slow=slow, fast=fast, time=seconds(periods.step_ms))]
    said = _("sweeps {slow} to {fast} Hz, there and back in {time} s")
    return [said.format(slow=slow, fast=fast, time=seconds(periods.cycle_ms))]


def _durations(course: Course, doubt: str) -> list[str]:
    phases = course.phases
    if not phases.cycle_ms:
        return []
    said = _("phase {short} to {long} µs{doubt}, there and back in {time} s")
    short, long = min(phases.values), max(phases.values)
    return [said.format(short=short, long=long, doubt=doubt, time=seconds(phases.cycle_ms))]


def _rate(period_us: int) -> str:
    return hz(round(1_000_000_000 / period_us))


def step_words(plan: Plan, t_ms: int) -> str:
    """`step 3 of 19: 8 Hz` of a stepped test; "" elsewhere."""
    now, step = plan.stage_at(t_ms), step_of(plan, t_ms)
    if step is None or now.step_mhz is None:
        return ""
    return _("step {number} of {all}: {hz} Hz").format(number=step[0], all=step[1], hz=hz(now.step_mhz))


def step_of(plan: Plan, t_ms: int) -> tuple[int, int] | None:
    """Which train of a stepped test it is, of how many; one train a step, its rest included. None elsewhere."""
    now = plan.stage_at(t_ms)
    steps = [stage for stage in plan.stages if stage.step_mhz is not None]
    return (steps.index(now) + 1, len(steps)) if now.step_mhz is not None else None


def course_of(plan: Plan, channel: int, t_ms: int) -> Course | None:
    """What a channel plays at a plan time."""
    return next((at.course for at in plan.at(t_ms) if at.channel == channel), None)
