"""A terminal that is gone must not hold the panel.

Textual writes in a thread behind a short queue. When the terminal dies that thread dies of its error, nobody empties
the queue, and the event loop waits in its next write for ever. So nothing is written once the writing thread is dead,
and the app is told to leave.
"""

from __future__ import annotations

from threading import Thread
from typing import Any

from textual.driver import Driver


class LostTerminal(Driver):
    """Goes before a driver in the method order; drivers without a writing thread are left as they are."""

    _told = False

    def write(self, data: str) -> None:
        if self._lost():
            self._tell()
            return
        driver: Any = super()
        driver.write(data)

    def flush(self) -> None:
        if not self._lost():
            super().flush()

    def close(self) -> None:
        if not self._lost():
            super().close()

    def _lost(self) -> bool:
        writer = getattr(self, "_writer_thread", None)
        return isinstance(writer, Thread) and writer.ident is not None and not writer.is_alive()

    def _tell(self) -> None:
        if not self._told:
            self._told = True
            self._app.call_later(self._app.panic)


def guarded(driver: type[Driver]) -> type[Driver]:
    """The driver with the above in front."""
    return type("PanelDriver", (LostTerminal, driver), {})
