"""What a walk is made of: its figures, its line, and what each channel was confirmed at."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from firmware_sim.device import P24, alternatives
from laws.encoders.wanted import Wave

WAVES = (Wave(300, 100, 1, 20_000), Wave(250, 50, 4, 12_500), Wave(200, 0, 1, 10_000), Wave(400, 100, 2, 33_000))
BURSTS = (Wave(200, 50, 1, 10_000, 8, 500), Wave(250, 0, 2, 12_500, 10, 250))
SWITCHES = [switches for _, switches in alternatives()]
WAITS_US = (40_000,) * 12 + (10_000, 20_000, 20_000, 100_000, 250_000)
TURN_US = 20_000
LONG_US = (600_000, 1_200_000, 2_500_000)
PAD_MM2 = 2_500


@dataclass(slots=True)
class Figures:
    """`reached`: wrong frames the guard judged while output could pass; of these `passed`, and `refused` by rule."""

    steps: int = 0
    pulses: int = 0
    reached: int = 0
    passed: int = 0
    peak_permille: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, other: Figures) -> None:
        self.steps += other.steps
        self.pulses += other.pulses
        self.reached += other.reached
        self.passed += other.passed
        self.peak_permille = max(self.peak_permille, other.peak_permille)
        self.refused += other.refused


class Line:
    """The device at the far end; `now_us` is everybody's clock."""

    def __init__(self, device: P24) -> None:
        self.device, self.now_us = device, 0

    def from_host(self, data: bytes) -> None:
        self.device.receive(data, self.now_us)

    def to_host(self) -> bytes:
        return self.device.transmit(self.now_us)


@dataclass(slots=True)
class Aim:
    """What one channel was confirmed at, and where the controller is with it."""

    level_ua: int
    ramp_ms: int
    wave: Wave
    goal_ua: int = 0
    climbed_us: int = 0
    amplitude_ua: int = 0


def arming(aim: Aim) -> tuple[int, ...]:
    """What a person confirmed, as the guard is told it; the encoder has no part in this."""
    wave = aim.wave
    waveform = (wave.phase_us, wave.gap_us, wave.ratio, wave.period_us, wave.burst_pulses, wave.burst_ms)
    return (aim.level_ua, aim.ramp_ms, PAD_MM2, *waveform)
