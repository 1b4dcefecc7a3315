"""What a plot needs of a try: amplitude, force and discomfort over the time of the plan, and one pulse at the skin.

Separate from the plots, because terminal and page draw the same. Times are in s of the plan.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from nmes.trial.bench.train import Shape, picture
from nmes.trial.replay import plan_zero_us
from nmes.trial.trying import Trial

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """A named curve."""

    name: str
    points: Points


def commanded(trial: Trial) -> list[Line]:
    """What left for the device, in mA, as steps; one curve a channel."""
    zero_us = _zero_us(trial)
    found: dict[int, Points] = {channel.channel: [] for channel in trial.plan.channels}
    for t_us, channel, ua in trial.run.commanded:
        points = found[channel]
        t_s = (t_us - zero_us) / 1e6
        points.append((t_s, points[-1][1] if points else 0.0))
        points.append((t_s, ua / 1000))
    return [Line(f"channel {channel}, commanded", points) for channel, points in found.items() if points]


def delivered(trial: Trial, bin_us: int = 100_000) -> list[Line]:
    """What crossed the skin, in mA: the largest pulse of every tenth of a second, 0 between; one curve a channel."""
    train, zero_us = trial.run.train, _zero_us(trial)
    peaks: dict[int, dict[int, int]] = {channel.channel: {} for channel in trial.plan.channels}
    for t_us, channel, shape in zip(train.times_us, train.channels, train.shapes, strict=True):
        bins, at = peaks[channel], (t_us - zero_us) // bin_us
        bins[at] = max(bins.get(at, 0), train.table[shape].peak_current_ua)
    return [Line(f"channel {channel}, at the skin", _bins(bins, bin_us)) for channel, bins in peaks.items()]


def _bins(bins: dict[int, int], bin_us: int) -> Points:
    """Points in the middle of the bins; a gap goes to 0 at both ends, if it is longer than slow pulses make it."""
    points: Points = []
    before: int | None = None
    for at in sorted(bins):
        if before is None or (at - before) * bin_us > 1_500_000:
            points += ([((before + 1) * bin_us / 1e6, 0.0)] if before is not None else []) + [(at * bin_us / 1e6, 0.0)]
        points.append(((at + 0.5) * bin_us / 1e6, bins[at] / 1000))
        before = at
    return points + ([((before + 1) * bin_us / 1e6, 0.0)] if before is not None else [])


def force(trial: Trial) -> list[Line]:
    """The force of every muscle, in N."""
    return [
        Line(muscle.name, [(one.t_ms / 1000, one.force_mn[at] / 1000) for one in trial.course.samples])
        for at, muscle in enumerate(trial.course.muscles)
    ]


def peaks(trial: Trial) -> list[Line]:
    """The peak of every contraction, in N, where the samples are highest."""
    samples, found = trial.course.samples, []
    for at, muscle in enumerate(trial.course.muscles):
        begins = [one.start_ms for one in muscle.contractions]
        highest: dict[int, tuple[int, int]] = {}
        for sample in samples:
            number = bisect_right(begins, sample.t_ms) - 1
            if number >= 0:
                highest[number] = max(highest.get(number, (-1, 0)), (sample.force_mn[at], -sample.t_ms))
        numbered = enumerate(muscle.contractions)
        points = [(-highest[at][1] / 1000, one.peak_mn / 1000) for at, one in numbered if at in highest]
        found.append(Line(f"{muscle.name}, peaks", points))
    return found


def fatigue(trial: Trial) -> list[Line]:
    """The peak of every contraction in % of the first, by its number."""
    found = []
    for muscle in trial.course.muscles:
        first = muscle.first.peak_mn if muscle.first else 0
        if first:
            numbered = enumerate(muscle.contractions, 1)
            found.append(Line(muscle.name, [(float(at), 100 * one.peak_mn / first) for at, one in numbered]))
    return found


def discomfort(trial: Trial) -> list[Line]:
    """0 to 10, and what of it is the current's."""
    samples = trial.course.samples
    whole = Line("discomfort", [(one.t_ms / 1000, one.discomfort_c / 100) for one in samples])
    if not trial.course.cramps:
        return [whole]
    return [whole, Line("without cramp", [(one.t_ms / 1000, one.current_only_c / 100) for one in samples])]


def largest(trial: Trial) -> list[tuple[int, Shape]]:
    """By channel, the largest pulse that crossed the skin."""
    train = trial.run.train
    found: dict[int, Shape] = {}
    for channel, shape in sorted(set(zip(train.channels, train.shapes, strict=True))):
        kept = found.get(channel)
        if kept is None or train.table[shape].peak_current_ua > kept.peak_current_ua:
            found[channel] = train.table[shape]
    return sorted(found.items())


def pulse(trial: Trial) -> list[tuple[int, Points, Points]]:
    """By channel, the largest pulse over time in µs: current in mA, and the voltage at the output in V."""
    found = []
    for channel, shape in largest(trial):
        step_us, currents, voltages = picture(shape.points, trial.setup.loads[channel])
        times = [float(step_us * at) for at in range(len(currents))]
        current = [(t, ua / 1000) for t, ua in zip(times, currents, strict=True)]
        found.append((channel, current, [(t, mv / 1000) for t, mv in zip(times, voltages, strict=True)]))
    return found


def _zero_us(trial: Trial) -> int:
    return plan_zero_us(trial.run.train, trial.run.treatment_us)
