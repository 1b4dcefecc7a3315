"""May this request go out? Deny by default; a halt always may.

Pure: a frozen state, what the sight saw and the time go in; the next state and at most one refusal come out. On a
refusal the state is the old one. Charge and rise are paid from budgets that only time fills.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from nmes.guard.burst import earned_us, forgotten, lit, returns_to_ua, too_soon
from nmes.guard.ceilings import Ceilings
from nmes.guard.confirmed import check_confirmed
from nmes.guard.lists import may_list, resolved
from nmes.guard.pulse import Pulse, check_pulse, check_time, measure
from nmes.guard.rules import Refusal, Rule
from nmes.guard.sight import (
    Halt,
    Harmless,
    Init,
    ListInit,
    ListUpdate,
    Poll,
    Request,
    Seen,
    Status,
    Train,
    Unknown,
    Update,
)
from nmes.guard.state import Armed, Lane, Peaks, Pending, Stage, State, lowest_peak, proven_off, waits_for

Judgement = tuple[State, Refusal | None]


def always_passes(seen: Seen) -> bool:
    """What goes out even when latched: it can only lower output or ask."""
    return isinstance(seen, Halt | Status | Harmless)


def judge(state: State, request: Request, now_us: int, limit: Ceilings) -> Judgement:
    """The state after passing `request`, or the state as it was and why it must not pass."""
    seen = request.seen
    if isinstance(seen, Halt) and waits_for(state, Halt):
        state = replace(state, halts=0)  # asked again because the last was not answered: what counts begins here
    match seen:
        case Halt() if not proven_off(state):
            return halted(state, request.number, now_us), None
        case Halt() | Status():  # what is off stays off, however often it is told so
            return _passed(state, Pending(state.turn + 1, request.number, seen, now_us)), None
        case Harmless():
            return state, None
        case Unknown(reason=reason):
            return state, Refusal(Rule.UNKNOWN_FRAME, reason)
        case Init() | Update() | Poll() | ListInit() | ListUpdate():
            return _paced(state, request.number, seen, now_us, limit)
        case _:
            assert_never(seen)


def halted(state: State, number: int, now_us: int) -> State:
    """A halt goes out: whatever was on its way counts for nothing, the skin counts as 0, silence counts from here."""
    others = tuple(pending for pending in state.pending if isinstance(pending.seen, Halt))
    lanes = tuple(forgotten(_settled(lane, now_us), now_us) for lane in state.lanes)
    off = (0,) * len(lanes)
    stopped = replace(state, lanes=lanes, stage=Stage.HALTING, pending=others, acknowledged=off, renewed_us=now_us)
    return _changed(replace(stopped, listed=None), Pending(state.turn + 1, number, Halt(), now_us))


def _paced(
    state: State, number: int, seen: Init | Update | Poll | ListInit | ListUpdate, now_us: int, limit: Ceilings
) -> Judgement:
    """Frame rate: waiting earns frames, at most a burst of them. [design]"""
    earned_from_us = max(state.frames_from_us, now_us - limit.frame_burst_us)
    if earned_from_us > now_us:
        return state, Refusal(Rule.FRAME_RATE, f"more than {1_000_000 // limit.frame_us} frames a second")
    refusal = check_charge(state, now_us, limit)
    if refusal:
        return state, refusal
    match seen:
        case Init():
            after, refusal = _init(state, number, seen, now_us)
        case Update():
            after, refusal = _update(state, number, seen, now_us, limit)
        case Poll():
            after = _passed(state, Pending(state.turn + 1, number, seen, now_us))
        case ListInit():
            after, refusal = _list_init(state, number, seen, now_us, limit)
        case ListUpdate():
            output = resolved(state, seen)
            if isinstance(output, Refusal):
                return state, output
            after, refusal = _update(state, number, output, now_us, limit)
        case _:
            assert_never(seen)
    if refusal:
        return state, refusal
    return replace(after, frames_from_us=earned_from_us + limit.frame_us, halts=0), None


def check_charge(state: State, now_us: int, limit: Ceilings) -> Refusal | None:
    """The session's charge per channel, counted from what was passed. [design, SR-12]"""
    for index, lane in enumerate(state.lanes):
        if lane.charge_pc(now_us) > limit.max_session_charge_pc:
            return Refusal(Rule.SESSION_CHARGE, f"channel {index + 1}: more than {limit.max_session_charge_pc} pC")
    return None


def _init(state: State, number: int, seen: Init, now_us: int) -> Judgement:
    """Stop-on-all-errors only, where the device has that choice; never over a running output. [source: P24 p. 23]"""
    if seen.stop_all is False:
        return state, Refusal(Rule.INIT_FLAG, "a start-up that lets other channels go on after a fault")
    if state.stage not in (Stage.OFF, Stage.ENABLED):
        return state, Refusal(Rule.INIT_NOT_OFF, "a start-up before the output is known to be off")
    waiting = replace(state, stage=Stage.OFF)  # nothing passes until it is acknowledged
    return _changed(waiting, Pending(state.turn + 1, number, seen, now_us)), None


