"""A key that throws something away, pressed twice: the first press tells what it would do, the second does it. Pure.

A held key is one press: its repeats are no second one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nmes.core.plan import Slot

HELD_MS: Final = 600
"""The longest usual wait before a held key repeats is 500 ms [design]; a press that soon is still the first one."""
LASTS_MS: Final = 5_000
"""How long the first press is remembered: long enough to read its sentence [design]."""


@dataclass(frozen=True, slots=True)
class AgainKey:
    """What the first press was about, and when the key was pressed last."""

    slot: Slot | None = None
    pressed_ms: int = 0

    def pressed(self, slot: Slot, now_ms: int) -> tuple[AgainKey, bool]:
        """The key after a press, and whether it was the second one."""
        after_ms = now_ms - self.pressed_ms
        sure = self.slot == slot and HELD_MS <= after_ms <= LASTS_MS
        return AgainKey(None if sure else slot, now_ms), sure
