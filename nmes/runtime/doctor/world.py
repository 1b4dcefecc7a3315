"""The outside world as one frozen value: all that `nmes doctor` judges, and nothing it has judged yet.

Law: whoever judges reads this and nothing else, so that every judgement is tested with a world that is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from nmes.runtime.ports import SeenPort


class Module(StrEnum):
    """A driver of the kernel."""

    THERE = "there"
    """Loaded, or built in."""
    LOADABLE = "loadable"
    """It is loaded when a device is plugged in."""
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Rights:
    """Who runs the program. `group`: the one that serial ports belong to here, "" where none was found; `member`: the
    group list of this process holds it, `enrolled`: the user's entry does; `rule`: a udev rule names our devices.
    """

    user: str
    root: bool
    group: str
    member: bool
    enrolled: bool
    rule: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """`skew_us`: how far the time of day ran from the clock that orders, over `over_us`; `synchronised`: None where
    nobody tells; `newest_ms`: when the newest session on record began, None without one.
    """

    utc_ms: int
    skew_us: int
    over_us: int
    synchronised: bool | None
    newest_ms: int | None


@dataclass(frozen=True, slots=True)
class Disk:
    """The folder of the records; `trouble` says why it cannot be written, and the figures are then empty."""

    folder: str
    trouble: str = ""
    free_bytes: int | None = None
    sync_us: tuple[int, ...] = ()
    bytes_per_s: int = 0


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the program is shown on. `kind` is TERM, `depth` COLORTERM."""

    there: bool
    columns: int
    rows: int
    encoding: str
    kind: str
    depth: str
    no_color: bool
    remote: bool
    """It came over the network (ssh)."""


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the program: the version that is installed, "" for none, and what is wanted."""

    name: str
    found: str
    wanted: str


@dataclass(frozen=True, slots=True)
class World:
    """Everything. `probing`: programs that are known to write to ports that are not theirs; `devices_trouble`: why the
    remembered devices cannot be read; `changed`: what is remembered otherwise, in words.
    """

    system: str
    rights: Rights
    modules: tuple[tuple[str, Module], ...]
    probing: tuple[str, ...]
    ports: tuple[SeenPort, ...]
    asked_port: str
    clock: Clock
    disk: Disk
    terminal: Terminal
    components: tuple[Component, ...]
    devices_trouble: str = ""
    changed: tuple[str, ...] = ()
