"""When to look at the session again after a press, so that what it did is seen at once, and a held key floods no line.

Law: the first press is shown as soon as the session has heard it; while presses keep coming the screen is painted at
most five times a second. A STOP never waits for this: it does not go through here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, assert_never

from nmes.core.view import View
from nmes.ui.budget import DIGITS_HZ

LOOKS_MS: Final = (8, 16, 24, 32, 48, 64, 96, 128)
"""After a press: a turn of the loop comes within 20 ms, a level after its entry in the record [design]."""
PAINTS: Final = 2
"""What a press did comes in two steps, the level and then the command: so many looks may paint [design]."""
REST_MS: Final = 1000 // DIGITS_HZ


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing was pressed just now: the next press is looked for at once."""


@dataclass(frozen=True, slots=True)
class Looking:
    """A press is being looked for, and the rest after its paint has begun. `left`: paints that it may still have."""

    left: int


@dataclass(frozen=True, slots=True)
class Again:
    """Another press has come meanwhile: what it did is shown when the rest is over."""

    left: int


Later = Callable[[float, Callable[[], None]], object]
"""Call something after so many seconds: Textual's `set_timer`."""


class Glance:
    """`view` is the session's View now, `paint` shows it."""

    def __init__(self, later: Later, view: Callable[[], View | None], paint: Callable[[], None]) -> None:
        self._later, self._view, self._paint = later, view, paint
        self._shown: object = None
        """What was told of the session when it was last painted."""
        self._state: Idle | Looking | Again = Idle()

    def press(self, send: Callable[[], None]) -> None:
        """`send` gives the press to the session; what becomes of it is looked for."""
        before = _told(self._view())
        send()
        match self._state:
            case Looking(left=left) | Again(left=left):
                self._state = Again(left)
            case Idle():
                self._shown, self._state = before, Looking(PAINTS)
                self._later(REST_MS / 1000, self._rested)
                self._look_again()
                for after_ms in LOOKS_MS:
                    self._later(after_ms / 1000, self._look_again)
            case _:
                assert_never(self._state)

    def _look(self) -> bool:
        """Paint if there is something new; whether there was."""
        told = _told(self._view())
        if told == self._shown:
            return False
        self._shown = told
        self._paint()
        return True

    def _look_again(self) -> None:
        """While no other press came, what is new is painted at once; what comes later, by the screen's own timer."""
        match self._state:
            case Looking(left=left) if left > 0 and self._look():
                self._state = Looking(left - 1)
            case _:
                pass

    def _rested(self) -> None:
        """What came meanwhile is shown now, and then there is a rest again."""
        before, self._state = self._state, Idle()
        if isinstance(before, Again) and self._look():
            self._state = Looking(before.left - 1)
            self._later(REST_MS / 1000, self._rested)


def _told(view: View | None) -> object:
    """What a press changes in a View; what merely grows older in it is left out.

    A raise is told before its entry is on the disk and before the level moves: to paint then would take the frame in
    which the level could be shown.
    """
    if view is None:
        return None
    note = None if view.note is not None and view.note.code == "increase" else view.note
    amplitudes = tuple((channel.level_ua, channel.commanded_ua) for channel in view.channels if not channel.phase)
    return view.word, view.epoch, note, view.slots, amplitudes
