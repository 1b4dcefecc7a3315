"""What a channel plays in words: bursts, sweeps and steps are named as such, so that nobody takes their silences or
changes for a fault."""

from __future__ import annotations

from nmes.core.course import Course
from nmes.core.plan import Plan
from nmes.ui.numbers import hz, seconds


def pulse_words(course: Course) -> str:
    """`bursts of 7 pulses at 100 Hz, 2 a second`, `sweeps 65 to 100 Hz, 6 s`; "" for a steady train."""
    base = course.base
    if base.burst_pulses:
        rate = hz(1_000_000 // base.burst_period_ms)
        return f"bursts of {base.burst_pulses} pulses at {_rate(base.period_us)} Hz, {rate} a second"
    said = [*_rates(course), *_durations(course)]
    return " and ".join(said)


def _rates(course: Course) -> list[str]:
    periods = course.periods
    if not periods.cycle_ms:
        return []
    slow, fast = _rate(max(periods.values)), _rate(min(periods.values))
    if len(periods.values) == 2:
        return [f"{slow} Hz and {fast} Hz in turn, {seconds(periods.step_ms)} s each"]
    return [f"sweeps {slow} to {fast} Hz, there and back in {seconds(periods.cycle_ms)} s"]


def _durations(course: Course) -> list[str]:
    phases = course.phases
    if not phases.cycle_ms:
        return []
    return [f"phase {min(phases.values)} to {max(phases.values)} µs, there and back in {seconds(phases.cycle_ms)} s"]


def _rate(period_us: int) -> str:
    return hz(round(1_000_000_000 / period_us))


def step_words(plan: Plan, t_ms: int) -> str:
    """`step 3 of 19: 8 Hz` of a stepped test; "" elsewhere."""
    now = plan.stage_at(t_ms)
    steps = [stage for stage in plan.stages if stage.step_mhz is not None]
    if now.step_mhz is None:
        return ""
    return f"step {steps.index(now) + 1} of {len(steps)}: {hz(now.step_mhz)} Hz"


def course_of(plan: Plan, channel: int, t_ms: int) -> Course | None:
    """What a channel plays at a plan time."""
    return next((at.course for at in plan.at(t_ms) if at.channel == channel), None)
