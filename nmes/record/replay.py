"""The recorded events through today's program: the same commands, or the first place where they differ.

An entry of type `event` holds `{"event": the event, "commands": [what it led to]}`. What `step` and the first state
are is passed in, so that the record knows nothing about sessions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from nmes.core.commands import Command
from nmes.core.events import Event
from nmes.core.free_texts import free_texts
from nmes.record.chain import Entry, NewEntry
from nmes.record.codec import COMMANDS, EVENTS, Undecodable, encode

State = TypeVar("State")
Encoded = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """All `events` recorded events led to the commands that were recorded."""

    events: int


@dataclass(frozen=True, slots=True)
class FirstDifference:
    """Entry `seq` led to other commands than were recorded; both encoded."""

    seq: int
    recorded: Encoded
    now: Encoded


@dataclass(frozen=True, slots=True)
class CannotReplay:
    """Entry `seq` is not something this program can replay, and why."""

    seq: int
    reason: str


ReplayResult = Same | FirstDifference | CannotReplay


def event_entry(event: Event, commands: Sequence[Command], actor: str) -> NewEntry:
    """What the runtime records of one step: the event and what it led to."""
    body = {"event": encode(event), "commands": [encode(command) for command in commands]}
    return NewEntry("event", body, encode(actor), texts=tuple(map(encode, free_texts(event, commands))))


def replay(
    entries: Iterable[Entry],
    step: Callable[[State, Event], tuple[State, Sequence[Command]]],
    initial: Callable[[Mapping[str, Any]], State],
) -> ReplayResult:
    """Fold the events of a session through `step`, from `initial(body of its opening entry)`.

    Entries of other types are passed over. What `step` or `initial` raise is let through.
    """
    rest = iter(entries)
    first = next(rest, None)
    if first is None or first.type != "opened":
        return CannotReplay(0 if first is None else first.seq, "the record does not begin with its opening entry")
    state = initial(first.body)
    events = 0
    for entry in rest:
        if entry.type != "event":
            continue
        try:
            event = EVENTS.decode(entry.body.get("event"))
        except Undecodable as error:
            return CannotReplay(entry.seq, str(error))
        recorded = entry.body.get("commands")
        if not isinstance(recorded, list):
            return CannotReplay(entry.seq, "the commands are missing")
        state, commands = step(state, event)
        now = [encode(command) for command in commands]
        if now != recorded and _meaning(recorded) != list(commands):
            return FirstDifference(entry.seq, tuple(recorded), tuple(now))
        events += 1
    return Same(events)


def _meaning(recorded: Sequence[object]) -> list[Command] | None:
    """Recorded commands as this program reads them: a field added since has its default. None if it cannot."""
    try:
        return [COMMANDS.decode(command) for command in recorded]
    except Undecodable:
        return None
