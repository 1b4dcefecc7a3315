"""Text that is painted only when it changes: five ticks a second must cost a still panel nothing."""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Static


class Shown(Static):
    """A Static without markup that remembers what it shows."""

    def __init__(self, text: str = "", *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(text, id=id, classes=classes, markup=False)
        self.text = text
        self._content: Content | str = text

    def show(self, content: Content | str) -> None:
        """Another text, or the same one at no cost."""
        if _same(content, self._content):
            return
        self._content = content
        self.text = content if isinstance(content, str) else content.plain
        self.update(content)


def _same(one: Content | str, other: Content | str) -> bool:
    """In colour too: `==` of a Content looks at its words alone."""
    if isinstance(one, Content):
        return isinstance(other, Content) and one.is_same(other)
    return isinstance(other, str) and one == other
