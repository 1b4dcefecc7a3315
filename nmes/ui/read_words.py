"""What was left out of the read-backs, and why: it is never told as if it had been read. Pure."""

from __future__ import annotations

from nmes.core.events import Read
from nmes.core.view import View


def is_dealt_with(view: View, what: Read) -> bool:
    """Whether it was read back, or left out with a reason."""
    return what in view.read or what in view.skipped


def left_out_because(view: View, what: Read) -> str:
    """The reason that was given last for not reading it back; "" where none is known any more."""
    notes = (dict(note.values) for note in reversed(view.noted) if note.code == "read_back_skipped")
    return next((str(values["reason"]) for values in notes if values["what"] == str(what)), "")
