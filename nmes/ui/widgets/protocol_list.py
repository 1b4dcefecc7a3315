"""The list of protocols under the headings of their purposes, shrinking while somebody types a filter.

Its letter keys act only while it has the focus, so that they can be typed in the filter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widgets.option_list import Option

from nmes.language import _
from nmes.runtime.library import Loaded
from nmes.ui.protocol_filter import PURPOSES, line, matches
from nmes.ui.widgets.rows import Rows


class Protocols(Rows):
    """`index` is the highlighted protocol's place in what `fill` was given; None while none fits.

    A click marks a row, so that its card can be read; a second one on the same row uses it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "screen.filter", _("filter"), id="choose.filter", key_display="/"),
        Binding("e", "screen.edit", _("edit a copy"), id="choose.edit"),
    ]

    _clicked: int | None = None
    """The row of the last click."""

    async def _on_click(self, event: events.Click) -> None:
        """Instead of Textual's own, which uses what is clicked at once."""
        event.prevent_default()
        clicked: int | None = event.style.meta.get("option")
        if clicked is None or self.options[clicked].disabled:
            return
        again = clicked == self._clicked == self.highlighted
        self._clicked = self.highlighted = clicked
        if again:
            self.action_select()

    def fill(self, protocols: Sequence[Loaded], filter_text: str, chosen: int | None) -> bool:
        """Show those that fit, and highlight `chosen`, or the first; False if none fits."""
        self._clicked = None
        self.clear_options()
        self.add_options(_rows(protocols, filter_text))
        ids = [option.id for option in self.options]
        first = next((at for at, option in enumerate(self.options) if not option.disabled), None)
        self.highlighted = ids.index(str(chosen)) if str(chosen) in ids else first
        return first is not None

    @property
    def index(self) -> int | None:
        option = self.highlighted_option
        return int(option.id) if option is not None and option.id is not None else None


def _rows(protocols: Sequence[Loaded], filter_text: str) -> Iterator[Option]:
    for purpose, title in PURPOSES.items():
        found = [
            Option(line(loaded), id=str(index))
            for index, loaded in enumerate(protocols)
            if loaded.protocol.purpose == purpose and matches(loaded, filter_text)
        ]
        if found:
            yield Option(f"── {title}", disabled=True)
            yield from found
