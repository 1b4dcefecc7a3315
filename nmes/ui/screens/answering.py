"""The part of the screening that is answered by single keys: which press is an answer, and what follows from it.

Law: no field takes the keys by itself. An answer that asks for a reason says so and leaves the keys in the list; only
Enter, Tab or F2 open the field, so that letters typed without looking never become a reason.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.widgets import Input, OptionList

from nmes.core.events import Reply
from nmes.core.protocol import Protocol
from nmes.ui.answer_key import AnswerKey, Letter
from nmes.ui.answers import Answers
from nmes.ui.flow import Stage
from nmes.ui.screens.base import StepScreen
from nmes.ui.widgets.checklist import Checklist
from nmes.ui.widgets.questions import Questions
from nmes.ui.widgets.screening_fields import ScreeningFields

_MOVES = frozenset({"up", "down", "pageup", "pagedown", "home", "end"})


class AnsweringScreen(StepScreen):
    """`answers` live here until they are sent whole."""

    STAGE = Stage.SCREENING

    def __init__(self, protocol: Protocol, therapists: Sequence[str] = (), answers: Answers | None = None) -> None:
        """`answers` that were given before a step back are there again; they are sent anew."""
        self._therapists = therapists
        super().__init__(protocol.title)
        self.answers = answers or Answers(protocol.screening_codes, protocol.kind)
        self._pressed, self._letter = AnswerKey(), Letter.ALONE
        self._was_missing = False
        self._advice, self._just = "", ""
        """`_just`: the question just answered, while that answer owes something."""

    @property
    def _checklist(self) -> Checklist:
        return self.query_one(Checklist)

    @property
    def _questions(self) -> Questions:
        return self.query_one(Questions)

    @property
    def _fields(self) -> ScreeningFields:
        return self.query_one(ScreeningFields)

    # --- answering ---

    def on_key(self, event: events.Key) -> None:
        """Every letter pressed in the list, an answer or not, before its binding acts on it; a move leaves what is
        owed.
        """
        if event.key in _MOVES:
            self._just = ""
        if event.character and event.character.isalpha() and isinstance(self.focused, Questions):
            self._pressed, self._letter = self._pressed.pressed(event.character.casefold(), self.host.touched_ms)

    def action_answer(self, reply: str) -> None:
        code = self._questions.code
        if self._letter is Letter.OF_A_WORD:
            return self.say("of_a_word")
        if code is None or self._letter is Letter.HELD:
            return None
        if code == self._just:
            return self.say("owes_first")
        self.unsay()
        self.answers.replies[code] = Reply(reply)
        self.answers.answered_ms[code] = self.host.touched_ms
        self._advice = self.answers.advice(code)
        self._questions.paint(code)
        self._show_question(code)
        self._checklist.judge()
        self._questions.choose_next_open()
        self._just = code if self.answers.owes(code) else ""
        self._tell_keys()
        return None

    def on_option_list_option_selected(self) -> None:
        """Enter in the list: to what the answer just given owes, else to the next question, else to the name."""
        if self._owing is not None or not self.answers.open:
            self.action_write()
        else:
            self._questions.choose_next_open()

    def action_write(self) -> None:
        """To the field that is needed now; else to the name."""
        if self._owing is None:
            self._fields.by.focus()
        else:
            self._write_of(self._owing)

    @property
    def _owing(self) -> str | None:
        """The answer to write something for: the one just given, or the one in hand."""
        return next((code for code in (self._questions.code, self._just) if code and self.answers.owes(code)), None)

    def action_next_group(self) -> None:
        self._questions.choose_next_group()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Of a fast typist's highlights only the one that still holds counts."""
        if self._there and event.option_id is not None and event.option_index == event.option_list.highlighted:
            self._questions.mark(event.option_id)
            self._show_question(event.option_id)

    def on_descendant_focus(self) -> None:
        self._tell_keys()

    def _write_of(self, code: str) -> None:
        """To a question that lacks something, and into the field for it."""
        self._just = ""
        self._questions.choose(code)
        self._show_question(code)
        self.query_one("#reason" if self.answers.lacks_reason(code) else "#reviewer", Input).focus()

    # --- showing ---

    def _show_question(self, code: str) -> None:
        """What a yes means, and the fields that the answer to it needs."""
        self._checklist.describe(code, self._advice)
        self._fields.open_for(self.answers, code)

    def _tell_keys(self) -> None:
        if self._there:
            self._fields.tell(self.focused, owes=bool(self._just))
