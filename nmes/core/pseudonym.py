"""Random codes that stand for patients: nothing in one tells of its person, and most slips of the pen show. Pure.

Law: the code comes from chance alone, never from a name, a day of birth or a number of the clinic: whoever finds the
record cannot work out whose it is. The last character is a check over the others: it finds one wrong character, and
nearly always two that were exchanged (see `nmes.core.check_character`).
"""

from __future__ import annotations

import re
from typing import Final

from nmes.core.check_character import ALPHABET, check

RANDOM_BITS: Final = 30
_LENGTH: Final = RANDOM_BITS // 5
_FORM: Final = re.compile(f"P-[{ALPHABET}]{{{_LENGTH + 1}}}", re.ASCII)


def code_of(chance: int) -> str:
    """The code of a random number of `RANDOM_BITS` bits: `P-7K3M9QX`."""
    values = [chance >> shift & 31 for shift in range(RANDOM_BITS - 5, -1, -5)]
    return "P-" + "".join(ALPHABET[value] for value in (*values, check(values)))


def is_mistyped(code: str) -> bool:
    """Whether a code has the form of one made here and a wrong check; a clinic's own codes may have that form too."""
    if not _FORM.fullmatch(code):
        return False
    *values, last = (ALPHABET.index(letter) for letter in code[2:])
    return last != check(values)
