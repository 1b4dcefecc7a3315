"""The list of questions: one key for each answer, and the question in hand marked by more than its colour."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets.option_list import Option

from nmes.core.screening import HEADINGS
from nmes.language import _
from nmes.ui.answers import Answers
from nmes.ui.screening_words import INDENT, MARK, question_lines
from nmes.ui.widgets.rows import Rows

HERE = "▸"


class Questions(Rows):
    """Under their headings; y, n and u answer the highlighted one and go to the next. `current` is the marked one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "screen.answer('yes')", _("yes"), id="yes"),
        Binding("n", "screen.answer('no')", _("no"), id="no"),
        Binding("u", "screen.answer('unknown')", _("unknown"), id="unknown"),
        Binding("g", "screen.next_group", _("next group"), id="next_group", show=False),
        Binding("tab", "screen.write", _("write"), id="screening.write", show=False),
    ]

    def __init__(self, answers: Answers) -> None:
        self._answers, self.current = answers, ""
        super().__init__(markup=False)
        self.add_options(self._made())

    @property
    def code(self) -> str | None:
        """The code of the highlighted question."""
        return None if self.highlighted is None else self.get_option_at_index(self.highlighted).id

    def choose(self, code: str) -> None:
        self.highlighted = self.get_option_index(code)

    def choose_next_group(self) -> None:
        """To the first of the next group, round to the first, with its heading as the first line in sight."""
        if self.code is None:
            return
        groups = self._answers.groups()
        names = list(groups)
        following = names[(names.index(self._answers.group(self.code)) + 1) % len(names)]
        self.choose(groups[following][0])
        self.scroll_to_highlight(top=True)
        self.scroll_relative(y=-1, animate=False)

    def choose_next_open(self) -> None:
        """To the next question without an answer, round to the first; stays where there is none."""
        codes = self._answers.codes
        now = codes.index(self.code) if self.code else 0
        following = next(
            (code for code in (*codes[now + 1 :], *codes[:now]) if code not in self._answers.replies), None
        )
        if following is not None:
            self.choose(following)

    def mark(self, code: str) -> None:
        """This is the question in hand."""
        before, self.current = self.current, code
        for changed in {before, code} - {""}:
            self.paint(changed)

    def on_resize(self) -> None:
        """Something came to stand beside it, or went."""
        self.paint_all()

    def paint(self, code: str) -> None:
        self.replace_option_prompt(code, self._prompt(code))

    def paint_all(self) -> None:
        for code in self._answers.codes:
            self.paint(code)

    def _made(self) -> list[Option]:
        options: list[Option] = []
        for group, codes in self._answers.groups().items():
            options.append(Option(f"— {_(HEADINGS[group])} ({len(codes)})", disabled=True))
            options += [Option(self._prompt(code), id=code) for code in codes]
        return options

    def _prompt(self, code: str) -> str:
        width = max(20, self.size.width - INDENT - 3)
        lines = question_lines(self._answers, code, width)
        here = HERE if code == self.current else " "
        return f"{here} {MARK[self._answers.replies.get(code)]} " + f"\n{'':{INDENT}}".join(lines)
