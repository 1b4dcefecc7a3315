"""What the device says: one frozen value per response.

A response too short for its fields is `Malformed`, which the exchange treats as no answer. Ml_get_current_data_ack is
read whatever its result is: the body may be complete although the result is not 0.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.devices.sciencemode4.numbers import Command


class Malformed(ValueError):
    """The frame is intact, its data are not those of its command."""


@dataclass(frozen=True, slots=True)
class Ack:
    """The answers that are a result and nothing else: init, update, stop, reset. `result` 0 = done or begun."""

    command: Command
    result: int


@dataclass(frozen=True, slots=True)
class GeneralError:
    """An error that belongs to no request."""

    result: int


@dataclass(frozen=True, slots=True)
class UnknownCmd:
    """The device does not know the command; `result` is 11."""

    result: int


@dataclass(frozen=True, slots=True)
class DeviceId:
    """`device_id`: up to ten characters, without padding."""

    result: int
    device_id: str


@dataclass(frozen=True, slots=True)
class ExtendedVersion:
    """Versions are `(major, minor, revision)`."""

    result: int
    firmware: tuple[int, int, int]
    sciencemode: tuple[int, int, int]
    firmware_hash: bytes
    hash_type: int
    hash_valid: bool


@dataclass(frozen=True, slots=True)
class VersionMain:
    """RehaMove3 only. Versions are `(major, minor, revision)`."""

    result: int
    firmware: tuple[int, int, int]
    sciencemode: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class StimStatusAck:
    """`status` as in numbers.StimStatus; `high_voltage` 1 = off, 6 = 150 V."""

    result: int
    status: int
    high_voltage: int


@dataclass(frozen=True, slots=True)
class ChannelStates:
    """Selector 4. `active`: bit 0 = channel 1. `states`: eight numbers, channel 1 first, 0 = no fault."""

    active: int
    states: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ElectrodeBits:
    """Selectors 2 and 3, the RehaMove3's form: one group per four channels, `(running, channels with a fault)`."""

    groups: tuple[tuple[bool, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class CurrentData:
    """`body` is None if the device sent only a result, which must then not be 0."""

    result: int
    body: ChannelStates | ElectrodeBits | None


@dataclass(frozen=True, slots=True)
class BatteryStatus:
    """RehaMove3 only."""

    result: int
    level_percent: int
    voltage_mv: int


@dataclass(frozen=True, slots=True)
class LlChannelConfigAck:
    """Sent after the pulse. `samples` is empty unless a measurement was asked for."""

    result: int
    channel: int
    measurement: int
    sampling_time_us: int
    samples: tuple[int, ...]


Response = (
    Ack
    | GeneralError
    | UnknownCmd
    | DeviceId
    | ExtendedVersion
    | VersionMain
    | StimStatusAck
    | CurrentData
    | BatteryStatus
    | LlChannelConfigAck
)


def general_error(data: bytes) -> GeneralError:
    return GeneralError(_at_least(data, 1)[0])


def unknown_cmd(data: bytes) -> UnknownCmd:
    return UnknownCmd(_at_least(data, 1)[0])


def ack(command: Command, data: bytes) -> Ack:
    return Ack(command, _at_least(data, 1)[0])


def device_id(data: bytes) -> DeviceId:
    _at_least(data, 11)
    return DeviceId(data[0], data[1:11].rstrip(b"\x00 ").decode("ascii", "replace"))


def extended_version(data: bytes) -> ExtendedVersion:
    result, f1, f2, f3, s1, s2, s3 = _at_least(data, 13)[:7]
    return ExtendedVersion(result, (f1, f2, f3), (s1, s2, s3), data[7:11], data[11], data[12] == 1)


def version_main(data: bytes) -> VersionMain:
    result, f1, f2, f3, s1, s2, s3 = _at_least(data, 7)[:7]
    return VersionMain(result, (f1, f2, f3), (s1, s2, s3))


def stim_status(data: bytes) -> StimStatusAck:
    _at_least(data, 3)
    return StimStatusAck(data[0], data[1], data[2])


def current_data(data: bytes) -> CurrentData:
    """Byte 0 result, byte 1 selector, then the body of that selector."""
    result, size = _at_least(data, 1)[0], len(data)
    if size >= 7 and data[1] == 4:
        # low half-byte first: P24 Table 26; order from the vendor's library [verify]
        states = tuple(nibble for byte in data[3:7] for nibble in (byte & 15, byte >> 4))
        return CurrentData(result, ChannelStates(data[2], states))
    if size >= 3 and data[1] == 2:
        return CurrentData(result, ElectrodeBits((_electrode_group(data[2], 1),)))
    if size >= 4 and data[1] == 3:
        return CurrentData(result, ElectrodeBits((_electrode_group(data[2], 1), _electrode_group(data[3], 5))))
    if result == 0:
        raise Malformed(f"state of the channels without its body: {data.hex(' ')}")
    return CurrentData(result, None)


def battery_status(data: bytes) -> BatteryStatus:
    _at_least(data, 4)
    return BatteryStatus(data[0], data[1], int.from_bytes(data[2:4], "big"))


def ll_channel_config_ack(data: bytes) -> LlChannelConfigAck:
    """Result, connector and channel, measurement; with a measurement also sampling time and samples."""
    result, place = _at_least(data, 2)[:2]
    channel = (place >> 4) * 4 + (place & 15) + 1
    measurement = data[2] if len(data) > 2 else 0  # the RehaMove3 leaves it out
    if measurement == 0:
        return LlChannelConfigAck(result, channel, 0, 0, ())
    _at_least(data, 5)
    samples = tuple(int.from_bytes(data[at : at + 2], "big") for at in range(5, len(data) - 1, 2))
    return LlChannelConfigAck(result, channel, measurement, int.from_bytes(data[3:5], "big"), samples)


def _electrode_group(byte: int, first_channel: int) -> tuple[bool, tuple[int, ...]]:
    return bool(byte & 16), tuple(first_channel + bit for bit in range(4) if byte >> bit & 1)


def _at_least(data: bytes, size: int) -> bytes:
    if len(data) < size:
        raise Malformed(f"{len(data)} data bytes where {size} belong: {data.hex(' ')}")
    return data
