"""The shared byte vectors, and an inefficient second reading of the framing rules to compare with."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parents[2] / "vectors"
_TABLES = tomllib.loads((_FOLDER / "sciencemode4.toml").read_text(encoding="utf-8"))

VECTORS: list[dict[str, Any]] = _TABLES["vector"]
REFUSED: list[dict[str, Any]] = _TABLES["refused"]
HOSTILE: list[dict[str, Any]] = _TABLES["hostile"]
FRAMING: dict[str, int] = _TABLES["framing"]

OF_REHAMOVE3: list[dict[str, Any]] = tomllib.loads((_FOLDER / "sciencemode3.toml").read_text(encoding="utf-8"))[
    "vector"
]

REQUESTS = [vector for vector in VECTORS if vector["direction"] == "host_to_device"]
RESPONSES = [vector for vector in VECTORS if vector["direction"] == "device_to_host"]


def raw(text: str) -> bytes:
    return bytes.fromhex(text)


def name(vector: dict[str, Any]) -> str:
    return str(vector["name"])


def crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def framed(packet_number: int, command: int, data: bytes = b"") -> bytes:
    """A frame written byte by byte from the layout, without the code under test."""
    stuffed = bytearray()
    for byte in (packet_number * 1024 + command).to_bytes(2, "big") + data:
        stuffed += bytes((0x81, byte ^ 0x55)) if byte in (0xF0, 0x0F, 0x81) else bytes((byte,))
    total = len(stuffed) + 10
    header = bytearray()
    for byte in (*total.to_bytes(2, "big"), *crc(bytes(stuffed)).to_bytes(2, "big")):
        header += bytes((0x81, byte ^ 0x55))
    return b"\xf0" + bytes(header) + bytes(stuffed) + b"\x0f"


def read_by_the_rules(stream: bytes) -> list[tuple[int, int, bytes]]:
    """R1 to R7 of the reference, one byte at a time and with a real second search: slow and plain."""
    found: list[tuple[int, int, bytes]] = []
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
        elif ended or at - begin == 1200:
            at, begin, escaped = begin + 1, -1, False
    return found


def _accepted(candidate: bytes) -> tuple[int, int, bytes] | None:
    size = len(candidate)
    if not 12 <= size <= 1200 or [candidate[i] for i in (1, 3, 5, 7)] != [0x81] * 4:
        return None
    length, check = ((candidate[i] ^ 0x55) * 256 + (candidate[i + 2] ^ 0x55) for i in (2, 6))
    stuffed = candidate[9:-1]
    if length != size or check != crc(stuffed):
        return None
    plain, at = bytearray(), 0
    while at < len(stuffed):
        pair = stuffed[at] == 0x81
        plain.append(stuffed[at + 1] ^ 0x55 if pair else stuffed[at])
        at += 2 if pair else 1
    if len(plain) < 2:
        return None
    return plain[0] >> 2, (plain[0] & 3) * 256 + plain[1], bytes(plain[2:])
