"""What can be read off a virtual patient: values, frozen, in integers of the smallest unit where there is one."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_sim.patient.comfort import CRAMP_PAIN
from firmware_sim.patient.cramp import Length
from firmware_sim.patient.thresholds import Feeling


@dataclass(frozen=True, slots=True)
class Site:
    """Where a channel's pads lie: the muscle in a protocol's words, its side, and the smaller pad's area.

    `off_point_mm` is how far from the motor point, `length` how the joint holds the muscle.
    """

    muscle: str
    side: str = ""
    pad_mm2: int = 2500
    off_point_mm: int = 0
    length: Length = "neutral"

    def __post_init__(self) -> None:
        if self.pad_mm2 < 1 or self.off_point_mm < 0:
            raise ValueError("a site needs pad_mm2 of at least 1 and off_point_mm of at least 0")


@dataclass(frozen=True, slots=True)
class CrampBegan:
    """The muscle began to cramp under pulses of `frequency_mhz`."""

    t_us: int
    muscle: str
    side: str
    frequency_mhz: int
    ctf_mhz: int

    def __str__(self) -> str:
        return f"{_named(self.muscle, self.side)} cramps at {self.frequency_mhz / 1000:.1f} Hz"


@dataclass(frozen=True, slots=True)
class CrampEnded:
    """The cramp let go, by itself or because the muscle was stretched."""

    t_us: int
    muscle: str
    side: str
    stretched: bool

    def __str__(self) -> str:
        why = "after a stretch" if self.stretched else "by itself"
        return f"the cramp of {_named(self.muscle, self.side)} ends {why}"


@dataclass(frozen=True, slots=True)
class TooMuch:
    """A channel's discomfort passed what is tolerated (7 of 10); told again only after it has fallen below."""

    t_us: int
    channel: int
    score: float

    def __str__(self) -> str:
        return f"channel {self.channel} is more than the patient tolerates ({self.score:.1f} of 10)"


@dataclass(frozen=True, slots=True)
class LengthChanged:
    """Somebody moved the joint."""

    t_us: int
    muscle: str
    side: str
    length: Length

    def __str__(self) -> str:
        return f"{_named(self.muscle, self.side)} is {self.length}"


PatientEvent = CrampBegan | CrampEnded | TooMuch | LengthChanged


def _named(muscle: str, side: str) -> str:
    return f"{muscle} ({side})" if side else muscle


@dataclass(frozen=True, slots=True)
class MuscleReading:
    """One muscle of one side. `peak_mn` and `fti_mn_s` count from the start; force is that of this moment."""

    name: str
    side: str
    channels: tuple[int, ...]
    force_mn: int
    peak_mn: int
    fti_mn_s: int
    recruited_permille: int
    strength_permille: int
    cramping: bool
    ctf_mhz: int
    length: Length


@dataclass(frozen=True, slots=True)
class Reading:
    """The patient at `t_us`: muscles in the order of their first channel, channels in their own order.

    `pain` (0 to 10) is the worst channel's score, and 4 more while a muscle cramps; `comfort` is 10 less that.
    """

    t_us: int
    muscles: tuple[MuscleReading, ...]
    channels: tuple[Feeling, ...]
    pain: float
    comfort: float
    events: tuple[PatientEvent, ...]


def whole_pain(channels: tuple[Feeling, ...], cramping: bool, sensation: float) -> float:
    """The pain score of the whole person."""
    worst = max((one.pain_score for one in channels), default=0.0)
    return min(10.0, worst + (CRAMP_PAIN * sensation if cramping else 0.0))
