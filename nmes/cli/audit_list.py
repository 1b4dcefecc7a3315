"""`nmes audit list`: the sessions of a chain, one a line, from the index. It has half a second for ten thousand of
them, so it imports no screen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from difflib import get_close_matches
from typing import Final

from nmes.cli.audit import TITLES
from nmes.cli.exits import BAD, GOOD, Failed, wrong
from nmes.cli.try_output import print_json
from nmes.core.day import Day
from nmes.core.printable import printable
from nmes.language import _, many
from nmes.record.files import Kind, chain_folder, home
from nmes.record.index import sessions
from nmes.record.store import Closed, Summary, Unreadable
from nmes.runtime.clock import place_time
from nmes.ui.ending_words import WORDS, Ended, ended

SIDES: Final = {"left": _("left"), "right": _("right"), "both": _("both")}


@dataclass(frozen=True, slots=True)
class Filters:
    """What was typed; "" and an empty list = all of them."""

    patient: str = ""
    protocol: str = ""
    since: str = ""
    until: str = ""
    ended: Sequence[str] = ()


Wanted = Callable[[Summary], bool]


def show(
    kinds: tuple[Kind, ...],
    filters: Filters,
    *,
    as_json: bool,
    room: int | None = None,
    zone: tzinfo | None = None,
) -> int:
    """Print them, oldest first. `room`: the columns there are, None for a pipe. `zone`: None = the computer's own."""
    wanted = tuple(_wanted(filters, zone))
    found = {kind: _sessions(kind) for kind in kinds}
    chosen = {kind: [one for one in all_ if all(fits(one) for fits in wanted)] for kind, all_ in found.items()}
    if as_json:
        print_json([_document(one) for of in chosen.values() for one in of])
        return GOOD
    for kind, of in chosen.items():
        print("\n".join((_heading(kind, len(of), len(found[kind])), *_rows(of, room, zone))))
    if any(chosen.values()):
        print(_cut(_("Only first and last entries were read; nmes audit verify reads all."), room))
    else:
        _hint(filters, [one for of in found.values() for one in of])
    return GOOD


def _sessions(kind: Kind) -> list[Summary]:
    try:
        return sessions(home(), kind)
    except OSError as error:
        said = _("the records in {folder} cannot be read: {why}")
        raise Failed(BAD, said.format(folder=error.filename, why=error.strerror)) from error


# --- which ---


def _wanted(filters: Filters, zone: tzinfo | None) -> Iterator[Wanted]:
    """A question to each session for each filter; what is no filter ends the command."""
    if filters.patient:
        yield lambda one: one.patient == filters.patient
    if filters.protocol:
        yield lambda one: one.protocol == filters.protocol
    since, until = _day("--since", filters.since), _day("--until", filters.until)
    if since and until and since > until:
        wrong(_("--since {since} is after --until {until}").format(since=since, until=until))
    if since:
        yield lambda one: place_time(one.started_utc, zone)[:10] >= since
    if until:
        yield lambda one: "" < place_time(one.started_utc, zone)[:10] <= until
    ends = frozenset(_end(text) for text in filters.ended)
    if ends:
        yield lambda one: ended(one.ending) in ends


def _day(option: str, text: str) -> str:
    """A day as it stands in a row."""
    if text and Day.of(text) is None:
        wrong(_('{option} "{text}" is no day; write it as 2026-11-21').format(option=option, text=text))
    return text


def _end(text: str) -> Ended:
    if text not in tuple(Ended):
        wrong(_('--ended "{text}": give {ways}').format(text=text, ways=", ".join(Ended)))
    return Ended(text)


def _hint(filters: Filters, all_: list[Summary]) -> None:
    """Where nothing was found: which code or protocol is on record that may be meant."""
    for typed, known in ((filters.patient, {o.patient for o in all_}), (filters.protocol, {o.protocol for o in all_})):
        if typed and typed not in known:
            near = get_close_matches(typed, sorted(known - {""}), 3, 0.6)
            said = _('No session of "{typed}". Like it on record: {near}.') if near else _('No session of "{typed}".')
            print(printable(said.format(typed=typed, near=", ".join(near))))


# --- one line each ---


def _heading(kind: Kind, shown: int, there: int) -> str:
    folder = chain_folder(home(), kind)
    if shown == there:
        number = many("{number} session", "{number} sessions", there)
        return _("{chain}: {number}, {folder}").format(chain=TITLES[kind], number=number, folder=folder)
    said = _("{chain}: {shown} of {there} sessions, {folder}")
    return said.format(chain=TITLES[kind], shown=shown, there=there, folder=folder)


def _rows(listed: Sequence[Summary], room: int | None, zone: tzinfo | None) -> Iterator[str]:
    """In columns; the last one gives way where there is no room for it."""
    whose, ends = [_whose(one) for one in listed], [WORDS[ended(one.ending)] for one in listed]
    widest, longest = max(map(len, whose), default=0), max(map(len, ends), default=0)
    digits = len(str(listed[-1].number)) if listed else 0
    for one, of, end in zip(listed, whose, ends, strict=True):
        begun = place_time(one.started_utc, zone) or "-"
        line = f"  {one.number:>{digits}}  {begun:<16}  {of:<{widest}}  {end:<{longest}}  {one.protocol or '-'}"
        yield _cut(printable(line), room)


def _cut(line: str, room: int | None) -> str:
    return line if room is None or len(line) <= room else f"{line[: room - 1]}…"


def _whose(one: Summary) -> str:
    return f"{one.patient or '-'} {SIDES.get(one.side, one.side) or '-'}"


def _document(one: Summary) -> dict[str, object]:
    match one.ending:
        case Closed(why=why) | Unreadable(reason=why):
            told = why
        case _:
            told = ""
    return {
        "kind": one.kind.value,
        "number": one.number,
        "session": one.session,
        "started_utc": one.started_utc,
        "patient": one.patient,
        "side": one.side,
        "protocol": one.protocol,
        "protocol_version": one.version,
        "ended": ended(one.ending).value,
        "why": told,
        "file": str(one.path),
    }
