"""Which presses of a letter in the checklist are answers: a checklist that answers itself has not been asked.

Law: a key that comes again sooner than a hand can press it is held, and counts as nothing until it has rested. An
answer that comes as fast behind another letter as words are typed belongs to a word, and counts as nothing either.
Terminals tell of no key being released; a press is told from a repeat only by the time since the one before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

HELD_MS: Final = 120
"""The same key sooner than this is held: terminals repeat about every 33 ms [verify], a hand is slower [design]."""
WORD_MS: Final = 150
"""An answer sooner than this after another letter is part of a word; who answers lets go between the keys [design]."""


class Letter(StrEnum):
    """What a press of a letter is."""

    ALONE = "alone"
    HELD = "held"
    OF_A_WORD = "of_a_word"


@dataclass(frozen=True, slots=True)
class AnswerKey:
    """Which letter was pressed last in the list, and when, in ms; "" = none yet."""

    letter: str = ""
    pressed_ms: int = 0

    def pressed(self, letter: str, now_ms: int) -> tuple[AnswerKey, Letter]:
        """A letter was pressed, an answer or not: what is it?"""
        since_ms = now_ms - self.pressed_ms
        if letter == self.letter:
            found = Letter.HELD if since_ms < HELD_MS else Letter.ALONE
        else:
            found = Letter.OF_A_WORD if self.letter and since_ms < WORD_MS else Letter.ALONE
        return AnswerKey(letter, now_ms), found
