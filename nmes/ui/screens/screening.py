"""Step 2: the checklist. What is not known counts as yes; a yes blocks or needs a reason, and the screen says which."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.events import Answer, Reply, Screened
from nmes.core.protocol import Protocol
from nmes.core.screening import CATALOGUE, Blocked, Severity
from nmes.core.screening import judge as judged
from nmes.core.view import View, Word
from nmes.ui import words
from nmes.ui.answer_key import AnswerKey
from nmes.ui.flow import Stage
from nmes.ui.screens.base import StepScreen

_MARKS = {None: "[   ?   ]", Reply.YES: "[  YES  ]", Reply.NO: "[  no   ]", Reply.UNKNOWN: "[UNKNOWN]"}


class Questions(OptionList):
    """The list of questions; y, n and u answer the highlighted one and go to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "screen.answer('yes')", "yes", id="yes"),
        Binding("n", "screen.answer('no')", "no", id="no"),
        Binding("u", "screen.answer('unknown')", "unknown", id="unknown"),
    ]


class ScreeningScreen(StepScreen):
    """Answers live here until they are sent whole; the session judges them again."""

    STAGE = Stage.SCREENING
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "go_on", "continue", id="continue", priority=True)]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol.title)
        self._kind = protocol.kind
        self._codes = protocol.screening_codes
        self._replies: dict[str, Reply] = {}
        self._reasons: dict[str, str] = {}
        self._pressed = AnswerKey()
        self._asked_name = False

    def body(self) -> ComposeResult:
        yield Static("", id="progress", classes="head", markup=False)
        yield Questions(*(Option(self._prompt(code), id=code) for code in self._codes), markup=False)
        yield Static("", id="judgement", markup=False)
        with Horizontal(id="fields"):
            yield Input(placeholder="reason, if a warning applies", id="reason", compact=True, disabled=True)
            yield Input(placeholder="who asked (name)", id="by", compact=True)

    def begin(self) -> None:
        self.query_one(Questions).highlighted = 0
        self.query_one(Questions).focus()
        self._judge()

    def paint(self, view: View) -> None:
        connecting = view.word is Word.CONNECTING
        left = len(self._codes) - len(self._replies)
        device = "waiting for the stimulator ..." if connecting else f"stimulator: {view.device or 'identified'}"
        self.query_one("#progress", Static).update(f"{left} of {len(self._codes)} to answer (y / n / u)   {device}")

    def lay_out(self) -> None:
        for code in self._codes:
            self.query_one(Questions).replace_option_prompt(code, self._prompt(code))

    # --- answering ---

    def action_answer(self, reply: str) -> None:
        questions = self.query_one(Questions)
        self._pressed, held = self._pressed.pressed(reply, self.host.touched_ms)
        if questions.highlighted is None or held:
            return
        code = self._codes[questions.highlighted]
        self._replies[code] = Reply(reply)
        questions.replace_option_prompt(code, self._prompt(code))
        self._judge()
        if self._needs_reason(code):
            self._ask_reason(code)
        else:
            self._next_open()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Of a fast typist's highlights only the one that still holds counts."""
        if event.option_id is not None and event.option_index == event.option_list.highlighted:
            self._fill_reason(event.option_id)

    def on_input_changed(self, event: Input.Changed) -> None:
        highlighted = self.query_one(Questions).highlighted
        if event.input.id == "reason" and highlighted is not None:
            self._reasons[self._codes[highlighted]] = event.value
        self._judge()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if event.input.id == "reason":
            self._next_open()
        else:
            self.action_go_on()

    def action_go_on(self) -> None:
        left = len(self._codes) - len(self._replies)
        if left:
            return self.say("answers_missing", open=left, all=len(self._codes))
        name = self.query_one("#by", Input).value.strip()
        if not name:
            self.query_one("#by", Input).focus()
            return self.say("name_missing")
        if missing := next((code for code in self._codes if self._lacks_reason(code)), None):
            self.query_one(Questions).highlighted = self._codes.index(missing)
            self._ask_reason(missing)
        return self.send(Screened(self._answers(), name))

    # --- what follows from the answers ---

    def _answers(self) -> tuple[Answer, ...]:
        given = ((code, self._replies[code]) for code in self._codes if code in self._replies)
        return tuple(
            Answer(code, reply, "" if reply is Reply.NO else self._reasons.get(code, "").strip())
            for code, reply in given
        )

    def _applies(self, code: str) -> bool:
        return self._replies.get(code) in {Reply.YES, Reply.UNKNOWN}

    def _needs_reason(self, code: str) -> bool:
        return self._applies(code) and CATALOGUE[code].severity(self._kind) in {Severity.WARN, Severity.NONE}

    def _lacks_reason(self, code: str) -> bool:
        return self._needs_reason(code) and not self._reasons.get(code, "").strip()

    def _ask_reason(self, code: str) -> None:
        self._fill_reason(code)
        self.query_one("#reason", Input).focus()

    def _judge(self) -> None:
        """Say at once what the answers so far mean."""
        answered = tuple(code for code in self._codes if code in self._replies)
        outcome = judged(answered, self._kind, self._answers())
        line = self.query_one("#judgement", Static)
        line.set_class(isinstance(outcome, Blocked), "-blocked")
        line.update(words.judgement(outcome, whole=len(answered) == len(self._codes)))

    def _fill_reason(self, code: str) -> None:
        field = self.query_one("#reason", Input)
        field.disabled = not self._needs_reason(code)
        with self.prevent(Input.Changed):
            field.value = self._reasons.get(code, "")

    def _next_open(self) -> None:
        questions = self.query_one(Questions)
        now = questions.highlighted or 0
        order = [*range(now + 1, len(self._codes)), *range(now + 1)]
        following = next((i for i in order if self._codes[i] not in self._replies), None)
        if following is not None:
            questions.highlighted = following
        first = following is None and not self._asked_name
        self._asked_name = self._asked_name or first
        (self.query_one("#by", Input) if first else questions).focus()

    def _prompt(self, code: str) -> str:
        lines = wrap(CATALOGUE[code].question, max(20, self.app.size.width - len(_MARKS[None]) - 6))
        return f"{_MARKS[self._replies.get(code)]} " + f"\n{'':{len(_MARKS[None]) + 1}}".join(lines)
