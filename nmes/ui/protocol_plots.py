"""The shape of a treatment drawn in text, stage by stage: amplitude, and where they change, frequency, phase, bursts.

Everything is asked of the plan itself, at the most its levels may be: what is drawn is what would flow.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from nmes.core.plan import ChannelAt, Plan, StagePlan
from nmes.language import _
from nmes.ui.names import heading
from nmes.ui.numbers import clock, hz, seconds
from nmes.ui.widgets.envelope import at_ceiling, draw

_EIGHTHS = "▁▂▃▄▅▆▇█"
_SHORTEST_MS = 10_000
_LONGEST_MS = 60_000
"""A window in which single contractions and sweeps can still be seen. [design]"""
_BURSTS_MS = 1_000


def envelopes(plan: Plan, width: int) -> Iterator[str]:
    """Each stage: its heading, two rows of amplitude, its axis, and a row for each thing that changes."""
    shape = at_ceiling(plan)
    for group in _groups(plan):
        start_ms, span_ms = group[0].start_ms, _window_ms(group[0])
        name = heading(group[0].name)
        for channel in _channels(group[0], plan):
            yield _("{stage}, channel {channel}").format(stage=name, channel=channel)
            yield from draw(shape, channel, start_ms, span_ms, width, 2)
        yield _axis(start_ms, span_ms, width)
        if len(group) > 1:
            yield from _steps(shape, group, width)
        else:
            yield from _changes(shape, start_ms, span_ms, width)
        yield from _bursts(shape, start_ms, width)


def _groups(plan: Plan) -> Iterator[list[StagePlan]]:
    """The steps of a test are one drawing, every other stage is its own."""
    numbered = enumerate(plan.stages)
    for _key, group in groupby(numbered, key=lambda entry: -1 if entry[1].step_mhz is not None else entry[0]):
        yield [stage for _index, stage in group]


def _window_ms(stage: StagePlan) -> int:
    """Of a test its first train; of a long train its beginning; else two contractions."""
    cycle_ms = max(track.rhythm.cycle_ms for track in stage.tracks)
    wanted_ms = _LONGEST_MS if stage.continuous else max(2 * cycle_ms, _SHORTEST_MS)
    return min(wanted_ms, stage.end_ms - stage.start_ms)


def _steps(plan: Plan, group: list[StagePlan], width: int) -> Iterator[str]:
    """The frequency over the whole of a test: its trains are too short to be seen there."""
    start_ms, span_ms = group[0].start_ms, group[-1].end_ms - group[0].start_ms
    yield from _changes(plan, start_ms, span_ms, width)
    yield _axis(start_ms, span_ms, width)


def _channels(stage: StagePlan, plan: Plan) -> list[int]:
    """One channel of those that do the same, each of those that take turns."""
    firsts: dict[int, int] = {}
    for track in stage.tracks:
        firsts.setdefault(track.rhythm.offset_ms, plan.slots[track.slot].channel)
    return list(firsts.values())


def _axis(start_ms: int, span_ms: int, width: int) -> str:
    first, last = clock(start_ms), f"{clock(start_ms + span_ms)} min"
    return f"{first}{last:>{width - len(first)}}"


def _changes(plan: Plan, start_ms: int, span_ms: int, width: int) -> Iterator[str]:
    """A row of frequency and a row of phase, each only where it changes."""
    now = [_first(plan, start_ms + span_ms * column // width) for column in range(width)]
    rates = [1_000_000_000 // at.waveform.period_us for at in now]
    phases = [at.waveform.phase_us for at in now]
    if min(rates) != max(rates):
        said = _("frequency, {low} to {high} Hz").format(low=hz(min(rates)), high=hz(max(rates)))
        yield from (_bars(rates), said)
    if min(phases) != max(phases):
        said = _("phase, {low} to {high} µs").format(low=min(phases), high=max(phases))
        yield from (_bars(phases), said)


def _first(plan: Plan, t_ms: int) -> ChannelAt:
    return plan.at(min(t_ms, plan.duration_ms - 1))[0]


def _bars(values: list[int]) -> str:
    """One row between the lowest and the highest value."""
    low, span = min(values), max(values) - min(values)
    return "".join(_EIGHTHS[(value - low) * 7 // span] for value in values)


def _bursts(plan: Plan, start_ms: int, width: int) -> Iterator[str]:
    """One second of the pulses: a column is filled where a burst reaches into it."""
    waveform = plan.at(start_ms)[0].waveform
    if not waveform.burst_pulses:
        return
    lasts_us = (waveform.burst_pulses - 1) * waveform.period_us + waveform.longest_us()
    every_us = waveform.burst_period_ms * 1000
    columns = (_BURSTS_MS * 1000 * column // width % every_us <= lasts_us for column in range(width))
    yield "".join("█" if inside else "_" for inside in columns)
    said = _("the bursts in {seconds} s: {pulses} pulses each")
    yield said.format(seconds=seconds(_BURSTS_MS), pulses=waveform.burst_pulses)
