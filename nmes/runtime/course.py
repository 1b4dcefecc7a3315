"""A patient's course of care from the records of a chain: the one door for screens, lines and reports.

Law: it is read anew each time, and nothing of it is kept; what is entered is looked at before it becomes a record. A
session whose record cannot be believed is left out of the course and named in it. Whose a session is, is read from its
own file and not from the list that is kept ready: what a course says stands in reports. Both doors read files: ask in
a thread.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Final

from nmes.core.care_checks import checked
from nmes.core.care_events import CareEvent, Outcome
from nmes.core.corrections import corrections
from nmes.core.course_fold import fold, plans
from nmes.core.course_of_care import CourseOfCare, Given, Level, PlanOfCare, Value
from nmes.core.day import Day
from nmes.core.events import What
from nmes.core.progression import proposals
from nmes.core.pseudonym import is_mistyped
from nmes.core.rhythm import is_complete, is_early
from nmes.language import _
from nmes.record import ledger
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, session_names
from nmes.record.gist import Gist, gist
from nmes.record.index import sessions as listed_sessions
from nmes.record.store import Closed, Summary, list_sessions
from nmes.runtime.author import author_of
from nmes.runtime.library import Loaded
from nmes.runtime.today import COUNTING, part_given

_FOLLOWED: Final[Mapping[str, Outcome]] = {What.CTF: Outcome.CTF, What.MVIC: Outcome.MVIC}
"""What a session measures and a course follows."""


def course_of(
    home: Path,
    kind: Kind,
    code: str,
    side: str,
    protocols: Sequence[Loaded],
    now: datetime,
    sessions: Iterable[Summary] | None = None,
) -> CourseOfCare:
    """The course of one code and side, with proposals. RecordError if the records cannot be read.

    `now` with its place's zone: days are counted there. `sessions`: those of the chain, oldest first, where they are
    known already.
    """
    entries = ledger.read(home, kind, now.tzinfo)
    try:
        listed = list_sessions(home, kind) if sessions is None else sessions
        theirs = [one for one in listed if (one.patient, one.side) == (code, side)]
        names = session_names(chain_folder(home, kind))
        gists = [(one, gist(one.path, names)) for one in theirs]
    except OSError as error:
        raise RecordError(_("the records cannot be read: {error}").format(error=error)) from error
    right = corrections(entries.entered)
    given = tuple(
        _given(found, counts(one, names), now.tzinfo, right.get(one.session, {}))
        for one, found in gists
        if found is not None
    )
    trouble = (*entries.doubted, *(one.session for one, found in gists if found is None))
    course = fold(code, side, entries.entered, given, day_of_place(now), trouble)
    card = next((one.protocol for one in protocols if course.plan and one.protocol.id == course.plan.protocol), None)
    return replace(course, proposals=proposals(course, card))


def plans_of(home: Path, kind: Kind) -> Mapping[tuple[str, str], PlanOfCare]:
    """The plan in force of everybody, by code and side; quick: no session is read. RecordError if none can be."""
    return plans(ledger.read(home, kind).entered)


def is_mistyped_here(home: Path, kind: Kind, code: str) -> bool:
    """Whether a code has the form of those made here, a check that does not fit, and nothing on record.

    RecordError if the records cannot be read.
    """
    return is_mistyped(code) and code not in codes_on_record(home, kind)


def codes_on_record(home: Path, kind: Kind) -> frozenset[str]:
    """Whose code stands in a session or in an entry between them; RecordError if the records cannot be read."""
    try:
        treated = {one.patient for one in listed_sessions(home, kind)}
    except OSError as error:
        raise RecordError(_("the records cannot be read: {error}").format(error=error)) from error
    return frozenset(treated | {one.event.code for one in ledger.read(home, kind).entered}) - {""}


def enter(
    home: Path, kind: Kind, events: Sequence[CareEvent], by: str, now: datetime, clocks: Clocks | None = None
) -> str:
    """Look at entries and write them, together, signed by the station; returns the id of their file.

    NotEnterable names what cannot be right, RecordError why there is no record; then nothing was entered.
    """
    for event in events:
        checked(event, day_of_place(now))
    return ledger.write(home, kind, events, author_of(home, by, clocks))


def day_of_place(moment: datetime) -> Day:
    """The day of a moment in its own zone."""
    return Day((moment.date() - date(1970, 1, 1)).days)


def _given(found: Gist, has_counted: bool, zone: tzinfo | None, corrected: Mapping[int, str]) -> Given:
    def is_corrected(name: str) -> bool:
        return found.seqs.get(name) in corrected

    values = [
        Value(_FOLLOWED[one.what], one.value, one.muscle, one.typed, is_corrected(f"{one.what}_{one.channel}"))
        for one in found.measured
        if one.what in _FOLLOWED
    ]
    if found.nrs_before is not None:
        values.append(Value(Outcome.NRS, found.nrs_before, corrected=is_corrected("nrs_before")))
    most = [one for one in found.measured if one.what == What.MAX_TOLERATED]
    return Given(
        found.session,
        day_of_place(datetime.fromisoformat(found.t_utc).astimezone(zone)),
        found.protocol,
        has_counted,
        found.assessment,
        found.why,
        found.signed_by,
        tuple(Level(*level) for level in found.levels),
        found.nrs_before,
        found.nrs_after,
        found.skin,
        found.adverse,
        measured=tuple(values),
        max_tolerated=tuple((one.muscle, one.value) for one in most if one.value is not None),
        t_utc=found.t_utc,
        flowed=found.flowed,
        seqs=found.seqs,
        corrected=corrected,
    )


def counts(one: Summary, names: Sequence[str] | None = None) -> bool:
    """Whether it was complete, or signed with at least half of it given, or all that a first session shall be; the
    latter needs the whole record. `names` as in `nmes.record.verdicts.verify_session`.
    """
    if not isinstance(one.ending, Closed):
        return False
    return is_complete(one.ending.why) or (is_early(one.ending.why) and part_given(one, names) in COUNTING)
