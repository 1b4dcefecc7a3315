"""Channel lists: one start-up names the channels and one period for all of them, updates say only width and current.

Pure. What an update means depends on the list in force, so it is resolved here into the whole output it stands for, and
judged from then on like any other. Answers may carry no number, so nothing follows a request that is not answered: an
answer could be taken for that of another.
"""

from __future__ import annotations

from nmes.guard.ceilings import Ceilings
from nmes.guard.rules import Refusal, Rule
from nmes.guard.sight import ListInit, ListUpdate, Slot, Train, Update
from nmes.guard.state import Stage, State, waits_for

GAP_US = 100
"""Between the two phases of every pulse; not on the line. [source: SM1 document pp. 3-4, SM2 document p. 4]"""

SINGLE = 0
"""The mode of one pulse each period. [source: SM1 document section 5, SM2 document StartChannelListMode]"""


def may_list(state: State, seen: ListInit, limit: Ceilings) -> Refusal | None:
    """Why this list must not come into force: one period, every pulse of it, on channels the device has."""
    if state.stage not in (Stage.OFF, Stage.ENABLED):
        return Refusal(Rule.INIT_NOT_OFF, "a channel list before the output is known to be off")
    if waits_for(state, (ListInit, Update)):
        return _no("a channel list before the last request was answered")
    wanted = seen.channels
    if not wanted or list(wanted) != sorted(set(wanted)) or not 1 <= wanted[0] <= wanted[-1] <= limit.channels:
        return _no(f"a channel list of {_named(wanted)}")
    if seen.low_frequency or seen.skips:
        return _no(f"a channel list that skips pulses on {_named(seen.low_frequency)}")
    if not limit.min_period_us <= seen.period_us <= limit.max_period_us:
        return Refusal(Rule.PERIOD, f"a channel list with a period of {seen.period_us} µs")
    return None


def resolved(state: State, seen: ListUpdate) -> Update | Refusal:
    """The output this update stands for under the list in force: a channel without current is off."""
    listed = state.listed
    if listed is None:
        return Refusal(Rule.NOT_ENABLED, "an update before the device acknowledged a channel list")
    if waits_for(state, Update):
        return _no("an update before the last one was answered")
    if len(seen.slots) != len(listed.channels):
        return _no(f"an update of {len(seen.slots)} channels for a list of {len(listed.channels)}")
    if any(mode != SINGLE for mode, _, _ in seen.slots):
        return _no("more than one pulse each period")
    return Update(
        tuple(
            _train(channel, listed.period_us, slot)
            for channel, slot in zip(listed.channels, seen.slots, strict=True)
            if slot[2]
        )
    )


def _train(channel: int, period_us: int, slot: Slot) -> Train:
    """Forwards, the device's own gap, and the same back."""
    _, phase_us, current_ua = slot
    return Train(channel, 0, period_us, ((phase_us, current_ua), (GAP_US, 0), (phase_us, -current_ua)))


def _no(detail: str) -> Refusal:
    return Refusal(Rule.CHANNEL_LIST, detail)


def _named(channels: tuple[int, ...]) -> str:
    return f"channel {', '.join(str(channel) for channel in channels)}" if channels else "no channel"
