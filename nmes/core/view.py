"""What a screen may show: one frozen value per turn, made from the session and from what the device has acknowledged.

Law: it never says "off" unless the device has confirmed it, and never "on" for what was only asked for. Commanded and
confirmed are two values. Words are codes here; the screen words them in the user's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from nmes.core import commands as c
from nmes.core import measurement as m
from nmes.core import session as s
from nmes.core.plan import ChannelAt, Plan, Slot
from nmes.core.timeline import Phase


@dataclass(frozen=True, slots=True)
class OutputState:
    """What left for the device, what it acknowledged, and when. Amplitudes by channel; off channels are absent."""

    commanded: tuple[tuple[int, int], ...] = ()
    confirmed: tuple[tuple[int, int], ...] = ()
    confirmed_at_ms: int | None = None
    """When the device last answered anything that tells its output; None = never."""
    off_confirmed: bool = False
    """True only while the last thing the device acknowledged was a halt."""


class Word(StrEnum):
    """The state of the session in one word."""

    CONNECTING = "connecting"
    SCREENING = "screening"
    PLACING = "placing"
    READY = "ready"
    STARTING = "starting"
    TITRATING = "titrating"
    RAMP_UP = "ramp_up"
    ON = "on"
    RAMP_DOWN = "ramp_down"
    REST = "rest"
    RESUMING = "resuming"
    HALTING = "halting"
    PAUSED = "paused"
    STOPPED = "stopped"
    UNSURE = "unsure"
    ENDED = "ended"


class Output(StrEnum):
    """What is known of the output."""

    OFF = "off"
    ON = "on"
    ENABLED = "enabled"
    """High voltage on, every channel at 0."""
    UNKNOWN = "unknown"


class Electrode(StrEnum):
    """What the device can tell of an electrode."""

    OK = "ok"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True, slots=True)
class ChannelView:
    """One channel. `confirmed_ua` is None while the device's answer is too old to be called known."""

    channel: int
    muscle: str
    pad_mm2: int
    slot: Slot | None
    phase: Phase | None
    level_ua: int
    commanded_ua: int
    confirmed_ua: int | None
    ceiling_ua: int
    contraction: int
    contractions: int
    ends_in_ms: int
    electrode: Electrode
    mvic_permille: int | None = None
    """The evoked force in thousandths of the patient's own strongest contraction, where both were measured."""
    target_mn: int | None = None
    """The force that is aimed at, where that is a part of it and it was measured."""


@dataclass(frozen=True, slots=True)
class SlotView:
    """One level to titrate; `level_ua` None = not confirmed.

    Of the most that is tolerated, once it is measured: `target_ua` is where to go, `cap_ua` what it may not pass.
    """

    slot: Slot
    muscle: str
    level_ua: int | None
    target_ua: int | None = None
    cap_ua: int | None = None


@dataclass(frozen=True, slots=True)
class DoseView:
    """Charge delivered on one channel so far, in nC, as a range."""

    channel: int
    low_nc: int
    high_nc: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything a screen shows. `may` are the actions that would be heard now."""

    word: Word
    why: str
    output: Output
    age_ms: int | None
    """Age of the device's last answer."""
    now_ms: int
    epoch: int
    trips: int
    plan: Plan
    plan_ms: int
    stage: str
    channels: tuple[ChannelView, ...]
    slots: tuple[SlotView, ...]
    live_slot: Slot | None
    dose: tuple[DoseView, ...]
    note: c.Note | None
    device: str
    may: frozenset[str]
    halt_unconfirmed: bool
    who: m.Who = m.NOBODY
    origin: m.Origin | None = None
    """Where the frequency of this plan comes from; None if nothing is derived."""
    measured: tuple[m.Measured, ...] = ()
    step_mhz: int | None = None
    """Delivered frequency of the present step of a stepped test."""


STALE_MS = 1000
"""An answer older than this tells nothing of the present: two missed keep-alives [design]."""


