"""A guard on a hand-turned clock before a RehaStim 1 of a few lines; commands written out with shifts and sums."""

from __future__ import annotations

from nmes.guard.ceilings import REHASTIM1, Ceilings
from nmes.guard.keeping import Keeper
from nmes.guard.port import GuardedPort, Trip
from nmes.guard.sight.sciencemode1 import ScienceMode1Sight
from nmes.link.memory_port import MemoryPort

STOP = b"\xc0"
GOOD = {0: 0x01, 1: 0x41, 2: 0x81, 3: 0xC1}
WAVE = (300, 100, 1, 20_000)
"""The confirmed waveform, as `arm` takes it."""


def init(
    channels: tuple[int, ...] = (1,),
    period_us: int = 20_000,
    group_us: int = 6_000,
    slow: tuple[int, ...] = (),
    skips: int = 0,
) -> bytes:
    """A channel list; the forty bits one field after the other."""
    active, low = (sum(1 << channel - 1 for channel in some) for some in (channels, slow))
    main, group = period_us // 500 - 2, group_us // 500 - 3
    check = (skips + active + low + group + main) % 8
    word = f"{check:03b}{skips:03b}{active:08b}{low:08b}00{group:05b}{main:011b}"
    return bytes([0x80 | int(word[:5], 2)] + [int(word[at : at + 7], 2) for at in range(5, 40, 7)])


def update(*slots: tuple[int, int, int]) -> bytes:
    """(mode, µs, mA) for each channel of the list."""
    body = b"".join(bytes([mode << 5 | width >> 7, width & 0x7F, current]) for mode, width, current in slots)
    return bytes([0xA0 | sum(sum(slot) for slot in slots) % 32]) + body


class Device:
    """Acknowledges what it gets; `results` are other answers by the two bits that name a command."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.results: dict[int, bytes] = {}
        self.answers = bytearray()

    def from_host(self, data: bytes) -> None:
        self.heard.append(data)
        kind = data[0] >> 5 & 3
        self.answers += self.results.get(kind, bytes([GOOD[kind]]))

    def to_host(self) -> bytes:
        data, self.answers = bytes(self.answers), bytearray()
        return data


class ListRig:
    """The whole guard; unless `bare`, channel 1 is armed with 40 mA in 2 s, and a list of `channels` is in force."""

    def __init__(
        self,
        channels: tuple[int, ...] = (1,),
        *,
        bare: bool = False,
        ceilings: Ceilings = REHASTIM1,
        device: Device | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.now_us = 0
        self.device = device or Device()
        self.told: list[Trip] = []
        self.guard = GuardedPort(
            MemoryPort(self.device), ScienceMode1Sight(), ceilings, lambda: self.now_us, self.told.append, keeper
        )
        if not bare:
            assert self.send(STOP)
            assert self.guard.arm(1, 40_000, 2_000, 2_500, *WAVE)
            assert self.send(init(channels))

    def send(self, frame: bytes, *, read: bool = True) -> bool:
        passed = self.guard.write(frame)
        if read:
            self.hear()
        return passed

    def hear(self) -> None:
        while self.guard.read(4096, 0):
            pass

    def play(self, *milliamperes: int, read: bool = True) -> bool:
        return self.send(update(*((0, 300, one) for one in milliamperes)), read=read)

    def wait(self, ms: int) -> None:
        self.now_us += ms * 1000

    @property
    def rule(self) -> str | None:
        return self.guard.latched.rule if self.guard.latched else None
