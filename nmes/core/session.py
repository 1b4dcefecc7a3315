"""The session: `step(state, event) -> (state, commands)`, pure and total. This file is the theory of the whole program.

Laws kept here, whatever the events:

- Every start, resume and titration begins at 0. A raise is asked for only after its intent is on the disk (`Durable`).
- Output never exceeds the level confirmed for that channel and waveform; `+` is one step, in Hold only, rate-limited.
- STOP, a fault, a refusal of the guard and a broken record halt from every state and drop every confirmed level; what
  was queued before belongs to an older epoch and does nothing.
- A planned pause keeps the levels; only a person's resume climbs again, from 0, over at least 5 s, and the contraction
  that was cut is repeated.
- What was sent and not answered is `Unsure`: only a halt is asked for until the device has confirmed one.

The states are in `states.py`, the session as a value in `session_value.py`. Rules with files of their own: who may have
one step more (`raising.py`), what a person who attends must have done before output (`attending.py`), and how a session
closes (`aftercare.py`). None of the three puts anything out: that is `_commit`, `_output` and `_halt` here, alone.

Time enters as `Tick`. A tick that changes nothing leaves everything but `now_ms` as it was, so that a record without
such ticks replays to the same commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import assert_never

from nmes.core import aftercare, assessing, attending, raising
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import measurement as m
from nmes.core.aftercare import close
from nmes.core.attended import Attended, PatientStop, Progress
from nmes.core.climbs import EARLY_RULES, climbed_ms, climbing, climbs, span_ms
from nmes.core.course import Course
from nmes.core.felt import Felt
from nmes.core.limits import MAX_SLEW_UA_PER_S, MIN_RAMP_MS, MIN_RESUME_MS
from nmes.core.plan import ChannelAt, Plan, Slot
from nmes.core.raising import SLEW_WINDOW_MS, channel_at
from nmes.core.screening import Blocked, Clear, ReviewFirst, Warned, judge
from nmes.core.session_value import (
    EARNING_RULES,
    RULES,
    Session,
    Step,
    accepted,
    also,
    noted,
    refused,
    told,
    without_levels,
)
from nmes.core.states import (
    After,
    Committing,
    Enabling,
    Ended,
    Ending,
    Goal,
    Halt,
    Idle,
    Leaving,
    Live,
    Lowering,
    Paused,
    Pausing,
    Placing,
    Raise,
    Ready,
    Resuming,
    Running,
    Screening,
    State,
    Stopped,
    Stopping,
    Titrating,
    ToResume,
    ToRun,
    ToTitrate,
    Unsure,
)
from nmes.core.timeline import Phase
from nmes.core.units import floor_to_step
from nmes.core.waveform import Waveform


def begin(
    plan: Plan,
    codes: tuple[str, ...],
    who: m.Who = m.NOBODY,
    origin: m.Origin | None = None,
    attended: Attended | None = None,
    rules: int = RULES,
) -> Step:
    """A new session and its first command. `plan` has no levels yet; it was made with the frequency of `origin`.

    `attended`: a person attends and signs it; None for a trial, a demo and every record of before there was this.
    `rules`: those of a record that is replayed.
    """
    patient_stop = PatientStop.UNTESTED if attended and attended.patient_stop else PatientStop.NONE
    progress = Progress(patient_stop=patient_stop)
    begun = Session(plan=plan, codes=codes, who=who, origin=origin, attended=attended, progress=progress, rules=rules)
    return begun, (c.Identify(),)


def plan_time_ms(session: Session) -> int | None:
    """Where in the plan the session is, or None while nothing of it is live."""
    match session.state:
        case Running(origin_ms=origin) | Resuming(origin_ms=origin):
            return session.now_ms - origin
        case _:
            return None


def next_wake_ms(session: Session) -> int | None:
    """When the next tick can change anything; None = not before another event."""
    match session.state:
        case Running(origin_ms=origin, resumed_ms=resumed) | Resuming(origin_ms=origin, resumed_ms=resumed):
            t_ms, soonest_ms = session.now_ms - origin, session.now_ms + RAMP_WAKE_MS
            if climbing(session.plan, t_ms, resumed, session.rules):
                return soonest_ms
            change_ms = session.plan.next_change(t_ms)
            if change_ms is None:
                return soonest_ms
            due_ms = origin + change_ms
            if due_ms < soonest_ms and any(at.phase is not Phase.REST for at in session.plan.at(t_ms)):
                return soonest_ms
            return due_ms
        case Unsure(silent_by_ms=by) | Leaving(silent_by_ms=by) | After(silent_by_ms=by):
            return by
        case Committing(since_ms=since) | Enabling(since_ms=since):
            return since + WAIT_LIMIT_MS
        case Titrating(slot=slot, amplitude_ua=amplitude, pending=pending):
            given_up_ms = [pending.since_ms + WAIT_LIMIT_MS] if pending else []
            change_ms = session.plan.course(slot).change_in_ms(session.now_ms - session.course_from_ms)
            step_ms = [session.now_ms + change_ms] if change_ms and amplitude else []
            return min((*given_up_ms, *step_ms), default=None)
        case _:
            return None


FIRST_SESSION = "first_nmes_session"
"""The question of the checklist that tells what no record can: of somebody who was never here."""
LOW_BATTERY_PERCENT = 20
"""Under it a session may not last: the person is told before anything is found [design]."""
WAIT_LIMIT_MS = 2000
"""A start or raise that disk or device have not carried out by then is dropped; a sound one takes 0.1 s [design]."""
RAMP_WAKE_MS = 20
"""A ramp is looked at this often: twice as often as a device takes changes [design]. What ends a rest is not late."""

# --- the step ---


def step(session: Session, event: e.Event) -> Step:
    """The next session and what to do. Never raises; what a person asks for out of place is answered by a `Note`."""
    match event:
        case e.Tick():
            return _tick(session, event)
        case e.Screened() | e.Placed() | e.Titrate() | e.Start() | e.Resume() | e.Accept() | e.Increase():
            return _forward(session, event)
        case e.Back() | e.ReadBack() | e.ButtonConfirmed() | e.FeltAt() | e.Observed() | e.Signed() | e.LeftUnsigned():
            return _attend(session, event)
        case e.Acknowledged(alarm=alarm):
            return noted(session, "acknowledged", alarm=alarm)
        case e.Decrease():
            return _decrease(session, event)
        case e.Pause(source=e.WISH):
            return _pause(session, "wish")
        case e.Pause():
            return _pause(session, "operator")
        case e.UiSilent():
            return _pause(session, "screen_silent")
        case e.OperatorAbsent():
            return _pause(session, "operator_absent")
        case e.End():
            return _end(session, event.source)
        case e.Stop(source=source, trips=trips):
            stopped, commands = _stop(replace(session, trips=max(trips, session.trips)), f"stop:{source}")
            stopped, said = attending.heard_from_patient(stopped, source)
            return stopped, (*commands, *said)  # the halt goes first
        case e.GuardTripped(rule=rule, detail=detail, trips=trips):
            return _guard_tripped(session, rule, detail, trips)
        case e.Mark(kind=kind, text=text):
            return noted(session, "mark", kind=kind, text=text, **(_contraction(session) if kind == "cramp" else {}))
        case e.Cramp():
            return _cramp(session)
        case e.Measure():
            return _measure(session, event)
        case e.Durable(intent=intent):
            return _durable(session, intent)
        case e.JournalFailed(reason=reason):
            session, said = noted(replace(session, record_fault=reason), "record_failed", reason=reason)
            return also(_stop(session, "record"), said)
        case _:
            return _device(session, event)


def _forward(session: Session, event: _Forward) -> Step:
    """What a person asks for on the way to output: each has one state in which it is heard."""
    match event:
        case e.Screened():
            return _screened(session, event)
        case e.Placed():
            return attending.placed(session, event)
        case e.Titrate(epoch=epoch) | e.Start(epoch=epoch) | e.Resume(epoch=epoch) if epoch != session.epoch:
            return refused(session, "stale")
        case e.Accept(epoch=epoch) | e.Increase(epoch=epoch) if epoch != session.epoch:
            return refused(session, "stale")
        case e.Titrate(channel=channel, waveform=waveform):
            return _titrate(session, Slot(channel, waveform))
        case e.Start():
            return _start(session)
        case e.Resume():
            if not isinstance(session.state, Paused):
                return refused(session, "not_paused")
            return _commit(session, ToResume(session.state.from_ms))
        case e.Accept(over_ua=over_ua):
            return _accept(session, over_ua)
        case e.Increase():
            return raising.increase(session, event)
        case _:
            assert_never(event)


def _attend(session: Session, event: _Attend) -> Step:
    """What a person does besides: none of it leads to output."""
    match event:
        case e.Back():
            return attending.back(session)
        case e.ReadBack():
            return attending.read_back(session, event)
        case e.ButtonConfirmed():
            return attending.button(session, event)
        case e.FeltAt():
            return attending.felt_at(session, event)
        case e.Observed():
            return aftercare.observed(session, event)
        case e.Signed():
            return aftercare.signed(session, event)
        case e.LeftUnsigned(reason=reason):
            return aftercare.left_unsigned(session, reason)
        case _:
            assert_never(event)


_Forward = e.Screened | e.Placed | e.Titrate | e.Start | e.Resume | e.Accept | e.Increase
_Attend = e.Back | e.ReadBack | e.ButtonConfirmed | e.FeltAt | e.Observed | e.Signed | e.LeftUnsigned

# --- before output ---


def _screened(session: Session, event: e.Screened) -> Step:
    if not isinstance(session.state, Screening):
        return refused(session, "not_screening")
    outcome = judge(session.codes, session.plan.kind, event.answers, event.by)
    match outcome:
        case Clear():
            said_first = any(one.code == FIRST_SESSION and one.reply is not e.Reply.NO for one in event.answers)
            session = replace(session, progress=replace(session.progress, said_first=said_first))
            return noted(replace(session, state=Placing()), "screening_clear", by=event.by)
        case Blocked(codes=codes):
            return refused(session, "screening_blocked", codes=" ".join(codes))
        case ReviewFirst(codes=codes):
            return refused(session, "screening_review_first", codes=" ".join(codes))
        case Warned(codes=codes):
            return refused(session, "screening_needs_reason", codes=" ".join(codes))
        case _:
            assert_never(outcome)


def _titrate(session: Session, slot: Slot) -> Step:
    match session.state:
        case Ready() | Stopped() if slot in session.plan.slots:
            # From here on the old level is void: a search that is broken off must not leave it in force.
            void = attending.felt_anew(session, slot.channel)
            void = replace(void, plan=session.plan.with_level(slot, 0), train=None, once_more_ms=None)
            if session.plan.assessment == m.CTF:  # a new level meets the lowest rate first: docs/decisions/0020
                void = replace(void, position_ms=0)
            return _commit(void, ToTitrate(slot))
        case Ready() | Stopped():
            return refused(session, "no_such_slot", channel=slot.channel)
        case _:
            return refused(session, "not_ready")


def _start(session: Session) -> Step:
    if not isinstance(session.state, Ready):
        return refused(session, "not_ready")
    if session.plan.unconfirmed:
        return refused(session, "level_missing", channel=session.plan.unconfirmed[0].channel)
    if attending.unfelt(session):
        return refused(session, "felt_missing", channel=attending.unfelt(session)[0])
    return _commit(session, ToRun(session.position_ms))


def _commit(session: Session, goal: Goal) -> Step:
    """Everything that ends in output passes here: first the disk, then the device, then 0 mA, then up."""
    refusal = attending.start_refusal(session)
    if refusal:
        return refused(session, refusal)
    intent = session.intent + 1
    session = replace(session, progress=replace(session.progress, passed=()))
    session, said = noted(
        replace(session, state=Committing(goal, intent, session.now_ms), intent=intent, epoch=session.epoch + 1),
        "intent",
        **_goal(goal),
    )
    return session, (*said, c.MakeDurable(intent))


def _goal(goal: Goal) -> Mapping[str, int | str]:
    match goal:
        case ToTitrate(slot=slot):
            return {"goal": "titrate", "channel": slot.channel, "waveform": slot.waveform}
        case ToRun(from_ms=from_ms):
            return {"goal": "run", "from_ms": from_ms}
        case ToResume(from_ms=from_ms):
            return {"goal": "resume", "from_ms": from_ms}
        case _:
            assert_never(goal)


def _durable(session: Session, intent: int) -> Step:
    match session.state:
        case Committing(goal=goal, intent=wanted) if wanted == intent:
            return replace(session, state=Enabling(goal, session.now_ms)), (c.Unlatch(session.trips), c.Enable())
        case Titrating(pending=Raise(intent=wanted) as raise_) if wanted == intent:
            risen = raising.passed(session, raise_)
            return _output(risen, replace(session.state, amplitude_ua=raise_.to_ua, pending=None))
        case Running(pending=Raise(intent=wanted) as raise_) as state if wanted == intent:
            return _raise(session, replace(state, pending=None), raise_)
        case _:
            return session, ()


def _enabled(session: Session) -> Step:
    if not isinstance(session.state, Enabling):
        return session, ()
    goal = session.state.goal
    session = replace(session, raised_at_ms=None, outputs=(), arms=())
    match goal:
        case ToTitrate(slot=slot):
            session = replace(session, course_from_ms=session.now_ms, felt=Felt(since_ms=session.now_ms))
            return replace(session, state=Titrating(slot, 0)), ()
        case ToRun(from_ms=from_ms):
            return _output(session, Running(session.now_ms - from_ms))
        case ToResume(from_ms=from_ms):
            return _output(session, Resuming(session.now_ms - from_ms, from_ms))
        case _:
            assert_never(goal)


# --- up and down ---


def _raise(session: Session, state: Running, raise_: Raise) -> Step:
    """The intent is durable; the raise is still done only if every channel of it is still in Hold."""
    risen = raising.risen(replace(session, state=state), state, raise_)
    return risen if isinstance(risen, tuple) else _output(risen, state)


def _decrease(session: Session, event: e.Decrease) -> Step:
    """One step down, now; a raise that was waiting is forgotten."""
    step_ua = session.plan.capabilities.amplitude_step_ua
    match session.state:
        case Titrating(slot=slot, amplitude_ua=amplitude) if slot.channel == event.channel:
            lower_ua = max(0, amplitude - step_ua)
            return _output(
                raising.below(session, slot, lower_ua), replace(session.state, amplitude_ua=lower_ua, pending=None)
            )
        case Running() | Resuming() as state:
            at = channel_at(session, state, event.channel)
            if at is None:
                return refused(session, "no_such_slot", channel=event.channel)
            session = _lowered(session, at.slot, at.level_ua - step_ua)
            return _output(session, replace(state, pending=None) if isinstance(state, Running) else state)
        case Pausing(from_ms=from_ms) | Paused(from_ms=from_ms):
            return _lowered_in_pause(session, from_ms, event.channel)
        case _:
            return refused(session, "not_live", channel=event.channel)


def _lowered_in_pause(session: Session, from_ms: int, channel: int) -> Step:
    """Who paused because it was too strong goes on with less: the level is lowered, the output stays at 0."""
    at = next((at for at in session.plan.at(from_ms) if at.channel == channel), None)
    if at is None:
        return refused(session, "no_such_slot", channel=channel)
    lower_ua = max(0, at.level_ua - session.plan.capabilities.amplitude_step_ua)
    session = accepted(session, at.slot, lower_ua)
    return noted(_lowered(session, at.slot, lower_ua), "lowered", channel=channel, level_ua=lower_ua)


def _lowered(session: Session, slot: Slot, level_ua: int) -> Session:
    """The session with a lower level."""
    plan = session.plan.with_level(slot, max(0, level_ua))
    return raising.below(replace(session, plan=plan), slot, plan.level_ua(slot))


def _accept(session: Session, over_ua: int | None) -> Step:
    level = _live_level(session)
    if level is None:
        return refused(session, "not_live")
    refusal = assessing.unsettled(level) or assessing.over_cap(session.plan, session.measured, level)
    if refusal is not None:
        return told(session, refusal)
    slot, level_ua = level.slot, level.amplitude_ua
    mark_ua = raising.over_first(session, slot, level_ua)  # one comes down to a target, so no step has led over it
    if mark_ua is None:
        return _taken(session, level)
    if mark_ua != over_ua:
        return refused(session, "over_first", channel=slot.channel, mark_ua=mark_ua, to_ua=level_ua, kind="first")
    session, said = noted(session, "over_mark", channel=slot.channel, mark_ua=mark_ua)
    return also(_taken(session, level), said)


def _taken(session: Session, level: assessing.LiveLevel) -> Step:
    """Nothing speaks against this level any more."""
    slot, level_ua = level.slot, level.amplitude_ua
    session = accepted(replace(session, plan=session.plan.with_level(slot, level_ua)), slot, level_ua)
    session, said = noted(session, "level", channel=slot.channel, waveform=slot.waveform, level_ua=level_ua)
    return also(_accepted(session, level), said)


# --- what is measured ---


def _live_level(session: Session) -> assessing.LiveLevel | None:
    """What is felt where a level is being found; None elsewhere."""
    if not isinstance(session.state, Titrating):
        return None
    slot = session.state.slot
    confirmed_ua = dict(session.confirmed).get(slot.channel, 0)
    return assessing.LiveLevel(slot, session.state.amplitude_ua, confirmed_ua, _unfelt_ms(session, slot))


def _accepted(session: Session, level: assessing.LiveLevel) -> Step:
    """A level was accepted. Where it is what was to be measured, it is the value, and the last one ends the session."""
    value = assessing.value_of(session.plan, level)
    if value is None:
        return _halt(session, Lowering())
    session, said = _kept(session, value)
    all_measured = assessing.is_all_measured(session.plan, session.measured)
    return also(_halt(session, Ending("assessed") if all_measured else Lowering()), said)


def _cramp(session: Session) -> Step:
    """The muscle cramps. In a test of the cramp threshold the output goes to 0 in this very step.

    The result is the frequency of the train under way, its rest included. Whatever halted the output before (STOP, a
    pause, a fault) has ended the train: what is told after it, a moment or an hour, is a mark, and the person hears
    that nothing was measured. Elsewhere a cramp is a mark too: training makes cramps.
    """
    if session.plan.assessment != m.CTF:
        return noted(session, "mark", kind="cramp", text="", **_contraction(session))
    match session.state:
        case Running() | Resuming() if session.train and not session.train.over:
            session, said = _kept(session, *assessing.thresholds(session.train))
            return also(_halt(session, Ending("assessed")), said)
        case Ending(why="assessed") | After(why="assessed") | Ended(why="assessed"):  # it has counted, once
            return noted(session, "mark", kind="cramp", text="")
        case _:
            told = "not_measured" if session.train else "not_in_test"
            halts = isinstance(session.state, Committing | Enabling | Live)
            session, said = noted(session, "mark", kind="cramp", text="")
            session, commands = also(_pause(session, "cramp"), said)
            if session.train or halts:  # said last, so that it is what the person reads
                session, said = noted(session, told)
                commands = (*commands, *said)
            return session, commands


def _contraction(session: Session) -> Mapping[str, int]:
    """Where in the plan: the contraction under way, or the last one; nothing where none is counted."""
    t_ms = plan_time_ms(session)
    if t_ms is None or not session.rules:
        return {}
    counted = [at.contraction for at in session.plan.at(t_ms) if at.contractions > 1]
    return {"contraction": max(counted)} if counted else {}


def _measure(session: Session, event: e.Measure) -> Step:
    """What a person measured. Legal until the end; it changes no output."""
    if isinstance(session.state, Ended):
        return refused(session, "over")
    value = assessing.measure(session.plan, event, _live_level(session))
    if isinstance(value, c.Note):
        return told(session, value)
    if session.rules and (refusal := assessing.too_low(session.plan, value)):
        return told(session, refusal)
    if value.what is e.What.MAX_TOLERATED and isinstance(session.state, Titrating):
        session = replace(session, state=replace(session.state, measured=True))
    return _kept(session, value)


def _kept(session: Session, *values: m.Measured) -> Step:
    """Kept, and noted for the record: the next session finds it there."""
    notes: tuple[c.Command, ...] = ()
    for value in values:
        session = replace(session, measured=m.with_value(session.measured, value))
        session, said = told(session, assessing.note(session.plan, session.train, session.measured, value))
        notes = (*notes, *said)
    return session, notes


# --- the plan runs ---


def _tick(session: Session, event: e.Tick) -> Step:
    session, late = _given_up(replace(session, now_ms=event.now_ms))
    if late:
        return session, late
    match session.state:
        case Running(origin_ms=origin) | Resuming(origin_ms=origin) as state:
            if event.stalled_ms:
                state = replace(state, origin_ms=origin + event.stalled_ms)
            t_ms = event.now_ms - state.origin_ms
            again = session.plan.stage_at(session.once_more_ms) if session.once_more_ms is not None else None
            if again is not None and t_ms >= again.end_ms:
                session, state = _once_more(session, state, again.end_ms - again.start_ms)
                t_ms = event.now_ms - state.origin_ms
            if t_ms >= session.plan.duration_ms:
                return _at_the_end(replace(session, position_ms=session.plan.duration_ms))
            if isinstance(state, Resuming) and t_ms - state.resumed_ms >= MIN_RESUME_MS:
                state = Running(state.origin_ms, state.resumed_ms)
            return _output(session, state)
        case Titrating(slot=slot, amplitude_ua=amplitude) as state if amplitude and session.plan.course(slot).cycle_ms:
            return _output(session, state)
        case (Unsure(silent_by_ms=by) | Leaving(silent_by_ms=by) | After(silent_by_ms=by)) as state if (
            by is not None and event.now_ms >= by
        ):
            return _flowing(replace(session, state=replace(state, silent_by_ms=None)), by, {}), ()
        case _:
            return session, ()


def _once_more(session: Session, state: Running | Resuming, train_ms: int) -> tuple[Session, Running | Resuming]:
    """The train of a test that began slowly comes again at its level, but slowly too while the resume is young."""
    if isinstance(state, Resuming) and _is_early(session, state):
        return session, Resuming(state.origin_ms + train_ms, state.resumed_ms - train_ms)
    return replace(session, once_more_ms=None), Running(state.origin_ms + train_ms)


def _is_early(session: Session, state: Resuming) -> bool:
    since_ms = session.now_ms - state.origin_ms - state.resumed_ms
    return session.rules >= EARLY_RULES and since_ms < MIN_RESUME_MS


def _at_the_end(session: Session) -> Step:
    """The plan is over. A test that gets there, and was given to its cap, has found nothing: that is a result too."""
    if session.plan.assessment != m.CTF:
        return _halt(session, Ending("complete"))
    cap_mhz = assessing.cap_mhz(session.plan)
    if not assessing.reached_cap(session.plan, session.train):
        session, said = noted(session, "test_incomplete", cap_mhz=cap_mhz)
        return also(_halt(session, Ending("incomplete")), said)
    session, said = noted(session, "not_reached", cap_mhz=cap_mhz)
    return also(_halt(session, Ending("complete")), said)


def _given_up(session: Session) -> Step:
    """What was asked for and not carried out in time is no longer wanted: it must not come out later by itself."""
    match session.state:
        case Committing(since_ms=since) if session.now_ms - since >= WAIT_LIMIT_MS:
            return _pause(session, "record_slow")
        case Enabling(since_ms=since) if session.now_ms - since >= WAIT_LIMIT_MS:
            return _stop(session, "not_enabled")
        case (Titrating(pending=Raise(since_ms=since)) | Running(pending=Raise(since_ms=since))) as state if (
            session.now_ms - since >= WAIT_LIMIT_MS
        ):
            return refused(replace(session, state=replace(state, pending=None)), "record_slow")
        case _:
            return session, ()


def _output(session: Session, state: Live) -> Step:
    """Go on in `state` and ask for what it wants now, arming the guard first, and only where it changed."""
    wanted = _wanted(session, state)
    arms = tuple(arm for arm, _, _ in wanted)
    outputs = tuple(output for _, output, begun in wanted if output.amplitude_ua or begun)
    sounding = tuple(output for output in outputs if output.amplitude_ua)
    changed = [arm for arm in arms if arm not in session.arms]
    wanted_on = {arm.channel for arm in arms}
    gone = [replace(arm, level_ua=0) for arm in session.arms if arm.channel not in wanted_on]
    commands: tuple[c.Command, ...] = (*gone, *changed)
    if outputs != session.outputs:
        commands = (*commands, c.SetOutput(outputs))
    waveforms = dict(session.waveforms) | {output.channel: output.waveform for output in sounding}
    if sounding and session.plan.assessment == m.CTF and not isinstance(state, Titrating):
        train = assessing.train(session.plan, session.train, session.now_ms - state.origin_ms, sounding)
        session = replace(session, train=train)
    if not arms:
        session = replace(session, train=assessing.over(session.train))
    session = replace(session, state=state, arms=arms, outputs=outputs, waveforms=tuple(sorted(waveforms.items())))
    return session, commands


def _wanted(session: Session, state: Live) -> list[tuple[c.Arm, c.ChannelOutput, bool]]:
    """For the guard, for the driver, and whether a contraction has begun that the driver must know of though at 0."""
    match state:
        case Titrating(slot=slot, amplitude_ua=amplitude):
            # The armed ramp makes the guard hold the titration to the slew limit too.
            ramp_ms = max(MIN_RAMP_MS, amplitude * SLEW_WINDOW_MS // MAX_SLEW_UA_PER_S)
            course = session.plan.course(slot)
            waveform = course.at(session.now_ms - session.course_from_ms)
            return [(*_channel(session.plan, slot.channel, amplitude, amplitude, ramp_ms, waveform, course), False)]
        case Running(origin_ms=origin, resumed_ms=resumed) | Resuming(origin_ms=origin, resumed_ms=resumed):
            t_ms = session.now_ms - origin
            now = [at for at in session.plan.at(t_ms) if at.level_ua]
            return [(*_planned(session, at, t_ms, resumed), _begun(session, at)) for at in now]
        case _:
            assert_never(state)


def _begun(session: Session, at: ChannelAt) -> bool:
    """Whether time earns this channel a rise: its first step is paid for when the plan's line reaches it, not after.

    In a rest and in a fall nothing is earned.
    """
    return session.rules >= EARNING_RULES and at.phase in (Phase.RAMP_UP, Phase.HOLD)


def _planned(session: Session, at: ChannelAt, t_ms: int, resumed_ms: int | None) -> tuple[c.Arm, c.ChannelOutput]:
    plan = session.plan
    if resumed_ms is None or not climbs(plan, at, t_ms, resumed_ms, session.rules):
        return _channel(plan, at.channel, at.level_ua, at.amplitude_ua, at.ramp_ms, at.waveform, at.course)
    climbed_ua = at.level_ua * max(0, climbed_ms(at, t_ms, resumed_ms)) // MIN_RESUME_MS
    amplitude_ua = floor_to_step(min(at.amplitude_ua, climbed_ua), plan.capabilities.amplitude_step_ua)
    return _channel(plan, at.channel, at.level_ua, amplitude_ua, span_ms(at), at.waveform, at.course)


def _channel(
    plan: Plan, channel: int, level_ua: int, amplitude_ua: int, ramp_ms: int, waveform: Waveform, course: Course
) -> tuple[c.Arm, c.ChannelOutput]:
    """What the guard and the driver are told of one channel; all of a sweep is armed at once, as it was confirmed."""
    pad_mm2 = next(known.pad_mm2 for known in plan.channels if known.channel == channel)
    rise, band = level_ua * 1000 // ramp_ms, course.band
    phase_us, period_us = waveform.phase_us, waveform.period_us
    longest = (0, 0)
    if band is not None:
        phase_us, period_us = band.shortest_phase_us, band.shortest_period_us
        longest = (band.longest_period_us, band.longest_phase_us)
    shape = (phase_us, waveform.gap_us, waveform.ratio, period_us, waveform.burst_pulses, waveform.burst_period_ms)
    return (
        c.Arm(channel, level_ua, ramp_ms, pad_mm2, *shape, *longest),
        c.ChannelOutput(channel, amplitude_ua, waveform, rise, band),
    )


def _unfelt_ms(session: Session, slot: Slot) -> int:
    """How long the present amplitude must still be felt until all of its sweep has been, at this amplitude."""
    course, time_ms = session.plan.course(slot), session.now_ms - session.course_from_ms
    return session.felt.missing_ms(course, time_ms, session.now_ms)


# --- down to 0 ---


def _halt(session: Session, state: State) -> Step:
    """Ask for 0, forget what was armed, and count what may still flow as uncertain until the halt is confirmed."""
    session = replace(_flowing(session, session.now_ms, _possible(session)), train=assessing.over(session.train))
    return replace(session, state=state, epoch=session.epoch + 1, outputs=(), arms=()), (c.Halt(), c.Disarm())


def _pause(session: Session, why: str) -> Step:
    match session.state:
        case Running(origin_ms=origin) | Resuming(origin_ms=origin):
            resume = assessing.goes_on if session.rules else assessing.went_on
            from_ms, once_more_ms = resume(session.plan, session.now_ms - origin, session.once_more_ms)
            session, said = noted(replace(session, once_more_ms=once_more_ms), "pause", why=why, from_ms=from_ms)
            return also(_halt(session, Pausing(from_ms, why)), said)
        case Titrating():
            session, said = noted(session, "titration_left", why=why)
            return also(_halt(session, Lowering()), said)
        case Committing(goal=goal) | Enabling(goal=goal):
            back = Pausing(goal.from_ms, why) if isinstance(goal, ToResume) else Lowering()
            session, said = noted(session, "start_left", why=why)
            return also(_halt(session, back), said)
        case Idle() | Screening() | Placing() | Ready() | Paused() | Stopped() | After() | Ended():
            return session, ()
        case Lowering() | Pausing() | Ending() | Stopping() | Unsure() | Leaving():
            return session, ()
        case _:
            assert_never(session.state)


def _stop(session: Session, why: str) -> Step:
    """STOP and every fault: halt from anywhere. Levels are void; a later start goes on at the cut contraction."""
    session, said = noted(session, "stop", why=why)
    match session.state:
        case Idle() | Screening() | Placing() | After() | Ended():
            return also((session, (c.Halt(), c.Disarm())), said)
        case Stopping(why=first) | Stopped(why=first):
            # The first reason is kept: what follows is mostly its consequence.
            return also(_halt(session, Stopping(first)), said)
        case Unsure() | Leaving():
            return also(_halt(session, session.state), said)
        case Ending(why=ended):
            return also(_halt(session, Ending(ended)), said)
        case (
            Ready()
            | Committing()
            | Enabling()
            | Titrating()
            | Running()
            | Resuming()
            | Lowering()
            | Pausing()
            | Paused()
        ):
            return also(_halt(_voided(session), Stopping(why)), said)
        case _:
            assert_never(session.state)


def _guard_tripped(session: Session, rule: str, detail: str, trips: int) -> Step:
    """The guard sees for itself what the driver may have told already: then the first words stay on the screen."""
    tripped, said = noted(replace(session, trips=max(trips, session.trips)), "guard", rule=rule, detail=detail)
    stopped, commands = also(_stop(tripped, f"guard:{rule}"), said)
    note = session.note if isinstance(session.state, Stopping | Unsure) else tripped.note
    return replace(stopped, note=note), commands


def _voided(session: Session) -> Session:
    """No level outlives a STOP; the position in the plan does, at the start of the contraction that was cut."""
    match session.state:
        case Running(origin_ms=origin) | Resuming(origin_ms=origin):
            position_ms = session.plan.restart_point(session.now_ms - origin)
        case Pausing(from_ms=from_ms) | Paused(from_ms=from_ms):
            position_ms = from_ms
        case Committing(goal=ToRun(from_ms=from_ms) | ToResume(from_ms=from_ms)):
            position_ms = from_ms
        case Enabling(goal=ToRun(from_ms=from_ms) | ToResume(from_ms=from_ms)):
            position_ms = from_ms
        case _:  # nothing of the plan was under way
            position_ms = session.position_ms
    return replace(without_levels(session), position_ms=position_ms)


def _unsure(session: Session, why: str, halt: Halt) -> Step:
    """Nobody knows what flows. A second reason changes neither the first nor the time by which the device is silent."""
    session, said = noted(session, "unsure", why=why)
    match session.state:
        case Ended():
            return session, said
        case After() as after:
            unconfirmed = after.unconfirmed or halt is Halt.UNCONFIRMED
            return also((replace(session, state=replace(after, unconfirmed=unconfirmed)), (c.Halt(), c.Disarm())), said)
        case Unsure(why=first, silent_by_ms=by):
            return also(_halt(session, Unsure(first, by, halt)), said)
        case Leaving(why=first, silent_by_ms=by):
            # Given up: the person has to see it before the session ends.
            state = Unsure(first, by, halt) if halt is Halt.UNCONFIRMED else session.state
            return also(_halt(session, state), said)
        case _:
            watchdog_ms = session.plan.capabilities.watchdog_ms
            silent_by_ms = session.now_ms + watchdog_ms if watchdog_ms else None
            return also(_halt(_voided(session), Unsure(why, silent_by_ms, halt)), said)


def _end(session: Session, source: str) -> Step:
    match session.state:
        case After() as after:
            return aftercare.end(session, after, source)
        case Titrating() | Running() | Resuming() | Committing() | Enabling() | Lowering() | Pausing():
            return _halt(_voided(session), Ending("ended_early"))
        case Stopping(why=why):
            return _halt(session, Ending(why))
        case Unsure(why=why, silent_by_ms=by, halt=Halt.PENDING):
            return replace(session, state=Leaving(why, by)), ()
        case Stopped(why=why) | Unsure(why=why):
            return close(session, why)
        case Idle() | Screening() | Placing() | Ready() | Paused():
            return close(session, "ended_early")
        case Ending() | Leaving() | Ended():
            return session, ()
        case _:
            assert_never(session.state)


# --- what the device says ---


def _device(session: Session, event: e.Device) -> Step:
    match event:
        case e.Identified():
            state = Screening() if isinstance(session.state, Idle) else session.state
            return replace(session, device=event, state=state), ()
        case e.Battery(percent=percent):
            low = percent < LOW_BATTERY_PERCENT
            return noted(session, "battery_low", percent=percent) if low else (session, ())
        case e.WrongDevice(reason=reason):
            session, said = noted(session, "wrong_device", reason=reason)
            if session.attended and session.intent:  # what comes after it is for what is known to be halted
                return also(_unsure(session, "wrong_device", Halt.PENDING), said)
            return also(close(session, "wrong_device"), said)
        case e.Enabled():
            return _enabled(session)
        case e.OutputSent(now_ms=now_ms, amplitudes=sent, gap=gap):
            flow = _between(_flowing_of(session.confirmed, session.silent), _flowing_of(sent, gap))
            session = replace(session, sent=session.waveforms, felt=session.felt.sent(now_ms))
            return _flowing(session, now_ms, flow), ()
        case e.OutputConfirmed():
            return _output_confirmed(session, event), ()
        case e.Doubt(since_ms=since_ms):
            return _flowing(session, since_ms, _possible(session)), ()
        case e.DeviceFault(fault=fault, channel=channel, result=result):
            faulty, said = noted(session, "fault", fault=str(fault), channel=channel, result=result)
            stopped, commands = also(_stop(faulty, f"fault:{fault}"), said)
            return replace(stopped, note=faulty.note), commands  # which channel it was is worth more than the STOP
        case e.Unanswered(request=request):
            session, said = noted(session, "unanswered", request=request)
            return also(_unsure(session, "unanswered", Halt.PENDING), said)
        case e.LinkLost(reason=reason):
            return _link_lost(session, reason)
        case e.HaltConfirmed(now_ms=now_ms):
            return _halted(session, now_ms)
        case e.HaltUnconfirmed():
            return _unsure(session, "halt_unconfirmed", Halt.UNCONFIRMED)
        case _:
            assert_never(event)


def _output_confirmed(session: Session, event: e.OutputConfirmed) -> Session:
    confirmed = event.amplitudes
    session = replace(session, confirmed=confirmed, silent=event.gap, played=session.sent)
    if isinstance(session.state, Titrating):
        channel = session.state.slot.channel
        present_ua, present = dict(confirmed).get(channel, 0), dict(session.sent).get(channel)
        session = replace(session, felt=session.felt.confirmed(present_ua, present, event.now_ms))
    flowing = _flowing_of(confirmed, event.gap)
    return _flowing(session, event.now_ms, _between(flowing, flowing))


def _link_lost(session: Session, reason: str) -> Step:
    match session.state:
        case Idle() | Screening() | Placing() | Ready() | Paused() | Stopped():
            session, said = noted(session, "link_lost", reason=reason)
            return also(close(session, "link_lost"), said)
        case After() | Ended():
            return noted(session, "link_lost", reason=reason)
        case _:  # every other state has, or may have, output
            session, said = noted(session, "link_lost", reason=reason)
            return also(_unsure(session, "link_lost", Halt.UNCONFIRMED), said)


def _halted(session: Session, now_ms: int) -> Step:
    """The device is off: what was on its way to 0 has arrived."""
    session = replace(_flowing(session, now_ms, {}), confirmed=(), silent=())
    match session.state:
        case Idle():
            return session, (c.Identify(),)
        case Lowering():
            return replace(session, state=Ready()), ()
        case Pausing(from_ms=from_ms, why=why):
            return replace(session, state=Paused(from_ms, why)), ()
        case Stopping(why=why) | Unsure(why=why):
            return replace(session, state=Stopped(why)), ()
        case Ending(why=why) | Leaving(why=why):
            return close(session, why)
        case Screening() | Placing() | Ready() | Committing() | Enabling() | Titrating() | Running() | Resuming():
            return session, ()
        case Paused() | Stopped() | After() | Ended():
            return session, ()
        case _:
            assert_never(session.state)


# --- the dose ---


def _flowing_of(amplitudes: tuple[tuple[int, int], ...], gap: tuple[int, ...]) -> dict[int, int]:
    """What flows by channel; nothing between two bursts."""
    return {channel: amplitude for channel, amplitude in amplitudes if channel not in gap}


def _between(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, tuple[int, int]]:
    return {
        channel: (min(one.get(channel, 0), other.get(channel, 0)), max(one.get(channel, 0), other.get(channel, 0)))
        for channel in sorted({*one, *other})
    }


def _possible(session: Session) -> dict[int, tuple[int, int]]:
    """Anything from nothing to what flowed last."""
    return {channel: (0, high) for channel, _, high in session.flow}


def _flowing(session: Session, now_ms: int, flow: Mapping[int, tuple[int, int]]) -> Session:
    """From `now_ms` on each channel puts out something between its low and its high; others nothing."""
    asked = dict(session.waveforms)  # no waveform: we never asked for it
    known = {channel: bounds for channel, bounds in flow.items() if channel in asked}
    sent, played = asked | dict(session.sent), asked | dict(session.played)
    flows = {channel: (low, high, sent[channel]) for channel, (low, high) in known.items()}
    ledger = session.ledger.set(now_ms, flows, played)
    return replace(session, ledger=ledger, flow=tuple((ch, low, high) for ch, (low, high) in known.items()))
