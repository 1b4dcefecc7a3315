"""Who has been treated: the sessions of a chain by patient code and side, newest first. A fold over the list of them.

Law: it reads first and last lines only, so that a day's list costs the same however long its sessions were, and so it
verifies nothing: what stands here is for finding a session, never for a level. A damaged file hides nobody else's: it
is told by itself. Codes that differ in their capitals are two codes, as everywhere in the record.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nmes.record.store import Interrupted, Summary, Unfinished, Unreadable


@dataclass(frozen=True, slots=True)
class Person:
    """One code and side. `last` is the newest session; `interrupted` have no end, the newest first.

    The newest session of a chain without an end may still be running, in another program.
    """

    code: str
    side: str
    sessions: int
    last: Summary
    interrupted: tuple[Summary, ...]


@dataclass(frozen=True, slots=True)
class People:
    """Everybody, the one with the newest session first; sessions without a code are nobody's and not in it.

    `damaged`: sessions whose first or last entry cannot be read, newest first; whose they are may be known or not.
    """

    persons: tuple[Person, ...] = ()
    damaged: tuple[Summary, ...] = ()


def of_sessions(newest_first: Iterable[Summary]) -> People:
    """The patients of a list of sessions, in its order."""
    listed = tuple(newest_first)
    of: dict[tuple[str, str], list[Summary]] = {}
    for one in listed:
        if one.patient:
            of.setdefault((one.patient, one.side), []).append(one)
    return People(
        tuple(
            Person(code, side, len(theirs), theirs[0], tuple(one for one in theirs if has_no_end(one)))
            for (code, side), theirs in of.items()
        ),
        tuple(one for one in listed if isinstance(one.ending, Unreadable)),
    )


def has_no_end(one: Summary) -> bool:
    """Whether the program or the computer stopped while it ran, or it still runs."""
    return isinstance(one.ending, Interrupted | Unfinished)
