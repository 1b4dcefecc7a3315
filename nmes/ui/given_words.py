"""What was given and what happened, as it is read before a signature and again in the summary. Pure.

Law: it tells the View and nothing else. What the View keeps of the decisions is bounded; the record has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from nmes.core.commands import Note
from nmes.core.delivery import Slot
from nmes.core.events import PATIENT
from nmes.core.view import View
from nmes.language import _
from nmes.ui.decision_words import decision_words
from nmes.ui.finding_words import finding_words
from nmes.ui.first_session import first_lines
from nmes.ui.names import muscle_words
from nmes.ui.numbers import charge, clock, hz, ma
from nmes.ui.summary_words import measured_lines

_MARKS: Final = frozenset({"mark"})
_FAULTS: Final = frozenset(
    {"fault", "guard", "stop", "pause", "link_lost", "unanswered", "unsure", "record_failed", "left_unsigned"}
)


def given_lines(view: View) -> Iterator[str]:
    """How long, each level, each channel's dose."""
    plan = view.plan
    if plan.assessment:
        yield _("Test ({protocol})").format(protocol=plan.protocol_id)
    else:
        yield _("Treatment {given} of {whole} min ({protocol})").format(
            given=clock(view.plan_ms), whole=clock(plan.duration_ms), protocol=plan.protocol_id
        )
        if view.contractions[1]:
            yield _("contractions: {done} of {all}").format(done=view.contractions[0], all=view.contractions[1])
        yield from first_lines(view)
    yield ""
    dose = {given.channel: charge(given.low_nc, given.high_nc) for given in view.dose}
    for channel in view.channels:
        yield _("Channel {channel}  {muscle:<18} {dose}, {levels}").format(
            channel=channel.channel,
            muscle=muscle_words(channel.muscle),
            dose=dose.get(channel.channel, _("0 µC")),
            levels=_levels(view, channel.channel),
        )


def _levels(view: View, channel: int) -> str:
    """The level accepted last, as the report tells it, however the session ended; one for each waveform where there
    are several. Where the treatment went on with another one, that too.
    """
    accepted = [(slot, level) for slot, level in view.accepted if slot.channel == channel]
    if not accepted:
        return _("no level accepted")
    told = ", ".join(_level(view, slot, level, several=len(accepted) > 1) for slot, level in accepted)
    return _("level accepted last: {levels}").format(levels=told)


def _level(view: View, slot: Slot, level_ua: int, *, several: bool) -> str:
    """With its frequency where a channel has several; and what it was at the end, where that is another one."""
    end_ua = dict(view.at_end).get(slot, level_ua)
    values = {"level": ma(level_ua), "end": ma(end_ua)}
    changed = end_ua not in {0, level_ua}
    if not several:
        said = _("{level} mA, at the end {end} mA") if changed else _("{level} mA")
        return said.format(**values)
    frequency = hz(1_000_000_000 // view.plan.waveforms[slot.waveform].period_us)
    said = _("{level} mA at {frequency} Hz, at the end {end} mA") if changed else _("{level} mA at {frequency} Hz")
    return said.format(frequency=frequency, **values)


def happened_lines(view: View) -> Iterator[str]:
    """Marks, faults and stops, and what was confirmed or caught; each heading also where there is nothing under it."""
    noted = _without_tests(view.noted)
    for heading, notes in (
        (_("MARKS"), [note for note in noted if note.code in _MARKS]),
        (_("STOPS, PAUSES, FAULTS"), [note for note in noted if note.code in _FAULTS]),
        (_("CONFIRMED AND CAUGHT"), [note for note in noted if note.code not in _MARKS | _FAULTS]),
    ):
        yield ""
        yield heading
        yield from [f"- {line}" for line in _told(notes)] or [_("- none")]


def _without_tests(noted: Sequence[Note]) -> list[Note]:
    """The patient's press that only tested the own STOP is told as that test, not as a stop too."""
    after = (*(note.code for note in noted[1:]), "")
    return [note for note, next_code in zip(noted, after, strict=False) if not _only_tested(note, next_code)]


def _only_tested(note: Note, next_code: str) -> bool:
    stopped_by_patient = note.code == "stop" and dict(note.values).get("why") == f"stop:{PATIENT}"
    return stopped_by_patient and next_code == "patient_stop_tested"


def _told(notes: Iterable[Note]) -> Iterator[str]:
    """Each sentence once, with how often it came."""
    times: dict[str, int] = {}
    for note in notes:
        sentence = decision_words(note.code, note.values)
        times[sentence] = times.get(sentence, 0) + 1
    for sentence, count in times.items():
        yield sentence if count == 1 else _("{sentence} ({count} times)").format(sentence=sentence, count=count)


def found_lines(view: View) -> Iterator[str]:
    """What was found, before and after."""
    for heading, found in ((_("FOUND BEFORE"), view.earlier), (_("FOUND AFTER"), view.observed)):
        if found:
            yield ""
            yield heading
            yield from (f"- {finding_words(one)}" for one in found)


RANGE: Final = _("A range means: what flowed while a change was not yet confirmed is not known exactly.")


def whole(view: View) -> str:
    """All of it, line by line."""
    lines = [*given_lines(view), *measured_lines(view), *found_lines(view)]
    if view.attended:
        lines += happened_lines(view)
    return "\n".join([*lines, "", RANGE])
