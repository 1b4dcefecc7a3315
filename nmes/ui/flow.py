"""Which of the six screens shows a session: decided by the session's own word, never by what a screen believes."""

from __future__ import annotations

from enum import StrEnum
from typing import assert_never

from nmes.core.view import Word


class Stage(StrEnum):
    """The screens in their order."""

    CHOOSE = "choose"
    SCREENING = "screening"
    PLACE = "place"
    TITRATE = "titrate"
    RUN = "run"
    SUMMARY = "summary"

    @property
    def number(self) -> int:
        return list(Stage).index(self) + 1


TITLES = {
    Stage.CHOOSE: "Choose a protocol",
    Stage.SCREENING: "Screening",
    Stage.PLACE: "Electrodes",
    Stage.TITRATE: "Find the level",
    Stage.RUN: "Treatment",
    Stage.SUMMARY: "Summary",
}


def stage_of(word: Word, now: Stage) -> Stage:
    """The screen for this word; what passes or is stopped stays on the screen where it happened."""
    match word:
        case Word.CONNECTING | Word.SCREENING:
            return Stage.SCREENING
        case Word.PLACING:
            return Stage.PLACE
        case Word.READY | Word.TITRATING:
            return Stage.TITRATE
        case Word.RAMP_UP | Word.ON | Word.RAMP_DOWN | Word.REST | Word.RESUMING | Word.PAUSED:
            return Stage.RUN
        case Word.ENDED:
            return Stage.SUMMARY
        case Word.STARTING | Word.HALTING | Word.STOPPED | Word.UNSURE:
            return now if now in {Stage.SCREENING, Stage.PLACE, Stage.RUN} else Stage.TITRATE
        case _:
            assert_never(word)


STOPS_WITH_SPACE = frozenset({Stage.TITRATE, Stage.RUN})
"""Screens that hold no text field, so that Space can be a STOP."""

NOTHING_LIVE = frozenset({Word.CONNECTING, Word.SCREENING, Word.PLACING})
"""Before anything can flow: Esc also offers to leave."""
