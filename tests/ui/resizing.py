"""Another size of the terminal, and a screen that has it: on a busy computer one pause of the pilot is not enough."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot


async def resize(pilot: Pilot[Any], width: int, height: int) -> None:
    """Returns when the screen on top has heard of it."""
    await pilot.resize_terminal(width, height)
    for _ in range(500):
        if pilot.app.screen.size == (width, height):
            break
        await pilot.pause(0.01)
    assert pilot.app.screen.size == (width, height)
    await pilot.pause()
