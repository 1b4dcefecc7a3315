"""The glossary of what screens say to the app. Screens send these and receive Views; nothing else passes."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from nmes.core.events import Operator
from nmes.core.measurement import NOBODY, Who
from nmes.runtime.library import Loaded


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
    """The summary has been read: back to the list of protocols."""
