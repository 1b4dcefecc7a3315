"""What is measured: what counts as a value, what a test has tested, and what its trains are.

Apart from the session because it halts and raises nothing: pure values, from which the state machine takes what it
keeps and why. Laws: an amplitude is measured while it is felt, as the device has confirmed it, never typed; a force
that a current makes is typed only while the device has confirmed one; a train's
level is the most that was given in it, never the one that was meant; a test has reached its cap only if the train at
the cap was given and no level had been lowered to 0.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import assert_never

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import measurement as m
from nmes.core.limits import MAX_CTF_MHZ, MIN_CTF_MHZ
from nmes.core.plan import Plan, Slot

# --- a level ---


@dataclass(frozen=True, slots=True)
class LiveLevel:
    """The level that is being found: what was asked for, what is confirmed, and how long of it is still to be felt."""

    slot: Slot
    amplitude_ua: int
    confirmed_ua: int
    unfelt_ms: int


def unsettled(level: LiveLevel) -> c.Note | None:
    """Why the present amplitude does not count; None if it does."""
    channel = level.slot.channel
    if not level.amplitude_ua:
        return _refused("level_zero")
    if level.confirmed_ua != level.amplitude_ua:
        return _refused("not_confirmed_yet", channel=channel)
    if level.unfelt_ms:
        return _refused("not_felt_yet", channel=channel, wait_ms=level.unfelt_ms)
    return None


def cap_ua(plan: Plan, measured: Iterable[m.Measured], slot: Slot) -> int | None:
    """The most this slot's level may be where the protocol gives a ceiling in % of the most that is tolerated."""
    return m.cap_ua(plan.aim, measured, slot, plan.capabilities.amplitude_step_ua)


def over_cap(plan: Plan, measured: Iterable[m.Measured], level: LiveLevel) -> c.Note | None:
    """Why this amplitude may not become the level; None if it may."""
    most_ua = cap_ua(plan, measured, level.slot)
    if most_ua is None or level.amplitude_ua <= most_ua:
        return None
    return _refused("over_target", channel=level.slot.channel, ceiling_ua=most_ua)


def value_of(plan: Plan, level: LiveLevel) -> m.Measured | None:
    """The value that an accepted level is; None where levels are not what is measured."""
    if plan.assessment not in m.BY_LEVEL:
        return None
    return m.Measured(e.What(plan.assessment), level.slot.channel, level.amplitude_ua, level.slot)


def is_all_measured(plan: Plan, measured: Iterable[m.Measured]) -> bool:
    """Whether every slot of a test of levels has its value."""
    return set(plan.slots) <= {one.slot for one in measured if one.what == plan.assessment}


# --- a value ---


def measure(plan: Plan, event: e.Measure, level: LiveLevel | None) -> m.Measured | c.Note:
    """The value that a person measured, or the refusal. `level`: what is felt now, None where no level is found."""
    if event.channel not in {channel.channel for channel in plan.channels}:
        return _refused("no_such_slot", channel=event.channel)
    match event.what:
        case e.What.MAX_TOLERATED | e.What.MOTOR_THRESHOLD | e.What.SENSORY_THRESHOLD:
            return _amplitude(event, level)
        case e.What.CTF:
            return _typed(event, MIN_CTF_MHZ, MAX_CTF_MHZ)
        case e.What.EVOKED if level is None or level.slot.channel != event.channel or not level.confirmed_ua:
            return _refused("no_current", channel=event.channel)
        case e.What.MVIC | e.What.EVOKED:
            return _typed(event, 1, m.MAX_FORCE_MN)
        case _:
            assert_never(event.what)


def _amplitude(event: e.Measure, level: LiveLevel | None) -> m.Measured | c.Note:
    """The present amplitude, as the device has confirmed it: what is felt now is what is measured."""
    if event.value:
        return _refused("amplitude_is_measured")
    if level is None or level.slot.channel != event.channel:
        return _refused("not_live")
    return unsettled(level) or m.Measured(event.what, event.channel, level.amplitude_ua, level.slot)


def too_low(plan: Plan, value: m.Measured) -> c.Note | None:
    """Why this is no most that is tolerated: what a level may be of it is less than one step. None if it is."""
    if value.slot is None or cap_ua(plan, (value,), value.slot) != 0:
        return None
    return _refused("most_too_low", channel=value.channel, value_ua=value.value)


