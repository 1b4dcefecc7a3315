"""The care entries of a chain: what is known of a patient between the sessions, written and read.

Law: what is entered together is one small file in the same chain, with the same names and numbers as the sessions;
it is opened, written, closed and on the disk when `write` returns, or RecordError says that it is not. Nothing old is
changed. An entry is believed if its own file verifies and was closed, and, once anything of the chain is signed or the
station has a key, if it is signed to its very end with a key that is known; a file that does not is named, because it
may have held another, and so is one of which it cannot be told what it held, and a number that is gone. Of such a file,
and of one with an entry that a newer program wrote, only bad news is believed: that it forbids stimulation for nothing
harms less than that it is missed. Whether a file fits its neighbours is the verifier's matter: nothing here leads to
output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Final

from nmes.core.care_events import Answered, Archived, CareEvent, free_texts
from nmes.core.course_of_care import Entered
from nmes.core.day import Day
from nmes.record.chain import BadLine, Entry, NewEntry, decode_line
from nmes.record.checkpoint import Seals
from nmes.record.clocks import Clocks
from nmes.record.codec import VOCABULARY, Codec, Undecodable, encode
from nmes.record.disk import Disk
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, chain_name, number_of, open_file
from nmes.record.gone import ENTRY
from nmes.record.journal import Journal
from nmes.record.keys import StationKey, known_keys
from nmes.record.standing import standing
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

    `unread`: files with an entry that this program does not know; they are sound, and of a newer program. Of these too
    only bad news is among what was entered. `missing`: the numbers of files that are gone from the chain, and not by
    right: what each held is not known.
    """

    entered: tuple[Entered, ...] = ()
    damaged: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def doubted(self) -> tuple[str, ...]:
        """Whatever may have held more than was entered."""
        return (*self.damaged, *self.unread, *self.missing)


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
    unread: list[str] = []
    known = cache(partial(known_keys, home))
    try:
        chain = standing(chain_folder(home, kind))
        damaged, keys = list(chain.odd), known if chain.signed else None
        for path in chain.care:
            if path in chain.unclear or not _is_sound(path, keys):
                damaged.append(path.stem)
                entered += _bad_news(path, zone)
                continue
            try:
                entered += _entered(path, zone)
            except Undecodable:
                unread.append(path.stem)
                entered += _bad_news(path, zone)
        missing = tuple(chain.missing(_archived_through(entered)))
    except OSError as error:
        raise RecordError(f"the records cannot be read: {error}") from error
    return Ledger(tuple(entered), tuple(damaged), tuple(unread), missing)


def _archived_through(entered: Sequence[Entered]) -> int:
    """The number of the last file that went by right; 0 if none did."""
    gone = (one.event.through for one in entered if isinstance(one.event, Archived))
    return max((number_of(Path(through)) for through in gone), default=0)


def _is_sound(path: Path, keys: Callable[[], Mapping[str, bytes]] | None) -> bool:
    """Whether a file is whole; signed to its end with one of these keys, if it has to be (None: not)."""
    seals = Seals(chain_name(path.parent), required=lambda: keys is not None)
    care: list[bool] = []
    with open_file(path) as file:
        verdict = verify_lines(file, None, path.stem, seals.take, lambda link: care.append(link.type == ENTRY))
    if isinstance(verdict, Damaged) or keys is None:
        return not isinstance(verdict, Damaged)
    known = not seals.key or keys().get(seals.key) == seals.public
    return known and (not any(care) or (seals.ended and not isinstance(verdict, Torn)))


def _bad_news(path: Path, zone: tzinfo | None) -> Iterator[Entered]:
    """What speaks against a session in a file of which nothing else is believed, as far as its lines can be read.

    Asked are the two fields alone, of whatever event: it may be one that this program does not know.
    """
    with open_file(path) as file:
        for line in filter(_may_be_bad, file):
            try:
                entry = decode_line(line)
            except BadLine:
                continue
            told = entry.body.get("event")
            told = told if isinstance(told, dict) else {}
            urine, mark = (told.get(name) is True or None for name in ("dark_urine", "skin_mark"))
            if urine or mark:
                code, side, session = (str(told.get(name) or "") for name in ("code", "side", "session"))
                yield _as_entered(entry, Answered(code, side, session, dark_urine=urine, skin_mark=mark), zone)


def _may_be_bad(line: bytes) -> bool:
    """As these lines are spelled. It may be a long session of which only the first line does not hold."""
    return b'"dark_urine":true' in line or b'"skin_mark":true' in line


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
