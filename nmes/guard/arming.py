"""What may be armed at all: plain numbers against the ceilings, before anything that was confirmed is believed."""

from __future__ import annotations

from nmes.guard.burst import is_burst
from nmes.guard.ceilings import Ceilings
from nmes.guard.state import Armed


def may_arm(armed: Armed, limit: Ceilings) -> bool:
    """Whether every number lies within the ceilings, a sweep goes the right way round, and bursts are bursts."""
    return (
        0 < armed.level_ua <= limit.max_amplitude_ua
        and armed.ramp_ms >= limit.min_ramp_ms
        and 0 < armed.pad_mm2 <= limit.max_pad_mm2
        and 0 < armed.phase_us <= limit.max_phase_us
        and 0 <= armed.gap_us <= limit.max_gap_us
        and 1 <= armed.ratio <= limit.max_ratio
        and limit.min_period_us <= armed.period_us <= limit.max_period_us
        and armed.phase_us <= armed.widest_us <= limit.max_phase_us
        and armed.period_us <= armed.slowest_us <= limit.max_period_us
        and is_burst(armed, limit)
    )
