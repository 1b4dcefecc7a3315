"""The care entries of a chain: what is known of a patient between the sessions, written and read.

Law: what is entered together is one small file in the same chain, with the same names and numbers as the sessions;
it is opened, written, closed and on the disk when `write` returns, or RecordError says that it is not. Nothing old is
changed. An entry is believed if its own file verifies and was closed, and, once the chain is signed, if it is signed to
its very end with a key that is known; a file that does not is named, because it may have held another. Of that one only
bad news is believed: that it forbids stimulation for nothing harms less than that it is missed. Whether a file fits its
neighbours is the verifier's matter: nothing here leads to output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Final

from nmes.core.care_events import Answered, CareEvent, free_texts
from nmes.core.course_of_care import Entered
from nmes.core.day import Day
from nmes.record.chain import BadLine, Entry, NewEntry, decode_line
from nmes.record.checkpoint import Seals
from nmes.record.clocks import Clocks
from nmes.record.codec import VOCABULARY, Codec, Undecodable, encode
from nmes.record.disk import Disk
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, chain_name, session_files
from nmes.record.gone import ABOUT_CARE, ENTRY
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, known_keys
from nmes.record.neighbours import claims_signed
from nmes.record.store import CARE, read_session
from nmes.record.verify import Damaged, Torn, verify_lines

WHY: Final = "entered"
_EVENTS: Final = Codec(CareEvent)


@dataclass(frozen=True, slots=True)
class Author:
    """Who enters something, at which station, and with what. `signer` None: unsigned.

    `bound`: what the file says of itself besides, such as the program.
    """

    actor: str
    station: str
    clocks: Clocks
    signer: StationKey | None
    bound: Mapping[str, object] = field(default_factory=dict)
    disk: Disk = field(default_factory=Disk)


@dataclass(frozen=True, slots=True)
class Ledger:
    """`entered`: in the chain's order. `damaged`: the files whose entries are not believed, but for bad news.

    `unread`: files with an entry that this program does not know; they are sound, and of a newer program.
    """

    entered: tuple[Entered, ...] = ()
    damaged: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


def write(home: Path, kind: Kind, events: Sequence[CareEvent], author: Author) -> str:
    """Enter events, together, in the author's name; returns the id of the file they stand in.

    RecordBusy while a session is being recorded.
    """
    entries = [
        NewEntry(ENTRY, {"event": encode(event)}, author.actor, texts=tuple(map(encode, free_texts(event))))
        for event in events
    ]
    binding, folder = {**author.bound, "about": CARE, "events": VOCABULARY}, chain_folder(home, kind)
    journal = Journal.open(folder, author.station, binding, author.clocks, disk=author.disk, signer=author.signer)
    try:
        for entry in entries:
            journal.append(entry)
        journal.close({"why": WHY})
    finally:
        journal.abandon()
    return journal.session


def read(home: Path, kind: Kind, zone: tzinfo | None = None) -> Ledger:
    """All care entries of a chain; RecordError if it cannot be read at all.

    `zone`: in which their days are told, None = the computer's.
    """
    entered: list[Entered] = []
    damaged, unread = [], []
    keys = cache(partial(known_keys, home))
    try:
        for path, signed in _files(home, kind):
            if not _is_sound(path, keys if signed else None):
                damaged.append(path.stem)
                entered += _bad_news(path, zone)
                continue
            try:
                entered += _entered(path, zone)
            except Undecodable:
                unread.append(path.stem)
    except OSError as error:
        raise RecordError(f"the records cannot be read: {error}") from error
    return Ledger(tuple(entered), tuple(damaged), tuple(unread))


def _files(home: Path, kind: Kind) -> Iterator[tuple[Path, bool]]:
    """The care files of a chain, and whether they have to be signed: one up to there is."""
    signed = False
    for path in session_files(chain_folder(home, kind)):
        with path.open("rb") as file:
            first = file.readline()
        signed = signed or (b'key":' in first and claims_signed(path))
        if ABOUT_CARE in first:
            yield path, signed


def _is_sound(path: Path, keys: Callable[[], Mapping[str, bytes]] | None) -> bool:
    """Whether a file is whole; signed to its end with one of these keys, if it has to be (None: not)."""
    seals = Seals(chain_name(path.parent), required=lambda: keys is not None)
    care: list[bool] = []
    with path.open("rb") as file:
        verdict = verify_lines(file, None, path.stem, seals.take, lambda link: care.append(link.type == ENTRY))
    if isinstance(verdict, Damaged) or keys is None:
        return not isinstance(verdict, Damaged)
    known = not seals.key or keys().get(seals.key) == seals.public
    return known and (not any(care) or (seals.ended and not isinstance(verdict, Torn)))


def _bad_news(path: Path, zone: tzinfo | None) -> Iterator[Entered]:
    """What speaks against a session in a file that is not believed, as far as its lines can be read."""
    with path.open("rb") as file:
        for line in file:
            try:
                entry = decode_line(line)
                told = entry.body.get("event")
                event = _EVENTS.decode({**told, "text": ""} if isinstance(told, dict) and "text" in told else told)
            except (BadLine, Undecodable):
                continue
            if isinstance(event, Answered) and (event.dark_urine or event.skin_mark):
                bad = Answered(
                    event.code,
                    event.side,
                    event.session,
                    dark_urine=event.dark_urine or None,
                    skin_mark=event.skin_mark or None,
                )
                yield _as_entered(entry, bad, zone)


def _entered(path: Path, zone: tzinfo | None) -> list[Entered]:
    """The entries of a file that was closed; what was not finished was never entered."""
    entries = list(read_session(path))
    if not any(entry.type == "closed" for entry in entries):
        return []
    return [
        _as_entered(entry, _EVENTS.decode(entry.body.get("event")), zone) for entry in entries if entry.type == ENTRY
    ]


def _as_entered(entry: Entry, event: CareEvent, zone: tzinfo | None) -> Entered:
    return Entered(event, entry.session, entry.seq, entry.t_utc, entry.actor, _day(entry.t_utc, zone))


def _day(t_utc: str, zone: tzinfo | None) -> Day | None:
    try:
        return Day.of(datetime.fromisoformat(t_utc).astimezone(zone).date().isoformat())
    except (ValueError, OverflowError):
        return None
