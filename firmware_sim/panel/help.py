"""All keys and what they do, from the same table as the buttons."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from firmware_sim.panel.actions import ACTIONS
from firmware_sim.panel.widgets.shown import Shown
from firmware_sim.panel.words import LAMPS, SIMULATOR

WIDTH: Final = 72
"""Columns of text in the window. [design]"""
_MORE: Final = (
    ("1-8", "Choose a channel; so do up, down and a click"),
    ("F2-F5", "Waveform, patient, faults, events; so do left and right"),
    ("PgUp PgDn", "Scroll the pane that is shown"),
    ("Tab Enter", "Walk over the buttons and press one"),
)


def text() -> str:
    """The keys, then the lamp."""
    keys = [(action.key, action.tip) for action in ACTIONS]
    rows = [
        line for key, what in (*_MORE, *keys) for line in wrap(f"{key:<10} {what}", WIDTH, subsequent_indent=" " * 11)
    ]
    return "\n".join([*rows, "", "The lamp", *(str(lamp) for lamp in LAMPS.values())])


class Help(ModalScreen[None]):
    """Any of its keys closes it; so does a click beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1,question_mark,enter", "dismiss", "close"),
        Binding("up", "scroll(-1)", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("pageup", "scroll(-10)", show=False),
        Binding("pagedown", "scroll(10)", show=False),
    ]

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="help", can_focus=False) as window:
            window.border_title = "Keys (Esc closes)"
            window.border_subtitle = SIMULATOR
            yield Shown(text())

    def action_scroll(self, step: int) -> None:
        self.query_one("#help").scroll_relative(y=step, animate=False)

    def on_click(self) -> None:
        self.dismiss()
