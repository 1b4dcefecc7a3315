"""Step 2: the list of protocols by purpose, and beside it all that the chosen one will do, for the patient of step 1.

Where the training frequency is derived from a measured one, it is said where that comes from before anything starts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, Static

from nmes.core.measurement import NOBODY, Origin, Who
from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.language import _
from nmes.runtime.library import Loaded
from nmes.ui import words
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen, Edit, LookUp
from nmes.ui.numbers import hz
from nmes.ui.screens.base import StepScreen
from nmes.ui.widgets.card import Card
from nmes.ui.widgets.frame import Where
from nmes.ui.widgets.origin_line import OriginLine, derived
from nmes.ui.widgets.protocol_list import Protocols

_MOVES: Final = frozenset({"up", "down", "pageup", "pagedown", "home", "end"})

__all__ = ["ChooseScreen", "Protocols", "for_words"]


def for_words(who: Who) -> str:
    """For whom, with what was typed for this session."""
    named = words.who_words(who)
    if who.ctf_mhz is not None and named:
        return _("For {who}, CTF {frequency} Hz typed").format(who=named, frequency=hz(who.ctf_mhz))
    if who.ctf_mhz is not None:
        return _("Without a patient code, CTF {frequency} Hz typed").format(frequency=hz(who.ctf_mhz))
    return _("For {who}").format(who=named) if named else _("Without a patient code")


class ChooseScreen(StepScreen):
    """`compile_plan` makes the plan whose numbers the card shows; where its frequency is from is asked by a message."""

    STAGE = Stage.CHOOSE
    CSS_PATH = "choose.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "scroll(1)", _("card"), priority=True, id="card.down", key_display="PgDn"),
        Binding("pageup", "scroll(-1)", _("card up"), priority=True, id="card.up", show=False),
        Binding("f2", "choose", _("use it"), id="continue", key_display="Enter"),
        # in the filter Enter goes to the list: shown as Enter, which the field itself takes
        Binding("f5", "to_list", _("to the list"), id="choose.to_list", key_display="Enter"),
        Binding("f2", "choose_hit", _("use it"), id="choose.hit", key_display="F2"),
    ]

    def __init__(
        self,
        protocols: Sequence[Loaded],
        compile_plan: Callable[[Loaded, int | None], Plan],
        who: Who = NOBODY,
        first: Loaded | None = None,
        told: str = "",
    ) -> None:
        """For `who`; `first` is the one highlighted; `told` is said until somebody else says something."""
        super().__init__("")
        self.who, self._first, self._first_note = who, first, told
        self._protocols = protocols
        self._compile_plan = compile_plan
        self._known: tuple[Loaded, Origin | None] | None = None
        """What was found out last: of which protocol, and what."""
        self._moved = False
        """Whether somebody has gone to a row of the filtered list: it stays in hand while more is typed."""

    def body(self) -> ComposeResult:
        with Horizontal(id="ask"):
            yield Static(_("/ filter"), classes="field-name", markup=False)
            yield Input(placeholder=_("words such as calf, tens, stroke, own, b"), id="filter", compact=True)
            yield Static(for_words(self.who), id="for", markup=False)
        with Horizontal(id="choose"):
            yield Protocols(id="protocols", markup=False)
            yield Card()
        yield OriginLine(markup=False)
        yield Static(words.statement(self.host.services.model), id="statement", markup=False)

    def begin(self) -> None:
        self._list(self._first)
        self.query_one(Protocols).focus()
        self.query_one(Where).show(self.who)
        self.note(self._first_note)
        self.call_after_refresh(self.query_one(Protocols).scroll_to_highlight)

    def lay_out(self) -> None:
        self.call_after_refresh(self._show_card)

    # --- the list ---

    def add(self, loaded: Loaded) -> None:
        """A protocol has been saved and stands in the list that was given: show and choose it."""
        self.query_one("#filter", Input).value = ""
        self.choose(loaded)
        self.note(_("Saved as a new file: {path}").format(path=loaded.path), loud=False)

    def choose(self, loaded: Loaded) -> None:
        """Highlight a protocol of the list."""
        self._list(loaded)
        self.query_one(Protocols).focus()

    def _list(self, chosen: Loaded | None = None, *, first: bool = False) -> None:
        """`first`: the first row is in hand, whichever was."""
        rows, typed = self.query_one(Protocols), self.query_one("#filter", Input).value
        index = rows.index if chosen is None else self._protocols.index(chosen)
        if not rows.fill(self._protocols, typed, None if first else index):
            self.query_one(Card).empty()
        self.refresh_bindings()

    @property
    def chosen(self) -> Loaded | None:
        """The highlighted protocol."""
        index = self.query_one(Protocols).index
        return None if index is None else self._protocols[index]

    def on_option_list_option_highlighted(self) -> None:
        self.query_one(Card).scroll_home(animate=False)
        self._show_card()

    def on_option_list_option_selected(self) -> None:
        self.action_choose()

    def action_scroll(self, pages: int) -> None:
        self.query_one(Card).turn(pages)

    def action_filter(self) -> None:
        self.query_one("#filter", Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        """The first that fits is in hand, whatever was while less was typed; unless somebody chose a row."""
        if not event.value.strip():
            self._moved = False
        self._list(first=bool(event.value.strip()) and not self._moved)

    def on_input_submitted(self) -> None:
        self.action_to_list()

    def action_to_list(self) -> None:
        self.query_one(Protocols).focus()

    def on_key(self, event: events.Key) -> None:
        """Down leaves the filter for the list, and the first that fits is still the one in hand."""
        if isinstance(self.focused, Input):
            if event.key == "down":
                event.stop()
                self.action_to_list()
        elif event.key in _MOVES:
            self._moved = True

    def on_descendant_focus(self) -> None:
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what is heard is offered: nothing can be used while nothing fits."""
        if not self._there or action not in {"choose", "choose_hit", "edit", "to_list"}:
            return super().check_action(action, parameters)
        writing, hit = isinstance(self.focused, Input), self.chosen is not None
        return {"choose": hit and not writing, "choose_hit": hit and writing, "edit": hit, "to_list": writing}[action]

    # --- choosing ---

    def action_edit(self) -> None:
        index = self.query_one(Protocols).index
        if index is not None and not self.small:
            self.post_message(Edit(index))

    def action_choose_hit(self) -> None:
        """The same out of the filter."""
        self.action_choose()

    def action_choose(self) -> None:
        if self.small:
            return self.say("small")
        index, loaded = self.query_one(Protocols).index, self.chosen
        if index is None or loaded is None:
            return None
        if not self._knows(loaded):
            self.post_message(LookUp(loaded, self.who))
            return self.note(_("! Wait: it is still being looked up what was measured."))
        if not isinstance(self._plan(loaded), Plan):
            return self.note(_("! This stimulator cannot give it. The card says why: choose another."))
        self.post_message(Chosen(index, self.who))
        return None

    # --- the card ---

    def _show_card(self) -> None:
        loaded = self.chosen if self._there else None
        if loaded is None:
            return
        if not derived(loaded):
            self._known = (loaded, None)
        elif not self._knows(loaded):
            self.post_message(LookUp(loaded, self.who))
        self.query_one(OriginLine).show(loaded, self.who, self._origin(loaded))
        self.query_one(Card).show(loaded, self._origin(loaded), self._plan(loaded))

    def _knows(self, loaded: Loaded) -> bool:
        """Whether it was looked up for just this protocol; nothing that was found for another counts."""
        return self._known is not None and self._known[0] is loaded

    def _origin(self, loaded: Loaded) -> Origin | None:
        return self._known[1] if self._known is not None and self._knows(loaded) else None

    def found(self, loaded: Loaded, who: Who, origin: Origin | None) -> None:
        """What was looked up; it may have been overtaken by another choice."""
        if self._there and self.chosen is loaded and self.who == who:
            self._known = (loaded, origin)
            self._show_card()

    def _plan(self, loaded: Loaded) -> Plan | ProblemsError:
        origin = self._origin(loaded)
        try:
            return self._compile_plan(loaded, origin.ctf_mhz if origin is not None else None)
        except ProblemsError as error:
            return error
