"""What the virtual patient's body did, in words: force, discomfort, cramps. Terminal and page say the same.

Separate from the rest of the words, because nothing here is measured: every sentence is the model's.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from nmes.trial.bench.patients import TOLERANCE
from nmes.trial.course import STILL_MN, Course, Cramp, MuscleCourse
from nmes.trial.outlasting import outlasting_ms
from nmes.trial.trying import Trial
from nmes.ui.numbers import clock, percent

FEW: Final = 4
"""More cramps than this are told together."""
GENERIC: Final = "generic"
"""A profile's muscle for all that it has no model of."""


# --- force ---


def muscle_name(trial: Trial, muscle: MuscleCourse) -> str:
    """A muscle with its side, and what stands for it where the profile has no model of its own for it."""
    name = f"{muscle.name}, {muscle.side}" if muscle.side else muscle.name
    stands = trial.setup.profile.muscle_named(muscle.name) == GENERIC != muscle.name
    return f"{name} (the profile's generic muscle stands for it)" if stands else name


def contracts(muscle: MuscleCourse) -> bool:
    """Whether the muscle did anything worth a number."""
    return muscle.most_mn >= STILL_MN


def newtons(force_mn: int) -> str:
    digits = 0 if force_mn >= 10_000 else 1 if force_mn >= 100 or force_mn == 0 else 2
    return f"{force_mn / 1000:.{digits}f} N"


def hardly(muscle: MuscleCourse, kind: str) -> str:
    """What there is to say of a muscle that does not really contract: with TENS, small twitches may be meant."""
    if muscle.most_mn == 0:
        return "no contraction: the muscle does not move"
    if kind == "tens":
        share = percent(muscle.most_mn, muscle.maximum_mn)
        return f"small twitches, {newtons(muscle.most_mn)} at most: {share} of all this muscle can give"
    return f"no contraction to speak of: {newtons(muscle.most_mn)} at most"


def force(trial: Trial, muscle: MuscleCourse) -> Iterator[str]:
    """What a muscle gave and how it tired."""
    first, last, whole_mn = muscle.first, muscle.last, muscle.maximum_mn
    if first is None or last is None:
        return
    if not contracts(muscle):
        yield hardly(muscle, trial.setup.loaded.protocol.kind)
        return
    share = f"{percent(first.peak_mn, whole_mn)} of all this muscle can give ({newtons(whole_mn)})"
    if len(muscle.contractions) == 1:
        yield f"highest force {newtons(first.peak_mn)}, {share}"
    else:
        yield f"first contraction {newtons(first.peak_mn)}, {share}"
        yield f"last contraction {newtons(last.peak_mn)}, {percent(last.peak_mn, first.peak_mn)} of the first"
    start, end = muscle.strength_start_permille, muscle.strength_end_permille
    yield (
        f"strength of its fibres, fresh = 100 %: {start // 10} % after finding the level and a rest, {end // 10} % at "
        "the end; tired ones let go more slowly, which holds a contraction up"
    )


# --- discomfort ---


def cramp_hurt_c(course: Course) -> int:
    """The most it hurt while a cramp went on as the level was being found; 0 without one."""
    return max((one.discomfort_c for one in course.samples if one.t_ms < 0 and _cramped(one.t_ms, course)), default=0)


def _cramped(t_ms: int, course: Course) -> bool:
    return any(one.began_ms <= t_ms and (one.ended_ms is None or t_ms <= one.ended_ms) for one in course.cramps)


def past_tolerance(hurt_c: int) -> bool:
    """At tolerance a person takes no more: the same rule as when a level is found."""
    return hurt_c >= TOLERANCE * 100


def intolerable(course: Course) -> bool:
    """More than is tolerated, in the treatment."""
    return course.discomfort_peak_c > TOLERANCE * 100


def hurting_cramp(course: Course) -> str:
    """Of a cramp while the level was being found, or nothing."""
    hurt_c = cramp_hurt_c(course)
    if not hurt_c:
        return ""
    more = f", more than is tolerated ({TOLERANCE:g})" if past_tolerance(hurt_c) else ""
    left_out = "the question about the level left the cramp out"
    return f"a cramp while the level was being found hurt {hurt_c / 100:.1f} of 10{more}; {left_out}"


def discomfort(course: Course) -> str:
    """Typical and peak, on a scale of which 7 is the most that is tolerated."""
    typical, peak, finding = (
        f"{value_c / 100:.1f}"
        for value_c in (course.discomfort_typical_c, course.discomfort_peak_c, course.discomfort_finding_c)
    )
    if not course.discomfort_typical_c and not course.discomfort_peak_c and course.discomfort_finding_c:
        return f"{finding} of 10 at most, while the level was being found"
    return f"typically {typical} of 10 while the current flows, at most {peak} (finding the level: {finding})"


def discomforts(trial: Trial) -> Iterator[str]:
    """Everything about discomfort."""
    yield f"{discomfort(trial.course)} [design]"
    if intolerable(trial.course):
        yield f"MORE than a patient tolerates ({TOLERANCE:g}): a person would have asked to stop"
    hurt = hurting_cramp(trial.course)
    if hurt:
        yield hurt


# --- cramps ---


def cramps(course: Course) -> Iterator[str]:
    """Every cramp with its time and length, or that there was none."""
    if not course.cramps:
        yield "none [design]"
    elif len(course.cramps) <= FEW:
        *before, last = map(one_cramp, course.cramps)
        yield from before
        yield f"{last} [design; how long: verify]"
    else:
        yield from _many_cramps(course.cramps)


def _many_cramps(found: Sequence[Cramp]) -> Iterator[str]:
    finding = sum(one.began_ms < 0 for one in found)
    before = f", {finding} of them while the level was being found" if finding else ""
    yield f"{len(found)} cramps{before} [design; how long: verify]; the first: {one_cramp(found[0])}"
    ended = [one for one in found if one.ended_ms is not None]
    if ended:
        yield f"the longest: {one_cramp(max(ended, key=lambda one: (one.ended_ms or 0) - one.began_ms))}"
    yield from (one_cramp(one) for one in found if one.ended_ms is None)


def one_cramp(cramp: Cramp) -> str:
    when = f"at {clock(cramp.began_ms)} min" if cramp.began_ms >= 0 else "while the level was being found"
    if cramp.ended_ms is None:
        return f"{cramp.muscle} {when}; it went on to the end of the try"
    return f"{cramp.muscle} {when}, for {(cramp.ended_ms - cramp.began_ms) / 1000:.0f} s"


def cramps_and_trains(trial: Trial) -> Iterator[str]:
    """The cramps, and how many did not let go when their current stopped."""
    yield from cramps(trial.course)
    beyond = [ms for one in trial.course.cramps if (ms := outlasting_ms(trial, one)) >= 1000]
    if beyond:
        many = f"{len(beyond)} of {len(trial.course.cramps)}"
        yield f"outlasting the current that brought it on: {many}, by {max(beyond) / 1000:.0f} s at most [verify]"
