"""The words of the first screen and of the patient's: devices, whose turn it is, and sessions in a list. Pure.

Law: what is not known is said as not known; a port that is there is not called a stimulator.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Final, assert_never

from nmes.core.attended import Ghost
from nmes.core.events import Finding, Observed
from nmes.core.measurement import Who
from nmes.core.printable import printable
from nmes.language import _, many
from nmes.record.store import Interrupted, Summary, Unfinished, Unreadable
from nmes.runtime.clock import place_time
from nmes.runtime.families import DEFAULT
from nmes.runtime.today import Device, Patient, Today, Turn
from nmes.ui.ending_words import WORDS, Ended, ended
from nmes.ui.names import side_words
from nmes.ui.numbers import ma
from nmes.ui.widgets.strips import cut
from nmes.ui.words import who_words

LOOKING: Final = _("… The device is being looked for.")
READING: Final = _("The records are being read ...")
WHO_WIDTH: Final = 16
"""Columns of a code with its side in a list; a longer one is cut there and whole on the patient's own screen."""
TURN_WIDTH: Final = 17
LAST_WIDTH: Final = 17


def device_line(today: Today, patient_stop: str, model: str = DEFAULT.model) -> str:
    """The light of the device, its model where it is not the usual one, and the patient's own stop, if any."""
    device = _device(today) if model == DEFAULT.model else f"{model}. {_device(today)}"
    if not patient_stop:
        return device
    return _("{device} Patient's own stop: {stop}, tested in the session.").format(device=device, stop=patient_stop)


def _device(today: Today) -> str:
    match today.device:
        case Device.SIMULATOR:
            return _("○ Simulator: it is started with the session.")
        case Device.THERE:
            return _("◐ Port {port} is there, not opened yet: what answers on it is not known.").format(
                port=today.address
            )
        case Device.MISSING:
            return _("✖ Port {port} is not there: is the stimulator plugged in and switched on?").format(
                port=today.address
            )
        case Device.NOT_LOOKED:
            return _("– {port}: not looked for; it is opened with the session.").format(
                port=today.address or _("no address")
            )
        case _:
            assert_never(today.device)


def turn_words(patient: Patient) -> str:
    """Whether it is this patient's turn."""
    match patient.turn:
        case Turn.WAIT:
            return _("✖ NOT NOW: F5")
        case Turn.OVER:
            return _("– plan is over")
        case Turn.BOOSTER if patient.in_days > 0:
            return many("○ booster: {number} d", "○ booster: {number} d", patient.in_days)
        case Turn.BOOSTER:
            return _("● booster due")
        case Turn.DUE if patient.in_days < 0:
            return many("● {number} day late", "● {number} days late", -patient.in_days)
        case Turn.DUE:
            return _("● due today")
        case Turn.LATER:
            return many("○ in {number} day", "○ in {number} days", patient.in_days)
        case Turn.UNKNOWN:
            return _("– next: not known") if patient.per_week else _("– next: not set")
        case _:
            assert_never(patient.turn)


def last_words(patient: Patient) -> str:
    """When the last session was that counts, or a newer one that was ended early, in the word of the last sessions."""
    if patient.early_days is not None:
        if patient.as_planned:
            return _first_words(patient.early_days)
        return _early_words(patient.early_days, stopped=is_stopped(patient.planned or patient.last))
    if patient.days is None:
        return _("none complete yet")
    if patient.days < 0:
        return _("date ahead of us")
    return _("last today") if patient.days == 0 else many("{number} day ago", "{number} days ago", patient.days)


def _first_words(days: int) -> str:
    first = many("{number} day ago, first as planned", "{number} days ago, first as planned", days)
    return first if days else _("last today, first as planned")


def _early_words(days: int, *, stopped: bool) -> str:
    if stopped:
        return (
            many("{number} day ago, stopped", "{number} days ago, stopped", days) if days else _("last today, stopped")
        )
    early = many("{number} day ago, ended early", "{number} days ago, ended early", days)
    return early if days else _("last today, ended early")


def is_stopped(one: Summary) -> bool:
    """Whether a STOP ended it, whosever it was."""
    return ended(one.ending) is Ended.STOPPED


def patient_row(patient: Patient, titles: Mapping[str, str], width: int) -> str:
    """One patient in the list, in columns."""
    who = cut(who_words(Who(patient.code, patient.side)), WHO_WIDTH)
    mark = "!" if _no_end(patient.last) or patient.alarming else " "
    head = f"{mark}{who:<{WHO_WIDTH}} {turn_words(patient):<{TURN_WIDTH}} {last_words(patient):<{LAST_WIDTH}} "
    title = titles.get(patient.protocol, patient.protocol)
    told = f"{alarm_word(patient.alarming)}; {title}" if patient.alarming else title
    return head + cut(told, max(8, width - len(head)))


