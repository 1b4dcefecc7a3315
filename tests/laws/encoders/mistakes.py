"""All encoders that are wrong, by name."""

from __future__ import annotations

from laws.encoders.mistake import Mistake
from laws.encoders.wrong_bytes import BYTES, CHANNELS, FRAMES
from laws.encoders.wrong_values import SHAPES, UNITS

MISTAKES: dict[str, Mistake] = UNITS | SHAPES | BYTES | CHANNELS | FRAMES
