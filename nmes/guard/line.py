"""The lock of check-and-write, and the order at its door: who stops goes before who only reads.

Re-entrant, so that a signal handler that interrupts its holder may stop as well. A lock that is let go and taken again
at once may shut out everybody else for as long as that is repeated; so who reads steps aside between two pieces while
anybody is about to stop. Each stop has a gate of its own, shut from its first step to its last, and no stop ever waits
at a gate: neither for a reader nor for another stop that it interrupted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class Line:
    """`with line:` holds it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._gates: set[threading.Lock] = set()  # a gate is added, taken out and copied in one step for every thread

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lock.release()

    @contextmanager
    def stopping(self) -> Iterator[None]:
        """From the first step in there to the last, readers step aside. Does not hold the line."""
        gate = threading.Lock()
        gate.acquire()
        self._gates.add(gate)
        try:
            yield
        finally:
            self._gates.discard(gate)
            gate.release()

    def step_aside(self) -> None:
        """Wait while anybody stops; for who holds nothing."""
        while gates := self._gates.copy():
            for gate in gates:
                with gate:
                    pass
