"""What bursts are allowed beyond any other train: to come back, after a gap, without climbing again. Nothing else.

Pure. A channel armed with bursts may return to the amplitude that was acknowledged before its gap, if the end of that
burst is acknowledged too and was passed less than a second ago, and the burst began a whole burst period ago (less a
turn). So bursts cannot be joined to a train, and after a lost end the next burst pays for its rise from 0. Any halt,
any disarming and any arming with another waveform ends the allowance. A burst must end: see `overlong`.
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
    early = now_us - gap.burst_from_us < armed.burst_period_ms * 1000 - limit.turn_us
    return 0 if early else gap.peak_ua


def earned_us(armed: Armed, returning: bool) -> int:
    """What idle time may have earned: a burst that comes back has waited for as long as a burst period."""
    return armed.burst_period_ms * 1000 if returning else 0


def lit(lane: Lane, armed: Armed, now_us: int, limit: Ceilings) -> Lane:
    """The channel is switched on, or goes on: its burst must end by the time the first of its updates allows."""
    if not armed.burst_pulses:
        return replace(lane, burst_from_us=None, burst_by_us=None, gap=None)
    if lane.burst_from_us is not None:
        return replace(lane, gap=None)
    return replace(lane, burst_from_us=now_us, burst_by_us=now_us + armed.burst_us + limit.burst_late_us, gap=None)


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
        gap = Gap(peak_ua, asked.at_us, lane.burst_from_us)
        lanes[index] = replace(lane, burst_from_us=None, burst_by_us=None, gap=gap)
    return tuple(lanes)


def overlong(state: State, now_us: int, limit: Ceilings) -> Refusal | None:
    """A burst that does not end: the program that should have ended it hangs, or the end was lost. [design]"""
    for index, lane in enumerate(state.lanes):
        if lane.burst_by_us is not None and now_us > lane.burst_by_us:
            detail = f"channel {index + 1}: a burst not ended {limit.burst_late_us // 1000} ms after its time"
            return Refusal(Rule.BURST_TOO_LONG, detail)
    return None


def forgotten(lane: Lane) -> Lane:
    """After a halt there is neither burst nor gap."""
    return replace(lane, burst_from_us=None, burst_by_us=None, gap=None)
