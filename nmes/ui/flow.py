"""Which screen shows a session: decided by the session's own word, never by what a screen believes.

Eight steps are numbered, because they are what is done for a patient; the first screen and the summary are about them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

from nmes.core.view import Word
from nmes.language import _


class Stage(StrEnum):
    """The screens in their order."""

    HOME = "home"
    PATIENT = "patient"
    CHOOSE = "choose"
    SCREENING = "screening"
    PLACE = "place"
    TITRATE = "titrate"
    RUN = "run"
    AFTER = "after"
    SIGN = "sign"
    SUMMARY = "summary"

    @property
    def number(self) -> int:
        """Which of the steps; 0 = none of them."""
        return STEPS.index(self) + 1 if self in STEPS else 0


STEPS: Final = (
    Stage.PATIENT,
    Stage.CHOOSE,
    Stage.SCREENING,
    Stage.PLACE,
    Stage.TITRATE,
    Stage.RUN,
    Stage.AFTER,
    Stage.SIGN,
)

TITLES: Final = {
    Stage.HOME: _("Today"),
    Stage.PATIENT: _("Patient"),
    Stage.CHOOSE: _("Protocol"),
    Stage.SCREENING: _("Screening"),
    Stage.PLACE: _("Electrodes"),
    Stage.TITRATE: _("Levels"),
    Stage.RUN: _("Treatment"),
    Stage.AFTER: _("After"),
    Stage.SIGN: _("Sign"),
    Stage.SUMMARY: _("Summary"),
}

STOPS_WITH_SPACE: Final = frozenset({Stage.TITRATE, Stage.RUN})
"""Screens that hold no text field, so that Space can be a STOP."""
NOTHING_LIVE: Final = frozenset({Word.CONNECTING, Word.SCREENING, Word.PLACING})
"""Before anything can flow: Esc also offers to leave."""


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
        case Word.AFTER:
            return Stage.SIGN if now is Stage.SIGN else Stage.AFTER
        case Word.ENDED:
            return Stage.SUMMARY
        case Word.STARTING | Word.HALTING | Word.STOPPED | Word.UNSURE:
            return now if now in {Stage.SCREENING, Stage.PLACE, Stage.RUN, Stage.AFTER, Stage.SIGN} else Stage.TITRATE
        case _:
            assert_never(word)
