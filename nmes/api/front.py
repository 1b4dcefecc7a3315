"""What both doors have in common: what can be read at any time, and what takes no time.

Everything is in the units of the inside, named in each value: µA, µs, mm², mHz, ms, nC.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nmes.api.acts import OVER, channel_of
from nmes.api.desk import Desk
from nmes.core.plan import Plan
from nmes.core.screening import CATALOGUE
from nmes.core.view import ChannelView, Output, View
from nmes.runtime.library import Loaded
from nmes.runtime.live import Summary


class Front:
    """An open stimulator. Made by `open_stimulator` alone."""

    def __init__(self, desk: Desk, loaded: Loaded, attended_by: str, button_by: str) -> None:
        self._desk, self._loaded, self._attended_by, self._button_by = desk, loaded, attended_by, button_by

    @property
    def view(self) -> View:
        """Everything a screen would show, as of the last turn: a frozen value that any thread may read."""
        return self._desk.live.view

    @property
    def plan(self) -> Plan:
        """The protocol as this device delivers it, with the levels found so far."""
        return self.view.plan

    @property
    def output(self) -> Output:
        """`off` only if the device has confirmed it."""
        return self.view.output

    @property
    def over(self) -> bool:
        """Whether the treatment is over; it may still have to be signed."""
        return self.view.word in OVER

    @property
    def simulation(self) -> bool:
        """Whether the far end is the simulator: no person can be attached to it."""
        return self._desk.live.simulation

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be done before the next step: `read:code`, `pads`, `level:1:0`, `felt:1`, `skin:1`, `sign`."""
        return self.view.missing

    @property
    def questions(self) -> Mapping[str, str]:
        """The screening checklist: by its code, each question as it is read out. "no" is the safe answer."""
        protocol = self._loaded.protocol
        return {code: CATALOGUE[code].asked(protocol.kind) for code in protocol.screening_codes}

    @property
    def summary(self) -> Summary | None:
        """What became of the record; None until the block has been left."""
        return self._desk.summary

    @property
    def record(self) -> Path | None:
        """The session's file; None until the block has been left."""
        return self.summary.record if self.summary else None

    def channel(self, channel: int) -> ChannelView:
        """One channel, from 1; Refused if the plan has none such."""
        return channel_of(self.view, channel)

    def level_ua(self, channel: int) -> int:
        """The level this channel has now, in µA: what is being found, or what was confirmed; 0 if neither."""
        return self.channel(channel).level_ua

    def delivered_nc(self, channel: int) -> tuple[int, int]:
        """Charge of the first phases given so far, in nC, as the record counts it: at least, and at most."""
        return next(((one.low_nc, one.high_nc) for one in self.view.dose if one.channel == channel), (0, 0))

    def skin_charge_nc(self, channel: int) -> int | None:
        """What really crossed the virtual skin on this channel, in nC; None where nobody can know: not `virtual`."""
        return self._desk.skin_charge_nc(channel)

    def attend(self) -> None:
        """A person has just shown that they are there: a key, a pedal, a word.

        Call it for nothing else. Waiting is not attending: without it the session pauses after the protocol's limit.
        """
        self._desk.attend()

    def stop(self) -> None:
        """STOP: output 0 now, every level void. From any thread; waits for one write at most."""
        self._desk.stop()


def desk_of(front: Front) -> Desk:
    """The controls behind a door, for what drives a whole session."""
    return front._desk
