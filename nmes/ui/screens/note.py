"""The side screen in which a note on the running treatment is written.

Law: it sends one text and nothing that raises; while it stands the + key is locked, and stays so after it. F12, Ctrl+C,
Esc and the STOP bar stop the output in it; Esc also closes it and keeps nothing.
"""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from nmes.language import _
from nmes.ui.screens.base import is_whole
from nmes.ui.widgets.stop_bar import StopBar

MOST: Final = 200
"""Characters of a note: a sentence or two, and one line of the record [design]."""


class NoteScreen(ModalScreen[str]):
    """Gives back the text, "" for nothing to note. The state of the session stays in sight above it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f3", "leave", _("back, no note"), priority=True, id="note.leave"),
    ]

    def __init__(self, *, runs: bool = True) -> None:
        """`runs`: something of the plan is live."""
        super().__init__()
        self._runs = runs

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            goes_on = _("Note. The treatment goes on; + is locked.")
            yield Static(goes_on if self._runs else _("Note. Nothing goes on meanwhile."), markup=False)
            yield Input(max_length=MOST, id="note-text", compact=True)
            yield Static(_("Enter: write it to the record. F3: back without. Esc, F12 and Ctrl+C stop the output."))
        yield StopBar()

    def on_mount(self) -> None:
        if is_whole(self):
            self.query_one("#note-text", Input).focus()

    def action_leave(self) -> None:
        self.dismiss("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        self.dismiss(event.value.strip())
