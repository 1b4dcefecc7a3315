"""STOP ALL: three rows, full width, the bottom of every screen and every modal. Nothing is ever drawn over it.

A press of any mouse button stops, not its release. The bar also says what it is not.
"""

from __future__ import annotations

from textual import events
from textual.widgets import Static

from nmes.language import _
from nmes.ui.words import POWER_HINT


class StopBar(Static):
    """`space`: whether the Space key stops here too (screens without a text field only)."""

    DEFAULT_CSS = """
    StopBar {
        width: 100%; height: 3; min-height: 3; content-align: center middle; text-align: center;
        background: $stop; color: $stop-text; text-style: bold;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    StopBar:hover { text-style: bold reverse; }
    """

    def __init__(self, *, space: bool = False) -> None:
        keys = _("Space   Esc   F12   Ctrl+C   or click here") if space else _("Esc   F12   Ctrl+C   or click here")
        stop = _("STOP ALL")
        super().__init__(f"■ ■ ■   {stop}   ■ ■ ■\n{keys}\n{POWER_HINT}", markup=False, classes="stop")

    async def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        await self.run_action("app.stop_all('mouse')")
