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
from nmes.language import _
from nmes.ui.names import heading, muscle_words
from nmes.ui.numbers import clock, cm2, hz, seconds
from nmes.ui.protocol_tags import tag

_TIMINGS: Final = {
    "simultaneous": _("All channels at the same time."),
    "alternating": _("The channels take turns: the odd ones, then the even ones."),
    "sequential": _("The channels take turns, one after the other."),
}


def pads(protocol: Protocol) -> Iterator[str]:
    """Each channel with its pads, their places and which is which."""
    for index, channel in enumerate(protocol.channels):
        yield from _channel(protocol, channel, index)
    if len(protocol.channels) > 1:
        yield _TIMINGS[protocol.channel_timing]


def _channel(protocol: Protocol, channel: Channel, index: int) -> Iterator[str]:
    where = f"channels.{index}"
    yield _("Channel {channel}: {muscle}, {side}").format(
        channel=index + 1, muscle=muscle_words(channel.muscle), side=channel.side
    )
    yield _("  pads of {size} (the smaller one){tag}").format(
        size=cm2(channel.pad_mm2), tag=tag(protocol, f"{where}.pad_cm2")
    )
    yield f"  {channel.sites}{tag(protocol, f'{where}.sites')}"
    places = legend([one.body_sites for one in protocol.channels])
    for mark, words in (place for place in places if place[0].startswith(f"{index + 1}")):
        yield f"  {mark} {words}{tag(protocol, f'{where}.body_sites')}"
    yield _("  polarity: {polarity}{tag}").format(polarity=channel.polarity, tag=tag(protocol, f"{where}.polarity"))


def stages(protocol: Protocol) -> Iterator[str]:
    """Each stage: its frequency, what changes in it, its rhythm."""
    for index, stage in enumerate(protocol.stages):
        where = f"stages.{index}"
        yield f"{heading(stage.name)}: {frequency(protocol, stage, where)}"
        yield from (f"  {told}" for told in _changing(protocol, stage, where))
        yield _("  ramp up {up} s{up_tag}, down {down} s{down_tag}").format(
            up=seconds(stage.ramp_up_ms),
            up_tag=tag(protocol, f"{where}.ramp_up_s"),
            down=seconds(stage.ramp_down_ms),
            down_tag=tag(protocol, f"{where}.ramp_down_s"),
        )
        yield from (f"  {told}" for told in _rhythm(protocol, stage, where))


def frequency(protocol: Protocol, stage: Stage, where: str) -> str:
    """How often the pulses come, each number with its tag."""

    def told(key: str) -> str:
        return tag(protocol, f"{where}.frequency_hz.{key}")

    inside = _(" inside a burst") if stage.burst else ""
    match stage.frequency_hz:
        case DerivedFrequency(offset_hz=offset, fallback_hz=fallback):
            return _(
                "cramp threshold frequency + {offset} Hz{offset_tag}; not measured: {fallback} Hz{fallback_tag}"
            ).format(offset=offset, offset_tag=told("offset_hz"), fallback=fallback, fallback_tag=told("fallback_hz"))
        case FrequencyRange(low_hz=low, high_hz=high, use_hz=use):
            return _("{use} Hz of {low} to {high} Hz{tag}{inside}").format(
                use=use, low=low, high=high, tag=told("use_hz"), inside=inside
            )
        case SweepFrequency(from_hz=low, to_hz=high, sweep_s=time_s):
            return _("from {low} Hz{low_tag} to {high} Hz{high_tag} and back, {time} s each way{time_tag}").format(
                low=low,
                low_tag=told("from_hz"),
                high=high,
                high_tag=told("to_hz"),
                time=time_s,
                time_tag=told("sweep_s"),
            )
        case AlternatingFrequency(first_hz=first, second_hz=second, each_s=time_s):
            return _("{first} Hz{first_tag} and {second} Hz{second_tag} in turn, {time} s each{time_tag}").format(
                first=first,
                first_tag=told("first_hz"),
                second=second,
                second_tag=told("second_hz"),
                time=time_s,
                time_tag=told("each_s"),
            )
        case SteppedFrequency(start_hz=start, step_hz=step, cap_hz=cap):
            return _("{start} Hz{start_tag}, each train {step} Hz more{step_tag}, up to {cap} Hz{cap_tag}").format(
                start=start,
                start_tag=told("start_hz"),
                step=step,
                step_tag=told("step_hz"),
                cap=cap,
                cap_tag=told("cap_hz"),
            )
        case Decimal() as fixed:
            return f"{fixed} Hz{tag(protocol, f'{where}.frequency_hz')}{inside}"
        case _:
            assert_never(stage.frequency_hz)


