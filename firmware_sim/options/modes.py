"""What the program was started as: one of three, each with what belongs to it and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Where:
    """Where a channel's pads lie: muscle, side, the smaller pad's area, and how the joint holds the muscle."""

    muscle: str
    side: str = ""
    pad_mm2: int = 2500
    length: Literal["shortened", "neutral", "stretched"] = "neutral"


@dataclass(frozen=True, slots=True)
class World:
    """Device, pads and person. `device` is the family's key, its `switches` are valid; no `sites`: the usual place."""

    device: str
    device_id: str
    loads: dict[int, str]
    switches: dict[str, str]
    patient: str | None
    sites: dict[int, Where]
    seed: int


@dataclass(frozen=True, slots=True)
class Tcp:
    """A socket on 127.0.0.1; port 0 is any free one."""

    port: int


@dataclass(frozen=True, slots=True)
class Pty:
    """A pseudo-terminal. `checked`: what comes at other settings than the device's is garbage to it."""

    checked: bool = True


@dataclass(frozen=True, slots=True)
class Serve:
    """A device on a line until it is ended. `backdoor` is a port, None for none."""

    world: World
    line: Tcp | Pty
    speed: float
    backdoor: int | None
    exit_when_idle_s: float | None


@dataclass(frozen=True, slots=True)
class Panel:
    """The same with a page for a person in this terminal."""

    serve: Serve


@dataclass(frozen=True, slots=True)
class Play:
    """A scenario. `speed` None is as fast as it goes, which is only there in memory."""

    scenario: str
    over: Literal["memory", "socket"]
    speed: float | None


Mode = Serve | Panel | Play


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that was asked for."""

    mode: Mode
    trace: Path | None
