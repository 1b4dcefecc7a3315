"""Where the driver stands: exactly one of these. What each lets out is in the table at the top of `driver`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from nmes.devices.channel_list.pace import List, Pace, Unlist, Update


class Heard(IntEnum):
    """The best that has come from the line since identification began."""

    NOTHING = 0
    NOISE = 1
    NEWER = 2
    FRAMES = 3


@dataclass(frozen=True, slots=True)
class Announced:
    """An Init of the device, to be answered with its own packet number."""

    packet_number: int
    version: int


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Nothing is known of the device."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Nothing is sent: the device announces itself, or lets go of an earlier connection and does so by `until_ms`."""

    until_ms: int
    heard: Heard


@dataclass(frozen=True, slots=True)
class Asking:
    """Its Init was answered; what it does is being asked for the `tries`-th time."""

    tries: int


@dataclass(frozen=True, slots=True)
class Off:
    """Known, halted, confirmed. `asked_ms`: when a sign of life was last asked for, or heard."""

    asked_ms: int


@dataclass(frozen=True, slots=True)
class Enabling:
    """The mode is being asked for the `tries`-th time; a target may already wait in `pace`."""

    pace: Pace
    tries: int


@dataclass(frozen=True, slots=True)
class Enabled:
    """The list may be made and filled. `doing`: what was handed over; of an update only until it is written."""

    pace: Pace
    doing: List | Unlist | Update | None = None


@dataclass(frozen=True, slots=True)
class Faulted:
    """A fault, a missing answer or a refusal of the guard: silent until the halt that must come now.

    `announced`: the device has let go meanwhile and wants to be answered before it takes a halt.
    """

    announced: Announced | None = None


@dataclass(frozen=True, slots=True)
class Aim:
    """What a halt is for: Identified is said after it if identification began it, HaltConfirmed if it was ordered."""

    identifying: bool
    ordered: bool


@dataclass(frozen=True, slots=True)
class Stopping:
    """The `halts`-th halt is out."""

    aim: Aim
    halts: int


@dataclass(frozen=True, slots=True)
class Checking:
    """The `halts`-th halt was acknowledged; the mode is being asked for the `tries`-th time."""

    aim: Aim
    halts: int
    tries: int


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Three halts and no confirmation: what the device does is not known."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The line is gone, for good: a new line gets a new driver."""


Phase = (
    Unidentified | Listening | Asking | Off | Enabling | Enabled | Faulted | Stopping | Checking | Unconfirmed | Lost
)
