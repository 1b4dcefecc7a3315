"""How a careful therapist finds a level: up by 1 mA, ask, and stop at what the protocol wants or the patient bears.

Law: one rule for both ways of asking. The scripted therapist asks through the wire, pulse by pulse; a population is
asked without it. Both get the same `Search`, so that they cannot differ by anything but what was felt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, assert_never

from nmes.core.protocol import Intensity
from nmes.core.units import floor_to_step
from nmes.trial.bench.patients import TOLERANCE

ASK_EVERY_UA: Final = 1_000
"""The patient is asked after every whole milliampere, the most one action may raise [design]."""
UNCOMFORTABLE: Final = 4.0
"""Where comfort is the aim the therapist stops here [design]."""
STRONG_SENSATION: Final = 1.5
STRONG_CONTRACTION: Final = 1.5
"""In multiples of the sensory and the motor threshold: strong tingling, a visible steady contraction [design]."""
VISIBLE: Final = 1.3
"""A twitch is seen here, in motor thresholds [design]: at the threshold itself the virtual muscle does nothing yet,
here 0.9 % of its fibres answer (more at the calf) [computed]."""
RELATIVE_TARGETS: Final = frozenset({"max_tolerated", "pct_max_tolerated"})
"""They go by the most that is tolerated, which one level alone does not tell."""
COMFORT_TARGETS: Final = frozenset({"sensory_threshold", "strong_comfortable"})
FORCE_TARGETS: Final = frozenset({"pct_mvic"})


class Because(StrEnum):
    """What ended the search."""

    TARGET = "target"
    TOLERANCE = "tolerance"
    """The patient wanted no more before the target was reached."""
    CEILING = "ceiling"
    """The most this channel may be given was reached first."""
    GIVEN = "given"


@dataclass(frozen=True, slots=True)
class Felt:
    """What the patient says at one level: multiples of two thresholds, discomfort 0 to 10, force in % of the muscle.

    `words` is the same as a person would put it.
    """

    sensory: float
    motor: float
    discomfort: float
    force_percent: float = 0.0
    words: str = ""


@dataclass(frozen=True, slots=True)
class Go:
    """Try this level next."""

    to_ua: int


@dataclass(frozen=True, slots=True)
class Take:
    """This is the level."""

    level_ua: int
    because: Because


@dataclass(frozen=True, slots=True)
class Found:
    """A level with the way to it: up to `top_ua` in steps, then down to the level. Two equal ways are one plan."""

    top_ua: int
    level_ua: int
    because: Because
    felt: Felt
    """At the level itself."""


Ask = Callable[[int], Felt]


@dataclass(slots=True)
class Search:
    """`start`, then `after` every level that was tried, until it says Take."""

    intensity: Intensity
    ceiling_ua: int
    step_ua: int
    _last_ua: int = 0
    """The highest level tried that the patient bears."""
    _settled: Take | None = None
    top_ua: int = 0

    def start(self) -> Go:
        return Go(min(self.ceiling_ua, asked_after(0, self.step_ua)))

    def after(self, level_ua: int, felt: Felt) -> Go | Take:
        self.top_ua = max(self.top_ua, level_ua)
        if self._settled is not None:
            return self._settled
        if felt.discomfort >= self._limit():
            return self._down_to(self._last_ua, self._enough(), level_ua)
        self._last_ua = level_ua
        if reached(self.intensity, felt):
            return Take(level_ua, Because.TARGET)
        if level_ua >= self.ceiling_ua:
            return self._down_to(level_ua, Because.CEILING, level_ua)
        return Go(min(self.ceiling_ua, asked_after(level_ua, self.step_ua)))

    def _relative(self) -> bool:
        """Whether the target is the most the patient tolerates, or a part of it."""
        return self.intensity.target in RELATIVE_TARGETS

    def _limit(self) -> float:
        return UNCOMFORTABLE if self.intensity.target in COMFORT_TARGETS else TOLERANCE

    def _enough(self) -> Because:
        return Because.TARGET if self._relative() else Because.TOLERANCE

    def _down_to(self, most_ua: int, because: Because, now_ua: int) -> Go | Take:
        """From the most that is borne to the level; never to 0, which is no level."""
        share = self.intensity.percent if self.intensity.target == "pct_max_tolerated" else None
        wanted_ua = most_ua if share is None else int(most_ua * share / 100)
        self._settled = Take(max(self.step_ua, floor_to_step(wanted_ua, self.step_ua)), because)
        return self._settled if self._settled.level_ua == now_ua else Go(self._settled.level_ua)


def asked_after(level_ua: int, step_ua: int) -> int:
    """The next level at which the patient is asked; a device with larger steps is asked at each of them."""
    every_ua = max(ASK_EVERY_UA, step_ua)
    return (level_ua // every_ua + 1) * every_ua


def reached(intensity: Intensity, felt: Felt) -> bool:
    """Whether this is what the protocol asks for; never so where that is relative to the most that is tolerated."""
    match intensity.target:
        case "sensory_threshold":
            return felt.sensory >= 1
        case "strong_comfortable":
            return felt.sensory >= STRONG_SENSATION
        case "motor_threshold":
            return felt.motor >= VISIBLE
        case "visible_tetanic":
            return felt.motor >= STRONG_CONTRACTION
        case "pct_mvic":
            return felt.force_percent >= float(intensity.percent or 0)
        case "max_tolerated" | "pct_max_tolerated":
            return False
        case _:
            assert_never(intensity.target)


@dataclass(slots=True)
class Route:
    """The way to a level that is already known, step by step as a Search would go it; nobody's answer changes it."""

    top_ua: int
    level_ua: int
    because: Because = Because.GIVEN
    step_ua: int = ASK_EVERY_UA
    """The device's; below `ASK_EVERY_UA` it makes no difference."""
    _settled: bool = field(default=False)

    def start(self) -> Go:
        return Go(min(self.top_ua, asked_after(0, self.step_ua)))

    def after(self, level_ua: int, felt: Felt) -> Go | Take:  # noqa: ARG002 - the shape of a Search
        if self._settled or (level_ua == self.level_ua == self.top_ua):
            return Take(self.level_ua, self.because)
        if level_ua >= self.top_ua:
            self._settled = True
            return Go(self.level_ua)
        return Go(min(self.top_ua, asked_after(level_ua, self.step_ua)))


Guide = Search | Route


def find(guide: Guide, ask: Ask) -> Found:
    """The whole search without a wire."""
    step: Go | Take = guide.start()
    felt = Felt(0, 0, 0)
    while isinstance(step, Go):
        level_ua = step.to_ua
        felt = ask(level_ua)
        step = guide.after(level_ua, felt)
    return Found(guide.top_ua, step.level_ua, step.because, felt)
