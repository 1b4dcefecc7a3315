"""A moment of a recorded session in words: what happened, and what the screen of then showed. Pure.

Nothing here is worded as if it were now. Texts out of the record are made harmless: a terminal would obey them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from nmes.core import events as e
from nmes.core.printable import printable
from nmes.core.timeline import Phase
from nmes.core.view import ChannelView, View
from nmes.language import _
from nmes.record import store
from nmes.record.replay import CannotReplay, FirstDifference, ReplayResult, Same
from nmes.record.store import Closed, Ending, Interrupted, Summary, Unfinished, Unreadable
from nmes.record.verdicts import SessionVerdict
from nmes.record.verify import Damaged, Intact, Torn
from nmes.reports.damage_words import DAMAGES
from nmes.runtime.replaying import Moment, Replay
from nmes.ui import words
from nmes.ui.decision_words import decision_words
from nmes.ui.ending_words import WORDS, closed
from nmes.ui.names import actor_words, muscle_words, side_words
from nmes.ui.numbers import charge, clock, ma, ma_or_unknown
from nmes.ui.record_words import answer_lines, event_words
from nmes.ui.widgets.strips import cut


def ending_words(ending: Ending) -> str:
    """How a session ended; one without an end is never told as complete."""
    match ending:
        case Closed():
            return printable(words.why(ending.told_why))
        case Interrupted():
            return _("INTERRUPTED: the program or the computer stopped while it ran.")
        case Unfinished():
            return _("NOT CLOSED: still running, or interrupted.")
        case Unreadable(reason=reason):
            return _("CANNOT BE READ: its first or last entry {reason}.").format(reason=printable(reason))
        case _:
            assert_never(ending)


def told_ending_words(ending: Ending) -> str:
    """The same of a session that was read entry by entry, up to the first that cannot be read."""
    if isinstance(ending, Unreadable):
        return _("HOW IT ENDED IS NOT TOLD: nothing is read after an entry that was damaged.")
    return ending_words(ending)


def _short(ending: Ending) -> str:
    """The same in a word, for a row; what is not an end is loud."""
    match ending:
        case Closed():
            return WORDS[closed(ending)]
        case Interrupted():
            return _("INTERRUPTED")
        case Unfinished():
            return _("NOT CLOSED")
        case Unreadable():
            return _("DAMAGED")
        case _:
            assert_never(ending)


def verdict_words(found: SessionVerdict) -> str:
    """The verdict on one session, with a symbol, so that it is not told by colour alone."""
    verdict = found.verdict
    match verdict:
        case Intact(entries=entries) if found.vouched_to is not None:
            said = _(
                "? Whole, {entries} entries, signed up to entry {entry}; what stands after it may have been changed."
            )
            return said.format(entries=entries, entry=found.vouched_to)
        case Intact(entries=0) | Torn(entries=0, torn=b""):
            return _("✖ EMPTY: its file is empty: nothing is left of it.")
        case Intact(entries=entries):
            return _("✓ Verified: {entries} entries, none altered.").format(entries=entries)
        case Torn(entries=entries):
            said = _("✖ TORN: whole up to entry {entry}; the line after it was cut off while it was written.")
            return said.format(entry=entries)
        case Damaged(seq=seq, kind=kind):
            return _("✖ DAMAGED at entry {entry}: {sentence}").format(entry=seq, sentence=DAMAGES[kind])
        case _:
            assert_never(verdict)


def row(one: Summary, mark: str, room: int) -> str:
    """One session in the list: verdict, number, begin, for whom, how it ended, protocol; at most `room` columns."""
    begun = one.started_utc[:16].replace("T", " ") or "-"
    whose = f"{one.patient or '-'} {side_words(one.side) or '-'}"
    text = f"{mark:1} {one.number:>6}  {begun:<16}  {whose:<14} {_short(one.ending):<11}  {one.protocol or '-'}"
    return cut(printable(text), room)


def found(one: Summary, text: str) -> bool:
    """Whether a session fits what was typed: every word somewhere in its row, or in its id."""
    told = f"{one.session} {row(one, '', 400)}".casefold()
    return all(part in told for part in text.casefold().split())


# --- one moment ---


def place_words(replay: Replay, index: int) -> str:
    """Where one stands: which of the moments, when, which entry, who."""
    at = replay.moments[index].at
    said = _("{number} of {all}   {time} after opening   entry {entry}   {who}   {utc}")
    return said.format(
        number=index + 1,
        all=len(replay.moments),
        time=clock(at.t_ms),
        entry=at.seq,
        who=printable(actor_words(at.actor)),
        utc=printable(at.t_utc)[:19].replace("T", " "),
    )


def happened(moment: Moment) -> list[str]:
    """What happened, and what was decided on it."""
    if moment.step is None:
        return [printable(_other(moment))]
    step = moment.step
    said = [] if isinstance(step.event, e.Tick) else [event_words(step.event)]
    said += answer_lines(step.event, everything=False)
    said += [f"= {decision_words(one.code, one.values)}" for one in step.happenings]
    return [printable(one) for one in said] or [_("the next part of the plan began")]


def _other(moment: Moment) -> str:
    entry = moment.entry
    match entry.type:
        case "opened":
            return _("The session was opened.")
        case "closed":
            return _("The record was closed. {why}").format(why=words.why(store.closed(entry).told_why))
        case "event":
            return _("This entry cannot be read by this version.")
        case "clock_step":
            said = _("The computer's clock was set, by {ms} ms; durations are not touched by it.")
            return said.format(ms=entry.body.get("by_ms", "?"))
        case kind:
            told = ", ".join(f"{name} {value}" for name, value in entry.body.items())
            return _("{kind}: {what}").format(kind=kind, what=told)


def unknown_words(result: ReplayResult) -> str:
    """Why there is no state to show."""
    match result:
        case FirstDifference(seq=seq):
            said = _("The state of then is not known: from entry {entry} on this version would decide otherwise.")
            return said.format(entry=seq)
        case CannotReplay(seq=seq, reason=reason):
            said = _("The state of then is not known: from entry {entry} on this version cannot follow it ({why}).")
            return said.format(entry=seq, why=printable(reason))
        case Same():
            return _("The state of then is not known: the session had not begun.")
        case _:
            assert_never(result)


def then_lines(view: View, room: int) -> Iterator[str]:
    """What the screen showed then: state, output, levels, and a line for each channel."""
    state, reason = words.state_words(view), words.why(view.why)
    output = words.unconfirmed_words(view) if view.halt_unconfirmed else words.OUTPUTS[view.output]
    yield _("Then: {state}. {output}. {reason}").format(state=state, output=output, reason=printable(reason)).rstrip()
    yield _("  Ch Muscle             Level Commanded Confirmed Phase     Dose so far")[:room]
    for channel in view.channels:
        yield printable(_channel(view, channel))[:room]


_PHASES = {
    Phase.RAMP_UP: _("ramp up"),
    Phase.HOLD: _("on"),
    Phase.RAMP_DOWN: _("ramp down"),
    Phase.REST: _("rest"),
    None: "-",
}


def _channel(view: View, channel: ChannelView) -> str:
    confirmed = ma_or_unknown(channel.confirmed_ua).removesuffix(" mA")
    dose = next((charge(one.low_nc, one.high_nc) for one in view.dose if one.channel == channel.channel), "0 µC")
    muscle = cut(muscle_words(channel.muscle), 16)
    return (
        f"  {channel.channel:<2} {muscle:<16} {ma(channel.level_ua):>7} {ma(channel.commanded_ua):>9}"
        f" {confirmed:>9} {_PHASES[channel.phase]:<9} {dose}"
    )
