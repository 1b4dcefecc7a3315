"""What the frames of ScienceMode2, 3 and 4 have in common: `F0 | escaped header | stuffed payload | 0F`.

Law of the decoder: what it delivers depends only on the bytes, never on how they were cut into reads; its memory is
bounded by one frame, its work by the bytes fed. After a rejected candidate it looks again from the candidate's second
byte. That second look needs no second scan: every F0 inside a candidate stands behind an 81, and after such a pair
reading goes on in the same step whether it began at the candidate's F0 or at this one. So all of them end at the same
0F, and only their headers are left to compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

# P24 Instructions for Use v1.1 p. 16-17 Tables 2 and 3; SM2 document p. 9 Tables 5 and 6 [source]
START = 0xF0
STOP = 0x0F
ESCAPE = 0x81
KEY = 0x55

_PLAIN_RUN = re.compile(rb"[^\x81\xf0\x0f]*+(?:\x81[\x00-\xff][^\x81\xf0\x0f]*+)*+")
_ESCAPED = re.compile(rb"\x81([\x00-\xff])")
_UNSTUFFED = {bytes((value,)): bytes((value ^ KEY,)) for value in range(256)}


@dataclass(frozen=True, slots=True)
class Frame:
    """One packet: its number, its command, its data without stuffing."""

    packet_number: int
    command: int
    data: bytes

    def __str__(self) -> str:
        return f"packet {self.packet_number} command {self.command} data {self.data.hex(' ') or 'none'}"


@dataclass(frozen=True, slots=True)
class Shape:
    """A family's frames: their length on the line, and what one from F0 to 0F holds, None unless every check does."""

    shortest: int
    longest: int
    read: Callable[[bytes], Frame | None]


class Decoder:
    """A stream of bytes in any cut -> frames. Bytes that are no frame are dropped."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._held = bytearray()  # empty, or a candidate: begins with F0
        self._read = 0  # how far the candidate has been read; never in the middle of an escape pair

    @property
    def pending(self) -> int:
        """How many bytes of an unfinished candidate are held; less than one longest frame."""
        return len(self._held)

    def feed(self, data: bytes) -> list[Frame]:
        """Take bytes, give the frames they completed, in order."""
        frames: list[Frame] = []
        held, longest = self._held, self._shape.longest
        held += data
        start, read = 0, self._read
        if not read:
            start, read = _next_start(held, 0)
        while start >= 0:
            limit = min(len(held), start + longest)
            end = _PLAIN_RUN.match(held, read, limit).end()  # type: ignore[union-attr]  # it matches the empty run too
            if end < limit and held[end] == STOP:
                if frame := self._first_valid(start, end + 1):
                    frames.append(frame)
                start, read = _next_start(held, end + 1)
            elif end < limit and held[end] == START:
                start, read = end, end + 1
            elif limit == start + longest:
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

    def _first_valid(self, start: int, end: int) -> Frame | None:
        """The frame in `held[start:end]`, or the first that begins at a later F0 and ends with the same 0F."""
        while start >= 0:
            if frame := self._shape.read(bytes(self._held[start:end])):
                return frame
            start = self._held.find(START, start + 1, end - self._shape.shortest + 1)
        return None


def stuff(plain: bytes) -> bytes:
    """F0, 0F and 81 as 81 and the byte XOR 55."""
    # 81 first: the two other replacements bring new 81s in.
    return plain.replace(b"\x81", b"\x81\xd4").replace(b"\xf0", b"\x81\xa5").replace(b"\x0f", b"\x81\x5a")


def unstuff(payload: bytes) -> bytes:
    """Whatever stands behind an 81, XOR 55; some senders escape more than they must."""
    return _ESCAPED.sub(_plain, payload) if ESCAPE in payload else payload


def _next_start(held: bytearray, at: int) -> tuple[int, int]:
    start = held.find(START, at)
    return start, start + 1


def _plain(pair: re.Match[bytes]) -> bytes:
    return _UNSTUFFED[pair[1]]
