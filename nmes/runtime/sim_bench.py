"""The virtual patient beside a session on the simulator: what the body does now, and pads that can be pulled.

Law: whoever looks never waits, and never touches the device's line. `look` gives what was known last; `pull` and
`put_back` are carried out soon, in another thread. Only codes and integers: the words are made above.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Comfort(StrEnum):
    """How the current feels to the virtual patient, worst channel first [the model's own scale, 7 is tolerance]."""

    NOTHING = "nothing"
    FELT = "felt"
    STRONG = "strong"
    HURTS = "hurts"
    TOO_MUCH = "too_much"


class Model(StrEnum):
    """What stands behind a channel's pads: the muscle itself, one that stands for it, or none at all."""

    OWN = "own"
    GENERIC = "generic"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class PadState:
    """The pads of one channel, the muscle as the protocol names it, and whether they are on the skin."""

    channel: int
    muscle: str
    side: str
    model: Model
    on: bool


@dataclass(frozen=True, slots=True)
class MuscleState:
    """One muscle now. `fatigue_permille`: how much of its strength is gone."""

    name: str
    side: str
    force_mn: int
    fatigue_permille: int
    cramping: bool


@dataclass(frozen=True, slots=True)
class Body:
    """The virtual patient at one moment. `pain_c` is the pain score (0 to 10) in hundredths."""

    comfort: Comfort
    pain_c: int
    muscles: tuple[MuscleState, ...]
    pads: tuple[PadState, ...]

    @property
    def force_mn(self) -> int:
        """Of the muscle that pulls hardest now."""
        return max((muscle.force_mn for muscle in self.muscles), default=0)

    @property
    def fatigue_permille(self) -> int:
        """Of the muscle that is most tired."""
        return max((muscle.fatigue_permille for muscle in self.muscles), default=0)

    @property
    def cramping(self) -> bool:
        return any(muscle.cramping for muscle in self.muscles)


class SimBench(Protocol):
    """What a screen may do with the virtual patient. No call waits."""

    def look(self) -> Body | None:
        """What was known last; None before the first answer and when none has come for long."""

    def pull(self, channel: int) -> None:
        """Take an electrode of this channel off the skin, soon."""

    def put_back(self, channel: int) -> None:
        """Put it back on, soon."""


def bench_of(live: object) -> SimBench | None:
    """The virtual patient of a session; None where a device or nobody is at the far end."""
    found: SimBench | None = getattr(live, "sim_bench", None)
    return found
