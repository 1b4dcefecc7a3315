"""The lock of the `+` key, because a terminal tells of no key being released and people walk away.

Law: one press, one step. `+` locks again after 4 s without a change; `u` or `-` opens it. Presses that come faster than
a hand can, are a held key or a flood, and count as none; the first of them is told, because it is a mistake worth a
line in the record. How fast they came is told by when each was read: a screen that is late handles them in bursts.
Nothing here ever holds back `-`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

RELOCK_MS: Final = 4_000
"""No change for this long locks `+` [SR-11; source: ODFS Pace, 4 s]."""
HELD_MS: Final = 150
"""Presses closer than this are one held key: terminals repeat about every 33 ms [verify], a hand is slower [design]."""


class Press(StrEnum):
    """What a press of `+` is worth."""

    STEP = "step"
    LOCKED = "locked"
    HELD = "held"
    """The first press that shows that the key is held down."""
    STILL_HELD = "still_held"


@dataclass(frozen=True, slots=True)
class PlusKey:
    """When the amplitude was last changed or `+` unlocked, and when the last `+` was read, in ms; None = not yet."""

    changed_ms: int | None = None
    pressed_ms: int | None = None
    held: bool = False
    """Whether the present holding has been told."""

    def is_open(self, now_ms: int) -> bool:
        """Whether `+` would be heard."""
        return self.changed_ms is not None and now_ms - self.changed_ms < RELOCK_MS

    def changed(self, now_ms: int) -> PlusKey:
        """A person unlocked it, or went down, or began a titration: another key, so `+` is not being held."""
        return PlusKey(changed_ms=now_ms)

    def pressed(self, now_ms: int, read_ms: int) -> tuple[PlusKey, Press]:
        """`+` was pressed, and read from the keyboard at `read_ms`: what is it worth?"""
        held = self.pressed_ms is not None and read_ms - self.pressed_ms < HELD_MS
        if not self.is_open(now_ms):
            return replace(self, pressed_ms=read_ms), Press.LOCKED
        if held:
            return replace(self, pressed_ms=read_ms, held=True), Press.STILL_HELD if self.held else Press.HELD
        return PlusKey(changed_ms=now_ms, pressed_ms=read_ms), Press.STEP
