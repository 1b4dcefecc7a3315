"""What has come from a line on which a device is asked who it is."""

from __future__ import annotations

from enum import IntEnum


class Heard(IntEnum):
    """The best that has come from the line since identification began."""

    NOTHING = 0
    NOISE = 1
    FRAMES = 2
    ANNOUNCED = 3
    """A RehaStim2 announced itself, which only that family does [source: SM2 document, Table 7]."""
