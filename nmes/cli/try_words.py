"""What one try found, in words and numbers a therapist reads; the terminal and the page say the same.

Everything here is from the simulator. The banner says so first, and no sentence speaks of a person.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.cli.try_body import cramp_hurt_c, past_tolerance
from nmes.core.course import Course
from nmes.core.plan import Delivered, Slot
from nmes.core.protocol import Intensity
from nmes.core.units import frequency_mhz
from nmes.trial.assess import Assessed
from nmes.trial.judge import Dose, Margin, shapes_of
from nmes.trial.level import Because, Found
from nmes.trial.trying import SlotFigures, Trial
from nmes.ui.numbers import clock, hz, ma, percent
from nmes.ui.words import why

BANNER: Final = (
    "SIMULATION. A virtual patient shows plausible behaviour. It is no evidence, and it says nothing about a person."
)
TAGS: Final = (
    "Physiology: models and constants from the literature [source], some still to be checked [verify], and this "
    "project's own choices [design]; see docs/reference/physiology.md."
)
MARKS: Final = (
    "Marks: [design] our own choice; [verify] still to be checked (docs/reference/physiology.md). Newtons are the "
    "model's: do not compare them between profiles."
)

WHAT: Final = {
    "amplitude": "highest amplitude",
    "treatment_amplitude": "treatment's level",
    "rms_density": "r.m.s. density",
    "rms_current": "r.m.s. current",
    "power_density": "power density",
    "pulse_energy": "pulse energy",
    "treatment_charge": "treatment charge",
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
    Because.CEILING: "found: the most this channel may get",
    Because.GIVEN: "given with --level, not found by feeling",
}
_MOST: Final = {
    Because.TARGET: "the most the virtual patient tolerates",
    Because.CEILING: "the most this channel may get",
}
_MORE: Final = "; the virtual patient would have taken more"
_NOTHING: Final = "; the virtual patient feels nothing"
_ALONE: Final = "; the current alone was still tolerated there, with the cramp it was too much"


def value(amount: int, unit: str) -> str:
    """An integer of the inside as a number with the unit a therapist reads."""
    if unit == "nc" and amount >= 10_000_000:
        return f"{amount / 1_000_000:.1f} mC"
    scale, digits, name = _SCALE[unit]
    return f"{amount / scale:.{digits}f} {name}"


def used(margin: Margin) -> str:
    """The part of the limit that is used, rounded up."""
    return "" if margin.limit is None else percent(margin.value, margin.limit)


def verdict(trial: Trial | Assessed) -> str:
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


def because(found: Found, intensity: Intensity, *, cramped: bool) -> str:
    """How a level came about. `cramped`: while it was found, a cramp hurt more than is tolerated."""
    if found.because is not Because.CEILING:
        return _how(found, intensity)
    more = _NOTHING if found.felt.sensory == 0 else _ALONE if cramped else _MORE
    return f"{_how(found, intensity)}{more}"


def _how(found: Found, intensity: Intensity) -> str:
    if intensity.target == "pct_max_tolerated" and found.because is not Because.GIVEN:
        return f"found: {intensity.percent} % of {_MOST[found.because]}"
    if found.because is Because.TARGET and intensity.target == "max_tolerated":
        return "found: the most the virtual patient tolerates"
    return _BECAUSE[found.because]


def patient(trial: Trial) -> str:
    """Who it was tried on, and what was assumed of the muscle, if there is one."""
    assumed = trial.setup.assumed
    return f"{whom(trial)}; muscle {assumed.length} ({assumed.why})" if trial.course.muscles else whom(trial)


def whom(trial: Trial | Assessed) -> str:
    """The virtual patient by name and seed."""
    setup = trial.setup
    number = setup.seed if setup.population_seed is None else setup.population_seed
    return f"{setup.profile.name}{' of' if setup.population_seed is not None else ','} seed {number}"


def levels(trial: Trial) -> Iterator[str]:
    """Every level with how it was found."""
    cramped = past_tolerance(cramp_hurt_c(trial.course))
    for one in trial.slots:
        yield level(one, trial.setup.loaded.protocol.intensity, cramped=cramped)


def level(figures: SlotFigures, intensity: Intensity, *, cramped: bool) -> str:
    """One level with its ceiling."""
    made, found = figures.made, figures.found
    most = f"at most {ma(made.ceiling_ua)} mA: {made.ceiling_reason}"
    if found is None:
        return f"{channel_name(figures.slot, figures.muscle)}: no level was found ({most})"
    how = because(found, intensity, cramped=cramped)
    return f"{channel_name(figures.slot, figures.muscle)}: {ma(found.level_ua)} mA, {how} ({most})"


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
    return f"{asked}{measured}{rounded}; phase {made.phase_us} µs{gap(made)}{varied(figures.played)}"


def gap(made: Delivered) -> str:
    """The interphase gap of a device that makes no other than its own; nothing where it is the one asked for."""
    if made.gap_us == made.asked_gap_us:
        return ""
    return f"; gap {made.asked_gap_us} µs asked, {made.gap_us} µs delivered"


def varied(course: Course) -> str:
    """What changes while the pulses come, as the stimulator makes it; nothing of a steady train."""
    burst, band = course.base, course.band
    if burst.burst_pulses:
        return f"; in bursts of {burst.burst_pulses} (one more or less), one every {burst.burst_period_ms} ms"
    if band is None:
        return ""
    slow, fast = (hz(frequency_mhz(us)) for us in (band.longest_period_us, band.shortest_period_us))
    rate = f"; between {slow} and {fast} Hz" if slow != fast else ""
    phases = (band.shortest_phase_us, band.longest_phase_us)
    return rate + (f"; phase from {phases[0]} to {phases[1]} µs" if phases[0] != phases[1] else "")


def dose(one: Dose) -> str:
    """What one channel gave in the treatment, and before it, in the same unit."""
    most_nc = max(one.charge_nc, one.finding_charge_nc)
    finding = f"finding the level: {charge(one.finding_charge_nc, most_nc)}, {one.finding_pulses} pulses"
    return f"{charge(one.charge_nc, most_nc)} in {one.pulses} pulses ({finding})"


def charge(amount_nc: int, most_nc: int) -> str:
    """In mC where the largest of its like is 10 mC or more, else in µC."""
    return f"{amount_nc / 1e6:.1f} mC" if most_nc >= 10_000_000 else f"{amount_nc / 1000:.0f} µC"


def judged(trial: Trial | Assessed, channel: int) -> str:
    """From what the figures of the limits are, and when: stands above them."""
    limited = any(trial.run.train.table[shape].limited for shape in shapes_of(trial.run.train, channel))
    skin = "from the pulses at the skin"
    if limited:
        skin += "; r.m.s., power and energy from the current that was set, because the voltage did not suffice"
    return f"{skin}. Over the whole session, finding the level included, but for the treatment's. Shares are rounded up"
