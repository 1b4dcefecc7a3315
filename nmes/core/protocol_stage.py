"""The stages of a protocol file: how often the pulses come, in which rhythm, and what changes while they do.

Separate from `protocol` because time is half of the model. Everything here is what the file asks for; what a device
can deliver of it is told by the plan.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Literal, assert_never

from pydantic import Discriminator, Tag

from nmes.core import limits
from nmes.core.protocol_fields import Cycle, Hertz, Minutes, Number, Part, Percent, Ramp, Seconds, between, milli, whole


class FrequencyRange(Part):
    """A range with the frequency that is used."""

    low_hz: Hertz
    high_hz: Hertz
    use_hz: Hertz

    @property
    def use_mhz(self) -> int:
        return milli(self.use_hz)


class DerivedFrequency(Part):
    """The patient's cramp threshold frequency (CTF) plus an offset; the fallback where none was measured."""

    base: Literal["ctf"]
    offset_hz: Hertz
    fallback_hz: Hertz

    @property
    def offset_mhz(self) -> int:
        return milli(self.offset_hz)

    @property
    def fallback_mhz(self) -> int:
        return milli(self.fallback_hz)


class SweepFrequency(Part):
    """A triangle: from one end to the other in `sweep_s`, and back in the same time."""

    from_hz: Hertz
    to_hz: Hertz
    sweep_s: Cycle

    @property
    def from_mhz(self) -> int:
        return milli(self.from_hz)

    @property
    def to_mhz(self) -> int:
        return milli(self.to_hz)

    @property
    def sweep_ms(self) -> int:
        return milli(self.sweep_s)


class AlternatingFrequency(Part):
    """Two frequencies in turn, each for `each_s`."""

    first_hz: Hertz
    second_hz: Hertz
    each_s: Cycle

    @property
    def first_mhz(self) -> int:
        return milli(self.first_hz)

    @property
    def second_mhz(self) -> int:
        return milli(self.second_hz)

    @property
    def each_ms(self) -> int:
        return milli(self.each_s)


class SteppedFrequency(Part):
    """One train a step, from the start upwards until the cap: the cramp threshold test."""

    start_hz: Hertz
    step_hz: Hertz
    cap_hz: Hertz

    @property
    def start_mhz(self) -> int:
        return milli(self.start_hz)

    @property
    def step_mhz(self) -> int:
        return milli(self.step_hz)

    @property
    def cap_mhz(self) -> int:
        return milli(self.cap_hz)


_FORMS: dict[str, type[Part]] = {
    "range": FrequencyRange,
    "derived": DerivedFrequency,
    "sweep": SweepFrequency,
    "alternating": AlternatingFrequency,
    "stepped": SteppedFrequency,
}


def frequency_keys(given: Iterable[str]) -> tuple[str, ...]:
    """The keys of the form of frequency that is meant: the one most of whose keys are given, else a range."""
    return tuple(_FORMS[_nearest_form(given)].model_fields)


def _nearest_form(given: Iterable[str]) -> str:
    there = set(given)
    return max(_FORMS, key=lambda form: len(set(_FORMS[form].model_fields) & there))


def _frequency_form(value: object) -> str:
    if isinstance(value, Part):
        return next(form for form, model in _FORMS.items() if isinstance(value, model))
    return _nearest_form(value) if isinstance(value, dict) else "fixed"


Frequency = Annotated[
    Annotated[Hertz, Tag("fixed")]
    | Annotated[FrequencyRange, Tag("range")]
    | Annotated[DerivedFrequency, Tag("derived")]
    | Annotated[SweepFrequency, Tag("sweep")]
    | Annotated[AlternatingFrequency, Tag("alternating")]
    | Annotated[SteppedFrequency, Tag("stepped")],
    Discriminator(_frequency_form),
]
FixedHz = Decimal


