"""The checklist as it is read: how many are open, the questions, what a yes means, and what the answers mean so far.

Separate from the screen, which hears the keys: everything here only shows the answers.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from nmes.core.screening import Blocked, ReviewFirst
from nmes.core.view import View, Word
from nmes.language import _
from nmes.ui import words
from nmes.ui.answers import Answers
from nmes.ui.screening_words import progress_words
from nmes.ui.widgets.questions import Questions


class Checklist(Vertical):
    """Of these answers, which change under it; `judge` and `describe` show them again."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self._answers, self._waiting = answers, ""

    def compose(self) -> ComposeResult:
        yield Static("", id="progress", classes="head", markup=False)
        yield Questions(self._answers)
        yield Static("", id="detail", markup=False)
        yield Static("", id="judgement", markup=False)

    def show(self, view: View) -> None:
        self._waiting = _("  waiting for the stimulator ...") if view.word is Word.CONNECTING else ""
        self._count()

    def _count(self) -> None:
        self.query_one("#progress", Static).update(progress_words(self._answers) + self._waiting)

    def judge(self) -> None:
        """Say at once what the answers so far mean."""
        answers, outcome = self._answers, self._answers.outcome()
        hasty = answers.hasty
        fast = words.answered_fast(hasty, len(answers.codes)) if hasty and not answers.open else ""
        line = self.query_one("#judgement", Static)
        line.set_class(isinstance(outcome, Blocked | ReviewFirst), "-blocked")
        judged = words.judgement(outcome, whole=not answers.open, in_spite=len(answers.overrides()))
        line.update("\n".join(filter(None, (fast, judged))))
        self._count()
        self.call_after_refresh(self._keep_in_sight)

    def _keep_in_sight(self) -> None:
        """What is said below the list takes rows from it; the question in hand stays in sight."""
        if self.is_attached and self.app.is_running and self.display:
            self.query_one(Questions).scroll_to_highlight()

    def describe(self, code: str, advice: str) -> None:
        """What a yes to this means, and what to do about the answer just given."""
        lines = (f"▸ {advice}" if advice else "", _("yes = {what}").format(what=self._answers.means(code)))
        self.query_one("#detail", Static).update("\n".join(filter(None, lines)))
