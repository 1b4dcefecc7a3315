"""The far end of the bench: the simulated device of a family, made in this one place for all who need one."""

from __future__ import annotations

from typing import Protocol

from firmware_sim import devices
from firmware_sim import model as simulated
from firmware_sim.stage import Stage
from nmes.runtime.families import DEFAULT, Family


class Device(Protocol):
    """What the bench needs of a far end: a device alone, or a Simulator with its patient and faults."""

    @property
    def stage(self) -> Stage: ...

    def receive(self, data: bytes, now_us: int) -> None: ...

    def advance(self, now_us: int) -> None: ...

    def transmit(self, now_us: int) -> bytes: ...

    def next_due_us(self) -> int | None: ...


def new_device(family: Family = DEFAULT, stage: Stage | None = None, *, keep_trace: bool = True) -> simulated.Device:
    """A simulated device of this family behind this stage."""
    return devices.new_device(family.key, stage, keep_trace=keep_trace)
