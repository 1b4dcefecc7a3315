"""The frame every screen hangs in: banner, stepper, body, what is missing, alarm, note, keys and STOP bar, each at its
place, and the essentials when the window is small.

A screen is shown Views and sends messages. What it asks its app for is named in `Host`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Protocol, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.events import Event
from textual.screen import ModalScreen, Screen
from textual.widgets import Footer, Input, Static

from nmes.core.alarm import Alarms
from nmes.core.commands import Note
from nmes.core.events import Operator
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.missing_words import missing_words
from nmes.runtime.settings import Settings
from nmes.runtime.sim_bench import SimBench
from nmes.ui import words
from nmes.ui.flow import STOPS_WITH_SPACE, Stage
from nmes.ui.messages import Do
from nmes.ui.services import Services
from nmes.ui.widgets.alarm_bar import AlarmBar
from nmes.ui.widgets.bench_panel import BESIDE_FROM, BenchPanel
from nmes.ui.widgets.frame import MIN_HEIGHT, MIN_WIDTH, Banner, Essentials, Where
from nmes.ui.widgets.stop_bar import StopBar
from nmes.ui.widgets.text import Text

TALL = 32
"""Rows from which on pictures are drawn larger."""
WIDE = 100
"""Columns from which on lists and labels get more of them."""
TOO_SMALL = "small"
"""The code of what is said of a key that a small window refuses."""
NOTE_MS = 8_000
"""How long a note stays; what still matters is said by the state line [design]."""


class Host(Protocol):
    """What a screen may ask of the app."""

    @property
    def services(self) -> Services:
        """What is given from outside."""

    @property
    def simulation(self) -> bool: ...

    @property
    def settings(self) -> Settings:
        """What the clinic has set, as it is now."""

    @property
    def input_epoch(self) -> int:
        """The epoch at which the key or click that is being handled was made."""

    @property
    def input_ms(self) -> int:
        """When it was read, on the clock of the hand."""

    def hand_now(self) -> int:
        """That clock now, however old the View is that is shown."""

    def hand_ms(self, view: View) -> int:
        """The time of a hand at the keys, in ms: the session's, or the real one where a simulated session is faster."""

    @property
    def touched_ms(self) -> int:
        """When a key or button was last pressed, on the session's clock."""

    @property
    def latest(self) -> View | None:
        """The View shown last, None before there is a session."""

    @property
    def alarms(self) -> Alarms:
        """What was raised in this session and is not both gone and acknowledged."""

    @property
    def bench_beside(self) -> bool:
        """Whether the virtual patient stands beside the steps, where there is room."""

    def bench(self) -> SimBench | None:
        """The virtual patient, if there is one."""


def is_whole(screen: Screen[Any]) -> bool:
    """Whether all its parts are mounted, the STOP bar last. An app on its way out mounts only some of it."""
    return screen.app.is_running and screen.is_attached and bool(screen.query(StopBar))


