"""The moments of a session at which a fault may come, and the short way to each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from together.staging import Room

from nmes.core import events as e
from nmes.core.view import Word


class Moment(StrEnum):
    """Where in a session the fault comes."""

    READY = "ready"
    TITRATING = "titrating"
    STARTING = "starting"
    RAMP_UP = "ramp up"
    HOLD = "hold"
    RAMP_DOWN = "ramp down"
    REST = "rest"
    PAUSED = "paused"
    RESUMING = "resuming"
    STOPPING = "STOP"
    """STOP is pressed as it breaks."""
    ENDING = "ending"


HALTED = (Moment.READY, Moment.PAUSED)
"""Nothing is on: what is broken shows when a person wants output again."""
HALTING = (Moment.STOPPING, Moment.ENDING)
"""It breaks as a halt goes out."""


def _ready(watched: Room, level_ua: int) -> None:
    watched.ready()
    for slot in watched.view.slots:
        watched.titrate(slot.slot, level_ua)


def _titrating(watched: Room, level_ua: int) -> None:
    watched.ready().raise_to(watched.view.slots[0].slot, level_ua)


def _starting(watched: Room, level_ua: int) -> None:
    _ready(watched, level_ua)
    watched.press(e.Start(watched.view.epoch), 10 if watched.view.plan.capabilities.watchdog_ms else 2)
    assert watched.view.word is Word.STARTING


def _in_word(word: Word, then_ms: int) -> Callable[[Room, int], None]:
    def reach(watched: Room, level_ua: int) -> None:
        watched.running(level_ua).word(word)
        watched.run(then_ms)

    return reach


def _paused(watched: Room, level_ua: int) -> None:
    watched.holding(level_ua).press(e.Pause())
    watched.word(Word.PAUSED)


def _resuming(watched: Room, level_ua: int) -> None:
    _paused(watched, level_ua)
    watched.press(e.Resume(watched.view.epoch))
    watched.word(Word.RESUMING)
    watched.run(1_500)


_WAYS: Mapping[Moment, Callable[[Room, int], None]] = {
    Moment.READY: _ready,
    Moment.TITRATING: _titrating,
    Moment.STARTING: _starting,
    Moment.RAMP_UP: _in_word(Word.RAMP_UP, 500),
    Moment.HOLD: _in_word(Word.ON, 300),
    Moment.RAMP_DOWN: _in_word(Word.RAMP_DOWN, 100),
    Moment.REST: _in_word(Word.REST, 300),
    Moment.PAUSED: _paused,
    Moment.RESUMING: _resuming,
    Moment.STOPPING: _in_word(Word.ON, 300),
    Moment.ENDING: _in_word(Word.ON, 300),
}


def reach(watched: Room, moment: Moment, level_ua: int) -> None:
    """Bring a new session to `moment`, its channel confirmed at `level_ua`."""
    _WAYS[moment](watched, level_ua)


def go_on(watched: Room, moment: Moment) -> None:
    """What the person does next: wants output again, stops or ends; in all other moments nothing."""
    match moment:
        case Moment.READY:
            watched.press(e.Start(watched.view.epoch))
        case Moment.PAUSED:
            watched.press(e.Resume(watched.view.epoch))
        case Moment.STOPPING:
            watched.stop()
        case Moment.ENDING:
            watched.press(e.End(), 0)
        case _:
            pass
