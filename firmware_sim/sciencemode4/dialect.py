"""Law: what the families with this framing do differently stands in one value per family; everything else is shared.

A dialect words the answers, an output gives the pulses; `p24` and `sciencemode3` each have both, and read requests by
tables of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from firmware_sim.model import Model
from firmware_sim.sciencemode4.replies import ChannelError, Version
from firmware_sim.stage import Delivery, Stage
from firmware_sim.stage.pulse import Points


class PulseAck(Protocol):
    """The data of Ll_channel_config_ack; the measurement is left out by families that have none."""

    def __call__(
        self, result: int, channel: int, measurement: int = 0, sampling_us: int = 0, samples: Sequence[int] = ()
    ) -> bytes: ...


class Output(Protocol):
    """How a pulse is given, and what the family notices of its electrode."""

    def give(self, stage: Stage, t_us: int, channel: int, points: Points) -> tuple[Delivery, ChannelError]:
        """Give one pulse, or leave it out."""

    @property
    def goes_on(self) -> bool:
        """Whether a channel with a fault is tried again at its next pulse, not stopped."""

    @property
    def late_stops(self) -> bool:
        """Whether a pulse for which there is no time left stops its channel; otherwise it is left out."""

    @property
    def forgets(self) -> bool:
        """Whether a good pulse takes the error of its channel back."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One family. `refusal` words a reply with a result other than 0; `battery` is percent and mV."""

    model: Model
    version: Version
    battery: tuple[int, int]
    refusal: Callable[[int, int, bytes], bytes]
    pulse_ack: PulseAck

    def __deepcopy__(self, _memo: object) -> Dialect:
        """Itself, as the model in it."""
        return self
