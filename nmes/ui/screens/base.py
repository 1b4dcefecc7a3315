"""The frame every screen hangs in: banner, step, body, keys, STOP bar at the same place, and the essentials when small.

A screen is shown Views and sends messages. It asks its app for three things only, named in `Host`.
"""

from __future__ import annotations

from typing import Protocol, cast

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Static

from nmes.core.commands import Note
from nmes.core.events import Operator
from nmes.core.view import View
from nmes.ui import words
from nmes.ui.flow import STOPS_WITH_SPACE, Stage
from nmes.ui.messages import Do
from nmes.ui.widgets.frame import MIN_HEIGHT, MIN_WIDTH, Banner, Essentials, Where
from nmes.ui.widgets.stop_bar import StopBar

TALL = 32
"""Rows from which on pictures are drawn larger."""
WIDE = 100
"""Columns from which on lists and labels get more of them."""
NOTE_MS = 8_000
"""How long a note stays; what still matters is said by the state line [design]."""


class Host(Protocol):
    """What a screen may ask of the app."""

    @property
    def simulation(self) -> bool: ...

    @property
    def input_epoch(self) -> int:
        """The epoch at which the key or click that is being handled was made."""

    def hand_ms(self, view: View) -> int:
        """The time of a hand at the keys, in ms: the session's, or the real one where a simulated session is faster."""

    @property
    def touched_ms(self) -> int:
        """When a key or button was last pressed, on the session's clock."""

    @property
    def latest(self) -> View | None:
        """The View shown last, None before there is a session."""


class StepScreen(Screen[None]):
    """One step of the six. `body()` composes it, `paint()` shows a View in it. `begin` and `lay_out` are hooks."""

    STAGE = Stage.CHOOSE

    def __init__(self, title: str, step: str = "") -> None:
        """`step` stands instead of the number and name of the step."""
        super().__init__()
        self._title_text, self._step_text = title, step
        self._said = ""
        self._note: Note | None = None
        self._note_until_ms = 0
        self._may: frozenset[str] = frozenset()
        self._composed = False

    def compose(self) -> ComposeResult:
        yield Banner(simulation=self.host.simulation)
        yield Where(self.STAGE, self._title_text, self._step_text)
        with Vertical(id="body"):
            yield from self.body()
        yield Static("", id="note", markup=False)
        yield Essentials()
        with Vertical(id="bottom"):
            yield Footer(show_command_palette=False, compact=True)
            yield StopBar(space=self.STAGE in STOPS_WITH_SPACE)

    def body(self) -> ComposeResult:
        """What stands between the step line and the note line."""
        yield from ()

    def paint(self, view: View) -> None:
        """Show a View; called at most four times a second."""

    @property
    def host(self) -> Host:
        return cast(Host, self.app)

    @property
    def small(self) -> bool:
        """Whether the window is too small to start anything."""
        return self.size.width < MIN_WIDTH or self.size.height < MIN_HEIGHT

    def begin(self) -> None:
        """Once, when the screen is composed."""

    def lay_out(self) -> None:
        """When the screen has another size, and at the beginning."""

    def on_mount(self) -> None:
        self._composed = bool(self.query(StopBar))  # an app on its way out mounts the screen, but nothing in it
        if self._composed:
            self.begin()

    @property
    def _there(self) -> bool:
        """Whether there is anything to paint on: not before it is composed, and not while the app takes it down."""
        return self._composed and self.is_attached and self.app.is_running

    def on_resize(self) -> None:
        self.set_class(self.small, "-small")
        self.set_class(self.size.height >= TALL, "-tall")
        self.set_class(self.size.width >= WIDE, "-wide")
        if not self._there:
            return
        self.query_one(Essentials).show(self.host.latest)
        self.lay_out()
        if self.host.latest is not None:
            self.show(self.host.latest)

    def show(self, view: View) -> None:
        """A new View."""
        if not self._there:
            return
        self._show_note(view)
        self.query_one(Where).show(view.who)
        self.query_one(Essentials).show(view)
        self.paint(view)
        if view.may != self._may:
            self._may = view.may
            self.refresh_bindings()

    def send(self, event: Operator) -> None:
        """A person did something."""
        self._said = ""
        self.post_message(Do(event))

    def say(self, code: str, **values: int | str) -> None:
        """A sentence of the screen's own, until the session says something new."""
        self._said = words.sentence(code, **values)
        self.query_one("#note", Static).update(f"! {self._said}")

    def unsay(self) -> None:
        """What the screen said holds no longer."""
        self._said, view = "", self.host.latest
        if view is not None and self._there:
            self._show_note(view)

    def note(self, text: str, *, loud: bool = True) -> None:
        """A line of the screen's own while there is no session; loud where it asks for something."""
        line = self.query_one("#note", Static)
        line.set_class(bool(text) and loud, "-loud")
        line.update(text)

    def _show_note(self, view: View) -> None:
        if view.note is not self._note:
            self._note, self._said, self._note_until_ms = view.note, "", view.now_ms + NOTE_MS
        note = view.note if view.now_ms < self._note_until_ms else None
        text = self._said or words.note_words(note)
        loud = bool(self._said) or words.is_refusal(note)
        line = self.query_one("#note", Static)
        line.update(f"! {text}" if loud and text else text)
        line.set_class(loud, "-loud")


class Window(ModalScreen[bool]):
    """A modal: it opens only when asked for, and has the STOP bar at the same place."""

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield from self.body()
        yield StopBar()

    def body(self) -> ComposeResult:
        """What stands in the window."""
        yield from ()
