"""A port at the end of a TCP connection: the simulator, or a serial line served by another machine.

Separate from `serial_port` because pyserial's own socket handler sleeps 0.3 s in `close` and leaves the socket open
when the far end went first. Nothing on a TCP connection is encrypted or authenticated: beyond this computer it belongs
on a network nobody else can reach.
"""

from __future__ import annotations

import socket
import time

from nmes.link.address import host_and_port
from nmes.link.lock import DeviceLock
from nmes.link.port import Identity, PortLost, PortMissing, PortTimeout
from nmes.link.waiting import Waiting, ready

CONNECT_S = 2.0  # [design] a simulator answers in milliseconds
ASK_S, ASKED = 1, 3
"""A far end that says nothing is asked after so many seconds, so often, before it counts as gone (4 s in all): one
whose cable was pulled or whose computer lost its power cannot say that it goes [design]."""
_KEEPALIVE = {
    "TCP_KEEPIDLE": ASK_S,
    "TCP_KEEPALIVE": ASK_S,  # what macOS calls the one above
    "TCP_KEEPINTVL": ASK_S,
    "TCP_KEEPCNT": ASKED,
}
WRITE_S = 0.1  # [design] the longest a STOP waits for a write that is blocked


class SocketPort:
    """A `Port` over an open, connected socket."""

    def __init__(self, url: str, line: socket.socket, lock: DeviceLock) -> None:
        self._identity = Identity(url, description="network connection")
        self._socket = line
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a halt must not wait for more bytes
        _ask_whether_it_is_there(line)
        self._lock = lock
        self._waiting = Waiting()

    @property
    def identity(self) -> Identity:
        return self._identity

    def read(self, max_bytes: int, timeout_ms: int) -> bytes:
        with self._waiting.reading:
            try:
                if not self._waiting.readable(self._socket.fileno(), timeout_ms):
                    return b""
                data = self._socket.recv(max_bytes)
            except (OSError, ValueError) as error:
                raise self._lost() from error
        if not data:
            raise self._lost()
        return data

    def write(self, data: bytes) -> None:
        deadline = time.monotonic() + WRITE_S
        left = memoryview(data)
        while left:
            try:
                may = ready(max(0.0, deadline - time.monotonic()), writing=(self._socket.fileno(),))
                sent = self._socket.send(left) if may else 0
            except (OSError, ValueError) as error:
                self.close()
                raise self._lost() from error
            if not may:
                self.close()
                raise PortTimeout(f"{self._identity.url} took no data for 0.1 s and was closed; check the other end.")
            left = left[sent:]

    def cancel(self) -> None:
        self._waiting.wake()

    def close(self) -> None:
        self._waiting.close()
        self._socket.close()
        self._lock.release()

    def descriptor(self) -> int | None:
        return self._socket.fileno()

    def _lost(self) -> PortLost:
        return PortLost(
            f"{self._identity.url} is gone: the other end closed the connection; start it and connect again."
        )


def _ask_whether_it_is_there(line: socket.socket) -> None:
    """Where the system can; what it cannot is told in the guide."""
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        option = getattr(socket, name, None)
        if option is not None:
            line.setsockopt(socket.IPPROTO_TCP, option, value)


def open_socket(url: str, lock: DeviceLock) -> SocketPort:
    """Connect to `socket://host:port`, taking over the held `lock`; raises PortMissing (the lock is then released)."""
    try:
        line = socket.create_connection(host_and_port(url), timeout=CONNECT_S)
    except ValueError as error:
        lock.release()
        raise PortMissing(f"{url} is not an address; write it as socket://host:port.") from error
    except OSError as error:
        lock.release()
        raise PortMissing(
            f"Nothing answers at {url}; start the simulator or the server there, then try again."
        ) from error
    return SocketPort(url, line, lock)
