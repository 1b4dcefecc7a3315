"""The three windows that may lie over a screen: a question, the help, and the list of commands. STOP works in all.

The list of commands is Textual's own with the STOP bar added: without it the mouse could not stop there.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.command import CommandList, CommandPalette
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Button, Input, OptionList, Static

from nmes.language import _
from nmes.ui.screens.base import Window, is_whole
from nmes.ui.widgets.answer_row import AnswerRow
from nmes.ui.widgets.rows import has_room
from nmes.ui.widgets.stop_bar import StopBar

IN_SPITE: Final = _("You go on in spite of this. Recorded with it: asked by {by}")


class Ask(Window):
    """A question with two answers: True for yes; Esc stops and closes, which is no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", _("Yes"), priority=True, id="ask.yes"),
        Binding("n", "answer(False)", _("No"), priority=True, id="ask.no"),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._question, self._yes, self._no = question, yes, no

    def body(self) -> ComposeResult:
        yield Static(f"{self._question}\n", markup=False)
        yield AnswerRow("Enter", self._yes, "answer(True)")
        yield AnswerRow("n", self._no, "answer(False)")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class InSpite(Window):
    """What is gone on with in spite of its answer, once more before it is sent: True sends it. Enter does not, so that
    the Enter that left the name is not taken for a yes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "answer(True)", _("Send"), priority=True, id="in_spite.send"),
        Binding("n", "answer(False)", _("Back"), priority=True, id="in_spite.back"),
    ]

    def __init__(self, by: str, overrides: tuple[str, ...]) -> None:
        super().__init__()
        self._by, self._overrides = by, overrides

    def body(self) -> ComposeResult:
        yield Static(IN_SPITE.format(by=self._by), classes="head", markup=False)
        with VerticalScroll():
            yield Static("\n".join(self._overrides), markup=False)
        yield Static("", markup=False)
        yield AnswerRow("F2", _("so it is, go on"), "answer(True)")
        yield AnswerRow("n", _("back to the questions"), "answer(False)")

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class Help(Window):
    """All keys of the screen below, and what its words mean; the text is made by who opens it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1,enter,q", "close", _("Close"), priority=True, id="help.close"),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def body(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(self._text, markup=False)

    def action_close(self) -> None:
        self.dismiss(False)


_CHOICES: Final = (
    Input.Changed,
    Input.Submitted,
    OptionList.OptionSelected,
    OptionList.OptionHighlighted,
    Button.Pressed,
)
"""What may still be on its way from a field or a list when its window closes."""


class Palette(CommandPalette):
    """The list of commands, with the STOP bar. Where the window leaves the list no room, it does nothing unseen.

    Textual's own goes on hearing what was typed before it closed: a second Enter would run the command twice and take
    the screen below away too, and a search that begins then fails.
    """

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield StopBar()

    def dismiss(self, result: None = None) -> AwaitComplete:
        self.workers.cancel_node(self)
        return super().dismiss(result) if self.is_active else AwaitComplete.nothing()  # type: ignore[no-untyped-call]  # Textual's

    async def _on_message(self, message: Message) -> None:
        if self.is_active or not isinstance(message, _CHOICES):
            await super()._on_message(message)

    def _gather_commands(self, search_value: str) -> None:  # type: ignore[override]  # nobody looks at its worker
        if self.is_active and is_whole(self):
            super()._gather_commands(search_value)

    def _action_command_list(self, action: str) -> None:
        if has_room(self.query_one(CommandList)):
            super()._action_command_list(action)
