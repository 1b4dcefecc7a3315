"""Step 2: the checklist, group by group. A yes blocks, needs a review or a reason, or is noted; the screen says which.

What is not known counts as yes. Every question is answered by a key of its own, and the pace is told: a checklist
answered faster than it can be read has not been asked. No field takes the keys by itself once all are answered, and
what is gone on with in spite of an answer is shown once more, as it goes into the record, before it is sent.
"""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.events import Reply, Screened
from nmes.core.protocol import Protocol
from nmes.core.screening import HEADINGS, Blocked, Clear, Group, ReviewFirst, tells
from nmes.core.view import View, Word
from nmes.ui import words
from nmes.ui.answer_key import AnswerKey, Letter
from nmes.ui.answers import Answers
from nmes.ui.flow import Stage
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.windows import InSpite
from nmes.ui.widgets.questions import HERE, Questions

_MARKS = {None: "[   ?   ]", Reply.YES: "[  YES  ]", Reply.NO: "[  no   ]", Reply.UNKNOWN: "[UNKNOWN]"}
_INDENT = 12
"""Columns of the mark of the question in hand and of the answer, before the question."""
_SHORT = {
    Group.CONTRAINDICATION: "contraindications",
    Group.LOCAL: "here",
    Group.PRECAUTION: "precautions",
    Group.CAUSE: "causes",
}


