"""Law: the device lives by the real clock whether or not anybody is connected, and outlives its controller.

Pulse times are computed on the device's own schedule, not on when this loop woke up. With `exit_when_idle_us` the
process ends by itself, but never before its output has been silent for the dead-man time. The backdoor has a port of
its own and is served between two turns, so no client of it can meet the device in the middle of one.
"""

import json
import os
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, Protocol

from firmware_sim.backdoor.port import Port
from firmware_sim.simulator import Simulator
from firmware_sim.stage.trace import TraceFile

RUNNING_TICK_US = 10_000
"""Longest wait while pulses are given, so that the trace file keeps up. [design]"""
IDLE_TICK_US = 250_000
"""Longest wait otherwise. [design]"""
SILENT_US = 2_000_000
"""How long the output of a device without a dead-man has been silent before the process may end. [design]"""
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
    def unplug(self) -> None: ...
    def plug(self) -> None: ...
    def close(self) -> None: ...


class Ending(Protocol):
    """Why to end, and something that can be waited on for it."""

    received: str | None

    def fileno(self) -> int: ...


class Request:
    """An end that another thread asks for."""

    def __init__(self) -> None:
        self.received: str | None = None
        self._near, self._far = socket.socketpair()

    def end(self, why: str) -> None:
        """End the loop, soon."""
        self.received = why
        self._far.send(b"x")

    def fileno(self) -> int:
        """What to wait on."""
        return self._near.fileno()

    def close(self) -> None:
        """Nobody waits any more."""
        self._near.close()
        self._far.close()


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

    `speed` is how many of its microseconds pass in one of ours: its dead-man and its latencies scale with it. Whoever
    else touches the simulator holds `lock`. `announce` is told the line's address when it has become another.
    """

    simulator: Simulator
    line: Line
    signals: Ending
    start_ns: int
    trace: TraceFile | None = None
    exit_when_idle_us: int | None = None
    speed: float = 1.0
    backdoor: Port | None = None
    lock: AbstractContextManager[Any] = field(default_factory=threading.RLock)
    announce: Callable[[str], None] = lambda _: None
    _busy_us: int = 0

    def run(self) -> None:
        """Serve until a signal or idleness ends it. Raises OSError when the trace cannot be written."""
        now_us = self.now_us()
        self._trace_line(now_us, start={"monotonic_ns": self.start_ns, "process": os.getpid(), "line": self.line.url})
        why = None
        while why is None:
            now_us = self._turn(now_us)
            why = self.signals.received or self._idle(now_us)
        with self.lock:
            now_us = max(now_us, self.simulator.now_us)
            self.simulator.advance(now_us)
            self._trace_line(now_us, end=why)
        self.line.close()
        if self.backdoor is not None:
            self.backdoor.close()

    def _turn(self, now_us: int) -> int:
        """Wait for something to do, do it, and give the time it was done."""
        wait_s = self._wait_us(now_us) / 1e6 / self.speed
        port = self.backdoor
        waits = [*self.line.watched(), self.signals.fileno(), *(port.watched() if port else ())]
        select.select(waits, [], [], wait_s)
        with self.lock:
            data = self.line.read()
            now_us = self.now_us()
            self._live(data, now_us)
            if port is not None:
                port.turn()
                self._connect()  # a fault put in just now may be about the line
        if data or self.line.occupied:
            self._busy_us = now_us
        return now_us

    def _live(self, data: bytes, now_us: int) -> None:
        if data:
            self.simulator.receive(data, now_us)
        self.simulator.advance(now_us)
        told = self.simulator.transmit(now_us)
        if not self.simulator.line_up:
            self.line.write(told)  # what arrived before the line went
            told = b""
        self._connect()
        self.line.write(told)

    def _connect(self) -> None:
        """The line as the simulator has it: there, or gone."""
        if not self.simulator.line_up:
            self.line.unplug()
            return
        before = self.line.url
        self.line.plug()
        if self.line.url != before:
            self.announce(self.line.url)

    def _wait_us(self, now_us: int) -> int:
        tick_us = RUNNING_TICK_US if self.simulator.active_channels else IDLE_TICK_US
        if self.line.unsent or (self.backdoor is not None and self.backdoor.busy):
            tick_us = NUDGE_US
        due_us = (self.simulator.next_due_us(), self.simulator.next_change_us())
        return min([tick_us, *(max(0, one - now_us) for one in due_us if one is not None)])

    def _idle(self, now_us: int) -> str | None:
        """Why to end now: nobody there for long enough, and the output silent for the dead-man time."""
        if self.exit_when_idle_us is None or now_us - self._busy_us < self.exit_when_idle_us:
            return None
        last_us = self.simulator.stage.last_pulse_us
        silent = last_us is None or now_us - last_us >= (self.simulator.device.model.dead_man_us or SILENT_US)
        return "idle" if silent and not self.simulator.active_channels else None

    def now_us(self) -> int:
        """The device's time now, by the real clock."""
        return int((time.monotonic_ns() - self.start_ns) * self.speed) // 1000

    def _trace_line(self, now_us: int, **fields: object) -> None:
        if self.trace is not None:
            self.trace.write_line(json.dumps({"t_us": now_us, **fields}, separators=(",", ":")))
