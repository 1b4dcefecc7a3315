"""Law: a sample is the true value at its moment, so that a measurement can be held against the charge that flowed.

Sample k is taken k sampling times after the start of the pulse; at a jump it shows what begins there. After the
pulse no current flows and the voltage is what is left on the skin. An open lead shows the source at its limit.
"""

from math import exp

from firmware_sim.stage.electrode import COMPLIANCE_MV, pieces_of, time_constant_us
from firmware_sim.stage.pulse import Points
from firmware_sim.stage.skin import Load, OpenLead


def samples(
    points: Points, load: Load, start_v: float, sampling_us: int, count: int, *, compliance_mv: int = COMPLIANCE_MV
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Signed currents in µA and voltages in mV at `count` moments. ValueError for a sampling time under 1 µs."""
    if sampling_us < 1:
        raise ValueError(f"a sampling time of {sampling_us} us is not 1 us or more")
    moments = [k * sampling_us for k in range(count)]
    if isinstance(load, OpenLead):
        return (0,) * count, tuple(_open_mv(points, t_us, compliance_mv) for t_us in moments)
    taken = [_sample(points, load, start_v, t_us, compliance_mv) for t_us in moments]
    return tuple(current for current, _ in taken), tuple(voltage for _, voltage in taken)


def _sample(points: Points, load: Load, start_v: float, t_us: float, compliance_mv: int) -> tuple[int, int]:
    volts = start_v
    for piece in pieces_of(points, load, start_v, compliance_mv):
        if t_us < piece.duration_us:
            return round(piece.current_a(t_us) * 1e6), round(piece.output_v(t_us) * 1e3)
        t_us -= piece.duration_us
        volts = piece.skin_v(piece.duration_us)
    tau_us = time_constant_us(load)
    return 0, round(volts * exp(-t_us / tau_us) * 1e3) if tau_us else 0


def _open_mv(points: Points, t_us: float, compliance_mv: int) -> int:
    for duration_us, current_ua in points:
        if t_us < duration_us:
            return (current_ua > 0) * compliance_mv - (current_ua < 0) * compliance_mv
        t_us -= duration_us
    return 0
