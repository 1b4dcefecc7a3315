"""What the device's answers, and its silence, prove. The guard believes only answers to requests that it let pass; that
an update was done which it did not let pass is a reason to halt.

Pure, like the judge. A refusal here means: take the skin to be at 0 and halt.
"""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from nmes.guard.burst import dark, overlong
from nmes.guard.ceilings import Ceilings
from nmes.guard.judge import Judgement, check_charge
from nmes.guard.rules import Refusal, Rule
from nmes.guard.sight import (
    Answer,
    Asked,
    Complaint,
    Condition,
    Halt,
    Init,
    ListInit,
    Poll,
    Reply,
    Seen,
    Standing,
    Status,
    Update,
)
from nmes.guard.state import HALTS_ENOUGH, Pending, Stage, State, waits_for

_KINDS: dict[Asked, type[Seen] | tuple[type[Seen], ...]] = {
    Asked.HALT: Halt,
    Asked.INIT: (Init, ListInit),
    Asked.UPDATE: Update,
}


def hear(state: State, reply: Reply) -> Judgement:
    """The state after `reply`, and what it proves to be wrong, if anything."""
    match reply:
        case Complaint(detail=detail):
            running = state.stage in (Stage.ENABLED, Stage.LIVE)
            return state, Refusal(Rule.REPLY_NOT_OK, detail) if running else None
        case Answer():
            asked = _find(state, reply.number, _KINDS[reply.asked])
            return _answer(state, asked, reply) if asked else (state, _unasked(state, reply))
        case Condition():
            asked = _find(state, reply.number, Poll)
            return _condition(state, asked, reply) if asked else (state, None)
        case Standing():
            asked = _find(state, reply.number, Status)
            return _standing(_without(state, asked), asked, reply) if asked else (state, None)
        case _:
            assert_never(reply)


def watch(state: State, now_us: int, limit: Ceilings) -> Refusal | None:
    """The silence of this moment, within the family's own bound (`ceilings`), and its charge."""
    if state.stage in (Stage.OFF, Stage.ENABLED):
        return None
    if now_us - state.renewed_us > limit.silence_us:
        return Refusal(Rule.DEVICE_SILENT, f"nothing acknowledged for more than {limit.silence_us // 1000} ms")
    oldest = min((pending.at_us for pending in state.pending if pending.peaks), default=now_us)
    if now_us - oldest > limit.silence_us:
        return Refusal(Rule.UPDATE_UNANSWERED, f"an update unanswered for more than {limit.silence_us // 1000} ms")
    return overlong(state, now_us, limit) or check_charge(state, now_us, limit)


def _find(state: State, number: int, kind: type[Seen] | tuple[type[Seen], ...]) -> Pending | None:
    return next((one for one in state.pending if one.number == number and isinstance(one.seen, kind)), None)


def _without(state: State, asked: Pending) -> State:
    return replace(state, pending=tuple(one for one in state.pending if one is not asked))


def _answer(state: State, asked: Pending, reply: Answer) -> Judgement:
    """Bare results. A halt that fails is simply not confirmed; result 7 to a halt: there is nothing left to stop."""
    rest = _without(state, asked)
    if reply.asked is Asked.HALT:
        if reply.result not in (0, 7):
            return replace(rest, halts=0), None
        halts = min(rest.halts + 1, HALTS_ENOUGH)
        return _superseded(replace(rest, stage=Stage.OFF, halts=halts), asked), None
    if reply.result != 0:
        return rest, Refusal(Rule.REPLY_NOT_OK, f"the device answered the {reply.asked} with result {reply.result}")
    if reply.asked is Asked.INIT:
        listed = asked.seen if isinstance(asked.seen, ListInit) else None
        return _superseded(replace(rest, stage=Stage.ENABLED, listed=listed), asked), None
    done = _superseded(replace(_renewed(rest, asked), acknowledged=asked.peaks, updated=asked.number), asked)
    done = replace(done, lanes=dark(state, done, asked))
    all_off = not any(asked.peaks) and not any(any(one.peaks) for one in done.pending)
    return (replace(done, stage=Stage.ENABLED) if all_off else done), None


def _unasked(state: State, reply: Answer) -> Refusal | None:
    """Nobody here passed the update that was done: a line kept one back, or somebody else writes to the device too.

    An answer that comes twice is none such. Where answers carry no number it is the driver that knows.
    """
    running = state.stage in (Stage.ENABLED, Stage.LIVE)
    if reply.asked is Asked.UPDATE and reply.result == 0 and running and reply.number != state.updated:
        return Refusal(Rule.CHANNEL_ACTIVE, "the device carried out an update that was not sent from here")
    return None


def _superseded(state: State, by: Pending) -> State:
    """The device works in order: what was sent before an executed request no longer matters."""
    return replace(state, pending=tuple(one for one in state.pending if one.turn > by.turn))


def _renewed(state: State, asked: Pending) -> State:
    """Counted from when the request went out: the device's own timer started no earlier."""
    return replace(state, renewed_us=max(state.renewed_us, asked.at_us))


def _condition(state: State, asked: Pending, reply: Condition) -> Judgement:
    """A poll's answer. Active bits are judged only when nothing that changes them was under way."""
    rest = _without(state, asked)
    if reply.faulty:
        return rest, Refusal(Rule.CHANNEL_FAULT, f"the device reports a fault on channel {_list(reply.faulty)}")
    if reply.result != 0:
        return rest, Refusal(Rule.REPLY_NOT_OK, f"the device answered a poll with result {reply.result}")
    if asked.turn > rest.changed and not waits_for(rest, Update):
        wanted = tuple(i + 1 for i, peak in enumerate(rest.acknowledged) if peak)
        missing = tuple(channel for channel in wanted if channel not in reply.active)
        if missing:
            return rest, Refusal(Rule.CHANNEL_SILENT, f"the device does not stimulate on channel {_list(missing)}")
        told = () if reply.together and wanted else reply.active
        unasked = tuple(channel for channel in told if channel not in wanted)
        if unasked:
            return rest, Refusal(Rule.CHANNEL_ACTIVE, f"the device stimulates unasked on channel {_list(unasked)}")
    return _renewed(rest, asked), None


def _standing(state: State, asked: Pending, reply: Standing) -> Judgement:
    """A device that forgot its start-up or its pulses has restarted, or was stopped behind our back."""
    if asked.turn < state.changed or waits_for(state, (Init, ListInit, Update, Halt)):
        return state, None
    lost = (state.stage is Stage.LIVE and not reply.stimulating) or (state.stage is Stage.ENABLED and not reply.enabled)
    if lost:
        return state, Refusal(Rule.DEVICE_RESTARTED, "the device is no longer started up as it was")
    return _renewed(state, asked) if reply.renews else state, None


def _list(channels: tuple[int, ...]) -> str:
    return ", ".join(str(channel) for channel in channels)