class ScreeningScreen(StepScreen):
    """Answers live here until they are sent whole; the session judges them again."""

    STAGE = Stage.SCREENING
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "go_on", "continue", id="continue", priority=True)]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol.title)
        self._answers = Answers(protocol.screening_codes, protocol.kind)
        self._pressed, self._letter = AnswerKey(), Letter.ALONE
        self._advice = ""

    def body(self) -> ComposeResult:
        yield Static("", id="progress", classes="head", markup=False)
        yield Questions(*self._options(), markup=False)
        yield Static("", id="detail", markup=False)
        yield Static("", id="judgement", markup=False)
        with Horizontal(id="fields"):
            yield Input(placeholder="reason, if one is needed", id="reason", compact=True, disabled=True)
            yield Input(placeholder="reviewed by (name)", id="reviewer", compact=True, disabled=True)
            yield Input(placeholder="who asked (name)", id="by", compact=True)

    def begin(self) -> None:
        questions = self.query_one(Questions)
        if self._answers.codes:
            questions.choose(self._answers.codes[0])
        questions.focus()
        self._judge()

    def paint(self, view: View) -> None:
        answers = self._answers
        open_in = {
            group: sum(code not in answers.replies for code in codes) for group, codes in answers.groups().items()
        }
        counts = ", ".join(f"{_SHORT[group]} {count}" for group, count in open_in.items() if count)
        left = f"{len(answers.open)} of {len(answers.codes)} to answer ({counts})" if counts else "All answered"
        waiting = "  waiting for the stimulator ..." if view.word is Word.CONNECTING else ""
        self.query_one("#progress", Static).update(left + waiting)

    def lay_out(self) -> None:
        for code in self._answers.codes:
            self._paint_question(code)

    # --- answering ---

    def on_key(self, event: events.Key) -> None:
        """Every letter pressed in the list, an answer or not, before its binding acts on it."""
        if event.character and event.character.isalpha() and isinstance(self.focused, Questions):
            self._pressed, self._letter = self._pressed.pressed(event.character.casefold(), self.host.touched_ms)

    def action_answer(self, reply: str) -> None:
        code = self.query_one(Questions).code
        if self._letter is Letter.OF_A_WORD:
            return self.say("of_a_word")
        if code is None or self._letter is Letter.HELD:
            return None
        self.unsay()
        self._answers.replies[code] = Reply(reply)
        self._answers.answered_ms[code] = self.host.touched_ms
        self._advice = self._answers.advice(code)
        self._paint_question(code)
        self._show_question(code)
        self._judge()
        if self._answers.needs_reason(code):
            self.query_one("#reason", Input).focus()
        else:
            self._next_open()
        return None

    def on_option_list_option_selected(self) -> None:
        """Enter in the list: to the fields, where one is needed now; else to the next question."""
        code = self.query_one(Questions).code
        if code is not None and self._answers.needs_reason(code) and self._answers.incomplete == code:
            self.query_one("#reason" if self._answers.lacks_reason(code) else "#reviewer", Input).focus()
        elif self._answers.open:
            self._next_open()
        else:
            self.query_one("#by", Input).focus()

    def action_next_group(self) -> None:
        """To the first question of the next group, round to the first."""
        code = self.query_one(Questions).code
        if code is not None:
            groups = self._answers.groups()
            names = list(groups)
            following = names[(names.index(self._answers.group(code)) + 1) % len(names)]
            self.query_one(Questions).choose_first(groups[following][0])

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Of a fast typist's highlights only the one that still holds counts."""
        if self._there and event.option_id is not None and event.option_index == event.option_list.highlighted:
            self._mark(event.option_id)
            self._show_question(event.option_id)

    def on_input_changed(self, event: Input.Changed) -> None:
        if not self._there:
            return
        code = self.query_one(Questions).code
        self.unsay()
        if code is not None and event.input.id in {"reason", "reviewer"}:
            kept = self._answers.reasons if event.input.id == "reason" else self._answers.reviewers
            kept[code] = event.value
            self._paint_question(code)
        self._judge()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        reviewer = self.query_one("#reviewer", Input)
        code = self.query_one(Questions).code
        if event.input.id == "by":
            self.action_go_on()
        elif code is not None and event.value.strip() and not tells(event.value):
            self.say("no_reason", text=event.value.strip())
        elif event.input.id == "reason" and not reviewer.disabled:
            reviewer.focus()
        else:
            self._next_open()

    def action_go_on(self) -> None:
        """Send what there is; an answer that lacks something is gone to, and the session says what it refuses."""
        answers, by = self._answers, self.query_one("#by", Input)
        if answers.open:
            return self.say("answers_missing", open=len(answers.open), all=len(answers.codes))
        if not tells(by.value):
            by.focus()
            return self.say("no_name", text=by.value.strip()) if by.value.strip() else self.say("name_missing")
        if missing := answers.incomplete:
            self._go_to(missing)
            if untold := answers.untold(missing):
                return self.say("no_reason", text=untold)
        if isinstance(answers.outcome(), Clear) and (told := answers.overrides()):
            self.app.push_screen(InSpite(by.value.strip(), told), lambda sure: self._send() if sure else None)
            return None
        return self._send()

    def _send(self) -> None:
        self.send(Screened(self._answers.sent(), self.query_one("#by", Input).value.strip()))

    def _go_to(self, code: str) -> None:
        """To a question that lacks something, and into the field for it."""
        self.query_one(Questions).choose(code)
        self._show_question(code)
        self.query_one("#reason" if self._answers.lacks_reason(code) else "#reviewer", Input).focus()

    # --- showing ---

    def _judge(self) -> None:
        """Say at once what the answers so far mean."""
        outcome = self._answers.outcome()
        hasty = self._answers.hasty
        fast = words.answered_fast(hasty, len(self._answers.codes)) if hasty and not self._answers.open else ""
        line = self.query_one("#judgement", Static)
        line.set_class(isinstance(outcome, Blocked | ReviewFirst), "-blocked")
        in_spite = len(self._answers.overrides())
        judged = words.judgement(outcome, whole=not self._answers.open, in_spite=in_spite)
        line.update("\n".join(filter(None, (fast, judged))))
        self.call_after_refresh(self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        """What is said below the list takes rows from it; the question in hand stays in sight."""
        if self._there:
            self.query_one(Questions).scroll_to_highlight()

    def _options(self) -> list[Option]:
        options: list[Option] = []
        for group, codes in self._answers.groups().items():
            options.append(Option(f"— {HEADINGS[group]} ({len(codes)})", disabled=True))
            options += [Option(self._prompt(code), id=code) for code in codes]
        return options

    def _show_question(self, code: str) -> None:
        """What a yes means, what to do about the answer just given, and the fields that the highlighted one needs."""
        answers = self._answers
        lines = (f"▸ {self._advice}" if self._advice else "", f"yes = {answers.means(code)}")
        self.query_one("#detail", Static).update("\n".join(filter(None, lines)))
        for name, kept, needed in (
            ("#reason", answers.reasons, answers.needs_reason(code)),
            ("#reviewer", answers.reviewers, answers.needs_review(code)),
        ):
            field = self.query_one(name, Input)
            field.disabled = not needed
            with self.prevent(Input.Changed):
                field.value = kept.get(code, "")

    def _next_open(self) -> None:
        """To the next question without an answer. The list keeps the keys: a field would take them for words."""
        questions, codes = self.query_one(Questions), self._answers.codes
        now = codes.index(questions.code) if questions.code else 0
        following = next(
            (code for code in (*codes[now + 1 :], *codes[:now]) if code not in self._answers.replies), None
        )
        if following is not None:
            questions.choose(following)
        questions.focus()

    def _mark(self, code: str) -> None:
        questions = self.query_one(Questions)
        before, questions.current = questions.current, code
        for changed in {before, code} - {""}:
            self._paint_question(changed)

    def _paint_question(self, code: str) -> None:
        questions = self.query_one(Questions)
        questions.replace_option_prompt(code, self._prompt(code, questions.current))

    def _prompt(self, code: str, current: str = "") -> str:
        """The question with its answer, and below it why it is gone on in spite of that."""
        width = max(20, self.app.size.width - _INDENT - 5)
        lines = wrap(self._answers.question(code), width)
        if spite := self._answers.in_spite(code):
            lines += wrap(spite, width, initial_indent="↳ ", subsequent_indent="  ")
        here = HERE if code == current else " "
        return f"{here} {_MARKS[self._answers.replies.get(code)]} " + f"\n{'':{_INDENT}}".join(lines)
