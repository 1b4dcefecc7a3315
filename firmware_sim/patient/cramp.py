"""Law: a muscle cramps where the pulse rate nears its threshold frequency (CTF), more so shortened, never stretched.

A train of 2 s or more that drives half the muscle is one chance, `P = limit k_len / (1 + exp(-(f - CTF)/1.5))`, in the
smooth form, without a gate at CTF [design]. A cramp drives the muscle by itself for a while, hurts, and leaves the CTF
4 Hz lower, which fades with 60 min; a tired muscle has a higher one. Measured frequencies: see docs/reference.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import exp, log
from random import Random
from typing import Literal

Length = Literal["shortened", "neutral", "stretched"]
LENGTHS: tuple[Length, ...] = ("shortened", "neutral", "stretched")

# All [design], the median of the duration [verify]:
TRAIN_US, TRAIN_SHARE, TRAIN_GAP_US = 2_000_000, 0.5, 500_000
"""A train counts from here; a longer gap ends it."""
WIDTH_HZ = 1.5
LENGTH_FACTOR: dict[Length, float] = {"shortened": 1.0, "neutral": 0.1, "stretched": 0.0}
LIMIT = {"readily": 1.0, "rarely": 0.01}
"""Largest probability: calf and foot, and all others."""
TIRED_HZ, AFTER_HZ, AFTER_US = 13.0, 4.0, 60 * 60 * 1_000_000
HELD_S, HELD_SPREAD = 10.0, 0.6
SPASM_PERIOD_US = 1_000_000 // 22
STRETCH_ENDS_US = 2_000_000
LEAST_DRIVE = 0.05


def probability(hz: float, ctf_hz: float, length: Length, limit: float = 1.0) -> float:
    """That a train at `hz` cramps the muscle."""
    over = (hz - ctf_hz) / WIDTH_HZ
    return limit * LENGTH_FACTOR[length] / (1 + exp(-over)) if over > -50 else 0.0


def residual_drive(hz: float, ctf_hz: float) -> float:
    """The share of the muscle that goes on by itself: 0.475 at 1.5 times the CTF."""
    return min(1.0, max(LEAST_DRIVE, 0.3 + 0.35 * (hz / ctf_hz - 1)))


@dataclass(slots=True)
class Train:
    """Pulses without a gap that drive enough of the muscle; per channel its first and last time and their number."""

    began_us: int
    decided: bool = False
    channels: dict[int, tuple[int, int, int]] = field(default_factory=dict)

    def count(self, t_us: int, channel: int) -> None:
        first_us, _, pulses = self.channels.get(channel, (t_us, t_us, 0))
        self.channels[channel] = first_us, t_us, pulses + 1

    def hz(self) -> float:
        """Pulse rate of the fastest channel."""
        rates = [(n - 1) * 1e6 / (last - first) for first, last, n in self.channels.values() if last > first]
        return max(rates, default=0.0)


@dataclass(slots=True)
class Spasm:
    """A cramp that goes on."""

    until_us: int
    next_us: int
    drive: float
    stretched: bool = False


@dataclass(slots=True)
class Cramp:
    """How one muscle cramps. `rng` is its own; one number is drawn per train whatever the odds are."""

    ctf_hz: float
    limit: float
    length: Length
    rng: Random
    spasm: Spasm | None = None
    ended_us: int | None = None
    train: Train | None = None

    def ctf_now_hz(self, t_us: int, strength: float) -> float:
        """The threshold frequency at `t_us` of a muscle of `strength` A / A_rest."""
        fresh_us = 0 if self.spasm else None if self.ended_us is None else t_us - self.ended_us
        after = AFTER_HZ * exp(-fresh_us / AFTER_US) if fresh_us is not None else 0.0
        return max(1.0, self.ctf_hz + TIRED_HZ * (1 - strength) - after)

    def train_due(self, t_us: int, channel: int, share: float, gap_us: int) -> bool:
        """Count a pulse; True at the one that makes its train long enough for the chance to be taken."""
        if share < TRAIN_SHARE:
            self.train = None
            return False
        if self.train is None or gap_us > TRAIN_GAP_US:
            self.train = Train(t_us)
        train = self.train
        if train.decided:
            return False
        train.count(t_us, channel)
        train.decided = t_us - train.began_us >= TRAIN_US
        return train.decided and self.spasm is None

    def takes_chance(self, t_us: int, strength: float) -> float | None:
        """The train's pulse rate if the muscle cramps now; `spasm` is then set."""
        hz = self.train.hz() if self.train else 0.0
        ctf_hz = self.ctf_now_hz(t_us, strength)
        if self.rng.random() >= probability(hz, ctf_hz, self.length, self.limit):
            return None
        held_us = round(1e6 * self.rng.lognormvariate(log(HELD_S), HELD_SPREAD))
        self.spasm = Spasm(t_us + held_us, t_us + SPASM_PERIOD_US, residual_drive(hz, ctf_hz))
        return hz

    def stretch(self, t_us: int) -> None:
        """A hand on the muscle ends a cramp within 2 s."""
        if self.spasm and self.spasm.until_us > t_us + STRETCH_ENDS_US:
            self.spasm.until_us, self.spasm.stretched = t_us + STRETCH_ENDS_US, True
