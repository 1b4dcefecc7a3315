"""A controller in its own loop on the real clock, with the simulated device in this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from firmware_sim.device import P24
from helpers.plans import simple_plan
from nmes.core import events as e
from nmes.core.session import begin
from nmes.core.view import View, Word
from nmes.devices.sciencemode4.driver import P24Driver
from nmes.guard.clock import boottime_us
from nmes.record.sink import Post, RecordSink
from nmes.runtime.clock import RealClock
from nmes.runtime.loop import Loop
from nmes.runtime.open import open_memory
from nmes.runtime.turn import Controller

WAIT_S = 40


@dataclass
class RealLine:
    """The simulated device on the computer's clock."""

    device: P24 = field(default_factory=P24)
    began_us: int = field(default_factory=boottime_us)
    go: threading.Event = field(default_factory=threading.Event)
    """While this is not set a read does not come back."""
    stuck: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go.set()

    def _now_us(self) -> int:
        return boottime_us() - self.began_us

    def from_host(self, data: bytes) -> None:
        self.device.receive(data, self._now_us())

    def to_host(self) -> bytes:
        if not self.go.is_set():
            self.stuck.set()
            assert self.go.wait(WAIT_S)
        time.sleep(0.001)  # as a port would wait
        return self.device.transmit(self._now_us())


class Desk:
    """A loop that runs, with its device, its record and its controller. `with` ends it whatever was found: a loop that
    goes on takes turns with whoever writes down what failed, which then took minutes on a busy computer.
    """

    def __init__(self, make_sink: Callable[[Post], RecordSink]) -> None:
        self.line = RealLine()
        guard, self.port = open_memory(self.line, boottime_us)
        told: list[Controller] = []

        def tell(event: e.Record) -> None:
            told[0].tell(event)

        sink = make_sink(tell)
        self.controller = Controller(begin(simple_plan(), ()), P24Driver(), guard, sink, RealClock(), 600_000)
        told.append(self.controller)
        self.loop = Loop(self.controller)
        self.loop.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.line.go.set()
        self.controller.leave()
        self.loop.join(WAIT_S)

    def until(self, condition: Callable[[View], bool]) -> None:
        end = time.monotonic() + WAIT_S
        while not condition(self.controller.view):
            assert time.monotonic() < end, self.controller.view.word
            self.controller.heartbeat()
            time.sleep(0.002)

    def live(self) -> None:
        """Half a milliampere in titration."""
        self.until(lambda view: view.word is Word.SCREENING)
        self.controller.post(e.Screened((), "Ada"))
        self.controller.post(e.Placed())
        self.until(lambda view: view.word is Word.READY)
        self.controller.post(e.Titrate(1, 0, self.controller.view.epoch))
        self.until(lambda view: view.word is Word.TITRATING)
        self.controller.post(e.Increase(1, self.controller.view.epoch))
        self.until(lambda view: view.channels[0].confirmed_ua == 500)
