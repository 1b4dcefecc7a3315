"""ScienceMode2 (HASOMED RehaStim2) as the guard reads it: which packets may matter to a patient, and what is proven.

Only the frame that escapes no more than it must is read; the smallest deviation is `Unknown`. So are single pulses,
doublets and triplets, the one-shot mode, everything of the MOTOmed, and the Watchdog packet: it prolongs the output and
has no answer, so nothing would show whether the device is still there. The question for the mode does both.
"""

from __future__ import annotations

from nmes.guard.sight import (
    Answer,
    Asked,
    Complaint,
    Halt,
    Harmless,
    ListInit,
    ListUpdate,
    Reply,
    Request,
    Seen,
    Slot,
    Standing,
    Status,
    Unknown,
)
from nmes.guard.sight.packets import Packets
from nmes.guard.sight.sciencemode2_frame import LONGEST, close_frame, open_frame

# Command numbers [source: SM2 document sections 4.1 to 4.3; two are printed wrongly on pp. 19 and 20]
INIT, INIT_ACK, UNKNOWN_COMMAND, MODE = 1, 2, 3, 10
LIST_INIT, LIST_START, LIST_STOP, STIMULATION_ERROR = 30, 32, 34, 38
ACCEPTED, INCOMPATIBLE = b"\x00", b"\xfb"  # the two answers to Init [source: section 4.1]
SAYS_NOTHING = (-1, -8)  # it could not read the question, or is busy: no word on its mode [source: section 4.2]

_ANSWERS = {LIST_STOP + 1: Asked.HALT, LIST_INIT + 1: Asked.INIT, LIST_START + 1: Asked.UPDATE}
_CAUSES = {
    -1: "its emergency switch is pressed or not plugged in",
    -2: "an electrode fault, on no channel it names",
    -3: "a fault of its stimulation module",
}


class ScienceMode2Sight:
    """The `Sight` of the channel list mode."""

    @property
    def numbers(self) -> int:
        return 256

    def see_request(self, frame: bytes) -> Request:
        packet = open_frame(frame)
        if packet is None or close_frame(*packet) != frame:
            return Request(-1, Unknown("not exactly one whole frame, written the shortest way"))
        number, command, data = packet
        return Request(number, _seen(command, data))

    def replies(self) -> ScienceMode2Replies:
        return ScienceMode2Replies()

    def halt_frame(self, number: int) -> bytes:
        return close_frame(number, LIST_STOP)


class ScienceMode2Replies:
    """The device's half of the line."""

    def __init__(self) -> None:
        self._packets = Packets(LONGEST, open_frame)

    def feed(self, data: bytes) -> list[Reply]:
        read = (_reply(*packet) for packet in self._packets.feed(data))
        return [reply for reply in read if reply is not None]


def _seen(command: int, data: bytes) -> Seen:
    if command == LIST_STOP and not data:
        return Halt()
    if command == MODE and not data:
        return Status()
    if command == INIT_ACK and data in (ACCEPTED, INCOMPATIBLE):
        return Harmless()
    if command == LIST_INIT and len(data) == 7:
        return _list_init(data)
    if command == LIST_START and data and len(data) % 4 == 0 and len(data) <= 32:
        return _list_start(data)
    return Unknown(f"command {command} with these {len(data)} bytes is not on the list")


def _list_init(data: bytes) -> Seen:
    """Skips, active channels, low-frequency channels, group and main interval, execution. [source: section 4.3]"""
    skips, active, low, group, execution = data[0], data[1], data[2], data[3], data[6]
    main = data[4] << 8 | data[5]
    if execution:
        return Unknown("a channel list as fast as possible: the document says it is not made yet")
    if main > 2048:  # 1025 ms [source: p. 18]
        return Unknown(f"main interval code {main} of a channel list")
    group_us, period_us = 1500 + 500 * group, 1000 + 500 * main
    if not 8000 <= group_us <= period_us:  # [source: p. 17]; so no code below 14 is left, and not 0, the one-shot mode
        return Unknown(f"a group of {group_us} µs in {period_us} µs")
    if not active or low & ~active or skips > 7:
        return Unknown(f"channels {active:02x}, of low frequency {low:02x}, {skips} skips")
    return ListInit(_channels(active), period_us, group_us, _channels(low), skips)


def _list_start(data: bytes) -> Seen:
    """Mode, width, current of each channel of the list. [source: section 4.3]"""
    slots: list[Slot] = []
    for at in range(0, len(data), 4):
        mode, width_us, code = data[at], data[at + 1] << 8 | data[at + 2], data[at + 3]
        if mode > 2 or not 20 <= width_us <= 500:  # shorter ones act as 20 µs [source: p. 18]
            return Unknown(f"mode {mode}, {width_us} µs of an update")
        if code > 126 or code % 2:  # steps of 2 mA up to 126 [source: README]; how others are rounded is not documented
            return Unknown(f"{code} mA of an update: not on the steps of 2 mA up to 126")
        slots.append((mode, width_us, code * 1000))
    return ListUpdate(tuple(slots))


def _channels(bits: int) -> tuple[int, ...]:
    return tuple(bit + 1 for bit in range(8) if bits >> bit & 1)


def _reply(number: int, command: int, data: bytes) -> Reply | None:
    """What a packet of the device proves; None where it says nothing about output."""
    if command in _ANSWERS:
        return Answer(number, _ANSWERS[command], _signed(data)) if len(data) == 1 else _unreadable(command)
    if command == MODE + 1:
        return _standing(number, data)
    if command == STIMULATION_ERROR:
        cause = _CAUSES.get(_signed(data), "for a reason it does not name") if len(data) == 1 else "without a reason"
        return Complaint(f"the device stopped by itself: {cause}")
    if command == INIT:
        return Complaint("the device announces itself: it has restarted, or let go")
    if command == UNKNOWN_COMMAND:
        return Complaint(f"the device does not know command {data.hex(' ') or 'without a number'}")
    return None


def _standing(number: int, data: bytes) -> Reply | None:
    """Result, and the mode where it is 0. Any packet renews the device's timer. [source: section 4.2, p. 10]"""
    if len(data) == 2 and data[0] == 0 and data[1] <= 2:
        return Standing(number, enabled=data[1] >= 1, stimulating=data[1] == 2, renews=True)
    if len(data) == 1 and _signed(data) in SAYS_NOTHING:
        return None
    return _unreadable(MODE + 1)


def _signed(data: bytes) -> int:
    return int.from_bytes(data[:1], "big", signed=True)


def _unreadable(command: int) -> Complaint:
    return Complaint(f"an answer {command} that cannot be read")
