"""The way through the steps: which screen is wanted, when it may come, and the way back with what it voids.

Law: the session's word decides which screen shows a session; before there is one, the person does. No screen changes
under anything that is laid over it: it comes as soon as that is closed. Going back is always possible before output,
and where it voids something, that is asked first; a window's answer counts only for the session it was asked about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import events
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType

from nmes.core.alarm import Level
from nmes.core.events import Back, End, Operator
from nmes.core.view import View, Word
from nmes.language import _
from nmes.ui.building import InHand, build
from nmes.ui.flow import Stage, stage_of
from nmes.ui.glance import Glance
from nmes.ui.leaving_words import LEAVE_LEVELS, LEAVE_PADS, leave_checklist_words, was_given
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.windows import Ask
from nmes.ui.services import Services
from nmes.ui.watching_app import WatchingApp


class WalkingApp(WatchingApp):
    """`hand` is what the session in hand is about; `stage` the screen that is shown, or lies under what is over it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("f3", "step_back", _("back"), id="back")]

    def __init__(self, services: Services, hand: InHand, stage: Stage) -> None:
        super().__init__(services)
        self.hand = hand
        self.stage = self._wanted = stage
        self._step: StepScreen | None = None
        self._glance = Glance(self.set_timer, lambda: self.live.view if self.live is not None else None, self.beat)
        self._leaving = False
        """Whether the session was left by the way back, so that the list of protocols follows and no summary."""
        self._on_the_way = False
        """Whether the record of the session that was left is being closed: once, however many Views come meanwhile."""

    @property
    def step(self) -> StepScreen | None:
        return self._step

    async def on_event(self, event: events.Event) -> None:
        """Every key passes here, whatever is bound to it: the step is told, since any may answer a question."""
        if self._step is None or not isinstance(event, events.Key) or event.is_forwarded:
            return await super().on_event(event)
        with self._step.hearing(event):
            return await super().on_event(event)

    # --- forward ---

    def show(self, view: View, done: bool) -> None:
        """A View of the open session: its screen, or the news for the screen that is there."""
        self.latest = view
        self.watch_view(view)
        if view.word is Word.AFTER:
            self._leaving = False  # what is seen after a treatment, its signature and its summary come first
        if done and self._leaving:
            if not self._on_the_way:
                self._on_the_way = True
                self.run_worker(self._to_protocols(), group="leaving")
        else:
            self._wanted = Stage.SUMMARY if done else stage_of(view.word, self.stage)
        if not self.turn() and self._step is not None:
            self._step.show(view)

    def to(self, stage: Stage) -> None:
        """This screen, as soon as nothing lies over the present one."""
        self._wanted = stage
        self.turn()

    def turn(self) -> bool:
        """Change to the screen that is wanted; False if it is there already, or something lies over the present one."""
        if self._wanted is self.stage or self.is_over:
            return False
        self.enter(self._wanted)
        return True

    def enter(self, stage: Stage) -> None:
        """Put this screen in the place of the present one."""
        self.stage = self._wanted = stage
        self._step = self.built()
        self.hand.told = ""
        self.switch_screen(self._step)

    def pop_screen(self) -> AwaitComplete:
        """What lies over the step; never the step, whoever asks: it is replaced, and there is always one."""
        return super().pop_screen() if self.is_over else AwaitComplete.nothing()  # type: ignore[no-untyped-call]  # its own

    def built(self) -> StepScreen:
        return build(self.stage, self.hand, self.settings, self.protocols, self.compile_plan)

    # --- back ---

    @property
    def may_go_back(self) -> bool:
        """Whether there is a step back now."""
        match self.stage:
            case Stage.PATIENT | Stage.CHOOSE | Stage.SCREENING:
                return self.opening is None
            case Stage.SIGN:
                return True
            case _:
                return self.latest is not None and "back" in self.latest.may

    def action_step_back(self) -> None:
        view = self.latest
        match self.stage:
            case Stage.PATIENT:
                self.to(Stage.HOME)
            case Stage.CHOOSE:
                self.to(Stage.PATIENT)
            case Stage.SIGN:
                self.to(Stage.AFTER)
            case Stage.SCREENING:
                question = leave_checklist_words(view)
                self.ask(question, _("leave this session"), _("stay"), self._leave_session_for_protocols)
            case Stage.PLACE:
                self.ask(LEAVE_PADS, _("back to the checklist"), _("stay"), lambda: self.post(Back()))
            case _ if view is not None and any(slot.level_ua for slot in view.slots):
                self.ask(LEAVE_LEVELS, _("back to the electrodes"), _("stay"), lambda: self.post(Back()))
            case _:
                self.post(Back())

    def _leave_session_for_protocols(self) -> None:
        """To the protocols; where something was given, or it was over by itself meanwhile, its summary comes first."""
        self._leaving = self.live is not None and not self.live.done and not was_given(self.live.view)
        self.post(End())

    async def _to_protocols(self) -> None:
        """The session that was left is closed and forgotten; one that did not end by that alone has its summary."""
        summary = await self.close_record()
        self._on_the_way = False
        if summary is None or not self._leaving:
            return
        self._leaving = False
        if summary.intact and self._was_only_left:
            self.hand.told = _("Session {session} was left and is closed; its record is intact.").format(
                session=summary.session_id[:6]
            )
            self.hand.first = self.hand.loaded
            self.forget_session()
            self.to(Stage.CHOOSE)

    @property
    def _was_only_left(self) -> bool:
        """Whether the session ended because a person left it, and nothing that is wrong waits to be seen."""
        faults = (alarm for alarm in self.alarms.unacknowledged if alarm.level is Level.FAULT)
        return self.latest is not None and self.latest.why == "ended_early" and not any(faults)

    def forget_session(self) -> None:
        super().forget_session()
        self.hand.loaded = self.hand.answers = None

    def ask(self, question: str, yes: str, no: str, then: Callable[[], None]) -> None:
        """A question over the step; its yes counts only while the session is the one it was asked about."""
        live = self.live
        self.push_screen(Ask(question, yes, no), lambda sure: then() if sure and self.live is live else None)

    def post(self, event: Operator) -> None:
        """To the open session; what it makes of it is shown as soon as it is heard."""
        live = self.live
        if live is not None:
            self._glance.press(lambda: live.post(event))

    def beat(self) -> None:
        """A sign of life to the session, and its View to the screen."""
        if self.live is not None:
            self.live.heartbeat()
            if self.is_running:
                self.show(self.live.view, self.live.done)
        elif self.is_running:
            self.turn()

    # --- the keys of the house ---

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """They are offered only where they are heard."""
        match action:
            case "step_back":
                return not self.is_over and self.may_go_back
            case "bench":
                return not self.is_over and self.bench() is not None
            case "acknowledge":
                shown = self.alarms.shown  # a note stands in its own line and goes by itself
                return shown is not None and not shown.acknowledged and shown.level is not Level.NOTE
            case "settings":
                return not self.is_over and self.stage is Stage.HOME
            case "audit":
                return not self.is_over and self.stage in {Stage.HOME, Stage.SUMMARY}
            case _:
                return super().check_action(action, parameters)
