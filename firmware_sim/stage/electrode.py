"""Law: one pulse into one load gives the charge that flowed, in closed form and to the last pC.

Everything is exact (no time steps), so a pulse costs microseconds. Measured values are those of the first phase:
its mean current, and the voltage at its end, where the load says most about itself.
"""

from dataclasses import dataclass, replace
from typing import assert_never

from firmware_sim.stage.circuit import Piece, pieces
from firmware_sim.stage.pulse import Contact, Delivery, Points, first_phase, first_phase_of, first_phase_peak_ua
from firmware_sim.stage.skin import DRY, GOOD, LOADS, WHOLE, WORN, Load, OpenLead, Short, Skin, half_lifted

__all__ = [
    "COMPLIANCE_MV",
    "DRY",
    "GOOD",
    "LOADS",
    "WHOLE",
    "WORN",
    "Load",
    "OpenLead",
    "Short",
    "Skin",
    "deliver",
    "half_lifted",
]

COMPLIANCE_MV = 150_000
"""Largest output voltage. [source: P24 Instructions for Use p. 29]"""


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What one point did: charge in pC, currents in A, voltages in V."""

    charge_pc: int
    peak_a: float
    peak_v: float
    limited: bool
    output_v: float
    skin_v: float


def time_constant_us(load: Load) -> float:
    """Decay time of the skin capacitor between pulses (no current flows, so Rp is at its largest); 0 without one."""
    return load.rp_ohm * load.cp_nf / 1000 if isinstance(load, Skin) else 0.0


def deliver(
    points: Points,
    load: Load,
    start_v: float,
    *,
    compliance_mv: int = COMPLIANCE_MV,
    driven: Points | None = None,
    contact_permille: int = WHOLE,
) -> Delivery:
    """Drive a pulse into `load` whose capacitor stands at `start_v`.

    `points` is what the device set; `driven` what its output made of it, where that is something else.
    """
    driven = points if driven is None else driven
    match load:
        case OpenLead():
            return _nothing(points, driven, compliance_mv, contact_permille)
        case Short():
            shorted = _through(points, driven, Skin(load.ohm), 0.0, compliance_mv, contact_permille)
            return replace(shorted, body_permille=load.body_permille)
        case Skin():
            return _through(points, driven, load, start_v, compliance_mv, contact_permille)
        case _:
            assert_never(load)


def _nothing(points: Points, driven: Points, compliance_mv: int, contact_permille: int) -> Delivery:
    """An open lead: the source goes to its limit and no current flows."""
    loud = any(point.current_ua for point in driven)
    return Delivery(
        points=points,
        amplitude_ua=first_phase_peak_ua(points),
        charge_pc=(0,) * len(points),
        peak_current_ua=0,
        peak_voltage_mv=compliance_mv if loud else 0,
        contact=Contact.OPEN if loud else Contact.GOOD,
        duration_us=sum(point.duration_us for point in points),
        residual_v=0.0,
        end_voltage_mv=compliance_mv if loud else 0,
        first_phase=first_phase_of(driven, (0,) * len(driven)),
        contact_permille=contact_permille,
    )


def _through(
    points: Points, driven: Points, skin: Skin, start_v: float, compliance_mv: int, contact_permille: int
) -> Delivery:
    outcomes: list[_Outcome] = []
    voltage = start_v
    for duration_us, current_ua in driven:
        outcomes.append(_outcome(current_ua, duration_us, skin, voltage, compliance_mv / 1000))
        voltage = outcomes[-1].skin_v
    charges = tuple(outcome.charge_pc for outcome in outcomes)
    phase = first_phase(driven)
    return Delivery(
        points=points,
        amplitude_ua=first_phase_peak_ua(points),
        charge_pc=charges,
        peak_current_ua=round(max(outcome.peak_a for outcome in outcomes) * 1e6),
        peak_voltage_mv=round(max(outcome.peak_v for outcome in outcomes) * 1e3),
        contact=Contact.LIMITED if any(outcome.limited for outcome in outcomes) else Contact.GOOD,
        duration_us=sum(point.duration_us for point in points),
        residual_v=voltage,
        end_voltage_mv=round(abs(outcomes[phase[-1]].output_v) * 1e3) if phase else 0,
        first_phase=first_phase_of(driven, charges),
        contact_permille=contact_permille,
    )


def _outcome(current_ua: int, duration_us: int, skin: Skin, start_v: float, limit_v: float) -> _Outcome:
    parts = list(pieces(current_ua, duration_us, skin, start_v, limit_v))
    last = parts[-1]
    limited = any(part.limited for part in parts)
    charge_pc = round(sum(part.charge_uc for part in parts) * 1e6) if limited else current_ua * duration_us
    return _Outcome(
        charge_pc=charge_pc,
        peak_a=max(max(abs(part.start_a), abs(part.current_a(part.duration_us))) for part in parts),
        peak_v=max(max(abs(part.output_v(0.0)), abs(part.output_v(part.duration_us))) for part in parts),
        limited=limited,
        output_v=last.output_v(last.duration_us),
        skin_v=last.skin_v(last.duration_us),
    )


def pieces_of(points: Points, load: Load, start_v: float, compliance_mv: int) -> list[Piece]:
    """The pieces of a whole pulse through a skin or a short, in order; an open lead has none."""
    skin = Skin(load.ohm) if isinstance(load, Short) else load
    found: list[Piece] = []
    if isinstance(skin, OpenLead):
        return found
    voltage = start_v
    for duration_us, current_ua in points:
        found += pieces(current_ua, duration_us, skin, voltage, compliance_mv / 1000)
        voltage = found[-1].skin_v(found[-1].duration_us)
    return found
