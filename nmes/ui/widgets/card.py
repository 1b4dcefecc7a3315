"""The card of a protocol: all that it will do, how much that is, and what speaks for and against it.

Apart from the screen that holds it, because it is made anew only when the protocol, its frequency or its width changes.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from nmes.core.measurement import Origin
from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.language import _
from nmes.runtime.library import Loaded
from nmes.ui.protocol_own import as_shown
from nmes.ui.protocol_words import card


class Card(VerticalScroll, can_focus=False):
    """Scrolled by the screen's page keys; it never takes the focus from the list."""

    DEFAULT_CSS = "Card { width: 1fr; overflow-y: scroll; padding: 0 0 0 1; } Card Static { height: auto; }"

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[str, Origin | None, int] | None = None

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, loaded: Loaded, origin: Origin | None, plan: Plan | ProblemsError) -> None:
        width = max(20, self.scrollable_content_region.width)
        shown = (loaded.sha256, origin, width)
        if shown != self._shown:
            self._shown = shown
            protocol, head = as_shown(loaded)
            self.query_one(Static).update(card(protocol, plan, width, head))

    def empty(self) -> None:
        """No protocol fits."""
        self._shown = None
        self.query_one(Static).update(_("No protocol fits this filter."))

    def turn(self, pages: int) -> None:
        """By pages, one row of which is seen again."""
        self.scroll_relative(y=pages * max(1, self.size.height - 1), animate=False)
