"""Law: an output that sticks goes on with its last pulse at its last period when the device has stopped the channel.

It learns from the pulses themselves, each as it is given, and counts by the device's own clock: what it does then
depends neither on when anybody looked nor on how fast that clock runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

from firmware_sim.stage.pulse import Points


@dataclass(frozen=True, slots=True)
class Train:
    """What a channel gave last, and when its next pulse is due by the device's clock."""

    points: Points
    period_us: int
    due_us: int


class Stuck(NamedTuple):
    """A pulse of a channel that the device may have stopped."""

    at_us: int
    channel: int
    points: Points


@dataclass(slots=True)
class AfterStop:
    """One fault of this kind, on one channel or on all. A channel that has given nothing has nothing to go on with."""

    channel: int | None
    trains: dict[int, Train] = field(default_factory=dict)

    def gave(self, channel: int, train: Train) -> None:
        """The device gave a pulse on a channel."""
        if self.channel in (None, channel):
            self.trains[channel] = train

    def next_us(self) -> int | None:
        """When a pulse is due next that may have to come from here."""
        return min((train.due_us for train in self.trains.values()), default=None)

    def due(self, until_us: int) -> list[Stuck]:
        """What is due by then, whether or not the device gives it itself; each once."""
        found = []
        for channel, train in self.trains.items():
            if train.due_us <= until_us:
                found.append(Stuck(train.due_us, channel, train.points))
                self.trains[channel] = replace(train, due_us=train.due_us + train.period_us)
        return found
