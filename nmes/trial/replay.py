"""A train of pulses given to one patient: force of every contraction, fatigue, discomfort and cramps.

Law: the same train and the same patient give the same course, in whichever process, and alone or in a population. So
everything is sampled on a grid of session time that depends on the plan alone.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from nmes.core.plan import Plan
from nmes.trial.bench.patients import (
    FELT_US,
    CrampBegan,
    CrampEnded,
    MuscleReading,
    Patient,
    Profile,
    Reading,
    Site,
    TooMuch,
)
from nmes.trial.bench.train import Train
from nmes.trial.course import Contraction, Course, Cramp, MuscleCourse, Sample
from nmes.trial.stopping import Stopped, give_up_if, never
from nmes.trial.window import Window, windows

SAMPLE_US: Final = 500_000
LINGER_US: Final = FELT_US + SAMPLE_US
"""What is felt of a pulse is over by then [design]."""
SLACK_MN: Final = 500
"""Below this force a muscle is left to itself until the next pulse [design]."""
AFTER_US: Final = 60_000_000
"""How long the patient is watched after the treatment: a cramp may outlast it [design]."""
FULL_UA, FULL_PHASE_US, FULL_PERIOD_US, FULL_US = 1_000_000, 1_000, 10_000, 2_000_000
"""Far above everybody's threshold, 100 Hz for 2 s: what the whole muscle can give, fresh [design]."""


def replay(
    train: Train,
    currents: Mapping[int, Sequence[int]],
    plan: Plan,
    treatment_us: int | None,
    patient: Patient,
    stopped: Stopped = never,
) -> Course:
    """Give every pulse, in order, and look at the patient on the way.

    `currents`: by channel, what each shape of the train makes flow in this person, in µA. Without a treatment (a fault
    while the level was being found) there are no contractions, but what was felt is told.
    """
    zero_us = plan_zero_us(train, treatment_us)
    found = windows(plan) if treatment_us is not None else ()
    end_us = zero_us + (plan.duration_ms * 1000 if found else 0) + AFTER_US
    give, watch = _Giver(train, currents, patient), _Watch(patient, zero_us, found)
    for until_us, moment in _moments(train, zero_us, end_us, found):
        is_mark = moment is Moment.MARK
        if is_mark:
            give_up_if(stopped)
        if moment is Moment.IDLE and not watch.pulling:
            continue
        give.until(until_us)
        patient.advance(until_us)
        watch.look(until_us, is_mark)
    return watch.course()


def plan_zero_us(train: Train, treatment_us: int | None) -> int:
    """The session time that is 0 of the plan; where no treatment began, a time after all that was felt before it."""
    if treatment_us is not None:
        return treatment_us
    return (train.times_us[-1] if len(train) else 0) + 2 * SAMPLE_US + FELT_US


class Moment(Enum):
    """Why the patient is looked at: a contraction begins or the treatment ends, current flows, or it still pulls."""

    MARK = "mark"
    BUSY = "busy"
    IDLE = "idle"


def _moments(train: Train, zero_us: int, end_us: int, found: Sequence[Window]) -> Iterator[tuple[int, Moment]]:
    """Every time at which there may be something to see. The grid lies on the plan, so that it is the same for all."""
    marks = {zero_us + ms * 1000 for window in found for ms in (window.start_ms, window.until_ms)} | {zero_us, end_us}
    times = train.times_us
    begin_us = times[0] if len(times) else zero_us
    first = (begin_us - zero_us) // SAMPLE_US + 1
    grid = range(zero_us + first * SAMPLE_US, end_us + 1, SAMPLE_US)
    for at_us in sorted(marks.union(grid)):
        if at_us in marks:
            yield at_us, Moment.MARK
            continue
        before = bisect_left(times, at_us) - 1
        busy = before >= 0 and at_us - times[before] <= LINGER_US
        yield at_us, Moment.BUSY if busy else Moment.IDLE


class _Giver:
    """The inner loop of everything: pulses out of arrays into a patient."""

    def __init__(self, train: Train, currents: Mapping[int, Sequence[int]], patient: Patient) -> None:
        self._train, self._deliver, self._at = train, patient.deliver, 0
        self._phases = [shape.first.duration_us for shape in train.table]
        self._currents = [currents.get(channel, ()) for channel in range(9)]

    def until(self, until_us: int) -> None:
        """Every pulse before `until_us`."""
        times, channels, shapes = self._train.times_us, self._train.channels, self._train.shapes
        deliver, phases, currents = self._deliver, self._phases, self._currents
        end = bisect_left(times, until_us, self._at)
        for at in range(self._at, end):
            channel, shape = channels[at], shapes[at]
            deliver(times[at], channel, currents[channel][shape], phases[shape])
        self._at = end


@dataclass(slots=True)
class _Span:
    """What every muscle did between two marks; times in ms of the plan."""

    from_ms: int
    to_ms: int
    peaks: dict[tuple[str, str], tuple[float, float]]


