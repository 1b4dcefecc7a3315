"""Step 3: the checklist, group by group. A yes blocks, needs a review or a reason, or is noted; the screen says which.

What is not known counts as yes. Every question is answered by a key of its own, and the pace is told: a checklist
answered faster than it can be read has not been asked. What is gone on with in spite of an answer is shown once more,
as it goes into the record, before it is sent.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from nmes.core.events import Read, ReadBack, Screened
from nmes.core.screening import Blocked, Clear, tells
from nmes.core.view import View
from nmes.language import _, many
from nmes.runtime.missing_words import missing_words
from nmes.ui.read_words import is_dealt_with
from nmes.ui.screens.answering import AnsweringScreen
from nmes.ui.screens.windows import InSpite
from nmes.ui.widgets.checklist import Checklist
from nmes.ui.widgets.screening_fields import ScreeningFields


class ScreeningScreen(AnsweringScreen):
    """Answers live here until they are sent whole; the session judges them again."""

    CSS_PATH = "screening.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go_on", _("go on"), id="continue", priority=True),
        Binding("f4", "no_code", _("no card"), id="screening.no_card", priority=True),
    ]

    def body(self) -> ComposeResult:
        yield Checklist(self.answers)
        yield ScreeningFields(self.answers.by)

    def begin(self) -> None:
        self._fields.offer(self._therapists)
        if self.answers.codes:
            self._questions.choose((self.answers.open or self.answers.codes)[0])
        self._questions.focus()
        self._checklist.judge()

    def paint(self, view: View) -> None:
        self._checklist.show(view)
        self._fields.show(view)
        self._tell_keys()
        if self._code_missing != self._was_missing:
            self._was_missing = self._code_missing
            if self.focused is None:  # the field of the code is gone: single keys are answers again
                self._questions.focus()
            self.refresh_bindings()

    def lacks(self, view: View) -> tuple[str, ...]:
        """Of the checklist, which is sent whole: what of it is not there yet."""
        if "screening" not in view.missing:
            return missing_words(view.missing)
        answers = self.answers
        left = len(answers.open)
        return (
            *((many("{number} answer", "{number} answers", left),) if left else ()),
            *((_("a reason or a name for an answer"),) if answers.incomplete else ()),
            *(() if tells(self._fields.by.meant) else (_("who asked"),)),
            *(missing_words(("read:code",)) if self._code_missing else ()),
        )

    def stops(self) -> str:
        view = self.host.latest
        blocked = view is not None and "screening" in view.missing and isinstance(self.answers.outcome(), Blocked)
        return _("Nothing goes on: an answer says DO NOT STIMULATE. F3 leaves the session.") if blocked else ""

    def lay_out(self) -> None:
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        if self._there:
            self._questions.paint_all()
            self._tell_keys()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "no_code":
            view = self.host.latest
            return self._code_missing and view is not None and Read.CODE not in view.contradicted
        return super().check_action(action, parameters)

    @property
    def _code_missing(self) -> bool:
        """Here it is asked for already, so that nobody meets the wrong patient's checklist only at the electrodes."""
        view = self.host.latest
        return view is not None and "read" in view.may and bool(view.who.code) and not is_dealt_with(view, Read.CODE)

    # --- writing ---

    def on_input_changed(self, event: Input.Changed) -> None:
        if not self._there:
            return
        code = self._questions.code
        self.unsay()
        if event.input.id == "by":
            self.answers.by = self._fields.by.meant
        if code is not None and event.input.id in {"reason", "reviewer"}:
            kept = self.answers.reasons if event.input.id == "reason" else self.answers.reviewers
            kept[code] = event.value
            self._questions.paint(code)
        self._checklist.judge()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        reviewer = self.query_one("#reviewer", Input)
        if event.input.id == "code":
            self._read_back(event.value.strip())
        elif event.input.id == "by":
            self._fields.by.settle()
            self.action_go_on()
        elif event.value.strip() and not tells(event.value):
            self.say("no_reason", text=event.value.strip())
        elif event.input.id == "reason" and not reviewer.disabled:
            reviewer.focus()
        else:
            self._just = ""
            self._questions.choose_next_open()
            self._questions.focus()

    def action_no_code(self) -> None:
        self._fields.skip()
        self._tell_keys()

    def _read_back(self, text: str) -> None:
        """Sent as it was typed: a code that differs, and that it cannot be read, are both on record."""
        if not self._fields.skipping:
            self._fields.code.select_all()  # one that differs is typed anew, never on
            self.send(ReadBack(Read.CODE, said=text)) if text else self._say_code_missing()
        elif tells(text):
            self.send(ReadBack(Read.CODE, reason=text))
        else:
            self.say("no_reason", text=text)

    def _say_code_missing(self) -> None:
        """With the key that leaves it out only where that key is heard."""
        self.say("code_missing" if self.check_action("no_code", ()) else "code_again")

    # --- going on ---

    def action_go_on(self) -> None:
        """Send what there is; an answer that lacks something is gone to, and the session says what it refuses."""
        answers, by = self.answers, self._fields.by.meant
        if answers.open:
            return self.say("answers_missing", open=len(answers.open), all=len(answers.codes))
        if not tells(by):
            self._fields.by.focus()
            return self.say("no_name", text=by) if by else self.say("name_missing")
        if missing := answers.incomplete:
            self._write_of(missing)
            if untold := answers.untold(missing):
                return self.say("no_reason", text=untold)
        elif self._code_missing:
            self._fields.code.focus()
            return self._say_code_missing()
        if isinstance(answers.outcome(), Clear) and (told := answers.overrides()):
            self.app.push_screen(InSpite(by, told), lambda sure: self._send() if sure else None)
            return None
        return self._send()

    def _send(self) -> None:
        self.send(Screened(self.answers.sent(), self._fields.by.meant))
