"""What one patient goes through in a try, as frozen values: contractions, samples, cramps, discomfort.

Separate from how it comes about, because everything that shows a try reads it. Discomfort is 0 to 10, in hundredths.
"""

from __future__ import annotations

from dataclasses import dataclass

STILL_MN = 1_000
"""A muscle that never reaches 1 N is told as not contracting [design]."""


@dataclass(frozen=True, slots=True)
class Contraction:
    """One contraction: highest force, and force times time, until the next one begins. `start_ms`: of the plan."""

    stage: int
    number: int
    start_ms: int
    peak_mn: int
    fti_mn_s: int


@dataclass(frozen=True, slots=True)
class MuscleCourse:
    """One muscle through the treatment. `maximum_mn`: all of its fibres, fresh. Strength in thousandths of fresh."""

    name: str
    side: str
    channels: tuple[int, ...]
    maximum_mn: int
    contractions: tuple[Contraction, ...]
    strength_start_permille: int
    strength_end_permille: int

    @property
    def most_mn(self) -> int:
        """The highest force of any contraction."""
        return max((one.peak_mn for one in self.contractions), default=0)

    @property
    def first(self) -> Contraction | None:
        """The first contraction of the stage with the strongest one: a warm-up is not what fatigue is measured by."""
        return next(iter(self._main), None)

    @property
    def last(self) -> Contraction | None:
        return self._main[-1] if self._main else None

    @property
    def _main(self) -> tuple[Contraction, ...]:
        if not self.contractions:
            return ()
        stage = max(self.contractions, key=lambda one: one.peak_mn).stage
        return tuple(one for one in self.contractions if one.stage == stage)


@dataclass(frozen=True, slots=True)
class Sample:
    """One moment, `t_ms` of the plan (negative before it): force of each muscle, discomfort in hundredths."""

    t_ms: int
    force_mn: tuple[int, ...]
    discomfort_c: int
    current_only_c: int
    """What the current alone makes of it, without a cramp."""


@dataclass(frozen=True, slots=True)
class Cramp:
    """One cramp; times in ms of the plan, negative while the level was being found. `ended_ms` None: it went on."""

    muscle: str
    side: str
    began_ms: int
    ended_ms: int | None


@dataclass(frozen=True, slots=True)
class Course:
    """What one patient went through."""

    muscles: tuple[MuscleCourse, ...]
    samples: tuple[Sample, ...]
    cramps: tuple[Cramp, ...]
    discomfort_peak_c: int
    discomfort_typical_c: int
    discomfort_finding_c: int
    """The peak while the level was being found."""

    @property
    def motionless(self) -> bool:
        """Whether there are muscles, and one of them hardly contracts."""
        return any(muscle.most_mn < STILL_MN for muscle in self.muscles)
