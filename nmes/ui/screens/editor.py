"""Editing a copy of a protocol, before there is a session: one line of entry, and beside it what the edit would do.

Law: no output can be live here. The app opens this screen only while no session is open or opening, and opens none
while it stands. What was typed is left only after a question; the file that was copied is never written to.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from nmes.core.problems import Problem
from nmes.language import _
from nmes.runtime.library import Loaded, is_own
from nmes.ui.draft import Compile, Draft, free_id
from nmes.ui.editor_fields import Field, fields_of
from nmes.ui.editor_words import accepts_words, draft_words, row
from nmes.ui.flow import Stage
from nmes.ui.messages import LeaveEditor, Save
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.windows import Ask
from nmes.ui.widgets.rows import Rows

UNSAVED = _("This copy is not saved. What you typed would be lost.")


class EditorScreen(StepScreen):
    """`taken` are the ids of other protocols; `compile_plan` makes the plan whose envelope and dose are shown."""

    STAGE = Stage.CHOOSE
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,shift+tab", "go(-1)", _("field"), priority=True, show=False, id="editor.before"),
        Binding("down,enter,tab", "go(1)", _("field"), priority=True, id="editor.next", key_display="↑ ↓"),
        Binding("pageup", "go(-8)", _("fields"), priority=True, show=False, id="editor.page_up"),
        Binding("pagedown", "go(8)", _("fields"), priority=True, show=False, id="editor.page_down"),
        Binding("f4", "next_choice", _("next word"), priority=True, id="editor.choice"),
        Binding("f5", "restore", _("as it was"), priority=True, id="editor.restore"),
        Binding("f2", "save", _("save"), priority=True, id="editor.save"),
        Binding("f6", "leave", _("leave"), priority=True, id="editor.leave", key_display="Esc"),
    ]

    def __init__(self, original: Loaded, taken: frozenset[str], compile_plan: Compile) -> None:
        super().__init__(_copy_of(original), _("Edit: no output is possible here"))
        self._taken, self._compile_plan = taken, compile_plan
        self._fields = fields_of(original.tree)
        self._field = self._fields[0]
        self.draft = Draft.of(original, free_id(original.protocol.id, taken))
        self._checked = self.draft.checked(compile_plan, taken)
        self._begun_with, self._saving = self.draft, False

    @property
    def unsaved(self) -> bool:
        """Whether leaving would lose something."""
        changed = bool(self.draft.typed) or self.draft.new_id != self._begun_with.new_id
        return changed and not self._finished

    def body(self) -> ComposeResult:
        yield Rows(*self._rows(), id="fields-list", markup=False)
        with Horizontal(id="entry"):
            yield Static("", id="entry-label", markup=False)
            yield Input(id="entry-value", compact=True, select_on_focus=False)
            yield Static("", id="entry-unit", markup=False)
        yield Static("", id="field-error", markup=False)
        yield Static("", id="outcome", markup=False)

    def _rows(self) -> list[Option]:
        rows, group = [], ""
        for field in self._fields:
            if field.group != group:
                group = field.group
                rows.append(Option(f"── {group}", disabled=True))
            rows.append(Option("", id=field.name))
        return rows

    def begin(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.query_one(Input).focus()
        self._choose(self._field)
        self._paint()

    def lay_out(self) -> None:
        self.call_after_refresh(self._paint)

    # --- moving ---

    def action_go(self, step: int) -> None:
        index = self._fields.index(self._field) + step
        self._choose(self._fields[max(0, min(index, len(self._fields) - 1))])

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A click on a row."""
        self.go_to(str(event.option_id))

    def go_to(self, name: str) -> None:
        """To the field of this path, `stages.0.on_s`."""
        self._choose(next(field for field in self._fields if field.name == name))

    def _choose(self, field: Field) -> None:
        self._field = field
        rows = self.query_one("#fields-list", OptionList)
        rows.highlighted = rows.get_option_index(field.name)
        entry = self.query_one(Input)
        with self.prevent(Input.Changed):
            entry.value = self.draft.shown(field.path)
        entry.cursor_position = len(entry.value)
        self.query_one("#entry-label", Static).update(f"▸ {field.label}")
        self.query_one("#entry-unit", Static).update(field.unit)
        entry.focus()
        self._tell_field()

    # --- typing ---

    def on_input_changed(self, event: Input.Changed) -> None:
        self._type(event.value)

    def _type(self, text: str) -> None:
        if text == self.draft.shown(self._field.path) or self._saving:
            return
        self.draft = self.draft.with_typed(self._field.path, text)
        self._checked = self.draft.checked(self._compile_plan, self._taken)
        self._paint()

    def action_next_choice(self) -> None:
        choices = self._field.choices
        if choices:
            now = self.draft.shown(self._field.path)
            following = choices.index(now) + 1 if now in choices else 0
            self.query_one(Input).value = choices[following % len(choices)]

    def action_restore(self) -> None:
        """The field as it was in the original."""
        path = self._field.path
        self.query_one(Input).value = self._begun_with.shown(path)

    # --- what it means ---

    def _paint(self) -> None:
        if not self._there:  # asked for before a refresh, and being taken down after it
            return
        rows, width = self.query_one("#fields-list", OptionList), self.size.width - 4
        for field in self._fields:
            prompt = row(field, self.draft, self._checked, width)
            if rows.get_option(field.name).prompt != prompt:
                rows.replace_option_prompt(field.name, prompt)
        outcome = self.query_one("#outcome", Static)
        outcome.update(draft_words(self._checked, width, max(2, outcome.size.height)))
        self._tell_field()

    def _tell_field(self) -> None:
        problems = self._checked.at(self._field.path)
        line = self.query_one("#field-error", Static)
        line.set_class(bool(problems), "-blocked")
        told = _sentence(problems[0]) if problems else accepts_words(self._field, self.draft)
        whole = self.draft.shown(self._field.path)
        longer = len(whole) >= self.query_one(Input).size.width > 0
        said = _("Whole: {text}").format(text=whole)
        line.update(f"{told}\n{said}" if longer else told)
        elsewhere = [problem for problem in self._checked.problems if problem not in problems]
        said = _("✖ {number} more to put right: {problem}")
        problem = _sentence(elsewhere[0], named=True) if elsewhere else ""
        self.note(said.format(number=len(elsewhere), problem=problem) if elsewhere else "")

    # --- leaving ---

    def action_save(self) -> None:
        if self._saving:
            return
        if problem := next(iter(self._checked.problems), None):
            wrong = next((field for field in self._fields if field.name == problem.path), self._field)
            self._choose(wrong)
            self.note(_("! Not saved: {why}").format(why=_sentence(problem, named=True)))
            return
        self._saving = True
        self.post_message(Save(self.draft.new_id, self.draft.text()))

    def complain(self, sentence: str) -> None:
        """Why it could not be saved; nothing that was typed is lost."""
        self._saving = False
        self.note(_("! Not saved: {why}").format(why=sentence))

    def action_leave(self) -> None:
        if self._saving or isinstance(self.app.screen, Ask):
            return
        if not self.unsaved:
            self.post_message(LeaveEditor())
            return
        self.app.push_screen(Ask(UNSAVED, _("go on editing"), _("leave, and lose it")), self._answered)

    def _answered(self, stay: bool | None) -> None:
        """Esc is no answer, and so stays."""
        if stay is False:
            self.post_message(LeaveEditor())


def _copy_of(original: Loaded) -> str:
    """What is edited: always a new copy, of an own file too, which is not what its owner may think."""
    if is_own(original.path):
        return _("a NEW copy: your own stays as it is  ·  {title}").format(title=original.protocol.title)
    return _("an own copy of {title}").format(title=original.protocol.title)


def _sentence(problem: Problem, *, named: bool = False) -> str:
    """A problem without its place in the file, which nobody sees here."""
    said = f"{problem.reason}; {problem.accepted}" if problem.accepted else problem.reason
    return f"{problem.path}: {said}" if named and problem.path else said
