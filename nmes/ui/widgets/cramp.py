"""The CRAMP bar: three rows that say what the c key does now, and, after a cramp in a treatment, what to do about it.

A press of the mouse on it is the same as the key. It takes no room where it has nothing to say.
"""

from __future__ import annotations

from textual import events
from textual.widgets import Static

from nmes.core.care import acute_cramp

ASK = (
    "C R A M P ?     press  c  (or click here)\n"
    "The output stops at once. The frequency of the last train is the result."
)
DONE = "Enter closes this."


class CrampBar(Static):
    """`show` says which of its texts stands there now; "" = none, and no room is taken."""

    DEFAULT_CSS = """
    CrampBar {
        display: none; height: auto; width: 100%; padding: 1 1; text-align: center; text-style: bold;
        background: $held; color: $held-text;
    }
    CrampBar.-there { display: block; }
    CrampBar.-told { text-align: left; padding: 0 1; background: $warning; }
    """

    def show(self, text: str, *, told: bool = False) -> None:
        """`told`: it is the instruction after a cramp, not the question."""
        self.set_class(bool(text), "-there")
        self.set_class(told, "-told")
        self.update(text)

    async def on_mouse_down(self, event: events.MouseDown) -> None:
        if not self.has_class("-told"):
            event.stop()
            await self.run_action("screen.cramp")


def instruction() -> str:
    """What to do about a cramp that does not let go."""
    return "\n".join((*acute_cramp(), DONE))
