"""A try, or a population, as one JSON object: integers with the unit in the key, the same keys every time.

The keys are described in docs/guide/try.md. One that is not known is null, never left out.
"""

from __future__ import annotations

from typing import Any, Final

from nmes import __version__
from nmes.cli.try_buts import buts
from nmes.cli.try_words import BANNER
from nmes.core.measurement import UNITS
from nmes.trial.assess import Assessed
from nmes.trial.bench.patients import TOLERANCE
from nmes.trial.course import Course, Cramp, MuscleCourse
from nmes.trial.crowd import Crowd, Outcome
from nmes.trial.judge import Dose, Margin
from nmes.trial.level import Found, asked_after
from nmes.trial.setup import Setup
from nmes.trial.spread import counts, shares, spreads
from nmes.trial.trying import SlotFigures, Trial

FORMAT: Final = 1
"""Goes up when a key changes its meaning or goes."""

BASIS: Final = {
    "limits": "source",
    "found_levels": "design",
    "thresholds": "design",
    "forces": "computed",
    "discomfort": "design",
    "cramps": "design",
    "cramp_durations": "verify",
    "forces_comparable_between_profiles": False,
}
"""Where figures come from, by the weakest of what they rest on; see docs/reference/physiology.md."""

Json = dict[str, Any]


def trial_json(trial: Trial) -> Json:
    """One try."""
    ending, setup = trial.run.ending, trial.setup
    return {
        **_head("try", trial.setup),
        "patient": _patient(trial.setup),
        "complete": ending.complete,
        "within_limits": trial.within,
        "but": [{"code": one.code, "said": one.said} for one in buts(trial)],
        "ended": {"why": ending.why, "at_ms": ending.at_ms, "during": ending.during, "channel": ending.channel},
        "level_asked_ua": setup.level_ua if setup.rounded_from_ua is None else setup.rounded_from_ua,
        "levels": [_slot(one) for one in trial.slots],
        "limits": [_margin(one) for one in trial.margins],
        "dose": [_dose(one) for one in trial.doses],
        "muscles": [_muscle(setup, one) for one in trial.course.muscles],
        "discomfort": _discomfort(trial.course),
        "cramps": [_cramp(one) for one in trial.course.cramps],
    }


def assessed_json(tried: Assessed) -> Json:
    """One try of an assessment."""
    ending = tried.run.ending
    found = [
        {"channel": slot.channel, "waveform": slot.waveform, **_found(one)} for slot, one in tried.run.found.items()
    ]
    return {
        **_head("assessment", tried.setup),
        "patient": _patient(tried.setup),
        "measures": tried.plan.assessment,
        "complete": ending.complete,
        "within_limits": tried.within,
        "ended": {"why": ending.why, "at_ms": ending.at_ms, "during": ending.during, "channel": ending.channel},
        "measured": [
            {"what": str(one.what), "channel": one.channel, "value": one.value, "unit": UNITS[one.what]}
            for one in tried.measured
        ],
        "rested_threshold_mhz": tried.rested_mhz,
        "threshold_when_cramping_mhz": tried.cramp.ctf_mhz if tried.cramp else None,
        "cramped_at_mhz": tried.cramp.frequency_mhz if tried.cramp else None,
        "off_after_key_ms": None if tried.pressed_ms is None else tried.off_ms - tried.pressed_ms,
        "levels": found,
        "limits": [_margin(one) for one in tried.margins],
        "dose": [_dose(one) for one in tried.doses],
    }


def crowd_json(crowd: Crowd) -> Json:
    """A population: its distributions, then everybody."""
    return {
        **_head("population", crowd.setup),
        "patient": _patient(crowd.setup),
        "population": len(crowd.outcomes),
        "seed": crowd.seed,
        "sessions_through_the_wire": crowd.sessions,
        "step_asked_ua": asked_after(0, crowd.setup.plan.capabilities.amplitude_step_ua),
        "percentiles": [
            {"figure": one.name, "channel": one.channel, "unit": one.unit, **one.percentiles()}
            for one in spreads(crowd)
        ],
        "counts": counts(crowd),
        "shares_permille": shares(crowd),
        "people": [_person(one) for one in crowd.outcomes],
    }


def compared_json(trials: list[Trial]) -> Json:
    """Two tries beside each other."""
    return {"format": FORMAT, "kind": "comparison", "note": BANNER, "tries": [trial_json(one) for one in trials]}


