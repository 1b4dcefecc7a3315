"""What is about to change, and what may be heard of it: pure functions of Views, for eyes, ears and a line.

Law: a cue tells what the View tells and nothing more; nothing here asks for output. Sounds and sentences are made
above. The next change is read from the plan, so that stepped tests and resumes are announced like any contraction.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from nmes.core.alarm import Level, level_of, standing, told
from nmes.core.plan import Plan
from nmes.core.timeline import Phase, Rhythm, StagePlan
from nmes.core.view import RUNNING, Output, View, Word

COUNTED = 3
"""Seconds that are counted down before a change: three, as in 3-2-1 [design]."""

# --- the next change ---


class Change(StrEnum):
    """What changes next."""

    CONTRACT = "contract"
    """A contraction or train begins its climb, or climbs now."""
    RELAX = "relax"
    """It begins to fall, or falls now."""
    STAGE = "stage"
    """Another stage begins that does not contract and relax."""
    END = "end"
    """The treatment is over."""


@dataclass(frozen=True, slots=True)
class Announce:
    """The next change of the plan. `in_ms` 0: it is happening now. `channels`: whose change it is, none for all.

    `stage` is the name of the stage that it belongs to.
    """

    change: Change
    in_ms: int
    channels: tuple[int, ...] = ()
    stage: str = ""

    @property
    def now(self) -> bool:
        return not self.in_ms

    @property
    def count(self) -> int | None:
        """3, 2 or 1 while it is counted down, None before and when it is there."""
        seconds = -(-self.in_ms // 1000)
        return seconds if 0 < seconds <= COUNTED else None


def announcement(view: View) -> Announce | None:
    """The next change and the time to it; None while nothing of the plan is live."""
    if view.word not in RUNNING:
        return None
    climbing = tuple(channel.channel for channel in view.channels if channel.phase in {Phase.RAMP_UP, Phase.HOLD})
    if view.word is Word.RESUMING and climbing:  # whatever the plan's phase, what was cut climbs again from 0
        return Announce(Change.CONTRACT, 0, climbing, view.stage)
    found = sorted(_changes(view.plan, view.plan_ms), key=_urgency)
    change, in_ms, _ = found[0]
    same = {channel for other, other_ms, channel in found if (other, other_ms) == (change, in_ms)}
    return Announce(change, in_ms, tuple(sorted(same - {0})), view.plan.stage_at(view.plan_ms + in_ms).name)


_ORDER = tuple(Change)
_Found = tuple[Change, int, int]
"""A change, the time to it, and its channel; channel 0 = all."""


def _urgency(found: _Found) -> tuple[bool, int, int]:
    """A contraction that climbs outranks everything; one that falls gives way to what is counted down."""
    change, in_ms, _ = found
    falls = change is Change.RELAX and not in_ms
    return not (change is Change.CONTRACT and not in_ms), COUNTED * 1000 + 1 if falls else in_ms, _ORDER.index(change)


def _changes(plan: Plan, t_ms: int) -> Iterator[_Found]:
    """The next change of every channel that has a level, and the end of what is under way."""
    stage = plan.stage_at(t_ms)
    since_ms = t_ms - stage.start_ms
    for track in stage.tracks:
        if plan.levels_ua[track.slot] and not stage.continuous:
            yield from _of_track(track.rhythm, since_ms, plan.slots[track.slot].channel)
    yield from _after(plan, stage, stage.end_ms - t_ms)


def _of_track(rhythm: Rhythm, since_ms: int, channel: int) -> Iterator[_Found]:
    moment = rhythm.at(since_ms)
    match moment.phase:
        case Phase.RAMP_UP:
            yield Change.CONTRACT, 0, channel
        case Phase.HOLD:
            yield Change.RELAX, moment.ends_in_ms, channel
        case Phase.RAMP_DOWN:
            yield Change.RELAX, 0, channel
        case Phase.REST:
            pass
        case _:
            assert_never(moment.phase)
    begins_ms = moment.start_ms if since_ms < moment.start_ms else _next_start_ms(rhythm, moment.contraction, since_ms)
    if begins_ms is not None:
        yield Change.CONTRACT, begins_ms - since_ms, channel


def _next_start_ms(rhythm: Rhythm, contraction: int, since_ms: int) -> int | None:
    """When the contraction after this one begins, in ms of the stage; None after the last one."""
    if contraction >= rhythm.contractions:
        return None
    last_of_set = contraction % rhythm.per_set == 0
    start_ms = rhythm.at(since_ms).start_ms + rhythm.cycle_ms
    return start_ms + (rhythm.set_rest_ms if last_of_set else 0)


def _after(plan: Plan, stage: StagePlan, left_ms: int) -> Iterator[_Found]:
    """What the end of this stage leads to: the end of the treatment, or the first contraction of the next stage."""
    if stage.end_ms >= plan.duration_ms:
        yield Change.END, left_ms, 0
        return
    following = plan.stage_at(stage.end_ms)
    if following.continuous:
        yield Change.STAGE, left_ms, 0
        return
    for track in following.tracks:
        if plan.levels_ua[track.slot]:
            yield Change.CONTRACT, left_ms + track.rhythm.offset_ms, plan.slots[track.slot].channel
    yield from _after(plan, following, left_ms + following.end_ms - following.start_ms)


# --- what may be heard ---


class Cue(StrEnum):
    """A sound. Its pattern is the screen's."""

    TICK = "tick"
    """A level went one step up or down."""
    ZERO = "zero"
    """A level came down to 0, or the output is confirmed to be off."""
    COUNT_3 = "count_3"
    COUNT_2 = "count_2"
    COUNT_1 = "count_1"
    CONTRACT = "contract"
    RELAX = "relax"
    END = "end"
    """The treatment is over by its plan."""
    FAULT = "fault"
    CAUTION = "caution"


