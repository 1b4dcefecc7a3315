"""Rules of pulses and time: each part that is sound by itself, then what channels and stages must agree on.

A stage has one of three forms: contractions with rests, one continuous train, or rising steps. What modulates it must
be slow enough for a person, and leave the pulse room in its period.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from nmes.core import limits
from nmes.core.problems import Problem
from nmes.core.protocol import (
    AlternatingFrequency,
    Channel,
    DerivedFrequency,
    FrequencyRange,
    PulseShape,
    Stage,
    SteppedFrequency,
    SweepFrequency,
)
from nmes.core.yaml_tree import Path, Tree, dotted

Found = Iterator[Problem]

MIN_BURST_SILENCE_MS = 100
"""Between two bursts: enough for the output to be taken away and given again, whatever the device. [design]"""
MAX_STEPS = 40
"""Of a test: more would take longer than a patient holds still. [design]"""
MIN_PULSES_A_PART = 3
"""At the slower end of what sweeps or takes turns: with fewer it may never be played, and so never be felt. [design]"""


def channel_rules(tree: Tree, path: Path, channel: Channel) -> Found:
    """A pulse that gives back what it gave."""
    shape = (*path, "waveform")
    match channel.waveform:
        case PulseShape(shape="symmetric", ratio=int()):
            reason = "a symmetric pulse with a ratio would not return its charge"
            yield tree.problem((*shape, "ratio"), reason, "remove ratio, or write shape: asymmetric")
        case PulseShape(shape="asymmetric", ratio=None):
            reason = "an asymmetric pulse needs a ratio to return its charge"
            yield tree.problem((*shape, "ratio"), reason, "give 2 to 8, or write shape: symmetric")
        case _:
            pass


def stage_rules(tree: Tree, path: Path, stage: Stage) -> Found:
    """The keys of the stage's form, ramps that leave time at full strength, and a frequency that makes sense."""
    yield from _form(tree, path, stage)
    steps = stage.steps_mhz()
    on_ms = stage.train_ms(steps[-1]) if steps else stage.on_ms
    if on_ms and stage.ramp_up_ms + stage.ramp_down_ms >= on_ms:
        reason = "the ramps are as long as the on time, or longer"
        if steps:
            reason = f"at {steps[-1] / 1000:g} Hz the train is no longer than its ramps"
        yield tree.problem((*path, "ramp_up_s"), reason, f"give ramps that together stay under {on_ms / 1000:g} s")
    yield from _frequency(tree, path, stage)
    yield from _modulation(tree, path, stage)
    if stage.burst is not None:
        yield from _burst(tree, path, stage)


# --- the three forms ---

_TIMED = ("on_s", "off_s", "on_includes_ramps", "contractions", "sets", "set_rest_s", "minutes", "train_pulses")
_NEEDED = {
    "continuous": {"minutes"},
    "stepped": {"off_s", "on_includes_ramps"},
    "contractions": {"on_s", "off_s", "on_includes_ramps"},
}
_TOO_MANY = {
    "continuous": (set(_TIMED) - {"minutes"}, "a continuous stage has no rests", "remove it, or remove continuous"),
    "stepped": (
        {"contractions", "sets", "set_rest_s", "minutes"},
        "a test has one train for each step of the frequency",
        "remove it",
    ),
    "contractions": (
        {"train_pulses"},
        "trains are counted in pulses only where the frequency goes up in steps",
        "give on_s instead",
    ),
}
_KINDS = {
    "continuous": "a continuous stage",
    "stepped": "a stage with rising steps",
    "contractions": "a stage with contractions",
}


def _form(tree: Tree, path: Path, stage: Stage) -> Found:
    stepped = isinstance(stage.frequency_hz, SteppedFrequency)
    form = "continuous" if stage.continuous else "stepped" if stepped else "contractions"
    given = {name for name in _TIMED if getattr(stage, name) is not None}
    for name in sorted(_NEEDED[form] - given):
        yield tree.problem((*path, name), f"{_KINDS[form]} needs this key", "add it")
    others, reason, accepted = _TOO_MANY[form]
    for name in sorted(others & given):
        yield tree.problem((*path, name), reason, accepted)
    if stepped and stage.continuous:
        yield tree.problem((*path, "continuous"), "a test rests after each step", "remove continuous")
    if form == "stepped" and len(given & {"on_s", "train_pulses"}) != 1:
        accepted = "give on_s or train_pulses, one of them"
        yield tree.problem((*path, "train_pulses"), "how long a train lasts is not clear", accepted)
    if form == "contractions":
        yield from _counting(tree, path, stage)


