"""ScienceMode2 framing as the guard reads it, written from the maker's document alone.

F0, then checksum and length (each always escaped), then the stuffed payload (number, command, data), then 0F (see
`packets`). Checksum and length are those of the stuffed payload. [source: SM2 document p. 9; the checksum's initial
value: client programs]
"""

from __future__ import annotations

from nmes.guard.sight.packets import ESCAPE, KEY, START, STOP, Packet, stuff, unstuff

SHORTEST, LONGEST = 8, 261
_BODY = 5  # start byte and two escaped header bytes


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
    stuffed = stuff(bytes([number, command]) + data)
    header = bytes([ESCAPE, checksum(stuffed) ^ KEY, ESCAPE, len(stuffed) ^ KEY])
    return bytes([START]) + header + stuffed + bytes([STOP])


def open_frame(frame: bytes) -> Packet | None:
    """Number, command and data of bytes from a start to a stop; None unless every check holds."""
    if not SHORTEST <= len(frame) <= LONGEST or (frame[1], frame[3]) != (ESCAPE, ESCAPE):
        return None
    stuffed = frame[_BODY:-1]
    if frame[4] ^ KEY != len(stuffed) or frame[2] ^ KEY != checksum(stuffed):
        return None
    payload = unstuff(stuffed)
    return (payload[0], payload[1], payload[2:]) if len(payload) >= 2 else None
