"""What one channel plays over the time of a stage: a steady train, bursts, or a sweep of period or phase duration.

Separate from the timeline, which knows amplitudes only. A course is a total function of time made of steps: the device
is told a new waveform at each, so that a sweep costs few updates. A level is confirmed while the whole of a course is
felt, and held against the limits at the strongest pulse that occurs in it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from nmes.core.waveform import Band, Waveform

STEP_MS = 200
"""A sweep or a modulation goes on in steps of this length: five updates a second are little work for line and record,
and in a sweep of 1 s there are five. [design]"""
FULL_PERMILLE = 1000


@dataclass(frozen=True, slots=True)
class Steps:
    """Values in turn, each for `step_ms`, and from the beginning again; one value: always that."""

    values: tuple[int, ...]
    step_ms: int = STEP_MS

    @property
    def cycle_ms(self) -> int:
        """After so long everything has been; 0 where nothing changes."""
        return self.step_ms * len(self.values) if len(self.values) > 1 else 0

    def at(self, time_ms: int) -> int:
        return self.values[time_ms // self.step_ms % len(self.values)]

    def change_in_ms(self, time_ms: int) -> int | None:
        """Time until the next step, at least 1; None where nothing changes."""
        return self.step_ms - time_ms % self.step_ms if len(self.values) > 1 else None


@dataclass(frozen=True, slots=True)
class Course:
    """`base` with its period and first phase, in µs, at each time."""

    base: Waveform
    periods: Steps
    phases: Steps

    @property
    def strongest(self) -> Waveform:
        """The shortest period with the longest phase: what the limits are held against."""
        return replace(self.base, period_us=min(self.periods.values), phase_us=max(self.phases.values))

    @property
    def band(self) -> Band | None:
        """What it spans; None where nothing changes."""
        if not self.cycle_ms:
            return None
        return Band(
            min(self.periods.values), max(self.periods.values), min(self.phases.values), max(self.phases.values)
        )

    @property
    def cycle_ms(self) -> int:
        """After so long the patient has felt both whole ranges; 0 where nothing changes.

        A rule of the file lets only one of them sweep: of two, not every pair would have been.
        """
        return max(self.periods.cycle_ms, self.phases.cycle_ms)

    def at(self, time_ms: int) -> Waveform:
        """The waveform at this time from the start of the stage, or of the titration."""
        if not self.cycle_ms:
            return self.base
        return replace(self.base, period_us=self.periods.at(time_ms), phase_us=self.phases.at(time_ms))

    def change_in_ms(self, time_ms: int) -> int | None:
        """Time until the next step, at least 1; None where nothing changes."""
        changes = (self.periods.change_in_ms(time_ms), self.phases.change_in_ms(time_ms))
        return min((change for change in changes if change is not None), default=None)


@cache
def steady(waveform: Waveform) -> Course:
    """Always this waveform."""
    return Course(waveform, Steps((waveform.period_us,)), Steps((waveform.phase_us,)))


def triangle(first: int, last: int, sweep_ms: int, step_ms: int = STEP_MS) -> Steps:
    """From `first` to `last` in `sweep_ms` and back in the same time, both ends among the values.

    In steps of `step_ms` or a little more; in one step if there is no time for two.
    """
    steps = max(1, sweep_ms // step_ms)
    up = tuple(first + (last - first) * step // steps for step in range(steps + 1))
    return Steps((*up, *reversed(up[1:-1])), sweep_ms // steps)


@dataclass(frozen=True, slots=True)
class Modulation:
    """How much of the level is played, in thousandths: a triangle from all of it down to `depth_permille` less."""

    permille: Steps

    @classmethod
    def of(cls, depth_permille: int, cycle_ms: int) -> Modulation:
        return cls(triangle(FULL_PERMILLE, FULL_PERMILLE - depth_permille, cycle_ms // 2))

    def played_ua(self, level_ua: int, time_ms: int) -> int:
        """The level as it is at this time; not yet on a device's grid."""
        return level_ua * self.permille.at(time_ms) // FULL_PERMILLE
