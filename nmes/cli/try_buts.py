"""What a therapist has to know beside "complete, and within every limit": a treatment can be so and useless, or cruel.

Law: a But never changes the exit code; it is told right under the result, wherever that is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nmes.cli import try_body as b
from nmes.core.protocol import DerivedFrequency
from nmes.trial.bench.patients import TOLERANCE
from nmes.trial.judge import fell_short
from nmes.trial.level import RELATIVE_TARGETS, Because, reached
from nmes.trial.outlasting import too_long
from nmes.trial.trying import SlotFigures, Trial
from nmes.ui.numbers import ma


@dataclass(frozen=True, slots=True)
class But:
    """`code` is for programs."""

    code: str
    said: str


def buts(trial: Trial) -> tuple[But, ...]:
    """What matters most first."""
    return (
        *_voltage(trial),
        *_discomfort(trial),
        *_feeling(trial),
        *_levels(trial),
        *_muscles(trial),
        *_cramps(trial),
    )


def _voltage(trial: Trial) -> Iterator[But]:
    """A stimulator that says nothing below its floor lets a pulse that is too small pass silently."""
    for channel in trial.plan.channels:
        short = fell_short(trial.run.train, channel.channel, trial.run.treatment_us)
        if short is not None:
            set_ua, flowed_ua = short
            yield But(
                "less_than_set",
                f"channel {channel.channel}: of {ma(set_ua)} mA only {ma(flowed_ua)} mA flowed, because the "
                "stimulator's voltage did not suffice for these pads",
            )


def _discomfort(trial: Trial) -> Iterator[But]:
    course = trial.course
    if b.intolerable(course):
        hurt = f"in the treatment it hurts up to {course.discomfort_peak_c / 100:.1f} of 10"
        yield But(
            "over_tolerance",
            f"{hurt}, more than is tolerated ({TOLERANCE:g}): a person would have asked to stop",
        )
    if b.past_tolerance(b.cramp_hurt_c(course)):
        yield But("cramp_over_tolerance_finding_level", b.hurting_cramp(course))


def _feeling(trial: Trial) -> Iterator[But]:
    if any(one.found is not None and one.found.felt.sensory == 0 for one in trial.slots):
        yield But(
            "nothing_felt",
            "nothing is felt: a person who feels nothing cannot be asked for a level, and must not be given this one "
            "without the screening's precaution (cannot_give_feedback, impaired_sensation)",
        )


def _levels(trial: Trial) -> Iterator[But]:
    many = len(trial.slots) > 1
    for one in trial.slots:
        said = _missed(trial, one)
        if said:
            where = f"channel {one.slot.channel}: " if many else ""
            yield But("target_not_reached", f"{where}target not reached: {said}")


def _missed(trial: Trial, one: SlotFigures) -> str:
    """Why a level is not what the protocol asks for; nothing if it is, or nobody can tell."""
    intensity, found = trial.setup.loaded.protocol.intensity, one.found
    if found is None:
        return ""
    match found.because:
        case Because.TOLERANCE:
            return f"the virtual patient wanted no more than {ma(found.level_ua)} mA"
        case Because.CEILING if intensity.target in RELATIVE_TARGETS:
            most = f"the most this channel may get ({ma(one.made.ceiling_ua)} mA)"
            return f"{most} came before the most of the current that is tolerated"
        case Because.CEILING:
            return f"the most this channel may get ({ma(one.made.ceiling_ua)} mA) came first"
        case Because.GIVEN if intensity.target not in RELATIVE_TARGETS and not reached(intensity, found.felt):
            return "the given level does not do what the protocol asks for"
        case _:
            return ""


def _muscles(trial: Trial) -> Iterator[But]:
    protocol = trial.setup.loaded.protocol
    if trial.run.treatment_us is None or protocol.kind != "nmes":
        return
    for muscle in trial.course.muscles:
        if not b.contracts(muscle):
            where = f"{muscle.name}: " if len(trial.course.muscles) > 1 else ""
            yield But("no_contraction", f"{where}{b.hardly(muscle, protocol.kind)}")


def _cramps(trial: Trial) -> Iterator[But]:
    stages = trial.setup.loaded.protocol.stages
    against_cramps = any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in stages)
    if against_cramps and trial.run.treatment_us is not None and all(one.began_ms < 0 for one in trial.course.cramps):
        yield But("no_cramp", "no cramp in the treatment, which trains at the cramp threshold frequency for that")
    stopped = list(too_long(trial))
    if stopped:
        cramp, beyond_ms, rule_ms = max(stopped, key=lambda one: one[1])
        when = "while the level was being found" if cramp.began_ms < 0 else "in the treatment"
        rule = f"more than the {rule_ms // 1000} s after which the protocol says to stop and stretch"
        lasts = f"a cramp {when} went on for {beyond_ms / 1000:.0f} s after its current ended"
        yield But("cramp_stop_rule", f"{lasts}, {rule} (how long the model's cramps last is [verify])")
