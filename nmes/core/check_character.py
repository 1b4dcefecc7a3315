"""Characters that a person writes down and types in again, and the one at their end that finds a slip. Pure.

One module, because codes of patients and of heads are made of the same: Crockford's base 32, and a check of the same 32
characters by ISO 7064's hybrid system (MOD 33,32). It finds every single wrong character, and of two neighbours that
were exchanged all but 1 in 496. Crockford's own check character may be `*`, `~` or `$`, which a shell eats.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's 32 characters: without I, L, O and U, which are read as others or make words [design]."""


def check(values: Iterable[int]) -> int:
    """The value of the last character, over those of the others; each 0 to 31."""
    product = 32
    for value in values:
        product = ((product + value) % 32 or 32) * 2 % 33
    return (33 - product) % 32
