"""STOP ALL: three rows, full width, the bottom of every screen and every modal. Nothing is ever drawn over it.

A press of any mouse button stops, not its release. The bar also says what it is not.
"""

from __future__ import annotations

from textual import events
from textual.widgets import Static

from nmes.language import _
from nmes.ui.services import Services
from nmes.ui.words import BUTTON_HINT, POWER_HINT

_OF_NO_DEVICE = Services()


class StopBar(Static):
    """`space`: whether the Space key stops here too (screens without a text field only).

    Where the stimulator has no dead-man, its emergency button is what is left if this fails.
    """

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
        self._keys = f"■ ■ ■   {stop}   ■ ■ ■\n{keys}"
        super().__init__(f"{self._keys}\n{POWER_HINT}", markup=False, classes="stop")

    def on_mount(self) -> None:
        if getattr(self.app, "services", _OF_NO_DEVICE).needs_button:
            self.update(f"{self._keys}\n{BUTTON_HINT}")

    async def on_mouse_down(self, event: events.MouseDown) -> None:
        event.stop()
        await self.run_action("app.stop_all('mouse')")
