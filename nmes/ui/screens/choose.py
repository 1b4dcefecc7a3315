"""Step 1: the list of protocols, and beside it all that the chosen one will do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.runtime.library import Loaded
from nmes.ui import words
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen
from nmes.ui.protocol_words import card
from nmes.ui.screens.base import StepScreen


class ChooseScreen(StepScreen):
    """`compile_plan` makes the plan whose numbers the card shows."""

    STAGE = Stage.CHOOSE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "scroll(1)", "card down", priority=True, id="card.down", key_display="PgDn"),
        Binding("pageup", "scroll(-1)", "card up", priority=True, id="card.up", key_display="PgUp"),
        Binding("f2", "choose", "use it", id="continue", key_display="Enter"),
    ]

    def __init__(self, protocols: Sequence[Loaded], compile_plan: Callable[[Loaded], Plan]) -> None:
        super().__init__("")
        self._protocols = protocols
        self._compile_plan = compile_plan

    def body(self) -> ComposeResult:
        with Horizontal(id="choose"):
            options = (Option(loaded.protocol.title, id=str(i)) for i, loaded in enumerate(self._protocols))
            yield OptionList(*options, id="protocols", markup=False)
            with VerticalScroll(id="card-scroll", can_focus=False):
                yield Static("No protocol was found.", id="card", markup=False)
        yield Static(words.STATEMENT, id="statement", markup=False)

    def begin(self) -> None:
        self.query_one(OptionList).focus()

    def lay_out(self) -> None:
        self.call_after_refresh(self._show_card)

    def on_option_list_option_highlighted(self) -> None:
        self.query_one("#card-scroll").scroll_home(animate=False)
        self._show_card()

    def on_option_list_option_selected(self) -> None:
        self.action_choose()

    def action_scroll(self, pages: int) -> None:
        scroll = self.query_one("#card-scroll")
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    def action_choose(self) -> None:
        if self.small:
            return self.say("small")
        index = self.query_one(OptionList).highlighted
        if index is not None and isinstance(self._plan(self._protocols[index]), Plan):
            self.post_message(Chosen(index))
        return None

    def complain(self, sentence: str) -> None:
        """Why a session could not be opened."""
        line = self.query_one("#note", Static)
        line.set_class(True, "-loud")
        line.update(f"! {sentence}")

    def _show_card(self) -> None:
        index = self.query_one(OptionList).highlighted
        if index is None:
            return
        loaded = self._protocols[index]
        width = max(20, self.query_one("#card-scroll").scrollable_content_region.width)
        self.query_one("#card", Static).update(card(loaded.protocol, self._plan(loaded), width))

    def _plan(self, loaded: Loaded) -> Plan | ProblemsError:
        try:
            return self._compile_plan(loaded)
        except ProblemsError as error:
            return error
