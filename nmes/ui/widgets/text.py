"""Words that are told again with every View: they are drawn only when they change.

A `Static` that is told the same words is drawn anew and lays the whole screen out anew. Several of them, told four
times a second, took most of what a live session took of a core.
"""

from __future__ import annotations

from textual.visual import VisualType
from textual.widgets import Static


class Text(Static):
    """A `Static` that does nothing where nothing changed, and asks for a layout only where it needs other rows."""

    def update(self, content: VisualType = "", *, layout: bool = True) -> None:
        """As of `Static`."""
        if isinstance(content, str) and content == self.content:
            return
        rows = self._rows() if layout else None
        super().update(content, layout=False)
        if layout and (rows is None or rows != self._rows()):
            self.refresh(layout=True)

    def _rows(self) -> int | None:
        """How many rows the words take; None where that cannot be told, or where they make the width."""
        width, styles = self.content_size.width, self.styles
        if not width or (styles.width is not None and styles.width.is_auto):
            return None
        if styles.height is not None and not styles.height.is_auto:
            return 0  # as many as it was given, whatever stands there
        self.clear_cached_dimensions()
        return self.get_content_height(self.container_size, self.app.size, width)
