"""An independent solver with tight tolerances, restarted at every pulse, agrees within 0.1 N on any train."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy
import pytest
from scipy.integrate import solve_ivp

from firmware_sim.patient.ding import DING_2003, Constants
from firmware_sim.patient.muscle import STEP_US, Muscle
from helpers.trains import regular
from helpers.yardstick import DING_2007_SCI_MEAN

pytestmark = pytest.mark.thorough

TAIL_US = 300_000


def tight(c: Constants, times_us: list[int], shares: list[float]) -> numpy.ndarray:
    """F at every grid step's end by DOP853, rtol 1e-10: calcium as differential equations, nothing in closed form."""

    def slopes(_: float, y: numpy.ndarray, share: float) -> list[float]:
        s, cn, f, a, tau1, km = y
        x = cn / (km + cn)
        return [
            -s / c.tc,
            (s - cn) / c.tc,
            a * share * x - f / (tau1 + c.tau2 * x),
            (c.a_rest - a) / c.tau_fat + c.alpha_a * f,
            (c.tau1_rest - tau1) / c.tau_fat + c.alpha_tau1 * f,
            (c.km_rest - km) / c.tau_fat + c.alpha_km * f,
        ]

    y = numpy.array([0.0, 0.0, 0.0, c.a_rest, c.tau1_rest, c.km_rest])
    forces: list[float] = []
    before_us = None
    for at_us, next_us, share in zip(times_us, [*times_us[1:], times_us[-1] + TAIL_US], shares, strict=True):
        y[0] += 1 if before_us is None else 1 + (c.r0 - 1) * numpy.exp(-(at_us - before_us) * 1e-6 / c.tc)
        gap_us, before_us = next_us - at_us, at_us
        wanted = [*range(STEP_US, gap_us, STEP_US), gap_us]
        solved = solve_ivp(
            slopes, (0, gap_us * 1e-6), y, "DOP853", [one * 1e-6 for one in wanted], rtol=1e-10, atol=1e-12,
            args=(share,),
        )  # fmt: skip
        forces.extend(solved.y[2])
        y = solved.y[:, -1].copy()
    return numpy.array(forces)


def ours(c: Constants, times_us: list[int], shares: list[float]) -> numpy.ndarray:
    """The virtual muscle at the same times."""
    muscle, forces = Muscle(c, refractory_us=0), []
    for at_us, next_us, share in zip(times_us, [*times_us[1:], times_us[-1] + TAIL_US], shares, strict=True):
        muscle.pulse(at_us, (share,))
        for until_us in [*range(at_us + STEP_US, next_us, STEP_US), next_us]:
            muscle.advance(until_us)
            forces.append(muscle.force_n(until_us))
    return numpy.array(forces)


def random_train(seed: int) -> list[int]:
    """60 pulses, gaps from 1 ms to 0.9 s."""
    rng, times_us = Random(seed), [0]
    while len(times_us) < 60:
        times_us.append(times_us[-1] + round(1000 * min(900, max(1, rng.lognormvariate(3.3, 1.1)))))
    return times_us


@pytest.mark.parametrize("c", [DING_2003, replace(DING_2007_SCI_MEAN, alpha_tau1=1e-4)], ids=["healthy", "sci"])
@pytest.mark.parametrize("hz", [1, 4, 10, 33, 50, 100])
def test_regular_trains(c: Constants, hz: int) -> None:
    times_us = regular(hz, min(3 * hz, 100))
    shares = [1.0] * len(times_us)
    assert numpy.abs(ours(c, times_us, shares) - tight(c, times_us, shares)).max() < 0.1


@pytest.mark.parametrize("seed", range(8))
def test_random_trains_of_random_strength(seed: int) -> None:
    times_us, rng = random_train(seed), Random(100 + seed)
    shares = [1.0 if seed % 2 else 0.1 + 0.9 * rng.random() for _ in times_us]
    far = numpy.abs(ours(DING_2003, times_us, shares) - tight(DING_2003, times_us, shares)).max()
    assert far < 0.1


def test_half_the_step_is_closer() -> None:
    times_us = random_train(1)
    end_us = times_us[-1] + TAIL_US
    last = tight(DING_2003, times_us, [1.0] * 60)[-1]
    far = []
    for step_us in (40_000, 20_000, 10_000, 5_000):
        muscle = Muscle(DING_2003, step_us=step_us, refractory_us=0)
        for at_us in times_us:
            muscle.pulse(at_us, (1.0,))
        muscle.advance(end_us)
        far.append(abs(muscle.force_n(end_us) - last))
    assert far == sorted(far, reverse=True)
    assert far[-1] < far[0] / 20
