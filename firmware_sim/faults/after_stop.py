"""Law: an output that sticks goes on with its last pulse at its last period when the device has stopped the channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from firmware_sim.stage.pulse import Points

Settings = Mapping[int, tuple[Points, int]]
"""Points and period of every channel that the device itself gives pulses on."""


@dataclass(slots=True)
class _Train:
    """What a channel gave last, and when its next pulse is due."""

    points: Points
    period_us: int
    due_us: int


@dataclass(slots=True)
class AfterStop:
    """Knows every channel's last pulse; while `sticking`, also when a stopped channel would have given the next."""

    sticking: bool = False
    last: dict[int, tuple[int, Points]] = field(default_factory=dict)
    trains: dict[int, _Train] = field(default_factory=dict)

    def begin(self, settings: Settings) -> None:
        """Outputs begin to stick."""
        self.sticking = True
        self.look(settings)

    def end(self) -> None:
        """No output sticks any more."""
        self.sticking = False
        self.trains.clear()

    def look(self, settings: Settings) -> None:
        """Learn the periods of what runs now."""
        if self.sticking:
            for channel, (_, period_us) in settings.items():
                if channel in self.last:
                    since_us, points = self.last[channel]
                    self.trains[channel] = _Train(points, period_us, since_us + period_us)

    def gave(self, channel: int, points: Points, t_us: int) -> None:
        """A channel gave a pulse, whoever made it."""
        self.last[channel] = t_us, points
        if channel in self.trains:
            self.trains[channel].points = points
            self.trains[channel].due_us = t_us + self.trains[channel].period_us

    def next_us(self) -> int | None:
        """When a pulse is due next that may have to come from here."""
        return min((train.due_us for train in self.trains.values()), default=None)

    def due(self, t_us: int, settings: Settings) -> list[tuple[int, Points]]:
        """What stopped channels give at `t_us`."""
        found = []
        for channel, train in sorted(self.trains.items()):
            if train.due_us <= t_us:
                train.due_us = t_us + train.period_us
                if channel not in settings:
                    found.append((channel, train.points))
        return found