class _Watch:
    """What is seen of the patient on the way."""

    def __init__(self, patient: Patient, zero_us: int, found: Sequence[Window]) -> None:
        self._patient, self._zero_us, self._windows = patient, zero_us, found
        self._samples: list[Sample] = []
        self._spans: list[_Span] = []
        self._strength: dict[int, tuple[int, ...]] = {}
        self._mark_ms = 0
        self.pulling = False

    def look(self, at_us: int, is_mark: bool) -> None:
        at_ms = (at_us - self._zero_us) // 1000
        reading = self._patient.reading()
        self._samples.append(_sample(at_ms, reading))
        self.pulling = any(muscle.cramping or muscle.force_mn >= SLACK_MN for muscle in reading.muscles)
        if is_mark:
            self._spans.append(_Span(self._mark_ms, at_ms, self._patient.take_peaks()))
            self._strength[at_ms] = tuple(muscle.strength_permille for muscle in reading.muscles)
            self._mark_ms = at_ms

    def course(self) -> Course:
        on = [(one.start_ms, one.on_end_ms) for one in self._windows]
        treated = [one for one in self._samples if one.t_ms >= 0]
        too_much = [(one.t_us, round(100 * one.score)) for one in self._patient.events if isinstance(one, TooMuch)]
        finding = [one.discomfort_c for one in self._samples if one.t_ms < 0]
        finding += [score for t_us, score in too_much if t_us < self._zero_us]  # it may lie between two samples
        peaks = [one.discomfort_c for one in treated] + [score for t_us, score in too_much if t_us >= self._zero_us]
        typical = sorted(one.discomfort_c for one in treated if _within(on, one.t_ms))
        return Course(
            muscles=tuple(self._muscle(at, reading) for at, reading in enumerate(self._patient.reading().muscles)),
            samples=tuple(self._samples),
            cramps=self._cramps(),
            discomfort_peak_c=max(peaks, default=0),
            discomfort_typical_c=typical[len(typical) // 2] if typical else 0,
            discomfort_finding_c=max(finding, default=0),
        )

    def _muscle(self, at: int, muscle: MuscleReading) -> MuscleCourse:
        ours = {(one.start_ms, one.until_ms): one for one in reversed(self._windows) if one.channel in muscle.channels}
        contractions = tuple(
            self._contraction(one, (muscle.name, muscle.side))
            for _, one in sorted(ours.items(), key=lambda kept: kept[0])
        )
        end_ms = max((one.until_ms for one in self._windows), default=0)
        return MuscleCourse(
            muscle.name,
            muscle.side,
            muscle.channels,
            maximum_mn(self._patient.profile, self._patient.sites[muscle.channels[0]]),
            contractions,
            self._strength[0][at],
            self._strength[end_ms][at],
        )

    def _contraction(self, window: Window, key: tuple[str, str]) -> Contraction:
        spans = [
            span.peaks[key]
            for span in self._spans
            if window.start_ms <= span.from_ms < span.to_ms <= window.until_ms and span.from_ms >= 0
        ]
        peak_n = max((peak for peak, _ in spans), default=0.0)
        fti_ns = sum(fti for _, fti in spans)
        return Contraction(window.stage, window.number, window.start_ms, round(1000 * peak_n), round(1000 * fti_ns))

    def _cramps(self) -> tuple[Cramp, ...]:
        found: list[Cramp] = []
        for event in self._patient.events:
            at_ms = (event.t_us - self._zero_us) // 1000
            if isinstance(event, CrampBegan):
                found.append(Cramp(event.muscle, event.side, at_ms, None))
            elif isinstance(event, CrampEnded):
                open_ones = [at for at, one in enumerate(found) if one.ended_ms is None and one.muscle == event.muscle]
                found[open_ones[-1]] = replace(found[open_ones[-1]], ended_ms=at_ms)
        return tuple(found)


def _sample(at_ms: int, reading: Reading) -> Sample:
    current = max((one.pain_score for one in reading.channels), default=0.0)
    forces = tuple(muscle.force_mn for muscle in reading.muscles)
    return Sample(at_ms, forces, round(100 * reading.pain), round(100 * current))


def _within(spans: Sequence[tuple[int, int]], t_ms: int) -> bool:
    """Whether any contraction is on at a time; spans are by channel and time, few enough to look at all."""
    return any(start_ms < t_ms <= end_ms for start_ms, end_ms in spans)


def maximum_mn(profile: Profile, site: Site) -> int:
    """What the whole muscle under a site gives when every fibre is driven at 100 Hz, fresh; 0 without a muscle."""
    fresh = Patient(profile, {1: replace(site, length="neutral")}, 0, 1)
    for t_us in range(0, FULL_US, FULL_PERIOD_US):
        fresh.deliver(t_us, 1, FULL_UA, FULL_PHASE_US)
    fresh.advance(FULL_US)
    return round(1000 * max((peak for peak, _ in fresh.take_peaks().values()), default=0.0))
