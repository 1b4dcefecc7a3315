"""The fields under the checklist: reason and reviewer of one answer, who asked, and the code off the patient's card.

Separate from the screen, which knows the answers; here is only which field is open, and in words where the keys go.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from nmes.core.events import Read
from nmes.core.view import View
from nmes.language import _
from nmes.ui.answers import Answers
from nmes.ui.read_words import is_dealt_with, left_out_because
from nmes.ui.screening_words import Keys, keys_words
from nmes.ui.widgets.field import Field, NameInput


class ScreeningFields(Vertical):
    """`skipping`: the code's field asks why the code cannot be read back."""

    DEFAULT_CSS = """
    ScreeningFields { height: 3; }
    ScreeningFields #keys { height: 1; padding: 0 1; text-style: bold; background: $boost; text-wrap: nowrap; }
    ScreeningFields Horizontal { height: 1; }
    ScreeningFields #code-field { display: none; }
    ScreeningFields.-code #code-field { display: block; }
    ScreeningFields.-code.-read #code { display: none; }
    """

    def __init__(self, by: str) -> None:
        super().__init__()
        self._by, self.skipping = by, False

    def compose(self) -> ComposeResult:
        yield Static("", id="keys", markup=False)
        with Horizontal():
            yield Field("reason", _("reason"), disabled=True)
            yield Field("reviewer", _("reviewed by"), disabled=True)
        with Horizontal():
            yield Field("by", _("who asked"), value=self._by, of_name=True)
            yield Field("code", _("code on the card"))

    def offer(self, therapists: Sequence[str]) -> None:
        self.by.therapists = therapists

    @property
    def by(self) -> NameInput:
        return self.query_one("#by", NameInput)

    @property
    def code(self) -> Input:
        return self.query_one("#code", Input)

    def open_for(self, answers: Answers, code: str) -> None:
        """The fields that the answer to this question needs; the others take no key."""
        for name, kept, needed in (
            ("#reason", answers.reasons, answers.needs_reason(code)),
            ("#reviewer", answers.reviewers, answers.needs_review(code)),
        ):
            field = self.query_one(name, Input)
            field.disabled = not needed
            with self.screen.prevent(Input.Changed):
                field.value = kept.get(code, "")

    def show(self, view: View) -> None:
        """Whether the code has still to be read back."""
        wanted = view.attended and bool(view.who.code)
        self.set_class(wanted, "-code")
        done = is_dealt_with(view, Read.CODE)
        self.set_class(done, "-read")
        self.query_one("#code-field", Field).relabel(self._code_label(view))
        self.code.disabled = not wanted or done

    def _code_label(self, view: View) -> str:
        if Read.CODE in view.read:
            return _("✓ code read back")
        if Read.CODE in view.skipped:
            return _("! not read back: {reason}").format(reason=left_out_because(view, Read.CODE))
        if self.skipping:
            return _("why it cannot be read")
        note = view.note
        if note is not None and note.code == "refused:read_back_differs":
            return _("✖ DIFFERS, look again")
        return _("code on the card")

    def skip(self) -> None:
        """From the code to why it cannot be read, and back."""
        self.skipping = not self.skipping
        self.code.value = ""
        self.code.focus()

    def tell(self, focused: object, *, owes: bool) -> None:
        """Where the keys go now, in words."""
        line = keys_words(self._keys(focused), self.by.therapists, self.size.width - 4, owes=owes)
        self.query_one("#keys", Static).update(f"▸ {line}")

    def _keys(self, focused: object) -> Keys:
        name = focused.id if isinstance(focused, Input) and focused.id else Keys.LIST
        return Keys.NO_CODE if name == Keys.CODE and self.skipping else Keys(name)
