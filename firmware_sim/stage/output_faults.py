"""Law: what the output stage makes of a pulse is put in here, and each pulse it altered is counted.

The device goes on believing what it set: a pulse keeps its set points, and shows beside them what really flowed.
Only a measuring instrument on the electrodes finds such a fault; that is what the trace is.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from firmware_sim.stage.pulse import Point, Points, first_phase, first_phase_peak_ua

WHOLE = 1000


@dataclass(slots=True)
class OutputFaults:
    """What is wrong with the output. `channels` None means all eight; `effects` counts altered pulses per fault."""

    gain_permille: int = WHOLE
    """Every current times this."""
    offset_ua: int = 0
    """The converter's zero is off: added to every point of a pulse, gap included, so a pulse carries a net charge."""
    imbalance_permille: int = 0
    """Every current behind the first phase is larger by this share, so a balanced pulse is no longer one."""
    stuck_ua: int | None = None
    """The first phase's peak, whatever was set; the shape keeps its proportions."""
    levels: dict[int, int] | None = None
    """The same for each channel on its own; one that is not there yet sticks at its next pulse."""
    channels: frozenset[int] | None = None
    effects: Counter[str] = field(default_factory=Counter)

    @property
    def some(self) -> bool:
        """Whether any fault is in."""
        return (
            self.gain_permille != WHOLE
            or self.offset_ua != 0
            or self.imbalance_permille != 0
            or self.stuck_ua is not None
            or self.levels is not None
        )

    def clear(self) -> None:
        """Repair everything; what was counted stays."""
        self.gain_permille, self.offset_ua, self.imbalance_permille = WHOLE, 0, 0
        self.stuck_ua = self.levels = self.channels = None

    def alter(self, channel: int, points: Points) -> Points:
        """The points that reach the load of `channel` when the device sets `points`; counts what it changed."""
        if self.levels is not None:
            self.levels.setdefault(channel, first_phase_peak_ua(points))
        for name, change in self._changes(channel):
            changed = change(points)
            if changed != points:
                self.effects[name] += 1
            points = changed
        return points

    def peek(self, channel: int, points: Points) -> Points:
        """The same without counting: no pulse is given yet."""
        for _, change in self._changes(channel):
            points = change(points)
        return points

    def _changes(self, channel: int) -> tuple[tuple[str, Callable[[Points], Points]], ...]:
        if self.channels is not None and channel not in self.channels:
            return ()
        return (
            ("stuck", partial(self._stuck, channel)),
            ("gain", self._gain),
            ("imbalance", self._imbalance),
            ("offset", self._offset),
        )

    def _stuck(self, channel: int, points: Points) -> Points:
        peak_ua = first_phase_peak_ua(points)
        level_ua = self.stuck_ua if self.levels is None else self.levels.get(channel)
        if level_ua is None:
            return points
        if not peak_ua:  # set to nothing, so there is no shape to keep: the first point takes the stuck current
            return (Point(points[0].duration_us, level_ua), *points[1:])
        return _scaled(points, level_ua, peak_ua)

    def _gain(self, points: Points) -> Points:
        return points if self.gain_permille == WHOLE else _scaled(points, self.gain_permille, WHOLE)

    def _imbalance(self, points: Points) -> Points:
        first = first_phase(points)
        if not self.imbalance_permille or not first:
            return points
        behind = first[-1] + 1
        return points[:behind] + _scaled(points[behind:], WHOLE + self.imbalance_permille, WHOLE)

    def _offset(self, points: Points) -> Points:
        return tuple(Point(us, ua + self.offset_ua) for us, ua in points) if self.offset_ua else points


def _scaled(points: Points, share: int, whole: int) -> Points:
    """Every current times share/whole; magnitudes round towards 0, so balance is kept."""
    return tuple(Point(us, (abs(ua) * share // whole) * (1 if ua > 0 else -1)) for us, ua in points)
