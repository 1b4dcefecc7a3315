"""The clocks a record is stamped with, passed in: the wall clock informs, the monotonic one orders.

A wall clock that is set while a session runs would make its times of day contradict its durations without a trace.
So every jump of the one against the other is told by an entry of its own, before the entry where it shows.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nmes.record.chain import Stamp

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""CLOCK_BOOTTIME counts suspended time too, where there is one."""
_NAMES = ("CLOCK_REALTIME", "CLOCK_BOOTTIME" if hasattr(time, "CLOCK_BOOTTIME") else "CLOCK_MONOTONIC")
LAST_UTC_MS: Final = (2**63 - 1) // 1_000_000
"""In the year 2262 a clock of 64 bits of nanoseconds ends; a clock set to a later day is told as that moment."""
STEP_MS: Final = 2000
"""A jump of the wall clock longer than this between two entries is told; a shorter one may be a slow reading [design].
"""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`utc_ms`: ms since 1970; `mono_ns`: ns, never going back while `boot_id` stays the same. `names`: of both."""

    utc_ms: Callable[[], int]
    mono_ns: Callable[[], int]
    boot_id: str
    names: tuple[str, str] = ("virtual", "virtual")

    def stamp(self) -> Stamp:
        """Now."""
        return Stamp(self.utc_ms(), self.mono_ns())


def jump_ms(before: Stamp | None, now: Stamp) -> int:
    """By how much the wall clock jumped between two entries, forwards or back; 0 for less than `STEP_MS`."""
    if before is None:
        return 0
    by_ms = now.utc_ms - before.utc_ms - (now.mono_ns - before.mono_ns) // 1_000_000
    return by_ms if abs(by_ms) > STEP_MS else 0


def system_clocks(boot_id: Path = _BOOT_ID) -> Clocks:
    """The computer's own clocks. Without a boot id of the system a random one stands for this run of the program."""
    try:
        boot = boot_id.read_text().strip()
    except OSError:
        boot = str(uuid.uuid4())
    return Clocks(_utc_ms, lambda: time.clock_gettime_ns(_STEADY), boot, _NAMES)


def _utc_ms() -> int:
    try:
        return time.time_ns() // 1_000_000
    except OverflowError:
        return LAST_UTC_MS
