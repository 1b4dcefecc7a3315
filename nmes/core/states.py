"""The states of a session: a union of frozen values, the in-between ones named. What leads where is `session.py`.

Law: a state says what is true of the output, never what is hoped: what was sent and not answered has a state of its
own, and what waits for a halt is not yet halted.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nmes.core.plan import Slot


@dataclass(frozen=True, slots=True)
class Idle:
    """Waiting for the device to say who it is."""


@dataclass(frozen=True, slots=True)
class Screening:
    """The checklist is open."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Electrodes are being placed."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Halted. Levels may be titrated; when all are confirmed the treatment may start."""


@dataclass(frozen=True, slots=True)
class ToTitrate:
    """Where a start leads: one slot, from 0."""

    slot: Slot


@dataclass(frozen=True, slots=True)
class ToRun:
    """Where a start leads: the plan, from `from_ms`, climbing by its own ramps."""

    from_ms: int


@dataclass(frozen=True, slots=True)
class ToResume:
    """Where a resume leads: the plan, from `from_ms`, climbing over at least 5 s."""

    from_ms: int


Goal = ToTitrate | ToRun | ToResume


@dataclass(frozen=True, slots=True)
class Committing:
    """The intent to start is on its way to the disk; nothing has been asked of the device."""

    goal: Goal
    intent: int
    since_ms: int


@dataclass(frozen=True, slots=True)
class Enabling:
    """The device is switching its high voltage on."""

    goal: Goal
    since_ms: int


@dataclass(frozen=True, slots=True)
class Raise:
    """An increase to `to_ua` that waits for its intent to be durable; `linked` rise with it, one step each, or none."""

    slot: Slot
    to_ua: int
    intent: int
    since_ms: int
    linked: tuple[tuple[Slot, int], ...] = ()
    marks: tuple[tuple[Slot, int], ...] = ()
    """The marks that a person has confirmed to pass with it."""


@dataclass(frozen=True, slots=True)
class Titrating:
    """One slot is live at `amplitude_ua`. `measured`: the most that is tolerated was measured since it began."""

    slot: Slot
    amplitude_ua: int
    pending: Raise | None = None
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Lowering:
    """A titration has ended; the halt is not confirmed yet."""


@dataclass(frozen=True, slots=True)
class Running:
    """The plan is live at plan time `now_ms - origin_ms`. `resumed_ms`: plan time of the last resume, if any."""

    origin_ms: int
    resumed_ms: int | None = None
    pending: Raise | None = None


@dataclass(frozen=True, slots=True)
class Resuming:
    """Like Running, in the first 5 s after a resume; no increase is taken."""

    origin_ms: int
    resumed_ms: int


@dataclass(frozen=True, slots=True)
class Pausing:
    """A pause has been asked for; the halt is not confirmed yet."""

    from_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Paused:
    """Halted; a person may resume at plan time `from_ms`."""

    from_ms: int
    why: str


@dataclass(frozen=True, slots=True)
class Ending:
    """The treatment is over; the halt is not confirmed yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Over, and halted unless `unconfirmed`: then the session was closed with the halt given up."""

    why: str
    unconfirmed: bool = False


@dataclass(frozen=True, slots=True)
class After:
    """An attended treatment is over and waits for what is found after it and for a signature; halted, the line open.

    `unconfirmed`: the halt was given up. `silent_by_ms`: by then the device's own timeout has stopped it, if that is
    still to come.
    """

    why: str
    unconfirmed: bool = False
    silent_by_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Stopping:
    """STOP or a fault; the halt is not confirmed yet."""

    why: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """Latched at 0. Titrate again or end."""

    why: str


class Halt(StrEnum):
    """How far the halt of an unsure device has come."""

    PENDING = "pending"
    """Sent, and sent again until it is confirmed or given up."""
    UNCONFIRMED = "unconfirmed"
    """Given up: the line is closed or gone."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """What the device does is not known. `silent_by_ms`: by then its own timeout has stopped it, if it has one."""

    why: str
    silent_by_ms: int | None
    halt: Halt = Halt.PENDING


@dataclass(frozen=True, slots=True)
class Leaving:
    """Unsure, and the session is to end; the halt that is on its way is not given up for that."""

    why: str
    silent_by_ms: int | None


Live = Titrating | Running | Resuming
Halting = Lowering | Pausing | Ending | Stopping
NotKnown = Unsure | Leaving
State = (
    Idle
    | Screening
    | Placing
    | Ready
    | Committing
    | Enabling
    | Live
    | Halting
    | Paused
    | Stopped
    | After
    | Ended
    | NotKnown
)
