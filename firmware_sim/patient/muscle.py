"""Law: a muscle is a sum of pools of fibres; pulses come in order of time, and how time is cut changes nothing.

Each pool has its own calcium, force and fatigue. `A_rest = w A`, and its fatigue drive counts F / w, so that all pools
together are exactly the single muscle, and a pool that is not recruited stays fresh [design]. Of a pool that a pulse
reaches in part, that share of the fibres pulls: A acts times the share, calcium in full [design].
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from typing import Any

from firmware_sim.patient import kernel as k
from firmware_sim.patient.compiled import compiled_kernel, wanted
from firmware_sim.patient.ding import Constants

STEP_US = 5_000
"""Grid step: within 0.012 N of a tight integration [computed]."""
REFRACTORY_US = 3_000
"""A fibre that has just fired does not fire again. [design]"""
SILENT_N = 1e-3
"""Force of a whole muscle that counts as none; the rest of it decays unseen [design]."""
MAX_NODES = 100_000
"""Grid steps that wait before they are taken: bounds the memory."""

Row = tuple[float, ...]
"""For each pool the share of its fibres that a pulse reaches, 0 to 1."""


class Muscle:
    """Pools with `weights` (sum 1) of one muscle. Times are us from the start, never back."""

    def __init__(
        self,
        constants: Constants,
        weights: Sequence[float] = (1.0,),
        *,
        step_us: int = STEP_US,
        refractory_us: int = REFRACTORY_US,
        compiled: bool | None = None,
    ) -> None:
        self.constants = constants
        self.weights = tuple(weights)
        self.peak_n = 0.0
        self._taken_peak_n, self._taken_fti = 0.0, 0.0
        self._step_us = step_us
        self._compiled = wanted(compiled)
        self._pars = [self._list(_par(constants, weight, refractory_us)) for weight in weights]
        self._pools = [self._list(_rested(par)) for par in self._pars]
        self._node_us = 0  # where the grid stands once all that waits has been taken
        self._gaps: list[int] = []
        self._rows: list[Row] = []
        self._nodes = 0
        self._none = (0.0,) * len(self.weights)

    # --- time ---

    def pulse(self, t_us: int, row: Row) -> None:
        """A pulse at `t_us` that reaches `row` of the pools. ValueError when that is before the last one."""
        gap_us = t_us - self._node_us
        if gap_us < 0:
            raise ValueError(f"a pulse at {t_us} us comes after time has reached {self._node_us} us")
        self._wait(gap_us, row)

    def advance(self, t_us: int) -> None:
        """Take all that waits, and whole grid steps up to `t_us`."""
        steps = (t_us - self._node_us) // self._step_us
        while steps > 0:
            part = min(steps, MAX_NODES)
            self._wait(part * self._step_us, self._none)
            steps -= part
        self._take()

    def _wait(self, gap_us: int, row: Row) -> None:
        self._gaps.append(gap_us)
        self._rows.append(row)
        self._node_us += gap_us
        self._nodes += -(-gap_us // self._step_us)
        if self._nodes > MAX_NODES:
            self._take()

    def _take(self) -> None:
        """Run every pool through what waits."""
        if not self._gaps:
            return
        gaps, rows, total_us = self._list(self._gaps, int), self._rows, sum(self._gaps)
        force: Any = None
        run = compiled_kernel() if self._compiled else k.run_pool
        for pool, par, column in zip(self._pools, self._pars, zip(*rows, strict=True), strict=True):
            if pool[k.REST] >= 0 and not any(column):
                pool[k.REST] += total_us
                if pool[k.SINCE] >= 0:
                    pool[k.SINCE] += total_us
                continue
            if force is None:
                force = self._list([0.0] * self._nodes)
            run(pool, par, gaps, self._list(column), force, self._step_us)
        if force is not None and self._nodes:
            highest = float(force.max() if self._compiled else max(force))
            self.peak_n = max(self.peak_n, highest)
            self._taken_peak_n = max(self._taken_peak_n, highest)
        self._gaps, self._rows, self._nodes = [], [], 0

    def _list(self, values: Sequence[float], kind: type = float) -> Any:
        """A row as the kernel wants it: a list, or an array for the compiled one."""
        if not self._compiled:
            return list(values)
        import numpy  # noqa: PLC0415 - heavy, and only there with numba

        return numpy.array(values, dtype=numpy.int64 if kind is int else numpy.float64)

    # --- what can be seen, after `advance` ---

    def force_n(self, t_us: int) -> float:
        """Force at `t_us`, which lies less than a grid step after the last `advance`; changes nothing."""
        left = self._list([t_us - self._node_us], int)
        run = compiled_kernel() if self._compiled else k.run_pool
        total = 0.0
        for pool, par in zip(self._pools, self._pars, strict=True):
            if pool[k.REST] < 0:
                ahead, nothing = pool.copy(), self._list([0.0])
                run(ahead, par, left, nothing, self._list([0.0]), self._step_us)
                total += ahead[k.F]
        return float(total)

    def fti_ns(self) -> float:
        """Force-time integral since the start, N s."""
        return float(sum(pool[k.FTI] for pool in self._pools))

    def strength(self) -> float:
        """A / A_rest, 1 when fresh."""
        return sum(self.constants_now(index)[0] for index in range(len(self.weights))) / self.constants.a_rest

    def constants_now(self, index: int) -> tuple[float, float, float]:
        """A, tau1 and Km of a pool, recovery at rest counted in."""
        pool, par = self._pools[index], self._pars[index]
        keep = exp(-max(0.0, pool[k.REST]) * 1e-6 / par[k.TAU_FAT])
        rested = (par[k.A_REST], par[k.TAU1_REST], par[k.KM_REST])
        a, tau1, km = (
            float(rest + (now - rest) * keep) for rest, now in zip(rested, pool[k.A : k.KM + 1], strict=True)
        )
        return a, tau1, km

    def take_peak(self) -> tuple[float, float]:
        """Peak in N and force-time integral in N s since the last call; changes no later result."""
        fti = self.fti_ns()
        taken = self._taken_peak_n, fti - self._taken_fti
        self._taken_peak_n, self._taken_fti = 0.0, fti
        return taken


def _par(c: Constants, weight: float, refractory_us: int) -> list[float]:
    drives = [c.alpha_a, c.alpha_tau1 / weight, c.alpha_km / weight]
    rested = [c.tc, c.tau2, c.r0, c.a_rest * weight, c.tau1_rest, c.km_rest]
    return [*rested, *drives, c.tau_fat, float(refractory_us), SILENT_N * weight]


def _rested(par: Sequence[float]) -> list[float]:
    """A pool that has always been at rest."""
    return [0.0, 0.0, 0.0, par[k.A_REST], par[k.TAU1_REST], par[k.KM_REST], 0.0, -1.0, 0.0, 0.0]
