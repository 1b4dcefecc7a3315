"""Law: current recruits fibres along one curve; each channel begins under its own pads and spreads from there.

`R(u) = 1 - exp(-(max(u - 1, 0) / s)^m)` with u the delivered current in motor thresholds [design]. Pools lie at equal
quantiles of R. Several channels on one muscle have a territory each; the fibres of another territory need SPREAD times
the current. So channels overlap in part, and all of them together drive the whole muscle [design].
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

from firmware_sim.patient.muscle import Row

SPREAD = 1.6
"""Threshold of the fibres under another channel's pads, in thresholds of the own. [design]"""


@dataclass(frozen=True, slots=True)
class Curve:
    """Scale s and shape m of the recruitment curve."""

    s: float
    m: float

    def share(self, multiple: float) -> float:
        """R(u): the share of fibres that a pulse of `multiple` motor thresholds reaches."""
        return 1 - exp(-(((multiple - 1) / self.s) ** self.m)) if multiple > 1 else 0.0


@dataclass(frozen=True, slots=True)
class Territories:
    """How the pools of one muscle lie under its channels: `count` territories of `each` pools."""

    count: int
    each: int

    @property
    def weights(self) -> tuple[float, ...]:
        """The share of each pool in the muscle."""
        pools = self.count * self.each
        return (1 / pools,) * pools

    def row(self, curve: Curve, multiple: float, own: int) -> Row:
        """What a pulse of a channel reaches of every pool; `multiple` counts thresholds of its `own` territory."""
        here, there = self._territory(curve.share(multiple)), self._territory(curve.share(multiple / SPREAD))
        return tuple(part for index in range(self.count) for part in (here if index == own else there))

    def even(self, share: float) -> Row:
        """The row that drives `share` of the fibres, lowest thresholds first, everywhere alike."""
        return self._territory(share) * self.count

    def _territory(self, share: float) -> Row:
        return tuple(min(1.0, max(0.0, share * self.each - index)) for index in range(self.each))


def territories(channels: int, pools: int) -> Territories:
    """`pools` pools, or a few more so that each of `channels` has the same number."""
    return Territories(channels, -(-pools // channels))
