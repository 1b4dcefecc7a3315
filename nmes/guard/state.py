"""What the guard knows, as one frozen value. Times in µs of the guard's clock, currents in µA, charge in pC."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from nmes.guard.sight import Halt, Init, ListInit, Poll, Seen, Status, Update

LONG_AGO_US = -(1 << 62)
HALTS_ENOUGH = 2
"""Halts acknowledged one after the other, until a keeper may rest: one answer without a number may be a byte of noise,
or belong to a request of another. [design, as the driver and the keeper ask for]"""
Peaks = tuple[int, ...]
"""Peak current of each channel, channel 1 first; 0 = off."""


class Stage(Enum):
    """How much the device may be putting out."""

    OFF = auto()
    """Nothing: no start-up since the last acknowledged halt."""
    ENABLED = auto()
    """The device acknowledged its start-up; every channel is at 0."""
    LIVE = auto()
    """An update with current was passed and nothing since proves that it ended."""
    HALTING = auto()
    """A halt was sent and is not acknowledged."""


@dataclass(frozen=True, slots=True)
class Armed:
    """A person confirmed `level_ua` on this pad; it may be reached from 0 in `ramp_ms` and no faster.

    It was confirmed with one pulse every `period_us`: a first phase of `phase_us`, `gap_us` of nothing, and a return
    phase whose current is the first one's over `ratio` (1 = symmetric). Of a sweep these are the shortest period and
    phase; `longest_period_us` and `longest_phase_us` are the others (0: no sweep). `burst_pulses` pulses each
    `burst_period_ms`, or 0 and 0.
    """

    level_ua: int
    ramp_ms: int
    pad_mm2: int
    phase_us: int
    gap_us: int
    ratio: int
    period_us: int
    longest_period_us: int = 0
    longest_phase_us: int = 0
    burst_pulses: int = 0
    burst_period_ms: int = 0

    @property
    def slowest_us(self) -> int:
        return self.longest_period_us or self.period_us

    @property
    def widest_us(self) -> int:
        return self.longest_phase_us or self.phase_us

    @property
    def burst_us(self) -> int:
        """The length of one burst, its last period included."""
        return self.burst_pulses * self.period_us

    @property
    def gap_least_us(self) -> int:
        """Half of the silence that belongs between two bursts: what is left of it where a burst ended late."""
        return (self.burst_period_ms * 1000 - self.burst_us) // 2

    def same_waveform(self, other: Armed) -> bool:
        """Whether only level or ramp differ: what was felt is the same."""
        return replace(other, level_ua=self.level_ua, ramp_ms=self.ramp_ms) == self


@dataclass(frozen=True, slots=True)
class Gap:
    """The silence after a burst, once its end is acknowledged: at `peak_ua`, acknowledged, the burst was on before it.

    `from_us`: when the request that ended the burst was passed.
    """

    peak_ua: int
    from_us: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel. Waiting since `waited_from_us` pays for rises; `spent_pc` was delivered before `since_us`.

    `burst_from_us`: since when a burst is on, until its end is acknowledged; `burst_by_us`: when it must have ended.
    `begun_us`, `ended_us`: when the last burst was begun, and when it or the output was ended; a halt forgets neither.
    """

    armed: Armed | None = None
    waited_from_us: int = LONG_AGO_US
    spent_pc: int = 0
    pulse_pc: int = 0
    period_us: int = 1
    since_us: int = 0
    burst_from_us: int | None = None
    burst_by_us: int | None = None
    gap: Gap | None = None
    begun_us: int = LONG_AGO_US
    ended_us: int = LONG_AGO_US

    def charge_pc(self, now_us: int) -> int:
        """At most this much was delivered: each change of output may add a pulse."""
        if self.pulse_pc == 0:
            return self.spent_pc
        return self.spent_pc + self.pulse_pc * ((now_us - self.since_us) // self.period_us + 1)


@dataclass(frozen=True, slots=True)
class Pending:
    """A passed request whose answer has not come. `peaks` is what it would put out, () if that is not its subject."""

    turn: int
    number: int
    seen: Halt | Status | Init | ListInit | Update | Poll
    at_us: int
    peaks: Peaks = ()


@dataclass(frozen=True, slots=True)
class State:
    """`turn` counts passed requests; `changed` is the turn of the last that can change what the device does.

    `listed` is the channel list in force, from its acknowledgement until a halt or the next list. `updated` is the
    number of the update that was acknowledged last, -1 before the first. `halts` were acknowledged one after the other
    since anything passed that can lead to output, at most HALTS_ENOUGH are counted; before anything did, that many.
    """

    lanes: tuple[Lane, ...]
    stage: Stage = Stage.OFF
    pending: tuple[Pending, ...] = ()
    acknowledged: Peaks = (0,) * 8
    turn: int = 0
    changed: int = 0
    renewed_us: int = LONG_AGO_US
    frames_from_us: int = LONG_AGO_US
    listed: ListInit | None = None
    updated: int = -1
    halts: int = HALTS_ENOUGH


def fresh(channels: int) -> State:
    """Deny by default: nothing armed, nothing enabled."""
    return State(tuple(Lane() for _ in range(channels)), acknowledged=(0,) * channels)


def lowest_peak(state: State, index: int) -> int:
    """The least current the channel may have now: an update that is not acknowledged may not have arrived."""
    return min([state.acknowledged[index], *(pending.peaks[index] for pending in state.pending if pending.peaks)])


def may_be_on(state: State, index: int) -> bool:
    """Whether the channel was acknowledged to be on, or an update that switches it on may have arrived."""
    return bool(state.acknowledged[index] or any(pending.peaks[index] for pending in state.pending if pending.peaks))


def waits_for(state: State, kinds: type[Seen] | tuple[type[Seen], ...]) -> bool:
    """True if a request of these kinds is not answered yet."""
    return any(isinstance(pending.seen, kinds) for pending in state.pending)


def proven_off(state: State) -> bool:
    """Off by an acknowledged halt, not merely from the beginning on, and no start-up has been passed since."""
    return state.stage is Stage.OFF and state.renewed_us > LONG_AGO_US and not waits_for(state, (Init, ListInit))