class Burst(Part):
    """Groups of pulses, `per_second` times a second; the stage's frequency is the rate inside a group."""

    pulses: Annotated[int, whole(2, 20, "the number of pulses in a burst")]
    per_second: Annotated[Number, between("1", "5", "the number of bursts a second", digits=1)]

    @property
    def period_ms(self) -> int:
        """From burst to burst, rounded to the longer."""
        return -(-1_000_000 // milli(self.per_second))


class PhaseSweep(Part):
    """The phase duration as a triangle: from `low_us` to `high_us` in `sweep_s`, and back."""

    low_us: Annotated[int, whole(10, limits.MAX_PHASE_US, "a phase", "µs")]
    high_us: Annotated[int, whole(10, limits.MAX_PHASE_US, "a phase", "µs")]
    sweep_s: Cycle

    @property
    def sweep_ms(self) -> int:
        return milli(self.sweep_s)


class AmplitudeModulation(Part):
    """A triangle between the level and `depth_percent` less, once every `cycle_s`."""

    depth_percent: Percent
    cycle_s: Cycle

    @property
    def depth_permille(self) -> int:
        return int(self.depth_percent * 10)

    @property
    def cycle_ms(self) -> int:
        return milli(self.cycle_s)


class Stage(Part):
    """One part of the treatment: contractions with rests, or, `continuous`, one long train (TENS), or a stepped test.

    `contractions` counts one set; `set_rest_s` comes after the off time of each set but the last. `on_s` holds both
    ramps if `on_includes_ramps`. A stepped stage has one train for each step, of `on_s` or of `train_pulses` pulses,
    and `off_s` after each.
    """

    name: Literal["warm_up", "work", "cool_down", "test"]
    frequency_hz: Frequency
    ramp_up_s: Ramp
    ramp_down_s: Ramp
    on_s: Seconds | None = None
    off_s: Seconds | None = None
    on_includes_ramps: bool | None = None
    contractions: Annotated[int, whole(1, 500, "the number of contractions")] | None = None
    sets: Annotated[int, whole(1, 20, "the number of sets")] | None = None
    set_rest_s: Seconds | None = None
    minutes: Minutes | None = None
    continuous: bool = False
    train_pulses: Annotated[int, whole(2, 1000, "the number of pulses in a train")] | None = None
    burst: Burst | None = None
    phase_sweep: PhaseSweep | None = None
    amplitude_modulation: AmplitudeModulation | None = None

    @property
    def ramp_up_ms(self) -> int:
        return milli(self.ramp_up_s)

    @property
    def ramp_down_ms(self) -> int:
        return milli(self.ramp_down_s)

    @property
    def minutes_ms(self) -> int:
        """Length by the clock, 0 where the contractions are counted."""
        return milli(self.minutes * 60) if self.minutes else 0

    @property
    def on_ms(self) -> int:
        """The whole contraction with its ramps; all of a continuous stage; the longest train of a stepped one."""
        if isinstance(self.frequency_hz, SteppedFrequency):
            return self.train_ms(self.frequency_hz.start_mhz)
        if self.on_s is None:
            return self.minutes_ms
        return milli(self.on_s) + (0 if self.on_includes_ramps else self.ramp_up_ms + self.ramp_down_ms)

    @property
    def off_ms(self) -> int:
        return milli(self.off_s) if self.off_s else 0

    @property
    def set_rest_ms(self) -> int:
        return milli(self.set_rest_s) if self.set_rest_s else 0

    @property
    def per_set(self) -> int:
        """Contractions of one set, or trains of a stepped stage; whole cycles where the stage goes by the clock."""
        if self.continuous:
            return 1
        return len(self.steps_mhz()) or self.contractions or self.minutes_ms // (self.on_ms + self.off_ms)

    @property
    def stage_ms(self) -> int:
        """The whole stage, its last off time included."""
        steps, sets = self.steps_mhz(), self.sets or 1
        if steps:
            return sum(self.train_ms(mhz) + self.off_ms for mhz in steps)
        return self.minutes_ms or self.per_set * sets * (self.on_ms + self.off_ms) + (sets - 1) * self.set_rest_ms

    def steps_mhz(self) -> tuple[int, ...]:
        """The frequencies of a stepped stage in their order; none of any other."""
        match self.frequency_hz:
            case SteppedFrequency(start_mhz=start, step_mhz=step, cap_mhz=cap):
                return tuple(range(start, cap + 1, step))
            case _:
                return ()

    def train_ms(self, mhz: int) -> int:
        """How long one train of a stepped stage lasts at this frequency, with its ramps, rounded up."""
        ramps_ms = 0 if self.on_includes_ramps else self.ramp_up_ms + self.ramp_down_ms
        full_ms = -(-self.train_pulses * 1_000_000 // mhz) if self.train_pulses else milli(self.on_s or Decimal(0))
        return full_ms + ramps_ms

    def frequency_mhz(self, ctf_mhz: int | None) -> int:
        """The frequency asked for; `ctf_mhz` is the patient's measured cramp threshold frequency, if any.

        Of a sweep and of two in turn the highest, which is the strongest at one amplitude; of steps the first.
        """
        steps = self.steps_mhz()
        return steps[0] if steps else self.band_mhz(ctf_mhz)[1]

    def band_mhz(self, ctf_mhz: int | None) -> tuple[int, int]:
        """The lowest and the highest frequency this stage ever has."""
        match self.frequency_hz:
            case FrequencyRange(use_mhz=use):
                return use, use
            case DerivedFrequency(offset_mhz=offset, fallback_mhz=fallback):
                used = fallback if ctf_mhz is None else ctf_mhz + offset
                return used, used
            case SweepFrequency(from_mhz=one, to_mhz=other) | AlternatingFrequency(first_mhz=one, second_mhz=other):
                return min(one, other), max(one, other)
            case SteppedFrequency(start_mhz=start, cap_mhz=cap):
                return start, self.steps_mhz()[-1] if cap >= start else start
            case Decimal() as fixed_hz:
                return milli(fixed_hz), milli(fixed_hz)
            case _:
                assert_never(self.frequency_hz)
