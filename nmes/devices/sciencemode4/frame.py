"""Frames of ScienceMode3 and 4: `F0 | length | checksum | stuffed prefix and data | 0F`.

Law of the decoder: what it delivers depends only on the bytes, never on how they were cut into reads; its memory is
bounded by one frame, its work by the bytes fed. After a rejected candidate it looks again from the candidate's second
byte. That second look needs no second scan: every F0 inside a candidate stands behind an 81, and after such a pair
reading goes on in the same step whether it began at the candidate's F0 or at this one. So all of them end at the same
0F, and only their headers are left to compare.
"""

from __future__ import annotations

import re
from binascii import crc_hqx
from dataclasses import dataclass

# P24 Instructions for Use v1.1 p. 16-17 Tables 2 and 3 [source]
START = 0xF0
STOP = 0x0F
ESCAPE = 0x81
KEY = 0x55
MIN_LENGTH = 12
MAX_LENGTH = 1200
MAX_PACKET_NUMBER = 63
MAX_COMMAND = 1023

_HEADER = 9
_PLAIN_RUN = re.compile(rb"[^\x81\xf0\x0f]*+(?:\x81[\x00-\xff][^\x81\xf0\x0f]*+)*+")
_ESCAPED = re.compile(rb"\x81([\x00-\xff])")
_UNSTUFFED = {bytes((value,)): bytes((value ^ KEY,)) for value in range(256)}


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet: `packet_number` 0-63, `command` 0-1023, `data` without stuffing."""

    packet_number: int
    command: int
    data: bytes

    def __str__(self) -> str:
        return f"packet {self.packet_number} command {self.command} data {self.data.hex(' ') or 'none'}"


def encode(frame: Frame) -> bytes:
    """The bytes of one frame. ValueError if a number or the length is out of range."""
    if not (0 <= frame.packet_number <= MAX_PACKET_NUMBER and 0 <= frame.command <= MAX_COMMAND):
        raise ValueError(f"packet number {frame.packet_number} or command {frame.command} out of range")
    plain = (frame.packet_number << 10 | frame.command).to_bytes(2, "big") + frame.data
    # 81 first: the two other replacements bring new 81s in.
    stuffed = plain.replace(b"\x81", b"\x81\xd4").replace(b"\xf0", b"\x81\xa5").replace(b"\x0f", b"\x81\x5a")
    length = len(stuffed) + _HEADER + 1
    if length > MAX_LENGTH:
        raise ValueError(f"frame of {length} bytes; at most {MAX_LENGTH} are allowed")
    # CRC-16, polynomial 1021, initial value 0, over the stuffed bytes. The header is escaped whatever its value.
    crc = crc_hqx(stuffed, 0)
    header = (
        START,
        ESCAPE,
        length >> 8 ^ KEY,
        ESCAPE,
        length & 255 ^ KEY,
        ESCAPE,
        crc >> 8 ^ KEY,
        ESCAPE,
        crc & 255 ^ KEY,
    )
    return bytes(header) + stuffed + b"\x0f"


class Decoder:
    """A stream of bytes in any cut -> frames. Bytes that are no frame are dropped."""

    def __init__(self) -> None:
        self._held = bytearray()  # empty, or a candidate: begins with F0
        self._read = 0  # how far the candidate has been read; never in the middle of an escape pair

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished candidate are held; 0 to 1199."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes, give the frames they completed, in order."""
        frames: list[Frame] = []
        held = self._held
        held += data
        start, read = 0, self._read
        if not read:
            start, read = _next_start(held, 0)
        while start >= 0:
            limit = min(len(held), start + MAX_LENGTH)
            end = _PLAIN_RUN.match(held, read, limit).end()  # type: ignore[union-attr]  # it matches the empty run too
            if end < limit and held[end] == STOP:
                if frame := _first_valid(held, start, end + 1):
                    frames.append(frame)
                start, read = _next_start(held, end + 1)
            elif end < limit and held[end] == START:
                start, read = end, end + 1
            elif limit == start + MAX_LENGTH:
                start = held.find(START, start + 1, limit)
                start, read = (start, end) if start >= 0 else _next_start(held, limit)
            else:
                read = end
                break
        if start < 0:
            start, read = len(held), len(held)
        del held[:start]
        self._read = read - start
        return frames


def _next_start(held: bytearray, at: int) -> tuple[int, int]:
    start = held.find(START, at)
    return start, start + 1


def _first_valid(held: bytearray, start: int, end: int) -> Frame | None:
    """The frame in `held[start:end]`, or the first that begins at a later F0 and ends with the same 0F."""
    while start >= 0:
        if frame := _valid(bytes(held[start:end])):
            return frame
        start = held.find(START, start + 1, end - MIN_LENGTH + 1)
    return None


def _valid(candidate: bytes) -> Frame | None:
    length = len(candidate)
    if length < MIN_LENGTH or candidate[1:_HEADER:2] != b"\x81\x81\x81\x81":
        return None
    if (candidate[2] ^ KEY) << 8 | (candidate[4] ^ KEY) != length:
        return None
    stuffed = candidate[_HEADER:-1]
    if (candidate[6] ^ KEY) << 8 | (candidate[8] ^ KEY) != crc_hqx(stuffed, 0):
        return None
    plain = _ESCAPED.sub(_unstuff, stuffed) if ESCAPE in stuffed else stuffed
    if len(plain) < 2:  # twelve bytes on the line, but half a prefix once unstuffed
        return None
    prefix = plain[0] << 8 | plain[1]
    return Frame(prefix >> 10, prefix & MAX_COMMAND, plain[2:])


def _unstuff(pair: re.Match[bytes]) -> bytes:
    return _UNSTUFFED[pair[1]]
