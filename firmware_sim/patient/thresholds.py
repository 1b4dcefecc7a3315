"""Law: what is felt follows the charge that crossed the skin, not what the controller believes it sent.

Weiss strength-duration: I_th(pw) = I_rh * (1 + c / pw) for the sensory, the motor and the pain threshold [source:
Geddes 2004 for the form; Mogyoros 1996: it fits human nerve]. `Person` is the plain healthy adult who has thresholds
and nothing else; a whole one is `Patient`.
"""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.stage.pulse import Pulse


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


def first_phase(pulse: Pulse) -> tuple[int, int]:
    """Mean current magnitude in µA and duration in µs of a pulse's first phase, as delivered; 0, 0 when none flowed.

    The phase is the first run of points of one sign, so a shaped pulse counts as one phase.
    """
    charge_pc = duration_us = 0
    for point, charge in zip(pulse.points, pulse.charge_pc, strict=True):
        if charge_pc and charge * charge_pc <= 0:
            break
        if charge:
            charge_pc += charge
            duration_us += point.duration_us
    return (round(abs(charge_pc) / duration_us), duration_us) if duration_us else (0, 0)


@dataclass(frozen=True, slots=True)
class Person:
    """A healthy adult. Every number is a default of this project [design], the pain chronaxie [verify]."""

    sensory: Threshold = Threshold(4.0, 300)
    motor: Threshold = Threshold(9.5, 240)
    pain: Threshold = Threshold(19.3, 400)

    def feels(self, pulse: Pulse) -> Feeling:
        """What one pulse does; judged by its first phase's charge as delivered."""
        current_ua, phase_us = first_phase(pulse)
        if not phase_us:
            return Feeling(channel=pulse.channel)
        current_ma = current_ua / 1000
        pained = current_ma / self.pain.amplitude_ma(phase_us)
        return Feeling(
            current_ma / self.sensory.amplitude_ma(phase_us),
            current_ma / self.motor.amplitude_ma(phase_us),
            pained,
            pain_score(pained),
            pulse.channel,
        )