def _changing(protocol: Protocol, stage: Stage, where: str) -> Iterator[str]:
    """Bursts, sweeps of the phase, changes of the amplitude."""
    if stage.burst:
        yield _("{pulses} pulses a burst{pulses_tag}, {bursts} bursts a second{bursts_tag}").format(
            pulses=stage.burst.pulses,
            pulses_tag=tag(protocol, f"{where}.burst.pulses"),
            bursts=stage.burst.per_second,
            bursts_tag=tag(protocol, f"{where}.burst.per_second"),
        )
    if stage.phase_sweep:
        swept, path = stage.phase_sweep, f"{where}.phase_sweep"
        yield _("phase from {low} µs{low_tag} to {high} µs{high_tag} and back, {time} s each way{time_tag}").format(
            low=swept.low_us,
            low_tag=tag(protocol, f"{path}.low_us"),
            high=swept.high_us,
            high_tag=tag(protocol, f"{path}.high_us"),
            time=swept.sweep_s,
            time_tag=tag(protocol, f"{path}.sweep_s"),
        )
    if stage.amplitude_modulation:
        changed, path = stage.amplitude_modulation, f"{where}.amplitude_modulation"
        yield _(
            "amplitude {depth} % lower and back{depth_tag}, every {time} s{time_tag}; never above the level"
        ).format(
            depth=changed.depth_percent,
            depth_tag=tag(protocol, f"{path}.depth_percent"),
            time=changed.cycle_s,
            time_tag=tag(protocol, f"{path}.cycle_s"),
        )


def _rhythm(protocol: Protocol, stage: Stage, where: str) -> Iterator[str]:
    """On, off and how often; of a test its trains."""
    if stage.continuous:
        yield _("one train{tag} of {time} min{time_tag}").format(
            tag=tag(protocol, f"{where}.continuous"),
            time=clock(stage.stage_ms),
            time_tag=tag(protocol, f"{where}.minutes"),
        )
        return
    off, off_tag = seconds(stage.off_ms), tag(protocol, f"{where}.off_s")
    if stage.steps_mhz():
        yield _("{trains}, off {off} s{off_tag}").format(
            trains=_trains(protocol, stage, where), off=off, off_tag=off_tag
        )
        yield _("at most {time} min").format(time=clock(stage.stage_ms))
    else:
        yield _("on {on}, off {off} s{off_tag}").format(on=_on(protocol, stage, where), off=off, off_tag=off_tag)
        yield from _counted(protocol, stage, where)


def _on(protocol: Protocol, stage: Stage, where: str) -> str:
    """The on time as the file has it, and what its ramps make of it."""
    on = f"{stage.on_s} s{tag(protocol, f'{where}.on_s')}"
    return f"{on}, {_ramps(protocol, stage, where)}{'' if stage.on_includes_ramps else f': {seconds(stage.on_ms)} s'}"


def _ramps(protocol: Protocol, stage: Stage, where: str) -> str:
    included = tag(protocol, f"{where}.on_includes_ramps")
    return (_("both ramps included") if stage.on_includes_ramps else _("both ramps on top")) + included


def _trains(protocol: Protocol, stage: Stage, where: str) -> str:
    """How long the trains of a test are: all the same time, or all the same number of pulses."""
    steps = stage.steps_mhz()
    if stage.train_pulses is None:
        return _("{number} trains of {on}").format(number=len(steps), on=_on(protocol, stage, where))
    first, last = (
        _("{time} s at {frequency} Hz").format(time=seconds(stage.train_ms(mhz)), frequency=hz(mhz))
        for mhz in (steps[0], steps[-1])
    )
    return _("{number} trains of {pulses} pulses{tag}, {ramps} ({first}, {last})").format(
        number=len(steps),
        pulses=stage.train_pulses,
        tag=tag(protocol, f"{where}.train_pulses"),
        ramps=_ramps(protocol, stage, where),
        first=first,
        last=last,
    )


def _counted(protocol: Protocol, stage: Stage, where: str) -> Iterator[str]:
    """How many contractions, in which sets, or how many fit into the minutes."""
    sets = stage.sets or 1
    places = {
        "number": stage.per_set * sets,
        "number_tag": tag(protocol, f"{where}.contractions"),
        "time": clock(stage.stage_ms),
        "time_tag": tag(protocol, f"{where}.minutes"),
    }
    if sets == 1:
        yield _("{number} contractions{number_tag}, {time} min{time_tag}").format(**places)
        return
    yield _(
        "{number} contractions{number_tag} in {sets} sets{sets_tag}, {rest} s between{rest_tag}, {time} min{time_tag}"
    ).format(
        **places,
        sets=sets,
        sets_tag=tag(protocol, f"{where}.sets"),
        rest=seconds(stage.set_rest_ms),
        rest_tag=tag(protocol, f"{where}.set_rest_s"),
    )
