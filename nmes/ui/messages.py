"""The glossary of what screens say to the app. Screens send these and receive Views; nothing else passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from nmes.core.events import Operator
from nmes.core.measurement import NOBODY, Who
from nmes.runtime.library import Loaded
from nmes.runtime.settings import Settings

if TYPE_CHECKING:  # the first paint needs none of it
    from nmes.core.care_events import CareEvent


@dataclass
class Chosen(Message):
    """The protocol at this index shall be used, for this patient."""

    index: int
    who: Who = NOBODY


@dataclass
class LookUp(Message):
    """Where does this protocol's frequency come from, for this patient?"""

    loaded: Loaded
    who: Who


@dataclass
class Edit(Message):
    """A copy of the protocol at this index shall be edited."""

    index: int


@dataclass
class Save(Message):
    """This text shall become the own protocol of this id."""

    new_id: str
    text: str


class LeaveEditor(Message):
    """The editor has been left; nothing in it is still wanted."""


@dataclass
class Do(Message):
    """A person did something; the event carries the epoch of the key press where it has one."""

    event: Operator


class FindAgain(Message):
    """After a stop in the treatment: back to the screen where levels are found."""


class NewSession(Message):
    """The summary has been read: back to the first screen."""


@dataclass
class OpenPatient(Message):
    """From the first screen to the patient's: this one, or a new one where the code is empty."""

    code: str = ""
    side: str = ""
    protocol: str = ""
    """The id of the protocol that is highlighted next; "" = none in particular."""


@dataclass
class ForPatient(Message):
    """The next session is for this one. `without`: why without a code or a side, "" where both are there."""

    who: Who
    without: str = ""


@dataclass
class LookBack(Message):
    """What has to be known of this patient's side: the last findings, thresholds?"""

    who: Who


@dataclass
class LookLevels(Message):
    """Which levels did this patient have, at this protocol and version, in the last session of it?"""

    who: Who
    protocol: str
    version: str


@dataclass
class LookCourse(Message):
    """How does the course of care of this patient's side stand?"""

    who: Who


@dataclass
class EnterCare(Message):
    """This shall be entered in the record of the care, in the name of `by`."""

    event: CareEvent
    by: str


class ToSign(Message):
    """What is looked at after the treatment is all there: on to the signature."""


@dataclass
class Report(Message):
    """The report of this session, by its id, is wanted."""

    session: str


@dataclass
class SaveSettings(Message):
    """These shall be the clinic's settings from now on."""

    settings: Settings


class LeaveSettings(Message):
    """The settings have been left; nothing in them is still wanted."""
