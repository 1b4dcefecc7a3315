"""A form of the course of care: what is typed becomes one entry of the record, shown in words before it is entered.

Law: nothing is written before F2, and then exactly what stood there in words. An entry is never changed afterwards; one
that was wrong is withdrawn by another. No session is open while it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Static

from nmes.core.care_checks import NotEnterable, checked
from nmes.core.care_events import CareEvent
from nmes.core.day import Day
from nmes.core.measurement import Who
from nmes.core.printable import printable
from nmes.core.screening import tells
from nmes.language import _
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.course_words import not_enterable
from nmes.ui.course_form import Asked, Form
from nmes.ui.flow import Stage
from nmes.ui.messages import EnterCare
from nmes.ui.names import offered
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.windows import Ask
from nmes.ui.widgets.choice import Choice
from nmes.ui.widgets.field import NameInput
from nmes.ui.words import who_words

BY = "by"
_HINT_BY = _("Your name, or a number: {names}")


class EntryScreen(StepScreen):
    """`today`: at this place; `by`: who entered something last."""

    STAGE = Stage.HOME
    CSS_PATH = "entry.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        # priority: what is typed after a Tab in one go belongs to the next field
        Binding("up,shift+tab", "app.focus_previous", _("field"), priority=True, show=False, id="entry.up"),
        Binding("down,tab", "app.focus_next", _("field"), priority=True, show=False, id="entry.down"),
        Binding("f2", "enter", _("enter it"), priority=True, id="entry.enter"),
        Binding("f3", "leave", _("leave"), priority=True, id="entry.leave"),
    ]

    def __init__(self, who: Who, form: Form, today: Day, therapists: Sequence[str] = (), by: str = "") -> None:
        super().__init__("", f"{form.title}: {who_words(who)}")
        self._form, self._today, self._therapists = form, today, therapists
        self._begun_by, self._saving = by, False

    def body(self) -> ComposeResult:
        with VerticalScroll(id="entry", can_focus=False):
            yield Static("\n".join(map(printable, self._form.about)), id="entry-about", markup=False)
            for one in self._form.asked:
                yield from self._field(one)
            with Horizontal(classes="entry-field"):
                yield Static(_("Entered by"), classes="entry-label", markup=False)
                by = NameInput(self._begun_by, id=BY, compact=True, select_on_focus=False)
                by.therapists = self._therapists
                yield by
        yield Static("", id="entry-hint", markup=False)
        yield Static("", id="entry-says", markup=False)

    @staticmethod
    def _field(one: Asked) -> ComposeResult:
        with Horizontal(classes="entry-field"):
            yield Static(one.label, classes="entry-label", markup=False)
            if one.choices is None:
                yield Input(one.value, id=one.name, compact=True, select_on_focus=False)
            else:
                yield Choice(one.choices, one.value, id=one.name)

    def begin(self) -> None:
        self.app.set_focus(self.query_one(f"#{self._form.asked[0].name}"))
        self._tell()

    # --- what is typed ---

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields of the form."""
        found = {}
        for one in self._form.asked:
            field = self.query_one(f"#{one.name}")
            found[one.name] = field.value.strip() if isinstance(field, Input | Choice) else ""
        return found

    @property
    def by(self) -> str:
        """Who enters it."""
        return self.query_one(NameInput).meant

    def _missing(self) -> tuple[str, ...]:
        by = () if tells(self.by) else (_("who enters it"),)
        return (*self._form.missing(self.typed), *by)

    def _event(self) -> CareEvent:
        """What would be entered; NotEnterable if it cannot be right."""
        return checked(self._form.make(self.typed), self._today)

    def on_input_changed(self) -> None:
        self._tell()

    def on_choice_changed(self) -> None:
        self._tell()

    def on_descendant_focus(self) -> None:
        self._tell()

    def on_input_submitted(self) -> None:
        self.app.action_focus_next()

    def _tell(self) -> None:
        """What is missing or wrong, what the field is about, and what would stand in the record."""
        if not self._there:
            return
        missing, says, wrong = self._missing(), "", ""
        if not self._form.missing(self.typed):
            try:
                says = entry_sentence(self._event())
            except NotEnterable as error:
                wrong = f"! {not_enterable(error)}"
        self.tell_missing(_("Missing: {listed}").format(listed="; ".join(missing)) if missing else "")
        self.note(printable(wrong))
        self.query_one("#entry-hint", Static).update("\n".join(map(printable, self._hint().split("\n"))))
        line = _("F2 enters: {entry}").format(entry=says) if says else ""
        self.query_one("#entry-says", Static).update(printable(line))

    def _hint(self) -> str:
        name = (self.focused.id if self.focused is not None else None) or ""
        if name == BY:
            return _HINT_BY.format(names=offered(self._therapists, 50)) if self._therapists else _("Your name.")
        return self._form.hint_of(name, self.typed)

    # --- the ways out ---

    @property
    def unsaved(self) -> bool:
        """Whether something was typed that is not entered."""
        begun = {one.name: one.value for one in self._form.asked}
        return not self._saving and self.typed != begun

    @property
    def saving(self) -> bool:
        """Whether it is being entered now."""
        return self._saving

    def complain(self, sentence: str) -> None:
        """What kept it from being entered."""
        self._saving = False
        if self._there:
            self.note(f"! {printable(sentence)}")

    def action_enter(self) -> None:
        if self._saving:
            return None
        if self.small:
            return self.say("small")
        if missing := self._missing():
            return self.note(_("! Not entered. Missing: {listed}").format(listed="; ".join(missing)))
        try:
            event = self._event()
        except NotEnterable as error:
            return self.note(f"! {printable(not_enterable(error))}")
        self._saving = True
        self.note(_("It is being written to the record ..."), loud=False)
        self.post_message(EnterCare(event, self.by))
        return None

    def action_leave(self) -> None:
        if self._saving:
            return  # it leaves by itself as soon as it is on the disk
        if self.unsaved:
            self.app.push_screen(Ask(_UNSAVED, _("leave without entering it"), _("stay")), self._left)
        else:
            self.finish()

    def _left(self, yes: bool | None) -> None:
        if yes:
            self.call_later(self.finish)  # the question has just gone, and this screen has not heard of it yet


_UNSAVED = _("What you typed is not entered, and would be lost.")
