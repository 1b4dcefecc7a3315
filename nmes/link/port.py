"""The smallest interface a stimulator's line needs, with one family of errors.

Every failure of every backend becomes one of four `PortError`s: nobody above this floor knows pyserial or errno.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class PortError(Exception):
    """Something is wrong with the line; the message is one plain sentence for the user."""


class PortMissing(PortError):
    """There is no such port."""


class PortBusy(PortError):
    """Another program holds the port; the message names it where known."""


class PortLost(PortError):
    """The line was there and is gone."""


class PortTimeout(PortError):
    """A write did not finish in time; the port has been flushed and closed."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What is known about a port without writing to it; empty texts and 0 where unknown."""

    url: str
    vendor_id: int = 0
    product_id: int = 0
    serial_number: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """How a serial line is opened; networks and pseudo-terminals ignore it. `parity` is "N", "E" or "O"."""

    baud: int
    data_bits: int
    parity: str
    stop_bits: int
    rts_cts: bool


class Port(Protocol):
    """An open line. `read` is called by one thread; `write` may be called by any, one at a time."""

    @property
    def identity(self) -> Identity: ...

    def read(self, max_bytes: int, timeout_ms: int) -> bytes:
        """Up to `max_bytes`, or b"" after `timeout_ms`; raises PortLost."""

    def write(self, data: bytes) -> None:
        """All of `data`, or PortTimeout after 100 ms (the port is then flushed and closed), or PortLost."""

    def cancel(self) -> None:
        """Wake a blocked `read`, which returns b""."""

    def close(self) -> None:
        """Idempotent; the device's own dead-man does the rest."""

    def descriptor(self) -> int | None:
        """The open line as the system knows it, so that a process may be given a duplicate; None where none can be."""
