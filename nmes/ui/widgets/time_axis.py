"""A recorded session on a time axis: the rows of `nmes.ui.time_rows` as a widget, to be clicked on."""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widgets import Static

from nmes.ui.time_rows import LABEL, Axis, Span, draw


class TimeAxis(Static):
    """The axis; a click on it asks for that time."""

    DEFAULT_CSS = "TimeAxis { height: 7; width: 100%; padding: 0 1; color: $text; }"

    class Picked(Message):
        """A time was clicked."""

        def __init__(self, t_ms: int) -> None:
            super().__init__()
            self.t_ms = t_ms

    def __init__(self, axis: Axis) -> None:
        super().__init__("", markup=False)
        self._axis, self._span, self._at_ms = axis, Span(0, max(1, axis.end_ms)), 0

    def show(self, span: Span, at_ms: int) -> None:
        """This part of the session, standing at a time."""
        self._span, self._at_ms = span, at_ms
        self.paint()

    def on_resize(self) -> None:
        self.paint()

    def paint(self) -> None:
        width, height = self.content_size.width, self.content_size.height
        if width > LABEL + 20 and height >= 4:
            self.update("\n".join(draw(self._axis, self._span, self._at_ms, width, height)), layout=False)

    def on_click(self, event: events.Click) -> None:
        room = self.content_size.width - LABEL
        column = event.x - 1 - LABEL
        if 0 <= column < room:
            long_ms = self._span.until_ms - self._span.from_ms
            self.post_message(self.Picked(self._span.from_ms + long_ms * column // room))
