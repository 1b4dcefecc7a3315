"""The model family gives the unit vectors of cocofest's tests; see docs/reference/physiology.md."""

from __future__ import annotations

from dataclasses import replace
from math import atanh

import pytest

from firmware_sim.patient import kernel as k
from firmware_sim.patient.ding import DING_2003, Constants
from firmware_sim.patient.muscle import Muscle
from helpers import yardstick
from helpers.yardstick import Hmed, Veltink

pytestmark = pytest.mark.thorough

AT = (0.0, 0.1)
"""Pulses at 0 and 0.1 s."""
R0 = 1.05
"""The vectors' own R0; the right-hand side uses Km + 1.04 instead."""


def near(value: float, digits: int) -> object:
    """Equal as far as the digits that the reference gives."""
    return pytest.approx(value, rel=0, abs=0.6 * 10**-digits)


def test_exp_time() -> None:
    assert yardstick.exp_time(0.01, 0.02) == pytest.approx(0.6065306597126332, rel=1e-14)


def test_doublet_factor() -> None:
    assert yardstick.doublet(0.1, 0.02, R0) == pytest.approx(1.0003368973499542, rel=1e-14)


def test_calcium_sum_and_its_change() -> None:
    summed = yardstick.cn_sum(0.11, AT, 0.02, R0)
    assert summed == pytest.approx(0.6108217697230208, rel=1e-14)
    assert yardstick.cn_dot(0, summed, 0.02) == pytest.approx(30.54108848615104, rel=1e-14)


def test_the_two_r0_are_not_the_same() -> None:
    assert yardstick.cn_sum(0.11, AT, 0.02, DING_2003.r0) == near(0.6112018, 7)


def test_the_whole_right_hand_side_of_ding_2003_with_fatigue() -> None:
    cn, f, a, tau1, km = yardstick.right_hand_side(0.11, (5, 100, 3009, 0.050957, 0.103), AT, DING_2003)
    assert (cn, f) == (near(-219.4399, 4), near(2037.0703, 4))
    assert (a, tau1, km) == (pytest.approx(-40), pytest.approx(0.0021), pytest.approx(0.0019))


def test_pulse_width_of_ding_2007() -> None:
    assert yardstick.a_by_width(4920, 200, 131.405, 194.138) == near(1464.4646488, 7)
    assert yardstick.a_by_width(4920, 131.405, 131.405, 194.138) == 0


def test_force_of_ding_2007() -> None:
    assert yardstick.f_dot(5, 100, 3009, 0.050957, 0.103, 0.001) == pytest.approx(1022.8492662547173, rel=1e-13)


def test_amplitude_of_hmed_2018() -> None:
    assert Hmed().strength(30) == near(0.0799499, 7)
    strengths = [Hmed().strength(30), Hmed().strength(50)]
    assert yardstick.cn_sum(0.11, AT, 0.02, R0, strengths) == near(0.1798732, 7)
    assert Hmed().strength(130) == near(1.0396, 1), "it saturates near 1.074"
    assert Hmed().strength(16.9) == 0
    assert 63.1 + atanh(-0.833) / 0.026 == near(17.03, 2)


def test_veltink_and_riener() -> None:
    assert Veltink().normalised(50) == 0.75
    assert (Veltink().normalised(10), Veltink().normalised(90)) == (0, 1)
    assert Veltink().mu_dot(0.6, 0.09) == pytest.approx(0.00948, rel=1e-12)
    a, mu = Veltink().dynamics(0.5, 0.1, 50)
    assert (a, mu) == (near(0.96153846, 8), near(0.01066667, 8))


# --- the kernel beside the yardstick, at one moment ---


def pool(c: Constants, times_us: tuple[int, ...], until_us: int) -> list[float]:
    """The state of one pool, driven in full, some time after its pulses."""
    muscle = Muscle(c, refractory_us=0, step_us=100)
    for at_us in times_us:
        muscle.pulse(at_us, (1.0,))
    muscle.advance(until_us)
    return list(muscle._pools[0])


@pytest.mark.parametrize("r0", [R0, DING_2003.r0, 5.0])
@pytest.mark.parametrize("times_us", [(0, 100_000), (0, 5_000, 20_000, 100_000)])
def test_the_kernel_s_calcium_is_the_sum_over_all_pulses(r0: float, times_us: tuple[int, ...]) -> None:
    state = pool(replace(DING_2003, r0=r0), times_us, 110_000)
    assert state[k.S] == pytest.approx(yardstick.cn_sum(0.11, [at / 1e6 for at in times_us], 0.02, r0), rel=1e-12)
    if (r0, len(times_us)) == (R0, 2):
        assert state[k.S] == pytest.approx(0.6108217697230208, rel=1e-12), "the published vector, by the kernel itself"


@pytest.mark.parametrize("at_us", [30_000, 110_000, 400_000])
def test_the_kernel_s_slopes_are_the_right_hand_side(at_us: int) -> None:
    """Central difference over 0.4 ms of every state."""
    times_us = (0, 10_000, 20_000)
    before, now, after = (pool(DING_2003, times_us, at_us + by_us) for by_us in (-200, 0, 200))
    names = (k.CN, k.F, k.A, k.TAU1, k.KM)
    slopes = [(after[name] - before[name]) / 0.0004 for name in names]
    state = tuple(now[name] for name in names)
    expected = yardstick.right_hand_side(at_us / 1e6, state, [at / 1e6 for at in times_us], DING_2003)
    assert slopes == [pytest.approx(one, rel=0.002, abs=1e-6) for one in expected]
