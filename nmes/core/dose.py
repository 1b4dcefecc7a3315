"""How much current a person gets: pure integer arithmetic, every figure rounded down unless it says otherwise.

r.m.s. figures are over the on-time, the conservative reading, of the pulse as the device makes it. Power and energy are
into 500 Ω. What was delivered is a range: while a change of output is on its way, either amplitude may be flowing, and
in a sweep either waveform.
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


# --- the most that a train can give ---


def most_pulses(waveform: Waveform, on_ms: int) -> int:
    """Pulses of one train at its full rate, rounded up to a pulse, or to a burst."""
    if waveform.burst_pulses:
        return _up(on_ms, waveform.burst_period_ms) * waveform.burst_pulses
    return _up(on_ms * 1000, waveform.period_us)


def pulses_charge_nc(pulses: int, amplitude_ua: int, waveform: Waveform) -> int:
    """Charge of the first phases of so many pulses, rounded up."""
    return _up(pulses * amplitude_ua * waveform.phase_us, 1000)


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

    def after(self, flow: _Flow, time_ms: int) -> _Sum:
        low_ua, high_ua, time_us = flow.low_ua, flow.high_ua, time_ms * 1000
        return _Sum(
            self.channel,
            self.low_pc + low_ua * flow.least.phase_us * time_us // flow.least.period_us,
            self.high_pc + _up(high_ua * flow.most.phase_us * time_us, flow.most.period_us),
            self.low_millipulses + (time_us * 1000 // flow.least.period_us if low_ua else 0),
            self.high_millipulses + (_up(time_us * 1000, flow.most.period_us) if high_ua else 0),
        )

    def begun(self, low_ua: int, high_ua: int, waveform: Waveform) -> _Sum:
        """A burst begins with a pulse and ends half a period after its last: half a pulse more than its time holds."""
        return _Sum(
            self.channel,
            self.low_pc + low_ua * waveform.phase_us // 2,
            self.high_pc + _up(high_ua * waveform.phase_us, 2),
            self.low_millipulses + (500 if low_ua else 0),
            self.high_millipulses + (500 if high_ua else 0),
        )


@dataclass(frozen=True, slots=True)
class _Flow:
    """What may be flowing on one channel: between `low_ua` of the waveform `least` and `high_ua` of `most`."""

    channel: int
    low_ua: int
    high_ua: int
    least: Waveform
    most: Waveform


@dataclass(frozen=True, slots=True)
class Ledger:
    """Charge and pulses per channel from the changes of output; within one pulse per change of the skin's own count."""

    now_ms: int = 0
    flow: tuple[_Flow, ...] = ()
    sums: tuple[_Sum, ...] = ()

    def set(self, now_ms: int, flow: Flow, or_else: Mapping[int, Waveform] | None = None) -> Ledger:
        """From `now_ms` on this flows, and nothing in channels left out. Unknown: low 0, high the last amplitude.

        `or_else`: another waveform that may be flowing instead, by channel. A channel in the gap between two bursts is
        left out, and each time one comes back it has begun a burst.
        """
        others = or_else or {}
        listed = tuple(
            _Flow(channel, low, high, *_bounds(waveform, others.get(channel, waveform)))
            for channel, (low, high, waveform) in sorted(flow.items())
        )
        begun = replace(self, now_ms=max(now_ms, self.now_ms), flow=listed, sums=self._sums_at(now_ms))
        return begun._with_bursts({one.channel: one for one in self.flow})

    def _with_bursts(self, before: Mapping[int, _Flow]) -> Ledger:
        """Half a pulse for each channel of bursts that was silent in `before` and is not now."""
        sums = {total.channel: total for total in self.sums}
        for one in self.flow:
            was = before.get(one.channel)
            low_ua = 0 if was and was.low_ua else one.low_ua
            high_ua = 0 if was and was.high_ua else one.high_ua
            if one.most.burst_pulses and (low_ua or high_ua):
                sums[one.channel] = sums.get(one.channel, _Sum(one.channel)).begun(low_ua, high_ua, one.most)
        return replace(self, sums=tuple(sums[channel] for channel in sorted(sums)))

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
        for flow in self.flow:
            sums[flow.channel] = sums.get(flow.channel, _Sum(flow.channel)).after(flow, time_ms)
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
            flow[now.channel] = (now.amplitude_ua, now.amplitude_ua, _in_the_long_run(now.waveform))
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


def _in_the_long_run(waveform: Waveform) -> Waveform:
    """A steady train of as many pulses: over a whole plan it does not matter when in a second they come."""
    return replace(waveform, period_us=waveform.mean_period_us, burst_pulses=0, burst_period_ms=0)


def _bounds(one: Waveform, other: Waveform) -> tuple[Waveform, Waveform]:
    """The least and the most that either of two waveforms gives, both of them waveforms of the first one's kind."""
    if one == other:
        return one, one
    periods, phases = sorted((one.period_us, other.period_us)), sorted((one.phase_us, other.phase_us))
    least = replace(one, period_us=periods[1], phase_us=phases[0])
    return least, replace(one, period_us=periods[0], phase_us=phases[1])


def _up(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)
