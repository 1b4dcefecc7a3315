"""The record behind a report: its file, its head as a code to compare, who vouches for it, what of it cannot be read.

The code is what makes a page on paper worth keeping: a chain is checked against itself, a page is not in the computer.
"""

from __future__ import annotations

from collections.abc import Iterator

from nmes.language import _
from nmes.record import checkpoint
from nmes.record.chain import Entry, Head
from nmes.record.head_code import code_of
from nmes.record.story import Story
from nmes.record.verdicts import Sealed
from nmes.reports.document import Section
from nmes.reports.told import Told
from nmes.reports.trust import verdict


def sealed(story: Story) -> tuple[str, bool]:
    """How far the station's key vouches for the record, and whether that is less than it should be."""
    said, less = sealed_words(story.sealed, story.verdict.head, unread=story.unread_seals)
    claims = story.opened is not None and checkpoint.is_signed(story.opened.bound)
    return said, claims if story.sealed is None else less


def sealed_words(one: Sealed | None, end: Head | None, *, unread: bool = False) -> tuple[str, bool]:
    """The same of what a verification found, which cannot say whether a session should have been signed. `unread`: its
    seals were not looked at.
    """
    if one is None and unread:
        return _(
            "The record's seals were not checked: entry 1 does not hold, or does not follow what is before it."
        ), True
    if one is None:
        return _("The record is not sealed by a station: nothing vouches for it but its chain."), False
    if not one.known:
        said = _("THE RECORD IS SEALED WITH A KEY THAT IS NOT KNOWN HERE: {key}, up to entry {entry}.")
        return said.format(key=one.key, entry=one.to_seq), True
    if end is not None and one.to_seq < end.seq and one.found_by:
        said = _(
            "The record is sealed with the station's key {key} up to entry {entry}, and up to entry {last} as session "
            "{session} found it."
        )
        return said.format(key=one.key, entry=one.to_seq, last=end.seq, session=one.found_by), True
    if end is not None and one.to_seq < end.seq:
        said = _(
            "The record is sealed with the station's key {key} up to entry {entry}; the entries after it are not "
            "vouched for."
        )
        return said.format(key=one.key, entry=one.to_seq), True
    return _("The record is sealed with the station's key {key} up to its end.").format(key=one.key), False


def foot(story: Story) -> str:
    """What every page of it carries: which session, and the head of its record."""
    head = story.verdict.head
    if head is None:
        return story.session
    return _("{session}, head code {code}").format(session=story.session, code=code_of(head.hash))


def kept(told: Told) -> Section:
    """The file, its head as a code to compare, what the verification found, what of it could not be read."""
    story = told.story
    head = story.verdict.head
    facts = (
        (_("File"), story.path.name),
        (_("Head code"), code_of(head.hash) if head else _("none")),
        (
            _("Last entry that holds"),
            _("{entry}, with the hash {hash}").format(entry=head.seq, hash=head.hash) if head else _("none"),
        ),
        (_("Signatures"), str(len(story.checkpoints)) if story.checkpoints else _("none")),
    )
    compare = _(
        "Keep this page away from the computer. With the code it shows later whether sessions were cut off, rolled "
        "back or replaced: nmes audit verify {session} --head {code}"
    )
    lines = [verdict(story)[0], sealed(story)[0]]
    after = [compare.format(session=story.session, code=code_of(head.hash))] if head else []
    return Section(_("The record"), tuple(lines), facts, after=(*after, *_unread(story)))


def _unread(story: Story) -> Iterator[str]:
    for one in story.unread:
        yield _("Entry {entry} cannot be read by this version: {why}").format(entry=one.at.seq, why=one.reason)
    yield from map(_other, story.others)


def _other(entry: Entry) -> str:
    """An entry that is no step; one of a kind that is not known is told as it stands."""
    match entry.type, entry.body:
        case "clock_step", {"by_ms": int(by_ms)}:
            said = _("Entry {entry}: the computer's clock was set, by {ms} ms. Durations are not touched by it.")
            return said.format(entry=entry.seq, ms=by_ms)
        case "interrupted", {"session": str(session)}:
            said = _("Entry {entry}: it was found that session {session} has no end.")
            return said.format(entry=entry.seq, session=session)
        case "unsigned_end", {"session": str(session)}:
            said = _("Entry {entry}: it was found that the end of session {session} is not sealed.")
            return said.format(entry=entry.seq, session=session)
        case "recovered", {"session": str(session), "bytes": int(size)}:
            said = _("Entry {entry}: an unfinished last line of session {session} was set aside, {number} bytes.")
            return said.format(entry=entry.seq, session=session, number=size)
        case "damaged_before", {"session": str(session)}:
            said = _("Entry {entry}: it was found that session {session} is damaged.")
            return said.format(entry=entry.seq, session=session)
        case kind, body:
            told = ", ".join(f"{name} {value}" for name, value in body.items())
            return _("Entry {entry}, {kind}: {what}").format(entry=entry.seq, kind=kind, what=told)
