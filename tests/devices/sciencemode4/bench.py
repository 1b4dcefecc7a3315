"""A P24 at the byte level, written for these tests from the reference alone, and a hand-turned line to the driver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.hand_turned import HandTurned, OnlyAnswers
from devices.sciencemode4.vectors import framed, read_by_the_rules

from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode4.driver import P24Driver
from nmes.devices.stimulator import Driver

LL_STOP, ML_INIT, UPDATE, STOP, POLL = 4, 30, 32, 34, 36
VERSION_MAIN, DEVICE_ID, BATTERY, STATUS, VERSION = 50, 52, 54, 62, 68
NAMES = {4: "ll_stop", 30: "init", 32: "update", 34: "stop", 36: "poll", 52: "id", 62: "status", 68: "version"}
NAMES |= {VERSION_MAIN: "version main", BATTERY: "battery"}

W50 = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=20_000)
W2 = Waveform(phase_us=200, gap_us=100, ratio=1, period_us=500_000)
FAST = 1_000_000_000

Answering = Callable[[int, bytes], bytes | None]


@dataclass
class Heard:
    """One request as the device heard it."""

    at_ms: int
    number: int
    command: int
    data: bytes

    @property
    def name(self) -> str:
        return NAMES[self.command]

    @property
    def amplitudes(self) -> dict[int, int]:
        """Of an update: first-phase current in µA by channel."""
        found, at = {}, 1
        for channel in (k + 1 for k in range(8) if self.data[0] >> k & 1):
            points = (self.data[at] >> 4) + 1
            first = int.from_bytes(self.data[at + 3 : at + 7], "big")
            found[channel] = ((first >> 10) % 1024 - 300) * 500
            at += 3 + 4 * points
        return found


@dataclass
class Device(OnlyAnswers):
    """Answers as the reference says unless `instead` has another answer for a command."""

    status: int = 0
    voltage: int = 1
    active: int = 0
    states: list[int] = field(default_factory=lambda: [0] * 8)
    sciencemode: bytes = b"\x04\x00\x00"
    instead: dict[int, Answering] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def hear(self, frame: bytes, now_ms: int) -> bytes | None:
        [(number, command, data)] = read_by_the_rules(frame)
        self.heard.append(Heard(now_ms, number, command, data))
        if command in self.instead:
            return self.instead[command](number, data)
        return self.answer(number, command, data)

    def answer(self, number: int, command: int, data: bytes) -> bytes:
        reply = b"\x00"
        if command == ML_INIT:
            self.status, self.voltage = 2, 6
        elif command == UPDATE:
            self.active = data[0]
            self.status = 3 if data[0] else 2
        elif command == POLL:
            nibbles = bytes(self.states[k] | self.states[k + 1] << 4 for k in (0, 2, 4, 6))
            reply = bytes((0, 4, self.active)) + nibbles
        elif command in (STOP, LL_STOP):
            self.status, self.voltage, self.active = 0, 1, 0
        elif command == DEVICE_ID:
            reply = b"\x00P24-000001"
        elif command == STATUS:
            reply = bytes((0, self.status, self.voltage))
        else:
            reply = b"\x00\x01\x02\x03" + self.sciencemode + b"\xde\xad\xbe\xef\x01\x01"
        return framed(number, command + 1, reply)

    def mute(self, *commands: int) -> None:
        for command in commands:
            self.instead[command] = lambda number, data: None

    def result(self, command: int, result: int) -> None:
        self.instead[command] = lambda number, data: framed(number, command + 1, bytes((result,)))


class Bench(HandTurned[Device]):
    """A P24 driver, or another of its frames, on a hand-turned line."""

    def __init__(self, device: Device | None = None, delay_ms: int = 2, driver: Driver | None = None) -> None:
        super().__init__(driver or P24Driver(), device or Device(), delay_ms)

    # --- short words for what most scenarios begin with ---

    def identified(self) -> Bench:
        self.order(Identify())
        self.run(20)
        return self

    def enabled(self) -> Bench:
        self.identified()
        self.order(Enable())
        self.run(5)
        self.forget()
        return self

    def playing(self, amplitude_ua: int = 20_000) -> Bench:
        """Channel 1 at its amplitude, acknowledged and polled clean."""
        self.enabled()
        self.order(one(amplitude_ua))
        self.run(120)
        assert self.driver.output.confirmed == ((1, amplitude_ua),)
        self.forget()
        return self

    def prove(self) -> None:
        """A clean poll just now, so that an update may leave in the call that asks for it; nothing else is heard."""
        while not self.names or self.waiting:
            self.run(1)
        self.forget()

    def updates(self) -> list[Heard]:
        return [heard for heard in self.device.heard if heard.command == UPDATE]


def one(amplitude_ua: int, rise_ua_per_s: int = FAST, waveform: Waveform = W50, channel: int = 1) -> SetOutput:
    return SetOutput((ChannelOutput(channel, amplitude_ua, waveform, rise_ua_per_s),))


HALT = Halt()
