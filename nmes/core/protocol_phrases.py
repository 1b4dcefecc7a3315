"""Each value of a protocol as a short phrase with its unit: what two protocols are compared by, field by field.

Tables, so that a test can hold them complete against the model: a field without a phrase could change in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, TypeVar, assert_never

from nmes.core.protocol import (
    AlternatingFrequency,
    Channel,
    DerivedFrequency,
    FrequencyRange,
    Intensity,
    Progress,
    Protocol,
    Schedule,
    Stage,
    SteppedFrequency,
    SweepFrequency,
)

_Part = TypeVar("_Part")
Phrases = tuple[tuple[str, Callable[[_Part], str]], ...]
"""What the value is called, and how it is said; "" where there is none."""


def unit(value: Decimal | int | None, of: str) -> str:
    """`0.5 s`; nothing where there is no value."""
    return "" if value is None else f"{value} {of}".rstrip()


def frequency(stage: Stage, speak: Callable[[str], str] = str) -> str:
    """`speak` gives the language."""
    match stage.frequency_hz:
        case DerivedFrequency(offset_hz=offset, fallback_hz=fallback):
            said = speak("the cramp threshold frequency + {offset} Hz ({fallback} Hz if not measured)")
            return said.format(offset=offset, fallback=fallback)
        case FrequencyRange(low_hz=low, high_hz=high, use_hz=use):
            return speak("{use} Hz ({low} to {high} Hz)").format(use=use, low=low, high=high)
        case SweepFrequency(from_hz=low, to_hz=high, sweep_s=time_s):
            return speak("{low} to {high} Hz and back, {time} s each way").format(low=low, high=high, time=time_s)
        case AlternatingFrequency(first_hz=first, second_hz=second, each_s=time_s):
            said = speak("{first} and {second} Hz in turn, {time} s each")
            return said.format(first=first, second=second, time=time_s)
        case SteppedFrequency(start_hz=start, step_hz=step, cap_hz=cap):
            said = speak("{start} Hz, then {step} Hz more each train, up to {cap} Hz")
            return said.format(start=start, step=step, cap=cap)
        case Decimal() as fixed:
            return f"{fixed} Hz"
        case _:
            assert_never(stage.frequency_hz)


def _burst(stage: Stage) -> str:
    return f"{stage.burst.pulses} pulses, {stage.burst.per_second} times a second" if stage.burst else ""


def _phase_sweep(stage: Stage) -> str:
    swept = stage.phase_sweep
    return f"{swept.low_us} to {swept.high_us} µs and back, {swept.sweep_s} s each way" if swept else ""


def _modulation(stage: Stage) -> str:
    changed = stage.amplitude_modulation
    return f"{changed.depth_percent} % down and back every {changed.cycle_s} s" if changed else ""


def _yes(value: bool | None) -> str:
    return "" if value is None else "yes" if value else "no"


STAGE: Final[Phrases[Stage]] = (
    ("kind of stage", lambda one: one.name.replace("_", " ")),
    ("frequency", frequency),
    ("bursts", _burst),
    ("phase sweep", _phase_sweep),
    ("amplitude modulation", _modulation),
    ("ramp up", lambda one: unit(one.ramp_up_s, "s")),
    ("ramp down", lambda one: unit(one.ramp_down_s, "s")),
    ("on time", lambda one: unit(one.on_s, "s")),
    ("on time holds the ramps", lambda one: _yes(one.on_includes_ramps)),
    ("off time", lambda one: unit(one.off_s, "s")),
    ("contractions of a set", lambda one: unit(one.contractions, "")),
    ("sets", lambda one: unit(one.sets, "")),
    ("rest between sets", lambda one: unit(one.set_rest_s, "s")),
    ("length", lambda one: unit(one.minutes, "min")),
    ("one long train", lambda one: _yes(one.continuous)),
    ("pulses of a train", lambda one: unit(one.train_pulses, "")),
)

_MEANT: Final = {"phase": "one phase", "unknown": "TO VERIFY, one phase or the whole pulse"}

PULSE: Final[Phrases[Channel]] = (
    ("maximum in the file", lambda one: unit(one.max_amplitude_ma, "mA")),
    ("phase", lambda one: unit(one.waveform.phase_us, "µs")),
    ("what the duration means", lambda one: _MEANT[one.waveform.definition]),
    ("gap between the phases", lambda one: unit(one.waveform.gap_us, "µs")),
    ("pulse shape", lambda one: one.waveform.shape),
    ("second phase lower and longer by", lambda one: unit(one.waveform.ratio, "times")),
)

PLACE: Final[Phrases[Channel]] = (
    ("muscle", lambda one: one.muscle),
    ("side", lambda one: one.side),
    ("smaller pad", lambda one: unit(one.pad_cm2, "cm²")),
    ("pads", lambda one: one.sites),
    ("places on the body", lambda one: ", ".join(site.replace("_", " ") for site in one.body_sites)),
    ("polarity", lambda one: one.polarity),
)


def _advance(one: Progress) -> str:
    rule = one.advance
    if rule is None:
        return ""
    return f"{rule.rise_ma_low} to {rule.rise_ma_high} mA more at a discomfort of {rule.discomfort_at_most} or less"


def _share(one: Progress) -> str:
    rule = one.share
    if rule is None:
        return ""
    when = f"if {rule.weeks} weeks bring no fewer cramps, at a discomfort of {rule.discomfort_at_most} or less"
    return f"{rule.step_percent} % more {when}"


def _retest(one: Progress) -> str:
    found = []
    for rule in one.retest:
        after = [f"{number} {name}" for number, name in ((rule.weeks, "weeks"), (rule.sessions, "sessions")) if number]
        found.append(f"{rule.measures.replace('_', ' ')} after {' or '.join(after)}")
    return ", ".join(found)


def _less(one: Progress) -> str:
    rule = one.deload
    if rule is None:
        return ""
    left = f"{rule.contractions_percent} % of the contractions" if rule.contractions_percent else "wait"
    return f"{left} at a soreness of {rule.soreness_at_least} or more"


def _booster(one: Progress) -> str:
    return f"{one.booster.weeks_low} to {one.booster.weeks_high} weeks after the last" if one.booster else ""


PROGRESS: Final[Phrases[Progress]] = (
    ("proposed for going on", _advance),
    ("proposed where cramps stay", _share),
    ("measured again", _retest),
    ("proposed for doing less", _less),
    ("booster session", _booster),
)

INTENSITY: Final[Phrases[Intensity]] = (
    ("target", lambda one: one.target.replace("pct", "percent of").replace("_", " ")),
    ("share", lambda one: unit(one.percent, "%")),
    ("never over", lambda one: unit(one.ceiling_percent, "%")),
    ("note", lambda one: one.note),
)

SCHEDULE: Final[Phrases[Schedule]] = (
    ("sessions a week", lambda one: unit(one.sessions_per_week, "")),
    ("weeks at least", lambda one: unit(one.weeks_low, "")),
    ("weeks at most", lambda one: unit(one.weeks_high, "")),
    ("note on the schedule", lambda one: one.note or ""),
)

WHOLE: Final[Phrases[Protocol]] = (
    ("title", lambda one: one.title),
    ("for", lambda one: one.indication),
    ("kind", lambda one: one.kind),
    ("purpose", lambda one: one.purpose),
    ("region", lambda one: one.region),
    ("regions for the list", lambda one: ", ".join(one.body_regions)),
    ("measures", lambda one: one.assessment.measures.replace("_", " ") if one.assessment else ""),
)

CARE: Final[Phrases[Protocol]] = (
    ("setting", lambda one: one.setting),
    ("clearance needed from", lambda one: "" if one.clearance == "none" else one.clearance),
    ("pauses if nobody touches a key for", lambda one: unit(one.operator_absent_limit_s, "s")),
)

FIRST: Final[Phrases[Protocol]] = (
    ("of target and contractions in the first session", lambda one: unit(one.first_session_percent, "%")),
)

POSTURE: Final[Phrases[Protocol]] = (
    ("position", lambda one: one.position),
    ("timing of the channels", lambda one: one.channel_timing),
)
