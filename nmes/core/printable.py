"""Text that people or another computer put into a record, made harmless to show: it stays text, wherever it is shown.

A terminal obeys control characters and a page could be turned round by direction marks; a line break could make one
person's words look like the program's own. What is taken out is shown as taken out.
"""

from __future__ import annotations

import unicodedata

TAKEN_OUT = "\ufffd"
_HARMFUL = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_SPACES = frozenset("\t\n\r")


def printable(text: str) -> str:
    """The text on one line; controls, direction marks and halves of characters become U+FFFD, one for one."""
    return text if text.isascii() and text.isprintable() else "".join(map(_safe, text))


def _safe(letter: str) -> str:
    if letter in _SPACES:
        return " "
    return TAKEN_OUT if unicodedata.category(letter) in _HARMFUL else letter
