"""What a record tells one thing at a time: when, who, which event, and the decisions it led to, as codes and values.

Separate from the story, which is folded from these, so that what was caught and what flowed can be folded apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nmes.core import commands as c
from nmes.core import events as e
from nmes.record.chain import Entry
from nmes.record.codec import COMMANDS, EVENTS, Undecodable

Values = tuple[tuple[str, int | str], ...]


@dataclass(frozen=True, slots=True)
class At:
    """Where in a record, and when: `t_ms` since its first entry, on the clock that never goes back; `t_utc` informs."""

    seq: int
    t_ms: int
    t_utc: str
    actor: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One decision of the session: its code and values. `event` is the name of the event that led to it."""

    at: At
    code: str
    values: Values
    event: str

    def value(self, name: str) -> int | str | None:
        """A value by name; None if the record has none."""
        return dict(self.values).get(name)


@dataclass(frozen=True, slots=True)
class Stepped:
    """An event of the session and what was decided on it."""

    at: At
    event: e.Event
    happenings: tuple[Happening, ...]

    @property
    def refused(self) -> bool:
        """Whether what a person asked for was not done."""
        return any(one.code.startswith("refused:") for one in self.happenings)


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry this program cannot read, and why."""

    at: At
    reason: str


def at_of(entry: Entry, begun_ns: int) -> At:
    return At(entry.seq, max(0, entry.t_mono_ns - begun_ns) // 1_000_000, entry.t_utc, entry.actor)


def stepped(entry: Entry, at: At) -> Stepped | Unread:
    """An entry of type `event`, read."""
    try:
        event: e.Event = EVENTS.decode(entry.body.get("event"))
        notes = tuple(_notes(entry))
    except Undecodable as error:
        return Unread(at, str(error))
    name = type(event).__name__
    return Stepped(at, event, tuple(Happening(at, note.code, note.values, name) for note in notes))


def _notes(entry: Entry) -> Iterator[c.Note]:
    commands = entry.body.get("commands")
    if not isinstance(commands, list):
        raise Undecodable("the commands are missing")
    for command in commands:
        decoded: c.Command = COMMANDS.decode(command)
        if isinstance(decoded, c.Note):
            yield decoded
