"""What may be heard: each cue as a pattern of the terminal's bell, because every terminal has one.

Law: a sound never waits and never holds anything up; its strokes are timers of the event loop. Mute silences all but
FAULT. A more urgent pattern ends a less urgent one; a less urgent one is left out while another is being played.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from nmes.core.cues import Cue
from nmes.runtime.settings import Sound

PATTERNS: Final[dict[Cue, tuple[int, ...]]] = {
    # Two bursts of five, and three: the patterns that monitors use for high and medium [source: Edan X8 manual p. 43,
    # Comen N10 manual p. 64, after IEC 60601-1-8; no conformity claimed]. A bell has no pitch, so the rest is by count.
    Cue.FAULT: (0, 150, 300, 600, 750, 1_500, 1_650, 1_800, 2_100, 2_250),
    Cue.CAUTION: (0, 250, 500),
    Cue.END: (0, 500, 1_000),
    Cue.CONTRACT: (0, 150),
    Cue.ZERO: (0, 200),
    Cue.COUNT_3: (0,),
    Cue.COUNT_2: (0,),
    Cue.COUNT_1: (0,),
    Cue.RELAX: (0,),
    Cue.TICK: (0,),
}
"""When the bell strikes, in ms after the cue; most urgent first. Strokes nearer than 150 ms melt into one [verify]."""
_RANK: Final = {cue: rank for rank, cue in enumerate(PATTERNS)}

Later = Callable[[float, Callable[[], None]], object]
"""Call something after so many seconds: Textual's `set_timer`."""


class Sounds:
    """`ring` strikes the bell once; both callables return at once."""

    def __init__(self, ring: Callable[[], None], later: Later, sound: Sound = Sound.ON) -> None:
        self._ring, self._later = ring, later
        self.sound = sound
        self._playing: Cue | None = None
        self._strokes = 0
        """Strokes of the present pattern that are still to come."""
        self._pattern = 0
        """Counts patterns, so that a timer of an ended one knows that it is late."""

    def play(self, cues: Iterable[Cue]) -> None:
        """The most urgent of these, if nothing more urgent is being played; FAULT begins again whatever is."""
        heard = [cue for cue in cues if cue is Cue.FAULT or self.sound is not Sound.MUTE]
        first = min(heard, key=_RANK.__getitem__, default=None)
        if first is None or (self._strokes and self._playing and _RANK[first] > _RANK[self._playing]):
            return
        self._playing, self._pattern = first, self._pattern + 1
        self._strokes = len(PATTERNS[first])
        for at_ms in PATTERNS[first]:
            if at_ms:
                self._later(at_ms / 1000, partial(self._strike, self._pattern))
            else:
                self._strike(self._pattern)

    def _strike(self, pattern: int) -> None:
        if pattern == self._pattern:
            self._strokes -= 1
            self._ring()
