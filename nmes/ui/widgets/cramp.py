"""The bar below the figures: what the session asks now, and what to do after a cramp. It takes no room without a text.

CRAMP? stands there while a test of the cramp threshold runs: a press of the mouse on it is the same as the c key. A
question (a mark that would be passed, where it is felt) is answered by a key only, because it names its value.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from textual import events

from nmes.core.care import acute_cramp
from nmes.language import _
from nmes.ui.widgets.text import Text

ASK: Final = _(
    "C R A M P ?     press  c  (or click here)\n"
    "The output stops at once. The frequency of the last train is the result."
)
ASK_IN_REST: Final = _(
    "C R A M P ?     press  c  (or click here)\n"
    "Nothing flows now: it asks first whether the last train made the muscle cramp."
)
DONE: Final = _("Enter closes this.")


class Kind(StrEnum):
    """What the bar says."""

    NOTHING = "nothing"
    CRAMP = "cramp"
    TOLD = "told"
    QUESTION = "question"


class CrampBar(Text):
    """`show` says which of its texts stands there now."""

    DEFAULT_CSS = """
    CrampBar {
        display: none; height: auto; width: 100%; padding: 0 1; text-style: bold;
        background: $held; color: $held-text;
    }
    CrampBar.-cramp { display: block; padding: 1 1; text-align: center; }
    CrampBar.-told { display: block; }
    CrampBar.-question { display: block; }
    """
    kind = Kind.NOTHING

    def show(self, kind: Kind, text: str = "") -> None:
        if kind is not self.kind:
            for one in Kind:
                self.set_class(one is kind, f"-{one}")
            self.kind = kind
        self.update(text)

    async def on_mouse_down(self, event: events.MouseDown) -> None:
        if self.kind is Kind.CRAMP:
            event.stop()
            await self.run_action("screen.cramp")


def bar_rows(kind: Kind, text: str) -> int:
    """How many rows it takes; its lines are short enough for 78 columns."""
    if kind is Kind.NOTHING:
        return 0
    return len(text.split("\n")) + (2 if kind is Kind.CRAMP else 0)


def instruction() -> str:
    """What to do about a cramp that does not let go."""
    return "\n".join((*map(_, acute_cramp()), DONE))
