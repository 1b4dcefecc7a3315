"""The terminal app: shows Views on six screens and passes on what a person does.

Law: which screen is shown follows from the session's own word. The heartbeat comes from the timer that paints, so that
a hung screen goes silent and the session pauses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, ClassVar, assert_never

from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen, Screen

from nmes.core.events import End, Operator
from nmes.core.measurement import NOBODY, Who
from nmes.core.problems import ProblemsError
from nmes.core.view import View
from nmes.runtime.library import Loaded
from nmes.runtime.live import Live
from nmes.runtime.open import CannotStart
from nmes.ui.choosing_app import ChoosingApp, Compile, OriginOf, SaveOwn
from nmes.ui.flow import NOTHING_LIVE, Stage, stage_of
from nmes.ui.messages import Chosen, Do, FindAgain, NewSession
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.choose import ChooseScreen
from nmes.ui.screens.place import PlaceScreen
from nmes.ui.screens.run import RunScreen
from nmes.ui.screens.screening import ScreeningScreen
from nmes.ui.screens.summary import SummaryScreen
from nmes.ui.screens.titrate import TitrateScreen
from nmes.ui.screens.windows import Ask, Help, Palette
from nmes.ui.theme import CLINIC
from nmes.ui.words import still_words

BEAT_S = 0.25
"""Heartbeat and repaint: six times in the 1.5 s after which a silent screen pauses the session [design]."""
LEAVE = "Leave this session? Nothing is on. Its record will say that it ended early."


class NmesApp(ChoosingApp):
    """`open_session` opens a session of a protocol for somebody; CannotStart says why not. `who` stands on the first
    screen as if it had been typed there, `first` is the protocol highlighted there. `hand_clock` times the + key.
    """

    TITLE = "nmes"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", "STOP, close", priority=True, show=False, id="stop.escape"),
        Binding("f1", "help", "help", id="help"),
    ]

    def __init__(
        self,
        protocols: Sequence[Loaded],
        open_session: Callable[[Loaded, Who], Live],
        compile_plan: Compile,
        simulation: bool,
        origin_of: OriginOf,
        save: SaveOwn | None = None,
        who: Who = NOBODY,
        first: Loaded | None = None,
        hand_clock: Callable[[View], int] = attrgetter("now_ms"),
    ) -> None:
        super().__init__(protocols, compile_plan, origin_of, save)
        self.simulation = simulation
        self.hand_ms = hand_clock
        self._open_session, self._told, self._first = open_session, who, first
        self._loaded: Loaded | None = None
        self._stage = Stage.CHOOSE
        self._step: StepScreen | None = None

    def on_mount(self) -> None:
        self.watch_tasks()
        self.register_theme(CLINIC)
        self.theme = CLINIC.name
        self.set_interval(BEAT_S, self.beat)
        self._step = ChooseScreen(self.protocols, self.compile_plan, self._told, self._first)
        self.push_screen(self._step)

    # --- the session on the screen ---

    def beat(self) -> None:
        """A sign of life to the session, and its View to the screen."""
        if self.live is not None:
            self.live.heartbeat()
            if self.is_running:
                self._show(self.live.view, self.live.done)

    def _show(self, view: View, done: bool) -> None:
        """No screen changes under an open window."""
        self.latest = view
        stage = Stage.SUMMARY if done else stage_of(view.word, self._stage)
        if stage is not self._stage and not isinstance(self.screen, ModalScreen):
            self._go(stage)
        elif self._step is not None:
            self._step.show(view)

    def _go(self, stage: Stage) -> None:
        self._stage, self._step = stage, self._build(stage)
        self.switch_screen(self._step)
        if isinstance(self._step, SummaryScreen):
            self.run_worker(self._close_record(self._step), exclusive=True)

    def _build(self, stage: Stage) -> StepScreen:
        if self._loaded is None or stage is Stage.CHOOSE:
            return ChooseScreen(self.protocols, self.compile_plan, self._told, self._first, still_words(self._told))
        protocol = self._loaded.protocol
        match stage:
            case Stage.SCREENING:
                return ScreeningScreen(protocol)
            case Stage.PLACE:
                return PlaceScreen(protocol)
            case Stage.TITRATE:
                return TitrateScreen(protocol)
            case Stage.RUN:
                return RunScreen(protocol)
            case Stage.SUMMARY:
                return SummaryScreen(protocol.title)
            case _:
                assert_never(stage)

    async def _close_record(self, screen: SummaryScreen) -> None:
        summary = await self.close_record()
        if summary is not None and screen.is_attached:
            screen.show_record(summary)

    # --- what screens say ---

    def on_do(self, message: Do) -> None:
        self._post(message.event)

    def _post(self, event: Operator) -> None:
        if self.live is not None:
            self.live.post(event)
            self.beat()

    def on_find_again(self, _message: FindAgain) -> None:
        self._go(Stage.TITRATE)

    def on_new_session(self, _message: NewSession) -> None:
        if self.live is not None and self.live.done:
            self.forget_session()
            self._first, self._loaded = self._loaded, None
            self._go(Stage.CHOOSE)

    def on_chosen(self, message: Chosen) -> None:
        if self.live is None and self.opening is None and self.editor is None:
            self.opening = self.protocols[message.index]
            self.run_worker(self._open(self.opening, message.who))

    async def _open(self, loaded: Loaded, who: Who) -> None:
        try:
            self.live = await asyncio.to_thread(self._open_session, loaded, who)
        except (CannotStart, ProblemsError) as error:
            if self.choosing is not None:
                self.choosing.note(f"! {error}")
        else:
            self._loaded, self._told = loaded, Who(who.code, who.side)
            self.beat()
        finally:
            self.opening = None

    @property
    def choosing(self) -> ChooseScreen | None:
        return self._step if isinstance(self._step, ChooseScreen) else None

    # --- keys and commands ---

    def action_stop_all(self, source: str) -> None:
        super().action_stop_all(source)
        self.beat()

    def action_escape(self) -> None:
        """Stops, and closes what is open; before anything can flow it also offers to leave."""
        self.action_stop_all("key")
        if self.close_editor_window():
            return
        if isinstance(self.screen, ModalScreen):
            self.screen.dismiss()
        elif self._stage is Stage.SUMMARY:
            self.post_message(NewSession())
        elif self.latest is not None and self.latest.word in NOTHING_LIVE:
            self.push_screen(Ask(LEAVE, "leave", "stay"), lambda yes: self._post(End()) if yes else None)

    def action_help(self) -> None:
        if not isinstance(self.screen, ModalScreen):
            self.push_screen(Help())

    def action_command_palette(self) -> None:
        if not isinstance(self.screen, ModalScreen):
            self.push_screen(Palette(id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:  # noqa: ARG002 - Textual's signature
        yield SystemCommand("STOP ALL", "Output to 0 now", lambda: self.action_stop_all("palette"))
        yield SystemCommand("Help", "All keys, and what the words mean", self.action_help)
        yield SystemCommand("Quit", "Stops first, then closes the record", self.action_quit)
