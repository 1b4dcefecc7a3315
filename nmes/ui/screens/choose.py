"""Step 1: the list of protocols by purpose, beside it all that the chosen one will do, and for whom it shall be done.

Where the training frequency is derived from a measured one, it is said where that comes from before anything starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.measurement import NOBODY, SIDES, Origin, Who
from nmes.core.plan import Plan
from nmes.core.problems import ProblemsError
from nmes.core.protocol import DerivedFrequency
from nmes.runtime.library import Loaded
from nmes.runtime.measured_words import origin_sentence, unfindable, warning
from nmes.ui import words
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen, Edit, LookUp
from nmes.ui.numbers import hz
from nmes.ui.protocol_filter import PURPOSES, line, matches
from nmes.ui.protocol_own import as_shown
from nmes.ui.protocol_words import card
from nmes.ui.screens.base import StepScreen
from nmes.ui.typed_who import code_trouble, ctf_mhz, ctf_trouble
from nmes.ui.widgets.frame import Where

LOOKING = "Training frequency: looking for what was measured ..."


class Protocols(OptionList):
    """The list; its letter keys act only while it has the focus, so that they can be typed in the fields."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "screen.field('filter')", "filter", id="choose.filter", key_display="/"),
        Binding("w", "screen.field('code')", "for whom", id="choose.who"),
        Binding("s", "screen.side", "side", id="choose.side"),
        Binding("e", "screen.edit", "edit a copy", id="choose.edit"),
    ]


