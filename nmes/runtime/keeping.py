"""Corrections, erasure and archives in the name of a person at this station: the one door for commands and screens.

Law: nothing of it is done without a name and a reason, and what cannot be right is refused before anything is touched.
The reports that this program wrote go with the texts that were erased and with the sessions that were removed: they
may hold them. Before texts are erased their reports go first: a report can be made anew, and a text that only a report
still holds is found by nobody any more.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Corrected
from nmes.core.course_fold import fold, plans, told_against
from nmes.core.course_of_care import Entered, PlanOfCare
from nmes.core.measurement import Side
from nmes.core.problems import ProtocolError
from nmes.core.progression_against import deload
from nmes.core.screening import tells
from nmes.language import _
from nmes.record import archive, erase, ledger
from nmes.record.archive import Leading, Written
from nmes.record.chain import BadLine, Entry, decode_line
from nmes.record.clocks import Clocks, system_clocks
from nmes.record.disk import Disk
from nmes.record.erase import Held, Typed
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, number_of, open_file, session_files
from nmes.record.leavings import leavings, removed_through, sweep
from nmes.record.lock import alone
from nmes.record.store import list_sessions
from nmes.reports.writing import DRAFT, FOLDER
from nmes.runtime.author import author_of
from nmes.runtime.course import course_of, day_of_place, enter, plans_of
from nmes.runtime.library import Library

_REPORT: Final = re.compile(r"([a-z]+)-([0-9]{6,}-[0-9]{8}T[0-9]{6}Z-[0-9a-f]+)")
"""How the name of a report begins: the chain, and the session."""


@dataclass(frozen=True, slots=True)
class Done:
    """`file` is where it stands in the chain ("": it stood there before); these `reports` went with it."""

    file: str
    reports: tuple[str, ...]


# --- corrections ---


def entry_at(path: Path, seq: int) -> Entry | None:
    """An entry as it stands in its file; None if there is none with this number, or it cannot be read."""
    try:
        with open_file(path) as file:
            line = next((line for number, line in enumerate(file, 1) if number == seq), b"")
        return decode_line(line)
    except BadLine:
        return None
    except OSError as error:
        raise RecordError(_("the records cannot be read: {error}").format(error=error)) from error


def correct(home: Path, kind: Kind, opened: Entry, entry: Entry, text: str, reason: str, by: str, now: datetime) -> str:
    """Enter what is right instead of an entry of a session, which stays as it is; the id of the file it stands in."""
    code, side = (str(opened.body.get(name) or "") for name in ("patient", "side"))
    event = Corrected(code, side, entry.session, entry.seq, entry.hash, text, reason)
    return enter(home, kind, [event], by, now)


# --- erasure ---


def texts_of(home: Path, path: Path, seq: int | None = None) -> list[Held]:
    """What can be erased of one file, or of one entry of it; nothing if nothing can."""
    try:
        found = erase.held(home, path, seq)
    except OSError as error:
        raise RecordError(_("the records cannot be read: {error}").format(error=error)) from error
    return [found] if found.number else []


def texts_of_patient(home: Path, kind: Kind, code: str) -> Typed:
    """What can be erased of everything that was typed of one patient."""
    try:
        return erase.held_of(home, kind, code)
    except OSError as error:
        raise RecordError(_("the records cannot be read: {error}").format(error=error)) from error


def erase_texts(
    home: Path,
    kind: Kind,
    texts: Sequence[Held],
    reason: str,
    by: str,
    clocks: Clocks | None = None,
    disk: Disk | None = None,
) -> Done:
    """Put their erasure on record, and erase them. NotEnterable; RecordError as in `nmes.record.erase`, and where a
    report cannot be removed: then nothing was erased, unless it says so.
    """
    _reasoned(reason)
    author = replace(author_of(home, by, clocks), disk=disk or Disk())
    shown_in = _shown_in(home, kind, texts)
    with alone(chain_folder(home, kind), "removing reports"):
        reports = _without_reports(home, kind, shown_in, author.disk)
    file = erase.erase(home, kind, texts, reason, author)
    try:
        written_since = _without_reports(home, kind, shown_in, author.disk)
    except RecordError as error:
        said = _("the texts are erased, but a report may still hold them, remove it yourself: {error}")
        raise RecordError(said.format(error=error)) from error
    return Done(file, tuple(dict.fromkeys((*reports, *written_since))))


def _shown_in(home: Path, kind: Kind, texts: Sequence[Held]) -> frozenset[str]:
    """The sessions whose reports may hold texts: those of the patient, and those an entry of a care file is about."""
    codes = {one.code for one in texts} - {""}
    theirs = {one.session for one in list_sessions(home, kind) if one.patient in codes}
    try:
        about = {session for one in texts for session in erase.sessions_told_of(one.path)}
    except OSError as error:
        raise RecordError(_("the records cannot be read: {error}").format(error=error)) from error
    return frozenset(theirs | about | {one.path.stem for one in texts})


def tidy(home: Path, kind: Kind) -> None:
    """Take away what an erasure, a removal or a restoring left behind that was cut short; RecordError."""
    try:
        if leavings(home, kind):
            with alone(chain_folder(home, kind), "taking away what was left behind"):
                sweep(home, kind, Disk())
    except OSError as error:
        raise RecordError(_("what was left behind cannot be removed: {error}").format(error=error)) from error
    _without_reports(home, kind)


# --- reports ---


def _without_reports(
    home: Path, kind: Kind, sessions: Container[str] = (), disk: Disk | None = None
) -> tuple[str, ...]:
    """Without those of these sessions, of sessions that were archived and removed, and those that were not finished.

    They are gone from the medium too on return. RecordError if one cannot be removed.
    """
    folder = home / FOLDER
    reports = [(path, _REPORT.match(path.name)) for path in sorted(folder.glob(f"{kind.value}-*"))]
    theirs = [(path, found[2]) for path, found in reports if found]
    try:
        there = {path.stem for path in session_files(chain_folder(home, kind))}
        through = removed_through(home, kind) if any(one not in there for _path, one in theirs) else 0
        unwanted = [
            path for path, one in theirs if one in sessions or (one not in there and number_of(Path(one)) <= through)
        ]
        gone = [*unwanted, *folder.glob(f"{DRAFT}*")]
        for path in gone:
            path.unlink(missing_ok=True)
        if gone:
            (disk or Disk()).sync_folder(folder)
    except OSError as error:
        raise RecordError(_("a report cannot be removed: {error}").format(error=error)) from error
    return tuple(path.name for path in unwanted)


# --- archives ---


def write_archive(home: Path, kind: Kind, target: Path, clocks: Clocks | None = None) -> Written:
    """Archive a chain; RecordError says why not."""
    tidy(home, kind)
    return archive.write(home, kind, target, (clocks or system_clocks()).utc_ms())


def plans_lost(home: Path, kind: Kind, leading: Leading, now: datetime) -> tuple[str, ...]:
    """Whose plan in force would be forgotten with these sessions: codes with their side."""
    last, today = number_of(Path(leading.head.session)), day_of_place(now)
    return tuple(
        f"{code} {side}"
        for (code, side), plan in sorted(plans_of(home, kind).items())
        if number_of(Path(plan.entered.session)) <= last and plan.until_day > today
    )


def told_lost(home: Path, kind: Kind, leading: Leading, now: datetime) -> tuple[str, ...]:
    """What was told against stimulation, stands, and would be forgotten with these sessions: codes with their side, and
    what it is. RecordError.
    """
    last = number_of(Path(leading.head.session))
    entered = ledger.read(home, kind, now.tzinfo).entered
    kept = [one for one in entered if _number(one.session) > last]
    lost = []
    for code in sorted({one.event.code for one in entered}):
        mine, since = ([one for one in of if one.event.code == code] for of in (entered, kept))
        urine, _mark = told_against(code, "", mine)
        if urine is not None and told_against(code, "", since)[0] is None:
            lost.append((code, urine.side, _("dark urine")))
        for side in (Side.LEFT, Side.RIGHT):
            if told_against(code, side, mine)[1] is not None and told_against(code, side, since)[1] is None:
                lost.append((code, side, _("a mark on the skin")))
    sore = [whose for whose, plan in plans(entered).items() if _waits(home, kind, whose, plan, kept, last, now)]
    lost += [(code, side, _("soreness")) for code, side in sorted(sore)]
    return tuple(f"{code} {side}: {what}" for code, side, what in lost)


def _waits(
    home: Path, kind: Kind, whose: tuple[str, str], plan: PlanOfCare, kept: Sequence[Entered], last: int, now: datetime
) -> bool:
    """Whether a soreness is waited for now, and would not be by what is `kept`."""
    try:
        cards = [Library().load(plan.protocol)]
    except ProtocolError:
        return False  # without its card nothing is waited for
    course, card = course_of(home, kind, *whose, cards, now), cards[0].protocol
    since = fold(*whose, kept, [one for one in course.given if _number(one.session) > last], course.today)
    found, still = deload(course, card), deload(since, card)
    return found is not None and found.stops and not (still is not None and still.stops)


def _number(session: str) -> int:
    return number_of(Path(session))


def remove_archived(
    home: Path, written: Written, leading: Leading, reason: str, by: str, clocks: Clocks | None = None
) -> Done:
    """Remove what was archived, put on record before. NotEnterable; RecordError."""
    _reasoned(reason)
    file = archive.remove(home, written, leading, reason, author_of(home, by, clocks))
    return Done(file, _without_reports(home, written.contents.kind))


def _reasoned(reason: str) -> None:
    if not tells(reason):
        raise NotEnterable("reason")
