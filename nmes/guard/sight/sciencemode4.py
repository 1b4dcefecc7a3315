"""ScienceMode4 (HASOMED P24) as the guard reads it: which frames may matter to a patient, and what the answers prove.

Only the frame the maker's own encoder would have written is read; the smallest deviation is `Unknown`. The low level is
never used: its stop passes as harmless, because its answer proves nothing about the mid level.
"""

from __future__ import annotations

from nmes.guard.sight import (
    Answer,
    Asked,
    Complaint,
    Condition,
    Halt,
    Harmless,
    Init,
    Poll,
    Reply,
    Request,
    Seen,
    Standing,
    Status,
    Train,
    Unknown,
    Update,
)
from nmes.guard.sight.packets import Packets
from nmes.guard.sight.sciencemode4_frame import LONGEST, close_frame, open_frame

# Command numbers [source: P24 Table 19; 36 and 37 from the C library, the P24 manual's 37 and 38 are a slip]
LL_STOP, ML_INIT, ML_UPDATE, ML_STOP, ML_POLL = 4, 30, 32, 34, 36
DEVICE_ID, RESET, STIM_STATUS, GENERAL_ERROR, UNKNOWN_COMMAND, EXTENDED_VERSION = 52, 58, 62, 66, 67, 68
VERSION_MAIN = 50  # the question by which a RehaMove3 is told [source: C library]
ALL_CHANNELS = 4  # selector of the poll [source: P24 Table 25]

_ANSWERS = {ML_STOP + 1: Asked.HALT, ML_INIT + 1: Asked.INIT, ML_UPDATE + 1: Asked.UPDATE}
_WITHOUT_DATA: dict[int, Seen] = {
    ML_STOP: Halt(),
    STIM_STATUS: Status(),
    LL_STOP: Harmless(),
    DEVICE_ID: Harmless(),
    EXTENDED_VERSION: Harmless(),
    VERSION_MAIN: Harmless(),
}


class ScienceMode4Sight:
    """The `Sight` of the P24's mid level."""

    @property
    def numbers(self) -> int:
        return 64

    def see_request(self, frame: bytes) -> Request:
        packet = open_frame(frame)
        if packet is None or close_frame(*packet) != frame:
            return Request(-1, Unknown("not exactly one whole frame as the maker's encoder writes it"))
        number, command, data = packet
        return Request(number, _seen(command, data))

    def replies(self) -> ScienceMode4Replies:
        return ScienceMode4Replies()

    def halt_frame(self, number: int) -> bytes:
        return close_frame(number, ML_STOP)


class ScienceMode4Replies:
    """The device's half of the line."""

    def __init__(self) -> None:
        self._packets = Packets(LONGEST, open_frame)

    def feed(self, data: bytes) -> list[Reply]:
        read = (_reply(*packet) for packet in self._packets.feed(data))
        return [reply for reply in read if reply is not None]


def _seen(command: int, data: bytes) -> Seen:
    if command in _WITHOUT_DATA:
        return Unknown(f"command {command} carries no data") if data else _WITHOUT_DATA[command]
    if command == ML_INIT and data in (b"\x00", b"\x01"):
        return Init(stop_all=data == b"\x01")
    if command == ML_POLL and data == bytes([ALL_CHANNELS]):
        return Poll()
    if command == ML_UPDATE:
        return _update(data)
    return Unknown(f"command {command} with these {len(data)} bytes is not on the list")


def _update(data: bytes) -> Seen:
    """Enable bits, then each channel's block. [source: P24 Tables 21, 22]"""
    if not data:
        return Unknown("an update without its enable byte")
    trains: list[Train] = []
    at = 1
    for channel in (bit + 1 for bit in range(8) if data[0] >> bit & 1):
        block = _train(channel, data[at:])
        if isinstance(block, Unknown):
            return block
        trains.append(block)
        at += 3 + 4 * len(block.points)
    return Update(tuple(trains)) if at == len(data) else Unknown("bytes behind the last channel of an update")


def _train(channel: int, data: bytes) -> Train | Unknown:
    """Points and ramp, period, points of the channel at the head of `data`. [source: P24 Table 22]"""
    if len(data) < 3 or len(data) < 3 + 4 * ((data[0] >> 4) + 1):
        return Unknown(f"channel {channel} of an update is cut short")
    code = (data[1] << 8 | data[2]) >> 1
    if not 1 <= code <= 32766:  # [source: P24 p. 29, 16383 ms; 0 is not a period]
        return Unknown(f"period code {code} of channel {channel}")
    points = tuple(_point(data[at : at + 4]) for at in range(3, 7 + 4 * (data[0] >> 4), 4))
    if None in points:
        return Unknown(f"a point of channel {channel} is out of range")
    period_us = code * (250 if data[2] & 1 else 500)
    return Train(channel, data[0] & 0x0F, period_us, tuple(point for point in points if point is not None))


def _point(data: bytes) -> tuple[int, int] | None:
    """12 bits of µs, 10 bits of current (300 = 0 mA, 0.5 mA a step), 10 bits that must be 0. [source: P24 Table 15]"""
    word = int.from_bytes(data, "big")
    duration_us, code = word >> 20, word >> 10 & 0x3FF
    if word & 0x3FF or code > 600 or duration_us < 10:  # below 10 µs the device plays 10 µs [source: C library]
        return None
    return duration_us, (code - 300) * 500


def _reply(number: int, command: int, data: bytes) -> Reply | None:
    """What an answer proves; None where it says nothing about output."""
    if command in _ANSWERS:
        return Answer(number, _ANSWERS[command], data[0]) if len(data) == 1 else _unreadable(command)
    if command == ML_POLL + 1:
        return _condition(number, data)
    if command == STIM_STATUS + 1:
        good = len(data) == 3 and data[0] == 0 and data[1] <= 3
        return Standing(number, enabled=data[1] >= 2, stimulating=data[1] == 3) if good else _unreadable(command)
    if command in (GENERAL_ERROR, UNKNOWN_COMMAND):
        return Complaint(f"the device reports an error of its own, {data.hex(' ') or 'without a code'}")
    if command == RESET + 1:
        return Complaint("the device restarts")
    return None


def _condition(number: int, data: bytes) -> Reply:
    """Result, selector, active bits, one half-byte per channel, low half first. [source: P24 Table 26]"""
    if len(data) == 7 and data[1] == ALL_CHANNELS:
        states = [data[3 + index // 2] >> 4 * (index % 2) & 0x0F for index in range(8)]
        active = tuple(index + 1 for index in range(8) if data[2] >> index & 1)
        return Condition(number, data[0], active, tuple(index + 1 for index in range(8) if states[index]))
    if data and data[0]:
        return Condition(number, data[0], (), ())
    return _unreadable(ML_POLL + 1)


def _unreadable(command: int) -> Complaint:
    return Complaint(f"an answer {command} that cannot be read")
