"""Law: the electrode is a series resistance and a parallel RC skin, driven by a current source of limited voltage.

Everything is in closed form (no time steps), so a pulse costs microseconds and is exact. Rp is linear, which is
what the default pairs were chosen for; a current-dependent Rp would divide their voltage by two to four.
"""

from dataclasses import dataclass
from math import exp, inf, log
from typing import assert_never

from firmware_sim.stage.pulse import Contact, Delivery, Points, first_phase_peak_ua

COMPLIANCE_V = 150.0
"""Largest output voltage. [source: P24 Instructions for Use p. 29]"""


@dataclass(frozen=True, slots=True)
class Skin:
    """Rs in series with Rp parallel to Cp. Rp or Cp of 0 gives a plain resistor of Rs + Rp."""

    rs_ohm: int
    rp_ohm: int = 0
    cp_nf: int = 0

    def __post_init__(self) -> None:
        if self.rs_ohm < 1 or self.rp_ohm < 0 or self.cp_nf < 0:
            raise ValueError("a skin needs rs_ohm of at least 1, and rp_ohm and cp_nf of at least 0")


@dataclass(frozen=True, slots=True)
class OpenLead:
    """A lead that is off: over 1 MOhm [design]; taken as no current at all, so that silence is exactly 0."""


Load = Skin | OpenLead

GOOD = Skin(300, 1_500, 100)  # 5 x 5 cm pad [verify][design]
WORN = Skin(600, 5_000, 60)  # [verify][design]
DRY = Skin(1_200, 20_000, 30)  # [verify][design]


def half_lifted(skin: Skin) -> Skin:
    """The same pad with half its area in contact: Rs x 1.7, Rp x 2, Cp / 2. [verify][design]"""
    return Skin(skin.rs_ohm * 17 // 10, skin.rp_ohm * 2, skin.cp_nf // 2)


LOADS: dict[str, Load] = {
    "good": GOOD,
    "worn": WORN,
    "dry": DRY,
    "half-lifted": half_lifted(GOOD),
    "open": OpenLead(),
}


@dataclass(frozen=True, slots=True)
class _Segment:
    """One point's outcome: charge in pC, currents in A, voltages in V; `limited` when compliance took over."""

    charge_pc: int
    peak_a: float
    peak_v: float
    limited: bool
    end_v: float


def time_constant_us(load: Load) -> float:
    """Decay time of the skin capacitor between pulses, µs; 0 when there is none."""
    match load:
        case Skin():
            return load.rp_ohm * load.cp_nf / 1000
        case OpenLead():
            return 0.0
        case _:
            assert_never(load)


def deliver(points: Points, load: Load, start_v: float) -> Delivery:
    """Drive `points` into `load` whose capacitor stands at `start_v`; the charge that flows, in closed form."""
    amplitude_ua = first_phase_peak_ua(points)
    duration_us = sum(point.duration_us for point in points)
    match load:
        case OpenLead():
            driven = any(point.current_ua for point in points)
            contact = Contact.OPEN if driven else Contact.GOOD
            peak_mv = int(COMPLIANCE_V * 1000) if driven else 0
            return Delivery(points, amplitude_ua, (0,) * len(points), 0, peak_mv, contact, duration_us, 0.0)
        case Skin():
            return _through_skin(points, load, start_v, amplitude_ua, duration_us)
        case _:
            assert_never(load)


def _through_skin(points: Points, skin: Skin, start_v: float, amplitude_ua: int, duration_us: int) -> Delivery:
    voltage = start_v
    segments: list[_Segment] = []
    for duration, current in points:
        segment = _segment(current, duration, skin, voltage)
        segments.append(segment)
        voltage = segment.end_v
    return Delivery(
        points=points,
        amplitude_ua=amplitude_ua,
        charge_pc=tuple(segment.charge_pc for segment in segments),
        peak_current_ua=round(max(segment.peak_a for segment in segments) * 1e6),
        peak_voltage_mv=round(max(segment.peak_v for segment in segments) * 1e3),
        contact=Contact.LIMITED if any(segment.limited for segment in segments) else Contact.GOOD,
        duration_us=duration_us,
        residual_v=voltage,
    )


def _segment(current_ua: int, duration_us: int, skin: Skin, start_v: float) -> _Segment:
    """One point from capacitor voltage `start_v`. A negative current is the mirror image of a positive one."""
    rs, rp, tau = _circuit(skin)
    if current_ua == 0:
        return _Segment(0, 0.0, abs(start_v), limited=False, end_v=_decay(start_v, duration_us, tau))
    sign = 1 if current_ua > 0 else -1
    amps, volts = abs(current_ua) * 1e-6, start_v * sign
    limit_us = _time_to_limit_us(amps, rs, rp, tau, volts)
    free_us = min(limit_us, duration_us)
    at_limit_v = amps * rp + _decay(volts - amps * rp, free_us, tau)
    if limit_us >= duration_us:
        peak_v = max(abs(amps * rs + volts), abs(amps * rs + at_limit_v))
        return _Segment(current_ua * duration_us, amps, peak_v, limited=False, end_v=sign * at_limit_v)
    clipped_us, tail = duration_us - free_us, COMPLIANCE_V / (rs + rp)
    start_a = min(amps, (COMPLIANCE_V - at_limit_v) / rs)
    tail_tau = tau * rs / (rs + rp)
    charge_uc = amps * free_us + tail * clipped_us
    charge_uc += (start_a - tail) * tail_tau * (1 - _decay(1.0, clipped_us, tail_tau))
    end_a = tail + _decay(start_a - tail, clipped_us, tail_tau)
    end_v = COMPLIANCE_V - rs * end_a if rp else 0.0
    return _Segment(sign * round(charge_uc * 1e6), start_a, COMPLIANCE_V, limited=True, end_v=sign * end_v)


def _circuit(skin: Skin) -> tuple[float, float, float]:
    """Rs and Rp in Ohm and their time constant in µs; without a capacitor Rp joins Rs."""
    tau = time_constant_us(skin)
    return (skin.rs_ohm, skin.rp_ohm, tau) if tau else (skin.rs_ohm + skin.rp_ohm, 0.0, 0.0)


def _time_to_limit_us(amps: float, rs: float, rp: float, tau: float, volts: float) -> float:
    """When the output voltage meets compliance, µs from the start of the point; infinite when it never does."""
    room = COMPLIANCE_V - amps * rs
    if volts > room:
        return 0.0
    if amps * rp <= room:
        return inf
    return tau * log((amps * rp - volts) / (amps * rp - room))


def _decay(value: float, duration_us: float, tau: float) -> float:
    return value * exp(-duration_us / tau) if tau else 0.0