def _counting(tree: Tree, path: Path, stage: Stage) -> Found:
    if (stage.contractions is None) == (stage.minutes is None):
        accepted = "give contractions or minutes, one of them"
        yield tree.problem((*path, "contractions"), "the length of the stage is not clear", accepted)
    if stage.minutes and stage.on_s and stage.off_s and stage.minutes_ms < stage.on_ms + stage.off_ms:
        yield tree.problem((*path, "minutes"), "not one contraction with its rest fits in", "give more minutes")
    if stage.minutes and (stage.sets or stage.set_rest_s):
        yield tree.problem(
            (*path, "sets"), "sets belong to counted contractions", "give contractions per set, or remove it"
        )
    if (stage.sets or 1) > 1 and stage.set_rest_s is None:
        yield tree.problem((*path, "set_rest_s"), "several sets need the rest between them", "add set_rest_s: 60")
    if stage.set_rest_s and (stage.sets or 1) == 1:
        yield tree.problem(
            (*path, "set_rest_s"), "a rest between sets needs more than one set", "give sets, or remove it"
        )


# --- frequency and what changes it ---


def _frequency(tree: Tree, path: Path, stage: Stage) -> Found:
    at = (*path, "frequency_hz")
    match stage.frequency_hz:
        case FrequencyRange(low_hz=low, high_hz=high) if low > high:
            yield tree.problem((*at, "low_hz"), "this is above high_hz", "exchange the two")
        case FrequencyRange(low_hz=low, high_hz=high, use_hz=use) if not low <= use <= high:
            yield tree.problem((*at, "use_hz"), "this is outside low_hz to high_hz", f"give {low} to {high}")
        case DerivedFrequency(offset_hz=offset) if offset > limits.MAX_CTF_MHZ // 1000:
            yield tree.problem((*at, "offset_hz"), "the offset is too large", "give 40 or less")
        case SweepFrequency(from_hz=one, to_hz=other) if one == other:
            yield tree.problem((*at, "to_hz"), "a sweep has two ends", f"write frequency_hz: {one}, or another end")
        case AlternatingFrequency(first_hz=one, second_hz=other) if one == other:
            yield tree.problem((*at, "second_hz"), "both frequencies are the same", f"write frequency_hz: {one}")
        case SweepFrequency(sweep_s=time_s):
            yield from _long_enough(tree, (*at, "sweep_s"), stage, time_s)
        case AlternatingFrequency(each_s=time_s):
            yield from _long_enough(tree, (*at, "each_s"), stage, time_s)
        case SteppedFrequency():
            yield from _steps(tree, at, stage.frequency_hz)
        case _:
            pass


def _long_enough(tree: Tree, at: Path, stage: Stage, time_s: Decimal) -> Found:
    """The slower end has its pulses: an update leaves a period after the last one, so a shorter part is skipped."""
    slowest_mhz, _ = stage.band_mhz(None)
    if int(time_s * 1000) * slowest_mhz < MIN_PULSES_A_PART * 1_000_000:
        needed_s = Decimal(MIN_PULSES_A_PART * 1000) / slowest_mhz
        reason = f"at {slowest_mhz / 1000:g} Hz not even {MIN_PULSES_A_PART} pulses fall into this time"
        yield tree.problem(at, reason, f"give {needed_s:.3g} s or more, or higher frequencies")


def _steps(tree: Tree, at: Path, steps: SteppedFrequency) -> Found:
    count = (steps.cap_mhz - steps.start_mhz) // steps.step_mhz + 1
    if steps.start_mhz < limits.MIN_CTF_MHZ:
        accepted = f"give {limits.MIN_CTF_MHZ // 1000} Hz or more"
        yield tree.problem((*at, "start_hz"), "no cramp threshold lies this low", accepted)
    if steps.cap_mhz > limits.MAX_CTF_MHZ:
        accepted = f"give {limits.MAX_CTF_MHZ // 1000} Hz or less"
        yield tree.problem((*at, "cap_hz"), "the test goes higher than is safe to look for a cramp", accepted)
    if count < 2:
        reason = "there is no step between start_hz and cap_hz"
        yield tree.problem((*at, "cap_hz"), reason, "raise cap_hz, or take smaller steps")
    elif count > MAX_STEPS:
        yield tree.problem(
            (*at, "step_hz"), f"this makes {count} steps", f"give steps so large that {MAX_STEPS} suffice"
        )


