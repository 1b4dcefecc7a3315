"""The yardstick: force and fatigue of electrically driven muscle as the papers write them, as plain functions.

Separate from the product, which shares no line with it: the published reference vectors are asserted on it, and the
kernel is compared with it. Seconds, newtons, milliamperes; pulse widths in microseconds. Equations [source: Ding 2003,
Ding 2007, Hmed 2018, Veltink 1992, Riener 1998, as implemented in pyomeca/cocofest @0eb2354].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, tanh

from firmware_sim.patient.ding import Constants
from firmware_sim.patient.recruitment import Curve

State = tuple[float, float, float, float, float]
"""CN, F in N, A in N/s, tau1 in s, Km."""

DING_2007_SCI_MEAN = Constants(692.1, 0.0440887, 0.018522, 0.011, 0.1804, 5.0)
"""Mean of ten people with spinal cord injury, quadriceps, R0 = 5, tc = 11 ms [source: table as transcribed in a public
script, to be checked in PMC2633444 Table 1; mean computed]."""

HMED_2018 = Curve(3.459, 1.918)
"""Fit of the recruitment curve to the Hmed 2018 amplitude curve, threshold 17.03 mA, RMSE .009 [computed]."""


def rested(c: Constants) -> State:
    """The state of a muscle that has long been at rest."""
    return 0.0, 0.0, c.a_rest, c.tau1_rest, c.km_rest


# --- calcium ---


def exp_time(t: float, tc: float) -> float:
    """What is left of a pulse's calcium after `t`."""
    return exp(-t / tc)


def doublet(interval: float, tc: float, r0: float) -> float:
    """R_i: how much more a pulse gives that follows another after `interval`."""
    return 1 + (r0 - 1) * exp(-interval / tc)


def cn_sum(t: float, pulses: Sequence[float], tc: float, r0: float, strengths: Sequence[float] = ()) -> float:
    """The sum over the pulses up to `t`; `strengths` are Hmed's lambda for each, 1 when left out."""
    total, before = 0.0, None
    for index, at in enumerate(pulses):
        if at > t:
            break
        factor = 1.0 if before is None else doublet(at - before, tc, r0)
        total += factor * (strengths[index] if strengths else 1.0) * exp_time(t - at, tc)
        before = at
    return total


def cn_dot(cn: float, summed: float, tc: float) -> float:
    """Equation (1)."""
    return summed / tc - cn / tc


# --- force and fatigue ---


def f_dot(cn: float, f: float, a: float, tau1: float, km: float, tau2: float) -> float:
    """Equation (2)."""
    x = cn / (km + cn)
    return a * x - f / (tau1 + tau2 * x)


def right_hand_side(
    t: float,
    state: State,
    pulses: Sequence[float],
    c: Constants,
    strengths: Sequence[float] = (),
    reach: float = 1.0,
) -> State:
    """d(state)/dt: equations (1), (2), (5), (9) and (11). `reach` multiplies A in the force, as a pulse width does."""
    cn, f, a, tau1, km = state
    return (
        cn_dot(cn, cn_sum(t, pulses, c.tc, c.r0, strengths), c.tc),
        f_dot(cn, f, a * reach, tau1, km, c.tau2),
        -(a - c.a_rest) / c.tau_fat + c.alpha_a * f,
        -(tau1 - c.tau1_rest) / c.tau_fat + c.alpha_tau1 * f,
        -(km - c.km_rest) / c.tau_fat + c.alpha_km * f,
    )


# --- pulse width and amplitude ---


def a_by_width(a_scale: float, width_us: float, pd0_us: float, pdt_us: float) -> float:
    """Ding 2007: the A that a pulse of `width_us` reaches."""
    return a_scale * (1 - exp(-(width_us - pd0_us) / pdt_us)) if width_us > pd0_us else 0.0


@dataclass(frozen=True, slots=True)
class Hmed:
    """Hmed 2018, healthy quadriceps: how much of the calcium a pulse of some mA sets free [source: cocofest]."""

    ar: float = 0.586
    bs_per_ma: float = 0.026
    is_ma: float = 63.1
    cr: float = 0.833

    def strength(self, current_ma: float) -> float:
        """Lambda, 0 below the threshold of 17.03 mA [computed]."""
        return max(0.0, self.ar * (tanh(self.bs_per_ma * (current_ma - self.is_ma)) + self.cr))


# --- the cheap alternative ---


@dataclass(frozen=True, slots=True)
class Veltink:
    """Veltink 1992 activation with Riener 1998 fatigue; constants [source: cocofest tests]."""

    threshold_ma: float = 20.0
    saturation_ma: float = 60.0
    ta: float = 0.26
    mu_min: float = 0.2
    tau_fat: float = 30.0
    tau_rec: float = 50.0

    def normalised(self, current_ma: float) -> float:
        """The drive from 0 at threshold to 1 at saturation."""
        return min(1.0, max(0.0, (current_ma - self.threshold_ma) / (self.saturation_ma - self.threshold_ma)))

    def mu_dot(self, a: float, mu: float) -> float:
        """Riener: fitness falls with activation and recovers without it."""
        return (self.mu_min - mu) * a / self.tau_fat + (1 - mu) * (1 - a) / self.tau_rec

    def dynamics(self, a: float, mu: float, current_ma: float) -> tuple[float, float]:
        """d(a, mu)/dt."""
        return (self.normalised(current_ma) - a) / self.ta, self.mu_dot(a, mu)
