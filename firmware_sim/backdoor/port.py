"""Law: clients of the backdoor come and go, several at once, and none can hold up the device.

Never blocks: every turn takes a bounded number of requests from each client. A line that is too long is answered with
one error and skipped to its end; a client that does not read its answers is dropped.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass

from firmware_sim.backdoor.desk import LONGEST_LINE

MOST_CLIENTS = 16
REQUESTS_A_TURN = 32
"""From each client. [design]"""
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


class Port:
    """A listening socket on the loopback address; 0 takes any free port. Raises OSError when it is busy."""

    def __init__(self, port: int, handle: Handle) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=8)
        self._listener.setblocking(False)
        self._handle = handle
        self._clients: list[_Client] = []
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def busy(self) -> bool:
        """Whether something is left to do at once: requests read and not handled, or answers not taken."""
        return any(client.waiting or client.unsent for client in self._clients)

    def watched(self) -> list[int]:
        """What to wait on."""
        return [self._listener.fileno(), *(client.socket.fileno() for client in self._clients)]

    def turn(self) -> None:
        """Let clients in, answer what they asked, and drop those that are gone."""
        self._welcome()
        for client in list(self._clients):
            if not (self._read(client) and self._serve(client) and self._send(client)):
                client.socket.close()
                self._clients.remove(client)

    def close(self) -> None:
        """Close all clients and the listening socket."""
        for client in self._clients:
            client.socket.close()
        self._clients.clear()
        self._listener.close()

    def _welcome(self) -> None:
        with contextlib.suppress(BlockingIOError, ConnectionError):
            newcomer, _ = self._listener.accept()
            if len(self._clients) >= MOST_CLIENTS:
                newcomer.close()
                return
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
        return bool(data)

    def _serve(self, client: _Client) -> bool:
        for _ in range(REQUESTS_A_TURN):
            line, found, rest = client.unread.partition(b"\n")
            if not found:
                self._bound(client)
                break
            client.unread = rest
            if client.skipping:
                client.skipping = False
            elif line.strip():
                client.unsent += self._answer(line) + b"\n"
        return len(client.unsent) <= BACKLOG_BYTES

    def _bound(self, client: _Client) -> None:
        """The beginning of a line that is too long is told once, and forgotten with the rest of it."""
        if len(client.unread) > LONGEST_LINE:
            if not client.skipping:
                client.unsent += self._answer(client.unread) + b"\n"
            client.unread, client.skipping = b"", True

    def _answer(self, line: bytes) -> bytes:
        try:
            return self._handle(line.decode("utf-8")).encode("utf-8")
        except UnicodeDecodeError:
            return json.dumps({"id": None, "ok": False, "error": "a request is UTF-8 text"}).encode("utf-8")

    def _send(self, client: _Client) -> bool:
        try:
            sent = client.socket.send(client.unsent) if client.unsent else 0
        except BlockingIOError:
            return True
        except ConnectionError:
            return False
        client.unsent = client.unsent[sent:]
        return True
