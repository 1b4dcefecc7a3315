"""When Python looks for garbage that refers to itself: never while current flows, for it holds up every thread.

A full collection of the app's objects takes 50 to 140 ms [measured]: in that time no STOP is heard, a contraction
begins two to seven pulses too late, and a frame that is being written is written too late, which ends the treatment.
"""

from __future__ import annotations

import gc
from typing import Final, Self

QUIET_EACH_MS: Final = 30_000
"""While nothing flows a full collection is made at most so often [design]."""
NEVER: Final = 1_000_000_000
"""As the threshold of full collections, which counts collections of what is young."""


class Collecting:
    """A context: what is there when it is entered is looked through no more; `quiet` is when the rest may be.

    Young garbage is collected all the time, in 2 to 3 ms. What belongs to the process is put back at the exit.
    """

    def __init__(self) -> None:
        self._before: tuple[int, int, int] | None = None
        self._froze = False
        self._next_ms: int | None = None

    def __enter__(self) -> Self:
        before = gc.get_threshold()
        if before[2] != NEVER:  # no other session of this process has done it
            self._before = before
            self._froze = gc.get_freeze_count() == 0
            gc.collect()
            gc.freeze()
            gc.set_threshold(*before[:2], NEVER)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            gc.set_threshold(*self._before)
        if self._froze:
            gc.unfreeze()

    def quiet(self, now_ms: int) -> None:
        """Nothing flows, and nothing is about to."""
        if self._next_ms is None or now_ms >= self._next_ms:
            if self._next_ms is not None:
                gc.collect()
            self._next_ms = now_ms + QUIET_EACH_MS
