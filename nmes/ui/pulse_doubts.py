"""What is in doubt of a level's pulses: a mark behind the very number, on screens that have no room for more."""

from __future__ import annotations

from nmes.core.plan import Plan, Slot
from nmes.core.protocol import Protocol
from nmes.language import _
from nmes.runtime.trust_words import doubt
from nmes.ui.numbers import hz
from nmes.ui.pulse_words import pulse_words


def level_words(plan: Plan, protocol: Protocol, slot: Slot) -> str:
    """`45 Hz (TO VERIFY), 150 µs` of a level; bursts and sweeps in their own words, each doubt beside its number."""
    stages = {stage.name for stage in plan.stages if any(plan.slots[track.slot] == slot for track in stage.tracks)}
    rate, phase = rate_doubt(protocol, stages), phase_doubt(protocol, stages, slot.channel)
    made, course = plan.delivered[plan.slots.index(slot)], plan.course(slot)
    swept = bool(course.phases.cycle_ms)
    plain = _("{hz} Hz{doubt}").format(hz=hz(made.frequency_mhz), doubt=rate)
    steady = plain if not swept or not course.periods.cycle_ms else ""
    told = pulse_words(course, rate, phase)
    if swept:  # the phase is told there
        return f"{steady}, {told}" if steady else told
    return _("{rate}, {phase} µs{doubt}").format(rate=told or steady, phase=made.phase_us, doubt=phase)


def rate_doubt(protocol: Protocol, stages: set[str]) -> str:
    """Of the frequency in these stages, bursts included: ` (TO VERIFY)`, or nothing."""
    return _first(protocol, [f"{where}.{key}" for where in _at(protocol, stages) for key in ("frequency_hz", "burst")])


def phase_doubt(protocol: Protocol, stages: set[str], channel: int) -> str:
    """Of the duration of a phase on a channel, a sweep of it included."""
    swept = [f"{where}.phase_sweep" for where in _at(protocol, stages)]
    return _first(protocol, [f"channels.{channel - 1}.waveform.phase_us", *swept])


def _at(protocol: Protocol, stages: set[str]) -> list[str]:
    return [f"stages.{index}" for index, stage in enumerate(protocol.stages) if stage.name in stages]


def _first(protocol: Protocol, wheres: list[str]) -> str:
    """The first doubt of these values and of what they are made of."""
    paths = [path for path in protocol.provenance for where in wheres if f"{path}.".startswith(f"{where}.")]
    return next((found for path in (*wheres, *paths) if (found := doubt(protocol, path))), "")
