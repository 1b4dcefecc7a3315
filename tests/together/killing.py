"""Kill a controller while current flows, and read in the stage's own trace when the last pulse was."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from together.processes import PATIENCE_S, Controller, Device, Launcher, pulses_us

STILL_S = 1.5
"""So long without a pulse, and the last one was the last: a treatment here never rests."""
FLOWING_US = 100_000
"""So late before the strike the trace must tell of current: a treatment here has a pulse each 10 ms [design]."""
GOES_ON_S = 5.0
"""So long after everything was killed it is looked whether it goes on: longer than any dead-man waits."""


class How(StrEnum):
    """What becomes of the controller."""

    KILLED = "killed"
    STOPPED = "stopped"
    """SIGSTOP: it lives and does nothing."""
    BOTH = "both killed"
    """The controller, and its keeper with it."""


@dataclass
class Lit:
    """A device of a family with current on, and its controller."""

    key: str
    device: Device
    controller: Controller

    @classmethod
    def begin(cls, launcher: Launcher, name: str, key: str, *more: str) -> Lit:
        device = launcher.device(f"{name}-device", "pty", "--device", key)
        return cls(key, device, launcher.controller(name, device.url, None, key, *more))

    def strike(self, how: How) -> int:
        """When it was struck, in ns of the monotonic clock; of several devices of one controller, once for all."""
        keeper = keeper_of(self.controller.process.pid)
        if how is How.BOTH and keeper is not None:
            self.controller.send(signal.SIGSTOP)  # it would halt the device as soon as it missed its keeper
            os.kill(keeper, signal.SIGKILL)
        at_ns = time.monotonic_ns()
        self.controller.send(signal.SIGSTOP if how is How.STOPPED else signal.SIGKILL)
        return at_ns

    def in_trace_us(self, at_ns: int) -> int:
        """A time of the monotonic clock in this device's trace."""
        return (at_ns - int(self.device.trace.told()[0]["start"]["monotonic_ns"])) // 1000

    def silent(self, struck_ns: int) -> list[dict[str, Any]]:
        """The trace, as soon as no pulse has come for a while; AssertionError if it goes on.

        A trace is written later than it happens: it counts once it tells of the current that flowed when the controller
        was struck.
        """
        end, flowed_us = time.monotonic() + PATIENCE_S, self.in_trace_us(struck_ns) - FLOWING_US
        while time.monotonic() < end:
            told, now_us = self.device.trace.told(), self.in_trace_us(time.monotonic_ns())
            last_us = max(pulses_us(told), default=0)
            if last_us >= flowed_us and now_us - last_us > STILL_S * 1_000_000:
                return told
            time.sleep(0.1)
        raise AssertionError(f"{self.key} goes on, or its trace does not tell of the current before")

    def goes_on(self, struck_ns: int) -> int:
        """Pulses from `GOES_ON_S` after the strike on, for a second."""
        wanted_us = self.in_trace_us(struck_ns) + int(GOES_ON_S * 1_000_000)
        told = self.device.trace.until(lambda told: told[-1]["t_us"] > wanted_us + 1_000_000)
        return sum(wanted_us < t_us <= wanted_us + 1_000_000 for t_us in pulses_us(told))


def keeper_of(pid: int) -> int | None:
    """The number of the keeper that this process has started, if there is one."""
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal():
            continue
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == pid and b"keeper_program" in (folder / "cmdline").read_bytes():
                return int(folder.name)
        except OSError:
            continue  # it has just ended
    return None
