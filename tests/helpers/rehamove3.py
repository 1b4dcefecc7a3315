"""A RehaMove3 in memory: frames in by name, replies out."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.sciencemode3.rehamove3 import RehaMove3
from firmware_sim.sciencemode3.switches import Switches
from firmware_sim.sciencemode4 import framing
from firmware_sim.stage import Load, Stage

MS, S = 1_000, 1_000_000
INIT, UPDATE, STOP, POLL, STATUS = 30, 32, 34, 36, 62


@dataclass(frozen=True)
class Reply:
    command: int
    number: int
    data: bytes

    @property
    def result(self) -> int:
        return self.data[0]


def points(ma: float = 20, us: int = 300, gap_us: int = 100) -> bytes:
    pieces = ((us, ma), (gap_us, 0.0), (us, -ma))
    return b"".join((length << 20 | int(2 * one + 300) << 10).to_bytes(4, "big") for length, one in pieces)


def channel(ma: float = 20, period_ms: float = 20, us: int = 300, ramp: int = 0) -> bytes:
    """One channel of an update."""
    return bytes((2 << 4 | ramp,)) + (round(period_ms * 2) << 1).to_bytes(2, "big") + points(ma, us)


class Bench:
    def __init__(self, loads: dict[int, Load | str] | None = None, **switches: object) -> None:
        self.device = RehaMove3(Switches(**switches), Stage(loads))  # type: ignore[arg-type]  # by name, of any type
        self.now_us = 0
        self._number = 0

    def raw(self, data: bytes, at_us: int | None = None) -> bytes:
        self.now_us = self.now_us if at_us is None else at_us
        self.device.receive(data, self.now_us)
        return self.device.transmit(10**15)

    def send(self, command: int, data: bytes = b"", at_us: int | None = None) -> Reply | None:
        self._number = (self._number + 1) % 64
        answer = framing.Receiver().feed(self.raw(framing.encode(self._number, command, data), at_us))
        if not answer:
            return None
        (frame,) = answer
        return Reply(frame.command, frame.packet_number, frame.data)

    def asked(self, command: int, data: bytes = b"", at_us: int | None = None) -> Reply:
        """The answer, which must come."""
        reply = self.send(command, data, at_us)
        assert reply is not None
        return reply

    def update(self, channels: dict[int, bytes], at_us: int | None = None) -> Reply:
        enabled = sum(1 << number - 1 for number in channels)
        body = b"".join(channels[number] for number in sorted(channels))
        return self.asked(UPDATE, bytes((enabled,)) + body, at_us)

    def poll(self, at_us: int | None = None) -> bytes:
        return self.asked(POLL, b"\2", at_us).data

    def run(self, until_us: int) -> None:
        self.now_us = until_us
        self.device.advance(until_us)

    def times(self, channel: int | None = None) -> list[int]:
        return [pulse.t_us for pulse in self.device.stage.trace if channel in (None, pulse.channel)]

    def flowed(self, channel: int) -> list[int]:
        return [pulse.measured_current_ua for pulse in self.device.stage.trace if pulse.channel == channel]


def running(channels: tuple[int, ...] = (1,), loads: dict[int, Load | str] | None = None, **switches: object) -> Bench:
    """A bench that gives pulses of 20 mA at 50 Hz on these channels from 0 us on."""
    bench = Bench(loads, **switches)
    assert bench.asked(INIT, b"\0").data == b"\0"
    assert bench.update({number: channel() for number in channels}).result == 0
    return bench
