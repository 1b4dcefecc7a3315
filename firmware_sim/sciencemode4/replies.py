"""Law: every reply has the number of its request plus one and the length the manual gives it, errors included.

Each function returns the data of one reply; `refusal` gives the reply data for any result but 0, with the rest of
the body zeroed [inferred].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from firmware_sim.sciencemode4 import requests

GENERAL_ERROR, UNKNOWN_CMD = 66, 67
VOLTAGE_OFF, VOLTAGE_150 = 1, 6  # [source: P24 Instructions for Use Table 7]


class Result(IntEnum):
    """The results a P24 gives in the levels simulated here. [source: Instructions for Use Table 27, C library]"""

    OK = 0
    TRANSFER = 1
    PARAMETER = 2
    STIMULATION_TIMEOUT = 4
    NOT_INITIALISED = 7
    HIGH_VOLTAGE = 8
    ELECTRODE = 10
    UNKNOWN_COMMAND = 11
    PULSE_TIMEOUT = 16
    BUSY = 21
    LOW_CURRENT = 28


class ChannelError(IntEnum):
    """A channel's half-byte. [source: Instructions for Use Table 26]"""

    NONE = 0
    ELECTRODE = 1
    PULSE_TIMEOUT = 2
    LOW_CURRENT = 3

    @property
    def words(self) -> str:
        """For a person."""
        return self.name.lower().replace("_", " ")


RESULT_OF_ERROR = {
    ChannelError.NONE: Result.OK,
    ChannelError.ELECTRODE: Result.ELECTRODE,
    ChannelError.PULSE_TIMEOUT: Result.PULSE_TIMEOUT,
    ChannelError.LOW_CURRENT: Result.LOW_CURRENT,
}


@dataclass(frozen=True, slots=True)
class Version:
    """What Get_extended_version tells. Hash type: 1 git, 2 MD5, 3 SHA-256, 0 uninitialised."""

    firmware: tuple[int, int, int]
    sciencemode: tuple[int, int, int]
    firmware_hash: bytes
    hash_type: int
    hash_valid: bool


def stim_status(result: int, status: int, voltage_code: int) -> bytes:
    """Status 0 none, 1 low level, 2 mid level initialised, 3 mid level running; voltage 1 off, 6 = 150 V."""
    return bytes((result, status, voltage_code))


def device_id(result: int, text: bytes) -> bytes:
    """Ten characters, cut or padded with zeros."""
    return bytes((result,)) + text[:10].ljust(10, b"\0")


def extended_version(result: int, version: Version) -> bytes:
    """Firmware and protocol version, and four bytes of the firmware's hash."""
    head = bytes((result, *version.firmware, *version.sciencemode))
    return head + version.firmware_hash + bytes((version.hash_type, version.hash_valid))


def short_version(result: int, version: Version) -> bytes:
    """Get_version_main and Get_version_stim, the RehaMove3's: no hash."""
    return bytes((result, *version.firmware, *version.sciencemode))


def battery_status(result: int, level_percent: int, voltage_mv: int) -> bytes:
    """The RehaMove3 form."""
    return bytes((result, level_percent)) + voltage_mv.to_bytes(2, "big")


def all_channels(result: int, active: Iterable[int], errors: Sequence[int]) -> bytes:
    """Selector 4: active bits and a half-byte per channel, low half first. `errors` has eight entries."""
    bits = sum(1 << channel - 1 for channel in active)
    halves = bytes(errors[k] | errors[k + 1] << 4 for k in range(0, 8, 2))
    return bytes((result, 4, bits)) + halves


def electrode_bits(result: int, selector: int, running: bool, off: Iterable[int]) -> bytes:
    """Selectors 2 and 3: per four channels one byte, bit 4 running, bits 3-0 electrode error."""
    off = set(off)
    groups = (range(1, 5),) if selector == 2 else (range(1, 5), range(5, 9))
    body = (running << 4 | sum(1 << (ch - group[0]) for ch in group if ch in off) for group in groups)
    return bytes((result, selector, *body))


def ll_channel_config(
    result: int, channel: int, measurement: int = 0, sampling_us: int = 0, samples: Sequence[int] = ()
) -> bytes:
    """Connector and channel of the pulse; samples follow when a measurement was asked for."""
    head = bytes((result, (channel - 1) // 4 << 4 | (channel - 1) % 4, measurement))
    if not measurement:
        return head
    return head + sampling_us.to_bytes(2, "big") + b"".join(sample.to_bytes(2, "big") for sample in samples)


def refusal(command: int, result: int, data: bytes) -> bytes:
    """Reply data for request `command` with `result` other than 0; `data` are the request's, as far as readable."""
    if command == requests.ML_GET_CURRENT_DATA:
        selector = data[0] if data else 4
        return bytes((result, selector)) + bytes({2: 1, 3: 2}.get(selector, 5))
    if command == requests.LL_CHANNEL_CONFIG:
        return ll_channel_config(result, requests.socket_of(data[0]) if data else 1)
    if command == requests.GET_STIM_STATUS:
        return stim_status(result, 0, VOLTAGE_OFF)
    if command == requests.GET_DEVICE_ID:
        return device_id(result, b"")
    if command == requests.GET_EXTENDED_VERSION:
        return extended_version(result, Version((0, 0, 0), (0, 0, 0), bytes(4), 0, hash_valid=False))
    if command == requests.GET_BATTERY_STATUS:
        return battery_status(result, 0, 0)
    if command in (requests.GET_VERSION_MAIN, requests.GET_VERSION_STIM):
        return bytes((result,)) + bytes(6)
    if command == requests.GET_MAIN_STATUS:
        return bytes((result, 0))
    return bytes((result,))
