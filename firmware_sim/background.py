"""Law: a server in a thread of its own never dies unheard: whoever started it can ask, and is handed its error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from firmware_sim.serve import Request, Server

ENDS_WITHIN_S = 5
"""How long the thread may take to end. [design]"""


class Background:
    """A server's thread."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._serve, name="nmes-sim-line", daemon=True)

    def start(self) -> None:
        """Let it serve."""
        self._thread.start()

    def alive(self) -> bool:
        """Whether it still serves."""
        return self._thread.is_alive()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join(ENDS_WITHIN_S)

    def check(self) -> None:
        """Raise what ended it, if an error did."""
        if self._error is not None:
            raise self._error

    def _serve(self) -> None:
        try:
            self._server.run()
        except Exception as error:  # noqa: BLE001 - handed on, not swallowed: see `check`
            self._error = error


@contextmanager
def serving(server: Server, ending: Request, why: str) -> Iterator[Background]:
    """The server in a thread until the block is left; its error, if it had one, comes out of the block."""
    background = Background(server)
    background.start()
    try:
        yield background
    finally:
        ending.end(why)
        background.join()
        ending.close()
        background.check()