class StepScreen(Screen[None]):
    """One screen of the flow. `body()` composes it, `paint()` shows a View in it. `begin` and `lay_out` are hooks."""

    STAGE = Stage.HOME

    def __init__(self, title: str, step: str = "") -> None:
        """`step` stands instead of the number and name of the step."""
        super().__init__()
        self._title_text, self._step_text = title, step
        self._said = ""
        self._note: Note | None = None
        self._note_until_ms = 0
        self._refused_until_ms = 0
        """Until when a small window says that a key was refused because of it."""
        self._may: frozenset[str] = frozenset()
        self._composed = False
        self._finished = False
        """Whether it is over, and goes as soon as nothing lies over it."""

    def compose(self) -> ComposeResult:
        yield Banner(simulation=self.host.simulation)
        yield Where(self.STAGE, self._title_text, self._step_text)
        with Horizontal(id="middle"):
            with Vertical(id="body"):
                yield from self.body()
            if self.host.bench_beside:
                yield BenchPanel(self.host.bench)
        yield Text("", id="missing", markup=False)
        yield AlarmBar()
        yield Text("", id="note", markup=False)
        yield Essentials()
        with Vertical(id="bottom"):
            yield Footer(show_command_palette=False, compact=True)
            yield StopBar(space=self.STAGE in STOPS_WITH_SPACE)

    def body(self) -> ComposeResult:
        """What stands between the stepper and the line of what is missing."""
        yield from ()

    def paint(self, view: View) -> None:
        """Show a View; called four times a second, and where a press did something at most five times more."""

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
        self._composed = is_whole(self)
        if self._composed:
            self.begin()

    @property
    def _there(self) -> bool:
        """Whether there is anything to paint on: not before it is composed, and not while it is taken down, its parts
        one by one, which `display` tells.
        """
        return self._composed and self.is_attached and self.app.is_running and self.display

    def on_screen_suspend(self) -> None:
        """Something lies over it: its keys are not heard, so none is offered."""
        for footer in self.query(Footer):
            footer.visible = False

    def on_screen_resume(self) -> None:
        for footer in self.query(Footer):
            footer.visible = True
        if self._finished:
            self.dismiss()

    def finish(self) -> None:
        """Leave; under a window as soon as that is closed, because `dismiss` would take the window away instead."""
        over, self._finished = self._finished, True
        if not over and self.app.screen is self:
            self.dismiss()

    def on_resize(self) -> None:
        self.set_class(self.small, "-small")
        self.set_class(self.size.height >= TALL, "-tall")
        self.set_class(self.size.width >= WIDE, "-wide")
        if not self._there:
            return
        if not self.small and self._said == words.sentence(TOO_SMALL):
            self._refused_until_ms = 0
            self.unsay()
        self._show_essentials(self.host.latest)
        self.lay_out()
        if self.host.latest is not None:
            self.show(self.host.latest)

    def show(self, view: View) -> None:
        """A new View."""
        if not self._there:
            return
        self._show_note(view)
        self._show_missing(view)
        self.query_one(AlarmBar).show(self.host.alarms)
        self.query_one(Where).show(view.who)
        self._show_essentials(view)
        self.paint(view)
        if view.may != self._may:
            self._may = view.may
            self.refresh_bindings()

    def _show_essentials(self, view: View | None) -> None:
        refused = view is not None and view.now_ms < self._refused_until_ms
        self.query_one(Essentials).show(view, refused=refused)

    @property
    def has_room_beside(self) -> bool:
        """Whether the bench of the simulator can stand beside the body."""
        return self.size.width >= BESIDE_FROM

    def show_bench(self) -> None:
        """Put it there, or away."""
        if self.host.bench_beside and not self.query(BenchPanel):
            self.query_one("#middle").mount(BenchPanel(self.host.bench))
        elif not self.host.bench_beside:
            self.query(BenchPanel).remove()

    def show_report(self, said: str, *, failed: bool = False) -> None:
        """Where a report was written, or why it was not."""
        text = (
            _("! No report was written: {reason}").format(reason=said)
            if failed
            else _("Report: {path}").format(path=said)
        )
        self.note(text, loud=failed)

    @contextmanager
    def hearing(self, _event: Event) -> Iterator[None]:
        """Around all that an input event does, whatever is bound to it, or nothing. The app calls it."""
        yield

    def send(self, event: Operator) -> None:
        """A person did something."""
        self._said = ""
        self.post_message(Do(event))

    def say(self, code: str, **values: int | str) -> None:
        """A sentence of the screen's own, until the session says something new."""
        self._said = words.sentence(code, **values)
        if code == TOO_SMALL and self.host.latest is not None and self._there:
            self._refused_until_ms = self.host.latest.now_ms + NOTE_MS
            self._show_essentials(self.host.latest)
        if self._there:
            self.query_one("#note", Static).update(f"! {self._said}")

    def unsay(self) -> None:
        """What the screen said holds no longer."""
        self._said, view = "", self.host.latest
        if view is not None and self._there:
            self._show_note(view)
        elif view is None:
            self.note("")

    def anew(self, field: Input) -> None:
        """What stands there was refused: what is typed next takes its place, and is not a longer wrong text."""
        field.focus()
        field.select_all()

    def note(self, text: str, *, loud: bool = True) -> None:
        """A line of the screen's own while there is no session; loud where it asks for something."""
        if not self._there:
            return
        line = self.query_one("#note", Static)
        line.set_class(bool(text) and loud, "-loud")
        line.update(text)

    def _show_missing(self, view: View) -> None:
        """What has to be done before the next step; no row where there is nothing."""
        listed, stops = self.lacks(view), self.stops()
        if stops:
            self.tell_missing(stops)
        elif listed:
            self.tell_missing(_("Missing: {listed}").format(listed="; ".join(listed)))
        else:
            self.tell_missing(_("Nothing is missing: F2 goes on.") if view.missing else "")

    def lacks(self, view: View) -> tuple[str, ...]:
        """What is missing, in words; a screen that holds answers not yet sent knows better than the session."""
        return missing_words(view.missing)

    def stops(self) -> str:
        """What keeps from going on whatever else is done here; "" = nothing. It is told instead of what is missing."""
        return ""

    def tell_missing(self, text: str) -> None:
        """The line of what is missing; no row without a text."""
        if not self._there:
            return
        line = self.query_one("#missing", Static)
        line.set_class(bool(text), "-there")
        line.update(text)

    def _show_note(self, view: View) -> None:
        if view.note is not self._note:
            self._note, self._said, self._note_until_ms = view.note, "", view.now_ms + NOTE_MS
        fresh = view.note is not None and view.now_ms < self._note_until_ms and not words.has_passed(view.note, view)
        note = view.note if fresh else None
        text = self._said or words.note_with_keys(note)
        loud = bool(self._said) or words.is_refusal(note)
        line = self.query_one("#note", Static)
        line.update(f"! {text}" if loud and text else text)
        line.set_class(loud, "-loud")


class Window(ModalScreen[bool]):
    """A modal: it opens only when asked for, and has the STOP bar at the same place.

    It holds no text field, so that Space stops in it wherever it does so on the step below.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "stop_all('key')", _("STOP"), priority=True, id="stop.space", show=False)
    ]

    def compose(self) -> ComposeResult:
        with Vertical(id="window"):
            yield from self.body()
        yield StopBar(space=self.stops_with_space)

    @property
    def stops_with_space(self) -> bool:
        step = next((one for one in reversed(self.app.screen_stack) if isinstance(one, StepScreen)), None)
        return step is not None and step.STAGE in STOPS_WITH_SPACE

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.stops_with_space if action == "stop_all" else super().check_action(action, parameters)

    async def action_stop_all(self, source: str) -> None:
        """The app's own, where Space is a STOP."""
        await self.run_action(f"app.stop_all('{source}')")

    def body(self) -> ComposeResult:
        """What stands in the window."""
        yield from ()

    def on_mount(self) -> None:
        if is_whole(self):
            self.begin()

    def begin(self) -> None:
        """Once, when the window is composed."""
