"""A guard on a hand-turned clock, a P24 of a few lines at the far end, an encoder that shares no code with either."""

from __future__ import annotations

import binascii

from nmes.guard.ceilings import Ceilings
from nmes.guard.keeping import Keeper
from nmes.guard.port import GuardedPort, Trip
from nmes.guard.sight import Sight
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight
from nmes.link.memory_port import MemoryPort

INIT, UPDATE, HALT, POLL, STATUS, DEVICE_ID = 30, 32, 34, 36, 62, 52
Points = list[tuple[int, int]]


def encode(number: int, command: int, data: bytes = b"") -> bytes:
    """One packet, worked from the manual with the standard library's checksum."""
    stuffed = bytearray()
    for byte in (number * 1024 + command).to_bytes(2, "big") + data:
        stuffed += bytes([0x81, byte ^ 0x55]) if byte in (0xF0, 0x0F, 0x81) else bytes([byte])
    header = (len(stuffed) + 10).to_bytes(2, "big") + binascii.crc_hqx(bytes(stuffed), 0).to_bytes(2, "big")
    return b"\xf0" + b"".join(bytes([0x81, byte ^ 0x55]) for byte in header) + bytes(stuffed) + b"\x0f"


def decode(frame: bytes) -> tuple[int, int, bytes]:
    """Number, command and data of a frame that is known to be good."""
    payload, rest = bytearray(), iter(frame[9:-1])
    for byte in rest:
        payload.append(next(rest) ^ 0x55 if byte == 0x81 else byte)
    return payload[0] >> 2, (payload[0] & 3) << 8 | payload[1], bytes(payload[2:])


def pulse(amplitude_ua: int, phase_us: int = 300, gap_us: int = 100) -> Points:
    """A balanced symmetric pulse."""
    return [(phase_us, amplitude_ua), (gap_us, 0), (phase_us, -amplitude_ua)]


def block(points: Points, period_us: int = 20_000, ramp: int = 0) -> bytes:
    """One channel's part of an update, on the 0.5 ms grid."""
    data = bytes([(len(points) - 1) << 4 | ramp]) + (period_us // 500 * 2).to_bytes(2, "big")
    return data + b"".join((d << 20 | (c // 500 + 300) << 10).to_bytes(4, "big") for d, c in points)


def update_data(channels: dict[int, bytes]) -> bytes:
    bits = sum(1 << channel - 1 for channel in channels)
    return bytes([bits]) + b"".join(channels[channel] for channel in sorted(channels))


WAVE = (300, 100, 1, 20_000)
"""The confirmed waveform, as `arm` takes it: that of `pulse` and `block`. Phase, gap, ratio, period."""


class Device:
    """Acknowledges what it gets. Tests change its answers; `heard` is every frame that reached it."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int, bytes]] = []
        self.raw: list[bytes] = []
        self.results: dict[int, int] = {}
        self.deaf_to: set[int] = set()
        self.active: int | None = None
        self.nibbles = bytes(4)
        self.status = b"\x00\x02\x06"
        self.running = 0
        self.answers = bytearray()

    def from_host(self, data: bytes) -> None:
        self.raw.append(data)
        number, command, body = decode(data)
        self.heard.append((number, command, body))
        self.running = body[0] if command == UPDATE else 0 if command in (HALT, INIT) else self.running
        if command not in self.deaf_to:
            self.answers += encode(number, command + 1, self._body(command))

    def _body(self, command: int) -> bytes:
        result = self.results.get(command, 0)
        if command == POLL:
            return bytes([result, 4, self.running if self.active is None else self.active]) + self.nibbles
        return self.status if command == STATUS else bytes(11) if command == DEVICE_ID else bytes([result])

    def to_host(self) -> bytes:
        data, self.answers = bytes(self.answers), bytearray()
        return data

    def commands(self) -> list[int]:
        return [command for _, command, _ in self.heard]


class Rig:
    """The whole guard. Channel 1 is armed with 40 mA in 2 s on 25 cm², the device is started up, unless `bare`."""

    def __init__(
        self,
        *,
        bare: bool = False,
        ceilings: Ceilings | None = None,
        start_us: int = 0,
        device: Device | None = None,
        keeper: Keeper | None = None,
        sight: Sight | None = None,
        left_on: bool = False,
    ) -> None:
        self.now_us = start_us
        self.device = device or Device()
        self.port = MemoryPort(self.device)
        self.told: list[Trip] = []
        self.guard = GuardedPort(
            self.port,
            sight or ScienceMode4Sight(),
            ceilings or Ceilings(),
            lambda: self.now_us,
            self.told.append,
            keeper,
            left_on=left_on,
        )
        self.number = 0
        if not bare:
            self.enable()
            assert self.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)

    def enable(self) -> None:
        assert self.send(HALT)
        assert self.send(INIT, b"\x01")

    def send(self, command: int, data: bytes = b"", *, read: bool = True) -> bool:
        """Write one packet and, unless told otherwise, let the guard read the answer."""
        self.number = (self.number + 1) % 64
        passed = self.guard.write(encode(self.number, command, data))
        if read:
            self.hear()
        return passed

    def hear(self) -> None:
        while self.guard.read(4096, 0):
            pass

    def update(self, amplitude_ua: int, channel: int = 1, *, read: bool = True, period_us: int = 20_000) -> bool:
        return self.send(UPDATE, update_data({channel: block(pulse(amplitude_ua), period_us)}), read=read)

    def off(self) -> bool:
        return self.send(UPDATE, b"\x00")

    def poll(self) -> bool:
        return self.send(POLL, b"\x04")

    def climb(self, to_ua: int = 40_000, seconds: int = 3) -> None:
        """Up to `to_ua` as a careful driver would."""
        for step in range(1, seconds * 25 + 1):
            self.now_us += 40_000
            assert self.update(min(to_ua, to_ua * step // (seconds * 25) // 500 * 500))

    @property
    def rule(self) -> str | None:
        return self.guard.latched.rule if self.guard.latched else None
