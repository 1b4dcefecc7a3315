"""Law: clients of the backdoor come and go, several at once, and none can hold up the device.

Never blocks: a turn answers one request after another, each client in its turn, until its time is used up; what is
left waits until the device's line has been served. So the line waits for that time and the one request that ran over
it. A line that is too long is answered with one error and skipped to its end; a client that does not read its answers
is dropped. Nobody is answered who has not said the token first: other users of the computer, and pages in a browser,
reach a loopback port too. Who is still a stranger takes no place of those who said it.
"""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable

from firmware_sim.backdoor.desk import LONGEST_LINE
from firmware_sim.backdoor.visitor import Visitor, says

MOST_CLIENTS = 16
MOST_STRANGERS = 16
"""Who has not said the token yet; the one that came first makes room for the next. [design]"""
TURN_NS = 5_000_000
"""Time for requests between two looks at the device's line: a fortieth of what a controller waits for it. [design]"""
BACKLOG_BYTES = 1_000_000
"""Answers kept for a client that does not read, before it is dropped. [design]"""
SAY_IT_FIRST = 'say {"token":"..."} first, as this program announced it when it was started'
NO_ROOM = "all places are taken by others who are being answered"

Handle = Callable[[str], str]


class Port:
    """A listening socket on the loopback address; 0 takes any free port. Raises OSError when it is busy.

    `token` is what a client says first; `clock_ns` is what the time of a turn is measured by.
    """

    def __init__(
        self, port: int, handle: Handle, token: str, clock_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self._listener = socket.create_server(("127.0.0.1", port), backlog=8)
        self._listener.setblocking(False)
        self._handle = handle
        self.token = token
        self._clock_ns = clock_ns
        self._clients: list[Visitor] = []
        """Whoever asked longest ago comes first, to be served and to be dropped."""
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def busy(self) -> bool:
        """Whether something is left to do at once: requests read and not handled, or answers not taken."""
        return not all(client.idle for client in self._clients)

    def watched(self) -> list[int]:
        """What to wait on. A client whose requests wait is not read, so it is not waited on either."""
        open_ears = [client.socket.fileno() for client in self._clients if client.heard]
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

    def _drop(self, client: Visitor) -> None:
        client.socket.close()
        self._clients.remove(client)

    def _welcome(self) -> None:
        """Let those in who knock."""
        with contextlib.suppress(BlockingIOError, ConnectionError):
            for _ in range(MOST_CLIENTS):
                newcomer, _ = self._listener.accept()
                self._let_in(newcomer)

    def _let_in(self, newcomer: socket.socket) -> None:
        """As a stranger; of too many the first one goes."""
        strangers = [client for client in self._clients if not client.known]
        if len(strangers) >= MOST_STRANGERS:
            self._drop(strangers[0])
        newcomer.setblocking(False)
        newcomer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._clients.append(Visitor(newcomer))

    def _read(self, client: Visitor) -> bool:
        """Take what the client sent; False when it is gone."""
        if not client.heard:
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
                client.unsent += (self._answer(line) if client.known else self._greet(client, line)) + b"\n"
            self._bound(client)
            self._clients.remove(client)
            self._clients.append(client)
            if self._clock_ns() >= until_ns:
                return

    def _greet(self, client: Visitor, line: bytes) -> bytes:
        """A stranger's first line; anything but the token is its last."""
        if not says(line, self.token):
            return client.refuse(SAY_IT_FIRST)
        if sum(other.known for other in self._clients) >= MOST_CLIENTS and not self._make_room():
            return client.refuse(NO_ROOM)
        client.known = True
        return b'{"id":null,"ok":true}'

    def _make_room(self) -> bool:
        """The place of the known client that is idle and asked longest ago; False if none is idle."""
        idle = next((client for client in self._clients if client.known and client.idle), None)
        if idle is not None:
            self._drop(idle)
        return idle is not None

    def _bound(self, client: Visitor) -> None:
        """The beginning of a line that is too long is told once, and forgotten with the rest of it."""
        if len(client.unread) > LONGEST_LINE and not client.waiting:
            if not client.known:
                client.unsent += client.refuse(SAY_IT_FIRST) + b"\n"
            elif not client.skipping:
                client.unsent += self._answer(client.unread) + b"\n"
            client.unread, client.skipping = b"", client.known

    def _answer(self, line: bytes) -> bytes:
        try:
            return self._handle(line.decode("utf-8")).encode("utf-8")
        except UnicodeDecodeError:
            return json.dumps({"id": None, "ok": False, "error": "a request is UTF-8 text"}).encode("utf-8")

    def _send(self, client: Visitor) -> bool:
        """Hand over what can be; False when the client is gone or does not read."""
        try:
            sent = client.socket.send(client.unsent) if client.unsent else 0
        except BlockingIOError:
            sent = 0
        except ConnectionError:
            return False
        client.unsent = client.unsent[sent:]
        return len(client.unsent) <= BACKLOG_BYTES and not (client.leaving and not client.unsent)
