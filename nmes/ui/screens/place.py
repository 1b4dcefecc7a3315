"""Step 3: electrodes. Every channel is read out and confirmed before anything can be switched on.

Beside the list stands the body map of the channel in hand; its first pad, `1a`, is the one that the polarity speaks of.
"""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.body_map import SITES, legend
from nmes.core.events import Placed
from nmes.core.protocol import Protocol
from nmes.core.protocol_trust import doubt
from nmes.core.view import View
from nmes.ui.flow import Stage
from nmes.ui.numbers import cm2
from nmes.ui.screens.base import WIDE, StepScreen
from nmes.ui.widgets.body_map import BodyMap, columns
from nmes.ui.widgets.questions import HERE
from nmes.ui.words import CANNOT_TELL

NEVER: Final = "never: front of the neck, head, face, chest, genitals"
"""Said where the pads follow the pain and no drawing shows the place; why: `nmes.core.body_map.FORBIDDEN`."""


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
        yield Static("", id="side", classes="head", markup=False)
        yield Static(position_words(self._protocol), id="position", markup=False)
        with Horizontal(id="pads"):
            yield OptionList(*(Option(self._prompt(i)) for i in range(len(self._placed))), markup=False)
            yield BodyMap("", markup=False)
        yield Static("", id="floor", markup=False)

    def begin(self) -> None:
        self.query_one(OptionList).highlighted = 0
        self.query_one(OptionList).focus()

    def paint(self, view: View) -> None:
        side = view.who.side.upper() or "not given, ask"
        self.query_one("#side", Static).update(f"Side: {side}. Enter on each channel when its pads are on, then F2.")
        floor_ma = view.plan.capabilities.electrode_floor_ua // 1000
        self.query_one("#floor", Static).update(CANNOT_TELL.format(floor=floor_ma))

    def lay_out(self) -> None:
        for index in range(len(self._placed)):
            self.query_one(OptionList).replace_option_prompt_at_index(index, self._prompt(index))
        self.query_one(BodyMap).show(only(self._protocol, self._chosen))

    def on_option_list_option_highlighted(self) -> None:
        self.lay_out()

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

    @property
    def _chosen(self) -> int:
        found = self.query(OptionList)
        return (found.first().highlighted or 0) if found else 0

    def _prompt(self, index: int) -> str:
        box = "[✓ ON]" if self._placed[index] else "[    ]"
        width = self.app.size.width - columns(only(self._protocol, self._chosen))
        lines = read_out(self._protocol, index, width - 5, roomy=self.app.size.width >= WIDE)
        here = HERE if index == self._chosen else " "
        return "\n".join((f"{here} {box} {lines[0]}", *(f"         {line}" for line in lines[1:])))


def only(protocol: Protocol, index: int) -> tuple[tuple[str, ...], ...]:
    """The sites of one channel alone, at its number, so that its marks carry it."""
    return (*((),) * index, protocol.channels[index].body_sites)


def position_words(protocol: Protocol) -> str:
    return f"Position: {protocol.position}{doubt(protocol, 'position')}"


def read_out(protocol: Protocol, index: int, width: int, *, roomy: bool) -> list[str]:
    """What is said of one channel, in lines of at most `width` columns with the box's seven before them; `roomy`: the
    places of the marks are written out beside the card's own words.

    What is still to be verified says so, the drawn places behind the card's words for them.
    """
    channel, where = protocol.channels[index], f"channels.{index}"
    places = doubt(protocol, f"{where}.sites") or doubt(protocol, f"{where}.body_sites")
    facts = [
        f"Channel {index + 1}: {channel.muscle}, {channel.side}",
        f"pads: {cm2(channel.pad_mm2)} (the smaller of the two){doubt(protocol, f'{where}.pad_cm2')}",
        f"sites: {channel.sites}{places}",
        f"polarity: {channel.polarity}{doubt(protocol, f'{where}.polarity')}",
    ]
    marks = legend((*((),) * index, channel.body_sites))
    drawn = {mark for (mark, _), code in zip(marks, channel.body_sites, strict=True) if SITES[code].plate}
    facts += [f"{mark}: {words}" for mark, words in marks if roomy or mark not in drawn]
    if len(drawn) < len(marks):
        facts.append(NEVER)
    return [line for fact in facts for line in wrap(fact, max(20, width - 7), subsequent_indent="  ")]
