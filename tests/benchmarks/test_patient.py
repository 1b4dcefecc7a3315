"""The virtual muscle against a general solver restarted at every pulse, and the whole patient, in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy
import pytest
from scipy.integrate import solve_ivp

from firmware_sim.patient import Patient, Site, load_profile
from firmware_sim.patient.ding import DING_2003
from firmware_sim.patient.muscle import Muscle
from helpers.yardstick import rested

pytestmark = [pytest.mark.benchmark, pytest.mark.timeout(300)]

PULSES, PERIOD_US = 90_000, 20_000
"""30 minutes at 50 Hz."""
SOLVED = 500
"""Pulses the solver gets; its time is the same for each, so the rest is extrapolated."""


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """Median over some rounds."""
    taken = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def ours(compiled: bool) -> float:
    """Force at the end of 30 minutes."""
    muscle = Muscle(DING_2003, compiled=compiled)
    for index in range(PULSES):
        muscle.pulse(index * PERIOD_US, (1.0,))
    muscle.advance(PULSES * PERIOD_US)
    return muscle.force_n(PULSES * PERIOD_US)


def solver(pulses: int) -> float:
    """Force after `pulses` by solve_ivp as most would write it: RK45 at its own tolerances, restarted per pulse."""
    c, s = DING_2003, 0.0
    y = numpy.array(rested(c))

    def slopes(t: float, y: numpy.ndarray, s0: float) -> tuple[float, ...]:
        cn, f, a, tau1, km = y
        x = cn / (km + cn)
        return (
            (s0 * numpy.exp(-t / c.tc) - cn) / c.tc,
            a * x - f / (tau1 + c.tau2 * x),
            (c.a_rest - a) / c.tau_fat + c.alpha_a * f,
            (c.tau1_rest - tau1) / c.tau_fat + c.alpha_tau1 * f,
            (c.km_rest - km) / c.tau_fat + c.alpha_km * f,
        )

    gap_s = PERIOD_US * 1e-6
    for index in range(pulses):
        s = s * numpy.exp(-gap_s / c.tc) + (1 + (c.r0 - 1) * numpy.exp(-gap_s / c.tc) if index else 1.0)
        y = solve_ivp(slopes, (0, gap_s), y, args=(s,)).y[:, -1]
    return float(y[1])


def test_thirty_minutes_at_50_hz_are_20_times_faster(record_property: Callable[[str, object], None]) -> None:
    short = Muscle(DING_2003)
    for index in range(SOLVED):
        short.pulse(index * PERIOD_US, (1.0,))
    short.advance(SOLVED * PERIOD_US)
    assert solver(SOLVED) == pytest.approx(short.force_n(SOLVED * PERIOD_US), abs=0.5), "both solve the same"
    mine_s = seconds(lambda: ours(compiled=False))
    their_s = seconds(lambda: solver(SOLVED)) * PULSES / SOLVED
    record_property("ours_s", mine_s)
    record_property("solve_ivp_s", their_s)
    print(f"90,000 pulses: ours {mine_s:.3f} s, solve_ivp {their_s:.1f} s, {their_s / mine_s:.0f} times")
    assert their_s / mine_s >= 20


def test_the_compiled_kernel_is_faster_still(record_property: Callable[[str, object], None]) -> None:
    pytest.importorskip("numba")
    assert ours(compiled=True) == pytest.approx(ours(compiled=False), rel=1e-9)  # compiles, too
    plain_s, compiled_s = (seconds(lambda asked=asked: ours(asked)) for asked in (False, True))
    record_property("plain_s", plain_s)
    record_property("compiled_s", compiled_s)
    print(f"90,000 pulses: Python {plain_s:.3f} s, compiled {compiled_s:.3f} s, {plain_s / compiled_s:.1f} times")
    assert plain_s / compiled_s >= 2


@pytest.mark.clocked
def test_twenty_minutes_of_quadriceps_on_eight_pools(record_property: Callable[[str, object], None]) -> None:
    """10 s on, 50 s off at 50 Hz, with ramps, take well under a second of a desk computer."""

    def treat() -> Patient:
        patient = Patient(load_profile("healthy_adult"), {1: Site("quadriceps", pad_mm2=4500)}, compiled=False)
        for contraction in range(20):
            for pulse in range(500):
                ramp = min(1.0, (pulse + 1) / 100, (500 - pulse) / 50)
                patient.deliver(contraction * 60_000_000 + pulse * 20_000, 1, round(60_000 * ramp), 300)
            patient.advance((contraction + 1) * 60_000_000)
            patient.take_peaks()
        return patient

    assert treat().reading().muscles[0].peak_mn > 50_000
    taken_s = seconds(treat)
    record_property("seconds", taken_s)
    print(f"20 minutes on 8 pools: {taken_s:.3f} s, {1200 / taken_s:.0f} times as fast as time")
    assert 1200 / taken_s >= 1200
