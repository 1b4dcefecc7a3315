"""The shared byte vectors, and a slow second reading of the framing rules to compare with."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parents[2] / "vectors" / "sciencemode2.toml"
_TABLES = tomllib.loads(_FILE.read_text(encoding="utf-8"))

VECTORS: list[dict[str, Any]] = _TABLES["vector"]
HOSTILE: list[dict[str, Any]] = _TABLES["hostile"]
FRAMING: dict[str, int] = _TABLES["framing"]

REQUESTS = [vector for vector in VECTORS if vector["direction"] == "host_to_device"]
RESPONSES = [vector for vector in VECTORS if vector["direction"] == "device_to_host"]

Packet = tuple[int, int, bytes]


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = (value << 1 ^ 0x07 if value & 0x80 else value << 1) & 0xFF
    return value


def framed(packet_number: int, command: int, data: bytes = b"") -> bytes:
    """A frame written byte by byte from the layout, without the code under test."""
    stuffed = bytearray()
    for byte in bytes((packet_number, command)) + data:
        stuffed += bytes((0x81, byte ^ 0x55)) if byte in (0xF0, 0x0F, 0x81) else bytes((byte,))
    return bytes((0xF0, 0x81, crc(bytes(stuffed)) ^ 0x55, 0x81, len(stuffed) ^ 0x55)) + bytes(stuffed) + b"\x0f"


def read_by_the_rules(stream: bytes) -> list[Packet]:
    """The reference's rules, one byte at a time and with a real second search."""
    found: list[Packet] = []
    at, begin, escaped = 0, -1, False
    while at < len(stream):
        byte = stream[at]
        at += 1
        if begin < 0 or (byte == 0xF0 and not escaped):
            begin, escaped = at - 1 if byte == 0xF0 else -1, False
            continue
        ended = not escaped and byte == 0x0F
        escaped = not escaped and byte == 0x81
        if ended and (frame := _accepted(stream[begin:at])):
            found.append(frame)
            begin = -1
        elif ended or at - begin == 261:
            at, begin, escaped = begin + 1, -1, False
    return found


def _accepted(candidate: bytes) -> Packet | None:
    if not 8 <= len(candidate) <= 261 or candidate[1] != 0x81 or candidate[3] != 0x81:
        return None
    stuffed = candidate[5:-1]
    if candidate[4] ^ 0x55 != len(stuffed) or candidate[2] ^ 0x55 != crc(stuffed):
        return None
    plain, at = bytearray(), 0
    while at < len(stuffed):
        pair = stuffed[at] == 0x81
        plain.append(stuffed[at + 1] ^ 0x55 if pair else stuffed[at])
        at += 2 if pair else 1
    return (plain[0], plain[1], bytes(plain[2:])) if len(plain) >= 2 else None


def wanted(hostile: dict[str, Any]) -> list[Packet]:
    return [(e["packet_number"], e["command_number"], raw(e["data"])) for e in hostile["expected"]]
