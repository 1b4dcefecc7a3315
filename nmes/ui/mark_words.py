"""The kinds of marks in words: one table for the screens, the lines and the record's telling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from nmes.language import _

MARKS: Final = {
    "pain": _("pain"),
    "cramp": _("cramp"),
    "wish": _("the patient wishes to stop"),
    "note": _("note"),
    "plus_held": _("+ held down: nothing was raised by it"),
}
"""Another kind is told as it was written."""


def mark_words(values: Mapping[str, int | str]) -> str:
    """A mark as it was noted: its kind, the contraction it fell in where one is told, and its text."""
    kind, text = str(values["kind"]), str(values.get("text", ""))
    said = {
        (False, False): _("Noted: {kind}."),
        (False, True): _("Noted: {kind}, {text}"),
        (True, False): _("Noted: {kind}, contraction {number}."),
        (True, True): _("Noted: {kind}, contraction {number}, {text}"),
    }["contraction" in values, bool(text)]
    return said.format(kind=MARKS.get(kind, kind), text=text, number=values.get("contraction"))
