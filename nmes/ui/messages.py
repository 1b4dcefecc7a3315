"""The glossary of what screens say to the app. Screens send these and receive Views; nothing else passes."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message

from nmes.core.events import Operator


@dataclass
class Chosen(Message):
    """The protocol at this index shall be used."""

    index: int


@dataclass
class Do(Message):
    """A person did something; the event carries the epoch of the key press where it has one."""

    event: Operator


class FindAgain(Message):
    """After a stop in the treatment: back to the screen where levels are found."""


class NewSession(Message):
    """The summary has been read: back to the list of protocols."""
