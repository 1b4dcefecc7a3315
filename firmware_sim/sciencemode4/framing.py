"""Law: a frame is accepted only whole and right, and a damaged stream costs no good frame that stands behind.

    F0 | 81 (length high ^ 55) 81 (length low ^ 55) | 81 (crc high ^ 55) 81 (crc low ^ 55) | stuffed payload | 0F

The outcome never depends on how the bytes are cut into reads, and memory stays bounded by one longest frame.
"""

import re
from binascii import crc_hqx
from collections.abc import Callable
from dataclasses import dataclass

START, STOP, ESCAPE, KEY = 0xF0, 0x0F, 0x81, 0x55
HEADER_BYTES = 9
MINIMUM_BYTES, MAXIMUM_BYTES = 12, 1200  # [source: P24 Instructions for Use pp. 16-17]

_NEEDS_ESCAPE = re.compile(rb"[\xf0\x0f\x81]")
_ESCAPED = re.compile(rb"\x81(.)", re.DOTALL)
# Everything up to the next unescaped start or stop byte: an escape takes the byte behind it, whatever its value.
_BODY = re.compile(rb"(?:[^\xf0\x0f\x81]++|\x81.)*+", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Frame:
    """A good frame: packet number 0 to 63, command 0 to 1023, and the command's data."""

    packet_number: int
    command: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Damaged:
    """A candidate with a wrong length or checksum whose prefix could still be read."""

    packet_number: int
    command: int
    data: bytes


def checksum(stuffed: bytes) -> int:
    """CRC-16, polynomial 1021, initial value 0, over the stuffed payload (`123456789` gives 31C3)."""
    return crc_hqx(stuffed, 0)


def encode(packet_number: int, command: int, data: bytes = b"") -> bytes:
    """The bytes on the line. Raises ValueError when the result would exceed the longest frame."""
    prefix = packet_number << 10 | command
    stuffed = stuff(prefix.to_bytes(2, "big") + data)
    length = HEADER_BYTES + len(stuffed) + 1
    if length > MAXIMUM_BYTES:
        raise ValueError(f"a frame of {length} bytes exceeds {MAXIMUM_BYTES}")
    header = bytearray((START,))
    for byte in length.to_bytes(2, "big") + checksum(stuffed).to_bytes(2, "big"):
        header += bytes((ESCAPE, byte ^ KEY))
    return bytes(header) + stuffed + bytes((STOP,))


def stuff(payload: bytes) -> bytes:
    """The payload with every start, stop and escape byte escaped."""
    return _NEEDS_ESCAPE.sub(_escape, payload)


def _escape(match: re.Match[bytes]) -> bytes:
    return bytes((ESCAPE, match[0][0] ^ KEY))


def _unescape(match: re.Match[bytes]) -> bytes:
    return bytes((match[1][0] ^ KEY,))


def _is_good(candidate: bytes) -> bool:
    """Whether length and checksum are right."""
    length = (candidate[2] ^ KEY) << 8 | candidate[4] ^ KEY
    crc = (candidate[6] ^ KEY) << 8 | candidate[8] ^ KEY
    return length == len(candidate) and crc == checksum(candidate[HEADER_BYTES:-1])


def _prefix(first: int, second: int) -> tuple[int, int]:
    """Packet number and command: 6 and 10 bits."""
    return first >> 2, (first & 3) << 8 | second


@dataclass(frozen=True, slots=True)
class Wire:
    """What differs between generations that are framed alike: where the payload begins, and how it is checked."""

    header_bytes: int
    minimum_bytes: int
    maximum_bytes: int
    is_good: Callable[[bytes], bool]
    """Whether length and checksum of a well-formed candidate are right."""
    prefix: Callable[[int, int], tuple[int, int]]
    """Packet number and command from the first two bytes of the payload."""

    def well_formed(self, candidate: bytes) -> bool:
        """Whether a run of bytes from an unescaped start to an unescaped stop byte has a readable header and prefix."""
        escapes = candidate[1 : self.header_bytes : 2]
        return len(candidate) >= self.minimum_bytes and escapes == b"\x81" * (self.header_bytes // 2)

    def read(self, candidate: bytes, kind: type[Frame] | type[Damaged]) -> Frame | Damaged | None:
        """Packet number, command and data; None when half of the prefix is missing."""
        payload = candidate[self.header_bytes : -1]
        plain = _ESCAPED.sub(_unescape, payload) if ESCAPE in payload else payload
        if len(plain) < 2:
            return None
        return kind(*self.prefix(plain[0], plain[1]), plain[2:])


WIRE = Wire(HEADER_BYTES, MINIMUM_BYTES, MAXIMUM_BYTES, _is_good, _prefix)


class Receiver:
    """Takes bytes as they come and gives frames, and damaged frames that deserve an answer.

    A stop byte ends at most one damaged frame: the search of dropped bytes may meet the same stop byte again.
    """

    def __init__(self, wire: Wire = WIRE) -> None:
        self._wire = wire
        self._buffer = b""
        self._searched = 1  # bytes of the buffer already known to hold no unescaped start or stop byte
        self._blamed = -1  # index in the buffer of the last stop byte that ended a damaged frame

    @property
    def pending(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Frame | Damaged]:
        """The frames that end in `data`, in order."""
        self._buffer += data
        out: list[Frame | Damaged] = []
        while self._align():
            end = self._end()
            if end is None:
                break
            self._take(end, out)
        return out

    def _align(self) -> bool:
        """Drop everything before the first start byte; an escape outside a frame has no meaning."""
        if self._buffer[:1] != b"\xf0":
            start = self._buffer.find(START)
            self._restart(start if start >= 0 else len(self._buffer))
        return bool(self._buffer)

    def _restart(self, drop: int) -> None:
        self._buffer, self._searched = self._buffer[drop:], 1
        self._blamed -= drop

    def _end(self) -> int | None:
        """Index of the byte that ends the candidate; the longest frame when it is too long; None to wait for more."""
        most = self._wire.maximum_bytes
        match = _BODY.match(self._buffer, self._searched)
        end = match.end() if match else self._searched
        if end >= most:
            return most
        if end < len(self._buffer) and self._buffer[end] != ESCAPE:
            return end
        if len(self._buffer) >= most:  # its last byte is an escape: as long as can be and no end
            return most
        self._searched = end
        return None

    def _take(self, end: int, out: list[Frame | Damaged]) -> None:
        """Deliver the candidate or drop it; what is dropped is searched again from its second byte."""
        if end == self._wire.maximum_bytes:
            self._restart(1)
        elif self._buffer[end] == START:
            self._restart(end)
        else:
            self._restart(end + 1 if self._judge(end, out) else 1)

    def _judge(self, end: int, out: list[Frame | Damaged]) -> bool:
        """Deliver the candidate that ends at `end` if it is good, and tell whether it was."""
        candidate = self._buffer[: end + 1]
        if not self._wire.well_formed(candidate):
            return False
        good = self._wire.is_good(candidate)
        if good or self._blamed != end:
            item = self._wire.read(candidate, Frame if good else Damaged)
            self._blamed = end
            if item is not None:
                out.append(item)
        return good
