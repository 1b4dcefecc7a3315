"""Every way out of the panel: a key, a signal, a lost terminal, a fault of its own. None shows a traceback.

Separate from what is shown, which may change often; nothing here should need to.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import App
from textual.binding import Binding, BindingType
from textual.driver import Driver

from firmware_sim.panel.terminal import guarded

FAULT: Final = "The panel failed ({name}). The simulator has ended."


class LeavingApp(App[None]):
    """Whoever started it ends the simulator when it has ended."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,ctrl+q,ctrl+c", "leave", "quit", priority=True, id="quit"),
    ]

    def leave(self) -> None:
        """End the panel; what a signal calls."""
        self.exit()

    def action_leave(self) -> None:
        self.leave()

    def get_driver_class(self) -> type[Driver]:
        return guarded(super().get_driver_class())

    def panic(self, *_renderables: object) -> None:
        """Textual's door for a terminal that is gone: that is a way to leave."""
        self._close_messages_no_wait()

    def _fatal_error(self) -> None:
        """A fault of the panel itself: one sentence instead of a traceback."""
        self._return_code = 1
        name = type(self._exception).__name__ if self._exception is not None else "unknown"
        self._exit_renderables[:] = [FAULT.format(name=name)]
        self._close_messages_no_wait()