def view(session: s.Session, output: OutputState) -> View:
    """The View of a session and of what its device acknowledged; `now_ms` is the session's."""
    age_ms = None if output.confirmed_at_ms is None else max(0, session.now_ms - output.confirmed_at_ms)
    plan_ms = s.plan_time_ms(session)
    state = session.state
    position = _position_ms(session) if plan_ms is None else plan_ms
    at = {a.channel: a for a in session.plan.at(position)} if plan_ms is not None else {}
    live = state.slot if isinstance(state, s.Titrating) else None
    return View(
        word=_word(session),
        why=_why(state),
        output=_output(state, output, age_ms),
        age_ms=age_ms,
        now_ms=session.now_ms,
        epoch=session.epoch,
        trips=session.trips,
        plan=session.plan,
        plan_ms=position,
        stage=session.plan.stage_at(position).name,
        channels=tuple(
            _channel(session, output, age_ms, live, channel.channel, at) for channel in session.plan.channels
        ),
        slots=tuple(_slot(session, slot) for slot in session.plan.slots),
        live_slot=live,
        dose=tuple(DoseView(t.channel, t.low_nc, t.high_nc) for t in session.ledger.totals(session.now_ms)),
        note=session.note,
        device=session.device.device_id if session.device else "",
        may=_may(session),
        halt_unconfirmed=_unconfirmed(state),
        who=session.who,
        origin=session.origin,
        measured=session.measured,
        step_mhz=session.plan.stage_at(position).step_mhz,
    )


def _slot(session: s.Session, slot: Slot) -> SlotView:
    plan, step_ua = session.plan, session.plan.capabilities.amplitude_step_ua
    target_ua = m.target_ua(plan.aim, session.measured, slot, step_ua)
    cap_ua = m.cap_ua(plan.aim, session.measured, slot, step_ua)
    return SlotView(slot, _muscle(plan, slot.channel), _level(plan, slot), target_ua, cap_ua)


def _unconfirmed(state: s.State) -> bool:
    """Whether the halt was given up. The end of the session does not make it any more certain."""
    match state:
        case s.Unsure(halt=halt):
            return halt is s.Halt.UNCONFIRMED
        case s.Ended(unconfirmed=unconfirmed):
            return unconfirmed
        case _:
            return False


def _word(session: s.Session) -> Word:
    match session.state:
        case s.Idle():
            return Word.CONNECTING
        case s.Screening():
            return Word.SCREENING
        case s.Placing():
            return Word.PLACING
        case s.Ready():
            return Word.READY
        case s.Committing() | s.Enabling():
            return Word.STARTING
        case s.Titrating():
            return Word.TITRATING
        case s.Resuming():
            return Word.RESUMING
        case s.Running():
            return _phase_word(session)
        case s.Lowering() | s.Pausing() | s.Ending() | s.Stopping():
            return Word.HALTING
        case s.Paused():
            return Word.PAUSED
        case s.Stopped():
            return Word.STOPPED
        case s.Unsure() | s.Leaving():
            return Word.UNSURE
        case s.Ended():
            return Word.ENDED
        case _:
            assert_never(session.state)


_PHASE_WORDS = {
    Phase.HOLD: Word.ON,
    Phase.RAMP_UP: Word.RAMP_UP,
    Phase.RAMP_DOWN: Word.RAMP_DOWN,
    Phase.REST: Word.REST,
}


def _phase_word(session: s.Session) -> Word:
    """The most active phase of any channel names the session."""
    phases = {at.phase for at in session.plan.at(s.plan_time_ms(session) or 0)}
    return next((word for phase, word in _PHASE_WORDS.items() if phase in phases), Word.REST)


def _why(state: s.State) -> str:
    match state:
        case s.Pausing() | s.Paused() | s.Ending() | s.Ended() | s.Stopping() | s.Stopped() | s.Unsure() | s.Leaving():
            return state.why
        case _:
            return ""


def _output(state: s.State, output: OutputState, age_ms: int | None) -> Output:
    if isinstance(state, s.Unsure | s.Leaving) or not _known(state, output, age_ms):
        return Output.UNKNOWN
    if output.off_confirmed:
        return Output.OFF
    return Output.ON if output.confirmed or output.commanded else Output.ENABLED


