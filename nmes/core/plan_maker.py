"""Makes the parts of a plan from a protocol and a device: waveforms, slots with their ceilings, stages.

Everything that cannot be delivered is collected and told at once; nothing is silently changed but the ceilings of the
amplitude, the rounding of the period and a gap the device always makes, and all three are in `Delivered`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from nmes.core import limits
from nmes.core.capabilities import Capabilities
from nmes.core.course import Course, Modulation, steady
from nmes.core.course_maker import course_of
from nmes.core.delivery import Delivered, Slot, delivered, realised, slot_problems
from nmes.core.dose import most_pulses, pulses_charge_nc
from nmes.core.plan_fits import timing_problems
from nmes.core.problems import PlanError, Problem
from nmes.core.protocol import DerivedFrequency, Protocol, Stage
from nmes.core.timeline import Rhythm, StagePlan, Track
from nmes.core.units import frequency_mhz
from nmes.core.waveform import Waveform

MIN_GAP_MS = 60
"""Between two bursts: two changes of output at least 40 ms apart, and the answers to both. [design]"""
MAX_GAP_MS = 940
"""After a second of silence nothing comes back without climbing; a late turn is allowed for. [design]"""


@dataclass(frozen=True, slots=True)
class Made:
    """The parts of a plan; `delivered` has one entry per slot."""

    waveforms: tuple[Waveform, ...]
    courses: tuple[Course, ...]
    delivered: tuple[Delivered, ...]
    stages: tuple[StagePlan, ...]


def make(protocol: Protocol, device: Capabilities, ctf_mhz: int | None) -> Made:
    """The parts of the plan, or PlanError with every reason why there is none."""
    problems = [*_ctf_problems(protocol, ctf_mhz)]
    if problems:
        raise PlanError(problems)
    maker = _Maker(protocol, device, ctf_mhz)
    for number, stage in enumerate(protocol.stages):
        channels = len(protocol.channels)
        maker.problems += timing_problems(f"stages.{number}", stage, ctf_mhz, channels, device)
        if stage.steps_mhz():
            maker.add_steps(stage)
        else:
            maker.add(stage)
    maker.problems += maker.charge_problems()
    if len(protocol.channels) > device.channels:
        reason = f"there are {len(protocol.channels)} channels, {device.model} has {device.channels}"
        maker.problems.append(Problem("channels", "", reason, "remove the others"))
    if maker.problems:
        raise PlanError(maker.problems)
    waveforms = tuple(course.strongest for course in maker.courses)
    return Made(waveforms, tuple(maker.courses), tuple(maker.made), tuple(maker.stages))


class _Maker:
    """Adds stage after stage; a course or slot that occurs again is used again, so that it is titrated once."""

    def __init__(self, protocol: Protocol, device: Capabilities, ctf_mhz: int | None) -> None:
        self.protocol, self.device, self.ctf_mhz = protocol, device, ctf_mhz
        self.courses: list[Course] = []
        self.made: list[Delivered] = []
        self.stages: list[StagePlan] = []
        self.problems: list[Problem] = []

    def add(self, stage: Stage) -> None:
        modulated = stage.amplitude_modulation
        modulation = Modulation.of(modulated.depth_permille, modulated.cycle_ms) if modulated else None
        tracks = []
        for index, channel in enumerate(self.protocol.channels):
            course = course_of(channel.waveform, stage, self.ctf_mhz, self.device)
            slot = self._slot(index, course, course.strongest, stage.frequency_mhz(self.ctf_mhz))
            rhythm = _rhythm(stage, self.protocol.channel_timing, index, len(self.protocol.channels))
            tracks.append(Track(slot, rhythm, course if course.cycle_ms else None, modulation))
        self._append(stage, stage.stage_ms, tuple(tracks))
        self.problems += _burst_problems(len(self.stages) - 1, self._strongest(tracks[0]))
        self.problems += _pulse_time_problems(stage.name, [self._strongest(track) for track in tracks], self.device)

    def add_steps(self, stage: Stage) -> None:
        """A stepped test: each step a stage of its own, one train and its rest, at the level of the first step."""
        channels, steps_mhz = self.protocol.channels, stage.steps_mhz()
        trains = [[steady(realised(channel.waveform, mhz, self.device)) for channel in channels] for mhz in steps_mhz]
        slots = [
            self._slot(index, first, last.strongest, steps_mhz[0])
            for index, (first, last) in enumerate(zip(trains[0], trains[-1], strict=True))
        ]
        for mhz, courses in zip(steps_mhz, trains, strict=True):
            rhythm = _train(stage, mhz)
            tracks = tuple(Track(slot, rhythm, course) for slot, course in zip(slots, courses, strict=True))
            self._append(stage, rhythm.stage_ms, tracks, frequency_mhz(courses[0].base.period_us))
        self.problems += _pulse_time_problems(stage.name, [course.base for course in trains[-1]], self.device)

    def charge_problems(self) -> Iterator[Problem]:
        """Channels that at their ceiling, ramps taken as full, would be given too much in one treatment."""
        for index in range(len(self.protocol.channels)):
            tracks = [stage.tracks[index] for stage in self.stages]
            charge_nc = sum(
                _charge_nc(self._strongest(track), self.made[track.slot].ceiling_ua, track.rhythm) for track in tracks
            )
            if charge_nc > limits.MAX_TREATMENT_CHARGE_NC:
                reason = f"in one treatment this could give {charge_nc / 1e9:.1f} C"
                accepted = f"keep under {limits.MAX_TREATMENT_CHARGE_NC / 1e9:g} C: fewer minutes, mA, µs or Hz"
                yield Problem(f"channels.{index}.max_amplitude_ma", "", reason, accepted)

    def _append(self, stage: Stage, length_ms: int, tracks: tuple[Track, ...], step_mhz: int | None = None) -> None:
        start_ms = self.stages[-1].end_ms if self.stages else 0
        self.stages.append(StagePlan(stage.name, start_ms, start_ms + length_ms, stage.continuous, tracks, step_mhz))

    def _strongest(self, track: Track) -> Waveform:
        return (track.course or self.courses[self.made[track.slot].slot.waveform]).strongest

    def _slot(self, index: int, course: Course, strongest: Waveform, asked_mhz: int) -> int:
        """The slot that is titrated with this course. Its ceiling holds for `strongest` of all it is used for."""
        channel = self.protocol.channels[index]
        if course not in self.courses:
            self.courses.append(course)
        slot = Slot(index + 1, self.courses.index(course))
        made = delivered(slot, channel, course.strongest, strongest, asked_mhz, self.device)
        known = [made.slot for made in self.made]
        if slot not in known:
            self.made.append(made)
            self.problems += slot_problems(f"channels.{index}", channel, made, course, strongest, self.device)
            return len(known)
        at = known.index(slot)
        if made.ceiling_ua < self.made[at].ceiling_ua:  # a later stage needs more of the pad at the same level
            self.made[at] = made
        return at


def _charge_nc(strongest: Waveform, ceiling_ua: int, rhythm: Rhythm) -> int:
    return pulses_charge_nc(most_pulses(strongest, rhythm.on_ms) * rhythm.contractions, ceiling_ua, strongest)


def _train(stage: Stage, mhz: int) -> Rhythm:
    """One step of a stepped test: its train, ramps included, and the rest after it."""
    on_ms = stage.train_ms(mhz)
    return Rhythm(0, stage.ramp_up_ms, on_ms, stage.ramp_down_ms, on_ms + stage.off_ms, 1, 1, 0, on_ms + stage.off_ms)


def _rhythm(stage: Stage, timing: str, index: int, channels: int) -> Rhythm:
    """One channel's contractions in a stage; channels that take turns share the cycle in equal parts."""
    cycle_ms = stage.on_ms + stage.off_ms
    turns = {"simultaneous": 1, "alternating": 2, "sequential": channels}[timing]
    return Rhythm(
        offset_ms=index % turns * cycle_ms // turns,
        ramp_up_ms=stage.ramp_up_ms,
        on_ms=stage.on_ms,
        ramp_down_ms=stage.ramp_down_ms,
        cycle_ms=cycle_ms,
        per_set=stage.per_set,
        sets=stage.sets or 1,
        set_rest_ms=stage.set_rest_ms,
        stage_ms=stage.stage_ms,
    )


