"""Law: the device lives by the real clock whether or not anybody is connected, and outlives its controller.

Pulse times are computed on the device's own schedule, not on when this loop woke up. With `exit_when_idle_us` the
process ends by itself, but never before its output has been silent for the dead-man time.
"""

import json
import os
import select
import signal
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from types import FrameType
from typing import Protocol

from firmware_sim.device import P24, State
from firmware_sim.sciencemode4.limits import DEAD_MAN_US
from firmware_sim.stage.trace import TraceFile

RUNNING_TICK_US = 10_000
"""Longest wait while pulses are given, so that the trace file keeps up. [design]"""
IDLE_TICK_US = 250_000
"""Longest wait otherwise. [design]"""
NUDGE_US = 5_000
"""Wait before a client that did not read is tried again. [design]"""


class Line(Protocol):
    """What the device is plugged into."""

    url: str

    @property
    def occupied(self) -> bool: ...
    @property
    def unsent(self) -> bool: ...
    def watched(self) -> list[int]: ...
    def read(self) -> bytes: ...
    def write(self, data: bytes) -> None: ...
    def close(self) -> None: ...


class Signals:
    """Turns signals into bytes on a socket, so that the loop wakes up at once. `received` is the first one's name."""

    def __init__(self, ends: Iterable[str], ignored: Iterable[str]) -> None:
        self.received: str | None = None
        self._near, self._far = socket.socketpair()
        self._near.setblocking(False)
        self._far.setblocking(False)
        signal.set_wakeup_fd(self._far.fileno(), warn_on_full_buffer=False)
        if hasattr(signal, "pthread_sigmask"):  # who started us may have blocked them, and a child inherits that
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [getattr(signal, name) for name in ends])
        for name in ignored:
            if hasattr(signal, name):  # SIGHUP does not exist on every system
                signal.signal(getattr(signal, name), signal.SIG_IGN)
        for name in ends:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), self._note)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self.received = self.received or signal.Signals(number).name

    def fileno(self) -> int:
        """What to wait on."""
        return self._near.fileno()


@dataclass(slots=True)
class Server:
    """One device on one line. `start_ns` is the monotonic time that is 0 µs for the device.

    `speed` is how many of its microseconds pass in one of ours: its dead-man and its latencies scale with it.
    """

    device: P24
    line: Line
    signals: Signals
    start_ns: int
    trace: TraceFile | None = None
    exit_when_idle_us: int | None = None
    speed: float = 1.0
    _busy_us: int = 0

    def run(self) -> None:
        """Serve until a signal or idleness ends it. Raises OSError when the trace cannot be written."""
        now_us = self._now_us()
        self._trace_line(now_us, start={"monotonic_ns": self.start_ns, "process": os.getpid(), "line": self.line.url})
        why = None
        while why is None:
            now_us = self._turn(now_us)
            why = self.signals.received or self._idle(now_us)
        self.device.advance(now_us)
        self._trace_line(now_us, end=why)
        self.line.close()

    def _turn(self, now_us: int) -> int:
        """Wait for something to do, do it, and give the time it was done."""
        wait_s = self._wait_us(now_us) / 1e6 / self.speed
        select.select([*self.line.watched(), self.signals.fileno()], [], [], wait_s)
        data = self.line.read()
        now_us = self._now_us()
        if data:
            self.device.receive(data, now_us)
        self.device.advance(now_us)
        self.line.write(self.device.transmit(now_us))
        if data or self.line.occupied:
            self._busy_us = now_us
        return now_us

    def _wait_us(self, now_us: int) -> int:
        tick_us = RUNNING_TICK_US if self.device.state is State.ML_RUN else IDLE_TICK_US
        if self.line.unsent:
            tick_us = NUDGE_US
        due_us = self.device.next_due_us()
        return tick_us if due_us is None else min(tick_us, max(0, due_us - now_us))

    def _idle(self, now_us: int) -> str | None:
        """Why to end now: nobody there for long enough, and the output silent for the dead-man time."""
        if self.exit_when_idle_us is None or now_us - self._busy_us < self.exit_when_idle_us:
            return None
        last_us = self.device.stage.last_pulse_us
        silent = last_us is None or now_us - last_us >= DEAD_MAN_US
        return "idle" if silent and not self.device.active_channels else None

    def _now_us(self) -> int:
        return int((time.monotonic_ns() - self.start_ns) * self.speed) // 1000

    def _trace_line(self, now_us: int, **fields: object) -> None:
        if self.trace is not None:
            self.trace.write_line(json.dumps({"t_us": now_us, **fields}, separators=(",", ":")))
