"""`nmes audit`: which sessions there are, what happened in one, and whether the records are whole. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from nmes.cli.exits import BAD, GOOD, complain
from nmes.cli.finding import session_named
from nmes.core.printable import printable
from nmes.record.chain import BadLine, Entry
from nmes.record.files import Kind, chain_folder, home
from nmes.record.store import (
    Closed,
    Ending,
    Interrupted,
    SessionVerdict,
    Unfinished,
    Unreadable,
    list_sessions,
    read_session,
    verify_chain,
    verify_session,
)
from nmes.record.verify import Damaged, Intact, Torn
from nmes.ui.record_timeline import timeline
from nmes.ui.words import why

TITLES: Final = {Kind.PATIENT: "Patients", Kind.SIMULATION: "Simulation"}
LIMITS: Final = (
    "A chain is checked against itself: sessions missing at its very end show only against a copy of its head kept "
    "elsewhere."
)


def kinds(*, patients: bool, simulation: bool) -> tuple[Kind, ...]:
    """The chains that were asked for; without a choice both."""
    chosen = {Kind.PATIENT: patients, Kind.SIMULATION: simulation}
    return tuple(kind for kind in Kind if chosen[kind] or not any(chosen.values()))


def show_list(chosen: tuple[Kind, ...]) -> int:
    """One session a line, chain by chain: when, the patient's code and side, what, how it ended."""
    for kind in chosen:
        found = list_sessions(home(), kind)
        widest = max((len(f"{one.patient or '-'} {one.side or '-'}") for one in found), default=0)
        print(f"{TITLES[kind]}: {len(found)} session{'' if len(found) == 1 else 's'}, {chain_folder(home(), kind)}")
        for one in found:
            whose = f"{one.patient or '-'} {one.side or '-'}"
            told = (one.session, one.started_utc or "-", whose.ljust(widest), one.protocol or "-", _ending(one.ending))
            print(printable(f"  {'  '.join(told)}"))
    return GOOD


def _ending(ending: Ending) -> str:
    match ending:
        case Closed(why=code):
            return why(code)
        case Interrupted():
            return "Interrupted: the program or the computer stopped while it ran."
        case Unfinished():
            return "Not closed: still running, or interrupted."
        case Unreadable(reason=reason):
            return f"Cannot be read: its first or last entry {reason}."
        case _:
            assert_never(ending)


# --- show ---


def show_session(text: str, chosen: tuple[Kind, ...], *, everything: bool) -> int:
    """The timeline of one session, and first of all whether it can be believed."""
    kind, path = session_named(text, chosen)
    verdict = verify_session(path)
    print(f"Session {path.stem} ({TITLES[kind].lower()})")
    print(_sentence(verdict))
    for line in timeline(_readable(read_session(path)), everything=everything):
        print(printable(line))
    print(f"Record: {path}")
    return _code(verdict)


def _readable(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Up to the first line that is none of ours; the verdict has told why."""
    try:
        yield from entries
    except BadLine as error:
        complain(f"the rest is not shown: the next line {error.sentence}")


# --- verify ---


def verify_all(chosen: tuple[Kind, ...]) -> int:
    """Both chains, or the one asked for; every bad session is named, the first one first."""
    code = GOOD
    for kind in chosen:
        code = max(code, _verify_kind(kind))
    print(LIMITS)
    return code


def _verify_kind(kind: Kind) -> int:
    sessions = entries = 0
    head = "none"
    bad: list[SessionVerdict] = []
    for found in verify_chain(chain_folder(home(), kind)):
        sessions += 1
        verdict = found.verdict
        if isinstance(verdict, Intact | Torn):
            entries += verdict.entries
        if verdict.head is not None:
            head = verdict.head.hash
        if not isinstance(verdict, Intact):
            bad.append(found)
    title = f"{TITLES[kind]}: {sessions} session{'' if sessions == 1 else 's'}"
    if not bad:
        print(f"{title}, {entries} entries, intact" + (f", head {head}" if sessions else ""))
        return GOOD
    print(f"{title}, {len(bad)} of them NOT INTACT")
    print(f"First bad entry: {_sentence(bad[0])}")
    for found in bad[1:]:
        print(f"Also: {_sentence(found)}")
    return BAD


def verify_one(text: str, chosen: tuple[Kind, ...]) -> int:
    """One session, against the end of the one before it."""
    _, path = session_named(text, chosen)
    found = verify_session(path)
    print(_sentence(found))
    return _code(found)


def _code(found: SessionVerdict) -> int:
    return GOOD if isinstance(found.verdict, Intact) else BAD


def _sentence(found: SessionVerdict) -> str:
    verdict = found.verdict
    match verdict:
        case Intact(entries=entries):
            return f"{found.session}: intact, {entries} entries, none altered."
        case Torn(entries=entries):
            whole = f"whole up to entry {entries}; the line after it was cut off while it was written (torn)."
            return f"{found.path}, line {entries + 1}: {whole}"
        case Damaged(seq=seq, kind=kind, sentence=sentence):
            told = printable(sentence)
            return f"{found.path}, line {seq}, entry {seq}, {kind.value.replace('_', ' ')}: {told}"
        case _:
            assert_never(verdict)
