"""Frames of ScienceMode2: `F0 | checksum | length | stuffed number, command and data | 0F`; the stream is `framing`'s.

The checksum comes before the length, the other way round than in ScienceMode3 and 4, and the length is that of the
stuffed payload alone.
"""

from __future__ import annotations

from nmes.devices import framing
from nmes.devices.framing import ESCAPE, KEY, START, STOP, Frame, Shape, stuff, unstuff

__all__ = ["MAX_COMMAND", "MAX_DATA", "MAX_LENGTH", "MAX_PACKET_NUMBER", "MIN_LENGTH", "Decoder", "Frame", "checksum"]
__all__ += ["encode"]

# SM2 document p. 9 Tables 5 and 6 [source]
MIN_LENGTH = 8
MAX_LENGTH = 261  # the length field has 8 bits [computed]
MAX_PACKET_NUMBER = 255
MAX_COMMAND = 255
MAX_DATA = 60  # "less than 61 bytes" [source]

_HEADER = 5


def encode(frame: Frame) -> bytes:
    """The bytes of one frame. ValueError if a number or the length is out of range."""
    if not (0 <= frame.packet_number <= MAX_PACKET_NUMBER and 0 <= frame.command <= MAX_COMMAND):
        raise ValueError(f"packet number {frame.packet_number} or command {frame.command} out of range")
    if len(frame.data) > MAX_DATA:
        raise ValueError(f"{len(frame.data)} data bytes; at most {MAX_DATA} are allowed")
    payload = stuff(bytes((frame.packet_number, frame.command)) + frame.data)
    # The header is escaped whatever its value.
    header = (START, ESCAPE, checksum(payload) ^ KEY, ESCAPE, len(payload) ^ KEY)
    return bytes(header) + payload + bytes((STOP,))


def checksum(payload: bytes) -> int:
    """CRC-8, polynomial 07, initial value 0, not reflected, over the stuffed payload [source; 0: client programs]."""
    crc = 0
    for byte in payload:
        crc = _REMAINDERS[crc ^ byte]
    return crc


class Decoder(framing.Decoder):
    """A stream of bytes in any cut -> frames; it holds at most 260 bytes of an unfinished one."""

    def __init__(self) -> None:
        super().__init__(_SHAPE)


def _valid(candidate: bytes) -> Frame | None:
    if len(candidate) < MIN_LENGTH or candidate[1:_HEADER:2] != b"\x81\x81":
        return None
    payload = candidate[_HEADER:-1]
    if (candidate[4] ^ KEY) != len(payload) or (candidate[2] ^ KEY) != checksum(payload):
        return None
    plain = unstuff(payload)
    if len(plain) < 2:  # eight bytes on the line, but one escaped number and no command
        return None
    return Frame(plain[0], plain[1], plain[2:])


def _remainder(byte: int) -> int:
    for _ in range(8):
        byte = byte << 1 ^ (0x107 if byte & 0x80 else 0)
    return byte


_REMAINDERS = bytes(_remainder(byte) for byte in range(256))
_SHAPE = Shape(MIN_LENGTH, MAX_LENGTH, _valid)
