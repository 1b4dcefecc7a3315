"""Step 7: what is found on the patient when the treatment is over. Nothing flows any more, and STOP still halts.

Letters are answers only in the list; words are written in a field, which an answer that needs them opens at once, so
that what is typed next stands there. They are no answer before Enter or F2 has kept them.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input, Static

from nmes.core.events import Finding, Observed
from nmes.core.protocol import Protocol
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.missing_words import missing_words
from nmes.ui.answer_key import AnswerKey, Letter
from nmes.ui.findings import (
    Owed,
    answer,
    begun,
    clicked,
    field_label,
    first_missing,
    found,
    keys_of,
    keys_words,
    opened,
    proposed,
    written,
)
from nmes.ui.flow import Stage
from nmes.ui.messages import ToSign
from nmes.ui.screens.base import StepScreen
from nmes.ui.summary_words import told_lines
from nmes.ui.widgets.field import Field
from nmes.ui.widgets.finding_list import FindingList
from nmes.ui.widgets.state_line import StateLine

_LETTERS: Final = frozenset("nytx")


class AfterScreen(StepScreen):
    """`_owed` are the answers, by their rows, that still need words; none is sent before it has them."""

    STAGE = Stage.AFTER
    CSS_PATH = "after.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go_on", _("to sign"), id="continue", priority=True),
    ]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol.title)
        self._protocol = protocol
        self._owed: dict[str, Owed] = {}
        self._key, self._letter, self._pressed = "", Letter.ALONE, AnswerKey()
        self._writing: Owed | None = None

    def body(self) -> ComposeResult:
        yield StateLine()
        yield Static("", id="told", markup=False)
        yield FindingList(self._protocol)
        yield Static("", id="keys", markup=False)
        yield Field("words", "")

    def begin(self) -> None:
        self._list.highlighted = 0
        self._list.focus()

    def paint(self, view: View) -> None:
        self.query_one(StateLine).show(view, "")
        told = told_lines(view, self._protocol)
        self.query_one("#told", Static).set_class(bool(told), "-there").update("\n".join(told))
        self._shows()

    def lacks(self, view: View) -> tuple[str, ...]:
        """The signature is the next step's."""
        return missing_words(code for code in view.missing if code != "sign")

    def lay_out(self) -> None:
        self.call_after_refresh(self._shows)

    def on_option_list_option_highlighted(self) -> None:
        self._shows()
        if self._there:
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """The row of keys offers what answers the row in hand."""
        if not self._there or action not in {"answer", "next_value", "write"}:
            return super().check_action(action, parameters)
        keys = keys_of(self._list.item, self._mine)
        if action == "answer":
            return not parameters or parameters[0] in keys
        if action == "next_value":
            return "digits" in keys
        return ("value" in keys) is parameters[0] and bool(keys & {"enter", "value"})

    @property
    def _list(self) -> FindingList:
        return self.query_one(FindingList)

    @property
    def _observed(self) -> tuple[Observed, ...]:
        return self.host.latest.observed if self.host.latest is not None else ()

    @property
    def _mine(self) -> Owed | None:
        """What the row in hand owes."""
        return self._owed.get(self._list.item.id)

    # --- answering ---

    def on_key(self, event: events.Key) -> None:
        """Every character pressed in the list, before its binding acts on it: a held one answers one row, not all."""
        if event.character and event.character.isalnum() and isinstance(self.focused, FindingList):
            self._key = event.character.casefold()
            self._pressed, self._letter = self._pressed.pressed(self._key, self.host.touched_ms)
            if self._key in _LETTERS and self._key not in keys_of(self._list.item, self._mine):
                self.say("no_such_answer")

    def action_answer(self, key: str = "") -> None:
        """A letter, or the number that was just pressed."""
        if self._letter is not Letter.ALONE:
            return self.say("typed_word") if self._letter is Letter.OF_A_WORD else None
        if number := begun(self._list.item, key or self._key):
            return self._write(Owed(self._list.item, 1), number)
        said = answer(self._list.item, key or self._key)
        if said is None:
            return self.say("no_such_answer")
        self.unsay()
        if isinstance(said, Owed) and self._mine == said:
            del self._owed[said.item.id]
            self.refresh_bindings()
        elif isinstance(said, Owed):
            self._owed[said.item.id] = said
            return self._write(said)
        else:
            self._find(said)
        return self._shows()

    def action_next_value(self) -> None:
        """For the mouse: a click is the first value, each further one the next."""
        item = self._list.item
        value = clicked(item, found(item, self._observed))
        return self.say("no_such_answer") if value is None else self.send(value)

    def _find(self, said: Observed) -> None:
        """Sent; what was owed for the same thing is owed no longer."""
        self._owed.pop(self._list.item.id, None)
        self.send(said)
        self._list.choose_next((*self._observed, said))

    # --- writing ---

    def on_option_list_option_selected(self) -> None:
        self.action_write()

    def action_write(self, _of_a_value: bool = False) -> None:
        """Into the field for what the row in hand owes, or may be told in words."""
        owed = opened(self._list.item, self._mine)
        return self.say("no_such_answer") if owed is None else self._write(owed)

    def _write(self, owed: Owed, begun_with: str = "") -> None:
        """The field stands there with what was found before, or what this session has measured, to be confirmed."""
        self._writing = owed
        self.unsay()
        field, seen = self.query_one("#words", Input), found(owed.item, self._observed)
        self.query_one("#words-field", Field).relabel(field_label(owed))
        known = seen.text if seen is not None and seen.value == owed.value else ""
        measured = proposed(owed.item, self.host.latest) if owed.value is not None else ""
        field.select_on_focus = False
        field.value = begun_with or known or measured
        field.cursor_position = len(field.value)
        self.add_class("-words")
        field.focus()
        self._shows()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.value.strip() or (self._writing is not None and self._writing.item.finding is Finding.NOTE):
            self._take(event.value)
        else:
            self.say("words_missing", text="")

    def _take(self, text: str) -> bool:
        """What is written is the answer; False where it says nothing, and the field stays."""
        if self._writing is None:
            return True
        said = written(self._writing, text)
        if said is None:
            self.say("words_missing", text=text.strip())
            return False
        self._close_field()
        self._find(said)
        return True

    def on_descendant_blur(self) -> None:
        """The field that is left keeps nothing: what was not ended by Enter is still owed."""
        left = self.focused is not None and not isinstance(self.focused, Input)
        if self._there and self._writing is not None and left:
            self._close_field()

    def _close_field(self) -> None:
        self._writing = None
        self.remove_class("-words")
        self._list.focus()

    # --- going on ---

    def action_go_on(self) -> None:
        """What is being written counts, as with Enter; what says nothing keeps the field open."""
        typed = self.query_one("#words", Input).value
        if self._writing is not None and typed.strip() and not self._take(typed):
            return None
        return self._go_on()

    def _go_on(self) -> None:
        missing = first_missing(self._list.items, self._observed, self._owed)
        if missing is None:
            self.post_message(ToSign())
            return None
        self._list.choose(missing)
        self._list.focus()
        return self.say("after_missing", what=missing.title)

    def _shows(self) -> None:
        if not self._there:
            return
        self._list.show(self._observed, self._owed)
        told = keys_words(self._list.item, self._mine)
        if self._writing is not None:
            told = _("You are writing. Enter keeps it, Tab leaves it unwritten.")
        self.query_one("#keys", Static).update(f"▸ {told}")
