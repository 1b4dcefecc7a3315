"""When a channel contracts and when it rests: whole milliseconds in, one phase out, for every time there is.

A stage is a rhythm of equal contractions, in sets, counted from the start of the stage. Everything is closed
arithmetic, so that any time can be asked in any order at the same cost. Amplitudes are floored to the device's grid.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from nmes.core.course import Course, Modulation
from nmes.core.units import floor_to_step


class Phase(StrEnum):
    """What a channel is doing."""

    RAMP_UP = "ramp_up"
    HOLD = "hold"
    RAMP_DOWN = "ramp_down"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Moment:
    """One channel at one time. `start_ms` is where its contraction began (or will begin, before the first one)."""

    phase: Phase
    into_ms: int
    ends_in_ms: int
    contraction: int
    start_ms: int


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One channel's contractions in one stage, all in ms from the start of the stage.

    `on_ms` is the whole contraction with both ramps, `cycle_ms` from contraction to contraction, `set_rest_ms` what is
    added to the off time after each set but the last, `stage_ms` the length of the stage.
    """

    offset_ms: int
    ramp_up_ms: int
    on_ms: int
    ramp_down_ms: int
    cycle_ms: int
    per_set: int
    sets: int
    set_rest_ms: int
    stage_ms: int

    @property
    def contractions(self) -> int:
        return self.per_set * self.sets

    def at(self, time_ms: int) -> Moment:
        """The moment at `time_ms`; before the first contraction and after the last one the channel rests."""
        since_ms = time_ms - self.offset_ms
        if since_ms < 0:
            return Moment(Phase.REST, 0, -since_ms, 1, self.offset_ms)
        set_ms = self.per_set * self.cycle_ms + self.set_rest_ms
        in_set = min(since_ms // set_ms, self.sets - 1)
        within = min((since_ms - in_set * set_ms) // self.cycle_ms, self.per_set - 1)
        number = in_set * self.per_set + within + 1
        start_ms = self.offset_ms + in_set * set_ms + within * self.cycle_ms
        into_ms = time_ms - start_ms
        if into_ms < self.ramp_up_ms:
            return Moment(Phase.RAMP_UP, into_ms, self.ramp_up_ms - into_ms, number, start_ms)
        fall_ms = self.on_ms - self.ramp_down_ms
        if into_ms < fall_ms:
            return Moment(Phase.HOLD, into_ms - self.ramp_up_ms, fall_ms - into_ms, number, start_ms)
        if into_ms < self.on_ms:
            return Moment(Phase.RAMP_DOWN, into_ms - fall_ms, self.on_ms - into_ms, number, start_ms)
        last_of_set = self.set_rest_ms if within == self.per_set - 1 else 0
        next_ms = start_ms + self.cycle_ms + last_of_set if number < self.contractions else self.stage_ms
        return Moment(Phase.REST, into_ms - self.on_ms, max(0, next_ms - time_ms), number, start_ms)

    def given(self, time_ms: int) -> int:
        """How many contractions are over at `time_ms`."""
        if time_ms < self.offset_ms:
            return 0
        moment = self.at(time_ms)
        return moment.contraction if moment.phase is Phase.REST else moment.contraction - 1

    def set_over(self, time_ms: int) -> int:
        """The set in the pause after which `time_ms` lies, with another one to come; 0 anywhere else."""
        given = self.given(time_ms)
        rests = self.set_rest_ms and 0 < given < self.contractions and self.at(time_ms).phase is Phase.REST
        return given // self.per_set if rests and given % self.per_set == 0 else 0

    def amplitude_ua(self, moment: Moment, level_ua: int, step_ua: int) -> int:
        """The amplitude at this moment for a confirmed level on the grid, rounded down to `step_ua`."""
        match moment.phase:
            case Phase.RAMP_UP:
                return level_ua * moment.into_ms // (self.ramp_up_ms * step_ua) * step_ua
            case Phase.HOLD:
                return level_ua
            case Phase.RAMP_DOWN:
                return level_ua * moment.ends_in_ms // (self.ramp_down_ms * step_ua) * step_ua
            case Phase.REST:
                return 0
            case _:
                assert_never(moment.phase)

    def change_in_ms(self, moment: Moment, level_ua: int, step_ua: int) -> int:
        """Time until the phase or the rounded amplitude changes, at least 1 unless the stage is over."""
        steps = self.amplitude_ua(moment, level_ua, step_ua) // step_ua
        if level_ua and moment.phase is Phase.RAMP_UP:
            reached_ms = -(-(steps + 1) * self.ramp_up_ms * step_ua // level_ua)
            return min(reached_ms - moment.into_ms, moment.ends_in_ms)
        if steps and moment.phase is Phase.RAMP_DOWN:
            last_with_it_ms = -(-steps * self.ramp_down_ms * step_ua // level_ua)
            return moment.ends_in_ms - last_with_it_ms + 1
        return moment.ends_in_ms


@dataclass(frozen=True, slots=True)
class Track:
    """One channel in one stage; `slot` is an index into `Plan.slots`.

    `course` is what it plays, None = the waveform of its slot throughout. It and `modulation` go by the time of the
    stage, rests counted.
    """

    slot: int
    rhythm: Rhythm
    course: Course | None = None
    modulation: Modulation | None = None

    def amplitude_ua(self, time_ms: int, moment: Moment, level_ua: int, step_ua: int) -> int:
        """The amplitude at this time of the stage for a confirmed level, rounded down to `step_ua`."""
        return self.rhythm.amplitude_ua(moment, self._played_ua(time_ms, level_ua, step_ua), step_ua)

    def change_in_ms(self, time_ms: int, level_ua: int, step_ua: int) -> int:
        """Time until phase, rounded amplitude or waveform may change, at least 1 unless the stage is over."""
        moment = self.rhythm.at(time_ms)
        change_ms = self.rhythm.change_in_ms(moment, self._played_ua(time_ms, level_ua, step_ua), step_ua)
        if not level_ua or moment.phase is Phase.REST:
            return change_ms
        steps_ms = (
            self.course.change_in_ms(time_ms) if self.course else None,
            self.modulation.permille.change_in_ms(time_ms) if self.modulation else None,
        )
        return min([change_ms, *(step_ms for step_ms in steps_ms if step_ms is not None)])

    def _played_ua(self, time_ms: int, level_ua: int, step_ua: int) -> int:
        if self.modulation is None:
            return level_ua
        return floor_to_step(self.modulation.played_ua(level_ua, time_ms), step_ua)


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage between two plan times; `continuous` stages do not repeat a contraction after a pause."""

    name: str
    start_ms: int
    end_ms: int
    continuous: bool
    tracks: tuple[Track, ...]
    step_mhz: int | None = None
    """Delivered frequency of this step of a stepped test; None in every other stage."""
