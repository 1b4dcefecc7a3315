"""How far the report can be believed: the verdict on the record, what could not be read, where values come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.view import FIRST_GIVEN
from nmes.language import _
from nmes.record.files import Kind
from nmes.record.store import Closed, Interrupted, Unfinished, Unreadable
from nmes.record.story import Story
from nmes.record.verify import Damaged, Intact, Torn
from nmes.reports.damage_words import DAMAGES
from nmes.reports.document import Section
from nmes.reports.told import Told


def verdict(story: Story) -> tuple[str, bool]:
    """The verdict on the record as a sentence, and whether it is a loud one."""
    found = story.verdict
    match found:
        case Intact(entries=entries) if story.broken:
            said = _("The record is whole up to entry {entry}, then writing ended: {why}")
            return said.format(entry=entries, why=story.broken), True
        case Intact(entries=0) | Torn(entries=0, torn=b""):
            return _("RECORD EMPTY: its file is empty: nothing is left of it."), True
        case Intact(entries=entries) if story.sealed is not None and story.sealed.pending:
            said = _(
                "The record is whole, {entries} entries, signed up to entry {entry}; what stands after it may have "
                "been changed."
            )
            return said.format(entries=entries, entry=story.sealed.to_seq), True
        case Intact(entries=entries):
            return _("Record verified: {entries} entries, none altered.").format(entries=entries), False
        case Torn(entries=entries):
            said = _("RECORD TORN: whole up to entry {entry}; the line after it was cut off while it was written.")
            return said.format(entry=entries), True
        case Damaged(seq=seq, kind=kind) if isinstance(story.ending, Unreadable):
            said = _("RECORD DAMAGED at entry {entry}: {sentence} What follows entry {last} is not told here.")
            return said.format(entry=seq, sentence=DAMAGES[kind], last=seq - 1), True
        case Damaged(seq=seq, kind=kind):
            said = _("RECORD DAMAGED at entry {entry}: {sentence} What follows is told as it stands there.")
            return said.format(entry=seq, sentence=DAMAGES[kind]), True
        case _:
            assert_never(found)


def ending(told: Told) -> tuple[str, bool]:
    """How it ended; a session without an end is never told as complete."""
    end, time = told.story.ending, told.words.clock(told.story.end_ms)
    match end:
        case Closed(why=code) if code.startswith("stop:"):
            return _stopped(told, code), True
        case Closed(why=code):
            code = told.end.told_why if told.end is not None and told.end.why == code else end.told_why
            said = _("Ended after {time}. {why}").format(time=time, why=told.words.why(code))
            return said, code not in {"complete", "assessed", FIRST_GIVEN}
        case Interrupted():
            said = _(
                "INTERRUPTED: the program or the computer stopped while it ran. The record reaches to {time}; what "
                "came after is not known."
            )
            return said.format(time=time), True
        case Unfinished():
            said = _("NOT CLOSED: still running, or interrupted. The record reaches to {time}.")
            return said.format(time=time), True
        case Unreadable():
            said = _("DAMAGED: how this session ended cannot be read. What is told here reaches to {time}.")
            return said.format(time=time), True
        case _:
            assert_never(end)


def _stopped(told: Told, code: str) -> str:
    """The record is closed after what was found and signed: the STOP was earlier, and may have been gone on after."""
    stops = told.story.all("stop")
    time, over = told.words.clock(told.story.end_ms), told.words.clock
    if not stops:
        return _("Ended after {time}. {why}").format(time=time, why=told.words.why(code))
    last = stops[-1].at
    if any(one.at.seq > last.seq and one.code == "intent" for one in told.story.happenings):
        return _("Ended after {time}, before its time. It was gone on after the STOP at {stop}.").format(
            time=time, stop=over(last.t_ms)
        )
    said = _("Closed after {time}. The output was stopped at {stop}: {why}")
    return said.format(time=time, stop=over(last.t_ms), why=told.words.why(code))


def sources(told: Told) -> Section:
    """Where each kind of value comes from."""
    lines = (
        _("Every value is from the entry of the record named beside it, or from the entry that opened the session."),
        _("Levels: accepted by the patient at the amplitude the stimulator had confirmed."),
        _("Output: what the stimulator acknowledged. Between two acknowledgements the last one is taken to hold."),
        _("Charge: of the first phases, computed from the acknowledged pulses; a range where a change was on its way."),
        _("Findings, names and reasons: as a person typed them."),
        _("Times: from the opening of the record, on a clock that never goes back. Dates: the computer's own clock."),
    )
    cited = told.planned.protocol.citations if told.planned else ()
    return Section(_("Where the values come from"), lines, after=tuple(_cited(told, len(cited))))


def _cited(told: Told, citations: int) -> Iterator[str]:
    if told.planned is None:
        yield _("The protocol in this record cannot be read by this version: nothing is told from it.")
        return
    said = _("The protocol is in the record, with its {number} sources and a grade of evidence of {grade}.")
    yield said.format(number=citations, grade=told.planned.protocol.grade)


def limits(told: Told) -> Section:
    """What none of this proves."""
    simulated = (_("This was a simulation: nothing in it happened to a person."),)
    lines = (
        _("Tamper-evident is not tamper-proof: a chain is checked against itself. Sessions missing at its very end "
          "show only against a copy of its head kept elsewhere."),
        _("A name that is typed identifies nobody by itself, and a patient code stands for a person only in the "
          "clinic's own list."),
        _confirmed(told),
        _("Not a medical device. This report is a document of a research program and no medical finding."),
    )  # fmt: skip
    return Section(_("What this report cannot tell"), (*(simulated if _is_simulated(told) else ()), *lines))


def _confirmed(told: Told) -> str:
    """What the stimulator's answers are worth, by what it can tell of a pad."""
    if told.planned is None:
        return _("The stimulator confirms what it was asked for, not what reached the skin.")
    able = told.planned.plan.capabilities
    if able.electrode_feedback is ElectrodeFeedback.NONE:
        return _(
            "The stimulator confirms what it was asked for, not what reached the skin; it never tells that a pad is "
            "off."
        )
    if able.electrode_floor_ua == 0:
        return _(
            "The stimulator confirms what it was asked for, not what reached the skin; it tells that a pad is off only "
            "while current flows."
        )
    said = _(
        "The stimulator confirms what it was asked for, not what reached the skin; below {floor} mA it cannot tell a "
        "pad that is off."
    )
    return said.format(floor=able.electrode_floor_ua // 1000)


def _is_simulated(told: Told) -> bool:
    return told.story.kind is Kind.SIMULATION
