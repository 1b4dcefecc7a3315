"""What the host says: one frozen value per request, with its data bytes.

Every range of the device is checked while encoding and a value outside raises ValueError: nothing wraps, nothing is
clipped. Amplitudes must already be on the 0.5 mA grid, because a rounding here would unbalance the pulse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from nmes.core.waveform import Point
from nmes.devices.sciencemode4.numbers import ALL_CHANNELS, Command

CHANNELS = 8  # P24 Instructions for Use v1.1 p. 29 [source]
CURRENT_STEP_UA = 500  # p. 29, Table 15 [source]
MAX_CURRENT_UA = 130_000  # p. 29 [source]; 150 mA can be encoded, the device delivers 130
ZERO_CODE = 300  # current code of 0 mA, Table 15 [source]
MIN_POINT_US = 10  # the vendor's library: every value below 10 acts as 10 us [source]
MAX_POINT_US = 4095  # 12 bits, Table 15 [source]
MAX_POINTS = 16  # p. 29 [source]
MAX_RAMP = 15  # Table 22 [source]
HALF_MS_US = 500  # the ordinary period grid, p. 24 [source]
QUARTER_MS_US = 250  # the double accuracy period grid, p. 24 [source]
MAX_PERIOD_CODE = 32_766  # 16383 ms, p. 29 [source]; 32767 could be encoded


@dataclass(frozen=True, slots=True)
class GetDeviceId:
    """Who are you? Answered in every state."""

    command: ClassVar[Command] = Command.GET_DEVICE_ID

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class GetExtendedVersion:
    """Firmware and ScienceMode version. Answered in every state."""

    command: ClassVar[Command] = Command.GET_EXTENDED_VERSION

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class GetVersionMain:
    """The same of a RehaMove3; a P24 is expected to answer Unknown_cmd [inferred]."""

    command: ClassVar[Command] = Command.GET_VERSION_MAIN

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class GetBatteryStatus:
    """RehaMove3 only: the P24 has no battery. Answered in every state [inferred]."""

    command: ClassVar[Command] = Command.GET_BATTERY_STATUS

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class GetStimStatus:
    """Which level is initialised, and the high voltage. Does not renew the keep-alive."""

    command: ClassVar[Command] = Command.GET_STIM_STATUS

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class MlInit:
    """High voltage on, all channels off. On a RehaMove3 the byte is reserved and 0."""

    command: ClassVar[Command] = Command.ML_INIT
    stop_on_all_errors: bool

    def data(self) -> bytes:
        return b"\x01" if self.stop_on_all_errors else b"\x00"


@dataclass(frozen=True, slots=True)
class MlChannel:
    """One enabled channel of an update.

    `channel` 1-8; `period_us` a multiple of `grid_us` (500 or 250); `points` 1-16 of `(duration_us, current_ua)`;
    `ramp` 0-15 pulses of the device's own ramp.
    """

    channel: int
    period_us: int
    points: tuple[Point, ...]
    grid_us: int = HALF_MS_US
    ramp: int = 0

    def data(self) -> bytes:
        """3 + 4 bytes per point. ValueError if anything is outside the device's range."""
        code, off_grid = divmod(self.period_us, self.grid_us)
        if self.grid_us not in (HALF_MS_US, QUARTER_MS_US) or off_grid or not 1 <= code <= MAX_PERIOD_CODE:
            raise ValueError(f"channel {self.channel}: period of {self.period_us} us on a grid of {self.grid_us} us")
        if not (1 <= len(self.points) <= MAX_POINTS and 0 <= self.ramp <= MAX_RAMP):
            raise ValueError(f"channel {self.channel}: {len(self.points)} points and ramp {self.ramp}")
        head = (len(self.points) - 1) << 20 | self.ramp << 16 | code << 1 | (self.grid_us == QUARTER_MS_US)
        return head.to_bytes(3, "big") + points_data(self.points)


@dataclass(frozen=True, slots=True)
class MlUpdate:
    """The whole output. A channel that is left out stops; no channel at all is allowed. Renews the keep-alive."""

    command: ClassVar[Command] = Command.ML_UPDATE
    channels: tuple[MlChannel, ...]

    def data(self) -> bytes:
        """Enable byte and channels. ValueError if the channels are not 1-8, ascending, each once."""
        enable = 0
        for channel in self.channels:
            bit = 1 << channel.channel - 1 if 1 <= channel.channel <= CHANNELS else 0
            if bit <= enable:
                raise ValueError(f"channel {channel.channel}: not 1 to {CHANNELS}, twice, or not in ascending order")
            enable |= bit
        return bytes((enable,)) + b"".join([channel.data() for channel in self.channels])


@dataclass(frozen=True, slots=True)
class MlStop:
    """Stop all channels, high voltage off, level left."""

    command: ClassVar[Command] = Command.ML_STOP

    def data(self) -> bytes:
        return b""


@dataclass(frozen=True, slots=True)
class MlGetCurrentData:
    """State of all channels, by the selector of the family. Renews the keep-alive and cannot raise anything."""

    command: ClassVar[Command] = Command.ML_GET_CURRENT_DATA
    selector: int = ALL_CHANNELS

    def data(self) -> bytes:
        return bytes((self.selector,))


@dataclass(frozen=True, slots=True)
class LlStop:
    """Leave the low level, high voltage off: for a device another program left there."""

    command: ClassVar[Command] = Command.LL_STOP

    def data(self) -> bytes:
        return b""


Request = (
    GetDeviceId
    | GetExtendedVersion
    | GetVersionMain
    | GetBatteryStatus
    | GetStimStatus
    | MlInit
    | MlUpdate
    | MlStop
    | MlGetCurrentData
    | LlStop
)


def points_data(points: tuple[Point, ...]) -> bytes:
    """4 bytes per point: 12 bits duration, 10 bits current code, 10 bits 0. ValueError if one is out of range."""
    packed = bytearray()
    for duration_us, current_ua in points:
        code, off_grid = divmod(current_ua, CURRENT_STEP_UA)
        if (
            off_grid
            or not MIN_POINT_US <= duration_us <= MAX_POINT_US
            or not -MAX_CURRENT_UA <= current_ua <= MAX_CURRENT_UA
        ):
            raise ValueError(f"point of {duration_us} us at {current_ua} uA: the device cannot play it")
        packed += (duration_us << 20 | code + ZERO_CODE << 10).to_bytes(4, "big")
    return bytes(packed)
