"""Where the driver stands: exactly one of these. What each lets out is in the table at the top of `driver`."""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.events import Battery, Identified
from nmes.devices.sciencemode4.heard import Heard
from nmes.devices.sciencemode4.identify import Known
from nmes.devices.sciencemode4.pace import Pace, Update
from nmes.devices.sciencemode4.requests import LlStop, MlStop, Request


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Nothing is known of the device."""


@dataclass(frozen=True, slots=True)
class Identifying:
    """`asking` is out for the `tries`-th time."""

    asking: Request
    tries: int
    heard: Heard
    known: Known


@dataclass(frozen=True, slots=True)
class Off:
    """Known, halted, confirmed."""


@dataclass(frozen=True, slots=True)
class Enabling:
    """Ml_init is out; a target may already wait in `pace`."""

    pace: Pace


@dataclass(frozen=True, slots=True)
class Enabled:
    """High voltage on. `leaving` is an update handed over but not yet known to be written."""

    pace: Pace
    leaving: Update | None = None


@dataclass(frozen=True, slots=True)
class Faulted:
    """A fault, a missing answer or a refusal of the guard: silent until the halt that must come now."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a halt leads to. `said` is said then if identification began it, HaltConfirmed if it was `ordered`."""

    rest: Unidentified | Off
    said: tuple[Identified | Battery, ...]
    ordered: bool


@dataclass(frozen=True, slots=True)
class Stopping:
    """The `halts`-th halt is out."""

    aim: Aim
    halts: int
    request: MlStop | LlStop


@dataclass(frozen=True, slots=True)
class Checking:
    """The `halts`-th halt was acknowledged; the status is being asked for the `tries`-th time."""

    aim: Aim
    halts: int
    request: MlStop | LlStop
    tries: int


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Three halts and no confirmation: what the device does is not known."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The line is gone, for good: a new line gets a new driver."""


Phase = Unidentified | Identifying | Off | Enabling | Enabled | Faulted | Stopping | Checking | Unconfirmed | Lost
