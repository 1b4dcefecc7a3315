"""Units inside the program: integers in the smallest unit a device knows, the unit in the name.

`amplitude_ua` (µA), `phase_us` and `period_us` (µs), `time_ms` (ms), `charge_nc` (nC), `area_mm2` (mm²),
`frequency_mhz` (millihertz). Human units live in protocol files, on screens and in reports only.
"""

from __future__ import annotations


def floor_to_step(value: int, step: int) -> int:
    """The largest multiple of `step` not above `value` (both >= 0, same unit): amplitudes round down, always."""
    if value < 0 or step <= 0:
        raise ValueError(f"value {value} must not be negative and step {step} must be positive")
    return value - value % step


def frequency_mhz(period_us: int) -> int:
    """The frequency of a period, in mHz, rounded down; `period_us` > 0."""
    return 1_000_000_000 // period_us


def charge_nc(amplitude_ua: int, duration_us: int) -> int:
    """Charge in nC of a rectangular phase: 1 µA for 1 µs is 1 pC; rounded down."""
    return amplitude_ua * duration_us // 1000
