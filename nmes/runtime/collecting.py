"""When Python looks for garbage that refers to itself, and through how much: it holds up every thread meanwhile.

A full collection of the app's objects takes 50 to 140 ms [computed]: in that time no STOP is heard, a contraction
begins two to seven pulses too late, and a frame that is being written is written too late, which ends the treatment.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from enum import Enum
from typing import Final, Self

NEVER: Final = 1_000_000_000
"""As the threshold of full collections, which counts collections of what is young."""


class Lull(Enum):
    """What a collection would hold up."""

    OFF = "off"
    """Nothing: the device has confirmed that it is off, and nothing is about to flow."""
    REST = "rest"
    """A STOP in a rest of the plan, in which every channel is at 0."""
    NONE = "none"
    """Whatever flows."""


EACH_MS: Final[Mapping[Lull, int]] = {Lull.OFF: 30_000, Lull.REST: 60_000, Lull.NONE: 90_000}
"""At most so often a full collection is made [design]. Whatever is left alone by then and refers to itself is never
given back in this session: with one in each 30 s of a treatment the app grew by 7 MB in an hour, with one in 60 s by 2
[computed]. A plan with rests comes to one within the last 30 s of the 90.
"""


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

    def turned(self, now_ms: int, lull: Lull) -> None:
        """Between two turns."""
        if self._last_ms is None:
            self._last_ms = now_ms
        elif now_ms - self._last_ms >= EACH_MS[lull]:
            gc.collect()
            gc.freeze()
            self._last_ms = now_ms
