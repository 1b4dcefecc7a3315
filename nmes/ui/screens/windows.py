"""The three windows that may lie over a screen: a question, the help, and the list of commands. STOP works in all.

The list of commands is Textual's own with the STOP bar added: without it the mouse could not stop there.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import CommandPalette
from textual.containers import VerticalScroll
from textual.widgets import Static

from nmes.ui.screens.base import Window
from nmes.ui.widgets.stop_bar import StopBar

HELP = """\
STOP       Esc, F12 or Ctrl+C on every screen, or click the bar below.
           Space too, where a level is found and in the treatment.
           After a STOP every level is found again, from 0.
           A software STOP is not an emergency stop: keep the
           stimulator's switch and its cables in reach.

SCREENING
y, n, u    yes, no, unknown, one press each; letters as fast as a word
           is typed are no answers. g goes to the next group
Enter, Tab to the fields: reason, who reviewed it, who asked
F2         go on; what you go on with in spite of an answer is shown
           once more first

CHOOSE
/          filter: words such as calf, tens, stroke, own; a, b or c
           alone is a grade, nmes, tens or assessment a kind
w, s       for whom: patient code (never a name) and measured cramp
           threshold frequency (CTF) in Hz; s changes the side
e          edit a copy of the protocol; the original never changes
PgUp PgDn  the card
F2, Enter  use it

EDITOR
up, down   the field before, the next (Enter, Tab too)
F4         the next word, where only some words are accepted
F5         the field as it was in the original
F2         save the copy among your own protocols
Esc        leave; it asks first if something is not saved

LEVELS AND TREATMENT
+ or =     one step up. One press, one step; hold does nothing more.
           Locks after 4 s without a change.
-          one step down, at any time, at once. Unlocks +.
u          unlock +
up, down   choose the channel
t, Enter   begin to find the level of the chosen channel, from 0
w, x       while it is found: the present amplitude is the one at
           which a twitch is seen, or the most that is tolerated
f          type forces: own strongest contraction, evoked force
a          the patient accepts this level; the output goes to 0
s          start the treatment, from 0
p          pause: the output goes to 0. The contraction is repeated
           when you go on.
r          go on, climbing from 0 over at least 5 s
c          CRAMP. In a cramp threshold test it stops at once and is
           the result; elsewhere, and after a STOP, it is noted, and
           the screen says what to do (Enter closes that)
m          note pain
h          I am here (any key says so): nobody for too long is a pause
e          end the session

EVERYWHERE
F1         this help (F1, Enter or q close it)
F2         continue to the next step, before anything can flow
Ctrl+P     list of commands
Ctrl+Q     quit: stops first, then closes the record

commanded  what the stimulator was told
confirmed  what the stimulator has answered; "unknown" where the
           answer is too old to be trusted
In bursts both are the envelope: they stand still between bursts.
"""


class Ask(Window):
    """A question with two answers: True for yes; Esc stops and closes, which is no."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer(True)", "Yes", priority=True),
        Binding("n", "answer(False)", "No", priority=True),
    ]

    def __init__(self, question: str, yes: str, no: str) -> None:
        super().__init__()
        self._text = f"{question}\n\n  Enter   {yes}\n  n       {no}"

    def body(self) -> ComposeResult:
        yield Static(self._text, markup=False)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class InSpite(Window):
    """What is gone on with in spite of its answer, once more before it is sent: True sends it. Enter does not, so that
    the Enter that left the name is not taken for a yes.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "answer(True)", "Send", priority=True),
        Binding("n", "answer(False)", "Back", priority=True),
    ]

    def __init__(self, by: str, overrides: tuple[str, ...]) -> None:
        super().__init__()
        self._by, self._overrides = by, overrides

    def body(self) -> ComposeResult:
        yield Static(f"You go on in spite of this. Recorded with it: asked by {self._by}", classes="head", markup=False)
        with VerticalScroll():
            yield Static("\n".join(self._overrides), markup=False)
        yield Static("\n  F2      so it is, go on\n  n       back to the questions", markup=False)

    def action_answer(self, answer: bool) -> None:
        self.dismiss(answer)


class Help(Window):
    """All keys and what the words mean."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f1,enter,q", "close", "Close", priority=True)]

    def body(self) -> ComposeResult:
        with VerticalScroll():
            yield Static(HELP, markup=False)

    def action_close(self) -> None:
        self.dismiss(False)


class Palette(CommandPalette):
    """The list of commands, with the STOP bar."""

    def compose(self) -> ComposeResult:
        yield from super().compose()
        yield StopBar()
