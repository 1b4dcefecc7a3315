"""A protocol file as a strict model: plain values with the unit in the key, and a source for every number.

The model holds what a person wrote, exactly (Decimal); the integer properties are what the program computes with.
Unknown keys, texts for numbers and numbers out of range are refused, with words for the person who wrote them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, assert_never

from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from nmes.core import limits
from nmes.core.protocol_fields import Doi, Hertz, Minutes, Name, Number, Percent, Ramp, Seconds, Text, between, whole


def _milli(value: Decimal) -> int:
    return int(value * 1000)


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class PulseShape(_Part):
    """A rectangular biphasic pulse. `ratio`: how many times lower and longer the second phase is (asymmetric only)."""

    shape: Literal["symmetric", "asymmetric"]
    phase_us: Annotated[int, whole(10, limits.MAX_PHASE_US, "a phase")]
    gap_us: Annotated[int, whole(0, 1000, "the gap")]
    ratio: Annotated[int, whole(2, 8, "the ratio")] | None = None


class Channel(_Part):
    """One pair of pads. `pad_cm2` is the area of the smaller pad; the current density is judged by it."""

    muscle: Text
    side: Text
    pad_cm2: Annotated[Number, between("3", "300", "the pad area", 2)]  # limits.MIN_PAD_MM2, MAX_PAD_MM2
    sites: Text
    polarity: Text
    waveform: PulseShape
    max_amplitude_ma: Annotated[Number, between("0.5", "130", "the maximum amplitude")]

    @property
    def pad_mm2(self) -> int:
        return int(self.pad_cm2 * 100)

    @property
    def max_amplitude_ua(self) -> int:
        return _milli(self.max_amplitude_ma)


class FrequencyRange(_Part):
    """A range with the frequency that is used."""

    low_hz: Hertz
    high_hz: Hertz
    use_hz: Hertz


class DerivedFrequency(_Part):
    """The patient's cramp threshold frequency (CTF) plus an offset; the fallback where none was measured."""

    base: Literal["ctf"]
    offset_hz: Hertz
    fallback_hz: Hertz


def _frequency_form(value: object) -> str:
    if not isinstance(value, (dict, FrequencyRange, DerivedFrequency)):
        return "fixed"
    names = value if isinstance(value, dict) else type(value).model_fields
    return "derived" if {"base", "offset_hz", "fallback_hz"} & set(names) else "range"


Frequency = Annotated[
    Annotated[Hertz, Tag("fixed")]
    | Annotated[FrequencyRange, Tag("range")]
    | Annotated[DerivedFrequency, Tag("derived")],
    Discriminator(_frequency_form),
]


class Stage(_Part):
    """One part of the treatment: contractions with rests, or, `continuous`, one long train (TENS).

    `contractions` counts one set; `set_rest_s` comes after the off time of each set but the last. `on_s` holds both
    ramps if `on_includes_ramps`.
    """

    name: Literal["warm_up", "work", "cool_down"]
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

    @property
    def ramp_up_ms(self) -> int:
        return _milli(self.ramp_up_s)

    @property
    def ramp_down_ms(self) -> int:
        return _milli(self.ramp_down_s)

    @property
    def minutes_ms(self) -> int:
        """Length by the clock, 0 where the contractions are counted."""
        return _milli(self.minutes * 60) if self.minutes else 0

    @property
    def on_ms(self) -> int:
        """The whole contraction with its ramps; of a continuous stage, all of it."""
        if self.on_s is None:
            return self.minutes_ms
        return _milli(self.on_s) + (0 if self.on_includes_ramps else self.ramp_up_ms + self.ramp_down_ms)

    @property
    def off_ms(self) -> int:
        return _milli(self.off_s) if self.off_s else 0

    @property
    def set_rest_ms(self) -> int:
        return _milli(self.set_rest_s) if self.set_rest_s else 0

    @property
    def per_set(self) -> int:
        """Contractions of one set; as many whole cycles as fit where the stage goes by the clock."""
        if self.continuous:
            return 1
        return self.contractions or self.minutes_ms // (self.on_ms + self.off_ms)

    @property
    def stage_ms(self) -> int:
        """The whole stage, its last off time included."""
        sets = self.sets or 1
        return self.minutes_ms or self.per_set * sets * (self.on_ms + self.off_ms) + (sets - 1) * self.set_rest_ms

    def frequency_mhz(self, ctf_mhz: int | None) -> int:
        """The frequency asked for; `ctf_mhz` is the patient's measured cramp threshold frequency, if any."""
        match self.frequency_hz:
            case FrequencyRange(use_hz=use_hz):
                return _milli(use_hz)
            case DerivedFrequency(offset_hz=offset_hz, fallback_hz=fallback_hz):
                return _milli(fallback_hz) if ctf_mhz is None else ctf_mhz + _milli(offset_hz)
            case Decimal() as fixed_hz:
                return _milli(fixed_hz)
            case _:
                assert_never(self.frequency_hz)


class Intensity(_Part):
    """What to look for when the level is found. `percent` belongs to the two relative targets."""

    target: Literal[
        "sensory_threshold",
        "strong_comfortable",
        "motor_threshold",
        "visible_tetanic",
        "pct_mvic",
        "pct_max_tolerated",
        "max_tolerated",
    ]
    percent: Percent | None = None
    ceiling_percent: Percent | None = None
    note: Text


class Schedule(_Part):
    sessions_per_week: Annotated[int, whole(1, 21, "the number of sessions")]
    weeks_low: Annotated[int, whole(1, 52, "the number of weeks")]
    weeks_high: Annotated[int, whole(1, 52, "the number of weeks")]
    note: Text | None = None


class Citation(_Part):
    """A document; `secondary` if it repeats the original."""

    key: Name
    text: Text
    doi: Doi | None = None
    secondary: bool = False


class Evidence(_Part):
    """One sentence of evidence and the citations it was read in."""

    text: Text
    cite: tuple[Name, ...]


class Provenance(_Part):
    """Where one value comes from. Only `source` may be shown as evidence."""

    tag: Literal["source", "verify", "design", "computed"]
    cite: tuple[Name, ...] = ()
    note: Text | None = None


class Protocol(_Part):
    """A therapy recipe. `id` is the file's name without its ending."""

    id: Name
    version: Annotated[int, whole(1, 9999, "the version")]
    title: Text
    kind: Literal["nmes", "tens"]
    grade: Literal["A", "B", "C"]
    region: Text
    indication: Text
    setting: Literal["clinic", "home", "icu"]
    position: Text
    channels: tuple[Channel, ...]
    channel_timing: Literal["simultaneous", "alternating", "sequential"] = "simultaneous"
    stages: tuple[Stage, ...]
    intensity: Intensity
    schedule: Schedule | None = None
    operator_absent_limit_s: Annotated[int, whole(10, 1800, "the limit")]  # limits.MAX_OPERATOR_ABSENT_MS
    contraindications: tuple[Text, ...]
    precautions: tuple[Text, ...]
    patient_instructions: tuple[Text, ...]
    stop_rules: tuple[Text, ...]
    outcomes: tuple[Text, ...]
    evidence_for: tuple[Evidence, ...] = ()
    evidence_against: tuple[Evidence, ...] = ()
    citations: tuple[Citation, ...]
    provenance: dict[str, Provenance]

    @property
    def screening_codes(self) -> tuple[str, ...]:
        """All codes to be answered before the electrodes go on."""
        return (*self.contraindications, *self.precautions)

    @property
    def operator_absent_limit_ms(self) -> int:
        return self.operator_absent_limit_s * 1000
