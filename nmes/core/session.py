"""The session: `step(state, event) -> (state, commands)`, pure and total. This file is the theory of the whole program.

Laws kept here, whatever the events:

- Every start, resume and titration begins at 0. A raise is asked for only after its intent is on the disk (`Durable`).
- Output never exceeds the level confirmed for that channel and waveform; `+` is one step, in Hold only, rate-limited.
- STOP, a fault, a refusal of the guard and a broken record halt from every state and drop every confirmed level; what
  was queued before belongs to an older epoch and does nothing.
- A planned pause keeps the levels; only a person's resume climbs again, from 0, over at least 5 s, and the contraction
  that was cut is repeated.
- What was sent and not answered is `Unsure`: only a halt is asked for until the device has confirmed one.

Time enters as `Tick`. A tick that changes nothing leaves everything but `now_ms` as it was, so that a record without
such ticks replays to the same commands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import assert_never

from nmes.core import assessing
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import measurement as m
from nmes.core.course import Course
from nmes.core.dose import Ledger
from nmes.core.felt import Felt
from nmes.core.limits import MAX_SLEW_UA_PER_S, MIN_RAMP_MS, MIN_RESUME_MS
from nmes.core.plan import ChannelAt, Plan, Slot
from nmes.core.screening import Blocked, Clear, ReviewFirst, Warned, judge
from nmes.core.timeline import Phase
from nmes.core.units import floor_to_step
from nmes.core.waveform import Waveform

# --- states ---


@dataclass(frozen=True, slots=True)
class Idle:
    """Waiting for the device to say who it is."""


@dataclass(frozen=True, slots=True)
class Screening:
    """The checklist is open."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Electrodes are being placed."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Halted. Levels may be titrated; when all are confirmed the treatment may start."""


@dataclass(frozen=True, slots=True)
class ToTitrate:
    """Where a start leads: one slot, from 0."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class ToRun:
    """Where a start leads: the plan, from `from_ms`, climbing by its own ramps."""

    from_ms: int


@dataclass(frozen=True, slots=True)
class ToResume:
    """Where a resume leads: the plan, from `from_ms`, climbing over at least 5 s."""

    from_ms: int


Goal = ToTitrate | ToRun | ToResume


@dataclass(frozen=True, slots=True)
class Committing:
    """The intent to start is on its way to the disk; nothing has been asked of the device."""

    goal: Goal
    intent: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Enabling:
    """The device is switching its high voltage on."""

    goal: Goal
    since_ms: int


@dataclass(frozen=True, slots=True)
class Raise:
    """An increase to `to_ua` that waits for its intent to be durable."""

    slot: Slot
    to_ua: int
    intent: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Titrating:
    """One slot is live at `amplitude_ua`. `measured`: the most that is tolerated was measured since it began."""

    slot: Slot
    amplitude_ua: int
    pending: Raise | None = None
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Lowering:
    """A titration has ended; the halt is not confirmed yet."""


@dataclass(frozen=True, slots=True)
class Running:
    """The plan is live at plan time `now_ms - origin_ms`. `resumed_ms`: plan time of the last resume, if any."""

    origin_ms: int
    resumed_ms: int | None = None
    pending: Raise | None = None


@dataclass(frozen=True, slots=True)
class Resuming:
    """Like Running, in the first 5 s after a resume; no increase is taken."""

    origin_ms: int
    resumed_ms: int


