"""A protocol file as a strict model: plain values with the unit in the key, and a source for every number.

The model holds what a person wrote, exactly (Decimal); the integer properties are what the program computes with.
Unknown keys, texts for numbers and numbers out of range are refused, with words for the person who wrote them.
"""

from __future__ import annotations

from typing import Annotated, Literal

from nmes.core import limits
from nmes.core.protocol_fields import Doi, Name, Number, Part, Percent, Text, between, milli, whole
from nmes.core.protocol_progress import Progress
from nmes.core.protocol_stage import (
    AlternatingFrequency,
    AmplitudeModulation,
    Burst,
    DerivedFrequency,
    FixedHz,
    Frequency,
    FrequencyRange,
    PhaseSweep,
    Stage,
    SteppedFrequency,
    SweepFrequency,
)

__all__ = [
    "AlternatingFrequency",
    "AmplitudeModulation",
    "Assessment",
    "Burst",
    "Change",
    "Channel",
    "Citation",
    "DerivedFrequency",
    "Evidence",
    "FixedHz",
    "Frequency",
    "FrequencyRange",
    "Intensity",
    "Measures",
    "PhaseSweep",
    "Progress",
    "Protocol",
    "Provenance",
    "PulseShape",
    "Purpose",
    "Region",
    "Schedule",
    "Stage",
    "SteppedFrequency",
    "SweepFrequency",
]

Region = Literal[
    "calf",
    "foot",
    "thigh",
    "hamstring",
    "shoulder",
    "forearm",
    "lower_leg",
    "back",
    "neck_shoulder",
    "abdomen",
    "pelvis",
    "knee",
]
Purpose = Literal["cramp", "strength", "stroke", "pain", "pelvic", "circulation"]
Measures = Literal["ctf", "motor_threshold", "max_tolerated"]


class PulseShape(Part):
    """A rectangular biphasic pulse. `ratio`: how many times lower and longer the second phase is (asymmetric only).

    `definition`: what the document means by the duration; where it does not say, it is taken as one phase.
    """

    shape: Literal["symmetric", "asymmetric"]
    phase_us: Annotated[int, whole(10, limits.MAX_PHASE_US, "a phase", "µs")]
    gap_us: Annotated[int, whole(0, 1000, "the gap", "µs")]
    ratio: Annotated[int, whole(2, 8, "the ratio")] | None = None
    definition: Literal["phase", "unknown"] = "phase"


class Channel(Part):
    """One pair of pads. `pad_cm2` is the area of the smaller pad; the current density is judged by it.

    `body_sites` are places of the body map; the first is the pad that `polarity` speaks of first.
    """

    muscle: Text
    side: Text
    pad_cm2: Annotated[Number, between("3", "300", "the pad area", "cm²", 2)]  # limits.MIN_PAD_MM2, MAX_PAD_MM2
    sites: Text
    body_sites: tuple[Name, ...]
    polarity: Text
    waveform: PulseShape
    max_amplitude_ma: Annotated[Number, between("0.5", "130", "the maximum amplitude", "mA")]

    @property
    def pad_mm2(self) -> int:
        return int(self.pad_cm2 * 100)

    @property
    def max_amplitude_ua(self) -> int:
        return milli(self.max_amplitude_ma)


class Intensity(Part):
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


class Schedule(Part):
    sessions_per_week: Annotated[int, whole(1, 21, "the number of sessions")]
    weeks_low: Annotated[int, whole(1, 52, "the number of weeks")]
    weeks_high: Annotated[int, whole(1, 52, "the number of weeks")]
    note: Text | None = None


class Citation(Part):
    """A document; `secondary` if it repeats the original."""

    key: Name
    text: Text
    doi: Doi | None = None
    secondary: bool = False


class Evidence(Part):
    """One sentence of evidence and the citations it was read in."""

    text: Text
    cite: tuple[Name, ...]


class Provenance(Part):
    """Where one value comes from. Only `source` may be shown as evidence."""

    tag: Literal["source", "verify", "design", "computed"]
    cite: tuple[Name, ...] = ()
    note: Text | None = None


class Change(Part):
    """What a version has that the one before had not."""

    version: Annotated[int, whole(1, 9999, "the version")]
    text: Text


class Assessment(Part):
    """What a test finds out."""

    measures: Measures


class Protocol(Part):
    """A therapy recipe or a test. `id` is the file's name without its ending."""

    id: Name
    version: Annotated[int, whole(1, 9999, "the version")]
    changes: tuple[Change, ...] = ()
    title: Text
    kind: Literal["nmes", "tens", "assessment"]
    grade: Literal["A", "B", "C"]
    purpose: Purpose
    region: Text
    body_regions: tuple[Region, ...]
    indication: Text
    setting: Literal["clinic", "home", "icu"]
    clearance: Literal["none", "surgeon", "medical", "midwife"] = "none"
    position: Text
    channels: tuple[Channel, ...]
    channel_timing: Literal["simultaneous", "alternating", "sequential"] = "simultaneous"
    stages: tuple[Stage, ...]
    assessment: Assessment | None = None
    intensity: Intensity
    schedule: Schedule | None = None
    first_session: tuple[Text, ...] = ()
    first_session_percent: Annotated[int, whole(1, 100, "the share", "%")] | None = None
    progression: tuple[Text, ...] = ()
    deload: tuple[Text, ...] = ()
    progress: Progress | None = None
    operator_absent_limit_s: Annotated[int, whole(10, 1800, "the limit", "s")]  # limits.MAX_OPERATOR_ABSENT_MS
    contraindications: tuple[Text, ...]
    precautions: tuple[Text, ...]
    causes: tuple[Text, ...] = ()
    patient_instructions: tuple[Text, ...]
    stop_rules: tuple[Text, ...]
    outcomes: tuple[Text, ...]
    evidence_for: tuple[Evidence, ...] = ()
    evidence_against: tuple[Evidence, ...] = ()
    to_verify: tuple[Text, ...] = ()
    citations: tuple[Citation, ...]
    provenance: dict[str, Provenance]

    @property
    def screening_codes(self) -> tuple[str, ...]:
        """All codes to be answered before the electrodes go on."""
        return (*self.contraindications, *self.precautions, *self.causes)

    @property
    def operator_absent_limit_ms(self) -> int:
        return self.operator_absent_limit_s * 1000
