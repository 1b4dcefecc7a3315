"""Lines that lose, flip, double and delay bytes, put between the port and the simulated device."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

from nmes.runtime.open import Peer


class Noise(StrEnum):
    """What happens to the next chunk of bytes."""

    DROP = "drop"
    DROP_LAST_BYTE = "drop_last_byte"
    FLIP = "flip"
    DOUBLE = "double"
    GARBAGE = "garbage"


@dataclass
class NoisyLine:
    """Each side has a queue of noises; a chunk takes one. `taken` proves that they took effect."""

    peer: Peer
    to_device: deque[Noise] = field(default_factory=deque)
    to_host_noise: deque[Noise] = field(default_factory=deque)
    taken: int = 0

    def from_host(self, data: bytes) -> None:
        self.peer.from_host(self._spoil(data, self.to_device))

    def to_host(self) -> bytes:
        return self._spoil(self.peer.to_host(), self.to_host_noise)

    def _spoil(self, data: bytes, noises: deque[Noise]) -> bytes:
        if not data or not noises:
            return data
        self.taken += 1
        match noises.popleft():
            case Noise.DROP:
                return b""
            case Noise.DROP_LAST_BYTE:
                return data[:-1]
            case Noise.FLIP:
                middle = len(data) // 2
                return data[:middle] + bytes([data[middle] ^ 0x10]) + data[middle + 1 :]
            case Noise.DOUBLE:
                return data + data
            case Noise.GARBAGE:
                return b"\xf0\x81\x00" + data
