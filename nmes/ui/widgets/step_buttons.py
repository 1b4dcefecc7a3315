"""The + and the - for the mouse: a press is one step, with the lock and the epoch of the keys. No wheel, no drag.

They are presses like those on the footer, only where the hand looks for them: beside the number they change.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static


class StepButton(Static):
    """One action of the screen; the press acts, not the release, and only the first mouse button."""

    def __init__(self, text: str, action: str, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(text, markup=False, id=id)
        self._does = action

    async def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        if event.button == 1:
            await self.run_action(f"screen.{self._does}")


class StepButtons(Vertical):
    """+ above, - below."""

    DEFAULT_CSS = """
    StepButtons { width: 7; height: 4; }
    StepButtons StepButton {
        width: 7; height: 2; content-align: center middle; text-align: center; text-style: bold;
        background: $panel; color: $text;
    }
    StepButtons #plus { background: $primary; color: $text; }
    StepButtons StepButton:hover { text-style: bold reverse; }
    """

    def compose(self) -> ComposeResult:
        yield StepButton("[ + ]", "increase", id="plus")
        yield StepButton("[ - ]", "decrease", id="minus")
