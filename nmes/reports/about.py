"""Who, what, with which device and program; what was read back off the patient, and where the pads lay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from nmes.core.self_told import NO_ID, self_told
from nmes.language import _
from nmes.record.files import Kind
from nmes.record.story import Opened, Story
from nmes.reports.document import Section, Table
from nmes.reports.told import Told, channel_words

SIMULATED: Final = _("simulation: no patient was connected")
SIDES: Final = {"left": _("left"), "right": _("right"), "both": _("both")}


def session(told: Told) -> Section:
    """The facts of the session, as it was opened."""
    story, opened = told.story, told.story.opened
    if opened is None:
        return Section(_("Session"), (_("The first entry of this record cannot be read: whose it is is not known."),))
    whose = f"{opened.patient or _('none')}, {SIDES.get(opened.side, opened.side) or _('none')}"
    facts = (
        (_("Session"), story.session),
        (_("Patient code, side"), told.as_corrected(whose, opened.at)),
        (_("Begun"), _("{time} universal time").format(time=f"{opened.at.t_utc[:10]} {opened.at.t_utc[11:19]}")),
        (_("Lasted"), _lasted(told)),
        (_("Stimulator"), _stimulator(story, opened)),
        (_("Kind"), _("a patient's session") if story.kind is Kind.PATIENT else SIMULATED),
    )
    return Section(_("Session"), facts=facts)


def bound(told: Told) -> tuple[Section, ...]:
    """What the record says of the program and the limits it ran with; nothing where that cannot be read."""
    opened = told.story.opened
    if opened is None:
        return ()
    facts = (
        (_("Station"), opened.station),
        (_("Program"), opened.program),
        (_("Python"), _text(opened.bound, "python")),
        (_("Clocks"), _text(opened.bound, "clocks")),
        (_("Stimulator asked for"), f"{opened.model} {opened.device}"),
        (_("Protocol file, SHA-256"), opened.protocol_sha256),
        (_("Vocabulary"), _text(opened.bound, "events")),
        *(((_("Simulator"), simulator),) if (simulator := str(opened.bound.get("simulator") or "")) else ()),
        *_pairs(_("Clock, {name}"), opened.bound.get("clock_sources")),
    )
    rows = (*_pairs("{name}", opened.bound.get("limits")), *_pairs(_("guard: {name}"), opened.bound.get("ceilings")))
    table = Table((_("Limit in force (its unit is in its name)"), _("Value")), rows) if rows else None
    return (Section(_("What the session was bound to"), facts=facts, table=table),)


def _pairs(said: str, of: object) -> tuple[tuple[str, str], ...]:
    """What a record holds as names and values, sorted; nothing where it holds something else."""
    return tuple((said.format(name=name), str(of[name])) for name in sorted(of)) if isinstance(of, dict) else ()


def course(told: Told) -> tuple[Section, ...]:
    """The plan the session belongs to, what was told of it since, the outcomes; nothing where there is no course."""
    return (Section(_("Course of care"), facts=told.course),) if told.course else ()


def _text(bound: Mapping[str, Any], name: str) -> str:
    value = bound.get(name)
    return _("not told") if value is None else str(value)


def _lasted(told: Told) -> str:
    over_ms = told.story.over_ms
    if over_ms is None:
        known = told.words.clock(told.story.end_ms)
        return _("not known; the record reaches to {time} after it was opened").format(time=known)
    return _("{time} from opening to closing the record").format(time=told.words.clock(over_ms))


def _stimulator(story: Story, opened: Opened) -> str:
    if story.device is None:
        return _("{device}; it was never identified").format(device=opened.device)
    known = story.device
    if known.device_id == NO_ID:
        told = self_told(known.model, known.device_id, known.firmware)
        return _("{device}, at {url}").format(device=told, url=opened.device)
    said = _("{model} {device}, firmware {firmware}, at {url}")
    return said.format(model=known.model, device=known.device_id, firmware=known.firmware, url=opened.device)


def electrodes(told: Told) -> Section:
    """What was read back off the patient, which pads were confirmed, who had the emergency button, where it was felt,
    the patient's own stop."""
    codes = ("read_back", "read_back_skipped", "refused:read_back_differs", "pad_larger")
    lines = [f"{told.when(one.at)}  {told.said(one)}" for one in told.story.all(*codes, "button_confirmed")]
    if not told.story.all(*codes):
        lines.append(_("Nothing was read back off the patient."))
    return Section(_("Read back and electrodes"), tuple(lines), table=_pads(told), after=tuple(_checks(told)))


def identity(told: Told) -> tuple[tuple[str, bool], ...]:
    """For the head of the report: each code or side that was not read off the patient, and each that was another."""
    doubtful = told.story.all("read_back_skipped", "refused:read_back_differs")
    return tuple((f"{told.when(one.at)}  {told.said(one)}", True) for one in doubtful)


def _pads(told: Told) -> Table | None:
    of = told.planned.protocol.channels if told.planned else ()
    sites = {number: channel.sites for number, channel in enumerate(of, start=1)}
    rows = tuple(
        (channel_words(channel), told.muscle(channel), told.words.cm2(mm2), sites.get(channel, ""))
        for channel, mm2 in told.story.pads
    )
    return Table((_("Channel"), _("Muscle"), _("Pad confirmed"), _("Where, as the card says")), rows) if rows else None


def _checks(told: Told) -> Iterator[str]:
    for channel, there in told.story.felt:
        where = _("Channel {channel} was felt or seen where it should be.")
        elsewhere = _("Channel {channel} was felt or seen at another place.")
        yield (where if there else elsewhere).format(channel=channel)
    if told.story.stop_tested is not None:
        said = _("The patient's own stop was pressed and heard at {time}.")
        yield said.format(time=told.when(told.story.stop_tested))
