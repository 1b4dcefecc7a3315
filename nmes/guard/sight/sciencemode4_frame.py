"""ScienceMode3 and 4 framing as the guard reads it, written from the maker's manual alone.

F0, then length and checksum (each byte always escaped), then the stuffed payload, then 0F (see `packets`). The checksum
covers the stuffed payload; the length the whole frame. [source: P24 pp. 16-17; sizes and the checksum's initial value:
ScienceMode4 C library]
"""

from __future__ import annotations

from nmes.guard.sight.packets import ESCAPE, KEY, START, STOP, Packet, stuff, unstuff

SHORTEST, LONGEST = 12, 1200
_BODY = 9  # start byte and four escaped header bytes
_HEADER_ESCAPES = bytes([ESCAPE] * 4)


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
    stuffed = stuff(payload)
    header = (_BODY + len(stuffed) + 1).to_bytes(2, "big") + checksum(stuffed).to_bytes(2, "big")
    escaped = b"".join(bytes([ESCAPE, byte ^ KEY]) for byte in header)
    return bytes([START]) + escaped + stuffed + bytes([STOP])


def open_frame(frame: bytes) -> Packet | None:
    """Number, command and data of bytes from a start to a stop; None unless every check holds."""
    if not SHORTEST <= len(frame) <= LONGEST or frame[1:_BODY:2] != _HEADER_ESCAPES:
        return None
    length, crc = (frame[2] ^ KEY) << 8 | frame[4] ^ KEY, (frame[6] ^ KEY) << 8 | frame[8] ^ KEY
    stuffed = frame[_BODY:-1]
    if length != len(frame) or crc != checksum(stuffed):
        return None
    payload = unstuff(stuffed)
    if len(payload) < 2:
        return None
    prefix = payload[0] << 8 | payload[1]
    return prefix >> 10, prefix & 0x3FF, payload[2:]
