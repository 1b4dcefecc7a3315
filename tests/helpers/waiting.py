"""Waiting for what another thread does: the one place where a test sleeps, a moment at a time, and never for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 20.0


def until(condition: Callable[[], bool], what: Callable[[], object] = lambda: "") -> None:
    """Returns as soon as it holds; `what` is told where it never does."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.001)
