"""Which pulses flowed on each channel: the bounds of what the guard was armed with whenever output was acknowledged.

Separate from the plan, which names what was to come: a test steps through frequencies and ends at its result, and a
session that was ended early never came to its later stages.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from nmes.core import commands as c
from nmes.core import events as e
from nmes.record.happening import Stepped


@dataclass(frozen=True, slots=True)
class Pulses:
    """The shortest and the longest first phase and period that one channel was given; within a burst, of its pulses."""

    phase_low_us: int
    phase_high_us: int
    period_low_us: int
    period_high_us: int


@dataclass(slots=True)
class PulsesFold:
    """Takes steps in order; `found` is by channel. A sweep is given whole: both its ends count from its first pulse."""

    found: dict[int, Pulses] = field(default_factory=dict)
    _armed: dict[int, Pulses] = field(default_factory=dict)

    def take(self, step: Stepped) -> None:
        if isinstance(step.event, e.OutputConfirmed):
            for channel, amplitude_ua in step.event.amplitudes:
                if amplitude_ua and channel in self._armed:
                    new = self._armed[channel]
                    self.found[channel] = _both(self.found.get(channel, new), new)
        for arm in step.armed:
            self._armed[arm.channel] = _of(arm)


def _of(arm: c.Arm) -> Pulses:
    return Pulses(
        arm.phase_us,
        max(arm.phase_us, arm.longest_phase_us),
        arm.period_us,
        max(arm.period_us, arm.longest_period_us),
    )


def _both(one: Pulses, other: Pulses) -> Pulses:
    return Pulses(
        min(one.phase_low_us, other.phase_low_us),
        max(one.phase_high_us, other.phase_high_us),
        min(one.period_low_us, other.period_low_us),
        max(one.period_high_us, other.period_high_us),
    )
