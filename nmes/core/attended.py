"""A session that a person attends and signs: what it is begun with, and what the person has done of it so far.

Law: nothing here can raise output. A level of an earlier session is a mark that asks to be confirmed, never a level.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nmes.core.delivery import Slot
from nmes.core.events import Observed, Read


@dataclass(frozen=True, slots=True)
class Ghost:
    """The level of a slot in the last session of this patient, side and protocol, with when that was."""

    slot: Slot
    level_ua: int
    session: str
    t_utc: str


class PatientStop(StrEnum):
    """How far the patient's own STOP can be relied on."""

    NONE = "none"
    """There is none in this session."""
    UNTESTED = "untested"
    TESTED = "tested"
    """The patient has pressed it in this session, and it was heard."""
    LOST = "lost"
    """It was there and is gone: nothing starts before it has been tested again."""
    RESTLESS = "restless"
    """It speaks without end, so that a press could not be told: nothing starts before it has been tested again."""


@dataclass(frozen=True, slots=True)
class Attended:
    """What an attended session is begun with. `outcomes` are those of the protocol's card, in its own words.

    `first`: no sound record knows a treatment of this patient and side by this protocol, of whatever version.
    """

    ghosts: tuple[Ghost, ...] = ()
    outcomes: tuple[str, ...] = ()
    patient_stop: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Progress:
    """What has been done. `in_place`: channels of which it was said that it is felt where it should be."""

    read: tuple[Read, ...] = ()
    """Read off the patient, and equal to what the session is for ..."""
    skipped: tuple[Read, ...] = ()
    """... and left out, with a reason."""
    contradicted: tuple[Read, ...] = ()
    """Read back unequal, and not equal since: that is no longer left out, whatever the reason."""
    pads: tuple[tuple[int, int], ...] = ()
    """`(channel, pad_mm2)` as a person confirmed them."""
    in_place: tuple[int, ...] = ()
    said_first: bool = False
    """Said in the checklist: the first session."""
    passed: tuple[tuple[Slot, int], ...] = ()
    """Marks that a level has been led over, with a confirmation, since it was last below them."""
    earlier: tuple[Observed, ...] = ()
    """Found before the treatment was over: the baseline."""
    observed: tuple[Observed, ...] = ()
    """Found after it."""
    patient_stop: PatientStop = PatientStop.NONE
    button_by: str = ""
    """Who has the emergency button in reach and has tested it; only a device without a dead-man needs it."""