def _ctf_problems(protocol: Protocol, ctf_mhz: int | None) -> Iterator[Problem]:
    """A measured cramp threshold frequency that cannot be one."""
    if ctf_mhz is None or not any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in protocol.stages):
        return
    if not limits.MIN_CTF_MHZ <= ctf_mhz <= limits.MAX_CTF_MHZ:
        accepted = f"measure again; {limits.MIN_CTF_MHZ // 1000} to {limits.MAX_CTF_MHZ // 1000} Hz is accepted"
        yield Problem("cramp threshold frequency", f"{ctf_mhz / 1000:g} Hz", "this cannot be right", accepted)


def _burst_problems(stage: int, waveform: Waveform) -> Iterator[Problem]:
    """Bursts are switched on and off, and come back without a ramp only after a short silence."""
    silent_ms = waveform.burst_period_ms - waveform.burst_pulses * waveform.period_us // 1000
    if waveform.burst_pulses and not MIN_GAP_MS <= silent_ms <= MAX_GAP_MS:
        reason = f"between two bursts there are {silent_ms} ms of silence"
        accepted = f"{MIN_GAP_MS} to {MAX_GAP_MS} ms can be switched: change pulses, per_second or the frequency"
        yield Problem(f"stages.{stage}.burst", "", reason, accepted)


def _pulse_time_problems(stage: str, used: list[Waveform], device: Capabilities) -> Iterator[Problem]:
    """One current source serves all channels in turn: their pulses must fit into 999 ms of each second.

    [source: maker's C library, the sum rounded up stays under 1000 ms; that one source serves all: inferred]
    """
    share = sum((Fraction(w.longest_us() + device.pulse_overhead_us, w.period_us) for w in used), Fraction(0))
    if share > Fraction(999, 1000):
        reason = f"in {stage} the pulses of all channels together need {float(share):.0%} of the time"
        yield Problem("channels", "", reason, "use fewer channels, shorter phases or a lower frequency")
