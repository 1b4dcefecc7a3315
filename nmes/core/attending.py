"""What a session asks of a person before any output: the read-back, the pads, where it is felt, the emergency button.

Laws: nothing is left out in silence. What was read back wrong is missing until it is read back right, whatever the
reason. A pad smaller than the plan counts with is refused. Whoever touches the pads, or finds the current at the wrong
place, loses the levels. A patient's STOP that is not tested, or lost, starts nothing. A device without a dead-man
starts nothing, in whatever session, before a named person has the emergency button. Nothing here puts anything out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.attended import PatientStop
from nmes.core.screening import tells
from nmes.core.session_value import Session, Step, noted, refused, without_levels
from nmes.core.states import Paused, Placing, Ready, Screening, State, Stopped

ASSESSMENT = "assessment"
_BEFORE_OUTPUT = Placing | Ready | Paused | Stopped
"""Where nothing flows and something may be started next."""

# --- what is missing ---


def wanted_reads(session: Session) -> tuple[e.Read, ...]:
    """What has to be read back and was not: only what this session says of its patient."""
    said = {e.Read.CODE: session.who.code, e.Read.SIDE: session.who.side}
    done = {*session.progress.read, *session.progress.skipped}
    return tuple(what for what in e.Read if said[what] and what not in done)


def unfelt(session: Session) -> tuple[int, ...]:
    """The channels of which nobody has said yet that they are felt where they should be."""
    if session.attended is None or session.plan.kind == ASSESSMENT:
        return ()
    return tuple(p.channel for p in session.plan.channels if p.channel not in session.progress.in_place)


def untested(session: Session) -> bool:
    """Whether the patient's own STOP is missing."""
    return session.progress.patient_stop not in {PatientStop.NONE, PatientStop.TESTED}


def buttonless(session: Session) -> bool:
    """Whether the device goes on by itself when all else fails, and nobody said to have its emergency button."""
    return not session.plan.capabilities.has_dead_man and not session.progress.button_by


def missing(session: Session) -> Iterator[str]:
    """What has to be done before the next step from this state, up to the start of the treatment."""
    if isinstance(session.state, Screening):
        yield "screening"
    placing = isinstance(session.state, Placing) and session.attended
    if placing:
        yield from (f"read:{what}" for what in wanted_reads(session))
    if buttonless(session) and isinstance(session.state, _BEFORE_OUTPUT):
        yield "button"
    if placing:
        yield "pads"
    if untested(session) and isinstance(session.state, _BEFORE_OUTPUT):
        yield "patient_stop"
    if isinstance(session.state, Ready | Stopped):
        yield from (f"level:{slot.channel}:{slot.waveform}" for slot in session.plan.unconfirmed)
        yield from (f"felt:{channel}" for channel in unfelt(session))


def start_refusal(session: Session) -> str:
    """Why nothing may start now, whatever it is that should; "" if nothing speaks against it."""
    if session.record_fault:
        return "record_broken"
    return "button_missing" if buttonless(session) else stop_refusal(session)


def stop_refusal(session: Session) -> str:
    """Why the patient's own STOP lets nothing go on; "" if it does, or the session has none."""
    return f"patient_stop_{session.progress.patient_stop}" if untested(session) else ""


# --- the steps ---


def back(session: Session) -> Step:
    """One step back. The levels, and what was felt, are void with it; so is the side once the pads are left."""
    if session.attended is None:
        return refused(session, "not_back")
    match session.state:
        case Placing():
            return _to(session, Screening(), (e.Read.SIDE,))
        case Ready() | Stopped():
            return _to(session, Placing(), ())
        case _:
            return refused(session, "not_back")


def _to(session: Session, state: State, void: tuple[e.Read, ...]) -> Step:
    """An earlier step: no level is in force there, and what was queued before belongs to an older epoch."""
    session = _unread(without_levels(session), *void)
    session = replace(session, progress=replace(session.progress, pads=()))
    to = "screening" if isinstance(state, Screening) else "placing"
    return noted(replace(session, state=state, epoch=session.epoch + 1, train=None), "back", to=to)


def read_back(session: Session, event: e.ReadBack) -> Step:
    """What a person reads off the patient, compared with what the session is for."""
    if session.attended is None or not isinstance(session.state, Screening | Placing):
        return refused(session, "not_placing")
    wanted = session.who.code if event.what is e.Read.CODE else session.who.side
    said = event.said.strip()
    if not said and not tells(event.reason):
        return refused(session, "read_back_missing", what=str(event.what))
    contradicted = session.progress.contradicted
    if not said and event.what in contradicted:  # a wrong patient is not talked away
        return refused(session, "read_back_contradicted", what=str(event.what), wanted=wanted)
    session = _unread(session, event.what)
    progress = session.progress
    if not said:
        session = replace(session, progress=replace(progress, skipped=(*progress.skipped, event.what)))
        return noted(session, "read_back_skipped", what=str(event.what), reason=event.reason)
    others = tuple(what for what in contradicted if what is not event.what)
    if said.casefold() != wanted.strip().casefold():
        session = replace(session, progress=replace(progress, contradicted=(*others, event.what)))
        return refused(session, "read_back_differs", what=str(event.what), said=said, wanted=wanted)
    session = replace(session, progress=replace(progress, read=(*progress.read, event.what), contradicted=others))
    return noted(session, "read_back", what=str(event.what), said=said)


