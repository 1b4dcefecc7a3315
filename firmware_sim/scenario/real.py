"""Law: over a socket the same host meets the same device, only that time is the real one and nobody's to hold.

The simulator lives in a thread behind its line, as when it is started as a program; faults are told ahead, so that
they begin at their exact time all the same. Requests come as late as the computer makes them.
"""

from __future__ import annotations

import socket
import threading
import time

from firmware_sim.background import Background, serving
from firmware_sim.scenario.play import Cast, Outcome, Step
from firmware_sim.serve import Request, Server
from firmware_sim.tcp_line import TcpLine

AHEAD_US = 100_000
"""How much earlier a fault is told than it begins. [design]"""
START_US = 200_000
"""Real time before the scenario's 0, for thread and connection. [design]"""


class RealHost:
    """The host's end of the socket, on the scenario's clock. A line that is gone is tried again at every step."""

    def __init__(self, made: Cast, server: Server, background: Background) -> None:
        self._made, self._server, self._background = made, server, background
        self._port = int(server.line.url.rpartition(":")[2])
        self._socket: socket.socket | None = None

    def wait_until(self, at_us: int) -> None:
        """Take what comes until the device's time is `at_us`. Raises what has ended the server, if anything has."""
        pause = threading.Event()
        self._background.check()
        while (left_us := at_us - self._server.now_us()) > 0:
            self._background.check()
            left_s = left_us / 1e6 / self._server.speed
            if self._socket is None:
                pause.wait(min(left_s, 0.01))
            else:
                self._take(left_s)

    def _take(self, within_s: float) -> None:
        if self._socket is None:
            return
        self._socket.settimeout(max(within_s, 1e-4))
        try:
            data = self._socket.recv(65_536)
        except TimeoutError:
            return
        except OSError:
            data = b""
        if data:
            self._made.host.hear(data)
        else:
            self.close()

    def send(self, data: bytes) -> None:
        """Send, connecting first where needed; bytes for a line that is gone are lost."""
        try:
            if self._socket is None:
                self._socket = socket.create_connection(("127.0.0.1", self._port), timeout=1)
                self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._socket.sendall(data)
        except OSError:
            self.close()

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def play_real(made: Cast, speed: float = 1.0) -> Outcome:
    """Over a socket at `speed` times real time. Raises OSError when no port can be had, and what ended the server."""
    line = TcpLine(0)
    start_ns = time.monotonic_ns() + int(START_US * 1000 / speed)
    ending = Request()
    server = Server(made.simulator, line, ending, start_ns, speed=speed)
    with serving(server, ending, "scenario") as background:
        host = RealHost(made, server, background)
        try:
            for step in made.steps():
                _take(made, server, host, step)
        finally:
            host.close()
    return made.outcome()


def _take(made: Cast, server: Server, host: RealHost, step: Step) -> None:
    item, at_us = step.item, step.at_us
    host.wait_until(at_us - AHEAD_US if item is not None and item.inject is not None else at_us)
    request: bytes | None = made.poll() if step.polls else None
    with server.lock, made.blamed(step):
        made.simulator.advance(max(server.now_us(), made.simulator.now_us))
        if item is not None:
            made.inject(step)
            made.judge(step)
        if item is not None and item.action is not None:
            request = made.act(item.action, at_us)
    if request is not None:
        host.send(request)
