"""A plan is a protocol made for one device: a total integer function of time.

`at(t_ms)` tells what every channel shall do at any time; amplitudes are confirmed levels on the device's grid, rounded
down, and 0 until a level is confirmed. A level belongs to a slot: one channel at one waveform. Nothing here raises it.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace

from nmes.core.capabilities import Capabilities
from nmes.core.course import Course, steady
from nmes.core.delivery import Delivered, Slot
from nmes.core.measurement import NO_AIM, Aim
from nmes.core.plan_maker import make
from nmes.core.problems import PlanError, Problem
from nmes.core.protocol import Intensity, Protocol
from nmes.core.sides import one_side, places_of
from nmes.core.timeline import Phase, StagePlan, Track
from nmes.core.units import floor_to_step
from nmes.core.waveform import Waveform

__all__ = ["ChannelAt", "ChannelPlan", "Delivered", "Phase", "Plan", "Slot", "StagePlan", "Track", "compile"]

NO_MUSCLE = "none;"
"""How a card begins what it calls a muscle where none is meant to work: only the place follows."""


@dataclass(frozen=True, slots=True)
class ChannelPlan:
    """One channel as it must be set up. `pad_mm2` is the smaller pad of the pair."""

    channel: int
    muscle: str
    side: str
    pad_mm2: int
    max_amplitude_ua: int
    place: str = ""
    """What tells it from another channel that is called alike; "" where nothing has to."""

    @property
    def one_side(self) -> str:
        """`left` or `right` where the protocol says exactly one of the two, else ""."""
        return one_side(self.side)

    @property
    def named(self) -> str:
        """The muscle with its side, or its place before it, so that two are told apart however little room there is.

        A measured value is found by `muscle` alone.
        """
        named = self.muscle
        if self.place:
            none = NO_MUSCLE if named.startswith(NO_MUSCLE) else ""
            named = f"{none} {self.place}, {named.removeprefix(NO_MUSCLE).strip()}".strip()
        return f"{named}, {self.one_side}" if self.one_side else named


@dataclass(frozen=True, slots=True)
class ChannelAt:
    """One channel at one time; `ramp_ms` is the up-ramp of its stage, `level_ua` 0 until confirmed.

    `waveform` is what is played now; its `course` tells the rest. In a stepped test its rate is not that of the slot.
    """

    channel: int
    phase: Phase
    slot: Slot
    level_ua: int
    amplitude_ua: int
    ramp_ms: int
    contraction: int
    contractions: int
    contraction_start_ms: int
    ends_in_ms: int
    waveform: Waveform
    course: Course
    set_over: int = 0
    """The set in the pause after which this is, of `sets`; 0 anywhere else."""
    sets: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """Immutable; times in ms from the start of the treatment, pauses not counted.

    `delivered` and `levels_ua` run parallel to `slots`, `stage_starts_ms` to `stages`.
    """

    protocol_id: str
    protocol_version: str
    title: str
    kind: str
    duration_ms: int
    capabilities: Capabilities
    channels: tuple[ChannelPlan, ...]
    waveforms: tuple[Waveform, ...]
    slots: tuple[Slot, ...]
    stages: tuple[StagePlan, ...]
    delivered: tuple[Delivered, ...]
    levels_ua: tuple[int, ...]
    stage_starts_ms: tuple[int, ...]
    assessment: str | None = None
    """What an assessment measures: ctf, motor_threshold or max_tolerated; None for a treatment."""
    aim: Aim = NO_AIM
    courses: tuple[Course, ...] = ()
    """What is played while a slot is titrated, parallel to `waveforms`, each of which is the strongest of its course;
    none: every waveform is steady."""

    @property
    def levels(self) -> tuple[tuple[Slot, int], ...]:
        """The confirmed slots with their levels in µA."""
        return tuple((slot, level) for slot, level in zip(self.slots, self.levels_ua, strict=True) if level)

    @property
    def unconfirmed(self) -> tuple[Slot, ...]:
        """The slots that still have to be titrated, in order."""
        return tuple(slot for slot, level in zip(self.slots, self.levels_ua, strict=True) if not level)

    def level_ua(self, slot: Slot) -> int:
        """The confirmed level of a slot, 0 if there is none."""
        return self.levels_ua[self._index(slot)]

    def ceiling_ua(self, slot: Slot) -> int:
        """The highest level a slot may be given: device, protocol and pad together, on the grid."""
        return self.delivered[self._index(slot)].ceiling_ua

    def course(self, slot: Slot) -> Course:
        """What is played while this slot is titrated."""
        return self.courses[slot.waveform] if self.courses else steady(self.waveforms[slot.waveform])

    def strongest(self, track: Track) -> Waveform:
        """The strongest pulses that occur in one channel's part of a stage."""
        return track.course.strongest if track.course else self.waveforms[self.slots[track.slot].waveform]

    def with_level(self, slot: Slot, amplitude_ua: int) -> Plan:
        """The plan with this slot's level, floored to the grid; PlanError if it is negative or above the ceiling."""
        index = self._index(slot)
        ceiling_ua = self.delivered[index].ceiling_ua
        if not 0 <= amplitude_ua <= ceiling_ua:
            reason = "the level is outside what this channel may be given"
            raise PlanError(
                [Problem(f"channel {slot.channel}", f"{amplitude_ua} µA", reason, f"give 0 to {ceiling_ua} µA")]
            )
        level_ua = floor_to_step(amplitude_ua, self.capabilities.amplitude_step_ua)
        return replace(self, levels_ua=(*self.levels_ua[:index], level_ua, *self.levels_ua[index + 1 :]))

    def stage_at(self, t_ms: int) -> StagePlan:
        """The stage at `t_ms`; the last one after the end, the first one before the start."""
        return self.stages[max(0, bisect_right(self.stage_starts_ms, t_ms) - 1)]

    def at(self, t_ms: int) -> tuple[ChannelAt, ...]:
        """Every channel at `t_ms`; before 0 as at 0, after the end all at rest."""
        t_ms = max(0, t_ms)
        stage = self.stage_at(t_ms)
        step_ua, since_ms = self.capabilities.amplitude_step_ua, t_ms - stage.start_ms
        found = []
        for track in stage.tracks:
            rhythm, slot, level_ua = track.rhythm, self.slots[track.slot], self.levels_ua[track.slot]
            moment, course = rhythm.at(since_ms), track.course or self.course(slot)
            found.append(
                ChannelAt(
                    slot.channel,
                    moment.phase,
                    slot,
                    level_ua,
                    track.amplitude_ua(since_ms, moment, level_ua, step_ua),
                    rhythm.ramp_up_ms,
                    moment.contraction,
                    rhythm.contractions,
                    stage.start_ms + moment.start_ms,
                    moment.ends_in_ms,
                    course.at(since_ms),
                    course,
                    rhythm.set_over(since_ms),
                    rhythm.sets,
                )
            )
        return tuple(found)

    def next_change(self, t_ms: int) -> int | None:
        """The first time after `t_ms` at which phase, rounded amplitude or waveform change, or stage or plan end.

        None from the end on.
        """
        if t_ms >= self.duration_ms:
            return None
        t_ms = max(0, t_ms)
        stage = self.stage_at(t_ms)
        step_ua, since_ms = self.capabilities.amplitude_step_ua, t_ms - stage.start_ms
        changes_in_ms = [track.change_in_ms(since_ms, self.levels_ua[track.slot], step_ua) for track in stage.tracks]
        return min(t_ms + min(changes_in_ms), stage.end_ms)

    def contractions(self, t_ms: int) -> tuple[int, int]:
        """How many contractions every channel has been given by `t_ms`, and of how many; a test's trains are none."""
        stages = () if self.assessment else tuple(stage for stage in self.stages if not stage.continuous)
        given = (min(track.rhythm.given(t_ms - stage.start_ms) for track in stage.tracks) for stage in stages)
        return sum(given), sum(max(track.rhythm.contractions for track in stage.tracks) for stage in stages)

    def restart_point(self, t_ms: int) -> int:
        """Where to go on after a pause at `t_ms`: the running contraction begins again, a continuous stage goes on."""
        if t_ms >= self.duration_ms or self.stage_at(t_ms).continuous:
            return t_ms
        running = (channel.contraction_start_ms for channel in self.at(t_ms) if channel.phase is not Phase.REST)
        return min(running, default=t_ms)

    def _index(self, slot: Slot) -> int:
        return self.slots.index(slot)


