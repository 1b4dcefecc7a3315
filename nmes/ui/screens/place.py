"""Step 3: electrodes. Every channel is read out and confirmed before anything can be switched on."""

from __future__ import annotations

from textwrap import indent, wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.events import Placed
from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.ui.flow import Stage
from nmes.ui.numbers import cm2
from nmes.ui.screens.base import StepScreen
from nmes.ui.words import CANNOT_TELL


class PlaceScreen(StepScreen):
    """A box to tick per channel, with muscle, side, pad, sites and polarity."""

    STAGE = Stage.PLACE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go_on", "continue", id="continue"),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol.title)
        self._protocol = protocol
        self._placed = [False] * len(protocol.channels)

    def body(self) -> ComposeResult:
        yield Static("Press Enter on each channel when its pads are on, then F2.", classes="head", markup=False)
        yield Static(f"Position: {self._protocol.position}", id="position", markup=False)
        yield OptionList(*(Option(self._prompt(i)) for i in range(len(self._placed))), markup=False)
        yield Static("", id="floor", markup=False)

    def begin(self) -> None:
        self.query_one(OptionList).highlighted = 0
        self.query_one(OptionList).focus()

    def paint(self, view: View) -> None:
        floor_ma = view.plan.capabilities.electrode_floor_ua // 1000
        self.query_one("#floor", Static).update(CANNOT_TELL.format(floor=floor_ma))

    def lay_out(self) -> None:
        for index in range(len(self._placed)):
            self.query_one(OptionList).replace_option_prompt_at_index(index, self._prompt(index))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        index = event.option_index
        self._placed[index] = not self._placed[index]
        event.option_list.replace_option_prompt_at_index(index, self._prompt(index))
        if self._placed[index] and not all(self._placed):
            event.option_list.highlighted = self._placed.index(False)

    def action_go_on(self) -> None:
        if all(self._placed):
            return self.send(Placed())
        return self.say("confirm_each")

    def _prompt(self, index: int) -> str:
        channel = self._protocol.channels[index]
        width = max(20, self.app.size.width - 10)
        box = "[✓ ON]" if self._placed[index] else "[    ]"
        facts = (
            f"pads: {cm2(channel.pad_mm2)} (the smaller of the two)",
            f"sites: {channel.sites}",
            f"polarity: {channel.polarity}",
        )
        lines = "\n".join("\n  ".join(wrap(fact, width)) for fact in facts)
        return f"{box} Channel {index + 1}: {channel.muscle}, {channel.side}\n{indent(lines, '       ')}"
