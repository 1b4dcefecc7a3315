"""ScienceMode1 (HASOMED RehaStim 1, MotionStim 8) as the guard reads it, written from the maker's document alone.

No frame: the first byte of a command has its highest bit set, all others have not. One write is one whole command, the
sum right, every unused bit 0; what this program never plays (one pass only, doublets, triplets, single pulses, odd mA)
is `Unknown`. An answer is one byte without a number. [source: SM1 document section 5]
"""

from __future__ import annotations

from nmes.guard.sight import (
    Answer,
    Asked,
    Complaint,
    Halt,
    ListInit,
    ListUpdate,
    Reply,
    Request,
    Seen,
    Slot,
    Unknown,
)

STOP = b"\xc0"
_SLOT_US = 1_500  # each channel takes one in its module's group [source: SM1 document pp. 3-4]
_MODULES = ((1, 2, 3, 4), (5, 6, 7, 8))  # [source: SM1 document pp. 3-4]
_SHORTEST_GROUP_US, _LONGEST_GROUP_US = 3_000, 16_000  # [source: SM1 document section 4]
_LONGEST_PERIOD_US = 1_023_500  # [source: SM1 document section 4]


class ScienceMode1Sight:
    """The `Sight` of the channel list mode."""

    @property
    def numbers(self) -> int:
        return 1

    def see_request(self, frame: bytes) -> Request:
        return Request(0, _seen(frame))

    def replies(self) -> ScienceMode1Replies:
        return ScienceMode1Replies()

    def halt_frame(self, number: int) -> bytes:  # noqa: ARG002 - the contract gives a number; nothing carries it here
        return STOP


class ScienceMode1Replies:
    """The device's half of the line: every byte is an answer."""

    def feed(self, data: bytes) -> list[Reply]:
        return [_reply(byte) for byte in data]


def _seen(frame: bytes) -> Seen:
    if not frame or frame[0] < 0x80 or any(byte > 0x7F for byte in frame[1:]):
        return Unknown("not exactly one whole command")
    match frame[0] >> 5 & 3:
        case 0:
            return _init(frame)
        case 1:
            return _update(frame)
        case 2:
            return Halt() if frame == STOP else Unknown("a stop with something in it")
        case _:
            return Unknown("a single pulse")


def _init(frame: bytes) -> Seen:
    """Sum, skips, active and slow channels, two unused bits, group and main time: 40 bits. [source: section 5]"""
    if len(frame) != 6:
        return Unknown(f"a channel list of {len(frame)} bytes")
    bits = frame[0] & 0x1F
    for byte in frame[1:]:
        bits = bits << 7 | byte
    main, group, unused = bits & 0x7FF, bits >> 11 & 0x1F, bits >> 16 & 3
    slow, active, skips, check = bits >> 18 & 0xFF, bits >> 26 & 0xFF, bits >> 34 & 7, bits >> 37
    if unused or check != (skips + active + slow + group + main) % 8:
        return Unknown("a channel list with a wrong sum or an unused bit")
    if main == 0:
        return Unknown("one pass only")
    seen = ListInit(_channels(active), 1_000 + 500 * main, 1_500 + 500 * group, _channels(slow), skips)
    return seen if _fits(seen) else Unknown(f"times that do not fit: {seen.period_us} and {seen.group_us} µs")


def _channels(bits: int) -> tuple[int, ...]:
    return tuple(index + 1 for index in range(8) if bits >> index & 1)


def _fits(seen: ListInit) -> bool:
    """The two modules work side by side; the main time leaves a slot after the group. [source: section 4]"""
    most = max(len(set(module).intersection(seen.channels)) for module in _MODULES)
    shortest_us = max(_SHORTEST_GROUP_US, _SLOT_US * most)
    return (
        shortest_us <= seen.group_us <= _LONGEST_GROUP_US
        and seen.group_us + _SLOT_US <= seen.period_us <= _LONGEST_PERIOD_US
    )


def _update(frame: bytes) -> Seen:
    """Three bytes for each channel of the list: mode, width, current. [source: section 5]"""
    if len(frame) % 3 != 1 or not 1 <= len(frame) // 3 <= 8:
        return Unknown(f"an update of {len(frame)} bytes")
    slots: list[Slot] = []
    check = 0
    for high, low, current in zip(frame[1::3], frame[2::3], frame[3::3], strict=True):
        mode, unused, width = high >> 5, high >> 2 & 7, (high & 3) << 7 | low
        if mode or unused or current % 2 or not (20 <= width <= 500 or width == current == 0):
            return Unknown(f"mode {mode}, {width} µs, {current} mA or an unused bit")
        slots.append((mode, width, current * 1000))
        check += width + current
    return ListUpdate(tuple(slots)) if check % 32 == frame[0] & 0x1F else Unknown("an update with a wrong sum")


def _reply(byte: int) -> Reply:
    """Which command in bits 7 and 6, good in bit 0; the others are not specified. [source: section 5.7]"""
    result = 0 if byte & 1 else 1
    match byte >> 6:
        case 0:
            return Answer(0, Asked.INIT, result)
        case 1:
            return Answer(0, Asked.UPDATE, result)
        case 2:
            return Answer(0, Asked.HALT, result)
        case _:
            return Complaint("the device answered a single pulse, which nobody asked for")