_COUNTS = {3: Cue.COUNT_3, 2: Cue.COUNT_2, 1: Cue.COUNT_1}
_BY_PLAN = frozenset({"complete", "assessed", "incomplete"})
_NOW = {Change.CONTRACT: Cue.CONTRACT, Change.RELAX: Cue.RELAX}


def cues(before: View | None, after: View) -> tuple[Cue, ...]:
    """What may be heard between two Views, most urgent first; nothing for the first View but its alarms."""
    alarms = tuple(_alarm_cues(before, after))
    if before is None:
        return alarms
    return (
        *alarms,
        *_first_cues(before, after),
        *_end_cues(before, after),
        *_change_cues(before, after),
        *_level_cues(before, after),
    )


def _alarm_cues(before: View | None, after: View) -> Iterator[Cue]:
    """A new cause of an alarm, once for each class."""
    old = set() if before is None else standing(before)
    new = standing(after) - old
    if before is None or after.note is not before.note:
        new |= {told(after.note)} - old
    levels = {level_of(code) for code in new if code}
    yield from (cue for level, cue in ((Level.FAULT, Cue.FAULT), (Level.CAUTION, Cue.CAUTION)) if level in levels)


def _first_cues(before: View, after: View) -> Iterator[Cue]:
    """A first session has had its contractions: a person ends it."""
    if after.first_is_given and not before.first_is_given and after.word in RUNNING:
        yield Cue.CAUTION


def _end_cues(before: View, after: View) -> Iterator[Cue]:
    if after.why in _BY_PLAN and before.why not in _BY_PLAN:
        yield Cue.END


def _change_cues(before: View, after: View) -> Iterator[Cue]:
    old, new = announcement(before), announcement(after)
    if new is None:
        return
    if new.now and new.change in _NOW and (old is None or (old.change, old.now) != (new.change, True)):
        yield _NOW[new.change]
    if new.change is Change.CONTRACT and new.count and (old is None or old.count != new.count):
        yield _COUNTS[new.count]


def _level_cues(before: View, after: View) -> Iterator[Cue]:
    old = {channel.channel: channel for channel in before.channels}
    off = after.output is Output.OFF and before.output is not Output.OFF
    steps = [
        channel.level_ua
        for channel in after.channels
        if after.word in RUNNING | {Word.TITRATING}
        and after.word is before.word
        and channel.slot == old[channel.channel].slot
        and channel.level_ua != old[channel.channel].level_ua
    ]
    if off or 0 in steps:
        yield Cue.ZERO
    elif steps:
        yield Cue.TICK
