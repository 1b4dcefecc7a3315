"""Is this what a person confirmed? Another pulse or another rate is another waveform and needs a level of its own.

Pure. The arming describes a pulse in a few whole numbers, never in the encoder's points: a rectangular phase forwards,
a gap, a rectangular phase of the same charge back; of a sweep, the shortest and the longest of period and first phase.
"""

from __future__ import annotations

from nmes.guard.ceilings import Ceilings
from nmes.guard.pulse import Pulse
from nmes.guard.rules import Refusal, Rule
from nmes.guard.sight import Train
from nmes.guard.state import Armed


def check_confirmed(train: Train, pulse: Pulse, armed: Armed, limit: Ceilings) -> Refusal | None:
    """Why this is not the confirmed waveform at its level or below; a pulse of 0 always may be sent."""
    if pulse.peak_ua == 0:
        return None
    return (
        _level(train, pulse, armed)
        or _charge(train, pulse, armed, limit)
        or _rate(train, armed)
        or _shape(train, armed, limit)
    )


def _level(train: Train, pulse: Pulse, armed: Armed) -> Refusal | None:
    """[source: DESIGN, the second promise]"""
    if pulse.peak_ua <= armed.level_ua:
        return None
    return _no(Rule.CONFIRMED_LEVEL, train, f"{pulse.peak_ua} µA, confirmed are {armed.level_ua} µA")


def _charge(train: Train, pulse: Pulse, armed: Armed, limit: Ceilings) -> Refusal | None:
    """The return phase's duration is rounded to 1 µs: it may carry as much more as a pulse may leave. [design]"""
    confirmed_pc = armed.level_ua * armed.widest_us
    if pulse.charge_pc * 1000 <= confirmed_pc * (1000 + limit.max_net_permille):
        return None
    return _no(Rule.CONFIRMED_CHARGE, train, f"{pulse.charge_pc} pC a phase, confirmed are {confirmed_pc} pC")


def _rate(train: Train, armed: Armed) -> Refusal | None:
    """Neither more nor fewer than was felt: a longer period is another waveform. [design]"""
    if armed.period_us <= train.period_us <= armed.slowest_us:
        return None
    confirmed = _span(armed.period_us, armed.slowest_us)
    return _no(Rule.CONFIRMED_RATE, train, f"a pulse every {train.period_us} µs, confirmed is {confirmed} µs")


def _shape(train: Train, armed: Armed, limit: Ceilings) -> Refusal | None:
    """Two rectangles: the confirmed first phase and gap, and the return phase that belongs to the ratio. [design]"""
    match train.points:
        case (first_us, first_ua), (return_us, return_ua):
            gap_us = 0
        case (first_us, first_ua), (gap_us, 0), (return_us, return_ua):
            pass
        case _:
            return _no(Rule.PULSE_SHAPE, train, f"a pulse of {len(train.points)} parts that are not two phases")
    if not return_ua < 0 < first_ua:
        return _no(Rule.PULSE_SHAPE, train, f"phases of {first_ua} µA and {return_ua} µA: forwards and back is allowed")
    if not armed.phase_us <= first_us <= armed.widest_us or gap_us != armed.gap_us:
        confirmed = f"{_span(armed.phase_us, armed.widest_us)} and {armed.gap_us} µs"
        detail = f"{first_us} µs and a gap of {gap_us} µs, confirmed are {confirmed}"
        return _no(Rule.PULSE_SHAPE, train, detail)
    if not _returns(first_us * first_ua, first_ua, return_us, -return_ua, armed.ratio, limit.step_ua):
        detail = f"back with {-return_ua} µA for {return_us} µs, confirmed is a ratio of {armed.ratio}"
        return _no(Rule.PULSE_SHAPE, train, detail)
    return None


def _returns(first_pc: int, first_ua: int, return_us: int, return_ua: int, ratio: int, step_ua: int) -> bool:
    """The current is the first one's share, down to the device's step (one step at least); the time fits to 1 µs.

    So the whole pulse is never longer than both phases and the gap, or `2 * ratio` phases and the gap.
    """
    share = first_ua - ratio * step_ua < return_ua * ratio <= max(first_ua, ratio * step_ua)
    return share and 2 * abs(return_us * return_ua - first_pc) <= return_ua


def _span(least_us: int, most_us: int) -> str:
    return f"{least_us}" if least_us == most_us else f"{least_us} to {most_us}"


def _no(rule: Rule, train: Train, detail: str) -> Refusal:
    return Refusal(rule, f"channel {train.channel}: {detail}")
