"""What has to be confirmed while the electrodes go on, row by row: each channel's pads, their side, the patient's stop.

One key confirms the row in hand and only that one, so that no key confirms what is not looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets.option_list import Option

from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.language import _
from nmes.ui import placing_words as w
from nmes.ui.widgets.body_map import columns
from nmes.ui.widgets.questions import HERE
from nmes.ui.widgets.rows import Rows

_LEAD: Final = 2
"""Columns of the mark of the row in hand."""


class PadList(Rows):
    """A row is a channel (its id is the number), or one of `placing_words.rows`."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1,2,3,4,5,6,7,8,9,0", "screen.number", _("size"), id="place.size", show=False),
        # shown for all digits and clicked as F5: a click on a key presses only the first of its keys
        Binding("f5", "screen.next_size", _("size"), id="place.next_size", key_display="1-9"),
        Binding("f5", "screen.next_pain", _("pain"), id="place.next_pain", key_display="0-9"),
        Binding("l", "screen.side('l')", _("left"), id="place.left"),
        Binding("r", "screen.side('r')", _("right"), id="place.right"),
        Binding("b", "screen.side('b')", _("both"), id="place.both"),
        Binding("t", "screen.pain(10)", _("10"), id="place.ten", show=False),
    ]

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._shown: tuple[View, w.Pads, bool] | None = None
        super().__init__(markup=False)
        self.add_options(self._channel_rows(w.Pads(), 60, roomy=False))

    @property
    def row(self) -> str:
        """The id of the row in hand."""
        at = self.highlighted
        return "" if at is None else self.get_option_at_index(at).id or ""

    @property
    def channel(self) -> int:
        """The channel in hand; the first where another row is."""
        return int(self.row) if self.row.isdecimal() else 1

    def choose(self, row: str) -> None:
        if row in {option.id for option in self.options}:
            self.highlighted = self.get_option_index(row)

    def choose_after(self, row: str) -> None:
        """From this row, if it is in hand, to the next."""
        if self.row == row and self.highlighted is not None:
            self.highlighted = min(self.highlighted + 1, self.option_count - 1)

    def on_resize(self) -> None:
        """Something came to stand beside it, or went."""
        if self._shown is not None:
            view, pads, roomy = self._shown
            self.show(view, pads, roomy=roomy)

    def show(self, view: View, pads: w.Pads, *, roomy: bool) -> None:
        """All rows anew where one has come, else only their words."""
        self._shown = (view, pads, roomy)
        wanted = [*self._channel_rows(pads, self._width, roomy=roomy), *self._other_rows(view, pads.side)]
        if [option.id for option in wanted] != [option.id for option in self.options]:
            row = self.row
            self.clear_options().add_options(wanted)
            self.choose(row or "1")
            return
        other = [then for now, then in zip(self.options, wanted, strict=True) if str(now.prompt) != str(then.prompt)]
        for then in other:
            self.replace_option_prompt(str(then.id), then.prompt)
        if other:  # a row above may have become longer
            self.call_after_refresh(self.scroll_to_highlight)

    @property
    def _width(self) -> int:
        """What the drawing leaves, which is not laid out yet when another channel comes in hand."""
        drawn, beside = columns(w.only(self._protocol, self.channel - 1)), self.parent
        whole = beside.size.width if isinstance(beside, Widget) and beside.size else self.app.size.width
        return max(20, whole - drawn - w.BOX - 4)

    def _channel_rows(self, pads: w.Pads, width: int, *, roomy: bool) -> list[Option]:
        return [
            Option(self._channel(index, pads, width, roomy=roomy), id=str(index + 1))
            for index in range(len(self._protocol.channels))
        ]

    def _channel(self, index: int, pads: w.Pads, width: int, *, roomy: bool) -> str:
        needed, size = self._protocol.channels[index].pad_mm2, pads.size_mm2(index + 1)
        lines = w.read_out(self._protocol, index, width, roomy=roomy)
        if size is not None and size < needed:
            lines += wrap(w.too_small(size, needed), width)
        return f"{self._here(str(index + 1))} {w.pad_box(size, needed)} " + f"\n{'':{w.BOX}}".join(lines)

    def _other_rows(self, view: View, side: str) -> Sequence[Option]:
        told = {w.SIDE: w.side_line(view, side), w.PATIENT: w.patient_line(view), w.PAIN: w.pain_line(view)}
        told[w.BUTTON] = w.button_line(view)
        return [Option(f"{self._here(row)} {self._wrapped(told[row])}", id=row) for row in w.rows(view)]

    def _wrapped(self, text: str) -> str:
        return "\n".join(wrap(text, self._width + w.BOX - _LEAD, subsequent_indent=" " * 2 * _LEAD))

    def _here(self, row: str) -> str:
        return HERE if row == (self.row or "1") else " "
