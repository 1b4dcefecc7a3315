"""A port inside this process, for the bench and the tests: no threads, no waiting, the peer is called directly.

It fails on demand the way real lines fail, so that nobody needs to imitate a Port.
"""

from __future__ import annotations

from typing import Protocol

from nmes.link.port import Identity, PortBusy, PortError, PortLost, PortTimeout


class Peer(Protocol):
    """The far end of a memory port."""

    def from_host(self, data: bytes) -> None:
        """Bytes the host wrote, in order."""

    def to_host(self) -> bytes:
        """Everything that has reached the host since the last call; b"" if nothing."""


class MemoryPort:
    """A `Port` whose far end is `peer`. `read` never waits: what `peer` has not sent yet is not there."""

    def __init__(self, peer: Peer, url: str = "memory://peer") -> None:
        self._peer = peer
        self._identity = Identity(url, description="in this process")
        self._unread = bytearray()
        self._failure: PortError | None = None

    @property
    def identity(self) -> Identity:
        return self._identity

    def read(self, max_bytes: int, timeout_ms: int) -> bytes:  # noqa: ARG002 - a Port's shape; nothing to wait for here
        self._check()
        self._unread += self._peer.to_host()
        data = bytes(self._unread[:max_bytes])
        del self._unread[:max_bytes]
        return data

    def write(self, data: bytes) -> None:
        self._check()
        self._peer.from_host(data)

    def cancel(self) -> None:
        """Nothing ever waits here."""

    def close(self) -> None:
        self.lose("it was closed")

    def descriptor(self) -> int | None:
        """A line inside this process cannot be given to another."""
        return None

    def lose(self, why: str = "it was unplugged") -> None:
        """From now on the line is gone. The first failure stays."""
        self._fail(PortLost(f"{self._identity.url} is gone: {why}; connect again."))

    def time_out(self) -> None:
        """From now on nothing is taken: the next write times out, and the port is then closed."""
        self._fail(PortTimeout(f"{self._identity.url} took no data for 0.1 s and was closed; connect again."))

    def busy(self, holder: str) -> None:
        """From now on the port is somebody else's."""
        self._fail(PortBusy(f"{self._identity.url} is held by {holder}; end that program, then try again."))

    def _fail(self, failure: PortError) -> None:
        self._failure = self._failure or failure

    def _check(self) -> None:
        if self._failure is not None:
            raise self._failure
