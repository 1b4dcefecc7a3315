"""Trains of pulses into a virtual muscle, and the peaks it answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from firmware_sim.patient.ding import DING_2003, Constants
from firmware_sim.patient.muscle import Muscle

S = 1_000_000
NO_FATIGUE = replace(DING_2003, alpha_a=0.0, alpha_tau1=0.0, alpha_km=0.0)


def tiring(factor: float) -> Constants:
    """Ding 2003 with all three fatigue drives multiplied."""
    c = DING_2003
    return replace(c, alpha_a=c.alpha_a * factor, alpha_tau1=c.alpha_tau1 * factor, alpha_km=c.alpha_km * factor)


def regular(hz: float, pulses: int) -> list[int]:
    """Times of a constant-frequency train from 0, us."""
    return [round(index * S / hz) for index in range(pulses)]


def contractions(
    muscle: Muscle, times_us: Sequence[int], period_us: int, count: int, row: tuple[float, ...] = (1.0,)
) -> list[tuple[float, float]]:
    """Peak and force-time integral of each of `count` trains, one every `period_us`, on from the muscle's zero."""
    answers = []
    for index in range(count):
        for at_us in times_us:
            muscle.pulse(index * period_us + at_us, row)
        muscle.advance((index + 1) * period_us)
        answers.append(muscle.take_peak())
    return answers


BICKEL = [index * 70_000 for index in range(6)]
"""Six pulses 70 ms apart, one train every 0.7 s (the period is assumed) [source: Bickel 2004]."""


def left_after_bickel(constants: Constants) -> float:
    """What is left of the first peak after 180 contractions, in percent."""
    peaks = [peak for peak, _ in contractions(Muscle(constants), BICKEL, 700_000, 180)]
    return 100 * peaks[-1] / peaks[0]
