"""A held key is one answer, because a checklist that answers itself has not been asked.

Law: a key that comes again sooner than a hand can press it is held, and counts as nothing until it has rested.
Terminals tell of no key being released; a press is told from a repeat only by the time since the one before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HELD_MS: Final = 120
"""The same key sooner than this is held: terminals repeat about every 33 ms [verify], a hand is slower [design]."""


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Which answer was pressed last, and when, in ms; "" = none yet."""

    reply: str = ""
    pressed_ms: int = 0

    def pressed(self, reply: str, now_ms: int) -> tuple[AnswerKey, bool]:
        """An answer was pressed: is it only the same key being held?"""
        held = reply == self.reply and now_ms - self.pressed_ms < HELD_MS
        return AnswerKey(reply, now_ms), held
