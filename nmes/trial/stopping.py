"""How long work is given up: asked for between two steps, answered by an exception that leaves nothing half done.

Separate because wire and replay know of it, and neither of the processes in which it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable

Stopped = Callable[[], bool]
"""Whether somebody wants the work to end now."""


class GivenUp(Exception):
    """Somebody asked to stop."""


def never() -> bool:
    """Nobody will."""
    return False


def give_up_if(stopped: Stopped) -> None:
    """GivenUp if it was asked for."""
    if stopped():
        raise GivenUp
