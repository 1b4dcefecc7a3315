"""Law: framed like ScienceMode3 and 4, with a shorter header the other way round: checksum first, then length.

    F0 | 81 (crc ^ 55) | 81 (length ^ 55) | stuffed packet number, command, data | 0F

The length counts the stuffed bytes, the checksum is taken over them. [source: ScienceMode2 document p. 9]
"""

from firmware_sim.sciencemode4.framing import ESCAPE, KEY, START, STOP, Damaged, Frame, Receiver, Wire, stuff

__all__ = ["WIRE", "Damaged", "Frame", "Receiver", "checksum", "encode"]

HEADER_BYTES = 5
MINIMUM_BYTES, MAXIMUM_BYTES = 8, 261  # the length has 8 bits [computed]
POLYNOMIAL = 0x07  # [source: ScienceMode2 document p. 9; initial value 0, no reflection: client programs]


def _table() -> bytes:
    """The checksum of each byte on its own."""
    table = bytearray()
    for byte in range(256):
        crc = byte
        for _ in range(8):
            crc = crc << 1 & 0xFF ^ (POLYNOMIAL if crc & 0x80 else 0)
        table.append(crc)
    return bytes(table)


_TABLE = _table()


def checksum(stuffed: bytes) -> int:
    """CRC-8 over the stuffed payload (`123456789` gives F4)."""
    crc = 0
    for byte in stuffed:
        crc = _TABLE[crc ^ byte]
    return crc


def encode(packet_number: int, command: int, data: bytes = b"") -> bytes:
    """The bytes on the line. Raises ValueError when the result would exceed the longest frame."""
    stuffed = stuff(bytes((packet_number, command)) + data)
    if len(stuffed) > MAXIMUM_BYTES - HEADER_BYTES - 1:
        raise ValueError(f"a frame of {HEADER_BYTES + len(stuffed) + 1} bytes exceeds {MAXIMUM_BYTES}")
    header = bytes((START, ESCAPE, checksum(stuffed) ^ KEY, ESCAPE, len(stuffed) ^ KEY))
    return header + stuffed + bytes((STOP,))


def _is_good(candidate: bytes) -> bool:
    payload = candidate[HEADER_BYTES:-1]
    return candidate[4] ^ KEY == len(payload) and candidate[2] ^ KEY == checksum(payload)


WIRE = Wire(HEADER_BYTES, MINIMUM_BYTES, MAXIMUM_BYTES, _is_good, lambda first, second: (first, second))