def alarm_word(found: tuple[Observed, ...]) -> str:
    """What was found after the last session and must be known, in a word each; whole on the patient's own screen."""
    return ", ".join(dict.fromkeys(_ALARMS[one.finding] for one in found))


_ALARMS: Final = {
    Finding.SKIN: _("SKIN"),
    Finding.NRS: _("PAIN"),
    Finding.ADVERSE: _("ADVERSE EVENT"),
}


def session_row(one: Summary, titles: Mapping[str, str], width: int, zone: tzinfo | None = None) -> str:
    """One session in a list: number, when, for whom, what, and how it ended; the protocol's title gives way."""
    who = who_words(Who(one.patient, one.side)) or _("no code")
    head = f"{one.number:>4} {when(one.started_utc, zone)} {cut(who, WHO_WIDTH):<{WHO_WIDTH}} "
    end = ending_words(one)
    room = max(8, width - len(head) - len(end) - 2)
    return f"{head}{cut(titles.get(one.protocol, one.protocol), room):<{room}}  {end}"


def when(utc: str, zone: tzinfo | None = None) -> str:
    """Day and time at this place (`zone` None = the computer's); sixteen columns, also where the record tells none."""
    return place_time(utc, zone) or f"{_('time not known'):<16}"


def ending_words(one: Summary) -> str:
    """How a session ended, in a word or two."""
    return WORDS[ended(one.ending)]


def _no_end(one: Summary) -> bool:
    return isinstance(one.ending, Interrupted | Unfinished | Unreadable)


def trouble_lines(today: Today, zone: tzinfo | None = None) -> list[str]:
    """What must not be overlooked: records that cannot be read, and sessions without an end, the newest first."""
    lines = [_("✖ The records cannot be read: {reason}").format(reason=today.trouble)] if today.trouble else []
    lines += [f"! {printable(one)}" for one in today.kept]
    lines += [_interrupted(one, zone) for one in today.interrupted]
    if today.damaged:
        count = len(today.damaged)
        lines.append(many("✖ {number} record is damaged: see F10.", "✖ {number} records are damaged: see F10.", count))
    return lines


def _interrupted(one: Summary, zone: tzinfo | None) -> str:
    who = who_words(Who(one.patient, one.side)) or _("no code")
    if isinstance(one.ending, Unfinished):
        template = _("! Session {number} ({who}, {time}) has no end: it was interrupted, or runs in another program.")
    else:
        template = _("! Session {number} ({who}, {time}) was INTERRUPTED: program or computer stopped. See F10.")
    return template.format(number=one.number, who=who, time=when(one.started_utc, zone))


# --- the patient's screen ---


def known_lines(today: Today, who: Who) -> list[str]:
    """What is on record of a code: nothing, another side only, or so many sessions; and codes that are like it. Before
    it, what could not be read: that may have been of anybody.
    """
    if not who.code:
        return []
    from nmes.ui.course_lines import due_lines  # noqa: PLC0415 - not needed for the first paint

    theirs, due = today.of(who.code), today.plans.get((who.code, who.side))
    lines = [f"✖ {printable(today.trouble)}"] if today.trouble else []
    lines += [] if due is None else due_lines(due)
    if due is None and not theirs:
        lines.append(_("{code}: no session on record. A new patient, or a mistyped code?").format(code=who.code))
    elif due is None and who.side and not any(one.side == who.side for one in theirs):
        sides = ", ".join(side_words(one.side) for one in theirs)
        lines.append(_("! {code} is on record, but not this side: {sides}.").format(code=who.code, sides=sides))
    if near := today.like(who.code):
        lines.append(_("! Codes like it on record: {codes}.").format(codes=", ".join(near)))
    return lines


def level_lines(ghosts: tuple[Ghost, ...], zone: tzinfo | None = None) -> list[str]:
    """The levels of the last session, one line for each."""
    if not ghosts:
        return [_("No level of an earlier session of this protocol and version is known.")]
    told = _("Levels of session {session}, {time}: marks only, every level is found again from 0.").format(
        session=ghosts[0].session[:6], time=when(ghosts[0].t_utc, zone)
    )
    several = any(ghost.slot.waveform for ghost in ghosts)
    template = _("  channel {channel}, pulse {pulse}: {level} mA") if several else _("  channel {channel}: {level} mA")
    return [
        told,
        *(
            template.format(channel=one.slot.channel, pulse=one.slot.waveform + 1, level=ma(one.level_ua))
            for one in ghosts
        ),
    ]
