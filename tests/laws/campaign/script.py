"""What happens in a campaign's session, as plain values: a script is a list of steps and needs no chance to be played.

So a script can be shortened by leaving steps out, printed, and kept as a file that means the same for ever.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from enum import StrEnum

from nmes.record.codec import Codec, encode


class Key(StrEnum):
    """What a person can ask for with one key, in or out of place."""

    START = "start"
    RESUME = "resume"
    PAUSE = "pause"
    WISH = "wish"
    ACCEPT = "accept"
    BACK = "back"
    MARK = "mark"
    CRAMP = "cramp"
    ACKNOWLEDGE = "acknowledge"
    SIGN = "sign"
    END = "end"
    QUIT = "quit"
    """The program is left: the session is to end whatever it is doing."""


class Health(StrEnum):
    """How the disk of the record is."""

    WELL = "well"
    SLOW = "slow"
    FULL = "full"
    FAILING = "failing"
    """It takes what is written and cannot bring it to the medium."""


# --- the person at the controls ---


@dataclass(frozen=True, slots=True)
class Press:
    key: Key


@dataclass(frozen=True, slots=True)
class Prepare:
    """Checklist, read-back, pads; `slip` is what is left out."""

    slip: str = ""


@dataclass(frozen=True, slots=True)
class Find:
    """The level of one slot is looked for, and accepted or not."""

    slot: int
    steps: int
    confirms: str = "right"
    accepts: bool = True


@dataclass(frozen=True, slots=True)
class Treat:
    """The short way to a running treatment."""

    steps: int
    slip: str = ""


@dataclass(frozen=True, slots=True)
class Plus:
    """`presses` of +, each `apart_ms` after the one before; `stale` screens old. `linked`: all channels together."""

    channel: int
    presses: int
    apart_ms: int
    stale: int = 0
    linked: bool = False
    over_ua: int | None = None


@dataclass(frozen=True, slots=True)
class Minus:
    channel: int
    presses: int = 1


@dataclass(frozen=True, slots=True)
class Stop:
    """STOP, with so many increases queued before it."""

    source: str
    queued: int = 0


@dataclass(frozen=True, slots=True)
class Say:
    """What is told without a key of its own: a measured value, a read-back, where it is felt, a finding, the pads."""

    what: str
    channel: int = 1
    value: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """Time passes, and somebody is there."""

    time_ms: int


@dataclass(frozen=True, slots=True)
class Away:
    """Time passes, and nobody touches anything."""

    time_ms: int


# --- the world ---


@dataclass(frozen=True, slots=True)
class Fault:
    """One of the simulator's own faults; None lasts until it is mended."""

    kind: str
    channel: int | None = None
    params: tuple[tuple[str, int | str], ...] = ()
    for_us: int | None = None


@dataclass(frozen=True, slots=True)
class Mend:
    """All faults end, the disk is well, the screen is alive."""


@dataclass(frozen=True, slots=True)
class Swap:
    """So many answers come behind the next one."""

    times: int


@dataclass(frozen=True, slots=True)
class Pad:
    """Another load lies on a channel, or the pad is worn for so many hours from here on."""

    channel: int
    load: str = ""
    worn_h: int = 0


@dataclass(frozen=True, slots=True)
class Stall:
    """The controller does not turn."""

    time_ms: int


@dataclass(frozen=True, slots=True)
class Blank:
    """The screen does not paint."""

    time_ms: int


@dataclass(frozen=True, slots=True)
class Crash:
    """Something escapes a turn."""


@dataclass(frozen=True, slots=True)
class Kill:
    """The controller is gone between two instructions; after `down_ms` it is begun anew on the same chain and device.

    `torn`: so many bytes that were not on the medium yet are lost. `edited`: by then the protocol's file is another.
    """

    down_ms: int
    torn: int = 0
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Disk:
    health: Health


@dataclass(frozen=True, slots=True)
class ClockStep:
    """The wall clock is set."""

    by_ms: int


Step = (
    Press | Prepare | Find | Treat | Plus | Minus | Stop | Say | Wait | Away
    | Fault | Mend | Swap | Pad | Stall | Blank | Crash | Kill | Disk | ClockStep
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scenario:
    """A session, or several after one another, from beginning to end.

    `switches`: settings of the device other than the usual ones. `person` is one of the people around a profile;
    -1: the profile itself. `lives`: their muscle answers the pulses too. `refused`: protocols drawn before this one
    that the loader or the plan refused. `device`: the key of its family.
    """

    seed: int
    protocol: str
    edited: str
    switches: tuple[tuple[str, bool | int | str], ...] = ()
    profile: str = "healthy_adult"
    person: int = -1
    lives: bool = False
    attended: str = "nobody"
    mark_steps: int = 0
    script: tuple[Step, ...] = field(default=())
    refused: int = 0
    device: str = "p24"


_SCENARIOS = Codec(Scenario)


def to_json(scenario: Scenario) -> str:
    """For a file that is kept: a step a line."""
    told = encode(scenario)
    script = ",\n  ".join(json.dumps(step) for step in told.pop("script"))
    rest = json.dumps(told, indent=1)
    return f'{rest[:-2]},\n "script": [\n  {script}\n ]\n}}\n'


def from_json(text: str) -> Scenario:
    """Undecodable where the file is no scenario."""
    scenario = _SCENARIOS.decode(json.loads(text))
    assert isinstance(scenario, Scenario)
    return scenario