def _modulation(tree: Tree, path: Path, stage: Stage) -> Found:
    varied = isinstance(stage.frequency_hz, (SweepFrequency, AlternatingFrequency, SteppedFrequency))
    sweep, modulation = stage.phase_sweep, stage.amplitude_modulation
    if sweep is not None:
        if varied:
            yield tree.problem((*path, "phase_sweep"), "the frequency changes already", "keep one of the two fixed")
        if sweep.low_us >= sweep.high_us:
            yield tree.problem((*path, "phase_sweep", "low_us"), "this is not below high_us", "exchange the two")
    if modulation is not None:
        if isinstance(stage.frequency_hz, SteppedFrequency):
            reason = "a test keeps its amplitude"
            yield tree.problem((*path, "amplitude_modulation"), reason, "remove amplitude_modulation")
        least_ms = -(-2 * modulation.depth_permille * stage.ramp_up_ms // 1000)
        if modulation.cycle_ms < least_ms:
            reason = f"the amplitude would rise faster than in the ramp of {stage.ramp_up_ms / 1000:g} s"
            accepted = f"give {least_ms / 1000:g} s or more, or less depth_percent"
            yield tree.problem((*path, "amplitude_modulation", "cycle_s"), reason, accepted)


def _burst(tree: Tree, path: Path, stage: Stage) -> Found:
    at, burst = (*path, "burst"), stage.burst
    assert burst is not None
    if not stage.continuous:
        yield tree.problem(at, "bursts belong to a continuous stage", "add continuous: true, or remove burst")
    if isinstance(stage.frequency_hz, (DerivedFrequency, SweepFrequency, AlternatingFrequency, SteppedFrequency)):
        yield tree.problem(at, "inside a burst the frequency has to stay the same", "give one frequency or a range")
        return
    for name in ("phase_sweep", "amplitude_modulation"):
        if getattr(stage, name) is not None:
            yield tree.problem((*path, name), "a burst is modulation enough", "remove it, or remove burst")
    mhz = stage.frequency_mhz(None)
    lasts_ms = -(-burst.pulses * 1_000_000 // mhz)
    if lasts_ms + MIN_BURST_SILENCE_MS > burst.period_ms:
        lasts = f"{burst.pulses} pulses at {mhz / 1000:g} Hz last {lasts_ms} ms"
        reason = f"{lasts}, and the next burst comes after {burst.period_ms} ms"
        accepted = f"leave {MIN_BURST_SILENCE_MS} ms of silence: fewer pulses, fewer bursts or a higher frequency"
        yield tree.problem((*at, "pulses"), reason, accepted)


# --- what channels and stages must agree on ---


def joint_rules(tree: Tree, channels: dict[Path, Channel], stages: dict[Path, Stage]) -> Found:
    """Pulses that fit their period, a treatment that ends, one muscle for a threshold, turns that fit the off time."""
    for stage_path, stage in stages.items():
        for path, channel in channels.items():
            yield from _pulse_fits(tree, path, channel, stage_path, stage)
    lasts_ms = sum(stage.stage_ms for stage in stages.values() if stage.minutes or stage.contractions or stage.off_s)
    if lasts_ms > limits.MAX_TREATMENT_MS:
        yield tree.problem(("stages",), f"the treatment lasts {lasts_ms / 60_000:g} minutes", "give at most 120")
    muscles = {channel.muscle for channel in channels.values()}
    if len(muscles) > 1:
        yield from _one_threshold(tree, stages)
    if tree.word(("channel_timing",)) in {"alternating", "sequential"}:
        yield from _turns(tree, len(channels), stages)


def _one_threshold(tree: Tree, stages: dict[Path, Stage]) -> Found:
    """A cramp threshold frequency is that of one muscle: one measured at another would be the wrong one."""
    for path, stage in stages.items():
        if isinstance(stage.frequency_hz, DerivedFrequency):
            reason = "the cramp threshold frequency is that of one muscle, and the channels name several"
            accepted = "name the same muscle in each channel, or write a protocol for each muscle"
            yield tree.problem((*path, "frequency_hz"), reason, accepted)


def _pulse_fits(tree: Tree, path: Path, channel: Channel, stage_path: Path, stage: Stage) -> Found:
    shape, frequency_mhz = channel.waveform, stage.band_mhz(None)[1]
    longest_us = 2 * (shape.ratio or 1) * shape.phase_us + shape.gap_us
    if longest_us * frequency_mhz >= 1_000_000_000:
        reason = f"at {frequency_mhz / 1000:g} Hz the pulse may last {longest_us} µs, longer than its period"
        accepted = (
            f"keep the pulse under {1_000_000_000 // frequency_mhz} µs, or lower the frequency of {dotted(stage_path)}"
        )
        yield tree.problem((*path, "waveform", "phase_us"), reason, accepted)
    if stage.phase_sweep is not None and stage.phase_sweep.high_us != shape.phase_us:
        reason = f"the sweep has to end at the phase of {dotted(path)}, which is {shape.phase_us} µs"
        place = (*stage_path, "phase_sweep", "high_us")
        yield tree.problem(place, reason, f"write {shape.phase_us}, or change phase_us")


def _turns(tree: Tree, channels: int, stages: dict[Path, Stage]) -> Found:
    if channels < 2:
        yield tree.problem(("channel_timing",), "taking turns needs two channels or more", "write simultaneous")
        return
    turns = 2 if tree.word(("channel_timing",)) == "alternating" else channels
    for path, stage in stages.items():
        if stage.continuous:
            yield tree.problem((*path, "continuous"), "a continuous stage cannot take turns", "write simultaneous")
        elif stage.on_ms * turns > stage.on_ms + stage.off_ms:
            reason = "the off time is too short for the channels to take turns"
            yield tree.problem((*path, "off_s"), reason, f"give {stage.on_ms * (turns - 1) / 1000:g} or more")
