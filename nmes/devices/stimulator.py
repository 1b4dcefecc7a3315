"""What a driver must offer. A driver is sans-I/O: bytes in, bytes out, time given, events out.

In one turn the runtime calls `receive` with what the port gave, then `tick`, writes each frame of `frames()`, calls
`sent` with the time after the write, and takes `events()`. A driver has one request outstanding; only a halt overtakes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from nmes.core.capabilities import Capabilities
from nmes.core.commands import Enable, Halt, Identify, SetOutput
from nmes.core.events import Device
from nmes.core.view import OutputState as OutputState  # noqa: PLC0414 - re-exported: part of what a driver offers

DeviceCommand = Identify | Enable | SetOutput | Halt


@dataclass(frozen=True, slots=True)
class LinkSettings:
    """How the serial line must be opened for a device family."""

    baud: int
    data_bits: int
    parity: str
    stop_bits: int
    rts_cts: bool


class Driver(Protocol):
    """One stimulator family's driver."""

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def output(self) -> OutputState: ...

    def execute(self, command: DeviceCommand, now_ms: int) -> None:
        """Take a command; the newest SetOutput wins, Halt drops everything that was waiting."""

    def receive(self, data: bytes, now_ms: int) -> None:
        """Bytes from the device, in any cut."""

    def lost(self, reason: str, now_ms: int) -> None:
        """The line is gone: nothing more is sent, one LinkLost comes out."""

    def tick(self, now_ms: int) -> None:
        """Deadlines, keep-alive and the next request, if time has come."""

    def frames(self) -> list[bytes]:
        """Frames to write now, in order; taken once."""

    def sent(self, now_ms: int) -> None:
        """The frames were written; `now_ms` is the time after the write, so that no rise is counted twice."""

    def refused(self, now_ms: int) -> None:
        """The guard did not pass the last frames: drop the outstanding request and forget the target."""

    def events(self) -> list[Device]:
        """What happened since the last call; taken once."""

    def next_deadline_ms(self, now_ms: int) -> int | None:
        """When `tick` must be called at the latest; None = whenever bytes come."""
