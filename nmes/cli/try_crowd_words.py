"""The figures of a population in words, as the terminal and the page both tell them.

Separate because the page is made by the command, and must not need the command in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.trial.course import STILL_MN
from nmes.trial.crowd import Crowd
from nmes.trial.level import asked_after
from nmes.trial.spread import GOOD as WISHED
from nmes.trial.spread import Spread, spreads
from nmes.ui.numbers import percent

NAMES: Final = {
    "level": "level, mA",
    "first_peak": "first contraction, N",
    "first_peak_of_muscle": "first contraction, % of muscle",
    "last_peak": "last contraction, N",
    "last_peak_of_first": "last contraction, % of first",
    "discomfort_typical": "discomfort, typical [design]",
    "discomfort_peak": "discomfort, peak [design]",
    "amplitude_used": "highest amplitude, % of ceiling",
    "rms_density_used": "r.m.s. density, % of limit",
    "power_density_used": "power density, % of limit",
    "treatment_charge_used": "treatment charge, % of limit",
    "output_voltage_used": "output voltage, % of the most",
}
SCALES: Final = {"ua": 1000, "mn": 1000, "permille": 10, "hundredths": 100}
SHARES: Final = {
    "complete": "came to the end of the treatment",
    "within_limits": "stayed within every limit",
    "cramped_in_treatment": "had a cramp in the treatment",
    "cramped_finding_level": "had a cramp while the level was found",
    "over_tolerance_in_treatment": "felt more than is tolerated (7) in the treatment",
    "over_tolerance_finding_level": "went past what is tolerated (7) on the way to the level (a step or a cramp)",
    "felt_nothing": "felt nothing, and so could not be asked for a level",
    "no_contraction": "had no contraction to speak of",
    "target_not_reached_below_tolerance": "wanted no more before the target was reached",
    "stopped_at_the_ceiling": "came to the most the channel may get before the target was reached",
}


def about(crowd: Crowd) -> str:
    """Who was tried, how, and how much of it went through the wire."""
    assumed = crowd.setup.assumed
    step_ua = asked_after(0, crowd.setup.plan.capabilities.amplitude_step_ua)
    sessions = f"{crowd.sessions} session{'' if crowd.sessions == 1 else 's'}"
    return (
        f"tried on {people_told(len(crowd.outcomes))} around {crowd.setup.profile.name}, seed {crowd.seed}; muscle "
        f"{assumed.length} ({assumed.why}). The level is asked for in steps of {step_ua // 1000} mA; "
        f"people who come to the same level the same way share one session through the wire: {sessions}."
    )


def people_told(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def share(name: str, many: int, everybody: int) -> str:
    """A percentage: of what is to be wished for rounded down, else up."""
    return f"{many * 100 // everybody} %" if name in WISHED else percent(many, everybody)


def label(spread: Spread, crowd: Crowd) -> str:
    many = len(crowd.setup.plan.channels) > 1 and spread.channel is not None
    return f"{NAMES[spread.name]}{f' (ch {spread.channel})' if many else ''}"


def tells(spread: Spread, crowd: Crowd) -> bool:
    """Whether a figure says something: forces of a muscle that does not contract do not; twitches under TENS do."""
    if "peak" not in spread.name or spread.unit == "hundredths":
        return True
    least_mn = 1 if crowd.setup.loaded.protocol.kind == "tens" else STILL_MN
    forces = [one for one in spreads(crowd) if one.name == "first_peak" and one.channel == spread.channel]
    return any(max(one.values) >= least_mn for one in forces)


def cells(spread: Spread) -> Iterator[str]:
    """The percentiles as numbers; percentages are rounded up."""
    for value in spread.percentiles().values():
        if value is not None:
            yield shown(value, spread)


def shown(value: int, spread: Spread) -> str:
    """One value of a spread."""
    if spread.unit == "permille":
        return str(-(-value // 10))
    small = spread.unit == "mn" and max(spread.values) < 10_000
    digits = 1 if small or spread.unit in {"hundredths", "ua"} else 0
    return f"{value / SCALES[spread.unit]:.{digits}f}"
