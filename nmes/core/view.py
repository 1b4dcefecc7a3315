"""What a screen may show: one frozen value per turn, made from the session and from what the device has acknowledged.

Law: it never says "off" unless the device has confirmed it, and never "on" for what was only asked for. Commanded and
confirmed are two values. Words are codes here; the screen words them in the user's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from nmes.core import aftercare, attending
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import measurement as m
from nmes.core import states as s
from nmes.core.attended import PatientStop
from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.climbs import rises
from nmes.core.plan import ChannelAt, ChannelPlan, Plan, Slot
from nmes.core.raising import first_ua_of, ghost_of
from nmes.core.session import plan_time_ms
from nmes.core.session_value import Session, is_first
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
    AFTER = "after"
    """The treatment is over; what is found after it and the signature are missing."""
    ENDED = "ended"


RUNNING = frozenset({Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST, Word.RESUMING})
"""Something of the plan is live; in a stepped test its trains run, and only there a cramp is its result."""


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
    side: str = ""
    """`left` or `right` where the protocol says one of the two; `muscle` names it then."""
    set_over: int = 0
    """The set in the pause after which the channel is, of `sets`; 0 anywhere else."""
    sets: int = 1


@dataclass(frozen=True, slots=True)
class SlotView:
    """One level to titrate; `level_ua` None = not confirmed.

    Of the most that is tolerated, once it is measured: `target_ua` is where to go, `cap_ua` what it may not pass. In a
    patient's first session `target_ua` is what the protocol makes of it, and `usual_ua` the whole.
    """

    slot: Slot
    muscle: str
    level_ua: int | None
    target_ua: int | None = None
    cap_ua: int | None = None
    last_ua: int | None = None
    """The level of the last session, on this device's grid; None = there was none, or nobody looked."""
    last_utc: str = ""
    side: str = ""
    usual_ua: int | None = None


@dataclass(frozen=True, slots=True)
class DoseView:
    """Charge delivered on one channel so far, in nC, as a range."""

    channel: int
    low_nc: int
    high_nc: int


@dataclass(frozen=True, slots=True)
class View:
    """Everything a screen shows.

    `may` are the actions that would be heard now. What leads a step further is not among them where it would be
    refused; only what passes within moments while a level is found (too fast, not confirmed yet) is left to `step`.
    """

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
    attended: bool = False
    """Whether a person attends and signs this session."""
    missing: tuple[str, ...] = ()
    """Codes of what has to be done before the next step: `read:code`, `level:1:0`, `felt:1`, `skin:1`, `sign`, ..."""
    observed: tuple[e.Observed, ...] = ()
    """What was found so far; once the treatment is over, after it."""
    earlier: tuple[e.Observed, ...] = ()
    """Once the treatment is over: what was found before."""
    felt: tuple[int, ...] = ()
    """Channels that are felt where they should be."""
    patient_stop: PatientStop = PatientStop.NONE
    button_by: str = ""
    """Who has the emergency button of a device without a dead-man."""
    read: tuple[e.Read, ...] = ()
    """What was really read back off the patient ..."""
    skipped: tuple[e.Read, ...] = ()
    """... and what was left out, with a reason."""
    contradicted: tuple[e.Read, ...] = ()
    """What was read back unequal, and not equal since: no reason leads past it."""
    accepted: tuple[tuple[Slot, int], ...] = ()
    """The level that was accepted last, by slot, also where it is in force no longer."""
    at_end: tuple[tuple[Slot, int], ...] = ()
    """Of the same slots the level in force now, or the last one that was: `+` may have led over what was accepted."""
    noted: tuple[c.Note, ...] = ()
    """The decisions to be seen when signing, oldest first."""
    first: bool = False
    """Whether it is this patient's first session by this protocol, as the record or the checklist tells."""
    first_percent: int = 0
    """How much of target and contractions it shall be then; 0: it is not the first, or the protocol says nothing."""
    contractions: tuple[int, int] = (0, 0)
    """How many every channel has been given, and of how many; `(0, 0)` where none are counted."""
    cramp_mhz: int | None = None
    """In a test: the frequency of the train that a cramp told now would count for."""
    once_more: bool = False
    """In a test: this train climbs slowly after a pause, and comes once more at its level."""

    @property
    def first_contractions(self) -> int:
        """With how many contractions a first session ends, at most; 0 where nothing tells."""
        if not self.first_percent or not self.contractions[1]:
            return 0
        return max(1, self.contractions[1] * self.first_percent // 100)

    @property
    def first_is_given(self) -> bool:
        """Whether a first session has been given all of its contractions: a person ends it, nothing else does."""
        return 0 < self.first_contractions <= self.contractions[0]

    @property
    def told_why(self) -> str:
        """`why`, but a first session that was ended with all of its contractions given did not end before its time."""
        return FIRST_GIVEN if self.why == ENDED_EARLY and self.first_is_given else self.why

    @property
    def is_half_given(self) -> bool:
        """Whether half of the plan was given, or all that a first session shall be.

        Counted in contractions where there are any: the rest after the last one is time too, but nobody waits for it.
        """
        done, of_all = self.contractions
        if not of_all:
            return 2 * self.plan_ms >= self.plan.duration_ms
        return self.first_is_given if self.first_percent else 2 * done >= of_all


ENDED_EARLY = "ended_early"
FIRST_GIVEN = "first_given"
"""Why a first session ended, as it is told; its record says `ended_early`, and this beside it."""


STALE_MS = 1000
"""An answer older than this tells nothing of the present: two missed keep-alives [design]."""


def view(session: Session, output: OutputState) -> View:
    """The View of a session and of what its device acknowledged; `now_ms` is the session's."""
    age_ms = None if output.confirmed_at_ms is None else max(0, session.now_ms - output.confirmed_at_ms)
    plan_ms = plan_time_ms(session)
    state = session.state
    position = _position_ms(session) if plan_ms is None else plan_ms
    at = {a.channel: a for a in session.plan.at(position)} if plan_ms is not None else {}
    live = state.slot if isinstance(state, s.Titrating) else None
    progress, over, first = session.progress, isinstance(state, s.After | s.Ended), is_first(session)
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
        channels=tuple(_channel(session, output, age_ms, live, one.channel, at) for one in session.plan.channels),
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
        accepted=session.accepted,
        at_end=tuple((slot, session.plan.level_ua(slot) or level) for slot, level in session.last_levels),
        step_mhz=session.plan.stage_at(position).step_mhz,
        contractions=session.plan.contractions(position),
        cramp_mhz=_cramp_mhz(session),
        once_more=session.plan.stage_at(position).start_ms == session.once_more_ms,
        # What a person who attends has done, and has still to do.
        attended=session.attended is not None,
        missing=(*attending.missing(session), *aftercare.missing(session)),
        observed=progress.observed if over else progress.earlier,
        earlier=progress.earlier if over else (),
        felt=progress.in_place,
        patient_stop=progress.patient_stop,
        button_by=progress.button_by,
        read=progress.read,
        skipped=progress.skipped,
        contradicted=progress.contradicted,
        noted=session.noted,
        first=first,
        first_percent=session.plan.aim.first_percent if first else 0,
    )


