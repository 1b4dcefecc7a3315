"""Step 2: the checklist, group by group. A yes blocks, needs a review or a reason, or is noted; the screen says which.

What is not known counts as yes. Every question is answered by a key of its own, and the pace is told: a checklist
answered faster than it can be read has not been asked.
"""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.events import Reply, Screened
from nmes.core.protocol import Protocol
from nmes.core.screening import HEADINGS, Blocked, Group, ReviewFirst
from nmes.core.view import View, Word
from nmes.ui import words
from nmes.ui.answer_key import AnswerKey
from nmes.ui.answers import Answers
from nmes.ui.flow import Stage
from nmes.ui.screens.base import StepScreen

_MARKS = {None: "[   ?   ]", Reply.YES: "[  YES  ]", Reply.NO: "[  no   ]", Reply.UNKNOWN: "[UNKNOWN]"}
_SHORT = {
    Group.CONTRAINDICATION: "contraindications",
    Group.LOCAL: "here",
    Group.PRECAUTION: "precautions",
    Group.CAUSE: "causes",
}


class Questions(OptionList):
    """The list of questions under their headings; y, n and u answer the highlighted one and go to the next."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "screen.answer('yes')", "yes", id="yes"),
        Binding("n", "screen.answer('no')", "no", id="no"),
        Binding("u", "screen.answer('unknown')", "unknown", id="unknown"),
        Binding("g", "screen.next_group", "next group", id="next_group"),
    ]

    @property
    def code(self) -> str | None:
        """The code of the highlighted question."""
        return None if self.highlighted is None else self.get_option_at_index(self.highlighted).id

    def choose(self, code: str) -> None:
        self.highlighted = self.get_option_index(code)

    def choose_first(self, code: str) -> None:
        """The first of a group, with its heading as the first line in sight."""
        self.choose(code)
        self.scroll_to_highlight(top=True)
        self.scroll_relative(y=-1, animate=False)


class ScreeningScreen(StepScreen):
    """Answers live here until they are sent whole; the session judges them again."""

    STAGE = Stage.SCREENING
    BINDINGS: ClassVar[list[BindingType]] = [Binding("f2", "go_on", "continue", id="continue", priority=True)]

    def __init__(self, protocol: Protocol) -> None:
        super().__init__(protocol.title)
        self._answers = Answers(protocol.screening_codes, protocol.kind)
        self._pressed = AnswerKey()
        self._began_ms = self._answered_ms = 0
        self._advice = ""
        self._asked_name = False

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
            self.query_one(Questions).replace_option_prompt(code, self._prompt(code))

    # --- answering ---

    def action_answer(self, reply: str) -> None:
        questions = self.query_one(Questions)
        now_ms = self.host.touched_ms
        self._pressed, held = self._pressed.pressed(reply, now_ms)
        code = questions.code
        if code is None or held:
            return
        if not self._answers.replies:
            self._began_ms = now_ms
        self._answered_ms = now_ms
        self._answers.replies[code] = Reply(reply)
        self._advice = self._answers.advice(code)
        questions.replace_option_prompt(code, self._prompt(code))
        self._show_question(code)
        self._judge()
        if self._answers.needs_reason(code):
            self.query_one("#reason", Input).focus()
        else:
            self._next_open()

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
        if event.option_id is not None and event.option_index == event.option_list.highlighted:
            self._show_question(event.option_id)

    def on_input_changed(self, event: Input.Changed) -> None:
        code = self.query_one(Questions).code
        if code is not None and event.input.id == "reason":
            self._answers.reasons[code] = event.value
        if code is not None and event.input.id == "reviewer":
            self._answers.reviewers[code] = event.value
        self._judge()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        reviewer = self.query_one("#reviewer", Input)
        if event.input.id == "by":
            self.action_go_on()
        elif event.input.id == "reason" and not reviewer.disabled:
            reviewer.focus()
        else:
            self._next_open()

    def action_go_on(self) -> None:
        """Send what there is; an answer that lacks something is gone to, and the session says what it refuses."""
        answers = self._answers
        if answers.open:
            return self.say("answers_missing", open=len(answers.open), all=len(answers.codes))
        name = self.query_one("#by", Input).value.strip()
        if not name:
            self.query_one("#by", Input).focus()
            return self.say("name_missing")
        if missing := answers.incomplete:
            self.query_one(Questions).choose(missing)
            self._show_question(missing)
            self.query_one("#reason" if answers.lacks_reason(missing) else "#reviewer", Input).focus()
        return self.send(Screened(answers.sent(), name))

    # --- showing ---

    def _judge(self) -> None:
        """Say at once what the answers so far mean."""
        outcome = self._answers.outcome()
        since_ms = self._answered_ms - self._began_ms
        fast = words.answered_fast(len(self._answers.codes), since_ms) if self._answers.too_fast(since_ms) else ""
        line = self.query_one("#judgement", Static)
        line.set_class(isinstance(outcome, Blocked | ReviewFirst), "-blocked")
        line.update("\n".join(filter(None, (fast, words.judgement(outcome, whole=not self._answers.open)))))

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
        questions, codes = self.query_one(Questions), self._answers.codes
        now = codes.index(questions.code) if questions.code else 0
        following = next(
            (code for code in (*codes[now + 1 :], *codes[:now]) if code not in self._answers.replies), None
        )
        if following is not None:
            questions.choose(following)
        first = following is None and not self._asked_name
        self._asked_name = self._asked_name or first
        (self.query_one("#by", Input) if first else questions).focus()

    def _prompt(self, code: str) -> str:
        lines = wrap(self._answers.question(code), max(20, self.app.size.width - len(_MARKS[None]) - 6))
        return f"{_MARKS[self._answers.replies.get(code)]} " + f"\n{'':{len(_MARKS[None]) + 1}}".join(lines)
