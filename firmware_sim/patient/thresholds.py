"""Law: what is felt follows the charge that crossed the skin, not what the controller believes it sent.

Weiss strength-duration: I_th(pw) = I_rh * (1 + c / pw) for the sensory, the motor and the pain threshold [source:
Geddes 2004 for the form; Mogyoros 1996: it fits human nerve]. The defaults below are this project's choice for a
5x9 cm pad on quadriceps or calf [design], the pain constant is to verify. Not modelled yet: frequency, pad area,
habituation, force.
"""

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
    """How far the last pulse reached, as multiples of each threshold, and the pain score 0 to 10 (5 = at threshold)."""

    sensory: float = 0.0
    motor: float = 0.0
    pain: float = 0.0

    def __str__(self) -> str:
        if self.pain >= 5:
            return "that hurts"
        if self.motor >= 1.5:
            return "a strong contraction"
        if self.motor >= 1:
            return "the muscle moves"
        if self.sensory >= 1.5:
            return "strong tingling"
        return "tingling" if self.sensory >= 1 else "nothing"


@dataclass(frozen=True, slots=True)
class Person:
    """A healthy adult. Every number is a default of this project [design], the pain chronaxie [verify]."""

    sensory: Threshold = Threshold(4.0, 300)
    motor: Threshold = Threshold(9.5, 240)
    pain: Threshold = Threshold(19.3, 400)

    def feels(self, pulse: Pulse) -> Feeling:
        """What one pulse does; judged by its first phase's charge as delivered."""
        phase_us = pulse.phase_us[0]
        current_ma = abs(pulse.charge_pc[0]) / phase_us / 1000
        pained = current_ma / self.pain.amplitude_ma(phase_us)
        return Feeling(
            current_ma / self.sensory.amplitude_ma(phase_us),
            current_ma / self.motor.amplitude_ma(phase_us),
            min(10.0, 5 * pained * pained),
        )
