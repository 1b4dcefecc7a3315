"""What the host says: one frozen value per request, with its data bytes.

Every range of the device is checked while encoding and a value outside raises ValueError: nothing wraps, nothing is
clipped. Single pulses, doublets, low-frequency channels and the Watchdog are never sent and so cannot be written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nmes.devices.sciencemode2.numbers import Command, Result

CHANNELS = 8  # SM2 document p. 17 [source]
MAX_CURRENT_UA = 130_000  # p. 18 [source]; what is sent stays at 126 mA, see rehastim2
CODE_UA = 1000  # one code of current [source]
MIN_PULSE_US = 20  # shorter ones act as 20 us [source: p. 18]
MAX_PULSE_US = 500  # p. 18 [source]
GRID_US = 500  # of both intervals, pp. 17-18 [source]
MIN_INTERVAL_US = 8_000  # of both intervals in the documented firmware [source: p. 17]
MAX_MAIN_CODE = 2_048  # 1025 ms [source: p. 18]; code 0 would be the one-shot mode
MAX_GROUP_CODE = 255  # 129 ms [source: p. 17]
SINGLE = 0  # one pulse a period; doublets and triplets are not used [source: p. 18]

Slot = tuple[int, int]
"""Pulse width in µs and current in µA of one channel of the list."""


@dataclass(frozen=True, slots=True)
class InitAck:
    """The answer to the device's Init, with its packet number: accepted, or incompatible."""

    command: ClassVar[Command] = Command.INIT_ACK
    accepted: bool

    def data(self) -> bytes:
        result = Result.OK if self.accepted else Result.INCOMPATIBLE
        return result.to_bytes(1, "big", signed=True)


@dataclass(frozen=True, slots=True)
class GetStimulationMode:
    """What are you doing? Any valid packet renews the keep-alive; this one is answered and can start nothing."""

    command: ClassVar[Command] = Command.GET_STIMULATION_MODE

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class InitChannelList:
    """These channels, ascending, share `period_us`; `group_us` is the inter-pulse interval, unused by single pulses."""

    command: ClassVar[Command] = Command.INIT_CHANNEL_LIST
    channels: tuple[int, ...]
    period_us: int
    group_us: int

    def data(self) -> bytes:
        """7 bytes. ValueError if a number is outside the device's range."""
        active = 0
        for channel in self.channels:
            bit = 1 << channel - 1 if 1 <= channel <= CHANNELS else 0
            if bit <= active:
                raise ValueError(f"channel {channel}: not 1 to {CHANNELS}, twice, or not in ascending order")
            active |= bit
        main = _code(self.period_us, 1000, MAX_MAIN_CODE)
        group = _code(self.group_us, 1500, MAX_GROUP_CODE)
        if not active or self.group_us > self.period_us:
            raise ValueError(f"{len(self.channels)} channels, {self.group_us} us of {self.period_us} us")
        return bytes((0, active, 0, group)) + main.to_bytes(2, "big") + b"\x00"


@dataclass(frozen=True, slots=True)
class StartChannelList:
    """The output of the list, one slot per channel of it: starts, and later changes. Sent again it changes nothing."""

    command: ClassVar[Command] = Command.START_CHANNEL_LIST
    slots: tuple[Slot, ...]

    def data(self) -> bytes:
        """4 bytes per channel. ValueError if a number is outside the device's range."""
        if not 1 <= len(self.slots) <= CHANNELS:
            raise ValueError(f"{len(self.slots)} channels")
        packed = bytearray()
        for width_us, current_ua in self.slots:
            code, off_grid = divmod(current_ua, CODE_UA)
            if off_grid or not 0 <= current_ua <= MAX_CURRENT_UA or not MIN_PULSE_US <= width_us <= MAX_PULSE_US:
                raise ValueError(f"pulse of {width_us} us at {current_ua} uA: the device cannot play it")
            packed += bytes((SINGLE, width_us >> 8, width_us & 255, code))
        return bytes(packed)


@dataclass(frozen=True, slots=True)
class StopChannelList:
    """Stop, and back to the start mode. Taken in every mode [inferred: it has no answer "wrong mode"]."""

    command: ClassVar[Command] = Command.STOP_CHANNEL_LIST

    def data(self) -> bytes:
        return b""


Request = GetStimulationMode | InitChannelList | StartChannelList | StopChannelList
"""What is answered."""


def _code(interval_us: int, zero_us: int, most: int) -> int:
    """The code of an interval, where code 0 stands for `zero_us`."""
    code, off_grid = divmod(interval_us - zero_us, GRID_US)
    if off_grid or interval_us < MIN_INTERVAL_US or code > most:
        raise ValueError(f"an interval of {interval_us} us: the device cannot keep it")
    return code
