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
    """An event of the session and what was decided on it. `armed`: what the guard was told to let pass from here on."""

    at: At
    event: e.Event
    happenings: tuple[Happening, ...]
    armed: tuple[c.Arm, ...] = ()

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
        commands = tuple(_commands(entry))
    except Undecodable as error:
        return Unread(at, str(error))
    name = type(event).__name__
    notes = (one for one in commands if isinstance(one, c.Note))
    happenings = tuple(Happening(at, note.code, note.values, name) for note in notes)
    return Stepped(at, event, happenings, tuple(one for one in commands if isinstance(one, c.Arm) and one.level_ua))


def _commands(entry: Entry) -> Iterator[c.Command]:
    commands = entry.body.get("commands")
    if not isinstance(commands, list):
        raise Undecodable("the commands are missing")
    for command in commands:
        decoded: c.Command = COMMANDS.decode(command)
        yield decoded
