"""A head as a person writes it down: 20 characters that no reader confuses, and one that finds a slip.

Separate because a head proves something only where the record cannot be changed: on paper, read out, typed in again.
100 of the 256 bits are kept: finding another entry of the same 100 bits is out of reach [design]. The characters, and
the check in the last of them, are those of `nmes.core.check_character`. Pure.
"""

from __future__ import annotations

from typing import Final

from nmes.core.check_character import ALPHABET, check

BITS: Final = 100
"""The first bits of the hash that a code holds [design]."""
_CHARACTERS: Final = BITS // 5
_GROUP: Final = 5
_LOOKS_LIKE: Final = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
"""What may be written for what [source: Crockford, Base 32]."""


def code_of(digest: str) -> str:
    """The code of a hash of 64 hexadecimal digits: `XXXXX-XXXXX-XXXXX-XXXXX-C`."""
    bits = _first_bits(digest)
    values = [bits >> shift & 31 for shift in range(BITS - 5, -1, -5)]
    text = "".join(ALPHABET[value] for value in (*values, check(values)))
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def read_code(text: str) -> int:
    """The bits of a code as it was typed: small letters, O for 0, I or L for 1 and missing hyphens are forgiven.

    ValueError, in a sentence, for what is no code or was mistyped.
    """
    plain = text.upper().translate(_LOOKS_LIKE)
    if len(plain) != _CHARACTERS + 1:
        raise ValueError(f"a head code has {_CHARACTERS + 1} letters and digits, this one has {len(plain)}")
    wrong = [character for character in plain if character not in ALPHABET]
    if wrong:
        raise ValueError(f"{wrong[0]!r} does not occur in a head code")
    *values, last = (ALPHABET.index(character) for character in plain)
    if last != check(values):
        raise ValueError("the head code was mistyped: its last character does not fit the others")
    bits = 0
    for value in values:
        bits = bits << 5 | value
    return bits


def holds(code: int, digest: str) -> bool:
    """Whether a code, as `read_code` gives it, is that of this hash."""
    return _first_bits(digest) == code


def _first_bits(digest: str) -> int:
    return int(digest[: BITS // 4], 16)
