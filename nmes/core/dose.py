"""How much current a person gets: pure integer arithmetic, every figure rounded down unless it says otherwise.

r.m.s. figures are over the on-time, the conservative reading, of the pulse as the device makes it. Power and energy are
into 500 Ω. What was delivered is a range: while a change of output is on its way, either amplitude may be flowing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isqrt
from typing import TYPE_CHECKING

from nmes.core.timeline import Phase
from nmes.core.waveform import Point, Waveform

if TYPE_CHECKING:
    from nmes.core.plan import Plan  # plans are capped by the figures computed here

LOAD_OHM = 500
"""The load at which the standard states power and energy. [source: IEC 60601-2-10 tables, see limits]"""

Flow = Mapping[int, tuple[int, int, Waveform]]
"""By channel: lowest and highest amplitude in µA that may be flowing, and the waveform."""


def square_sum(points: tuple[Point, ...]) -> int:
    """Sum of current² × duration of one pulse, in µA²·µs: the base of r.m.s., power and energy."""
    return sum(duration * current * current for duration, current in points)


def phase_charge_nc(points: tuple[Point, ...]) -> int:
    """The largest charge of any phase of the pulse, in nC."""
    return max((duration * abs(current) // 1000 for duration, current in points), default=0)


def rms_ua(points: tuple[Point, ...], period_us: int) -> int:
    """r.m.s. current over the on-time, in µA."""
    return isqrt(square_sum(points) // period_us)


def density_na_per_mm2(points: tuple[Point, ...], period_us: int, pad_mm2: int) -> int:
    """r.m.s. current by pad area, in nA/mm² (10 000 nA/mm² = 1 mA/cm²)."""
    return isqrt(square_sum(points) * 1_000_000 // period_us) // pad_mm2


def power_nw_per_mm2(points: tuple[Point, ...], period_us: int, pad_mm2: int) -> int:
    """Mean power by pad area into 500 Ω, in nW/mm² (10 000 000 nW/mm² = 1 W/cm²)."""
    return square_sum(points) * LOAD_OHM // (period_us * pad_mm2 * 1000)


def pulse_energy_nj(points: tuple[Point, ...]) -> int:
    """Energy of one pulse into 500 Ω over all phases, in nJ."""
    return square_sum(points) * LOAD_OHM // 1_000_000_000


def duty_permille(on_ms: int, off_ms: int) -> int:
    """The part of the time with output, in thousandths."""
    return on_ms * 1000 // (on_ms + off_ms)


# --- what was delivered ---


@dataclass(frozen=True, slots=True)
class ChannelTotal:
    """What one channel has given: charge of the first phases and pulses, each between a low and a high bound."""

    channel: int
    low_nc: int
    high_nc: int
    low_pulses: int
    high_pulses: int


@dataclass(frozen=True, slots=True)
class _Sum:
    """Running sums of one channel in pC and thousandths of a pulse."""

    channel: int
    low_pc: int = 0
    high_pc: int = 0
    low_millipulses: int = 0
    high_millipulses: int = 0

    def after(self, low_ua: int, high_ua: int, waveform: Waveform, time_ms: int) -> _Sum:
        period_us, time_us = waveform.period_us, time_ms * 1000
        return _Sum(
            self.channel,
            self.low_pc + low_ua * waveform.phase_us * time_us // period_us,
            self.high_pc + _up(high_ua * waveform.phase_us * time_us, period_us),
            self.low_millipulses + (time_us * 1000 // period_us if low_ua else 0),
            self.high_millipulses + (_up(time_us * 1000, period_us) if high_ua else 0),
        )


@dataclass(frozen=True, slots=True)
class Ledger:
    """Charge and pulses per channel from the changes of output; within one pulse per change of the skin's own count."""

    now_ms: int = 0
    flow: tuple[tuple[int, int, int, Waveform], ...] = ()
    sums: tuple[_Sum, ...] = ()

    def set(self, now_ms: int, flow: Flow) -> Ledger:
        """From `now_ms` on this flows, and nothing in channels left out. Unknown: low 0, high the last amplitude."""
        listed = tuple((channel, low, high, waveform) for channel, (low, high, waveform) in sorted(flow.items()))
        return replace(self, now_ms=max(now_ms, self.now_ms), flow=listed, sums=self._sums_at(now_ms))

    def totals(self, now_ms: int) -> tuple[ChannelTotal, ...]:
        """What each channel that ever had output has given until `now_ms`, by channel."""
        return tuple(
            ChannelTotal(
                total.channel,
                total.low_pc // 1000,
                _up(total.high_pc, 1000),
                total.low_millipulses // 1000,
                _up(total.high_millipulses, 1000),
            )
            for total in self._sums_at(now_ms)
        )

    def _sums_at(self, now_ms: int) -> tuple[_Sum, ...]:
        sums = {total.channel: total for total in self.sums}
        time_ms = max(0, now_ms - self.now_ms)
        for channel, low_ua, high_ua, waveform in self.flow:
            sums[channel] = sums.get(channel, _Sum(channel)).after(low_ua, high_ua, waveform, time_ms)
        return tuple(sums[channel] for channel in sorted(sums))


# --- what a plan will deliver ---


@dataclass(frozen=True, slots=True)
class PlanTotal:
    """One channel over a whole plan at its confirmed levels: `charge_nc` of the first phases, time above 0 in ms."""

    channel: int
    charge_nc: int
    pulses: int
    contractions: int
    tension_ms: int


def plan_totals(plan: Plan) -> tuple[PlanTotal, ...]:
    """Every channel of the plan from beginning to end, ramps included. Pulses and charge are rounded up."""
    ledger, t_ms = Ledger(), 0
    tension = dict.fromkeys((channel.channel for channel in plan.channels), 0)
    begun: set[tuple[int, int]] = set()
    next_ms = plan.next_change(t_ms)
    while next_ms is not None:
        flow: dict[int, tuple[int, int, Waveform]] = {}
        for now in plan.at(t_ms):
            flow[now.channel] = (now.amplitude_ua, now.amplitude_ua, plan.waveforms[now.slot.waveform])
            tension[now.channel] += (next_ms - t_ms) if now.amplitude_ua else 0
            if now.phase is not Phase.REST and now.level_ua:
                begun.add((now.channel, now.contraction_start_ms))
        ledger = ledger.set(t_ms, flow)
        t_ms, next_ms = next_ms, plan.next_change(next_ms)
    return tuple(
        PlanTotal(
            total.channel,
            total.high_nc,
            total.high_pulses,
            sum(channel == total.channel for channel, _ in begun),
            tension[total.channel],
        )
        for total in ledger.totals(plan.duration_ms)
    )


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
