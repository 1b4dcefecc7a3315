"""Law: discomfort follows the current against the pain threshold, the pulse rate, the contact area and habit.

`u_p = I / I_pain(pw) * g(f) * dens / habit`; the score is `clip(5 u_p², 0, 10)`: 5 is "pain", tolerance is at 7. Every
number here is this project's choice [design]; where a paper gives the direction it stands beside.
"""

from __future__ import annotations

from math import log, sqrt

TOLERANCE = 7.0
"""The score at which a person asks to stop raising."""
CRAMP_PAIN = 4.0
"""What a cramp adds to the score."""
REFERENCE_MM2 = 2500
"""The pad for which the pain threshold holds: 5 x 5 cm."""
SLOW_HZ, FULL_HZ, SLOW_FACTOR = 2.0, 50.0, 0.8
MAX_HABIT, HABIT_PER_SESSION = 1.6, 0.1


def rate_factor(period_us: int) -> float:
    """g(f): 1 from 50 Hz up, 0.8 at 2 Hz and below, straight in log f between (direction: Hughes 2013 [source])."""
    if period_us <= 0:
        return SLOW_FACTOR
    hz = min(FULL_HZ, max(SLOW_HZ, 1e6 / period_us))
    return SLOW_FACTOR + (1 - SLOW_FACTOR) * log(hz / SLOW_HZ) / log(FULL_HZ / SLOW_HZ)


def density_factor(pad_mm2: int, contact_permille: int) -> float:
    """sqrt(25 cm² / contact area): a pad that lifts off hurts."""
    return sqrt(REFERENCE_MM2 * 1000 / (pad_mm2 * max(1, contact_permille)))


def habit(sessions: float) -> float:
    """How much more is tolerated after `sessions` (direction: Alon & Smith 2005 [source])."""
    return min(MAX_HABIT, 1 + HABIT_PER_SESSION * sessions)
