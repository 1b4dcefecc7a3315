"""A RehaStim 1 at the byte level, written for these tests from the reference alone, and a hand-turned line to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode1.driver import RehaStim1Driver
from nmes.devices.stimulator import DeviceCommand, Driver

INIT, UPDATE, STOP = 0, 1, 2
NAMES = ("init", "update", "stop", "pulse")
GOOD = (b"\x01", b"\x41", b"\x81")
BAD = (b"\x00", b"\x40", b"\x80")

HALT, ENABLE, IDENTIFY = Halt(), Enable(), Identify()
W50 = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=20_000)
W40 = Waveform(phase_us=300, gap_us=100, ratio=1, period_us=25_000)
W1 = Waveform(phase_us=200, gap_us=100, ratio=1, period_us=1_000_000)
FAST = 1_000_000_000
KNOWN_MS = 700
"""Longer than it takes to identify."""

Answering = Callable[[bytes], bytes | None]


@dataclass
class Heard:
    """One command as the device heard it."""

    at_ms: int
    frame: bytes

    @property
    def kind(self) -> int:
        return self.frame[0] >> 5 & 3

    @property
    def name(self) -> str:
        return NAMES[self.kind]

    @property
    def slots(self) -> list[tuple[int, int]]:
        """Of an update: width in µs and current in mA of each channel."""
        rest = self.frame[1:]
        return [((rest[at] & 3) << 7 | rest[at + 1], rest[at + 2]) for at in range(0, len(rest), 3)]

    @property
    def listed(self) -> tuple[tuple[int, ...], int, int]:
        """Of an initialisation: channels, period and group in µs."""
        _, two, three, four, five, six = self.frame
        active = (two & 0x3F) << 2 | three >> 5
        main, group = (five & 0x0F) << 7 | six, (four & 3) << 3 | five >> 4
        channels = tuple(bit + 1 for bit in range(8) if active >> bit & 1)
        return channels, main * 500 + 1_000, group * 500 + 1_500


@dataclass
class Device:
    """Answers as the reference says unless `instead` has another answer for a kind of command."""

    instead: dict[int, Answering] = field(default_factory=dict)
    heard: list[Heard] = field(default_factory=list)

    def hear(self, frame: bytes, now_ms: int) -> bytes | None:
        one = Heard(now_ms, frame)
        self.heard.append(one)
        return self.instead[one.kind](frame) if one.kind in self.instead else GOOD[one.kind]

    def mute(self, *kinds: int) -> None:
        for kind in kinds:
            self.instead[kind] = lambda frame: None

    def refuse(self, kind: int) -> None:
        self.instead[kind] = lambda frame: BAD[kind]


class Bench:
    """Driver, device and a line that takes `delay_ms` each answer; time moves only when told."""

    def __init__(self, device: Device | None = None, delay_ms: int = 2) -> None:
        self.driver: Driver = RehaStim1Driver()
        self.device = device or Device()
        self.delay_ms = delay_ms
        self.now_ms = 10_000
        self.events: list[object] = []
        self._answers: list[tuple[int, bytes]] = []

    def order(self, command: DeviceCommand) -> None:
        self.driver.execute(command, self.now_ms)
        self._write()

    def turn(self) -> None:
        due = [answer for at_ms, answer in self._answers if at_ms <= self.now_ms]
        self._answers = [(at_ms, answer) for at_ms, answer in self._answers if at_ms > self.now_ms]
        for answer in due:
            self.driver.receive(answer, self.now_ms)
        self.driver.tick(self.now_ms)
        self._write()

    def run(self, ms: int) -> None:
        """Turn whenever bytes come or the driver's own deadline says so, and at no other time."""
        end_ms = self.now_ms + ms
        while True:
            deadline_ms = self.driver.next_deadline_ms(self.now_ms)
            times = [at_ms for at_ms, _ in self._answers] + ([] if deadline_ms is None else [deadline_ms])
            if not times or min(times) > end_ms:
                break
            self.now_ms = max(self.now_ms, min(times))
            self.turn()
        self.now_ms = end_ms

    def stall(self, ms: int) -> None:
        """Time passes and nobody turns."""
        self.now_ms += ms

    def say(self, data: bytes) -> None:
        """Bytes from the line that answer nothing."""
        self.driver.receive(data, self.now_ms)
        self._write()

    def _write(self) -> None:
        frames = self.driver.frames()
        for frame in frames:
            if answer := self.device.hear(frame, self.now_ms):
                self._answers.append((self.now_ms + self.delay_ms, answer))
        if frames:
            self.driver.sent(self.now_ms)
        self.events += self.driver.events()

    # --- short words for what most scenarios begin with ---

    def identified(self) -> Bench:
        self.order(IDENTIFY)
        self.run(KNOWN_MS)
        self.forget()
        return self

    def enabled(self) -> Bench:
        self.identified()
        self.order(ENABLE)
        self.run(5)
        self.forget()
        return self

    def playing(self, amplitude_ua: int = 20_000) -> Bench:
        """Channel 1 at its amplitude, acknowledged, and nothing outstanding."""
        self.enabled()
        self.order(one(amplitude_ua))
        self.run(120)
        assert self.driver.output.confirmed == ((1, amplitude_ua),)
        self.forget()
        return self

    def forget(self) -> None:
        self.events.clear()
        self.device.heard.clear()

    @property
    def names(self) -> list[str]:
        return [heard.name for heard in self.device.heard]

    def updates(self) -> list[Heard]:
        return [heard for heard in self.device.heard if heard.kind == UPDATE]


def one(amplitude_ua: int, rise_ua_per_s: int = FAST, waveform: Waveform = W50, channel: int = 1) -> SetOutput:
    return SetOutput((ChannelOutput(channel, amplitude_ua, waveform, rise_ua_per_s),))


def several(waveform: Waveform = W50, **amplitudes_ua: int) -> SetOutput:
    """`c1=..., c5=...` in µA."""
    return SetOutput(tuple(ChannelOutput(int(name[1:]), ua, waveform, FAST) for name, ua in amplitudes_ua.items()))
