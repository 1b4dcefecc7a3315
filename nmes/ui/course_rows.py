"""The pages of a course and what a row on them is: its text, and what it is about. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nmes.core.care_events import Outcome, Proposal
from nmes.core.course_of_care import Entered
from nmes.core.day import Day
from nmes.language import _


class Page(StrEnum):
    NEXT = "next"
    OUTCOMES = "outcomes"
    DIARY = "diary"
    ENTRIES = "entries"


TITLES: Final = {
    Page.NEXT: _("Next session"),
    Page.OUTCOMES: _("Outcomes"),
    Page.DIARY: _("Cramp diary"),
    Page.ENTRIES: _("Entries"),
}


@dataclass(frozen=True, slots=True)
class OfPlan:
    """The plan of care."""


@dataclass(frozen=True, slots=True)
class OfAnswers:
    """What was told of a session, by its id."""

    session: str


@dataclass(frozen=True, slots=True)
class OfProposal:
    proposal: Proposal


@dataclass(frozen=True, slots=True)
class OfOutcome:
    """`muscle`: "" = of none."""

    outcome: Outcome
    muscle: str = ""


@dataclass(frozen=True, slots=True)
class OfWeek:
    """A week of the diary, by its Monday."""

    monday: Day


@dataclass(frozen=True, slots=True)
class OfEntry:
    entered: Entered


About = OfPlan | OfAnswers | OfProposal | OfOutcome | OfWeek | OfEntry


@dataclass(frozen=True, slots=True)
class Row:
    """`about`: what Enter opens; None: it is only read. A heading is never stood on."""

    text: str
    about: About | None = None
    heading: bool = False