def compile(protocol: Protocol, device: Capabilities, ctf_mhz: int | None = None) -> Plan:
    """The protocol made for this device and the patient's cramp threshold frequency, without any level yet.

    Ceilings are capped by the pads; what cannot be delivered at all raises PlanError with every reason.
    """
    made = make(protocol, device, ctf_mhz)
    return Plan(
        protocol_id=protocol.id,
        protocol_version=str(protocol.version),
        title=protocol.title,
        kind=protocol.kind,
        duration_ms=made.stages[-1].end_ms,
        capabilities=device,
        channels=channel_plans(protocol),
        waveforms=made.waveforms,
        slots=tuple(known.slot for known in made.delivered),
        stages=made.stages,
        delivered=made.delivered,
        levels_ua=(0,) * len(made.delivered),
        stage_starts_ms=tuple(stage.start_ms for stage in made.stages),
        assessment=protocol.assessment.measures if protocol.assessment else None,
        aim=_aim(protocol.intensity, protocol.first_session_percent),
        courses=made.courses,
    )


def _aim(intensity: Intensity, first_percent: int | None) -> Aim:
    percents = (intensity.percent, intensity.ceiling_percent)
    permille, ceiling_permille = (int(percent * 10) if percent is not None else 0 for percent in percents)
    return Aim(intensity.target, permille, ceiling_permille, first_percent or 0)


def channel_plans(protocol: Protocol) -> tuple[ChannelPlan, ...]:
    """The channels as they must be set up, each told from the others."""
    places = places_of(protocol.channels)
    return tuple(
        ChannelPlan(number, one.muscle, one.side, one.pad_mm2, one.max_amplitude_ua, place)
        for number, (one, place) in enumerate(zip(protocol.channels, places, strict=True), start=1)
    )
