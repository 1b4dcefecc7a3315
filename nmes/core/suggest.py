"""The nearest of the words that would be accepted, for a person who mistyped one."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, accepted: Iterable[str]) -> str:
    """`did you mean "phase_us"?`, or nothing if no accepted word is near. A missing unit counts as near."""
    words = sorted(accepted)
    longer = sorted((full for full in words if full.startswith(f"{word}_")), key=len)
    found = longer or get_close_matches(word, words, 1, 0.6)
    return f'did you mean "{found[0]}"?' if found else ""


def like(code: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Other codes that may be meant: in other capitals, or a letter or two away. The likest first, three at most of
    those that differ in more than capitals.
    """
    known = sorted({*codes} - {code, ""})
    same = (other for other in known if other.casefold() == code.casefold())
    return tuple(dict.fromkeys((*same, *get_close_matches(code, known, 3, 0.75))))
