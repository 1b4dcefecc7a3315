"""ScienceMode2 framing as the guard reads it, written from the maker's document alone.

F0, then checksum and length (each always escaped), then the stuffed payload (number, command, data), then 0F. An escape
is 81 and the byte XOR 55. Checksum and length are those of the stuffed payload. [source: SM2 document p. 9; the
checksum's initial value: client programs]
"""

from __future__ import annotations

import re

START, STOP, ESCAPE, KEY = 0xF0, 0x0F, 0x81, 0x55
SHORTEST, LONGEST = 8, 261
_BODY = 5  # start byte and two escaped header bytes
_SPECIAL = re.compile(rb"[\xf0\x0f\x81]")
_ESCAPED = re.compile(rb"\x81(.)", re.DOTALL)
_INSIDE = re.compile(rb"(?:[^\xf0\x0f\x81]+|\x81.)*", re.DOTALL)
"""What lies between a start and the next bare F0 or 0F: a byte behind 81 is data whatever its value."""

Packet = tuple[int, int, bytes]
"""Number, command, data."""


def checksum(data: bytes) -> int:
    """CRC-8, polynomial 07, initial value 0, not reflected, bit by bit."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1) ^ (0x107 if crc & 0x80 else 0)
    return crc


def close_frame(number: int, command: int, data: bytes = b"") -> bytes:
    """The one way to write this packet in which nothing is escaped that need not be."""
    stuffed = _SPECIAL.sub(lambda found: bytes([ESCAPE, found[0][0] ^ KEY]), bytes([number, command]) + data)
    header = bytes([ESCAPE, checksum(stuffed) ^ KEY, ESCAPE, len(stuffed) ^ KEY])
    return bytes([START]) + header + stuffed + bytes([STOP])


def open_frame(frame: bytes) -> Packet | None:
    """Number, command and data of bytes from a start to a stop; None unless every check holds."""
    if not SHORTEST <= len(frame) <= LONGEST or (frame[1], frame[3]) != (ESCAPE, ESCAPE):
        return None
    stuffed = frame[_BODY:-1]
    if frame[4] ^ KEY != len(stuffed) or frame[2] ^ KEY != checksum(stuffed):
        return None
    payload = _ESCAPED.sub(lambda found: bytes([found[1][0] ^ KEY]), stuffed)
    return (payload[0], payload[1], payload[2:]) if len(payload) >= 2 else None


class Packets:
    """Packets out of a stream that may begin anywhere, be cut anywhere and hold anything."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[Packet]:
        """The packets completed by `data`, in order. Holds back less than one longest frame."""
        self._held += data
        packets: list[Packet] = []
        at = 0
        while (at := self._held.find(START, at)) >= 0:
            inside = _INSIDE.match(self._held, at + 1, at + LONGEST)
            assert inside is not None  # the pattern matches nothing at all as well
            end = inside.end()
            ending = self._held[end] if end < min(at + LONGEST, len(self._held)) else ESCAPE
            if ending == ESCAPE and len(self._held) < at + LONGEST:
                break  # not complete yet
            if ending == START:
                at = end  # a new start drops what was collected
            elif ending == STOP and (packet := open_frame(bytes(self._held[at : end + 1]))):
                packets.append(packet)
                at = end + 1
            else:
                at += 1  # bad or too long: a frame cut behind an escape may have swallowed the start of a good one
        del self._held[: at if at >= 0 else len(self._held)]
        return packets
