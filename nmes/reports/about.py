"""Who, what, with which device; what was asked and read back before anything could flow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nmes.core import events as e
from nmes.language import _
from nmes.record.files import Kind
from nmes.record.story import Asked, Opened, Story
from nmes.reports.document import Section, Table
from nmes.reports.told import Told, channel_words

REPLIES: Final = {e.Reply.YES: _("yes"), e.Reply.NO: _("no"), e.Reply.UNKNOWN: _("unknown")}
SIDES: Final = {"left": _("left"), "right": _("right"), "both": _("both")}


def session(told: Told) -> Section:
    """The facts of the session, as it was opened."""
    story, opened = told.story, told.story.opened
    if opened is None:
        return Section(_("Session"), (_("The first entry of this record cannot be read: whose it is is not known."),))
    facts = (
        (_("Session"), story.session),
        (_("Patient code, side"), f"{opened.patient or _('none')}, {SIDES.get(opened.side, opened.side) or _('none')}"),
        (_("Begun"), _("{time} (universal time)").format(time=opened.at.t_utc)),
        (_("Lasted"), _lasted(told)),
        (_("Station"), opened.station),
        (_("Protocol"), _protocol(told, opened)),
        (_("Protocol file, SHA-256"), opened.protocol_sha256),
        (_("Stimulator"), _stimulator(story, opened)),
        (_("Program"), opened.program),
        (_("Chain"), _("patients") if story.kind is Kind.PATIENT else _("simulation: no patient was connected")),
    )
    return Section(_("Session"), facts=facts, after=tuple(told.words.origin(opened.bound)))


def _lasted(told: Told) -> str:
    over_ms = told.story.over_ms
    if over_ms is None:
        known = told.words.clock(told.story.end_ms)
        return _("not known; the record reaches to {time} after it was opened").format(time=known)
    return _("{time} from opening to closing the record").format(time=told.words.clock(over_ms))


def _protocol(told: Told, opened: Opened) -> str:
    named = _("{id}, version {version}").format(id=opened.protocol, version=opened.version)
    return f"{told.planned.protocol.title} ({named})" if told.planned else named


def _stimulator(story: Story, opened: Opened) -> str:
    if story.device is None:
        return _("{device}; it was never identified").format(device=opened.device)
    said = _("{model} {device}, firmware {firmware}, at {url}")
    known = story.device
    return said.format(model=known.model, device=known.device_id, firmware=known.firmware, url=opened.device)


def screening(told: Told) -> Section:
    """Every sending of the checklist; of the accepted one each answer that was not no."""
    asked = told.story.screening
    accepted = next((one for one in reversed(asked) if one.accepted), None)
    lines = [*(_refused(told, one) for one in asked if not one.accepted), *_changed(asked)]
    if accepted is None:
        return Section(_("Screening"), (*lines, _("No checklist was accepted: nothing could be stimulated.")))
    in_spite = [answer for answer in accepted.answers if answer.reply is not e.Reply.NO]
    lines.append(_accepted(told, accepted, len(in_spite)))
    return Section(_("Screening"), tuple(lines), after=tuple(told.words.answer(answer) for answer in in_spite))


def _accepted(told: Told, asked: Asked, in_spite: int) -> str:
    said = _("Asked by {name} at {time}. Questions: {number}. All were answered with no.")
    if in_spite:
        said = _(
            "Asked by {name} at {time}. Questions: {number}. Not answered with no, and gone on in spite: {in_spite}."
        )
    return said.format(name=asked.by, time=told.when(asked.at), number=len(asked.answers), in_spite=in_spite)


def _changed(asked: tuple[Asked, ...]) -> Iterator[str]:
    """Answers that were not the same in each sending; what was changed before it was sent is not on record."""
    if not asked[1:]:
        return
    yield _("The checklist was sent {times} times.").format(times=len(asked))
    for code in dict.fromkeys(answer.code for one in asked for answer in one.answers):
        given = [answer.reply for one in asked for answer in one.answers if answer.code == code]
        if len(set(given)) > 1:
            said = _("The answer to {code} was changed: {replies}.")
            yield said.format(code=code, replies=", ".join(REPLIES[reply] for reply in given))


def _refused(told: Told, asked: Asked) -> str:
    """A checklist that was refused, and why."""
    said = [told.said(one) for one in told.story.happenings if one.at.seq == asked.at.seq]
    sent = _("Checklist sent by {name} at {time} was not accepted: {why}")
    return sent.format(name=asked.by, time=told.when(asked.at), why=" ".join(said))


def electrodes(told: Told) -> Section:
    """What was read back off the patient, which pads were confirmed, where it was felt, the patient's own stop."""
    read = told.story.all("read_back", "read_back_skipped", "refused:read_back_differs", "pad_larger")
    lines = [f"{told.when(one.at)}  {told.said(one)}" for one in read]
    if not read:
        lines.append(_("Nothing was read back off the patient."))
    return Section(_("Read back and electrodes"), tuple(lines), table=_pads(told), after=tuple(_checks(told)))


def identity(told: Told) -> tuple[tuple[str, bool], ...]:
    """For the head of the report: each code or side that was not read off the patient, and each that was another."""
    doubtful = told.story.all("read_back_skipped", "refused:read_back_differs")
    return tuple((f"{told.when(one.at)}  {told.said(one)}", True) for one in doubtful)


def _pads(told: Told) -> Table | None:
    sides = {plan.channel: plan.side for plan in told.planned.plan.channels} if told.planned else {}
    rows = tuple(
        (channel_words(channel), told.muscle(channel), sides.get(channel, ""), told.words.cm2(mm2))
        for channel, mm2 in told.story.pads
    )
    return Table((_("Channel"), _("Muscle"), _("Placement"), _("Pad confirmed")), rows) if rows else None


def _checks(told: Told) -> Iterator[str]:
    for channel, there in told.story.felt:
        where = _("Channel {channel} was felt or seen where it should be.")
        elsewhere = _("Channel {channel} was felt or seen at another place.")
        yield (where if there else elsewhere).format(channel=channel)
    if told.story.stop_tested is not None:
        said = _("The patient's own stop was pressed and heard at {time}.")
        yield said.format(time=told.when(told.story.stop_tested))
