"""What one channel's pulse is, measured from its points, and the limits that hold for it alone.

Whole numbers throughout: squares are compared, never roots. Currents in µA, times in µs, charge in pC (1 µA for 1 µs),
`square` in µA²·µs, so that `square / period_us` is the square of the r.m.s. current.
"""

from __future__ import annotations

from dataclasses import dataclass

from nmes.guard.ceilings import Ceilings
from nmes.guard.rules import Refusal, Rule
from nmes.guard.sight import Train


@dataclass(frozen=True, slots=True)
class Phase:
    """A run of one direction; a gap inside it does not end it. The careful reading: charge of both parts adds up."""

    duration_us: int
    charge_pc: int
    peak_ua: int


@dataclass(frozen=True, slots=True)
class Pulse:
    """The measures of one pulse."""

    phases: tuple[Phase, ...]
    peak_ua: int
    length_us: int
    forward_pc: int
    backward_pc: int
    square: int

    @property
    def charge_pc(self) -> int:
        """The larger of the two directions: what counts towards the session's charge."""
        return max(self.forward_pc, self.backward_pc)


def measure(points: tuple[tuple[int, int], ...]) -> Pulse:
    """The measures of a pulse of (duration_us, current_ua) points."""
    phases: list[Phase] = []
    forward = True
    for duration, current in points:
        if current == 0:
            continue
        part = Phase(duration, duration * abs(current), abs(current))
        if phases and forward == (current > 0):
            last = phases.pop()
            part = Phase(last.duration_us + duration, last.charge_pc + part.charge_pc, max(last.peak_ua, part.peak_ua))
        forward = current > 0
        phases.append(part)
    return Pulse(
        tuple(phases),
        max((phase.peak_ua for phase in phases), default=0),
        sum(duration for duration, _ in points),
        sum(duration * current for duration, current in points if current > 0),
        -sum(duration * current for duration, current in points if current < 0),
        sum(duration * current * current for duration, current in points),
    )


def check_pulse(train: Train, pulse: Pulse, pad_mm2: int, limit: Ceilings) -> Refusal | None:
    """The first limit this pulse breaks, if any. `pad_mm2` is the smaller pad of the channel."""
    return (
        _device_ramp(train)
        or _period(train, limit)
        or _amplitude(train, pulse, limit)
        or _phase_duration(train, pulse, limit)
        or _phase_charge(train, pulse, limit)
        or _net_charge(train, pulse, limit)
        or _rms_current(train, pulse, limit)
        or _rms_density(train, pulse, pad_mm2, limit)
        or _power_density(train, pulse, pad_mm2, limit)
        or _pulse_energy(train, pulse, limit)
    )