def _head(kind: str, setup: Setup) -> Json:
    protocol, plan = setup.loaded.protocol, setup.plan
    return {
        "format": FORMAT,
        "kind": kind,
        "note": BANNER,
        "program": f"nmes {__version__}",
        "protocol": {
            "id": protocol.id,
            "version": protocol.version,
            "title": protocol.title,
            "kind": protocol.kind,
            "sha256": setup.loaded.sha256,
            "duration_ms": plan.duration_ms,
        },
        "stimulator": plan.capabilities.model,
        "basis": BASIS,
    }


def _patient(setup: Setup) -> Json:
    assumed = setup.assumed
    return {
        "profile": setup.profile.name,
        "seed": setup.seed if setup.population_seed is None else setup.population_seed,
        "pools": setup.pools,
        "muscle_length": assumed.length,
        "muscle_length_why": assumed.why,
    }


def _slot(one: SlotFigures) -> Json:
    made = one.made
    return {
        "channel": one.slot.channel,
        "waveform": one.slot.waveform,
        "muscle": one.muscle,
        **_found(one.found),
        "ceiling_ua": made.ceiling_ua,
        "ceiling_reason": made.ceiling_reason,
        "asked_frequency_mhz": made.asked_frequency_mhz,
        "deliverable_frequency_mhz": made.frequency_mhz,
        "measured_frequency_mhz": one.measured_mhz,
        "period_us": made.period_us,
        "phase_us": made.phase_us,
        "asked_gap_us": made.asked_gap_us,
        "gap_us": made.gap_us,
    }


def _found(found: Found | None) -> Json:
    return {
        "level_ua": found.level_ua if found else None,
        "highest_tried_ua": found.top_ua if found else None,
        "found_because": found.because.value if found else None,
        "felt": {
            "sensory_permille": round(1000 * found.felt.sensory),
            "motor_permille": round(1000 * found.felt.motor),
            "discomfort_hundredths": round(100 * found.felt.discomfort),
        }
        if found
        else None,
    }


def _margin(one: Margin) -> Json:
    return {
        "channel": one.channel,
        "what": one.what,
        "value": one.value,
        "limit": one.limit,
        "unit": one.unit,
        "used_permille": one.permille,
        "within": one.within,
    }


def _dose(one: Dose) -> Json:
    return {
        "channel": one.channel,
        "charge_nc": one.charge_nc,
        "pulses": one.pulses,
        "finding_charge_nc": one.finding_charge_nc,
        "finding_pulses": one.finding_pulses,
    }


def _muscle(setup: Setup, one: MuscleCourse) -> Json:
    return {
        "muscle": one.name,
        "model": setup.profile.muscle_named(one.name),
        "side": one.side,
        "channels": list(one.channels),
        "maximum_mn": one.maximum_mn,
        "strength_start_permille": one.strength_start_permille,
        "strength_end_permille": one.strength_end_permille,
        "contractions": [
            {
                "stage": each.stage,
                "number": each.number,
                "start_ms": each.start_ms,
                "peak_mn": each.peak_mn,
                "force_time_mn_s": each.fti_mn_s,
            }
            for each in one.contractions
        ],
    }


def _discomfort(course: Course) -> Json:
    return {
        "typical_hundredths": course.discomfort_typical_c,
        "peak_hundredths": course.discomfort_peak_c,
        "finding_peak_hundredths": course.discomfort_finding_c,
        "tolerance_hundredths": round(100 * TOLERANCE),
    }


def _cramp(one: Cramp) -> Json:
    return {"muscle": one.muscle, "side": one.side, "began_ms": one.began_ms, "ended_ms": one.ended_ms}


def _person(one: Outcome) -> Json:
    return {
        "number": one.number,
        "name": one.name,
        "complete": one.complete,
        "ended_why": one.why,
        "ended_at_ms": one.at_ms,
        "levels": [{"channel": s.channel, "waveform": s.waveform, **_found(found)} for s, found in one.found],
        "limits": [_margin(margin) for margin in one.margins],
        "muscles": [
            {
                "muscle": muscle.name,
                "side": muscle.side,
                "maximum_mn": muscle.maximum_mn,
                "first_peak_mn": muscle.first.peak_mn if muscle.first else None,
                "last_peak_mn": muscle.last.peak_mn if muscle.last else None,
            }
            for muscle in one.course.muscles
        ],
        "discomfort": _discomfort(one.course),
        "cramps": [_cramp(cramp) for cramp in one.course.cramps],
    }
