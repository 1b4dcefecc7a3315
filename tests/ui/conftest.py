"""A desk per test: the app over the bench, its records in the test's own folder."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from ui.bench_live import Desk

TURNS = 30
"""Turns of the event loop in which everything that a key or a View sets off has been done."""


async def _turns(min_sleep: float = 0, max_sleep: float = 1) -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


@pytest.fixture(autouse=True)
def no_sleep(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot waits for turns of the loop, not for the processor to be idle, which takes 20 ms and more each time."""
    monkeypatch.setattr("textual.pilot.wait_for_idle", _turns)
    monkeypatch.setattr("textual.app.wait_for_idle", _turns)


@pytest.fixture(autouse=True)
def not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A headless app composes every frame and throws it away: a third of what these tests cost. What a test looks at
    (`text()`) is composed when it looks; a real terminal is drawn on.
    """
    drawn = Compositor.render_update

    def update(self: Compositor, full: bool = False, screen_stack: Any = None, simplify: bool = False) -> object:
        if full or not active_app.get().is_headless:
            return drawn(self, full, screen_stack, simplify)
        visible_screen_stack.set(screen_stack or [])  # what shines through a window is composed with it
        self._dirty_regions.clear()
        return None

    monkeypatch.setattr(Compositor, "render_update", update)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
