"""Requests the program never sends by itself: low level and reset. Apart, so that no driver imports them.

They exist so that every vector of the protocol can be written and read, and for looking at a device by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nmes.core.waveform import Point
from nmes.devices.sciencemode4.numbers import Command
from nmes.devices.sciencemode4.requests import CHANNELS, MAX_POINTS, points_data


@dataclass(frozen=True, slots=True)
class Reset:
    """Restart the device; the port may vanish and no answer may come [inferred]."""

    command: ClassVar[Command] = Command.RESET

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class LlInit:
    """`measurement` 0-3; `high_voltage_code` 0 standard, 1 off, 2-6 of the RehaMove3."""

    command: ClassVar[Command] = Command.LL_INIT
    measurement: int
    high_voltage_code: int

    def data(self) -> bytes:
        if not (0 <= self.measurement <= 3 and 0 <= self.high_voltage_code <= 6):
            raise ValueError(f"measurement {self.measurement} or high voltage {self.high_voltage_code} out of range")
        return bytes((self.measurement << 4 | self.high_voltage_code << 1,))


@dataclass(frozen=True, slots=True)
class LlChannelConfig:
    """One pulse now on `channel` 1-8 (1-4 yellow, 5-8 green); no points = do not stimulate."""

    command: ClassVar[Command] = Command.LL_CHANNEL_CONFIG
    channel: int
    points: tuple[Point, ...]

    def data(self) -> bytes:
        if not (1 <= self.channel <= CHANNELS and len(self.points) <= MAX_POINTS):
            raise ValueError(f"channel {self.channel} with {len(self.points)} points")
        connector, socket = divmod(self.channel - 1, 4)
        execute = 1 if self.points else 0
        count = max(1, len(self.points)) - 1
        return bytes((execute << 7 | socket << 5 | connector << 4 | count,)) + points_data(self.points)


DiagnosticRequest = Reset | LlInit | LlChannelConfig
