"""Law: what both channel-list devices do with time, their line, a restart and an emergency switch is the same.

A request takes effect when it arrives, before any pulse due at that same microsecond; a stop ends a pass at once
[inferred]; only the answer waits. A subclass says what it hears and what it does by itself.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from firmware_sim.channel_list.player import Player
from firmware_sim.faults import Faults
from firmware_sim.stage import Stage
from firmware_sim.stage.electrode import COMPLIANCE_MV
from firmware_sim.stage.pulse import Points
from firmware_sim.stage.trace import Restarted

CHANNELS = 8


class ListDevice(ABC):
    """One in memory. All times are integer microseconds and never go back (ValueError).

    A stage that was given keeps a supply that sags; one that has the usual supply gets this family's.
    """

    _player: Player

    def __init__(self, stage: Stage | None, keep_trace: bool, output_mv: int) -> None:
        self.stage = stage or Stage(keep_trace=keep_trace)
        self.stage.keep_trace = self.stage.keep_trace and keep_trace
        if self.stage.compliance_mv == COMPLIANCE_MV:
            self.stage.compliance_mv = output_mv
        self.stage.selected_mv = output_mv
        self.faults = Faults()
        self._now_us = self._ran_us = self._ready_us = 0
        self._down = self._stood_in_the_way = False

    # What a family says of itself

    @abstractmethod
    def _power_up(self, ready_us: int) -> None:
        """Everything volatile at its beginning; deaf until `ready_us`."""

    @abstractmethod
    def _boot_us(self) -> int:
        """How long a restart takes."""

    @abstractmethod
    def _hear(self, data: bytes, now_us: int) -> None:
        """Bytes of the host arrive."""

    @abstractmethod
    def _live(self, until_us: int) -> None:
        """Everything it does by itself before `until_us`."""

    @abstractmethod
    def _obstacle(self) -> bool:
        """Whether something inside the device stands in the way of output now, such as an open emergency switch."""

    @abstractmethod
    def _obstacle_changed(self, t_us: int) -> None:
        """It came or went at `t_us`."""

    # What a test, a panel or a backdoor may look at

    @property
    def now_us(self) -> int:
        """The latest time the device has been told."""
        return self._now_us

    @property
    def lamp(self) -> None:
        """No lamp is simulated."""
        return

    @property
    def firmware(self) -> str:
        """Neither family tells a version of its firmware."""
        return ""

    @property
    def active_channels(self) -> tuple[int, ...]:
        """Channels that give pulses, ascending."""
        return self._player.active

    @property
    def errors(self) -> tuple[int, ...]:
        """Neither family tells of a single channel."""
        return (0,) * CHANNELS

    @property
    def settings(self) -> dict[int, tuple[Points, int]]:
        """Points and period (us) of every channel that gives pulses."""
        return self._player.settings

    @property
    def left_out(self) -> dict[int, int]:
        """Pulses that a bad electrode has cost, per channel."""
        return self._player.left_out

    def train(self, channel: int) -> tuple[int, int] | None:
        """Period (us) and number of pulses so far of a channel that gives pulses."""
        return self._player.train(channel)

    def next_pulse_us(self) -> int | None:
        """When the next slot begins, if nothing comes between."""
        return self._player.next_us()

    # Time and the line

    def receive(self, data: bytes, now_us: int) -> None:
        """Bytes from the host arrive at `now_us`; pulses due earlier are given first."""
        self._tell(now_us)
        self._run_before(now_us)
        if data and self.faults.hears() and now_us >= self._ready_us:
            self._hear(data, now_us)

    def advance(self, now_us: int) -> None:
        """Everything up to and including `now_us` happens."""
        self._tell(now_us)
        self._run_before(now_us + 1)

    def restart(self, now_us: int) -> None:
        """A power glitch: pulses stop, the list is forgotten, queued answers and half a request are lost."""
        self._tell(now_us)
        self._run_before(now_us)
        self._power_up(now_us + self._boot_us())
        self.stage.note(Restarted(now_us))

    def kept(self) -> dict[str, Any]:  # Any: a snapshot copies whatever there is
        """All that decides what happens next, to be copied by whoever keeps it; the stage is told on its own."""
        return dict(vars(self))

    def put_back(self, kept: Mapping[str, Any]) -> None:  # Any: as above
        """Be again what `kept` gave."""
        vars(self).update(kept)

    def _tell(self, now_us: int) -> None:
        if now_us < self._now_us:
            raise ValueError(f"time went back from {self._now_us} to {now_us} us")
        self._now_us = now_us

    def _run_before(self, until_us: int) -> None:
        """Whatever is moved from outside has been moved since `_ran_us`, before anything else happened."""
        if self.faults.stuck_in_reset:
            if not self._down:
                self._down = True
                self._power_up(self._ready_us)
        else:
            if self._down:
                self._down = False
                self._power_up(max(self._ready_us, self._ran_us))
            stands = self._obstacle()
            if stands != self._stood_in_the_way:
                self._stood_in_the_way = stands
                self._obstacle_changed(self._ran_us)
            self._live(until_us)
        self._ran_us = max(self._ran_us, until_us)
