"""The recorded events through today's program: the same commands, or where not."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from nmes.core.commands import Command, Halt, Note
from nmes.core.events import Decrease, Event, Increase, Stop, Tick
from nmes.record.chain import Entry, NewEntry
from nmes.record.codec import encode
from nmes.record.journal import Journal
from nmes.record.replay import CannotReplay, FirstDifference, Same, event_entry, replay
from nmes.record.store import read_session

Begin = Callable[..., Journal]


def step(level: int, event: Event) -> tuple[int, Sequence[Command]]:
    """A little program: a level that goes up and down and to nothing."""
    match event:
        case Increase():
            return level + 1, (Note("level", (("level", level + 1),)),)
        case Decrease():
            return level - 1, [Note("level", (("level", level - 1),))]
        case Stop():
            return 0, (Halt(), Note("level", (("level", 0),)))
        case _:
            return level, ()


def initial(binding: Mapping[str, Any]) -> int:
    level: int = binding["level"]
    return level


EVENTS = (Increase(1, 0), Tick(40), Increase(1, 0), Decrease(1), Stop("keyboard", 1), Increase(1, 1))


@pytest.fixture
def recorded(begin: Begin) -> Callable[..., list[Entry]]:
    def recorded(*extra: NewEntry) -> list[Entry]:
        journal = begin(binding={"level": 5})
        level = 5
        for event in EVENTS:
            level, commands = step(level, event)
            journal.append(event_entry(event, commands, "therapist"))
        for entry in extra:
            journal.append(entry)
        journal.close({"why": "completed"})
        return list(read_session(journal.path))

    return recorded


def test_the_same_program_gives_the_same_commands(recorded: Callable[..., list[Entry]]) -> None:
    assert replay(recorded(), step, initial) == Same(len(EVENTS))


def test_another_program_differs_at_the_first_entry_where_it_does(recorded: Callable[..., list[Entry]]) -> None:
    def gentler(level: int, event: Event) -> tuple[int, Sequence[Command]]:
        return (level, ()) if isinstance(event, Decrease) else step(level, event)

    found = replay(recorded(), gentler, initial)
    assert found == FirstDifference(5, (encode(Note("level", (("level", 6),))),), ())


def test_another_beginning_differs_at_once(recorded: Callable[..., list[Entry]]) -> None:
    found = replay(recorded(), step, lambda binding: 50)
    assert isinstance(found, FirstDifference)
    assert found.seq == 2


def test_a_state_is_carried_from_event_to_event(recorded: Callable[..., list[Entry]]) -> None:
    found = replay(recorded(), lambda level, event: (5, step(level, event)[1]), initial)
    assert isinstance(found, FirstDifference)
    assert found.seq == 4


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"event": {"type": "Explode"}, "commands": []}, "unknown type 'Explode'"),
        ({"commands": []}, "unknown type None"),
        ({"event": {"type": "Tick", "now_ms": 1, "stalled_ms": 0}}, "the commands are missing"),
    ],
)
def test_an_event_that_is_not_understood_is_named(
    recorded: Callable[..., list[Entry]], body: dict[str, object], reason: str
) -> None:
    assert replay(recorded(NewEntry("event", body, "therapist")), step, initial) == CannotReplay(8, reason)


def test_a_record_without_its_beginning_cannot_be_replayed(recorded: Callable[..., list[Entry]]) -> None:
    reason = "the record does not begin with its opening entry"
    assert replay(recorded()[1:], step, initial) == CannotReplay(2, reason)
    assert replay([], step, initial) == CannotReplay(0, reason)


def test_a_command_recorded_before_a_field_was_added_is_the_same_command(recorded: Callable[..., list[Entry]]) -> None:
    old = NewEntry("event", {"event": encode(Tick(80)), "commands": [{"type": "Note", "code": "x"}]}, "program")

    def noting(level: int, event: Event) -> tuple[int, Sequence[Command]]:
        return (level, (Note("x"),)) if event == Tick(80) else step(level, event)

    assert replay(recorded(old), noting, initial) == Same(len(EVENTS) + 1)
    assert isinstance(replay(recorded(old), step, initial), FirstDifference)


def test_a_command_that_is_not_understood_is_a_difference(recorded: Callable[..., list[Entry]]) -> None:
    odd = NewEntry("event", {"event": encode(Tick(80)), "commands": [{"type": "Explode"}]}, "program")
    assert isinstance(replay(recorded(odd), step, initial), FirstDifference)


def test_half_a_character_in_a_name_agrees_with_its_commands_at_replay(begin: Begin) -> None:
    def greeting(level: int, event: Event) -> tuple[int, Sequence[Command]]:
        return level, (Note("said", (("by", event.source),)),) if isinstance(event, Stop) else ()

    journal, event = begin(binding={"level": 5}), Stop("M\udcfcller", 1)
    journal.append(event_entry(event, greeting(5, event)[1], "M\udcfcller"))
    journal.close({"why": "completed"})
    assert replay(read_session(journal.path), greeting, initial) == Same(1)
    assert list(read_session(journal.path))[1].actor == "M\ufffdller"
