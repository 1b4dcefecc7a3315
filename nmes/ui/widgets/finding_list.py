"""The list of what is looked at after the treatment: one key answers the row in hand, and only that one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets.option_list import Option

from nmes.core.events import Observed
from nmes.core.protocol import Protocol
from nmes.language import _
from nmes.ui.findings import Item, Owed, found, items, row_lines
from nmes.ui.widgets.questions import HERE
from nmes.ui.widgets.rows import Rows


class FindingList(Rows):
    """`item` is the row in hand."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("0,1,2,3,4,5,6,7,8,9", "screen.answer", _("answer"), id="after.number", show=False),
        # shown for all digits and clicked as F5: a click on a key presses only the first of its keys
        Binding("f5", "screen.next_value", _("answer"), id="after.next_value", key_display="0-9"),
        Binding("f5", "screen.write(True)", _("value"), id="after.value", key_display="0-9"),
        Binding("f5", "screen.write(False)", _("write"), id="after.write", key_display="Enter"),
        Binding("t", "screen.answer('t')", _("10"), id="after.ten", show=False),
        Binding("n", "screen.answer('n')", _("nothing"), id="after.nothing"),
        Binding("y", "screen.answer('y')", _("yes"), id="after.yes"),
        Binding("x", "screen.answer('x')", _("not done"), id="after.not_done"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        self.items = items(protocol)
        self._shown: tuple[Sequence[Observed], Mapping[str, Owed]] = ((), {})
        super().__init__(*(Option("", id=str(at)) for at in range(len(self.items))), markup=False)

    @property
    def item(self) -> Item:
        return self.items[self.highlighted or 0]

    def choose(self, item: Item) -> None:
        self.highlighted = self.items.index(item)

    def choose_next(self, observed: Sequence[Observed]) -> None:
        """To the next row that is not found; stays where there is none below."""
        now = self.highlighted or 0
        following = (at for at in range(now + 1, len(self.items)) if found(self.items[at], observed) is None)
        self.highlighted = next(following, now)

    def on_resize(self) -> None:
        """Something came to stand beside it, or went."""
        self.show(*self._shown)

    def show(self, observed: Sequence[Observed], owed: Mapping[str, Owed]) -> None:
        self._shown, width = (observed, owed), max(20, self.size.width - 16)
        for at, (option, item) in enumerate(zip(self.options, self.items, strict=True)):
            here = HERE if at == (self.highlighted or 0) else " "
            first, *rest = row_lines(item, found(item, observed), owed.get(item.id), width)
            prompt = "\n".join((f"{here} {first}", *(f"  {line}" for line in rest)))
            if str(option.prompt) != prompt:
                self.replace_option_prompt_at_index(at, prompt)
