"""When the bursts of a target begin and end. The device knows steady trains only: the driver switches them on and off.

Law: a burst ends half a pulse period after its last wanted pulse, by an update that switches everything off; the next
one begins a burst period after the last began. Nothing holds the end back. A silence of `RETURN_MS` is no gap any more:
what follows it starts from 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from nmes.core.waveform import Waveform

CATCH_UP_MS = 10  # a burst that began late lets the next come so much earlier at most; the guard allows 20 [design]
SKEW_MS = 2  # clocks are read in whole ms [design]
RETURN_MS = 980  # the guard lets a burst return within 1 s; its clock and a turn are given away [design]
MIN_GAP_MS = 60  # two updates at least 40 ms apart, a poll and its answer between them [design]
LATEST_FALL_MS = 100  # a decrease waits for the end of the burst if that is not farther off [design]


@dataclass(frozen=True, slots=True)
class Gate:
    """The bursts now played. `from_ms`: when the last one began (its update left), `due_ms`: when it should have.

    `ended_ms`: when the update that ended it left, None = it is still on.
    """

    length_ms: int
    period_ms: int
    from_ms: int
    due_ms: int
    ended_ms: int | None = None

    @classmethod
    def begin(cls, waveform: Waveform, now_ms: int) -> Gate:
        """The first burst begins at `now_ms`."""
        return cls(burst_ms(waveform), waveform.burst_period_ms, now_ms, now_ms)

    def begun(self, now_ms: int) -> Gate:
        """The next burst begins at `now_ms`."""
        return replace(self, from_ms=now_ms, due_ms=max(self.next_ms, now_ms - CATCH_UP_MS), ended_ms=None)

    @property
    def end_ms(self) -> int:
        return self.from_ms + self.length_ms

    @property
    def next_ms(self) -> int:
        return self.due_ms + self.period_ms

    @property
    def poll_ms(self) -> int:
        """In the middle of the burst, so that its answer does not hold back the end."""
        return self.from_ms + self.length_ms // 2

    def may_return(self, now_ms: int) -> bool:
        """Whether the silence is still the gap between two bursts."""
        return self.ended_ms is not None and now_ms - self.ended_ms < RETURN_MS


@dataclass(frozen=True, slots=True)
class LastBurst:
    """When the last burst began and when it ended, by its end or by a halt."""

    from_ms: int
    ended_ms: int

    def next_ms(self, waveform: Waveform) -> int:
        """When bursts of this waveform may begin again: the guard's own rule, on its safe side. [design]"""
        gap_ms = waveform.burst_period_ms - burst_ms(waveform)
        return max(self.from_ms + waveform.burst_period_ms - CATCH_UP_MS, self.ended_ms + gap_ms // 2 + SKEW_MS)


def burst_ms(waveform: Waveform) -> int:
    """From the update that begins a burst to the one that ends it."""
    return (waveform.burst_pulses * 2 - 1) * waveform.period_us // 2000


def gates_alike(waveforms: Iterable[Waveform]) -> bool:
    """Whether all of these go on and off together: one update switches all channels."""
    return len({(w.burst_pulses, w.burst_period_ms, w.period_us if w.burst_pulses else 0) for w in waveforms}) <= 1


def fits(waveform: Waveform) -> bool:
    """Whether the gap between two bursts is long enough to be switched, and short enough to be one."""
    gap_ms = waveform.burst_period_ms - burst_ms(waveform)
    return waveform.burst_pulses > 1 and MIN_GAP_MS <= gap_ms < RETURN_MS
