"""A bench: one device in memory, frames in by name, replies out as (command, packet number, data)."""

from dataclasses import dataclass

import pytest

from firmware_sim.device import P24, Stage, Switches
from firmware_sim.sciencemode4 import framing

MS, S = 1_000, 1_000_000


def point(us: int, ma: float) -> bytes:
    return (us << 20 | int(2 * ma + 300) << 10).to_bytes(4, "big")


def biphasic(ma: float, us: int = 300, gap_us: int = 100) -> list[tuple[int, float]]:
    return [(us, ma), (gap_us, 0), (us, -ma)]


@dataclass(frozen=True)
class Ch:
    """One channel of an update."""

    ma: float = 20
    period_ms: float = 20
    us: int = 300
    ramp: int = 0
    quarter: bool = False
    points: tuple[tuple[int, float], ...] | None = None

    def encode(self) -> bytes:
        points = self.points or tuple(biphasic(self.ma, self.us))
        code = round(self.period_ms * (4 if self.quarter else 2)) << 1 | self.quarter
        head = bytes(((len(points) - 1) << 4 | self.ramp,)) + code.to_bytes(2, "big")
        return head + b"".join(point(us, ma) for us, ma in points)


@dataclass(frozen=True)
class Reply:
    command: int
    number: int
    data: bytes

    @property
    def result(self) -> int:
        return self.data[0]


class Bench:
    """Replies are collected as soon as they are queued; `late_replies` keeps them in the device instead."""

    Ch = Ch

    def __init__(self, switches: Switches | None = None, loads=None, **more) -> None:
        self.device = P24(switches or Switches(), Stage(loads), **more)
        self.now_us = 0
        self._number = 0

    def raw(self, data: bytes, at_us: int | None = None) -> bytes:
        if at_us is not None:
            self.now_us = at_us
        self.device.receive(data, self.now_us)
        return self.device.transmit(10**15)

    def send(self, command: int, data: bytes = b"", at_us: int | None = None) -> Reply | None:
        self._number = (self._number + 1) % 64
        answer = framing.Receiver().feed(self.raw(framing.encode(self._number, command, data), at_us))
        if not answer:
            return None
        (frame,) = answer
        return Reply(frame.command, frame.packet_number, frame.data)

    def init(self, stop_all: bool = True, at_us: int | None = None) -> Reply:
        return self.send(30, bytes((stop_all,)), at_us)

    def update(self, channels: dict[int, Ch] | None = None, at_us: int | None = None) -> Reply:
        channels = channels or {}
        enabled = sum(1 << channel - 1 for channel in channels)
        body = b"".join(channels[channel].encode() for channel in sorted(channels))
        return self.send(32, bytes((enabled,)) + body, at_us)

    def poll(self, at_us: int | None = None, selector: int = 4) -> Reply:
        return self.send(36, bytes((selector,)), at_us)

    def stop(self, at_us: int | None = None) -> Reply:
        return self.send(34, b"", at_us)

    def status(self) -> tuple[int, int]:
        """State number and voltage code."""
        return tuple(self.send(62).data[1:])

    def run(self, until_us: int, poll_every_us: int | None = None) -> None:
        """Let time pass, with polls that keep the stimulation alive when asked for."""
        if poll_every_us:
            while self.now_us + poll_every_us < until_us:
                self.poll(self.now_us + poll_every_us)
        self.now_us = until_us
        self.device.advance(until_us)

    def times(self, channel: int | None = None) -> list[int]:
        return [p.t_us for p in self.device.stage.trace if channel in (None, p.channel)]

    def peaks(self) -> list[int]:
        return [p.peak_current_ua for p in self.device.stage.trace]

    def nibbles(self) -> tuple[int, ...]:
        data = self.poll().data
        return tuple(half for byte in data[3:] for half in (byte & 15, byte >> 4))


@pytest.fixture
def new_bench():
    """A factory: new_bench(Switches(...), loads={1: "open"})."""
    return Bench


@pytest.fixture
def bench():
    """A bench with the mid level initialised (stop on all errors) at 0 µs."""
    bench = Bench()
    bench.init()
    return bench
