"""Frames of ScienceMode3 and 4: `F0 | length | checksum | stuffed prefix and data | 0F`; the stream is `framing`'s."""

from __future__ import annotations

from binascii import crc_hqx

from nmes.devices import framing
from nmes.devices.framing import ESCAPE, KEY, START, STOP, Frame, Shape, stuff, unstuff

__all__ = ["ESCAPE", "KEY", "MAX_COMMAND", "MAX_LENGTH", "MAX_PACKET_NUMBER", "MIN_LENGTH", "START", "STOP"]
__all__ += ["Decoder", "Frame", "encode"]

# P24 Instructions for Use v1.1 p. 16-17 Tables 2 and 3 [source]
MIN_LENGTH = 12
MAX_LENGTH = 1200
MAX_PACKET_NUMBER = 63
MAX_COMMAND = 1023

_HEADER = 9


def encode(frame: Frame) -> bytes:
    """The bytes of one frame. ValueError if a number or the length is out of range."""
    if not (0 <= frame.packet_number <= MAX_PACKET_NUMBER and 0 <= frame.command <= MAX_COMMAND):
        raise ValueError(f"packet number {frame.packet_number} or command {frame.command} out of range")
    stuffed = stuff((frame.packet_number << 10 | frame.command).to_bytes(2, "big") + frame.data)
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
    return bytes(header) + stuffed + bytes((STOP,))


class Decoder(framing.Decoder):
    """A stream of bytes in any cut -> frames; it holds at most 1199 bytes of an unfinished one."""

    def __init__(self) -> None:
        super().__init__(_SHAPE)


def _valid(candidate: bytes) -> Frame | None:
    length = len(candidate)
    if length < MIN_LENGTH or candidate[1:_HEADER:2] != b"\x81\x81\x81\x81":
        return None
    if (candidate[2] ^ KEY) << 8 | (candidate[4] ^ KEY) != length:
        return None
    stuffed = candidate[_HEADER:-1]
    if (candidate[6] ^ KEY) << 8 | (candidate[8] ^ KEY) != crc_hqx(stuffed, 0):
        return None
    plain = unstuff(stuffed)
    if len(plain) < 2:  # twelve bytes on the line, but half a prefix once unstuffed
        return None
    prefix = plain[0] << 8 | plain[1]
    return Frame(prefix >> 10, prefix & MAX_COMMAND, plain[2:])


_SHAPE = Shape(MIN_LENGTH, MAX_LENGTH, _valid)