def _cramp_mhz(session: Session) -> int | None:
    runs = isinstance(session.state, s.Running | s.Resuming) and session.train is not None and not session.train.over
    return session.train.mhz if runs and session.train else None


def _slot(session: Session, slot: Slot) -> SlotView:
    plan, step_ua = session.plan, session.plan.capabilities.amplitude_step_ua
    usual_ua, first_ua = m.target_ua(plan.aim, session.measured, slot, step_ua), first_ua_of(session, slot)
    target_ua = usual_ua if first_ua is None else first_ua
    cap_ua = m.cap_ua(plan.aim, session.measured, slot, step_ua)
    muscle, ghost = _muscle(plan, slot.channel), ghost_of(session, slot)
    last_ua, last_utc = (ghost.level_ua, ghost.t_utc) if ghost else (None, "")
    side = _planned(plan, slot.channel).one_side
    return SlotView(slot, muscle, _level(plan, slot), target_ua, cap_ua, last_ua, last_utc, side, usual_ua)


def _unconfirmed(state: s.State) -> bool:
    """Whether the halt was given up. The end of the session does not make it any more certain."""
    match state:
        case s.Unsure(halt=halt):
            return halt is s.Halt.UNCONFIRMED
        case s.After(unconfirmed=unconfirmed) | s.Ended(unconfirmed=unconfirmed):
            return unconfirmed
        case _:
            return False


def _word(session: Session) -> Word:
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
        case s.Running(origin_ms=origin, resumed_ms=resumed) | s.Resuming(origin_ms=origin, resumed_ms=resumed):
            climbs = rises(session.plan, session.now_ms - origin, resumed, session.rules)
            return Word.RESUMING if climbs else _phase_word(session)
        case s.Lowering() | s.Pausing() | s.Ending() | s.Stopping():
            return Word.HALTING
        case s.Paused():
            return Word.PAUSED
        case s.Stopped():
            return Word.STOPPED
        case s.Unsure() | s.Leaving():
            return Word.UNSURE
        case s.After():
            return Word.AFTER
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


def _phase_word(session: Session) -> Word:
    """The most active phase of any channel names the session."""
    phases = {at.phase for at in session.plan.at(plan_time_ms(session) or 0)}
    return next((word for phase, word in _PHASE_WORDS.items() if phase in phases), Word.REST)


