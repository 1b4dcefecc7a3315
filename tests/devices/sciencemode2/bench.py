"""A RehaStim2 at the byte level, written for these tests from the reference alone, and a hand-turned line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.hand_turned import HandTurned
from devices.sciencemode2.vectors import framed, read_by_the_rules

from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode2.driver import RehaStim2Driver

INIT, INIT_ACK, MODE, LIST, START, STOP, ERROR = 1, 2, 10, 30, 32, 34, 38
NAMES = {2: "welcome", 10: "mode", 30: "list", 32: "update", 34: "stop"}

W50 = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=20_000)
W50_WIDE = Waveform(phase_us=400, gap_us=100, ratio=1, period_us=20_000)
W35 = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=28_500)
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
    def slots(self) -> list[tuple[int, int]]:
        """Of an update: width in µs and current in mA, in the order of the list."""
        assert len(self.data) % 4 == 0
        assert not any(self.data[::4]), "single pulses only"
        return [(self.data[k + 1] * 256 + self.data[k + 2], self.data[k + 3]) for k in range(0, len(self.data), 4)]


@dataclass
class Device:
    """Does as the reference's table of states says unless `instead` has another answer for a command."""

    version: int = 1
    mode: int | None = None
    """None while it is not connected."""
    channels: tuple[int, ...] = ()
    period_us: int = 0
    output: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By channel: width in µs and current in mA."""
    is_powered: bool = True
    valid_ms: int = 0
    init_ms: int = 10_040
    counter: int = 1
    instead: dict[int, Answering] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def due_ms(self) -> int | None:
        """When it does something by itself."""
        if not self.is_powered:
            return None
        return self.init_ms if self.mode is None else self.valid_ms + 1200

    def speak(self, now_ms: int) -> bytes:
        """What it says by itself, if it is time."""
        due_ms = self.due_ms()
        if due_ms is None or now_ms < due_ms:
            return b""
        if self.mode is not None:
            self.let_go(now_ms)
        self.init_ms = now_ms + 500
        return self.announce()

    def let_go(self, now_ms: int) -> None:
        self.mode, self.output, self.init_ms = None, {}, now_ms

    def announce(self) -> bytes:
        self.counter += 1
        return framed(self.counter - 1 & 255, INIT, bytes((self.version,)))

    def push(self, error: int) -> bytes:
        self.mode, self.output = 0, {}
        self.counter += 1
        return framed(self.counter - 1 & 255, ERROR, error.to_bytes(1, "big", signed=True))

    def hear(self, frame: bytes, now_ms: int) -> bytes | None:
        [(number, command, data)] = read_by_the_rules(frame)
        self.heard.append(Heard(now_ms, number, command, data))
        if not self.is_powered:
            return None
        if command == INIT_ACK:
            assert number == self.counter - 1 & 255, "with the number of the Init"
            if data == b"\x00":
                self.mode, self.valid_ms = 0, now_ms
            return None
        if self.mode is None:
            return None
        self.valid_ms = now_ms
        if command in self.instead:
            return self.instead[command](number, data)
        return framed(number, command + 1, self.answer(command, data))

    def answer(self, command: int, data: bytes) -> bytes:
        """The data of the answer of a connected device."""
        if command == MODE:
            return bytes((0, self.mode or 0))
        if command == STOP:
            self.mode, self.output = 0, {}
        elif command == LIST:
            if self.mode != 0:
                return b"\xfd"
            assert data[3] >= 13, "a group of 8 ms at least"
            assert (data[0], data[2], data[6]) == (0, 0, 0)
            self.channels = tuple(k + 1 for k in range(8) if data[1] >> k & 1)
            self.period_us = (data[4] * 256 + data[5]) * 500 + 1000
            self.mode = 1
        else:
            if self.mode == 0:
                return b"\xfd"
            slots = self.heard[-1].slots
            self.output = dict(zip(self.channels, slots, strict=True))
            self.mode = 2
        return b"\x00"

    @property
    def current_ma(self) -> dict[int, int]:
        """What it puts out."""
        return {channel: slot[1] for channel, slot in self.output.items() if slot[1]}

    def mute(self, *commands: int) -> None:
        for command in commands:
            self.instead[command] = lambda number, data: None

    def result(self, command: int, result: int) -> None:
        self.instead[command] = lambda number, data: framed(number, command + 1, result.to_bytes(1, "big", signed=True))


class Bench(HandTurned[Device]):
    """A RehaStim2 driver on a hand-turned line."""

    def __init__(self, device: Device | None = None, delay_ms: int = 12) -> None:
        super().__init__(RehaStim2Driver(), device or Device(), delay_ms)

    # --- short words for what most scenarios begin with ---

    def identified(self) -> Bench:
        self.order(Identify())
        self.run(100)
        return self

    def enabled(self) -> Bench:
        self.identified()
        self.order(Enable())
        self.run(20)
        self.forget()
        return self

    def playing(self, amplitude_ua: int = 20_000) -> Bench:
        """Channel 1 at its amplitude, acknowledged."""
        self.enabled()
        self.order(one(amplitude_ua))
        self.run(60)
        assert self.driver.output.confirmed == ((1, amplitude_ua),)
        self.forget()
        return self

    def updates(self) -> list[Heard]:
        return [heard for heard in self.device.heard if heard.command == START]


def one(amplitude_ua: int, rise_ua_per_s: int = FAST, waveform: Waveform = W50, channel: int = 1) -> SetOutput:
    return SetOutput((ChannelOutput(channel, amplitude_ua, waveform, rise_ua_per_s),))


def several(amplitudes: dict[int, int], rise_ua_per_s: int = FAST, waveform: Waveform = W50) -> SetOutput:
    return SetOutput(tuple(ChannelOutput(c, ua, waveform, rise_ua_per_s) for c, ua in amplitudes.items()))


HALT = Halt()
