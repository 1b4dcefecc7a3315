"""A RehaStim 1 at the byte level, written for these tests from the reference alone, and a hand-turned line to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from devices.hand_turned import HandTurned, OnlyAnswers

from nmes.core.commands import ChannelOutput, Enable, Halt, Identify, SetOutput
from nmes.core.waveform import Waveform
from nmes.devices.sciencemode1.driver import RehaStim1Driver

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
class Device(OnlyAnswers):
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


class Bench(HandTurned[Device]):
    """A RehaStim 1 driver on a hand-turned line."""

    def __init__(self, device: Device | None = None, delay_ms: int = 2) -> None:
        super().__init__(RehaStim1Driver(), device or Device(), delay_ms)

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

    def updates(self) -> list[Heard]:
        return [heard for heard in self.device.heard if heard.kind == UPDATE]


def one(amplitude_ua: int, rise_ua_per_s: int = FAST, waveform: Waveform = W50, channel: int = 1) -> SetOutput:
    return SetOutput((ChannelOutput(channel, amplitude_ua, waveform, rise_ua_per_s),))


def several(waveform: Waveform = W50, **amplitudes_ua: int) -> SetOutput:
    """`c1=..., c5=...` in µA."""
    return SetOutput(tuple(ChannelOutput(int(name[1:]), ua, waveform, FAST) for name, ua in amplitudes_ua.items()))
