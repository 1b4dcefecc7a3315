"""`nmes audit verify`: whether the records are whole, signed with a key that is known, and hold a head kept elsewhere.

Law: it says what it checked and what it could not. The exit code is that of the gravest thing found: 1 damaged, or a
head that is not there; 4 signed with a key that is not known; 3 only an end that is unfinished or not signed yet, as a
crash or a running session leaves it; else 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nmes.cli.audit import TITLES, code_of, gravest, place_words, say, verdict_words
from nmes.cli.exits import BAD, GOOD, KEY_UNKNOWN, TORN, Failed, wrong
from nmes.cli.finding import session_named
from nmes.core.care_events import Archived
from nmes.language import _, many
from nmes.record import head_code
from nmes.record.chain import Head
from nmes.record.errors import KeyUnusable
from nmes.record.files import Kind, chain_folder, home, session_names
from nmes.record.keys import key_id, known_keys, read_public
from nmes.record.neighbours import archived_before
from nmes.record.store import SessionVerdict, find_head, verify_chain, verify_session
from nmes.record.telling import broken
from nmes.record.verify import Damaged, Intact
from nmes.reports.kept import sealed_words

LIMITS = _(
    "A chain is checked against itself. Whether its end was cut off, rolled back or replaced shows only with a head "
    "code that was kept elsewhere: nmes audit verify --head CODE"
)


@dataclass(frozen=True, slots=True)
class Against:
    """What the records are held against besides themselves: `keys` None = those this station knows."""

    keys: Mapping[str, bytes] | None = None
    head: int | None = None
    """The bits of the head code that was given."""
    code: str = ""
    """As it was typed."""


def against(files: Sequence[str], code: str) -> Against:
    """From what was typed; a file that is no key, and a code that was mistyped, end the command."""
    try:
        publics = [read_public(Path(file)) for file in files]
        bits = head_code.read_code(code) if code else None
    except KeyUnusable as error:
        wrong(f"--key: {error}")
    except ValueError as error:
        wrong(f'--head "{code}": {error}')
    return Against({key_id(public): public for public in publics} if publics else None, bits, code)


def verify(session: str, kinds: tuple[Kind, ...], held: Against, *, every: bool) -> int:
    """One session, or without one whole chains."""
    if session and every:
        wrong(_("give an ID or --all, not both"))
    try:
        return _one(session, kinds, held) if session else _all(kinds, held)
    except OSError as error:
        said = _("{path}: the record cannot be read: {why}")
        raise Failed(BAD, said.format(path=error.filename, why=error.strerror)) from error


def _one(text: str, kinds: tuple[Kind, ...], held: Against) -> int:
    """A file against the end of the one before it and the start of the one after it."""
    kind, path = session_named(text, kinds)
    found = verify_session(path, held.keys)
    say(f"{found.session}: {verdict_words(found.verdict)}", "  ")
    if not isinstance(found.verdict, Intact):
        say(place_words(path, found.verdict), "  ")
    say(sealed_words(found.sealed, found.verdict.head, unread=found.unread)[0], "  ")
    if found.verdict.head is not None:
        say(_("Head code: {code}").format(code=head_code.code_of(found.verdict.head.hash)))
    for line in _broken(found):
        say(line, "  ")
    codes = [code_of(found), _pending(found)]
    if found.sealed is None and not found.unread and held.keys is not None and found.verdict.head is not None:
        codes.append(_nothing_signed())
    if held.head is not None:
        codes.append(_held((kind,), held, held.head, found.session))
    return gravest(codes)


def _all(kinds: tuple[Kind, ...], held: Against) -> int:
    """Whole chains, and every file of them that is not whole by name, the first one first."""
    codes = [_chain(kind, held) for kind in kinds]
    if held.head is not None:
        codes.append(_held(kinds, held, held.head))
    else:
        say(LIMITS)
    return gravest(codes)


# --- a whole chain ---


@dataclass(slots=True)
class _Count:
    """What was found in a chain so far."""

    files: int = 0
    entries: int = 0
    head: Head | None = None
    bad: list[SessionVerdict] = field(default_factory=list)
    keys: dict[str, int] = field(default_factory=dict)
    unread: int = 0
    """Files whose seals were not looked at."""
    unknown: dict[str, str] = field(default_factory=dict)
    """By key the first session it signed."""
    code: int = GOOD
    broken: list[str] = field(default_factory=list)
    """What stands beside files that could not be written to their end."""
    open_ends: list[SessionVerdict] = field(default_factory=list)
    """Files that are not signed to their end."""

    def take(self, found: SessionVerdict) -> None:
        verdict, sealed = found.verdict, found.sealed
        self.broken += _broken(found)
        self.files += 1
        self.unread += found.unread
        self.entries += 0 if isinstance(verdict, Damaged) else verdict.entries
        if not isinstance(verdict, Intact):
            self.bad.append(found)
        if verdict.head is not None:
            self.head = verdict.head
        if sealed is not None:
            self.keys[sealed.key] = self.keys.get(sealed.key, 0) + 1
            if not sealed.known:
                self.unknown.setdefault(sealed.key, found.session)
            elif sealed_words(sealed, verdict.head)[1] and not isinstance(verdict, Damaged):
                self.open_ends.append(found)
        self.code = gravest((self.code, code_of(found), _pending(found)))


def _chain(kind: Kind, held: Against) -> int:
    count = _Count()
    for found in verify_chain(chain_folder(home(), kind), held.keys):
        count.take(found)
    for line in _told(kind, count):
        say(line, "  ")
    gone = _archived(kind, held)
    if gone is not None:
        said = _("Sessions up to {session} were archived and removed: that is on record, sealed.")
        say(said.format(session=gone.through), "  ")
    if count.head is None or count.keys or count.unread:
        return count.code
    if held.keys is not None:
        return gravest((count.code, _nothing_signed()))
    return gravest((count.code, _signatures_gone())) if known_keys(home()) else count.code


def _told(kind: Kind, count: _Count) -> Iterator[str]:
    files = many("{number} file", "{number} files", count.files)
    if not count.bad:
        entries = many("{number} entry", "{number} entries", count.entries)
        said = _("{chain}: {files}, {entries}, none altered.")
        yield said.format(chain=TITLES[kind], files=files, entries=entries)
    else:
        said = _("{chain}: {files}, {bad} of them NOT INTACT.")
        yield said.format(chain=TITLES[kind], files=files, bad=len(count.bad))
    for number, found in enumerate(count.bad):
        said = _("Also: {session}: {verdict}") if number else _("First: {session}: {verdict}")
        yield said.format(session=found.session, verdict=verdict_words(found.verdict))
        yield f"  {place_words(found.path, found.verdict)}"
    yield from count.broken
    yield from _signatures(count)
    if count.head is not None:
        yield _("Head: {hash}").format(hash=count.head.hash)
        yield _("Head code: {code}").format(code=head_code.code_of(count.head.hash))


def _broken(found: SessionVerdict) -> list[str]:
    why = broken(found.path)
    said = _("{session}: writing it ended early: {why}")
    return [said.format(session=found.session, why=why)] if why else []


def _signatures(count: _Count) -> Iterator[str]:
    for key, files in count.keys.items():
        number = many("{number} file", "{number} files", files)
        if key in count.unknown:
            said = _("KEY NOT KNOWN: {key} signed {files}, first {session}.")
        else:
            said = _("Sealed with the station's key {key}: {files}.")
        yield said.format(key=key, files=number, session=count.unknown.get(key, ""))
    if count.unread:
        said = many(
            "The seals of {number} file were not checked: its entry 1 does not hold, or does not follow.",
            "The seals of {number} files were not checked: their entries 1 do not hold, or do not follow.",
            count.unread,
        )
        yield said
    unsigned = count.files - sum(count.keys.values()) - count.unread
    if unsigned:
        said = many(
            "{number} file is not signed: only a signed one after it vouches for it.",
            "{number} files are not signed: only a signed one after them vouches for them.",
            unsigned,
        )
        yield said
    for found in count.open_ends:
        newest = found is count.open_ends[-1] and _pending(found)
        said = _("The newest file: {told}") if newest else f"{found.session}: {{told}}"
        yield said.format(told=sealed_words(found.sealed, found.verdict.head)[0])
        if newest:
            yield _("A session that is running leaves that, and one that was cut short; so does a changed end.")


def _pending(found: SessionVerdict) -> int:
    """3 for an end that nothing vouches for yet."""
    return TORN if found.sealed is not None and found.sealed.pending else GOOD


def _nothing_signed() -> int:
    say(_("Nothing there is signed: the key that was given proves nothing about it."))
    return KEY_UNKNOWN


def _signatures_gone() -> int:
    """Whoever rewrites a chain can leave every signature out: only that the station has a key speaks against it."""
    say(
        _(
            "Nothing there is signed, although this station has a key. Records from before version 0.5 are not; if any "
            "of these is newer, its signatures were taken away."
        )
    )
    return KEY_UNKNOWN


# --- a head kept elsewhere ---


def _archived(kind: Kind, held: Against) -> Archived | None:
    """Up to where the beginning of a chain is gone by right; None where none is."""
    folder = chain_folder(home(), kind)
    known = known_keys(home()) if held.keys is None else held.keys
    gone = archived_before(folder, session_names(folder), known)
    return None if gone is None or (folder / f"{gone.through}.jsonl").exists() else gone


def _held(kinds: tuple[Kind, ...], held: Against, head: int, session: str = "") -> int:
    """Whether one of the chains, or the one session of it, holds this head; their lines have been verified before."""
    for kind in kinds:
        found = find_head(chain_folder(home(), kind), head)
        if found is None:
            continue
        ours = session in {"", found.session}
        if ours:
            said = _("The head {code} is entry {entry} of {session}: the chain holds it.")
        else:
            said = _("THE HEAD {code} IS OF ANOTHER SESSION: entry {entry} of {session}.")
        say(said.format(code=held.code, entry=found.seq, session=found.session), "  ")
        return GOOD if ours else BAD
    gone = [(kind, one) for kind in kinds if (one := _archived(kind, held)) is not None]
    return _held_by_archive(gone, held.code, head, session) if gone else _not_held(held.code)


def _not_held(typed: str) -> int:
    say(_("THE CHAIN DOES NOT HOLD THE HEAD {code}: cut off, rolled back or replaced.").format(code=typed), "  ")
    return BAD


def _held_by_archive(gone: Sequence[tuple[Kind, Archived]], typed: str, head: int, session: str) -> int:
    """A head that no session holds that is there: of one that was archived and removed, or of none."""
    for _chain_of, one in gone:
        if not session and head_code.holds(head, one.head):
            said = _(
                "The head {code} is the end of {session}: it was archived and removed, and the chain goes on from it."
            )
            say(said.format(code=typed, session=one.through), "  ")
            return GOOD
    for kind, one in gone:
        said = _(
            "THE HEAD {code} IS NOT AMONG THE SESSIONS THAT ARE HERE. {chain}: those up to {session} were archived and "
            "removed, on record. If it is of one of them, the archive holds it; if of a later one, the chain was cut "
            "off, rolled back or replaced."
        )
        say(said.format(code=typed, chain=TITLES[kind], session=one.through), "  ")
    return BAD
