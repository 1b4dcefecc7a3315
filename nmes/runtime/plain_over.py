"""The question of a mark in the line mode, and which `over` answers it.

Law: as Enter on the screens, `over` counts only if its line was read after the question had stood long enough to be
read, and for the very step that was asked about. Whatever else is done withdraws the question. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from nmes.core.commands import Note
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.plain_heard import Heard, say

STEP: Final = "refused:mark"
ACCEPT: Final = "refused:over_first"
READ_MS: Final = 300
"""An `over` that was read sooner than this after the question was typed without having read it [design: as Enter]."""
_BESIDE: Final = frozenset({"over", "", "here", "wait", "status", "help", "?", "ack"})
"""Commands that decide nothing, so the question stays."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The decision that was told last, when, and whether it asks and nothing was done since."""

    note: Note | None = None
    told_ms: int = 0
    stands: bool = False

    def told(self, view: View) -> Asked:
        """After the lines for this View."""
        note = view.note
        if note is self.note:
            return self
        return Asked(note, view.now_ms, note is not None and note.code in {STEP, ACCEPT})

    def heard(self, command: str) -> Asked:
        """After this command."""
        return self if command in _BESIDE else replace(self, stands=False)

    def why_not(self, view: View, read_ms: int) -> Heard | None:
        """Why an `over` that was read then answers nothing; None if it does."""
        if not self.stands or view.note is not self.note or not _is_that_step(view):
            return say(_("No step has met a mark just now. Type + first."))
        if read_ms - self.told_ms < READ_MS:
            return say(
                _(
                    "Not done: over was typed before the question could be read. Read it, then type over again; in a "
                    "script write wait 1 before it."
                )
            )
        return None


def _is_that_step(view: View) -> bool:
    """Whether the level is still the one from which it was asked."""
    values = dict(view.note.values) if view.note is not None else {}
    from_ua = int(values["to_ua"])
    if view.note is not None and view.note.code == STEP:
        from_ua -= view.plan.capabilities.amplitude_step_ua
    return any(one.channel == values["channel"] and one.level_ua == from_ua for one in view.channels)
