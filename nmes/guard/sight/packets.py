"""Packets out of a stream as the guard reads it: what the lines of ScienceMode2, 3 and 4 mark alike.

A frame goes from F0 to 0F, and between them a byte that looks like either, or like the escape, stands as 81 and the
byte XOR 55. What a whole frame of a family is, each says for itself (`sciencemode2_frame`, `sciencemode4_frame`).
[source: SM2 document p. 9; P24 pp. 16-17]
"""

from __future__ import annotations

import re
from collections.abc import Callable

START, STOP, ESCAPE, KEY = 0xF0, 0x0F, 0x81, 0x55
_SPECIAL = re.compile(rb"[\xf0\x0f\x81]")
_ESCAPED = re.compile(rb"\x81(.)", re.DOTALL)
_INSIDE = re.compile(rb"(?:[^\xf0\x0f\x81]+|\x81.)*", re.DOTALL)
"""What lies between a start and the next bare F0 or 0F: a byte behind 81 is data whatever its value."""

Packet = tuple[int, int, bytes]
"""Number, command, data."""


def stuff(payload: bytes) -> bytes:
    """The payload as it stands on the line; nothing is escaped that need not be."""
    return _SPECIAL.sub(lambda found: bytes([ESCAPE, found[0][0] ^ KEY]), payload)


def unstuff(stuffed: bytes) -> bytes:
    """What the line meant, however much of it was escaped."""
    return _ESCAPED.sub(lambda found: bytes([found[1][0] ^ KEY]), stuffed)


class Packets:
    """Packets out of a stream that may begin anywhere, be cut anywhere and hold anything."""

    def __init__(self, longest: int, open_frame: Callable[[bytes], Packet | None]) -> None:
        self._longest = longest
        self._open_frame = open_frame
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """The packets completed by `data`, in order. Holds back less than one longest frame."""
        self._held += data
        packets: list[Packet] = []
        at = 0
        while (at := self._held.find(START, at)) >= 0:
            limit = at + self._longest
            inside = _INSIDE.match(self._held, at + 1, limit)
            assert inside is not None  # the pattern matches nothing at all as well
            end = inside.end()
            ending = self._held[end] if end < min(limit, len(self._held)) else ESCAPE
            if ending == ESCAPE and len(self._held) < limit:
                break  # not complete yet
            if ending == START:
                at = end  # a new start drops what was collected
            elif ending == STOP and (packet := self._open_frame(bytes(self._held[at : end + 1]))):
                packets.append(packet)
                at = end + 1
            else:
                at += 1  # bad or too long: a frame cut behind an escape may have swallowed the start of a good one
        del self._held[: at if at >= 0 else len(self._held)]
        return packets