def check_time(trains: tuple[Train, ...], pulses: tuple[Pulse, ...], limit: Ceilings) -> Refusal | None:
    """One current source serves all channels in turn: their pulses must fit into the time. [source: C library]"""
    busy_ppm = sum(
        -(-(pulse.length_us + limit.pulse_overhead_us) * 1_000_000 // train.period_us)
        for train, pulse in zip(trains, pulses, strict=True)
    )
    if busy_ppm > limit.max_busy_ppm:
        return Refusal(Rule.PULSE_TIME, f"the pulses of all channels fill {busy_ppm} of 1000000 parts of the time")
    return None


def _no(rule: Rule, train: Train, detail: str) -> Refusal:
    return Refusal(rule, f"channel {train.channel}: {detail}")


def _device_ramp(train: Train) -> Refusal | None:
    """The device's own ramp is not relied on and would hide the rise. [source: P24 p. 24; design]"""
    return _no(Rule.DEVICE_RAMP, train, "the device's own ramp must be 0") if train.ramp_pulses else None


def _period(train: Train, limit: Ceilings) -> Refusal | None:
    """0.5 to 1500 Hz. [design; source: IEC table ends its second row at 1500 Hz]"""
    if limit.min_period_us <= train.period_us <= limit.max_period_us:
        return None
    return _no(Rule.PERIOD, train, f"a period of {train.period_us} µs")


def _amplitude(train: Train, pulse: Pulse, limit: Ceilings) -> Refusal | None:
    """[source: P24 p. 29]"""
    if pulse.peak_ua <= limit.max_amplitude_ua:
        return None
    return _no(Rule.AMPLITUDE_CEILING, train, f"{pulse.peak_ua} µA, the device's limit is {limit.max_amplitude_ua} µA")


def _phase_duration(train: Train, pulse: Pulse, limit: Ceilings) -> Refusal | None:
    """The phase with the peak stays short; only one of lower current may be longer. [design]"""
    for phase in pulse.phases:
        longest = limit.max_phase_us if phase.peak_ua == pulse.peak_ua else limit.max_return_phase_us
        if phase.duration_us > longest:
            return _no(Rule.PHASE_DURATION, train, f"a phase of {phase.duration_us} µs, the limit is {longest} µs")
    return None


def _phase_charge(train: Train, pulse: Pulse, limit: Ceilings) -> Refusal | None:
    """[design]"""
    most = max((phase.charge_pc for phase in pulse.phases), default=0)
    if most <= limit.max_phase_charge_pc:
        return None
    return _no(Rule.PHASE_CHARGE, train, f"{most} pC in a phase, the limit is {limit.max_phase_charge_pc} pC")


def _net_charge(train: Train, pulse: Pulse, limit: Ceilings) -> Refusal | None:
    """The device plays what it is given; balance is the host's duty. [source: P24 p. 29; SR-14]"""
    net, smaller = abs(pulse.forward_pc - pulse.backward_pc), min(pulse.forward_pc, pulse.backward_pc)
    if net * 1000 <= smaller * limit.max_net_permille:
        return None
    return _no(Rule.NET_CHARGE, train, f"{net} pC are left after a pulse of {smaller} pC")


def _rms_current(train: Train, pulse: Pulse, limit: Ceilings) -> Refusal | None:
    """Over the on-time. [source: GOST 30324.10-95 cl. 51.104 Table 1]"""
    most = limit.max_rms_ua if train.period_us >= limit.fast_period_us else limit.max_fast_rms_ua
    if pulse.square <= most * most * train.period_us:
        return None
    return _no(Rule.RMS_CURRENT, train, f"the r.m.s. current is above {most} µA")


def _rms_density(train: Train, pulse: Pulse, pad_mm2: int, limit: Ceilings) -> Refusal | None:
    """Over the on-time, on the smaller pad. [source: P24 p. 7]"""
    most = limit.max_density_ua_per_mm2 * pad_mm2
    if pulse.square <= most * most * train.period_us:
        return None
    return _no(Rule.RMS_DENSITY, train, f"the r.m.s. current is above {most} µA, the limit of a pad of {pad_mm2} mm²")


def _power_density(train: Train, pulse: Pulse, pad_mm2: int, limit: Ceilings) -> Refusal | None:
    """Into 500 ohm; 1 µA² through 1 ohm is 1e-6 µW. [source: P24 p. 7]"""
    if pulse.square * limit.load_ohm <= limit.max_power_uw_per_mm2 * pad_mm2 * train.period_us * 1_000_000:
        return None
    return _no(Rule.POWER_DENSITY, train, f"more than {limit.max_power_uw_per_mm2} µW/mm² on a pad of {pad_mm2} mm²")


def _pulse_energy(train: Train, pulse: Pulse, limit: Ceilings) -> Refusal | None:
    """Into 500 ohm; 1 µA²·µs through 1 ohm is 1e-12 µJ. [source, secondary: Biopac knowledge base]"""
    if pulse.square * limit.load_ohm <= limit.max_pulse_energy_uj * 1_000_000_000_000:
        return None
    return _no(Rule.PULSE_ENERGY, train, f"a pulse of more than {limit.max_pulse_energy_uj} µJ")