def _known(state: s.State, output: OutputState, age_ms: int | None) -> bool:
    """Whether the last answer tells the present. Nobody asks any more after the end: what was not off is not known."""
    fresh = age_ms is not None and age_ms <= STALE_MS
    return output.off_confirmed or (fresh and not isinstance(state, s.Ended))


def _channel(
    session: s.Session,
    output: OutputState,
    age_ms: int | None,
    live: Slot | None,
    channel: int,
    at: dict[int, ChannelAt],
) -> ChannelView:
    plan, now = session.plan, at.get(channel)
    slot = now.slot if now else (live if live and live.channel == channel else _first_slot(plan, channel))
    known = _known(session.state, output, age_ms)
    confirmed = dict(output.confirmed).get(channel, 0)
    titrated = session.state.amplitude_ua if isinstance(session.state, s.Titrating) and live == slot else None
    return ChannelView(
        channel=channel,
        muscle=_muscle(plan, channel),
        pad_mm2=next(p.pad_mm2 for p in plan.channels if p.channel == channel),
        slot=slot,
        phase=now.phase if now else None,
        level_ua=titrated if titrated is not None else ((_level(plan, slot) or 0) if slot else 0),
        commanded_ua=dict(output.commanded).get(channel, 0),
        confirmed_ua=confirmed if known else None,
        ceiling_ua=plan.ceiling_ua(slot) if slot else 0,
        contraction=now.contraction if now else 0,
        contractions=now.contractions if now else 0,
        ends_in_ms=now.ends_in_ms if now else 0,
        electrode=Electrode.OK
        if confirmed >= plan.capabilities.electrode_floor_ua and known
        else Electrode.CANNOT_TELL,
        mvic_permille=m.mvic_permille(session.measured, channel),
        target_mn=m.target_mn(plan.aim, session.measured, channel),
    )


def _first_slot(plan: Plan, channel: int) -> Slot | None:
    return next((slot for slot in plan.slots if slot.channel == channel), None)


def _muscle(plan: Plan, channel: int) -> str:
    return next(p.muscle for p in plan.channels if p.channel == channel)


def _level(plan: Plan, slot: Slot) -> int | None:
    return plan.level_ua(slot) or None


def _position_ms(session: s.Session) -> int:
    match session.state:
        case s.Pausing(from_ms=from_ms) | s.Paused(from_ms=from_ms):
            return from_ms
        case _:
            return session.position_ms


def _may(session: s.Session) -> frozenset[str]:
    """The actions of the state, and CRAMP in a test where it would halt or be a result: once halted it is a mark."""
    live = session.plan.assessment == m.CTF and isinstance(session.state, s.Committing | s.Enabling | s.Live)
    return _may_do(session) | ({"cramp"} if live else set())


def _may_do(session: s.Session) -> frozenset[str]:
    match session.state:
        case s.Screening():
            return frozenset({"screen", "end"})
        case s.Placing():
            return frozenset({"place", "end"})
        case s.Ready():
            start = () if session.plan.unconfirmed or session.record_fault else ("start",)
            return frozenset({"titrate", "end", *start})
        case s.Stopped():
            return frozenset({"titrate", "end"}) if not session.record_fault else frozenset({"end"})
        case s.Titrating():
            return frozenset({"increase", "decrease", "accept", "measure", "pause", "end"})
        case s.Running():
            increase = () if session.plan.assessment == m.CTF else ("increase",)
            return frozenset({"decrease", "pause", "end", *increase})
        case s.Resuming():
            return frozenset({"decrease", "pause", "end"})
        case s.Paused():
            return frozenset({"resume", "decrease", "end"})
        case s.Pausing():
            return frozenset({"decrease", "end"})
        case s.Idle() | s.Committing() | s.Enabling() | s.Lowering() | s.Stopping() | s.Unsure():
            return frozenset({"end"})
        case s.Ending() | s.Leaving() | s.Ended():
            return frozenset()
        case _:
            assert_never(session.state)