def _why(state: s.State) -> str:
    match state:
        case s.Pausing() | s.Paused() | s.Ending() | s.After() | s.Ended() | s.Stopping() | s.Stopped():
            return state.why
        case s.Unsure() | s.Leaving():
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
    session: Session,
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
        side=_planned(plan, channel).one_side,
        pad_mm2=_planned(plan, channel).pad_mm2,
        slot=slot,
        phase=now.phase if now else None,
        level_ua=titrated if titrated is not None else ((_level(plan, slot) or 0) if slot else 0),
        commanded_ua=dict(output.commanded).get(channel, 0),
        confirmed_ua=confirmed if known else None,
        ceiling_ua=plan.ceiling_ua(slot) if slot else 0,
        contraction=now.contraction if now else 0,
        contractions=now.contractions if now else 0,
        ends_in_ms=now.ends_in_ms if now else 0,
        electrode=_electrode(plan, confirmed, known=known),
        mvic_permille=m.mvic_permille(session.measured, channel),
        target_mn=m.target_mn(plan.aim, session.measured, channel, first=is_first(session)),
        set_over=now.set_over if now else 0,
        sets=now.sets if now else 1,
    )


def _electrode(plan: Plan, confirmed_ua: int, *, known: bool) -> Electrode:
    """What an answer without a fault proves: nothing below the device's floor, and nothing of one that never tells."""
    tells = plan.capabilities.electrode_feedback is not ElectrodeFeedback.NONE
    floor_ua = plan.capabilities.electrode_floor_ua
    return Electrode.OK if tells and known and confirmed_ua >= floor_ua else Electrode.CANNOT_TELL


def _first_slot(plan: Plan, channel: int) -> Slot | None:
    return next((slot for slot in plan.slots if slot.channel == channel), None)


def _muscle(plan: Plan, channel: int) -> str:
    return _planned(plan, channel).named


def _planned(plan: Plan, channel: int) -> ChannelPlan:
    return next(one for one in plan.channels if one.channel == channel)


def _level(plan: Plan, slot: Slot) -> int | None:
    return plan.level_ua(slot) or None


def _position_ms(session: Session) -> int:
    match session.state:
        case s.Pausing(from_ms=from_ms) | s.Paused(from_ms=from_ms):
            return from_ms
        case s.Committing(goal=s.ToResume(from_ms=from_ms)) | s.Enabling(goal=s.ToResume(from_ms=from_ms)):
            return from_ms
        case _:
            return session.position_ms


def _may(session: Session) -> frozenset[str]:
    """The actions of the state, and CRAMP in a test where it would halt or be a result: once halted it is a mark."""
    live = session.plan.assessment == m.CTF and isinstance(session.state, s.Committing | s.Enabling | s.Live)
    return _may_do(session) | ({"cramp"} if live else set()) | (_may_besides(session) if session.attended else set())


def _may_besides(session: Session) -> set[str]:
    """What a person may do besides in an attended session."""
    match session.state:
        case s.Screening():
            return {"read", "observe"}
        case s.Placing():
            return {"read", "observe", "back"}
        case s.Ready():
            return {"observe", "back", *(("felt",) if session.plan.levels else ())}
        case s.Stopped():
            return {"observe", "back"}
        case s.Paused():
            return {"observe"}
        case _:  # what is live, halting or over leaves no time for it; After has its own
            return set()


def _starts(session: Session, action: str) -> tuple[str, ...]:
    """What ends in output is offered only while nothing speaks against a start."""
    return () if attending.start_refusal(session) else (action,)


def _may_do(session: Session) -> frozenset[str]:
    match session.state:
        case s.Screening():
            return frozenset({"screen", "end"})
        case s.Placing():
            read = attending.wanted_reads(session) if session.attended else ()
            return frozenset({"end"} if read or attending.untested(session) else {"place", "end"})
        case s.Ready():
            missing = tuple(attending.missing(session))
            return frozenset({"end", *_starts(session, "titrate"), *(() if missing else _starts(session, "start"))})
        case s.Stopped():
            return frozenset({"end", *_starts(session, "titrate")})
        case s.Titrating():
            return frozenset({"increase", "decrease", "accept", "measure", "pause", "end"})
        case s.Running():
            increase = () if session.plan.assessment == m.CTF else ("increase",)
            return frozenset({"decrease", "pause", "end", *increase})
        case s.Resuming():
            return frozenset({"decrease", "pause", "end"})
        case s.Paused():
            return frozenset({"decrease", "end", *_starts(session, "resume")})
        case s.Pausing():
            return frozenset({"decrease", "end"})
        case s.Idle() | s.Committing() | s.Enabling() | s.Lowering() | s.Stopping() | s.Unsure():
            return frozenset({"end"})
        case s.After():
            sign = () if session.record_fault or aftercare.still_to_find(session) else ("sign",)
            return frozenset({"observe", "leave", *sign})
        case s.Ending() | s.Leaving() | s.Ended():
            return frozenset()
        case _:
            assert_never(session.state)