def _typed(event: e.Measure, low: int, high: int) -> m.Measured | c.Note:
    if event.value is None or not low <= event.value <= high:
        return _refused("value_range", what=str(event.what), low=low, high=high)
    typed = event.what is e.What.CTF  # a force is always read off a dynamometer; a frequency may come from a train too
    return m.Measured(event.what, event.channel, event.value, typed=typed)


def note(plan: Plan, train: m.Train | None, measured: tuple[m.Measured, ...], new: m.Measured) -> c.Note:
    """What the record keeps of a new value. `measured`: all values with it; `train`: where a frequency was found."""
    values: dict[str, int | str] = {"channel": new.channel, f"value_{m.UNITS[new.what]}": new.value}
    if new.what is e.What.CTF and not new.typed and train is not None:
        values["level_ua"] = dict(train.levels_ua)[new.channel]
        if new.value == plan.stages[0].step_mhz:
            values["lowest_step"] = 1  # the threshold may lie below anything that was tried
    permille = m.mvic_permille(measured, new.channel) if new.what is e.What.EVOKED else None
    if permille is not None:
        values["permille"] = permille
    if new.what is e.What.MAX_TOLERATED and new.slot and _at_ceiling(plan, new.slot, new.value):
        values["at_ceiling"] = 1  # the patient may tolerate more than could be tried
    if new.typed:
        values["typed"] = 1  # so that a later session does not take it for the result of a test
    return c.Note("measured", (("what", str(new.what)), *values.items()))


def _at_ceiling(plan: Plan, slot: Slot, amplitude_ua: int) -> bool:
    return amplitude_ua + plan.capabilities.amplitude_step_ua > plan.ceiling_ua(slot)


def _refused(code: str, **values: int | str) -> c.Note:
    return c.Note(f"refused:{code}", tuple(values.items()))


# --- a stepped test ---


def train(plan: Plan, before: m.Train | None, t_ms: int, outputs: Iterable[c.ChannelOutput]) -> m.Train:
    """The train at a plan time, with the most each channel was asked to put out in it so far."""
    mhz = plan.stage_at(t_ms).step_mhz or 0
    same = before is not None and not before.over and before.mhz == mhz
    most_ua = dict(before.levels_ua) if before is not None and same else {}
    for output in outputs:
        most_ua[output.channel] = max(output.amplitude_ua, most_ua.get(output.channel, 0))
    return m.Train(mhz, tuple(sorted(most_ua.items())))


def over(train: m.Train | None) -> m.Train | None:
    """The train, no longer under way: the output was halted or lowered to nothing."""
    return replace(train, over=True) if train else None


def thresholds(train: m.Train) -> tuple[m.Measured, ...]:
    """The train's frequency is the cramp threshold of every channel that was in it."""
    return tuple(m.Measured(e.What.CTF, channel, train.mhz) for channel, _ in train.levels_ua)


def cap_mhz(plan: Plan) -> int:
    """The highest frequency of a stepped test."""
    return plan.stages[-1].step_mhz or 0


def reached_cap(plan: Plan, last: m.Train | None) -> bool:
    """Whether a test that is over was given to its cap; else its end without a cramp says nothing of the threshold."""
    return last is not None and last.mhz == cap_mhz(plan) and not plan.unconfirmed


Resume = tuple[int, int | None]
"""The plan time at which to go on after a pause, and the start of the step whose train then comes once more."""


def goes_on(plan: Plan, t_ms: int, once_more_ms: int | None) -> Resume:
    """Where to go on after a pause at `t_ms`: a cut train begins again, a rest goes on.

    The first train after a resume climbs over 5 s and tests nothing, so it comes once more, at its level. In the rest
    before that, it still has both to come: the rest is counted as the one before it.
    """
    point_ms = plan.restart_point(t_ms)
    if plan.assessment != m.CTF:
        return point_ms, None
    stage = plan.stage_at(point_ms)
    if point_ms == stage.start_ms:
        return point_ms, point_ms
    if once_more_ms == stage.start_ms:
        return max(0, point_ms - (stage.end_ms - stage.start_ms)), once_more_ms
    return point_ms, stage.end_ms if stage.end_ms < plan.duration_ms else None


def went_on(plan: Plan, t_ms: int, once_more_ms: int | None) -> Resume:
    """The same in a record of before: back to the last whole train, and only the first of a test came once more."""
    point_ms = plan.restart_point(t_ms)
    if plan.assessment != m.CTF:
        return point_ms, None
    stage = plan.stage_at(point_ms)
    if point_ms != stage.start_ms:
        return stage.start_ms, once_more_ms
    if not point_ms:
        return 0, 0
    return plan.stage_at(point_ms - 1).start_ms, once_more_ms
