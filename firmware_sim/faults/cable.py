"""Law: between host and device there is one cable, and everything that can happen to bytes happens here.

A byte is spoiled when it is put on the cable, and lost at the end that does not take it. What has reached the host is
the host's, whenever it looks: an unplugged line does not take it back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Literal

from firmware_sim.faults.levers import starves
from firmware_sim.faults.timeline import Injection, Timeline
from firmware_sim.faults.wire import Corrupt, Delay, Drop, Duplicate, Frames, Packets, Split, Spoiler, Wire

Direction = Literal["to_device", "to_host"]
DIRECTIONS: tuple[Direction, ...] = ("to_device", "to_host")


@dataclass(slots=True)
class Cable:
    """Both directions of the line. `seed` decides what is hit."""

    timeline: Timeline
    seed: int
    framed: bool = True
    """Whether the frames on it begin and end with bytes of their own."""
    shortest_frame: int = 12
    """In bytes, of those that do."""
    inward: Wire = field(default_factory=Wire)
    outward: Wire = field(default_factory=Wire)
    _spoilers: dict[tuple[int, Direction], Spoiler] = field(default_factory=dict)

    @property
    def plugged(self) -> bool:
        """Whether there is a line at all."""
        return not self.timeline.active("disconnect")

    def begin(self, one: Injection, t_us: int) -> None:
        """A fault begins; only those of the line matter here."""
        if one.kind == "disconnect":
            one.took(t_us, 1 + self.inward.cut(t_us) + self.outward.cut(t_us))
        for direction in DIRECTIONS:
            spoiler = self._spoiler(one, direction)
            if spoiler is not None and one.params.get("direction", "both") in ("both", direction):
                self._spoilers[one.id, direction] = spoiler

    def end(self, one: Injection) -> None:
        """A fault ends; what it holds up still comes."""
        for direction in DIRECTIONS:
            self._spoilers.pop((one.id, direction), None)

    def from_host(self, data: bytes, t_us: int) -> None:
        """The host puts bytes on the cable."""
        if not self._lost(data, t_us, "disconnect"):
            self._send(self.inward, "to_device", data, t_us)

    def at_device(self, t_us: int) -> bytes:
        """The bytes that the device takes by `t_us`."""
        data = self.inward.arrived(t_us)
        return b"" if self._lost(data, t_us, "deaf", "hang", "reset", "supply_sag") else data

    def from_device(self, data: bytes, t_us: int) -> None:
        """The device puts bytes on the cable."""
        if not self._lost(data, t_us, "disconnect", "mute", "hang"):
            self._send(self.outward, "to_host", data, t_us)

    def at_host(self, t_us: int) -> bytes:
        """The bytes that have reached the host by `t_us`."""
        return self.outward.arrived(t_us)

    def _send(self, wire: Wire, direction: Direction, data: bytes, t_us: int) -> None:
        hit = [
            (spoiler, lambda count, one=one: one.took(t_us, count))
            for one in self.timeline.active()
            if (spoiler := self._spoilers.get((one.id, direction))) is not None
        ]
        wire.send(data, t_us, hit)

    def _lost(self, data: bytes, t_us: int, *kinds: str) -> bool:
        """Whether one of these faults takes the bytes now; the oldest is the one that did."""
        for one in self.timeline.active(*kinds) if data else ():
            if one.kind != "supply_sag" or starves(one):
                one.took(t_us, len(data))
                one.bytes_us = t_us
                return True
        return False

    def _spoiler(self, one: Injection, direction: Direction) -> Spoiler | None:
        random = Random(f"{self.seed}/{one.draw}/{one.kind}/{direction}")  # noqa: S311 - reproducible, not secret
        frames = Frames(shortest=self.shortest_frame) if self.framed else Packets(each=direction == "to_host")
        match one.kind:
            case "drop_bytes":
                return Drop(random, one.number("permille"), one.params["unit"] == "frame", frames)
            case "corrupt_bytes":
                return Corrupt(random, one.number("permille"), one.params["unit"] == "frame", frames)
            case "duplicate_bytes":
                return Duplicate(random, one.number("permille"), one.params["unit"] == "frame", frames)
            case "delay_bytes":
                return Delay(random, one.number("delay_us"), one.number("jitter_us"), frames)
            case "split_bytes":
                return Split(one.number("piece"), one.number("gap_us"))
            case _:
                return None
