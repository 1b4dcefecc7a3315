"""Law: whoever turns, breaks, shows or serves a device knows it by these verbs, whichever family it is of.

A device answers, and may speak without being asked. Time is told by the caller in whole microseconds and never goes
back. What is fixed about a family is its `Model`; `firmware_sim.devices` has them all by their key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from firmware_sim.faults.inside import Faults
from firmware_sim.faults.params import Param
from firmware_sim.stage import Stage
from firmware_sim.stage.pulse import Points
from firmware_sim.switching import Switchable, Table


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What a host must set on a serial port before the device understands it. `parity` is "N" or "E"."""

    baud: int
    parity: str = "N"
    stop_bits: int = 2
    rtscts: bool = True

    def __str__(self) -> str:
        return f"{self.baud} 8{self.parity}{self.stop_bits}{' RTS/CTS' if self.rtscts else ''}"


class Device(Protocol):
    """One simulated stimulator in memory."""

    @property
    def model(self) -> Model:
        """What is fixed about its family."""

    @property
    def stage(self) -> Stage:
        """The instrument: every pulse and event."""

    @property
    def faults(self) -> Faults:
        """The levers inside it; those that make no sense for it do nothing."""

    @property
    def switches(self) -> Switchable:
        """How it behaves where the documents are silent; a frozen dataclass of `model.switches`."""

    def turn(self, given: Mapping[str, object]) -> None:
        """Turn switches by name, each to a value or its text. ValueError in one sentence."""

    @property
    def now_us(self) -> int:
        """The latest time it has been told."""

    @property
    def state(self) -> Enum:
        """Its state; `model.states` has the words for each name."""

    @property
    def lamp(self) -> Enum | None:
        """What its lamp shows; None where no lamp is simulated."""

    @property
    def high_voltage(self) -> bool:
        """Whether there is voltage at its output."""

    @property
    def firmware(self) -> str:
        """The version it tells, like 2.1.16; "" where the family tells none."""

    @property
    def active_channels(self) -> tuple[int, ...]:
        """Channels that give pulses, ascending from 1."""

    @property
    def errors(self) -> tuple[int, ...]:
        """One number per channel, channel 1 first; `model.errors` has the words for each, 0 is none."""

    @property
    def settings(self) -> Mapping[int, tuple[Points, int]]:
        """Points and period (us) of every channel that gives pulses."""

    def train(self, channel: int) -> tuple[int, int] | None:
        """Period (us) and pulses so far of a channel that gives pulses by the device's own timing."""

    def next_pulse_us(self) -> int | None:
        """When the next of those pulses starts, if nothing comes between."""

    @property
    def timer_us(self) -> int | None:
        """When its dead-man is due, whether or not a fault holds it back; None for a family without one."""

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host arrive; what is due earlier happens first, a pulse due at `now_us` after."""

    def advance(self, now_us: int) -> None:
        """Everything up to and including `now_us` happens."""

    def transmit(self, now_us: int) -> bytes:
        """The bytes whose time has come by `now_us`, which may lie before what was told last."""

    def next_due_us(self) -> int | None:
        """When it speaks next, asked or not, as far as is known; also when a single pulse waits to be given.

        `transmit` at that time gives the bytes. None only for a device that says nothing until it is asked.
        """

    def restart(self, now_us: int) -> None:
        """A power glitch: pulses stop, everything volatile is lost, `Restarted` is noted."""

    def kept(self) -> dict[str, Any]:
        """All that decides what happens next, to be copied by whoever keeps it; the stage is told on its own."""

    def put_back(self, kept: Mapping[str, Any]) -> None:
        """Be again what `kept` gave."""


@dataclass(frozen=True, slots=True)
class NoFault:
    """A kind of fault that a family cannot have, with these parameters or with any, and why: half a sentence."""

    kind: str
    why: str
    params: Mapping[str, Param] = field(default_factory=dict)

    def means(self, kind: str, params: Mapping[str, Param]) -> bool:
        """Whether a fault is one of these."""
        return kind == self.kind and self.params.items() <= params.items()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A family. `dead_man_us` None: nothing ends its output when the host falls silent.

    `make` builds one from switches by name (as values or text), a stage, its id and whether the stage keeps a trace.
    An empty `device_id` means that the family tells none. `line_matters` False: its port is one by name only, such as
    a USB CDC, over which bytes pass at any settings. `framed` False: no byte marks where a packet ends.
    `shortest_frame`, in bytes: a fault that takes one byte of every frame finds it in each.
    """

    key: str
    name: str
    generation: int
    channels: int
    dead_man_us: int | None
    line: LineSettings
    line_matters: bool = True
    framed: bool = True
    shortest_frame: int = 12
    device_id: str
    switches: Table
    states: Mapping[str, str]
    errors: Mapping[int, str] = field(default_factory=lambda: {0: "none"})
    make: Callable[[Mapping[str, object], Stage, str, bool], Device]
    no_faults: tuple[NoFault, ...] = ()

    def __deepcopy__(self, _memo: object) -> Model:
        """Itself: it never changes, and a snapshot of a device needs no copy of it."""
        return self

    def senseless(self, kind: str, params: Mapping[str, Param]) -> str:
        """Why a fault cannot be on this family; "" when it can."""
        return next((one.why for one in self.no_faults if one.means(kind, params)), "")

    def words_of(self, error: int) -> str:
        """A channel's error for a person; one of no name as its number."""
        return self.errors.get(error, str(error))
