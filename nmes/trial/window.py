"""The contractions of a plan, one after the other, with the time each of them has until the next one begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from nmes.core.plan import Plan, StagePlan, Track


@dataclass(frozen=True, slots=True)
class Window:
    """One contraction of one channel; times in ms of the plan. `until_ms`: the next one of this channel, or the end."""

    channel: int
    stage: int
    number: int
    start_ms: int
    on_end_ms: int
    until_ms: int
    continuous: bool


def windows(plan: Plan) -> tuple[Window, ...]:
    """Every contraction of every channel, by channel and time. A continuous stage counts as one."""
    found = sorted(
        (
            window
            for number, stage in enumerate(plan.stages)
            for track in stage.tracks
            for window in _of(plan, number, stage, track)
        ),
        key=lambda window: (window.channel, window.start_ms),
    )
    return tuple(
        replace(
            window,
            until_ms=after.start_ms if after is not None and after.channel == window.channel else plan.duration_ms,
        )
        for window, after in zip(found, [*found[1:], None], strict=True)
    )


def _of(plan: Plan, number: int, stage: StagePlan, track: Track) -> Iterator[Window]:
    rhythm, channel = track.rhythm, plan.slots[track.slot].channel
    for at in range(rhythm.contractions):
        in_set, within = divmod(at, rhythm.per_set)
        set_ms = rhythm.per_set * rhythm.cycle_ms + rhythm.set_rest_ms
        start_ms = stage.start_ms + rhythm.offset_ms + in_set * set_ms + within * rhythm.cycle_ms
        yield Window(channel, number, at + 1, start_ms, start_ms + rhythm.on_ms, stage.end_ms, stage.continuous)
