"""The shape of one pulse, and the law that every pulse returns the charge it gave.

A pulse is a list of points `(duration_us, current_ua)`. The first phase is positive. In the asymmetric waveform the
second phase has a lower current for longer; its duration is computed from the charge of the first phase, on the current
grid of the device, so that what is left over stays under 1 % of a phase's charge [design, SR-14].
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.units import floor_to_step

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Waveform:
    """A rectangular biphasic pulse and its rate.

    `phase_us` first phase, `gap_us` interphase gap (0 = none), `ratio` first over second phase current (1 = symmetric),
    `period_us` from pulse to pulse. `burst_pulses` pulses each `burst_period_ms`, or 0 and 0: a steady train. Amplitude
    is no part of it: a confirmed level belongs to a channel and a Waveform.
    """

    phase_us: int
    gap_us: int
    ratio: int
    period_us: int
    burst_pulses: int = 0
    burst_period_ms: int = 0

    @property
    def mean_period_us(self) -> int:
        """From pulse to pulse in the long run, the silence between bursts counted; rounded down."""
        return self.burst_period_ms * 1000 // self.burst_pulses if self.burst_pulses else self.period_us

    def points(self, amplitude_ua: int, step_ua: int) -> tuple[Point, ...]:
        """Points `(duration_us, current_ua)` of one pulse at `amplitude_ua`, rounded down to `step_ua`; none at 0."""
        first_ua = floor_to_step(amplitude_ua, step_ua)
        if first_ua == 0:
            return ()
        second_ua = max(step_ua, floor_to_step(first_ua // self.ratio, step_ua))
        second_us = _rounded(first_ua * self.phase_us, second_ua)
        gap = ((self.gap_us, 0),) if self.gap_us else ()
        return ((self.phase_us, first_ua), *gap, (second_us, -second_ua))

    def longest_us(self) -> int:
        """Upper bound of the pulse's duration over all amplitudes, in µs."""
        return self.phase_us + self.gap_us + self.longest_second_us()

    def longest_second_us(self) -> int:
        """Upper bound of the second phase's duration over all amplitudes, in µs."""
        # The second current is rounded down to the grid. It is furthest from its share at 2 × ratio - 1 steps of first
        # current, where the share is just under two steps and one is left.
        return (2 * self.ratio - 1) * self.phase_us


@dataclass(frozen=True, slots=True)
class Band:
    """All the waveforms of one sweep: the shortest and the longest pulse period and first phase it ever has.

    A level is confirmed while all of it is felt; within a band a train goes on at its amplitude.
    """

    shortest_period_us: int
    longest_period_us: int
    shortest_phase_us: int
    longest_phase_us: int

    def holds(self, waveform: Waveform) -> bool:
        """Whether this waveform occurs in the sweep; none in bursts does."""
        return (
            not waveform.burst_pulses
            and self.shortest_period_us <= waveform.period_us <= self.longest_period_us
            and self.shortest_phase_us <= waveform.phase_us <= self.longest_phase_us
        )


def net_charge_permille(points: tuple[Point, ...]) -> int:
    """What a pulse leaves behind, in thousandths of its smaller phase's charge, rounded up; 0 for no pulse.

    A pulse with one phase leaves everything: ValueError.
    """
    if not points:
        return 0
    given = sum(duration * current for duration, current in points if current > 0)
    returned = -sum(duration * current for duration, current in points if current < 0)
    smaller = min(given, returned)
    if smaller == 0:
        raise ValueError(f"the pulse {points} has no two phases")
    return -(-abs(given - returned) * 1000 // smaller)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
