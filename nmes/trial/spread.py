"""How the figures of a population are spread: percentiles, and the shares of people something happened to.

Law: percentiles are over those who came to the end of the treatment; who did not is counted in the shares. A share is
never rounded to look better than it is: good ones down, all others up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nmes.trial.bench.patients import TOLERANCE
from nmes.trial.crowd import Crowd, Outcome
from nmes.trial.level import Because

PERCENTILES: Final = (5, 25, 50, 75, 95)
MARGINS: Final = ("amplitude", "rms_density", "power_density", "treatment_charge", "output_voltage")
GOOD: Final = frozenset({"complete", "within_limits"})
"""Of the shares: the ones to be wished for."""


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure of everybody, integers in `unit`; `channel` None where it belongs to no channel."""

    name: str
    channel: int | None
    unit: str
    values: tuple[int, ...]

    def percentiles(self) -> dict[str, int | None]:
        """`p5` to `p95`."""
        return {f"p{share}": percentile(self.values, share) for share in PERCENTILES}


def percentile(values: Sequence[int], share: int) -> int | None:
    """Linear between the two nearest ranks, rounded; None of nothing."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return round(ordered[low] + (ordered[high] - ordered[low]) * (place - low))


def spreads(crowd: Crowd) -> tuple[Spread, ...]:
    """Every figure that differs between people."""
    whole = [one for one in crowd.outcomes if one.complete]
    return tuple(
        spread for spread in (*_levels(whole), *_forces(whole), *_discomforts(whole), *_margins(whole)) if spread.values
    )


def _levels(whole: Sequence[Outcome]) -> Iterator[Spread]:
    for at in range(len(whole[0].found) if whole else 0):
        slot = whole[0].found[at][0]
        yield Spread("level", slot.channel, "ua", tuple(one.found[at][1].level_ua for one in whole))


def _forces(whole: Sequence[Outcome]) -> Iterator[Spread]:
    for at in range(len(whole[0].course.muscles) if whole else 0):
        muscles = [one.course.muscles[at] for one in whole]
        channel = muscles[0].channels[0]
        peaks = [(m.first.peak_mn, m.last.peak_mn, m.maximum_mn) for m in muscles if m.first and m.last]
        yield Spread("first_peak", channel, "mn", tuple(first for first, _, _ in peaks))
        yield Spread(
            "first_peak_of_muscle", channel, "permille", tuple(_up(first, most) for first, _, most in peaks if most)
        )
        yield Spread("last_peak", channel, "mn", tuple(last for _, last, _ in peaks))
        left = tuple(_up(last, first) for first, last, _ in peaks if first)
        yield Spread("last_peak_of_first", channel, "permille", left)


def _discomforts(whole: Sequence[Outcome]) -> Iterator[Spread]:
    yield Spread("discomfort_typical", None, "hundredths", tuple(one.course.discomfort_typical_c for one in whole))
    yield Spread("discomfort_peak", None, "hundredths", tuple(one.course.discomfort_peak_c for one in whole))


def _margins(whole: Sequence[Outcome]) -> Iterator[Spread]:
    for margin in whole[0].margins if whole else ():
        if margin.what in MARGINS:
            used = tuple(
                one.permille or 0
                for person in whole
                for one in person.margins
                if (one.what, one.channel) == (margin.what, margin.channel)
            )
            yield Spread(f"{margin.what}_used", margin.channel, "permille", used)


def counts(crowd: Crowd) -> dict[str, int]:
    """How many people something is true of."""
    everybody, nmes = crowd.outcomes, crowd.setup.loaded.protocol.kind == "nmes"
    counted = {
        "complete": [one.complete for one in everybody],
        "within_limits": [all(margin.within for margin in one.margins) for one in everybody],
        "cramped_in_treatment": [any(cramp.began_ms >= 0 for cramp in one.course.cramps) for one in everybody],
        "cramped_finding_level": [any(cramp.began_ms < 0 for cramp in one.course.cramps) for one in everybody],
        "over_tolerance_in_treatment": [one.course.discomfort_peak_c > 100 * TOLERANCE for one in everybody],
        "over_tolerance_finding_level": [one.course.discomfort_finding_c > 100 * TOLERANCE for one in everybody],
        "felt_nothing": [any(found.felt.sensory == 0 for _, found in one.found) for one in everybody],
        "no_contraction": [nmes and one.complete and one.course.motionless for one in everybody],
        "target_not_reached_below_tolerance": [_has(one, Because.TOLERANCE) for one in everybody],
        "stopped_at_the_ceiling": [_has(one, Because.CEILING) for one in everybody],
    }
    return {name: sum(who) for name, who in counted.items()}


def shares(crowd: Crowd) -> dict[str, int]:
    """The same in thousandths of all people."""
    everybody = len(crowd.outcomes)
    return {
        name: (0 if not everybody else many * 1000 // everybody if name in GOOD else _up(many, everybody))
        for name, many in counts(crowd).items()
    }


def _up(part: int, whole: int) -> int:
    """Thousandths, rounded up."""
    return -(-part * 1000 // whole)


def _has(one: Outcome, because: Because) -> bool:
    return any(found.because is because for _, found in one.found)
