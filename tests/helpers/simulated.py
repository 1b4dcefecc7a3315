"""A simulator and somebody who speaks to it, on a clock turned by hand. Seconds in, frames and pulses out."""

from __future__ import annotations

from firmware_sim.device import P24, Stage, Switches
from firmware_sim.sciencemode4 import framing
from firmware_sim.simulator import Simulator
from firmware_sim.stage.pulse import Pulse

INIT, UPDATE, STOP, POLL, STATUS, VERSION = 30, 32, 34, 36, 62, 68


def us(seconds: float) -> int:
    return round(seconds * 1_000_000)


def point(duration_us: int, ma: float) -> bytes:
    return (duration_us << 20 | int(2 * ma + 300) << 10).to_bytes(4, "big")


def train(ma: float, period_ms: float = 20, phase_us: int = 300) -> bytes:
    points = point(phase_us, ma) + point(100, 0) + point(phase_us, -ma)
    return bytes((2 << 4,)) + (round(period_ms * 2) << 1).to_bytes(2, "big") + points


def update(number: int = 2, **ma: float) -> bytes:
    """A frame that runs exactly the channels given as c1=20, c2=..."""
    channels = {int(name[1:]): train(value) for name, value in ma.items()}
    enabled = sum(1 << channel - 1 for channel in channels)
    return framing.encode(number, UPDATE, bytes((enabled,)) + b"".join(channels[k] for k in sorted(channels)))


class Rig:
    """`replies` collects (seconds, frame) of everything that reached the host; `line` the raw bytes with their time."""

    def __init__(self, switches: Switches | None = None, loads=None, seed: int = 0, patient=None) -> None:
        self.sim = Simulator(P24(switches, Stage(loads)), patient, seed, digest=True)
        self.line: list[tuple[float, bytes]] = []
        self.replies: list[tuple[float, framing.Frame]] = []
        self._receiver = framing.Receiver()
        self._number = 10

    @property
    def now(self) -> float:
        return self.sim.now_us / 1e6

    def running(self, **ma: float) -> Rig:
        """Initialised at 0 s, stimulating from 0.1 s on."""
        self.send(framing.encode(1, INIT, b"\1"), 0.0)
        self.send(update(**(ma or {"c1": 20})), 0.1)
        return self

    def send(self, data: bytes, at: float) -> None:
        self._listen(us(at) - 1)
        self.sim.receive(data, us(at))

    def ask(self, command: int, data: bytes, at: float) -> None:
        self._number = (self._number + 1) % 64
        self.send(framing.encode(self._number, command, data), at)

    def run(self, to: float, poll: float | None = 0.1) -> Rig:
        """Let time pass, with polls that keep the stimulation alive."""
        while poll and self.now + poll < to:
            self.ask(POLL, b"\4", self.now + poll)
        self._listen(us(to))
        self.sim.advance(us(to))
        return self

    def _listen(self, until_us: int) -> None:
        """Read every byte at the time it arrives."""
        while (due_us := self.sim.next_due_us()) is not None and due_us <= until_us:
            at_us = max(due_us, self.sim.now_us)
            self._take(self.sim.transmit(at_us), at_us)
            if self.sim.next_due_us() == due_us:
                break
        if until_us > self.sim.now_us:
            self.sim.advance(until_us)
            self._take(self.sim.transmit(until_us), until_us)

    def _take(self, data: bytes, at_us: int) -> None:
        if data:
            self.line.append((at_us / 1e6, data))
        for item in self._receiver.feed(data) if data else ():
            if isinstance(item, framing.Frame):
                self.replies.append((at_us / 1e6, item))

    def answers(self, command: int, since: float = 0.0, until: float = 1e9) -> list[tuple[float, bytes]]:
        """Replies to `command`: when they came, and their data."""
        return [(at, f.data) for at, f in self.replies if f.command == command + 1 and since <= at < until]

    def pulses(self, since: float = 0.0, until: float = 1e9, channel: int | None = None) -> list[Pulse]:
        return [p for p in self.sim.stage.trace if us(since) <= p.t_us < us(until) and channel in (None, p.channel)]
