"""The guard's own clock: it counts the time the computer slept, so that a resumed laptop knows how long it was away."""

from __future__ import annotations

import time

_CLOCK = getattr(time, "CLOCK_BOOTTIME", None)


def boottime_us() -> int:
    """Microseconds since some fixed moment, never backwards; sleep is counted where the system can (Linux)."""
    if _CLOCK is None:
        return time.monotonic_ns() // 1000
    return time.clock_gettime_ns(_CLOCK) // 1000
