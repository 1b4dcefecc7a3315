"""What bursts are allowed beyond any other train: to come back, after a gap, without climbing again. Nothing else.

Pure. A channel armed with bursts may return to the amplitude that was acknowledged before its gap, if the end of that
burst is acknowledged too and was passed less than a second ago; after a lost end the next burst pays for its rise from
0. Any halt, any disarming and any arming with another waveform ends the allowance. A burst must end: see `overlong`.
Bursts cannot be joined to a train, returning or climbing, through a halt or not: see `too_soon`.
"""

from __future__ import annotations

from dataclasses import replace

from nmes.guard.ceilings import Ceilings
from nmes.guard.rules import Refusal, Rule
from nmes.guard.state import Armed, Gap, Lane, Pending, State


def is_burst(armed: Armed, limit: Ceilings) -> bool:
    """Whether these are bursts we know, with no sweep, and with a gap in which they can be switched off; or none."""
    if not (armed.burst_pulses or armed.burst_period_ms):
        return True
    return (
        2 <= armed.burst_pulses <= limit.max_burst_pulses
        and limit.min_burst_period_ms <= armed.burst_period_ms <= limit.max_burst_period_ms
        and armed.burst_us + limit.update_us <= armed.burst_period_ms * 1000
        and not (armed.longest_period_us or armed.longest_phase_us)
    )


def returns_to_ua(lane: Lane, armed: Armed, now_us: int, limit: Ceilings) -> int:
    """The amplitude this channel may come back to without paying for it; 0 if it is in no gap."""
    gap = lane.gap
    if gap is None or not armed.burst_pulses or now_us - gap.from_us >= limit.burst_gap_us:
        return 0
    return gap.peak_ua


def too_soon(lane: Lane, armed: Armed, now_us: int, limit: Ceilings) -> Refusal | None:
    """A burst begins a burst period after the last one began, less a turn, and after half of the usual silence.

    Whatever it climbs from: what is switched off for a moment and on again is a train. [design]
    """
    if not armed.burst_pulses or lane.burst_from_us is not None:
        return None  # no bursts, or the same one goes on
    from_us = max(lane.begun_us + armed.burst_period_ms * 1000 - limit.turn_us, lane.ended_us + armed.gap_least_us)
    if now_us >= from_us:
        return None
    return Refusal(Rule.BURST_TOO_SOON, f"a burst {from_us - now_us} µs too early after the last")


def earned_us(armed: Armed, returning: bool) -> int:
    """What idle time may have earned: a burst that comes back has waited for as long as a burst period."""
    return armed.burst_period_ms * 1000 if returning else 0


def lit(lane: Lane, armed: Armed, now_us: int, limit: Ceilings) -> Lane:
    """The channel is switched on, or goes on: its burst must end by the time the first of its updates allows."""
    if not armed.burst_pulses:
        return replace(lane, burst_from_us=None, burst_by_us=None, gap=None)
    if lane.burst_from_us is not None:
        return replace(lane, gap=None)
    by_us = now_us + armed.burst_us + limit.burst_late_us
    return replace(lane, burst_from_us=now_us, burst_by_us=by_us, gap=None, begun_us=now_us)


def dark(before: State, after: State, asked: Pending) -> tuple[Lane, ...]:
    """The lanes after an update was acknowledged: for what it switched off the burst has ended and the gap begins.

    Whatever the burst was lowered to counts, acknowledged or not; what was not acknowledged at all counts as nothing.
    """
    sent = [one.peaks for one in before.pending if one.peaks and one.turn < asked.turn]
    lanes = list(after.lanes)
    for index, lane in enumerate(after.lanes):
        goes_on = asked.peaks[index] or any(one.peaks[index] for one in after.pending if one.peaks)
        if lane.burst_from_us is None or goes_on:
            continue
        peak_ua = min([before.acknowledged[index], *(peaks[index] for peaks in sent)])
        lanes[index] = replace(forgotten(lane, asked.at_us), gap=Gap(peak_ua, asked.at_us))
    return tuple(lanes)


def overlong(state: State, now_us: int, limit: Ceilings) -> Refusal | None:
    """A burst that does not end: the program that should have ended it hangs, or the end was lost. [design]"""
    for index, lane in enumerate(state.lanes):
        if lane.burst_by_us is not None and now_us > lane.burst_by_us:
            detail = f"channel {index + 1}: a burst not ended {limit.burst_late_us // 1000} ms after its time"
            return Refusal(Rule.BURST_TOO_LONG, detail)
    return None


def forgotten(lane: Lane, now_us: int) -> Lane:
    """After a halt there is neither burst nor gap; when the burst that it cut began and ended is still known.

    What began as a train has no such times.
    """
    ended_us = now_us if lane.burst_from_us == lane.begun_us else lane.ended_us
    return replace(lane, burst_from_us=None, burst_by_us=None, gap=None, ended_us=ended_us)