def _list_init(state: State, number: int, seen: ListInit, now_us: int, limit: Ceilings) -> Judgement:
    """Like a start-up; the list before it is no longer in force, and this one is not yet."""
    refusal = may_list(state, seen, limit)
    if refusal:
        return state, refusal
    waiting = replace(state, stage=Stage.OFF, listed=None)
    return _changed(waiting, Pending(state.turn + 1, number, seen, now_us)), None


def _update(state: State, number: int, seen: Update, now_us: int, limit: Ceilings) -> Judgement:
    """Every channel of an update must pass; then all of it goes out."""
    if state.stage not in (Stage.ENABLED, Stage.LIVE):
        return state, Refusal(Rule.NOT_ENABLED, "an update before the device acknowledged its start-up")
    pulses = tuple(measure(train.points) for train in seen.trains)
    lanes = [_settled(lane, now_us) for lane in state.lanes]
    peaks = [0] * len(lanes)
    for train, pulse in zip(seen.trains, pulses, strict=True):
        index = train.channel - 1
        lane = _channel(lanes[index], lowest_peak(state, index), train, pulse, now_us, limit)
        if isinstance(lane, Refusal):
            return state, lane
        lanes[index] = lane
        peaks[index] = pulse.peak_ua
    refusal = check_time(seen.trains, pulses, limit)
    if refusal:
        return state, refusal
    return _put_out(replace(state, lanes=tuple(lanes)), number, seen, tuple(peaks), now_us), None


def _channel(lane: Lane, from_ua: int, train: Train, pulse: Pulse, now_us: int, limit: Ceilings) -> Lane | Refusal:
    """One channel of an update against its arming and the ceilings; then the lane that delivers it."""
    if lane.armed is None:
        return Refusal(Rule.NOT_ARMED, f"channel {train.channel}: nobody confirmed a level")
    refusal = check_pulse(train, pulse, lane.armed.pad_mm2, limit)
    if refusal:
        return refusal
    refusal = check_confirmed(train, pulse, lane.armed, limit)
    if refusal:
        return refusal
    refusal = too_soon(lane, lane.armed, now_us, limit) if pulse.peak_ua else None
    if refusal:
        return Refusal(refusal.rule, f"channel {train.channel}: {refusal.detail}")
    waited_from_us = lane.waited_from_us
    returns_ua = returns_to_ua(lane, lane.armed, now_us, limit)
    if pulse.peak_ua > max(from_ua, returns_ua):
        rise_ua = pulse.peak_ua - max(from_ua, returns_ua)
        earned_from_us = _earned_from(lane, lane.armed, now_us, earned_us(lane.armed, returns_ua > 0), limit)
        waited_from_us = earned_from_us + _cost_us(rise_ua, lane.armed)
        if waited_from_us > now_us:
            detail = f"channel {train.channel}: up by {rise_ua} µA, {waited_from_us - now_us} µs too early"
            return Refusal(Rule.RISE, detail)
    playing = replace(
        lane, waited_from_us=waited_from_us, pulse_pc=pulse.charge_pc, period_us=train.period_us, since_us=now_us
    )
    return lit(playing, lane.armed, now_us, limit) if pulse.peak_ua else playing


def _cost_us(rise_ua: int, armed: Armed) -> int:
    """The waiting a rise costs: the confirmed level costs the ramp. [source: DESIGN, the second promise]"""
    return -(-rise_ua * armed.ramp_ms * 1000 // armed.level_ua)


def _earned_from(lane: Lane, armed: Armed, now_us: int, burst_us: int, limit: Ceilings) -> int:
    """Since when waiting counts: idle time earns one update (or one pulse, or burst), one step and a turn. [design]

    The confirmed pulse rate, never that of the frame under judgement: a frame must not set its own allowance.
    """
    one_update_us = max(limit.update_us, armed.period_us, burst_us) + _cost_us(limit.step_ua, armed)
    return max(lane.waited_from_us, now_us - one_update_us - limit.turn_us)


def _settled(lane: Lane, now_us: int) -> Lane:
    """The charge so far is on the account; nothing is being delivered."""
    if lane.pulse_pc == 0:
        return lane
    return replace(lane, spent_pc=lane.charge_pc(now_us), pulse_pc=0)


def _put_out(state: State, number: int, seen: Update, peaks: Peaks, now_us: int) -> State:
    """An update goes out; from the first one with current on, silence is dangerous."""
    starting = state.stage is Stage.ENABLED and any(peaks)
    lit = replace(state, stage=Stage.LIVE, renewed_us=now_us) if starting else state
    return _changed(lit, Pending(state.turn + 1, number, seen, now_us, peaks))


def _changed(state: State, pending: Pending) -> State:
    return replace(_passed(state, pending), changed=pending.turn)


def _passed(state: State, pending: Pending) -> State:
    """Waiting for one more answer; a number used again for the same is answered for the newer one."""
    kind = type(pending.seen)
    others = tuple(one for one in state.pending if one.number != pending.number or not isinstance(one.seen, kind))
    return replace(state, pending=(*others, pending), turn=pending.turn)
