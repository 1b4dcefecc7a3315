"""The kinds of marks in words: one table for the screens, the lines and the record's telling."""

from __future__ import annotations

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
