"""Law: a muscle is the constants of the Ding, Wexler and Binder-Macleod family, as the papers print them.

Separate from what reckons with them (`kernel`, `muscle`), because profiles are made of them too. Seconds, newtons.
[source: Ding 2003 as implemented in pyomeca/cocofest @0eb2354]
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Constants:
    """One muscle: its force (A N/s, times in s), the doublet factor R0, and how force fatigues it and how it recovers.

    R0 is taken at the rested Km, also when fatigued, as cocofest does [source].
    """

    a_rest: float
    tau1_rest: float
    tau2: float
    tc: float
    km_rest: float
    r0: float
    alpha_a: float = 0.0
    alpha_tau1: float = 0.0
    alpha_km: float = 0.0
    tau_fat: float = 127.0


DING_2003 = Constants(
    a_rest=3009.0,
    tau1_rest=0.050957,
    tau2=0.060,
    tc=0.020,
    km_rest=0.103,
    r0=0.103 + 1.04,  # healthy: R0 = Km + 1.04
    alpha_a=-0.40,
    alpha_tau1=2.1e-5,
    alpha_km=1.9e-5,
    tau_fat=127.0,
)
"""Healthy quadriceps [source: cocofest; PMC9936668 Table 2, whose tau2 and alpha_Km carry unit slips]."""
