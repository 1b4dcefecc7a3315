"""Law: a request means exactly what its bytes say, or it is Malformed and will be answered with result 2.

Pure and without state: the same command and data always decode to the same value, so results are cached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from firmware_sim.sciencemode4 import limits
from firmware_sim.stage.pulse import Point, Points

LL_INIT, LL_CHANNEL_CONFIG, LL_STOP = 0, 2, 4
ML_INIT, ML_UPDATE, ML_STOP, ML_GET_CURRENT_DATA = 30, 32, 34, 36
GET_DEVICE_ID, GET_BATTERY_STATUS, RESET = 52, 54, 58
GET_STIM_STATUS, GET_EXTENDED_VERSION = 62, 68
GET_VERSION_MAIN, SET_POWER, GET_VERSION_STIM, GET_MAIN_STATUS = 50, 56, 60, 64
REHAMOVE3 = (GET_VERSION_MAIN, SET_POWER, GET_VERSION_STIM, GET_MAIN_STATUS)


@dataclass(frozen=True, slots=True)
class LlInit:
    """`measurement` 0 to 3; `high_voltage_code` 0 standard, 1 off, 2 to 6 = 30 to 150 V (RehaMove3)."""

    measurement: int
    high_voltage_code: int


@dataclass(frozen=True, slots=True)
class LlChannelConfig:
    """One single pulse. `channel` is 1 to 8; without `execute` the points may be left out."""

    execute: bool
    channel: int
    number_of_points: int
    points: Points


@dataclass(frozen=True, slots=True)
class LlStop:
    pass


@dataclass(frozen=True, slots=True)
class MlInit:
    stop_on_all_errors: bool


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """One enabled channel of an update, as sent; a point shorter than 10 µs acts as 10 µs later."""

    channel: int
    ramp: int
    period_us: int
    points: Points

    @property
    def played(self) -> Points:
        """The points as the device plays them."""
        return tuple(Point(max(us, limits.MIN_POINT_US), ua) for us, ua in self.points)


@dataclass(frozen=True, slots=True)
class MlUpdate:
    channels: tuple[ChannelSetting, ...]

    @property
    def pulse_ms_per_s(self) -> Fraction:
        """Time all pulses together need, with the overhead of each, in ms per second."""
        return sum(
            (
                Fraction((_length_us(setting) + limits.PULSE_OVERHEAD_US) * 1000, setting.period_us)
                for setting in self.channels
            ),
            Fraction(0),
        )


@dataclass(frozen=True, slots=True)
class MlStop:
    pass


@dataclass(frozen=True, slots=True)
class MlGetCurrentData:
    selector: int


@dataclass(frozen=True, slots=True)
class GetDeviceId:
    pass


@dataclass(frozen=True, slots=True)
class GetBatteryStatus:
    """A RehaMove3 command; a P24 has no battery."""


@dataclass(frozen=True, slots=True)
class RehaMove3:
    """A general command of the RehaMove3 and the C library, without parameters that matter here."""

    command: int


@dataclass(frozen=True, slots=True)
class Reset:
    pass


@dataclass(frozen=True, slots=True)
class GetStimStatus:
    pass


@dataclass(frozen=True, slots=True)
class GetExtendedVersion:
    pass


@dataclass(frozen=True, slots=True)
class Unknown:
    command: int


@dataclass(frozen=True, slots=True)
class Malformed:
    """A known command with too little data or a value out of range; `why` is for the reader of a log."""

    command: int
    why: str


Request = (
    LlInit
    | LlChannelConfig
    | LlStop
    | MlInit
    | MlUpdate
    | MlStop
    | MlGetCurrentData
    | GetDeviceId
    | GetBatteryStatus
    | RehaMove3
    | Reset
    | GetStimStatus
    | GetExtendedVersion
    | Unknown
    | Malformed
)


class Refused(Exception):
    """The reason why data do not make a request."""


class Reader:
    """Takes big-endian integers from the front of the data."""

    def __init__(self, data: bytes, reserved_refused: bool) -> None:
        self._data, self._at = data, 0
        self._reserved_refused = reserved_refused

    def take(self, size: int, what: str) -> int:
        end = self._at + size
        if end > len(self._data):
            raise Refused(f"too few parameters: {what} is missing")
        value = int.from_bytes(self._data[self._at : end], "big")
        self._at = end
        return value

    def reserved(self, bits: int, what: str) -> None:
        """Bits that must be 0; without meaning unless they are refused."""
        if bits and self._reserved_refused:
            raise Refused(f"reserved bits {bits:02X} of {what} are set")

    @property
    def left(self) -> int:
        return len(self._data) - self._at


@lru_cache(maxsize=8192)
def decode(command: int, data: bytes, extra_refused: bool = False, reserved_refused: bool = False) -> Request:
    """The meaning of a frame.

    With `extra_refused` bytes behind the last parameter make it Malformed, with `reserved_refused` a reserved bit of
    a point that is set (among them the C library's interpolation mode); otherwise both mean nothing.
    """
    return parsed(PARSERS, command, data, extra_refused, reserved_refused)


def parsed(parsers: Parsers, command: int, data: bytes, extra_refused: bool, reserved_refused: bool) -> Request:
    """The meaning of a frame by a family's own table."""
    parse = parsers.get(command)
    if parse is None:
        return Unknown(command)
    reader = Reader(data, reserved_refused)
    try:
        request = parse(reader)
        if extra_refused and reader.left:
            return Malformed(command, f"{reader.left} bytes too many")
    except Refused as refused:
        return Malformed(command, str(refused))
    return request


def _ml_init(reader: Reader) -> MlInit:
    flag = reader.take(1, "the stop flag")
    if flag > 1:
        raise Refused(f"stop flag {flag} is neither 0 nor 1")
    return MlInit(stop_on_all_errors=flag == 1)


def _ml_update(reader: Reader) -> MlUpdate:
    enabled = reader.take(1, "the enable byte")
    return MlUpdate(tuple(_setting(reader, bit + 1) for bit in range(8) if enabled >> bit & 1))


def _setting(reader: Reader, channel: int) -> ChannelSetting:
    count_ramp = reader.take(1, f"the point count of channel {channel}")
    code = reader.take(2, f"the period of channel {channel}")
    code, quarter = code >> 1, code & 1
    if not 1 <= code <= limits.MAX_PERIOD_CODE:
        raise Refused(f"period code {code} of channel {channel} is out of range")
    points = tuple(point(reader) for _ in range((count_ramp >> 4) + 1))
    return ChannelSetting(channel, count_ramp & 0x0F, code * (250 if quarter else 500), points)


def point(reader: Reader) -> Point:
    """12 bits duration in µs, 10 bits current code = 2 x mA + 300, 10 reserved bits."""
    word = reader.take(4, "a point")
    reader.reserved(word & 0x3FF, "a point")
    current_ua = ((word >> 10 & 0x3FF) - 300) * 500
    if abs(current_ua) > limits.MAX_CURRENT_UA:
        raise Refused(f"current of {current_ua} uA is above the device's own ceiling")
    return Point(word >> 20, current_ua)


def _ml_get_current_data(reader: Reader) -> MlGetCurrentData:
    selector = reader.take(1, "the selector")
    if selector not in (2, 3, 4):
        raise Refused(f"selector {selector} is not one of 2, 3, 4")
    return MlGetCurrentData(selector)


def _ll_init(reader: Reader) -> LlInit:
    value = reader.take(1, "the mode byte")
    measurement, high_voltage = value >> 4 & 7, value >> 1 & 7
    if value & 0x81 or measurement > 3 or high_voltage > 6:
        raise Refused(f"mode byte {value:02X} is out of range")
    return LlInit(measurement, high_voltage)


def _ll_channel_config(reader: Reader) -> LlChannelConfig:
    head = reader.take(1, "the channel byte")
    execute, count = bool(head & 0x80), (head & 0x0F) + 1
    points = tuple(point(reader) for _ in range(count)) if execute or reader.left else ()
    return LlChannelConfig(execute, socket_of(head), count, points)


def _set_power(reader: Reader) -> RehaMove3:
    """Its parameters are not documented; any are taken."""
    reader.take(reader.left, "the rest")
    return RehaMove3(SET_POWER)


def socket_of(head: int) -> int:
    """Channel 1 to 8 named by the first byte of Ll_channel_config: bits 6-5 channel, bit 4 connector."""
    return (head >> 4 & 1) * 4 + (head >> 5 & 3) + 1


def _length_us(setting: ChannelSetting) -> int:
    return sum(max(us, limits.MIN_POINT_US) for us, _ in setting.points)


Parsers = Mapping[int, Callable[[Reader], Request]]
PARSERS: Parsers = {
    LL_INIT: _ll_init,
    LL_CHANNEL_CONFIG: _ll_channel_config,
    LL_STOP: lambda _: LlStop(),
    ML_INIT: _ml_init,
    ML_UPDATE: _ml_update,
    ML_STOP: lambda _: MlStop(),
    ML_GET_CURRENT_DATA: _ml_get_current_data,
    GET_DEVICE_ID: lambda _: GetDeviceId(),
    GET_BATTERY_STATUS: lambda _: GetBatteryStatus(),
    RESET: lambda _: Reset(),
    GET_STIM_STATUS: lambda _: GetStimStatus(),
    GET_EXTENDED_VERSION: lambda _: GetExtendedVersion(),
    GET_VERSION_MAIN: lambda _: RehaMove3(GET_VERSION_MAIN),
    SET_POWER: _set_power,
    GET_VERSION_STIM: lambda _: RehaMove3(GET_VERSION_STIM),
    GET_MAIN_STATUS: lambda _: RehaMove3(GET_MAIN_STATUS),
}
