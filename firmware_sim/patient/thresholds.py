"""Law: what is felt follows the charge that crossed the skin, not what the controller believes it sent.

Weiss strength-duration: I_th(pw) = I_rh * (1 + c / pw) for the sensory, the motor and the pain threshold [source:
Geddes 2004 for the form; Mogyoros 1996: it fits human nerve].
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """One strength-duration curve: rheobase in mA, chronaxie in µs."""

    rheobase_ma: float
    chronaxie_us: float

    def amplitude_ma(self, phase_us: int) -> float:
        """The current that reaches this threshold with a phase of `phase_us` > 0, mA."""
        return self.rheobase_ma * (1 + self.chronaxie_us / phase_us)


@dataclass(frozen=True, slots=True)
class Feeling:
    """How far a channel's last pulse reached, as multiples of each threshold, and its pain score.

    The score runs from 0 to 10: 5 is "pain", 7 the most that is tolerated [design].
    """

    sensory: float = 0.0
    motor: float = 0.0
    pain: float = 0.0
    pain_score: float = 0.0
    channel: int = 0

    def __str__(self) -> str:
        if self.pain_score >= 5:
            return "that hurts"
        if self.motor >= 1.5:
            return "a strong contraction"
        if self.motor >= 1:
            return "the muscle moves"
        if self.sensory >= 1.5:
            return "strong tingling"
        return "tingling" if self.sensory >= 1 else "nothing"


def pain_score(multiple: float) -> float:
    """clip(5 u², 0, 10). [design]"""
    return min(10.0, 5 * multiple * multiple)
