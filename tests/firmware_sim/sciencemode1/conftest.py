"""A host of a RehaStim 1: packets in, acknowledgement bytes out."""

import tomllib
from pathlib import Path

import pytest

from firmware_sim.sciencemode1.rehastim1 import RehaStim1
from firmware_sim.sciencemode1.switches import Switches
from firmware_sim.stage import Stage

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode1.toml").read_text("utf-8"))


class Host:
    """Each verb sends one packet and gives the acknowledgement, which is there 2 ms later; b"" for none."""

    def __init__(self, *, loads=None, **switches) -> None:
        self.device = RehaStim1(Switches(**switches), Stage(loads))
        self.now_us = 0

    def raw(self, data: bytes, at_us: int | None = None) -> bytes:
        if at_us is not None:
            self.to(at_us)
        self.device.receive(data, self.now_us)
        self.device.advance(self.now_us + 2_000)
        self.now_us += 2_000
        return self.device.transmit(self.now_us)

    def to(self, now_us: int) -> None:
        self.now_us = now_us
        self.device.advance(now_us)

    def init(self, channels=(1,), main_ms: float = 20, group_ms: float = 3, low=(), skips: int = 0) -> bytes:
        group, main = round(group_ms * 2) - 3, round(main_ms * 2) - 2 if main_ms else 0
        stim, lf = (sum(1 << channel - 1 for channel in some) for some in (channels, low))
        check = (skips + stim + lf + group + main) % 8
        bits = 1 << 5 | check << 2 | skips >> 1
        rest = (
            (skips & 1) << 6 | stim >> 2,
            (stim & 3) << 5 | lf >> 3,
            (lf & 7) << 4 | group >> 3,
            (group & 7) << 4 | main >> 7,
            main & 0x7F,
        )
        return self.raw(bytes((0x80 | bits & 0x1F, *rest)))

    def update(self, *entries: tuple[int, int, int], at_us: int | None = None) -> bytes:
        """Entries are (pulses, width, current)."""
        check = sum(pulses - 1 + us + ma for pulses, us, ma in entries) % 32
        body = b"".join(bytes(((pulses - 1) << 5 | us >> 7, us & 0x7F, ma)) for pulses, us, ma in entries)
        return self.raw(bytes((0xA0 | check,)) + body, at_us)

    def single(self, channel: int, us: int, ma: int) -> bytes:
        check = (channel - 1 + us + ma) % 32
        return self.raw(bytes((0xE0 | check, (channel - 1) << 4 | us >> 7, us & 0x7F, ma)))

    def stop(self, at_us: int | None = None) -> bytes:
        return self.raw(b"\xc0", at_us)

    @property
    def trace(self):
        return self.device.stage.trace

    def times(self, channel: int | None = None) -> list[int]:
        return [pulse.t_us for pulse in self.trace if channel in (None, pulse.channel)]


@pytest.fixture
def new_host():
    """A factory: new_host(loads={1: "open"}, switch=...)."""
    return Host


@pytest.fixture
def host():
    """A host of a fresh device."""
    return Host()


@pytest.fixture(scope="session")
def vectors():
    """The tables of sciencemode1.toml."""
    return VECTORS