@dataclass(frozen=True, slots=True)
class Pausing:
    """A pause has been asked for; the halt is not confirmed yet."""

    from_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Paused:
    """Halted; a person may resume at plan time `from_ms`."""

    from_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The treatment is over; the halt is not confirmed yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Over, and halted unless `unconfirmed`: then the session was closed with the halt given up."""

    why: str
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class Stopping:
    """STOP or a fault; the halt is not confirmed yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Latched at 0. Titrate again or end."""

    why: str


class Halt(StrEnum):
    """How far the halt of an unsure device has come."""

    PENDING = "pending"
    """Sent, and sent again until it is confirmed or given up."""
    UNCONFIRMED = "unconfirmed"
    """Given up: the line is closed or gone."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """What the device does is not known. `silent_by_ms`: by then its own timeout has stopped it, if it has one."""

    why: str
    silent_by_ms: int | None
    halt: Halt = Halt.PENDING


@dataclass(frozen=True, slots=True)
class Leaving:
    """Unsure, and the session is to end; the halt that is on its way is not given up for that."""

    why: str
    silent_by_ms: int | None


Live = Titrating | Running | Resuming
Halting = Lowering | Pausing | Ending | Stopping
NotKnown = Unsure | Leaving
State = (
    Idle | Screening | Placing | Ready | Committing | Enabling | Live | Halting | Paused | Ended | Stopped | NotKnown
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Session:
    """The whole session. `plan` carries the confirmed levels; `outputs` and `arms` are what was last asked for."""

    plan: Plan
    codes: tuple[str, ...]
    """Screening codes of the protocol."""
    state: State = field(default_factory=Idle)
    now_ms: int = 0
    epoch: int = 0
    trips: int = 0
    intent: int = 0
    position_ms: int = 0
    """Plan time at which a start goes on: 0, or the contraction cut by a STOP."""
    raised_at_ms: int | None = None
    confirmed: tuple[tuple[int, int], ...] = ()
    outputs: tuple[c.ChannelOutput, ...] = ()
    arms: tuple[c.Arm, ...] = ()
    waveforms: tuple[tuple[int, Waveform], ...] = ()
    """The last waveform asked for, by channel."""
    sent: tuple[tuple[int, Waveform], ...] = ()
    """... the last one that left for the device."""
    played: tuple[tuple[int, Waveform], ...] = ()
    """... the last one that it acknowledged: in a sweep another than the one that is on its way."""
    silent: tuple[int, ...] = ()
    """Channels that are acknowledged to be in the gap between two bursts: `confirmed`, and nothing flows."""
    course_from_ms: int = 0
    """When the titration began: from then on its sweep counts."""
    felt: Felt = field(default_factory=Felt)
    """The amplitude that the device confirmed for the slot being titrated, and how much of its sweep at it."""
    flow: tuple[tuple[int, int, int], ...] = ()
    """What may cross the skin now: `(channel, low_ua, high_ua)`; low is below high while a change is not confirmed."""
    ledger: Ledger = field(default_factory=Ledger)
    device: e.Identified | None = None
    record_fault: str = ""
    note: c.Note | None = None
    """The last decision, for the screen."""
    who: m.Who = field(default_factory=m.Who)
    origin: m.Origin | None = None
    """Where the frequency that the plan was made with comes from; None if it derives nothing."""
    measured: tuple[m.Measured, ...] = ()
    train: m.Train | None = None
    """The last train that a stepped test has begun; None = none since the last titration."""
    once_more: bool = False
    """A pause has cut the first train of a stepped test: after its slow repetition it comes once more, at its level."""


Step = tuple[Session, tuple[c.Command, ...]]


def begin(plan: Plan, codes: tuple[str, ...], who: m.Who = m.NOBODY, origin: m.Origin | None = None) -> Step:
    """A new session and its first command. `plan` has no levels yet; it was made with the frequency of `origin`."""
    return Session(plan=plan, codes=codes, who=who, origin=origin), (c.Identify(),)


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
            if _climbing(session.plan, t_ms, resumed):
                return soonest_ms
            change_ms = session.plan.next_change(t_ms)
            return soonest_ms if change_ms is None else max(soonest_ms, origin + change_ms)
        case Unsure(silent_by_ms=by) | Leaving(silent_by_ms=by):
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


WAIT_LIMIT_MS = 2000
"""A start or raise that disk or device have not carried out by then is dropped; a sound one takes 0.1 s [design]."""
RAMP_WAKE_MS = 20
"""A ramp is looked at this often: twice as often as a device takes changes [design]."""
SLEW_WINDOW_MS = 1000

# --- the step ---


def step(session: Session, event: e.Event) -> Step:
    """The next session and what to do. Never raises; what a person asks for out of place is answered by a `Note`."""
    match event:
        case e.Tick():
            return _tick(session, event)
        case e.Screened() | e.Placed() | e.Titrate() | e.Start() | e.Resume() | e.Accept() | e.Increase():
            return _forward(session, event)
        case e.Decrease():
            return _decrease(session, event)
        case e.Pause():
            return _pause(session, "operator")
        case e.UiSilent():
            return _pause(session, "screen_silent")
        case e.OperatorAbsent():
            return _pause(session, "operator_absent")
        case e.End():
            return _end(session)
        case e.Stop(source=source, trips=trips):
            return _stop(replace(session, trips=max(trips, session.trips)), f"stop:{source}")
        case e.GuardTripped(rule=rule, detail=detail, trips=trips):
            return _guard_tripped(session, rule, detail, trips)
        case e.Mark(kind=kind, text=text):
            return _noted(session, "mark", kind=kind, text=text)
        case e.Cramp():
            return _cramp(session)
        case e.Measure():
            return _measure(session, event)
        case e.Durable(intent=intent):
            return _durable(session, intent)
        case e.JournalFailed(reason=reason):
            session, noted = _noted(replace(session, record_fault=reason), "record_failed", reason=reason)
            return _with(_stop(session, "record"), noted)
        case _:
            return _device(session, event)


def _forward(session: Session, event: _Forward) -> Step:
    """What a person asks for on the way to output: each has one state in which it is heard."""
    match event:
        case e.Screened():
            return _screened(session, event)
        case e.Placed():
            if not isinstance(session.state, Placing):
                return _refused(session, "not_placing")
            return replace(session, state=Ready()), ()
        case e.Titrate(epoch=epoch) | e.Start(epoch=epoch) | e.Resume(epoch=epoch) if epoch != session.epoch:
            return _refused(session, "stale")
        case e.Accept(epoch=epoch) | e.Increase(epoch=epoch) if epoch != session.epoch:
            return _refused(session, "stale")
        case e.Titrate(channel=channel, waveform=waveform):
            return _titrate(session, Slot(channel, waveform))
        case e.Start():
            return _start(session)
        case e.Resume():
            if not isinstance(session.state, Paused):
                return _refused(session, "not_paused")
            return _commit(session, ToResume(session.state.from_ms))
        case e.Accept():
            return _accept(session)
        case e.Increase(channel=channel):
            return _increase(session, channel)
        case _:
            assert_never(event)


_Forward = e.Screened | e.Placed | e.Titrate | e.Start | e.Resume | e.Accept | e.Increase

# --- before output ---


def _screened(session: Session, event: e.Screened) -> Step:
    if not isinstance(session.state, Screening):
        return _refused(session, "not_screening")
    outcome = judge(session.codes, session.plan.kind, event.answers, event.by)
    match outcome:
        case Clear():
            return _noted(replace(session, state=Placing()), "screening_clear", by=event.by)
        case Blocked(codes=codes):
            return _refused(session, "screening_blocked", codes=" ".join(codes))
        case ReviewFirst(codes=codes):
            return _refused(session, "screening_review_first", codes=" ".join(codes))
        case Warned(codes=codes):
            return _refused(session, "screening_needs_reason", codes=" ".join(codes))
        case _:
            assert_never(outcome)


def _titrate(session: Session, slot: Slot) -> Step:
    match session.state:
        case Ready() | Stopped() if slot in session.plan.slots:
            # From here on the old level is void: a search that is broken off must not leave it in force.
            void = replace(session, plan=session.plan.with_level(slot, 0), train=None, once_more=False)
            if session.plan.assessment == m.CTF:  # a new level meets the lowest rate first: docs/decisions/0020
                void = replace(void, position_ms=0)
            return _commit(void, ToTitrate(slot))
        case Ready() | Stopped():
            return _refused(session, "no_such_slot", channel=slot.channel)
        case _:
            return _refused(session, "not_ready")


def _start(session: Session) -> Step:
    if not isinstance(session.state, Ready):
        return _refused(session, "not_ready")
    if session.plan.unconfirmed:
        return _refused(session, "level_missing", channel=session.plan.unconfirmed[0].channel)
    return _commit(session, ToRun(session.position_ms))


def _commit(session: Session, goal: Goal) -> Step:
    """Everything that ends in output passes here: first the disk, then the device, then 0 mA, then up."""
    if session.record_fault:
        return _refused(session, "record_broken")
    intent = session.intent + 1
    session, noted = _noted(
        replace(session, state=Committing(goal, intent, session.now_ms), intent=intent, epoch=session.epoch + 1),
        "intent",
        **_goal(goal),
    )
    return session, (*noted, c.MakeDurable(intent))


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
            return _output(session, replace(session.state, amplitude_ua=raise_.to_ua, pending=None))
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


def _increase(session: Session, channel: int) -> Step:
    """One device step, in Hold, once the device has confirmed what it has, no faster than the slew limit."""
    state = session.state
    match state:
        case Titrating(slot=Slot(channel=live), amplitude_ua=amplitude, pending=pending) if live == channel:
            slot = state.slot
        case Running(origin_ms=origin, resumed_ms=resumed, pending=pending):
            at = _channel_at(session, state, channel)
            if at is None or at.phase is not Phase.HOLD or _climbs(session.plan, at, session.now_ms - origin, resumed):
                return _refused(session, "only_in_hold", channel=channel)
            slot, amplitude = at.slot, at.level_ua
            if session.plan.assessment == m.CTF:  # one level through the whole test: docs/decisions/0020
                return _refused(session, "fixed_in_test", channel=channel)
        case _:
            return _refused(session, "not_live", channel=channel)
    step_ua = session.plan.capabilities.amplitude_step_ua
    wait_ms = step_ua * SLEW_WINDOW_MS // MAX_SLEW_UA_PER_S
    if pending is not None or (session.raised_at_ms is not None and session.now_ms - session.raised_at_ms < wait_ms):
        return _refused(session, "too_fast", channel=channel)
    asked_ua = next((output.amplitude_ua for output in session.outputs if output.channel == channel), 0)
    if dict(session.confirmed).get(channel, 0) != asked_ua:  # of a modulated level less may be asked for
        return _refused(session, "not_confirmed_yet", channel=channel)
    if amplitude + step_ua > session.plan.ceiling_ua(slot):
        return _refused(session, "ceiling", channel=channel, ceiling_ua=session.plan.ceiling_ua(slot))
    cap_ua = assessing.cap_ua(session.plan, session.measured, slot)
    searching = isinstance(state, Titrating) and not state.measured  # for the most that is tolerated, perhaps anew
    if cap_ua is not None and amplitude + step_ua > cap_ua and not searching:
        return _refused(session, "over_target", channel=channel, ceiling_ua=cap_ua)
    intent = session.intent + 1
    raise_ = Raise(slot, amplitude + step_ua, intent, session.now_ms)
    session = replace(session, intent=intent, raised_at_ms=session.now_ms, state=replace(state, pending=raise_))
    session, noted = _noted(session, "increase", channel=channel, to_ua=raise_.to_ua)
    return session, (*noted, c.MakeDurable(intent))


def _raise(session: Session, state: Running, raise_: Raise) -> Step:
    """The intent is durable; the raise is still done only if the channel is still in Hold."""
    at = _channel_at(session, state, raise_.slot.channel)
    if at is None or at.phase is not Phase.HOLD or at.slot != raise_.slot:
        return _refused(replace(session, state=state), "increase_dropped", channel=raise_.slot.channel)
    return _output(replace(session, plan=session.plan.with_level(raise_.slot, raise_.to_ua)), state)


def _decrease(session: Session, event: e.Decrease) -> Step:
    """One step down, now; a raise that was waiting is forgotten."""
    step_ua = session.plan.capabilities.amplitude_step_ua
    match session.state:
        case Titrating(slot=slot, amplitude_ua=amplitude) if slot.channel == event.channel:
            return _output(session, replace(session.state, amplitude_ua=max(0, amplitude - step_ua), pending=None))
        case Running() | Resuming() as state:
            at = _channel_at(session, state, event.channel)
            if at is None:
                return _refused(session, "no_such_slot", channel=event.channel)
            session = replace(session, plan=session.plan.with_level(at.slot, max(0, at.level_ua - step_ua)))
            return _output(session, replace(state, pending=None) if isinstance(state, Running) else state)
        case Pausing(from_ms=from_ms) | Paused(from_ms=from_ms):
            return _lowered_in_pause(session, from_ms, event.channel)
        case _:
            return _refused(session, "not_live", channel=event.channel)


def _lowered_in_pause(session: Session, from_ms: int, channel: int) -> Step:
    """Who paused because it was too strong goes on with less: the level is lowered, the output stays at 0."""
    at = next((at for at in session.plan.at(from_ms) if at.channel == channel), None)
    if at is None:
        return _refused(session, "no_such_slot", channel=channel)
    lower_ua = max(0, at.level_ua - session.plan.capabilities.amplitude_step_ua)
    lowered = replace(session, plan=session.plan.with_level(at.slot, lower_ua))
    return _noted(lowered, "lowered", channel=channel, level_ua=lower_ua)


def _accept(session: Session) -> Step:
    level = _live_level(session)
    if level is None:
        return _refused(session, "not_live")
    refusal = assessing.unsettled(level) or assessing.over_cap(session.plan, session.measured, level)
    if refusal is not None:
        return _told(session, refusal)
    slot, level_ua = level.slot, level.amplitude_ua
    session = replace(session, plan=session.plan.with_level(slot, level_ua))
    session, noted = _noted(session, "level", channel=slot.channel, waveform=slot.waveform, level_ua=level_ua)
    return _with(_accepted(session, level), noted)


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
    session, noted = _kept(session, value)
    all_measured = assessing.is_all_measured(session.plan, session.measured)
    return _with(_halt(session, Ending("assessed") if all_measured else Lowering()), noted)


def _cramp(session: Session) -> Step:
    """The muscle cramps. In a test of the cramp threshold the output goes to 0 in this very step.

    The result is the frequency of the train under way, its rest included. Whatever halted the output before (STOP, a
    pause, a fault) has ended the train: what is told after it, a moment or an hour, is a mark, and the person hears
    that nothing was measured. Elsewhere a cramp is a mark too: training makes cramps.
    """
    if session.plan.assessment != m.CTF:
        return _noted(session, "mark", kind="cramp", text="")
    match session.state:
        case Running() | Resuming() if session.train and not session.train.over:
            session, noted = _kept(session, *assessing.thresholds(session.train))
            return _with(_halt(session, Ending("assessed")), noted)
        case Ending(why="assessed") | Ended(why="assessed"):  # it has counted, once
            return _noted(session, "mark", kind="cramp", text="")
        case _:
            told = "not_measured" if session.train else "not_in_test"
            halts = isinstance(session.state, Committing | Enabling | Live)
            session, noted = _noted(session, "mark", kind="cramp", text="")
            session, commands = _with(_pause(session, "cramp"), noted)
            if session.train or halts:  # said last, so that it is what the person reads
                session, noted = _noted(session, told)
                commands = (*commands, *noted)
            return session, commands


def _measure(session: Session, event: e.Measure) -> Step:
    """What a person measured. Legal until the end; it changes no output."""
    if isinstance(session.state, Ended):
        return _refused(session, "over")
    value = assessing.measure(session.plan, event, _live_level(session))
    if isinstance(value, c.Note):
        return _told(session, value)
    if value.what is e.What.MAX_TOLERATED and isinstance(session.state, Titrating):
        session = replace(session, state=replace(session.state, measured=True))
    return _kept(session, value)


def _kept(session: Session, *values: m.Measured) -> Step:
    """Kept, and noted for the record: the next session finds it there."""
    notes: tuple[c.Command, ...] = ()
    for value in values:
        session = replace(session, measured=m.with_value(session.measured, value))
        session, told = _told(session, assessing.note(session.plan, session.train, session.measured, value))
        notes = (*notes, *told)
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
            if session.once_more and t_ms >= session.plan.stages[0].end_ms:
                state = Running(state.origin_ms + session.plan.stages[0].end_ms)
                session, t_ms = replace(session, once_more=False), event.now_ms - state.origin_ms
            if t_ms >= session.plan.duration_ms:
                return _at_the_end(replace(session, position_ms=session.plan.duration_ms))
            if isinstance(state, Resuming) and t_ms - state.resumed_ms >= MIN_RESUME_MS:
                state = Running(state.origin_ms, state.resumed_ms)
            return _output(session, state)
        case Titrating(slot=slot, amplitude_ua=amplitude) as state if amplitude and session.plan.course(slot).cycle_ms:
            return _output(session, state)
        case (Unsure(silent_by_ms=by) | Leaving(silent_by_ms=by)) as state if by is not None and event.now_ms >= by:
            return _flowing(replace(session, state=replace(state, silent_by_ms=None)), by, {}), ()
        case _:
            return session, ()


def _at_the_end(session: Session) -> Step:
    """The plan is over. A test that gets there, and was given to its cap, has found nothing: that is a result too."""
    if session.plan.assessment != m.CTF:
        return _halt(session, Ending("complete"))
    cap_mhz = assessing.cap_mhz(session.plan)
    if not assessing.reached_cap(session.plan, session.train):
        session, noted = _noted(session, "test_incomplete", cap_mhz=cap_mhz)
        return _with(_halt(session, Ending("incomplete")), noted)
    session, noted = _noted(session, "not_reached", cap_mhz=cap_mhz)
    return _with(_halt(session, Ending("complete")), noted)


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
            return _refused(replace(session, state=replace(state, pending=None)), "record_slow")
        case _:
            return session, ()


def _output(session: Session, state: Live) -> Step:
    """Go on in `state` and ask for what it wants now, arming the guard first, and only where it changed."""
    wanted = _wanted(session, state)
    arms = tuple(arm for arm, _ in wanted)
    outputs = tuple(output for _, output in wanted if output.amplitude_ua)
    changed = [arm for arm in arms if arm not in session.arms]
    wanted_on = {arm.channel for arm in arms}
    gone = [replace(arm, level_ua=0) for arm in session.arms if arm.channel not in wanted_on]
    commands: tuple[c.Command, ...] = (*gone, *changed)
    if outputs != session.outputs:
        commands = (*commands, c.SetOutput(outputs))
    waveforms = dict(session.waveforms) | {output.channel: output.waveform for output in outputs}
    if outputs and session.plan.assessment == m.CTF and not isinstance(state, Titrating):
        train = assessing.train(session.plan, session.train, session.now_ms - state.origin_ms, outputs)
        session = replace(session, train=train)
    if not arms:
        session = replace(session, train=assessing.over(session.train))
    session = replace(session, state=state, arms=arms, outputs=outputs, waveforms=tuple(sorted(waveforms.items())))
    return session, commands


def _wanted(session: Session, state: Live) -> list[tuple[c.Arm, c.ChannelOutput]]:
    match state:
        case Titrating(slot=slot, amplitude_ua=amplitude):
            # The armed ramp makes the guard hold the titration to the slew limit too.
            ramp_ms = max(MIN_RAMP_MS, amplitude * SLEW_WINDOW_MS // MAX_SLEW_UA_PER_S)
            course = session.plan.course(slot)
            waveform = course.at(session.now_ms - session.course_from_ms)
            return [_channel(session.plan, slot.channel, amplitude, amplitude, ramp_ms, waveform, course)]
        case Running(origin_ms=origin, resumed_ms=resumed) | Resuming(origin_ms=origin, resumed_ms=resumed):
            t_ms = session.now_ms - origin
            return [_planned(session.plan, at, t_ms, resumed) for at in session.plan.at(t_ms) if at.level_ua]
        case _:
            assert_never(state)


def _planned(plan: Plan, at: ChannelAt, t_ms: int, resumed_ms: int | None) -> tuple[c.Arm, c.ChannelOutput]:
    if resumed_ms is None or not _climbs(plan, at, t_ms, resumed_ms):
        return _channel(plan, at.channel, at.level_ua, at.amplitude_ua, at.ramp_ms, at.waveform, at.course)
    climbed_ua = at.level_ua * max(0, _climbed_ms(at, t_ms, resumed_ms)) // MIN_RESUME_MS
    amplitude_ua = floor_to_step(min(at.amplitude_ua, climbed_ua), plan.capabilities.amplitude_step_ua)
    return _channel(plan, at.channel, at.level_ua, amplitude_ua, _climb_span_ms(at), at.waveform, at.course)


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


def _climbs(plan: Plan, at: ChannelAt, t_ms: int, resumed_ms: int | None) -> bool:
    """A channel's first contraction after a resume climbs over at least 5 s, whatever the plan's ramp."""
    if resumed_ms is None:
        return False
    young = _climbed_ms(at, t_ms, resumed_ms) < _climb_span_ms(at)
    return young and at.phase is not Phase.REST and not _contracted_since(plan, at, resumed_ms)


def _contracted_since(plan: Plan, at: ChannelAt, resumed_ms: int) -> bool:
    """Whether this channel had an earlier contraction that began at or after `resumed_ms`."""
    first = at.contraction == 1
    before_ms = (plan.stage_at(at.contraction_start_ms).start_ms if first else at.contraction_start_ms) - 1
    before = next((b for b in plan.at(before_ms) if b.channel == at.channel), None)
    return before_ms >= resumed_ms and before is not None and before.contraction_start_ms >= resumed_ms


def _climb_span_ms(at: ChannelAt) -> int:
    return max(MIN_RESUME_MS, at.ramp_ms)


def _climbed_ms(at: ChannelAt, t_ms: int, resumed_ms: int) -> int:
    return t_ms - max(resumed_ms, at.contraction_start_ms)


def _climbing(plan: Plan, t_ms: int, resumed_ms: int | None) -> bool:
    """Whether any channel is in its slow first climb after a resume."""
    return any(_climbs(plan, at, t_ms, resumed_ms) for at in plan.at(t_ms))


def _channel_at(session: Session, state: Running | Resuming, channel: int) -> ChannelAt | None:
    return next((at for at in session.plan.at(session.now_ms - state.origin_ms) if at.channel == channel), None)


# --- down to 0 ---


def _halt(session: Session, state: State) -> Step:
    """Ask for 0, forget what was armed, and count what may still flow as uncertain until the halt is confirmed."""
    session = replace(_flowing(session, session.now_ms, _possible(session)), train=assessing.over(session.train))
    return replace(session, state=state, epoch=session.epoch + 1, outputs=(), arms=()), (c.Halt(), c.Disarm())


def _pause(session: Session, why: str) -> Step:
    match session.state:
        case Running(origin_ms=origin) | Resuming(origin_ms=origin):
            t_ms = session.now_ms - origin
            from_ms = assessing.restart_ms(session.plan, t_ms)
            once_more = session.once_more or assessing.cuts_the_first(session.plan, t_ms)
            session, noted = _noted(replace(session, once_more=once_more), "pause", why=why, from_ms=from_ms)
            return _with(_halt(session, Pausing(from_ms, why)), noted)
        case Titrating():
            session, noted = _noted(session, "titration_left", why=why)
            return _with(_halt(session, Lowering()), noted)
        case Committing(goal=goal) | Enabling(goal=goal):
            back = Pausing(goal.from_ms, why) if isinstance(goal, ToResume) else Lowering()
            session, noted = _noted(session, "start_left", why=why)
            return _with(_halt(session, back), noted)
        case Idle() | Screening() | Placing() | Ready() | Paused() | Stopped() | Ended():
            return session, ()
        case Lowering() | Pausing() | Ending() | Stopping() | Unsure() | Leaving():
            return session, ()
        case _:
            assert_never(session.state)


def _stop(session: Session, why: str) -> Step:
    """STOP and every fault: halt from anywhere. Levels are void; a later start goes on at the cut contraction."""
    session, noted = _noted(session, "stop", why=why)
    match session.state:
        case Idle() | Screening() | Placing() | Ended():
            return _with((session, (c.Halt(), c.Disarm())), noted)
        case Stopping(why=first) | Stopped(why=first):
            # The first reason is kept: what follows is mostly its consequence.
            return _with(_halt(session, Stopping(first)), noted)
        case Unsure() | Leaving():
            return _with(_halt(session, session.state), noted)
        case Ending(why=ended):
            return _with(_halt(session, Ending(ended)), noted)
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
            return _with(_halt(_voided(session), Stopping(why)), noted)
        case _:
            assert_never(session.state)


def _guard_tripped(session: Session, rule: str, detail: str, trips: int) -> Step:
    """The guard sees for itself what the driver may have told already: then the first words stay on the screen."""
    tripped, noted = _noted(replace(session, trips=max(trips, session.trips)), "guard", rule=rule, detail=detail)
    stopped, commands = _with(_stop(tripped, f"guard:{rule}"), noted)
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
    plan = session.plan
    for slot in plan.slots:
        plan = plan.with_level(slot, 0)
    return replace(session, plan=plan, position_ms=position_ms)


def _unsure(session: Session, why: str, halt: Halt) -> Step:
    """Nobody knows what flows. A second reason changes neither the first nor the time by which the device is silent."""
    session, noted = _noted(session, "unsure", why=why)
    match session.state:
        case Ended():
            return session, noted
        case Unsure(why=first, silent_by_ms=by):
            return _with(_halt(session, Unsure(first, by, halt)), noted)
        case Leaving(why=first, silent_by_ms=by):
            # Given up: the person has to see it before the session ends.
            state = Unsure(first, by, halt) if halt is Halt.UNCONFIRMED else session.state
            return _with(_halt(session, state), noted)
        case _:
            watchdog_ms = session.plan.capabilities.watchdog_ms
            silent_by_ms = session.now_ms + watchdog_ms if watchdog_ms else None
            return _with(_halt(_voided(session), Unsure(why, silent_by_ms, halt)), noted)


def _end(session: Session) -> Step:
    match session.state:
        case Titrating() | Running() | Resuming() | Committing() | Enabling() | Lowering() | Pausing():
            return _halt(_voided(session), Ending("ended_early"))
        case Stopping(why=why):
            return _halt(session, Ending(why))
        case Unsure(why=why, silent_by_ms=by, halt=Halt.PENDING):
            return replace(session, state=Leaving(why, by)), ()
        case Stopped(why=why) | Unsure(why=why):
            return _close(session, why)
        case Idle() | Screening() | Placing() | Ready() | Paused():
            return _close(session, "ended_early")
        case Ending() | Leaving() | Ended():
            return session, ()
        case _:
            assert_never(session.state)


def _close(session: Session, why: str) -> Step:
    session, noted = _noted(session, "dose", **dose(session))
    position_ms = session.state.from_ms if isinstance(session.state, Paused) else session.position_ms
    unconfirmed = isinstance(session.state, Unsure) and session.state.halt is Halt.UNCONFIRMED
    return replace(session, state=Ended(why, unconfirmed), position_ms=position_ms), (*noted, c.Close(why))


def dose(session: Session) -> dict[str, int]:
    """Charge by channel as a range, in nC; while the output is unknown the most there can be until it falls silent."""
    until_ms = session.now_ms
    if isinstance(session.state, Unsure | Leaving) and session.state.silent_by_ms is not None:
        until_ms = max(until_ms, session.state.silent_by_ms)
    return {
        f"channel_{total.channel}_{bound}_nc": value
        for total in session.ledger.totals(until_ms)
        for bound, value in (("low", total.low_nc), ("high", total.high_nc))
    }


# --- what the device says ---


def _device(session: Session, event: e.Device) -> Step:
    match event:
        case e.Identified():
            state = Screening() if isinstance(session.state, Idle) else session.state
            return replace(session, device=event, state=state), ()
        case e.WrongDevice(reason=reason):
            session, noted = _noted(session, "wrong_device", reason=reason)
            return _with(_close(session, "wrong_device"), noted)
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
            faulty, noted = _noted(session, "fault", fault=str(fault), channel=channel, result=result)
            stopped, commands = _with(_stop(faulty, f"fault:{fault}"), noted)
            return replace(stopped, note=faulty.note), commands  # which channel it was is worth more than the STOP
        case e.Unanswered(request=request):
            session, noted = _noted(session, "unanswered", request=request)
            return _with(_unsure(session, "unanswered", Halt.PENDING), noted)
        case e.LinkLost(reason=reason):
            return _link_lost(session, reason)
        case e.HaltConfirmed(now_ms=now_ms):
            return _halted(session, now_ms)
        case e.HaltUnconfirmed():
            return _unsure(replace(session, confirmed=(), silent=()), "halt_unconfirmed", Halt.UNCONFIRMED)
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
            session, noted = _noted(session, "link_lost", reason=reason)
            return _with(_close(session, "link_lost"), noted)
        case Ended():
            return _noted(session, "link_lost", reason=reason)
        case _:  # every other state has, or may have, output
            session, noted = _noted(session, "link_lost", reason=reason)
            return _with(_unsure(session, "link_lost", Halt.UNCONFIRMED), noted)


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
            return _close(session, why)
        case Screening() | Placing() | Ready() | Committing() | Enabling() | Titrating() | Running() | Resuming():
            return session, ()
        case Paused() | Stopped() | Ended():
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


# --- words ---


def _noted(session: Session, code: str, **values: int | str) -> Step:
    return _told(session, c.Note(code, tuple(values.items())))


def _told(session: Session, note: c.Note) -> Step:
    return replace(session, note=note), (note,)


def _refused(session: Session, code: str, **values: int | str) -> Step:
    return _noted(session, f"refused:{code}", **values)


def _with(outcome: Step, notes: tuple[c.Command, ...]) -> Step:
    """The halt goes first; what it was for is written down after."""
    session, commands = outcome
    return session, (*commands, *notes)
