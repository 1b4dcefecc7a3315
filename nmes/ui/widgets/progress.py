"""How far the treatment is, in one line of text: a bar, and the times beside it."""

from __future__ import annotations

from nmes.language import _
from nmes.ui.numbers import clock
from nmes.ui.widgets.text import Text


def bar(done: int, whole: int, width: int) -> str:
    """`width` characters, filled from the left."""
    filled = 0 if whole <= 0 else min(width, done * width // whole)
    return "█" * filled + "░" * (width - filled)


class Progress(Text):
    """Fills the width it has."""

    DEFAULT_CSS = "Progress { height: 1; }"

    def show(self, plan_ms: int, duration_ms: int, stage: str) -> None:
        """Plan time, pauses not counted."""
        head = _("Session")
        times = _("{done} of {whole}").format(done=clock(plan_ms), whole=clock(duration_ms))
        room = max(4, self.size.width - len(head) - len(times) - len(stage) - 4)
        self.update(f"{head} {bar(plan_ms, duration_ms, room)} {times}  {stage}", layout=False)
