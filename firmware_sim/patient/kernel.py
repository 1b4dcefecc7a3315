"""Law: one pool of muscle fibres from pulse to pulse; the same source runs as Python and, if asked for, compiled.

Calcium is exact between pulses (S and CN have a closed form), force takes one classic Runge-Kutta step per grid step
with exact calcium at its nodes, fatigue its exponential. The grid starts anew at every pulse, so the outcome does not
depend on how time was cut into calls. A pool at rest costs nothing: its recovery is one exponential when it wakes.

Plain scalar code on purpose: numba compiles it as it stands, and CPython runs it at about 1 us per step. State and
constants are flat rows of floats; the names below are their indices.
"""

from __future__ import annotations

from collections.abc import Callable, MutableSequence, Sequence
from math import exp
from typing import Any

S, CN, F, A, TAU1, KM, ACT, SINCE, REST, FTI = range(10)
"""State: calcium sum, calcium, force N, A N/s, tau1 s, Km, activated share 0..1, us since the last pulse (-1 never),
us at rest (-1 when not at rest), force-time integral N s."""
TC, TAU2, R0, A_REST, TAU1_REST, KM_REST, ALPHA_A, ALPHA_TAU1, ALPHA_KM, TAU_FAT, REFRACTORY, SILENT = range(12)
"""Constants: as in `ding.Constants`, then the refractory time in us and the force that counts as none, N."""

CALCIUM_GONE = 1e-9
"""Calcium that counts as none. [design]"""
LOW_CALCIUM = 0.3
"""Below this x = CN / (Km + CN) bends within a millisecond or two, and a step is cut in FINE pieces. [design]"""
FINE = 4

Run = Callable[[Any, Any, Any, Any, Any, int], None]


def run_pool(
    state: MutableSequence[float],
    par: Sequence[float],
    gaps_us: Sequence[int],
    acts: Sequence[float],
    force: MutableSequence[float],
    step_us: int,
) -> None:
    """Take a pool through `gaps_us`; at the end of gap i a pulse activates the share `acts[i]` (0 = not reached).

    `force` gets this pool's force added at each grid step's end. Gaps are cut into steps of `step_us` and a remainder.
    """
    s, cn, f, a, tau1, km = state[0], state[1], state[2], state[3], state[4], state[5]
    act, since, rest, fti = state[6], state[7], state[8], state[9]
    tc, tau2, r0, a_rest, tau1_rest, km_rest = par[0], par[1], par[2], par[3], par[4], par[5]
    alpha_a, alpha_tau1, alpha_km, tau_fat, refractory, silent = par[6], par[7], par[8], par[9], par[10], par[11]
    node = 0
    done_us = -1  # the step length the factors below belong to
    d = half = q = keep = push = e = eh = dh = 0.0
    for i in range(len(gaps_us)):
        gap = gaps_us[i]
        whole = gap // step_us
        left = gap - whole * step_us
        steps = whole + 1 if left else whole
        if since >= 0:
            since += gap
        if rest >= 0:
            rest += gap
        else:
            for j in range(steps):
                cut_us = step_us if j < whole else left
                pieces = FINE if cn < LOW_CALCIUM and s > CALCIUM_GONE else 1
                if cut_us * 8 + pieces != done_us:
                    done_us = cut_us * 8 + pieces
                    d = cut_us * 1e-6 / pieces
                    half = d / 2
                    dh = half / tc
                    eh = exp(-dh)
                    e = eh * eh
                    q = half / tau_fat
                    keep = exp(-2 * q)
                    push = exp(-q) * d / 6
                for _ in range(pieces):
                    x = cn / (km + cn)
                    t = tau1 + tau2 * x
                    drive = a * act
                    k1 = drive * x - f / t
                    c1 = (cn + s * dh) * eh
                    x = c1 / (km + c1)
                    t = tau1 + tau2 * x
                    up = drive * x
                    k2 = up - (f + half * k1) / t
                    mid = f + half * k2
                    k3 = up - mid / t
                    cn = (cn + s * (dh + dh)) * e
                    s *= e
                    x = cn / (km + cn)
                    end = f + d * k3
                    k4 = drive * x - end / (tau1 + tau2 * x)
                    end = f + d * (k1 + 2 * (k2 + k3) + k4) / 6
                    area = (f + 4 * mid + end) * push
                    f = end
                    fti += area
                    a = a_rest + (a - a_rest) * keep + alpha_a * area
                    tau1 = tau1_rest + (tau1 - tau1_rest) * keep + alpha_tau1 * area
                    km = km_rest + (km - km_rest) * keep + alpha_km * area
                force[node + j] += f
                if f < silent and cn < CALCIUM_GONE and s < CALCIUM_GONE:
                    s = cn = f = 0.0
                    rest = max(0.0, float(gap - (j + 1) * step_us))
                    break
        node += steps
        share = acts[i]
        if share > 0:
            if rest >= 0:
                keep = exp(-rest * 1e-6 / tau_fat)
                a = a_rest + (a - a_rest) * keep
                tau1 = tau1_rest + (tau1 - tau1_rest) * keep
                km = km_rest + (km - km_rest) * keep
                rest = -1.0
                done_us = -1
            if since < 0:
                s += 1.0
                act = share
                since = 0.0
            elif since >= refractory:
                s += 1 + (r0 - 1) * exp(-since * 1e-6 / tc)
                act = share
                since = 0.0
            elif share > act:
                act = share
    state[0], state[1], state[2], state[3], state[4], state[5] = s, cn, f, a, tau1, km
    state[6], state[7], state[8], state[9] = act, since, rest, fti
