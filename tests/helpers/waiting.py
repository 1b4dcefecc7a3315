"""Waiting for what another thread does, a moment at a time and never for ever; and for what a busy computer delays."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 40.0
"""Only for what is expected to come: a test that waits this long has failed."""


def until(condition: Callable[[], bool], what: Callable[[], object] = lambda: "") -> None:
    """Returns as soon as it holds; `what` is told where it never does."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.001)


def shortest_s(taken_s: Callable[[], float], enough_s: float, tries: int = 20) -> float:
    """The shortest of some tries; no more of them than one that is short enough. A busy computer makes single ones
    long, a wait in the program makes all of them long.
    """
    shortest = taken_s()
    for _ in range(tries - 1):
        if shortest < enough_s:
            break
        shortest = min(shortest, taken_s())
    return shortest
