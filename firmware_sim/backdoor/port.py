"""Law: clients of the backdoor come and go, several at once, and none can hold up the device.

Never blocks: a turn answers one request after another, each client in its turn, until its time is used up; what is
left waits until the device's line has been served. So the line waits for that time and the one request that ran over
it. A line that is too long is answered with one error and skipped to its end; a client that does not read its answers
is dropped.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.backdoor.desk import LONGEST_LINE

MOST_CLIENTS = 16
TURN_NS = 5_000_000
"""Time for requests between two looks at the device's line: a fortieth of what a controller waits for it. [design]"""
BACKLOG_BYTES = 1_000_000
"""Answers kept for a client that does not read, before it is dropped. [design]"""

Handle = Callable[[str], str]


@dataclass(slots=True)
class _Client:
    socket: socket.socket
    unread: bytes = b""
    unsent: bytes = b""
    skipping: bool = False

    @property
    def waiting(self) -> bool:
        """Whether a whole request has been read and not handled."""
        return b"\n" in self.unread

    @property
    def idle(self) -> bool:
        """Whether nothing is left to do for it."""
        return not self.waiting and not self.unsent


class Port:
    """A listening socket on the loopback address; 0 takes any free port. Raises OSError when it is busy.

    `clock_ns` is what the time of a turn is measured by.
    """

    def __init__(self, port: int, handle: Handle, clock_ns: Callable[[], int] = time.perf_counter_ns) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=8)
        self._listener.setblocking(False)
        self._handle = handle
        self._clock_ns = clock_ns
        self._clients: list[_Client] = []
        """Whoever asked longest ago comes first, to be served and to be dropped."""
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def busy(self) -> bool:
        """Whether something is left to do at once: requests read and not handled, or answers not taken."""
        return not all(client.idle for client in self._clients)

    def watched(self) -> list[int]:
        """What to wait on. A client whose requests wait is not read, so it is not waited on either."""
        open_ears = [client.socket.fileno() for client in self._clients if not client.waiting]
        return [self._listener.fileno(), *open_ears]

    def turn(self) -> None:
        """Let clients in, answer as much of what they asked as there is time for, and drop those that are gone."""
        for client in list(self._clients):
            if not self._read(client):
                self._drop(client)
        self._welcome()
        self._serve()
        for client in list(self._clients):
            if not self._send(client):
                self._drop(client)

    def close(self) -> None:
        """Close all clients and the listening socket."""
        for client in list(self._clients):
            self._drop(client)
        self._listener.close()

    def _drop(self, client: _Client) -> None:
        client.socket.close()
        self._clients.remove(client)

    def _welcome(self) -> None:
        """Let those in who knock."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(MOST_CLIENTS):
                newcomer, _ = self._listener.accept()
                self._let_in(newcomer)

    def _let_in(self, newcomer: socket.socket) -> None:
        """When all places are taken, in that of the idle client that asked longest ago; if none is idle, not at all."""
        if len(self._clients) >= MOST_CLIENTS:
            idle = next((client for client in self._clients if client.idle), None)
            if idle is None:
                newcomer.close()
                return
            self._drop(idle)
        newcomer.setblocking(False)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients.append(_Client(newcomer))

    def _read(self, client: _Client) -> bool:
        """Take what the client sent; False when it is gone."""
        if client.waiting:
            return True  # its earlier requests first
        try:
            data = client.socket.recv(65_536)
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        client.unread += data
        self._bound(client)
        return bool(data)

    def _serve(self) -> None:
        """One request of each client in turn, until there is none or the time is used up."""
        until_ns = self._clock_ns() + TURN_NS
        while (client := next((one for one in self._clients if one.waiting), None)) is not None:
            line, _, client.unread = client.unread.partition(b"\n")
            if client.skipping:
                client.skipping = False
            elif line.strip():
                client.unsent += self._answer(line) + b"\n"
            self._bound(client)
            self._clients.remove(client)
            self._clients.append(client)
            if self._clock_ns() >= until_ns:
                return

    def _bound(self, client: _Client) -> None:
        """The beginning of a line that is too long is told once, and forgotten with the rest of it."""
        if len(client.unread) > LONGEST_LINE and not client.waiting:
            if not client.skipping:
                client.unsent += self._answer(client.unread) + b"\n"
            client.unread, client.skipping = b"", True

    def _answer(self, line: bytes) -> bytes:
        try:
            return self._handle(line.decode("utf-8")).encode("utf-8")
        except UnicodeDecodeError:
            return json.dumps({"id": None, "ok": False, "error": "a request is UTF-8 text"}).encode("utf-8")

    def _send(self, client: _Client) -> bool:
        """Hand over what can be; False when the client is gone or does not read."""
        try:
            sent = client.socket.send(client.unsent) if client.unsent else 0
        except BlockingIOError:
            sent = 0
        except ConnectionError:
            return False
        client.unsent = client.unsent[sent:]
        return len(client.unsent) <= BACKLOG_BYTES
