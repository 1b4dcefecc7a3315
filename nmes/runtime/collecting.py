"""When Python looks for garbage that refers to itself, and through how much: it holds up every thread meanwhile.

A full collection of the app's objects takes 50 to 140 ms [computed]: in that time no STOP is heard, a contraction
begins two to seven pulses too late, and a frame that is being written is written too late, which ends the treatment.
"""

from __future__ import annotations

import gc
from typing import Final, Protocol, Self

NEVER: Final = 1_000_000_000
"""As the threshold of full collections, which counts collections of what is young."""


QUIET_EACH_MS: Final = 30_000
"""While nothing flows a full collection is made at most so often [design]."""
REST_EACH_MS: Final = 60_000
"""In a rest of the plan [design]. What is left alone by then and refers to itself is never given back in this session:
with one in each 30 s of a treatment the app grew by 7 MB in an hour, with one in 60 s by 1 to 2 MB [computed].
"""
LIVE_EACH_MS: Final = 90_000
"""Whatever flows [design]: a plan with rests comes to one before."""


class Turned(Protocol):
    """What is asked between two turns, and no more often than it matters."""

    def now_ms(self) -> int: ...
    @property
    def is_quiet(self) -> bool: ...
    @property
    def rests(self) -> bool: ...


class Collecting:
    """A context: what is there when it is entered is looked through once and then left alone; `turned` is called
    between two turns, and looks through what has come since, which is then left alone as well.

    Young garbage is collected all the time, in 2 to 3 ms. What belongs to the process is put back at the exit.
    """

    def __init__(self) -> None:
        self._before: tuple[int, int, int] | None = None
        self._froze = False
        self._last_ms: int | None = None

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

    def turned(self, by: Turned) -> None:
        """Between two turns."""
        now_ms = by.now_ms()
        if self._last_ms is None:
            self._last_ms = now_ms
        waited_ms = now_ms - self._last_ms
        if waited_ms < QUIET_EACH_MS:
            return
        if by.is_quiet or (waited_ms >= REST_EACH_MS and by.rests) or waited_ms >= LIVE_EACH_MS:
            gc.collect()
            gc.freeze()
            self._last_ms = now_ms
