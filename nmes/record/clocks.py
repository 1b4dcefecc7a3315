"""The clocks a record is stamped with, passed in: the wall clock informs, the monotonic one orders."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nmes.record.chain import Stamp

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""CLOCK_BOOTTIME counts suspended time too, where there is one."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`utc_ms`: ms since 1970; `mono_ns`: ns, never going back while `boot_id` stays the same."""

    utc_ms: Callable[[], int]
    mono_ns: Callable[[], int]
    boot_id: str

    def stamp(self) -> Stamp:
        """Now."""
        return Stamp(self.utc_ms(), self.mono_ns())


def system_clocks(boot_id: Path = _BOOT_ID) -> Clocks:
    """The computer's own clocks. Without a boot id of the system a random one stands for this run of the program."""
    try:
        boot = boot_id.read_text().strip()
    except OSError:
        boot = str(uuid.uuid4())
    return Clocks(lambda: time.time_ns() // 1_000_000, lambda: time.clock_gettime_ns(_STEADY), boot)
