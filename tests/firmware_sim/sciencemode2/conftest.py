"""A host of a RehaStim2: packets in by name, answers out as (packet number, command, signed data)."""

import tomllib
from pathlib import Path

import pytest

from firmware_sim.sciencemode2 import framing
from firmware_sim.sciencemode2.rehastim2 import RehaStim2
from firmware_sim.sciencemode2.requests import signed
from firmware_sim.sciencemode2.switches import Switches
from firmware_sim.stage import Stage

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode2.toml").read_text("utf-8"))


class Host:
    """`said` is everything the device has said, in order, with the time it left: (time, number, command, data)."""

    def __init__(self, *, loads=None, connect: bool = True, **switches) -> None:
        self.device = RehaStim2(Switches(**switches), Stage(loads))
        self.now_us = 0
        self.said: list[tuple[int, int, int, tuple[int, ...]]] = []
        self._number = 0
        self._receiver = framing.Receiver(framing.WIRE)
        if connect:
            self.to(0)
            self.send(2, b"\0")

    def to(self, now_us: int) -> None:
        """Let time pass, and read what comes."""
        self.now_us = now_us
        self.device.advance(now_us)
        while (due_us := self.device.next_due_us()) is not None and due_us <= now_us:
            self._read(due_us)

    def _read(self, now_us: int) -> None:
        for frame in self._receiver.feed(self.device.transmit(now_us)):
            self.said.append((now_us, frame.packet_number, frame.command, tuple(map(signed, frame.data))))

    def send(self, command: int, data: bytes = b"", at_us: int | None = None) -> int:
        """Send a packet; its number."""
        if at_us is not None:
            self.to(at_us)
        self._number = (self._number + 1) % 256
        self.device.receive(framing.encode(self._number, command, data), self.now_us)
        return self._number

    def ask(self, command: int, data: bytes = b"", at_us: int | None = None) -> tuple[int, ...]:
        """Send a packet and wait for its answer: signed data."""
        number = self.send(command, data, at_us)
        before = len(self.said)
        self.to(self.now_us + 100_000)
        ((_, answered, _, told),) = [one for one in self.said[before:] if one[2] in (command + 1, 3)]
        assert answered == number
        return told

    def init(self, channels=(1,), main_ms: float = 20, group_ms: float = 8, low=(), skips: int = 0) -> tuple[int, ...]:
        main = round(main_ms * 2) - 2 if main_ms else 0
        bits = [sum(1 << channel - 1 for channel in some) for some in (channels, low)]
        return self.ask(30, bytes((skips, *bits, round(group_ms * 2) - 3, main >> 8, main & 255, 0)))

    def start(self, *entries: tuple[int, int, int], at_us: int | None = None) -> tuple[int, ...]:
        """Entries are (pulses, width, current)."""
        data = b"".join(bytes((pulses - 1, us >> 8, us & 255, ma)) for pulses, us, ma in entries)
        return self.ask(32, data, at_us)

    def alive(self, until_us: int) -> None:
        """Pass time with the sign of life a host gives."""
        while self.now_us + 400_000 < until_us:
            self.send(4, at_us=self.now_us + 400_000)
        self.to(until_us)

    def times(self, channel: int | None = None) -> list[int]:
        return [pulse.t_us for pulse in self.device.stage.trace if channel in (None, pulse.channel)]

    def errors(self) -> list[int]:
        """What StimulationError said."""
        return [data[0] for _, _, command, data in self.said if command == 38]

    def inits(self) -> list[int]:
        """When Init was said."""
        return [t_us for t_us, _, command, _ in self.said if command == 1]


@pytest.fixture
def new_host():
    """A factory: new_host(loads={1: "open"}, switch=...)."""
    return Host


@pytest.fixture
def host():
    """A host that is connected since 0 µs."""
    return Host()


@pytest.fixture(scope="session")
def vectors():
    """The tables of sciencemode2.toml."""
    return VECTORS
