"""A number that a person types, read in one way wherever it is typed: screens, lines and the command line.

Law: a point and a comma are both the decimal mark, in each language. Nothing is rounded, and what may be one of two
numbers is none: the mark that the chosen language writes between thousands, with three digits behind it (`1,200` in
English, `1.200` in German).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from nmes.language import decimal

_NUMBER: Final = re.compile(r"([0-9]+)(?:([.,])([0-9]{1,3}))?", re.ASCII)


def typed_number(text: str, times: int, digits: int = 6) -> int | None:
    """In the unit of the inside, of which one that is typed has so many; None: no such number.

    `digits`: how many may stand before the mark.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None or len(found[1]) > digits:
        return None
    if found[2] and found[2] != decimal(".") and len(found[3]) == 3:
        return None
    value = Decimal(found[0].replace(",", ".")) * times
    return int(value) if value == int(value) else None
