"""What the guard can see on a line: its own third reading of each wire family, in its own words.

A misreading shared with the encoder would agree with itself, so nothing here comes from `devices`. What a sight cannot
read completely is `Unknown`, and what is unknown does not pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Halt:
    """Stops all channels and switches the high voltage off."""


@dataclass(frozen=True, slots=True)
class Status:
    """Asks what the device is doing."""


@dataclass(frozen=True, slots=True)
class Harmless:
    """Can neither start, change nor prolong output: asks for a name, or stops a mode that is not used."""


@dataclass(frozen=True, slots=True)
class Init:
    """Switches the high voltage on. `stop_all`: any fault stops every channel; None = the device knows no such flag."""

    stop_all: bool | None


@dataclass(frozen=True, slots=True)
class Train:
    """One channel's pulses: `points` are (duration_us, current_ua), `ramp_pulses` the device's own ramp."""

    channel: int
    ramp_pulses: int
    period_us: int
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Update:
    """The whole output: channels that are not in it are off. Starts, changes and prolongs."""

    trains: tuple[Train, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """Asks for the state of all channels, and prolongs the output."""


@dataclass(frozen=True, slots=True)
class ListInit:
    """Switches the channel list mode on with these channels, ascending, and one period for all; gives nothing yet.

    `group_us` between the pulses of one group; the `low_frequency` channels leave out `skips` pulses after each.
    """

    channels: tuple[int, ...]
    period_us: int
    group_us: int
    low_frequency: tuple[int, ...] = ()
    skips: int = 0


Slot = tuple[int, int, int]
"""Mode (0 = one pulse each period), phase_us, current_ua of one channel."""


@dataclass(frozen=True, slots=True)
class ListUpdate:
    """The whole output of a channel list, one slot per channel of it. Starts, changes and prolongs."""

    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not one whole frame we know in every bit."""

    reason: str


Seen = Halt | Status | Harmless | Init | Update | Poll | ListInit | ListUpdate | Unknown


@dataclass(frozen=True, slots=True)
class Request:
    """What one write would say. `number` is the packet number, -1 where unknown."""

    number: int
    seen: Seen


class Asked(StrEnum):
    """Requests whose bare result comes back."""

    HALT = "halt"
    INIT = "start-up"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class Answer:
    """A result: 0 is good, 7 means not initialised."""

    number: int
    asked: Asked
    result: int


@dataclass(frozen=True, slots=True)
class Condition:
    """The answer to a poll: which channels stimulate, which report a fault.

    `together`: the device has one bit for all of its channels, so `active` is all of them or none.
    """

    number: int
    result: int
    active: tuple[int, ...]
    faulty: tuple[int, ...]
    together: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer to a status request; `renews`: on this family the question prolongs the output."""

    number: int
    enabled: bool
    stimulating: bool
    renews: bool = False


@dataclass(frozen=True, slots=True)
class Complaint:
    """An error that belongs to no request, or an answer that cannot be read."""

    detail: str


Reply = Answer | Condition | Standing | Complaint


class Replies(Protocol):
    """Takes the stream of one line apart; keeps what is not complete yet, bounded."""

    def feed(self, data: bytes) -> list[Reply]:
        """The replies completed by `data`, in order; noise and answers without meaning for safety are left out."""


class Sight(Protocol):
    """One wire family as the guard reads it."""

    @property
    def numbers(self) -> int:
        """How many packet numbers there are: 0 to numbers - 1."""

    def see_request(self, frame: bytes) -> Request:
        """What this write would tell the device; never raises."""

    def replies(self) -> Replies:
        """A fresh reader of the device's stream."""

    def halt_frame(self, number: int) -> bytes:
        """The guard's own halt."""