def _unread(session: Session, *void: e.Read) -> Session:
    """The session in which these are to be read back again. What was contradicted stays so until it is equal."""
    progress = session.progress
    read = tuple(what for what in progress.read if what not in void)
    skipped = tuple(what for what in progress.skipped if what not in void)
    return replace(session, progress=replace(progress, read=read, skipped=skipped))


def button(session: Session, event: e.ButtonConfirmed) -> Step:
    """A person says, by name, to have the emergency button in reach and to have tested it."""
    if session.plan.capabilities.has_dead_man:
        return refused(session, "button_not_needed")
    if not isinstance(session.state, _BEFORE_OUTPUT):
        return refused(session, "not_placing")
    by = event.by.strip()
    if not tells(by):
        return refused(session, "button_unnamed")
    session = replace(session, progress=replace(session.progress, button_by=by))
    return noted(session, "button_confirmed", by=by)


def placed(session: Session, event: e.Placed) -> Step:
    """The electrodes are on; in an attended session each pad, and everything that was to be read back, with it."""
    if not isinstance(session.state, Placing):
        return refused(session, "not_placing")
    if session.attended is None:
        return replace(session, state=Ready()), ()
    reads = wanted_reads(session)
    if reads:
        return refused(session, "read_back_missing", what=str(reads[0]))
    refusal = "button_missing" if buttonless(session) else stop_refusal(session)
    if refusal:
        return refused(session, refusal)
    return _padded(session, dict(event.pads))


def _padded(session: Session, pads: dict[int, int]) -> Step:
    known = {channel.channel: channel.pad_mm2 for channel in session.plan.channels}
    for channel in pads:
        if channel not in known:
            return refused(session, "no_such_slot", channel=channel)
    for channel, needed_mm2 in known.items():
        if channel not in pads:
            return refused(session, "pad_missing", channel=channel)
        if pads[channel] < needed_mm2:
            return refused(session, "pad_smaller", channel=channel, pad_mm2=pads[channel], needed_mm2=needed_mm2)
    said: tuple[c.Command, ...] = ()
    for channel, needed_mm2 in known.items():
        if pads[channel] > needed_mm2:
            session, one = noted(session, "pad_larger", channel=channel, pad_mm2=pads[channel], needed_mm2=needed_mm2)
            said = (*said, *one)
    progress = replace(session.progress, pads=tuple(sorted(pads.items())))
    return replace(session, progress=progress, state=Ready()), said


def felt_at(session: Session, event: e.FeltAt) -> Step:
    """Where the current is felt. At the wrong place nothing holds any more: the pads come first again."""
    if session.attended is None or not isinstance(session.state, Ready):
        return refused(session, "not_ready")
    muscle = next((p.muscle for p in session.plan.channels if p.channel == event.channel), None)
    if muscle is None:
        return refused(session, "no_such_slot", channel=event.channel)
    if not any(slot.channel == event.channel for slot, _ in session.plan.levels):
        return refused(session, "level_missing", channel=event.channel)
    if not event.there:
        session, said = noted(session, "felt_elsewhere", channel=event.channel, muscle=muscle)
        session, back_ = _to(session, Placing(), (e.Read.SIDE,))
        return session, (*said, *back_)
    in_place = tuple(sorted({*session.progress.in_place, event.channel}))
    session = replace(session, progress=replace(session.progress, in_place=in_place))
    return noted(session, "felt", channel=event.channel, muscle=muscle)


def felt_anew(session: Session, channel: int) -> Session:
    """The session whose level on this channel is found again: where it is felt is asked again too."""
    in_place = tuple(known for known in session.progress.in_place if known != channel)
    return replace(session, progress=replace(session.progress, in_place=in_place))


# --- the patient's own STOP ---


def heard_from_patient(session: Session, source: str) -> Step:
    """What a STOP tells of the patient's own one; the STOP itself is not decided here."""
    now = session.progress.patient_stop
    if source == e.PATIENT and untested(session):
        session = replace(session, progress=replace(session.progress, patient_stop=PatientStop.TESTED))
        return noted(session, "patient_stop_tested")
    worse = _WORSE.get(source)
    if worse is not None and now is not PatientStop.NONE:
        session = replace(session, progress=replace(session.progress, patient_stop=worse))
    return session, ()


_WORSE = {e.PATIENT_LOST: PatientStop.LOST, e.PATIENT_RESTLESS: PatientStop.RESTLESS}
