"""Where the driver stands: exactly one of these. What each lets out is in the table at the top of `driver`."""

from __future__ import annotations

from dataclasses import dataclass

from nmes.devices.channel_list.pace import List, Pace, Update


@dataclass(frozen=True, slots=True)
class Unidentified:
    """Nothing is known of the device."""


@dataclass(frozen=True, slots=True)
class Identifying:
    """A stop is out for the `tries`-th time; the line is listened to until `until_ms`, whatever it says first."""

    until_ms: int
    tries: int
    heard: bytes = b""
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Off:
    """Known and off: a stop that left at `stopped_ms` was acknowledged, and `tries` after it were not."""

    stopped_ms: int
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Enabling:
    """A stop is out; a target may already wait in `pace`."""

    pace: Pace


@dataclass(frozen=True, slots=True)
class Enabled:
    """`leaving` is an update handed over but not yet known to be written, `making` a list not yet acknowledged."""

    pace: Pace
    leaving: Update | None = None
    making: List | None = None


@dataclass(frozen=True, slots=True)
class Faulted:
    """A fault, a missing answer or a refusal of the guard: silent until the halt that must come now."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The `halts`-th halt is out. `known`: whether the device had been identified. `answered`: a stop before this one
    was acknowledged, and this one has to show that it was no noise.
    """

    halts: int
    known: bool
    answered: bool = False


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """Three halts and no confirmation: what the device does is not known."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The line is gone, for good: a new line gets a new driver."""


Phase = Unidentified | Identifying | Off | Enabling | Enabled | Faulted | Stopping | Unconfirmed | Lost
