"""The channels and stages of a protocol in words: where the pads go, how often the pulses come, in which rhythm."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final, assert_never

from nmes.core.body_map import legend
from nmes.core.protocol import (
    AlternatingFrequency,
    Channel,
    DerivedFrequency,
    FrequencyRange,
    Protocol,
    Stage,
    SteppedFrequency,
    SweepFrequency,
)
from nmes.ui.numbers import clock, cm2, hz, seconds
from nmes.ui.protocol_tags import tag

_TIMINGS: Final = {
    "simultaneous": "All channels at the same time",
    "alternating": "The channels take turns: the odd ones, then the even ones",
    "sequential": "The channels take turns, one after the other",
}


def pads(protocol: Protocol) -> Iterator[str]:
    """Each channel with its pads, their places and which is which."""
    for index, channel in enumerate(protocol.channels):
        yield from _channel(protocol, channel, index)
    if len(protocol.channels) > 1:
        yield f"{_TIMINGS[protocol.channel_timing]}."


def _channel(protocol: Protocol, channel: Channel, index: int) -> Iterator[str]:
    where = f"channels.{index}"
    yield f"Channel {index + 1}: {channel.muscle}, {channel.side}"
    yield f"  pads of {cm2(channel.pad_mm2)} (the smaller one){tag(protocol, f'{where}.pad_cm2')}"
    yield f"  {channel.sites}{tag(protocol, f'{where}.sites')}"
    places = legend([one.body_sites for one in protocol.channels])
    for mark, words in (place for place in places if place[0].startswith(f"{index + 1}")):
        yield f"  {mark} {words}{tag(protocol, f'{where}.body_sites')}"
    yield f"  polarity: {channel.polarity}{tag(protocol, f'{where}.polarity')}"


def stages(protocol: Protocol) -> Iterator[str]:
    """Each stage: its frequency, what changes in it, its rhythm."""
    for index, stage in enumerate(protocol.stages):
        where = f"stages.{index}"
        yield f"{stage.name.replace('_', ' ').capitalize()}: {frequency(protocol, stage, where)}"
        yield from (f"  {told}" for told in _changing(protocol, stage, where))
        ramps = f"  ramp up {seconds(stage.ramp_up_ms)} s{tag(protocol, f'{where}.ramp_up_s')}"
        yield f"{ramps}, down {seconds(stage.ramp_down_ms)} s{tag(protocol, f'{where}.ramp_down_s')}"
        yield from (f"  {told}" for told in _rhythm(protocol, stage, where))


def frequency(protocol: Protocol, stage: Stage, where: str) -> str:
    """How often the pulses come, each number with its tag."""

    def told(key: str) -> str:
        return tag(protocol, f"{where}.frequency_hz.{key}")

    inside = " inside a burst" if stage.burst else ""
    match stage.frequency_hz:
        case DerivedFrequency(offset_hz=offset, fallback_hz=fallback):
            measured = f"cramp threshold frequency + {offset} Hz{told('offset_hz')}"
            return f"{measured}; not measured: {fallback} Hz{told('fallback_hz')}"
        case FrequencyRange(low_hz=low, high_hz=high, use_hz=use):
            return f"{use} Hz of {low} to {high} Hz{told('use_hz')}{inside}"
        case SweepFrequency(from_hz=low, to_hz=high, sweep_s=time_s):
            ends = f"from {low} Hz{told('from_hz')} to {high} Hz{told('to_hz')} and back"
            return f"{ends}, {time_s} s each way{told('sweep_s')}"
        case AlternatingFrequency(first_hz=first, second_hz=second, each_s=time_s):
            both = f"{first} Hz{told('first_hz')} and {second} Hz{told('second_hz')} in turn"
            return f"{both}, {time_s} s each{told('each_s')}"
        case SteppedFrequency(start_hz=start, step_hz=step, cap_hz=cap):
            steps = f"{start} Hz{told('start_hz')}, each train {step} Hz more{told('step_hz')}"
            return f"{steps}, up to {cap} Hz{told('cap_hz')}"
        case Decimal() as fixed:
            return f"{fixed} Hz{tag(protocol, f'{where}.frequency_hz')}{inside}"
        case _:
            assert_never(stage.frequency_hz)


def _changing(protocol: Protocol, stage: Stage, where: str) -> Iterator[str]:
    """Bursts, sweeps of the phase, changes of the amplitude."""
    if stage.burst:
        pulses = f"{stage.burst.pulses} pulses a burst{tag(protocol, f'{where}.burst.pulses')}"
        yield f"{pulses}, {stage.burst.per_second} bursts a second{tag(protocol, f'{where}.burst.per_second')}"
    if stage.phase_sweep:
        swept, path = stage.phase_sweep, f"{where}.phase_sweep"
        low, high = tag(protocol, f"{path}.low_us"), tag(protocol, f"{path}.high_us")
        ends = f"phase from {swept.low_us} µs{low} to {swept.high_us} µs{high} and back"
        yield f"{ends}, {swept.sweep_s} s each way{tag(protocol, f'{path}.sweep_s')}"
    if stage.amplitude_modulation:
        changed, path = stage.amplitude_modulation, f"{where}.amplitude_modulation"
        depth = f"amplitude {changed.depth_percent} % lower and back{tag(protocol, f'{path}.depth_percent')}"
        yield f"{depth}, every {changed.cycle_s} s{tag(protocol, f'{path}.cycle_s')}; never above the level"


def _rhythm(protocol: Protocol, stage: Stage, where: str) -> Iterator[str]:
    """On, off and how often; of a test its trains."""
    if stage.continuous:
        length = f"{clock(stage.stage_ms)} min{tag(protocol, f'{where}.minutes')}"
        yield f"one train{tag(protocol, f'{where}.continuous')} of {length}"
        return
    off = f"off {seconds(stage.off_ms)} s{tag(protocol, f'{where}.off_s')}"
    if stage.steps_mhz():
        yield f"{_trains(protocol, stage, where)}, {off}"
        yield f"at most {clock(stage.stage_ms)} min"
    else:
        yield f"on {_on(protocol, stage, where)}, {off}"
        yield from _counted(protocol, stage, where)


def _on(protocol: Protocol, stage: Stage, where: str) -> str:
    """The on time as the file has it, and what its ramps make of it."""
    on = f"{stage.on_s} s{tag(protocol, f'{where}.on_s')}"
    return f"{on}, {_ramps(protocol, stage, where)}{'' if stage.on_includes_ramps else f': {seconds(stage.on_ms)} s'}"


def _ramps(protocol: Protocol, stage: Stage, where: str) -> str:
    included = tag(protocol, f"{where}.on_includes_ramps")
    return f"{'both ramps included' if stage.on_includes_ramps else 'both ramps on top'}{included}"


def _trains(protocol: Protocol, stage: Stage, where: str) -> str:
    """How long the trains of a test are: all the same time, or all the same number of pulses."""
    steps = stage.steps_mhz()
    if stage.train_pulses is None:
        return f"{len(steps)} trains of {_on(protocol, stage, where)}"
    first, last = (f"{seconds(stage.train_ms(mhz))} s at {hz(mhz)} Hz" for mhz in (steps[0], steps[-1]))
    pulses = f"{len(steps)} trains of {stage.train_pulses} pulses{tag(protocol, f'{where}.train_pulses')}"
    return f"{pulses}, {_ramps(protocol, stage, where)} ({first}, {last})"


def _counted(protocol: Protocol, stage: Stage, where: str) -> Iterator[str]:
    """How many contractions, in which sets, or how many fit into the minutes."""
    sets, length = stage.sets or 1, f"{clock(stage.stage_ms)} min{tag(protocol, f'{where}.minutes')}"
    count = f"{stage.per_set * sets} contractions{tag(protocol, f'{where}.contractions')}"
    rests = f"{seconds(stage.set_rest_ms)} s between{tag(protocol, f'{where}.set_rest_s')}"
    many = f" in {sets} sets{tag(protocol, f'{where}.sets')}, {rests}"
    yield f"{count}{many if sets > 1 else ''}, {length}"
