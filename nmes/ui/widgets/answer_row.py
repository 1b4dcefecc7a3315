"""An answer of a window as a row: its key, what it does, and a click that is the same as the key."""

from __future__ import annotations

from textual import events
from textual.widgets import Static


class AnswerRow(Static):
    """`action` is the window's own, such as `answer(True)`. It acts at the release of the mouse, STOP at the press."""

    DEFAULT_CSS = """
    AnswerRow { height: auto; padding: 0 2; }
    AnswerRow:hover { text-style: bold reverse; }
    """

    def __init__(self, key: str, does: str, action: str) -> None:
        super().__init__(f"{key:<7} {does}", markup=False)
        self._action = action

    async def on_click(self, event: events.Click) -> None:
        event.stop()
        await self.run_action(f"screen.{self._action}")
