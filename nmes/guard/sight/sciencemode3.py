"""ScienceMode3 (HASOMED RehaMove3) as the guard reads it: which frames may matter to a patient, and what answers prove.

Law: as for every family, only the frame the maker's own encoder would have written is read, and the smallest deviation
is `Unknown`. The frames are those of ScienceMode4 and so is their reader here; what the frames mean is read for itself.
The low level is never used: its stop passes as harmless, because its answer proves nothing about the mid level.
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

# Command numbers [source: SM3 document v3.2.4; 68 from the C library: the question by which a P24 is told]
LL_STOP, ML_INIT, ML_UPDATE, ML_STOP, ML_POLL = 4, 30, 32, 34, 36
VERSION_MAIN, DEVICE_ID, BATTERY, RESET, STIM_STATUS = 50, 52, 54, 58, 62
GENERAL_ERROR, UNKNOWN_COMMAND, EXTENDED_VERSION = 66, 67, 68
CHANNELS = 4  # [source: SM3 document p. 3]
SELECTOR = 2  # of the poll [source: SM3 document]
RUNNING = 0x10  # the bit that says that anything runs [source: SM3 document]
MIN_POINT_US = 20  # pulse width; a point has 12 bits [source: SM3 document]
LAST_PERIOD = 32766  # code of 16383 ms [source: SM3 document]

_ANSWERS = {ML_STOP + 1: Asked.HALT, ML_INIT + 1: Asked.INIT, ML_UPDATE + 1: Asked.UPDATE}
_WITHOUT_DATA: dict[int, Seen] = {
    ML_STOP: Halt(),
    STIM_STATUS: Status(),
    LL_STOP: Harmless(),
    DEVICE_ID: Harmless(),
    VERSION_MAIN: Harmless(),
    BATTERY: Harmless(),
    EXTENDED_VERSION: Harmless(),
}


class ScienceMode3Sight:
    """The `Sight` of the RehaMove3's mid level."""

    @property
    def numbers(self) -> int:
        return 64

    def see_request(self, frame: bytes) -> Request:
        packet = open_frame(frame)
        if packet is None or close_frame(*packet) != frame:
            return Request(-1, Unknown("not exactly one whole frame as the maker's encoder writes it"))
        number, command, data = packet
        return Request(number, _seen(command, data))

    def replies(self) -> ScienceMode3Replies:
        return ScienceMode3Replies()

    def halt_frame(self, number: int) -> bytes:
        return close_frame(number, ML_STOP)


class ScienceMode3Replies:
    """The device's half of the line."""

    def __init__(self) -> None:
        self._packets = Packets(LONGEST, open_frame)

    def feed(self, data: bytes) -> list[Reply]:
        read = (_reply(*packet) for packet in self._packets.feed(data))
        return [reply for reply in read if reply is not None]


def _seen(command: int, data: bytes) -> Seen:
    if command in _WITHOUT_DATA:
        return Unknown(f"command {command} carries no data") if data else _WITHOUT_DATA[command]
    if command == ML_INIT and data == b"\x00":
        return Init(stop_all=None)  # one reserved byte [source: SM3 document]
    if command == ML_POLL and data == bytes([SELECTOR]):
        return Poll()
    if command == ML_UPDATE:
        return _update(data)
    return Unknown(f"command {command} with these {len(data)} bytes is not on the list")


def _update(data: bytes) -> Seen:
    """Enable bits 0 to 3, then each channel's block. [source: SM3 document]"""
    if not data or data[0] >> CHANNELS:
        return Unknown("an update without its enable byte, or with more than four channels")
    trains: list[Train] = []
    rest = data[1:]
    for channel in range(1, CHANNELS + 1):
        if not data[0] >> channel - 1 & 1:
            continue
        train = _train(channel, rest)
        if isinstance(train, Unknown):
            return train
        trains.append(train)
        rest = rest[3 + 4 * len(train.points) :]
    return Unknown("bytes behind the last channel of an update") if rest else Update(tuple(trains))


def _train(channel: int, data: bytes) -> Train | Unknown:
    """Points less one and ramp, period in 0.5 ms with a reserved bit below, points. [source: SM3 document]"""
    count = (data[0] >> 4) + 1 if data else 1
    if len(data) < 3 + 4 * count:
        return Unknown(f"channel {channel} of an update is cut short")
    period = int.from_bytes(data[1:3], "big")
    if period & 1 or not 1 <= period >> 1 <= LAST_PERIOD:
        return Unknown(f"period field {period} of channel {channel}")
    words = [int.from_bytes(data[3 + 4 * at : 7 + 4 * at], "big") for at in range(count)]
    if not all(_is_point(word) for word in words):
        return Unknown(f"a point of channel {channel} is out of range")
    points = tuple((word >> 20, ((word >> 10 & 0x3FF) - 300) * 500) for word in words)
    return Train(channel, data[0] & 0x0F, (period >> 1) * 500, points)


def _is_point(word: int) -> bool:
    """12 bits of us, 10 bits of current (300 = 0 mA, 0.5 mA a step), 10 bits that must be 0. [source: SM3 document]"""
    return not word & 0x3FF and word >> 10 & 0x3FF <= 600 and word >> 20 >= MIN_POINT_US


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
        return _complaint(command, data)
    if command == RESET + 1:
        return Complaint("the device restarts")
    return None


def _complaint(command: int, data: bytes) -> Complaint:
    return Complaint(f"the device reports an error of its own, {data.hex(' ') or 'without a code'} ({command})")


def _condition(number: int, data: bytes) -> Reply:
    """Result, selector, bit 4 running, bits 0 to 3 electrode errors. [source: SM3 document]

    The device does not tell which channels run: all of them stand for one bit. Longer answers are accepted, because
    the document gives this one a length of 15 to 28.
    """
    if len(data) >= 3 and data[1] == SELECTOR:
        faulty = tuple(channel for channel in range(1, CHANNELS + 1) if data[2] >> channel - 1 & 1)
        active = tuple(range(1, CHANNELS + 1)) if data[2] & RUNNING else ()
        return Condition(number, data[0], active, faulty, together=True)
    if data and data[0]:
        return Condition(number, data[0], (), (), together=True)
    return _unreadable(ML_POLL + 1)


def _unreadable(command: int) -> Complaint:
    return Complaint(f"an answer {command} that cannot be read")
