"""What a headless app costs that nobody looks at: naps, frames, and a stylesheet that is the same for every app.

`monkeypatch` puts each back at the end of its test; an app on a real terminal is drawn as ever.
"""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

TURNS = 30
"""Turns of the event loop in which everything that a key or a View sets off has been done."""
PARSED: dict[tuple[object, ...], list[RuleSet]] = {}
"""Every text of style that an app of this process has read, with the colours it was read with."""


async def turns(min_sleep: float = 0, max_sleep: float = 1) -> None:
    """What Textual's pilot waits for, without its naps."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


def no_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot waits for turns of the loop, not for the processor to be idle, which takes 20 ms and more each time."""
    monkeypatch.setattr("textual.pilot.wait_for_idle", turns)
    monkeypatch.setattr("textual.app.wait_for_idle", turns)


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


def parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same text of style with the same colours gives the same rules: read once, not once in every app."""
    read = Stylesheet._parse_rules

    def rules(self: Stylesheet, css: str, read_from: Any, *rest: Any, **more: Any) -> list[RuleSet]:
        key = (frozenset(self._variables.items()), css, read_from, rest, *more.items())
        if key not in PARSED:
            PARSED[key] = read(self, css, read_from, *rest, **more)
        return PARSED[key]

    monkeypatch.setattr(Stylesheet, "_parse_rules", rules)
