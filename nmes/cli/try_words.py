"""What one try found, in words and numbers a therapist reads; the terminal and the page say the same.

Everything here is from the simulator. The banner says so first, and no sentence speaks of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from nmes.core.plan import Slot
from nmes.core.protocol import Intensity
from nmes.trial.course import Course, Cramp, MuscleCourse
from nmes.trial.judge import Dose, Margin
from nmes.trial.level import TOLERANCE, Because, Found
from nmes.trial.trying import SlotFigures, Trial
from nmes.ui.numbers import charge, clock, hz, ma, percent
from nmes.ui.words import why

BANNER: Final = (
    "SIMULATION. A virtual patient shows plausible behaviour. It is no evidence, and it says nothing about a person."
)
TAGS: Final = (
    "Physiology: models and constants from the literature [source], some still to be checked [verify], and this "
    "project's own choices [design]; see docs/reference/physiology.md."
)
FEW: Final = 4
"""More cramps than this are told together."""
SENSORY_MN: Final = 1_000
"""A muscle that never reaches 1 N is told as not contracting [design]."""

WHAT: Final = {
    "amplitude": "amplitude",
    "rms_density": "r.m.s. density",
    "rms_current": "r.m.s. current",
    "power_density": "power density",
    "pulse_energy": "pulse energy",
    "session_charge": "session charge",
    "net_charge": "charge left over",
    "output_voltage": "output voltage",
    "charge_per_phase": "charge per phase",
}
_SCALE: Final = {
    "ua": (1_000, 1, "mA"),
    "na_per_mm2": (10_000, 2, "mA/cm²"),
    "nw_per_mm2": (10_000, 1, "mW/cm²"),
    "nj": (1_000_000, 2, "mJ"),
    "nc": (1_000, 1, "µC"),
    "permille": (10, 1, "%"),
    "mv": (1_000, 0, "V"),
}
_BECAUSE: Final = {
    Because.TARGET: "found: what the protocol asks for",
    Because.TOLERANCE: "found: the virtual patient wanted no more before the target was reached",
    Because.CEILING: "found: the most this channel may get; the virtual patient would have taken more",
    Because.GIVEN: "given with --level, not found by feeling",
}
_MOST: Final = {
    Because.TARGET: "the most the virtual patient tolerates",
    Because.CEILING: "the most this channel may get, which the virtual patient would have exceeded",
}


def value(amount: int, unit: str) -> str:
    """An integer of the inside as a number with the unit a therapist reads."""
    if unit == "nc" and amount >= 10_000_000:
        return f"{amount / 1_000_000:.1f} mC"
    scale, digits, name = _SCALE[unit]
    return f"{amount / scale:.{digits}f} {name}"


def used(margin: Margin) -> str:
    """The part of the limit that is used, rounded up."""
    return "" if margin.limit is None else percent(margin.value, margin.limit)


def verdict(trial: Trial) -> str:
    """The main result in one sentence."""
    ending = trial.run.ending
    if not ending.complete:
        when = "while the level was being found" if ending.during == "level" else "in the treatment"
        where = f", on channel {ending.channel}" if ending.channel is not None else ""
        return f"NOT COMPLETE: stopped {when}, {clock(ending.at_ms)} min after the beginning{where}. {why(ending.why)}"
    over = [margin for margin in trial.margins if not margin.within]
    if over:
        names = ", ".join(f"{WHAT[margin.what]} of channel {margin.channel}" for margin in over)
        return f"OVER A LIMIT: {names}."
    return "Complete, and within every limit."


def because(found: Found, intensity: Intensity) -> str:
    """How a level came about."""
    if intensity.target == "pct_max_tolerated" and found.because is not Because.GIVEN:
        return f"found: {intensity.percent} % of {_MOST[found.because]}"
    if found.because is Because.TARGET and intensity.target == "max_tolerated":
        return "found: the most the virtual patient tolerates"
    return _BECAUSE[found.because]


def patient(trial: Trial) -> str:
    """Who it was tried on, and what was assumed of the muscle, if there is one."""
    assumed = trial.setup.assumed
    return f"{whom(trial)}; muscle {assumed.length} ({assumed.why})" if trial.course.muscles else whom(trial)


def whom(trial: Trial) -> str:
    """The virtual patient by name and seed."""
    setup = trial.setup
    number = setup.seed if setup.population_seed is None else setup.population_seed
    seed = f" of seed {number}" if setup.population_seed is not None else f", seed {number}" if number else ""
    return f"{setup.profile.name}{seed}"


def level(figures: SlotFigures, intensity: Intensity) -> str:
    """One level with its ceiling."""
    made, found = figures.made, figures.found
    most = f"at most {ma(made.ceiling_ua)} mA: {made.ceiling_reason}"
    if found is None:
        return f"{channel_name(figures.slot, figures.muscle)}: no level was found ({most})"
    return (
        f"{channel_name(figures.slot, figures.muscle)}: {ma(found.level_ua)} mA, {because(found, intensity)} ({most})"
    )


def channel_name(slot: Slot, muscle: str) -> str:
    where = muscle.removeprefix("none;").removeprefix("none,").strip()  # pads that drive no muscle say so first
    return f"channel {slot.channel}, {where}"


def felt(figures: SlotFigures) -> str:
    """What the level means to the virtual patient, against both thresholds."""
    found = figures.found
    if found is None:
        return ""
    feeling = found.felt
    sensed = f"{feeling.sensory:.1f} times the threshold of feeling" if feeling.sensory else "it is not felt at all"
    moved = f"{feeling.motor:.1f} times that of movement" if feeling.motor else "there is no muscle under the pads"
    return f"{sensed}, {moved}"


def delivered(figures: SlotFigures) -> str:
    """Asked, deliverable and measured frequency."""
    made = figures.made
    asked = f"{hz(made.asked_frequency_mhz)} Hz asked, {hz(made.frequency_mhz)} Hz on the stimulator's grid"
    measured = "" if figures.measured_mhz is None else f", {hz(figures.measured_mhz)} Hz measured at the skin"
    rounded = "" if made.frequency_mhz == made.asked_frequency_mhz else "; periods round to the longer one"
    return f"{asked}{measured}{rounded}; phase {made.phase_us} µs"


def most(muscle: MuscleCourse) -> int:
    """The highest force of any contraction, mN."""
    return max((one.peak_mn for one in muscle.contractions), default=0)


def contracts(muscle: MuscleCourse) -> bool:
    """Whether the muscle did anything worth a number."""
    return most(muscle) >= SENSORY_MN


def newtons(force_mn: int) -> str:
    return f"{force_mn / 1000:.0f} N" if force_mn >= 10_000 else f"{force_mn / 1000:.1f} N"


def force(muscle: MuscleCourse) -> Iterator[str]:
    """What a muscle gave and how it tired."""
    first, last, whole_mn = muscle.first, muscle.last, muscle.maximum_mn
    if first is None or last is None:
        return
    if not contracts(muscle):
        yield f"no contraction to speak of (at most {newtons(most(muscle))}): what there is, is sensory"
        return
    share = f"{percent(first.peak_mn, whole_mn)} of all this muscle can give ({newtons(whole_mn)})"
    if len(muscle.contractions) == 1:
        yield f"highest force {newtons(first.peak_mn)}, {share}"
    else:
        left = first.peak_mn and round(100 * last.peak_mn / first.peak_mn)
        yield f"first contraction {newtons(first.peak_mn)}, {share}"
        yield f"last contraction {newtons(last.peak_mn)}, {left} % of the first"
    start, end = muscle.strength_start_permille, muscle.strength_end_permille
    yield f"strength left: {start // 10} % after finding the level and a rest, {end // 10} % at the end"


def discomfort(course: Course) -> str:
    """Typical and peak, on a scale of which 7 is the most that is tolerated."""
    typical, peak, finding = (
        f"{value_c / 100:.1f}"
        for value_c in (course.discomfort_typical_c, course.discomfort_peak_c, course.discomfort_finding_c)
    )
    if not course.discomfort_typical_c and not course.discomfort_peak_c:
        return f"{finding} of 10 at most, while the level was being found"
    return f"typically {typical} of 10 while the current flows, at most {peak} (finding the level: {finding})"


def intolerable(course: Course) -> bool:
    return course.discomfort_peak_c > TOLERANCE * 100


def cramps(course: Course) -> Iterator[str]:
    """Every cramp with its time and length, or that there was none."""
    if not course.cramps:
        yield "none"
    elif len(course.cramps) <= FEW:
        yield from map(one_cramp, course.cramps)
    else:
        yield from _many_cramps(course.cramps)


def _many_cramps(found: Sequence[Cramp]) -> Iterator[str]:
    finding = sum(one.began_ms < 0 for one in found)
    before = f", {finding} of them while the level was being found" if finding else ""
    yield f"{len(found)} cramps{before}; the first: {one_cramp(found[0])}"
    ended = [one for one in found if one.ended_ms is not None]
    if ended:
        yield f"the longest: {one_cramp(max(ended, key=lambda one: (one.ended_ms or 0) - one.began_ms))}"
    yield from (one_cramp(one) for one in found if one.ended_ms is None)


def one_cramp(cramp: Cramp) -> str:
    when = f"at {clock(cramp.began_ms)} min" if cramp.began_ms >= 0 else "while the level was being found"
    if cramp.ended_ms is None:
        return f"{cramp.muscle} {when}; it went on to the end of the try"
    return f"{cramp.muscle} {when}, for {(cramp.ended_ms - cramp.began_ms) / 1000:.0f} s"


def dose(one: Dose) -> str:
    """What one channel gave in the treatment, and before it."""
    finding = f"finding the level: {charge(one.finding_charge_nc, one.finding_charge_nc)}, {one.finding_pulses} pulses"
    return f"{charge(one.charge_nc, one.charge_nc)} in {one.pulses} pulses ({finding})"