class ChooseScreen(StepScreen):
    """`compile_plan` makes the plan whose numbers the card shows; where its frequency is from is asked by a message."""

    STAGE = Stage.CHOOSE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("pagedown", "scroll(1)", "card", priority=True, id="card.down", key_display="PgDn"),
        Binding("pageup", "scroll(-1)", "card up", priority=True, id="card.up", show=False),
        Binding("f2", "choose", "use it", id="continue", key_display="Enter"),
    ]

    def __init__(
        self,
        protocols: Sequence[Loaded],
        compile_plan: Callable[[Loaded, int | None], Plan],
        who: Who = NOBODY,
        first: Loaded | None = None,
        told: str = "",
    ) -> None:
        """`who` stands there as if typed, `first` is the one highlighted; `told` is said until somebody else is."""
        super().__init__("")
        self._told, self._first, self._first_note = who, first, told
        self._protocols = protocols
        self._compile_plan = compile_plan
        self._side = who.side
        self._shown: tuple[str, Origin | None, int] | None = None
        self._known: tuple[Loaded, Who, Origin | None] | None = None
        """What was found out last: of which protocol, for whom, and what."""

    def body(self) -> ComposeResult:
        with Horizontal(id="who"):
            yield Static("/ filter", classes="field-name", markup=False)
            yield Input(placeholder="calf, tens, b", id="filter", compact=True)
            yield Static("w patient code", classes="field-name", markup=False)
            yield Input(self._told.code, placeholder="optional", id="code", compact=True)
            yield Static("", id="side", markup=False)
            yield Static("CTF", classes="field-name", markup=False)
            yield Input(hz(self._told.ctf_mhz) if self._told.ctf_mhz else "", placeholder="Hz", id="ctf", compact=True)
        with Horizontal(id="choose"):
            yield Protocols(id="protocols", markup=False)
            with VerticalScroll(id="card-scroll", can_focus=False):
                yield Static("No protocol was found.", id="card", markup=False)
        yield Static("", id="origin", markup=False)
        yield Static(words.STATEMENT, id="statement", markup=False)

    def begin(self) -> None:
        self._show_side()
        self._list(self._first)
        self.query_one(Protocols).focus()
        self._tell_who()
        self.call_after_refresh(self.query_one(Protocols).scroll_to_highlight)

    def lay_out(self) -> None:
        self.call_after_refresh(self._show_card)

    # --- the list ---

    def add(self, loaded: Loaded) -> None:
        """A protocol has been saved and stands in the list that was given: show and choose it."""
        self.query_one("#filter", Input).value = ""
        self.choose(loaded)
        self.note(f"Saved as a new file: {loaded.path}", loud=False)

    def choose(self, loaded: Loaded) -> None:
        """Highlight a protocol of the list."""
        self._list(loaded)
        self.query_one(Protocols).focus()

    def _list(self, chosen: Loaded | None = None) -> None:
        chosen = chosen or self._highlighted()
        rows = self.query_one(Protocols)
        rows.clear_options()
        rows.add_options(self._rows(self.query_one("#filter", Input).value))
        ids = [option.id for option in rows.options]
        wanted = "" if chosen is None else str(self._protocols.index(chosen))
        first = next((index for index, option in enumerate(rows.options) if not option.disabled), None)
        rows.highlighted = ids.index(wanted) if wanted in ids else first
        if first is None:
            self._shown = None
            self.query_one("#card", Static).update("No protocol fits this filter.")

    def _rows(self, filter_text: str) -> Iterator[Option]:
        for purpose, title in PURPOSES.items():
            found = [
                Option(line(loaded), id=str(index))
                for index, loaded in enumerate(self._protocols)
                if loaded.protocol.purpose == purpose and matches(loaded, filter_text)
            ]
            if found:
                yield Option(f"── {title}", disabled=True)
                yield from found

    def _highlighted(self) -> Loaded | None:
        index = self._index()
        return None if index is None else self._protocols[index]

    def _index(self) -> int | None:
        option = self.query_one(Protocols).highlighted_option
        return int(option.id) if option is not None and option.id is not None else None

    def on_option_list_option_highlighted(self) -> None:
        self.query_one("#card-scroll").scroll_home(animate=False)
        self._show_card()

    def on_option_list_option_selected(self) -> None:
        self.action_choose()

    def action_scroll(self, pages: int) -> None:
        scroll = self.query_one("#card-scroll")
        scroll.scroll_relative(y=pages * max(1, scroll.size.height - 1), animate=False)

    # --- the fields ---

    def action_field(self, name: str) -> None:
        self.query_one(f"#{name}", Input).focus()

    def action_side(self) -> None:
        order = ("", *SIDES)
        self._side = order[(order.index(self._side) + 1) % len(order)]
        self._show_side()
        self._tell_who()
        self._show_card()

    def _show_side(self) -> None:
        self.query_one("#side", Static).update(f"s side: {self._side or '–'}")

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.input.id == "filter":
            self._list()
        else:
            self._tell_who()
            self._show_card()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """From the code to the CTF, from the others back to the list."""
        if event.input.id == "code":
            self.action_field("ctf")
        else:
            self.query_one(Protocols).focus()

    def on_key(self, event: object) -> None:
        """Down leaves a field for the list."""
        if getattr(event, "key", "") == "down" and isinstance(self.focused, Input):
            self.query_one(Protocols).focus()

    @property
    def who(self) -> Who:
        """For whom, as it is typed; nobody while it cannot be right."""
        if self._who_trouble():
            return NOBODY
        typed = self.query_one("#ctf", Input).value
        return Who(self.query_one("#code", Input).value.strip(), self._side, ctf_mhz(typed))

    def _tell_who(self) -> None:
        """What cannot be right; else, as long as nothing is changed, whose code stands there."""
        self.note(self._who_trouble() or (self._first_note if self.who == self._told else ""))

    def _who_trouble(self) -> str:
        return code_trouble(self.query_one("#code", Input).value) or ctf_trouble(self.query_one("#ctf", Input).value)

    # --- choosing ---

    def action_edit(self) -> None:
        index = self._index()
        if index is not None and not self.small:
            self.post_message(Edit(index))

    def action_choose(self) -> None:
        if self.small:
            return self.say("small")
        if trouble := self._who_trouble():
            return self.note(trouble)
        index, loaded = self._index(), self._highlighted()
        if index is None or loaded is None:
            return None
        if not self._knows(loaded):
            self.post_message(LookUp(loaded, self.who))
            return self.note("! Wait: it is still being looked up what was measured.")
        if isinstance(self._plan(loaded), Plan):
            self.post_message(Chosen(index, self.who))
        return None

    def _show_card(self) -> None:
        loaded = self._highlighted() if self._there else None
        if loaded is None:
            return
        if not _derived(loaded):
            self._known = (loaded, self.who, None)
        elif not self._knows(loaded):
            self.post_message(LookUp(loaded, self.who))
        self._show_origin(loaded)
        self.query_one(Where).show(self.who)
        width = max(20, self.query_one("#card-scroll").scrollable_content_region.width)
        shown = (loaded.sha256, self._origin(loaded), width)
        if shown != self._shown:
            self._shown = shown
            protocol, head = as_shown(loaded)
            self.query_one("#card", Static).update(card(protocol, self._plan(loaded), width, head))

    def _knows(self, loaded: Loaded) -> bool:
        """Whether it was looked up for just this protocol and patient; nothing that was found for another counts."""
        return self._known is not None and self._known[0] is loaded and self._known[1] == self.who

    def _origin(self, loaded: Loaded) -> Origin | None:
        return self._known[2] if self._known is not None and self._knows(loaded) else None

    def found(self, loaded: Loaded, who: Who, origin: Origin | None) -> None:
        """What was looked up; it may have been overtaken by another choice."""
        if self._there and self._highlighted() is loaded and self.who == who:
            self._known = (loaded, who, origin)
            self._show_card()

    def _show_origin(self, loaded: Loaded) -> None:
        """Where the frequency is from; of a test without a code or a side, that nobody finds its result again."""
        origin, measures = self._origin(loaded), loaded.protocol.assessment
        doubt = warning(origin) if origin is not None else ""
        told = origin_sentence(origin) if origin is not None else LOOKING if _derived(loaded) else ""
        if measures is not None:
            doubt = unfindable(measures.measures, self.who.code, self.who.side)
        said = self.query_one("#origin", Static)
        said.update(f"{told} {doubt}".strip())
        said.set_class(bool(doubt), "-blocked")
        said.display = bool(told or doubt)

    def _plan(self, loaded: Loaded) -> Plan | ProblemsError:
        origin = self._origin(loaded)
        try:
            return self._compile_plan(loaded, origin.ctf_mhz if origin is not None else None)
        except ProblemsError as error:
            return error


def _derived(loaded: Loaded | None) -> bool:
    """Whether the frequency depends on what was measured of the patient."""
    stages = loaded.protocol.stages if loaded is not None else ()
    return any(isinstance(stage.frequency_hz, DerivedFrequency) for stage in stages)
