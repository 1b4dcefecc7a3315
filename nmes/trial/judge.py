"""How far the pulses at the skin stayed from each limit: judged from the train alone, against `nmes.core.limits`.

Law: r.m.s. figures are over the worst whole second of the train, which is the on-time. Where the device's voltage did
not suffice, the current that was set counts: it is more than what flowed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import isqrt
from typing import Final

from nmes.core import limits
from nmes.core.dose import LOAD_OHM, pulse_energy_nj, square_sum
from nmes.core.plan import Plan
from nmes.trial.bench.train import Shape, Train

SECOND_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Margin:
    """One figure of one channel beside its limit, both in `unit`. `limit` None: there is none, the figure informs."""

    channel: int
    what: str
    value: int
    limit: int | None
    unit: str

    @property
    def permille(self) -> int | None:
        """The value in thousandths of the limit, rounded up so that it never looks better than it is."""
        return None if self.limit is None else -(-self.value * 1000 // self.limit)

    @property
    def within(self) -> bool:
        return self.limit is None or self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Dose:
    """What one channel gave: charge of the first phases in nC and pulses, in the treatment and while finding levels."""

    channel: int
    charge_nc: int
    pulses: int
    finding_charge_nc: int
    finding_pulses: int


def margins(plan: Plan, train: Train, treatment_us: int | None) -> tuple[Margin, ...]:
    """Every channel against every limit, over the whole session; "treatment_..." is over the treatment alone."""
    doses = {one.channel: one for one in doses_of(plan, train, treatment_us)}
    return tuple(
        margin
        for channel in plan.channels
        for margin in _of_channel(plan, train, channel.channel, channel.pad_mm2, treatment_us, doses[channel.channel])
    )


def _of_channel(
    plan: Plan, train: Train, channel: int, pad_mm2: int, treatment_us: int | None, dose: Dose
) -> Iterator[Margin]:
    shapes = [train.table[number] for number in shapes_of(train, channel)]
    ceiling_ua = max(made.ceiling_ua for made in plan.delivered if made.slot.channel == channel)
    squares = worst_second(train, channel)
    rms_ua = isqrt(squares // SECOND_US)
    fastest_mhz = max(made.frequency_mhz for made in plan.delivered if made.slot.channel == channel)
    yield Margin(channel, "amplitude", max(map(most_ua, shapes), default=0), ceiling_ua, "ua")
    yield Margin(channel, "treatment_amplitude", _treated_ua(train, channel, treatment_us), ceiling_ua, "ua")
    yield Margin(channel, "rms_density", isqrt(squares) // pad_mm2, limits.MAX_DENSITY_UA_PER_MM2 * 1000, "na_per_mm2")
    yield Margin(channel, "rms_current", rms_ua, limits.max_rms_ua(fastest_mhz), "ua")
    power = squares * LOAD_OHM // (SECOND_US * pad_mm2 * 1000)
    yield Margin(channel, "power_density", power, limits.MAX_POWER_NW_PER_MM2, "nw_per_mm2")
    energy_nj = max((pulse_energy_nj(counted(shape)) for shape in shapes), default=0)
    yield Margin(channel, "pulse_energy", energy_nj, limits.MAX_PULSE_ENERGY_NJ, "nj")
    yield Margin(channel, "treatment_charge", dose.charge_nc, limits.MAX_TREATMENT_CHARGE_NC, "nc")
    net = max((_net_permille(shape) for shape in shapes), default=0)
    yield Margin(channel, "net_charge", net, limits.MAX_NET_CHARGE_PERMILLE, "permille")
    voltage_mv = max((shape.peak_voltage_mv for shape in shapes), default=0)
    yield Margin(channel, "output_voltage", voltage_mv, plan.capabilities.output_mv, "mv")
    phase_pc = max(map(most_phase_pc, shapes), default=0)
    yield Margin(channel, "charge_per_phase", phase_pc // 1000, None, "nc")


def _treated_ua(train: Train, channel: int, treatment_us: int | None) -> int:
    """The largest pulse of a channel in the treatment; 0 if there was none."""
    first = len(train) if treatment_us is None else bisect_left(train.times_us, treatment_us)
    treated = {shape for shape, at in zip(train.shapes[first:], train.channels[first:], strict=True) if at == channel}
    return max((most_ua(train.table[number]) for number in treated), default=0)


def most_ua(shape: Shape) -> int:
    """The amplitude a pulse is judged by: as set, or what flowed if that was more; 0 if no current flowed at all."""
    return max(shape.amplitude_ua, shape.peak_current_ua) if any(shape.charge_pc) else 0


def most_phase_pc(shape: Shape) -> int:
    """The charge of its largest phase, judged likewise."""
    set_pc = (duration_us * abs(current_ua) for duration_us, current_ua in counted(shape))
    return max(shape.first.charge_pc, *map(abs, shape.charge_pc), *set_pc)


def fell_short(train: Train, channel: int, treatment_us: int | None) -> tuple[int, int] | None:
    """Set and flowing current in uA of the treatment's pulse that missed most, mean of its first phase.

    None where the voltage sufficed to a hundredth.
    """
    first = len(train) if treatment_us is None else bisect_left(train.times_us, treatment_us)
    treated = {shape for shape, at in zip(train.shapes[first:], train.channels[first:], strict=True) if at == channel}
    limited = [train.table[number] for number in treated if train.table[number].limited]
    worst = max(limited, key=lambda shape: shape.set_ua - shape.first.current_ua, default=None)
    if worst is None or worst.first.current_ua * 100 >= worst.set_ua * 99:
        return None
    return worst.set_ua, worst.first.current_ua


def counted(shape: Shape) -> tuple[tuple[int, int], ...]:
    """The pulse as it is judged: as set, unless no current flowed at all."""
    return shape.points if any(shape.charge_pc) else ()


def _net_permille(shape: Shape) -> int:
    """What one pulse left behind, in thousandths of its smaller half, rounded up; a pulse without current leaves 0."""
    given = sum(pc for pc in shape.charge_pc if pc > 0)
    returned = -sum(pc for pc in shape.charge_pc if pc < 0)
    smaller = min(given, returned)
    return -(-abs(given - returned) * 1000 // smaller) if smaller else 0


def shapes_of(train: Train, channel: int) -> set[int]:
    """The shapes that occur on one channel."""
    return {shape for shape, at in zip(train.shapes, train.channels, strict=True) if at == channel}


def worst_second(train: Train, channel: int) -> int:
    """The largest sum of current² × duration of any second that begins with a pulse, in µA²·µs."""
    squares = [square_sum(counted(shape)) for shape in train.table]
    times: list[int] = []
    sums = [0]
    for time_us, at, shape in zip(train.times_us, train.channels, train.shapes, strict=True):
        if at == channel:
            times.append(time_us)
            sums.append(sums[-1] + squares[shape])
    worst = end = 0
    for begin, time_us in enumerate(times):
        while end < len(times) and times[end] < time_us + SECOND_US:
            end += 1
        worst = max(worst, sums[end] - sums[begin])
    return worst


def doses_of(plan: Plan, train: Train, treatment_us: int | None) -> tuple[Dose, ...]:
    """Charge and pulses of every channel, from the charge that crossed the skin; empty pulses do not count."""
    first = len(train) if treatment_us is None else bisect_left(train.times_us, treatment_us)
    charge_pc = [shape.first.charge_pc for shape in train.table]
    sums = {channel.channel: [0, 0, 0, 0] for channel in plan.channels}
    for number, (channel, shape) in enumerate(zip(train.channels, train.shapes, strict=True)):
        if charge_pc[shape]:
            part = 0 if number >= first else 2
            sums[channel][part] += charge_pc[shape]
            sums[channel][part + 1] += 1
    return tuple(
        Dose(channel, pc // 1000, pulses, finding_pc // 1000, finding_pulses)
        for channel, (pc, pulses, finding_pc, finding_pulses) in sums.items()
    )


def measured_period_us(train: Train, channel: int, amplitude_ua: int, treatment_us: int) -> int | None:
    """The usual time from pulse to pulse at the full level of a channel in the treatment; None with fewer than two."""
    full = {number for number, shape in enumerate(train.table) if shape.amplitude_ua == amplitude_ua}
    times = [
        time_us
        for time_us, at, shape in zip(train.times_us, train.channels, train.shapes, strict=True)
        if at == channel and shape in full and time_us >= treatment_us
    ]
    gaps = sorted(after - before for before, after in pairwise(times))
    return gaps[len(gaps) // 2] if gaps else None
