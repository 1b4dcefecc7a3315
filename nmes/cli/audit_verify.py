"""`nmes audit verify`: whether the records are whole, signed with a key that is known, and hold a head kept elsewhere.

Law: it says what it checked and what it could not. The exit code is that of the gravest thing found: 1 damaged, or a
head that is not there; 4 signed with a key that is not known; 3 only an end that is unfinished or not signed yet, as a
crash or a running session leaves it; else 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from nmes.cli.audit import TITLES, code_of, gravest, place_words, say, verdict_words
from nmes.cli.audit_against import Against, archived, look_for_head, say_whose_keys
from nmes.cli.exits import BAD, GOOD, KEY_UNKNOWN, Failed, wrong
from nmes.cli.finding import session_named
from nmes.language import _, many
from nmes.record import head_code
from nmes.record.chain import Head
from nmes.record.files import Kind, chain_folder, home
from nmes.record.keys import known_keys
from nmes.record.telling import broken
from nmes.record.verdicts import SessionVerdict, verify_chain, verify_session
from nmes.record.verify import Damaged, Intact
from nmes.reports.kept import sealed_words

LIMITS = _(
    "A chain is checked against itself. Whether its end was cut off, rolled back or replaced shows only with a head "
    "code that was kept elsewhere: nmes audit verify --head CODE"
)


def verify(session: str, kinds: tuple[Kind, ...], held: Against, *, every: bool) -> int:
    """One session, or without one whole chains."""
    if session and every:
        wrong(_("give an ID or --all, not both"))
    if not home().is_dir():
        wrong(_("there is no folder {folder}: nothing can be verified there").format(folder=home()))
    try:
        return _one(session, kinds, held) if session else _all(kinds, held)
    except OSError as error:
        said = _("{path}: the record cannot be read: {why}")
        raise Failed(BAD, said.format(path=error.filename, why=error.strerror)) from error


def _one(text: str, kinds: tuple[Kind, ...], held: Against) -> int:
    """A file against the end of the one before it and the start of the one after it."""
    kind, path = session_named(text, kinds)
    found = verify_session(path, held.keys)
    say(f"{found.session}: {verdict_words(found)}", "  ")
    if not isinstance(found.verdict, Intact):
        say(place_words(path, found.verdict), "  ")
    if not found.is_empty:
        say(sealed_words(found.sealed, found.verdict.head, unread=found.unread)[0], "  ")
    say_whose_keys(held)
    if found.verdict.head is not None:
        say(_("Head code: {code}").format(code=head_code.code_of(found.verdict.head.hash)))
    for line in _broken(found):
        say(line, "  ")
    codes = [code_of(found)]
    if found.sealed is None and not found.unread and held.keys is not None and found.verdict.head is not None:
        codes.append(_nothing_signed())
    if held.head is not None:
        codes.append(look_for_head((kind,), held, held.head, found.session))
    return gravest(codes)


def _all(kinds: tuple[Kind, ...], held: Against) -> int:
    """Whole chains, and every file of them that is not whole by name, the first one first."""
    codes = [_chain(kind, held) for kind in kinds]
    say_whose_keys(held)
    if held.head is not None:
        codes.append(look_for_head(kinds, held, held.head))
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
    empty: list[SessionVerdict] = field(default_factory=list)
    """Files in which nothing stands."""
    unknown: dict[str, str] = field(default_factory=dict)
    """By key the first session it signed."""
    code: int = GOOD
    broken: list[str] = field(default_factory=list)
    """What stands beside files that could not be written to their end."""
    open_ends: list[SessionVerdict] = field(default_factory=list)
    """Files that are not signed to their end."""
    pending: SessionVerdict | None = None
    """The first whole file whose end nothing vouches for yet."""

    def take(self, found: SessionVerdict) -> None:
        verdict, sealed = found.verdict, found.sealed
        self.broken += _broken(found)
        self.files += 1
        self.unread += found.unread
        self.empty += [found] if found.is_empty else []
        self.entries += 0 if isinstance(verdict, Damaged) else verdict.entries
        if not isinstance(verdict, Intact):
            self.bad.append(found)
        elif found.vouched_to is not None:
            self.pending = self.pending or found
        if verdict.head is not None:
            self.head = verdict.head
        if sealed is not None:
            self.keys[sealed.key] = self.keys.get(sealed.key, 0) + 1
            if not sealed.known:
                self.unknown.setdefault(sealed.key, found.session)
            elif sealed_words(sealed, verdict.head)[1] and not isinstance(verdict, Damaged):
                self.open_ends.append(found)
        self.code = gravest((self.code, code_of(found)))


def _chain(kind: Kind, held: Against) -> int:
    count = _Count()
    for found in verify_chain(chain_folder(home(), kind), held.keys):
        count.take(found)
    for line in _told(kind, count):
        say(line, "  ")
    gone = archived(kind, held)
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
    entries = many("{number} entry", "{number} entries", count.entries)
    chain, pending = TITLES[kind], count.pending
    if not count.files:
        yield _("{chain}: no file.").format(chain=chain)
    elif count.bad:
        said = _("{chain}: {files}, {bad} of them NOT INTACT.")
        yield said.format(chain=chain, files=files, bad=len(count.bad))
    elif pending is not None:
        said = _(
            "{chain}: {files}, {entries}, whole; {session} is signed up to entry {entry}: what stands after it may "
            "have been changed."
        )
        yield said.format(chain=chain, files=files, entries=entries, session=pending.session, entry=pending.vouched_to)
    else:
        yield _("{chain}: {files}, {entries}, none altered.").format(chain=chain, files=files, entries=entries)
    yield _("Folder: {folder}").format(folder=chain_folder(home(), kind))
    for number, found in enumerate(count.bad):
        said = _("Also: {session}: {verdict}") if number else _("First: {session}: {verdict}")
        yield said.format(session=found.session, verdict=verdict_words(found))
        yield f"  {place_words(found.path, found.verdict)}"
    for found in count.empty:
        if found not in count.bad:
            yield f"{found.session}: {verdict_words(found)}"
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
    unsigned = count.files - sum(count.keys.values()) - count.unread - len(count.empty)
    if unsigned:
        said = many(
            "{number} file is not signed: only a signed one after it vouches for it.",
            "{number} files are not signed: only a signed one after them vouches for them.",
            unsigned,
        )
        yield said
    for found in count.open_ends:
        newest = found is count.open_ends[-1] and found.sealed is not None and found.sealed.pending
        said = _("The newest file: {told}") if newest else f"{found.session}: {{told}}"
        yield said.format(told=sealed_words(found.sealed, found.verdict.head)[0])
        if newest:
            yield _("A session that is running leaves that, and one that was cut short; so does a changed end.")


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
