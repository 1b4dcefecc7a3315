"""ScienceMode4 framing as the guard reads it, written from the maker's manual alone.

F0, then length and checksum (each byte always escaped), then the stuffed payload, then 0F. An escape is 81 and the byte
XOR 55. The checksum covers the stuffed payload; the length the whole frame. [source: P24 pp. 16-17; sizes and the
checksum's initial value: ScienceMode4 C library]
"""

from __future__ import annotations

import re

START, STOP, ESCAPE, KEY = 0xF0, 0x0F, 0x81, 0x55
SHORTEST, LONGEST = 12, 1200
_BODY = 9  # start byte and four escaped header bytes
_HEADER_ESCAPES = bytes([ESCAPE] * 4)
_SPECIAL = re.compile(rb"[\xf0\x0f\x81]")
_ESCAPED = re.compile(rb"\x81(.)", re.DOTALL)
_INSIDE = re.compile(rb"(?:[^\xf0\x0f\x81]+|\x81.)*", re.DOTALL)
"""What lies between a start and the next bare F0 or 0F: a byte behind 81 is data whatever its value."""


def checksum(data: bytes) -> int:
    """CRC-16, polynomial 1021, initial value 0, not reflected."""
    crc = 0
    for byte in data:
        crc = (crc << 8 & 0xFF00) ^ _REMAINDERS[crc >> 8 ^ byte]
    return crc


def _remainder(byte: int) -> int:
    crc = byte << 8
    for _ in range(8):
        crc = crc << 1 ^ (0x11021 if crc & 0x8000 else 0)
    return crc


_REMAINDERS = tuple(_remainder(byte) for byte in range(256))


def close_frame(number: int, command: int, data: bytes = b"") -> bytes:
    """The one way the maker's encoder writes this packet."""
    payload = (number << 10 | command).to_bytes(2, "big") + data
    stuffed = _SPECIAL.sub(lambda found: bytes([ESCAPE, found[0][0] ^ KEY]), payload)
    header = (_BODY + len(stuffed) + 1).to_bytes(2, "big") + checksum(stuffed).to_bytes(2, "big")
    escaped = b"".join(bytes([ESCAPE, byte ^ KEY]) for byte in header)
    return bytes([START]) + escaped + stuffed + bytes([STOP])


def open_frame(frame: bytes) -> tuple[int, int, bytes] | None:
    """(packet number, command, data) of bytes from a start to a stop; None unless every check holds."""
    if not SHORTEST <= len(frame) <= LONGEST or frame[1:_BODY:2] != _HEADER_ESCAPES:
        return None
    length, crc = (frame[2] ^ KEY) << 8 | frame[4] ^ KEY, (frame[6] ^ KEY) << 8 | frame[8] ^ KEY
    stuffed = frame[_BODY:-1]
    if length != len(frame) or crc != checksum(stuffed):
        return None
    payload = _ESCAPED.sub(lambda found: bytes([found[1][0] ^ KEY]), stuffed)
    if len(payload) < 2:
        return None
    prefix = payload[0] << 8 | payload[1]
    return prefix >> 10, prefix & 0x3FF, payload[2:]


class Frames:
    """Frames out of a stream that may begin anywhere, be cut anywhere and hold anything."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, int, bytes]]:
        """The packets completed by `data`, in order. Holds back less than one longest frame."""
        self._held += data
        packets: list[tuple[int, int, bytes]] = []
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
