"""What a stimulator can do, as data: plans round to it, screens show it, each family's driver states it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Limits of one stimulator model; every number of a driver's instance carries its source beside it."""

    model: str
    channels: int
    max_amplitude_ua: int
    amplitude_step_ua: int
    min_phase_us: int
    max_phase_us: int
    min_period_us: int
    max_period_us: int
    period_grid_us: int
    max_points: int
    pulse_overhead_us: int
    """Lead and reserve the current source needs around each pulse when channels share it, in µs."""
    watchdog_ms: int
    """The device silences itself this long after the last renewing request; 0 = it never does."""
    electrode_floor_ua: int
    """Below this amplitude an electrode that is off is not noticed: the answer is "cannot tell", never "ok"."""
    emergency_stop: bool

    def longer_period_us(self, wanted_us: int) -> int:
        """The next period on the device's grid that is not shorter than `wanted_us`: frequencies round down."""
        return max(self.min_period_us, -(-wanted_us // self.period_grid_us) * self.period_grid_us)
