"""Law: the panel holds the main thread until the person leaves or the terminal is gone, and then ends cleanly.

Textual is imported only when a panel is really wanted, so that the plain simulator starts without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from firmware_sim.panel.client import Backdoor, Url

if TYPE_CHECKING:
    from firmware_sim.panel.app import PanelApp

NO_TERMINAL = "nmes-sim: --panel needs a terminal as standard input and standard error; without one use --backdoor"
ENDS = ("SIGHUP", "SIGTERM", "SIGINT")
"""What ends the panel from outside: a closed terminal, an end asked for, an interrupt."""


def run_panel(backdoor: Backdoor, url: Url, alive: Callable[[], bool] = lambda: True) -> int:
    """Show the panel until it is left or `alive` is false. Main thread only.

    0 then, 1 after a fault of its own, 2 without a terminal.
    """
    if not (_terminal(sys.__stdin__) and _terminal(sys.__stderr__)):
        sys.stderr.write(f"{NO_TERMINAL}\n")
        return 2
    from firmware_sim.panel.app import PanelApp  # noqa: PLC0415 - Textual costs a second; the simulator does without

    app = PanelApp(backdoor, url, alive)
    asyncio.run(_until_left(app))
    return app.return_code or 0


def _terminal(stream: object) -> bool:
    """Textual reads from the one and draws on the other, whatever stdout is."""
    return stream is not None and hasattr(stream, "isatty") and bool(stream.isatty())


async def _until_left(app: PanelApp) -> None:
    loop = asyncio.get_running_loop()
    for name in ENDS:
        number = getattr(signal, name, None)
        if number is not None:  # not every system has each of them
            with contextlib.suppress(NotImplementedError):  # nor an event loop that hears them
                loop.add_signal_handler(number, app.leave)
    await app.run_async()
