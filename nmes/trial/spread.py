"""How the figures of a population are spread: percentiles, and the shares of people something happened to.

Law: percentiles are over those who came to the end of the treatment; who did not is counted in the shares.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from nmes.trial.crowd import Crowd, Outcome
from nmes.trial.level import Because

PERCENTILES: Final = (5, 25, 50, 75, 95)
MARGINS: Final = ("amplitude", "rms_density", "power_density", "session_charge", "output_voltage")


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
            "first_peak_of_muscle", channel, "permille", tuple(first * 1000 // most for first, _, most in peaks)
        )
        yield Spread("last_peak", channel, "mn", tuple(last for _, last, _ in peaks))
        left = tuple(last * 1000 // first for first, last, _ in peaks if first)
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


def shares(crowd: Crowd) -> dict[str, int]:
    """In thousandths of all people."""
    everybody = crowd.outcomes
    counted = {
        "complete": [one.complete for one in everybody],
        "within_limits": [all(margin.within for margin in one.margins) for one in everybody],
        "cramped": [bool(one.course.cramps) for one in everybody],
        "over_tolerance": [one.course.discomfort_peak_c > 700 for one in everybody],
        "target_not_reached_below_tolerance": [_has(one, Because.TOLERANCE) for one in everybody],
        "stopped_at_the_ceiling": [_has(one, Because.CEILING) for one in everybody],
    }
    return {name: sum(who) * 1000 // len(who) if who else 0 for name, who in counted.items()}


def _has(one: Outcome, because: Because) -> bool:
    return any(found.because is because for _, found in one.found)
