"""The terminal app: opens sessions, shows their Views on its screens, and passes on what a person does.

Law: a session is opened once, for the patient and protocol that stand on the screen at that moment. The heartbeat comes
from the timer that paints, so that a hung screen goes silent and the session pauses.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.binding import Binding, BindingType

from nmes.core.events import PATIENT, End, Finding, Observed
from nmes.core.measurement import NOBODY, Who
from nmes.core.problems import ProblemsError
from nmes.core.view import View, Word
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.runtime.library import Loaded
from nmes.runtime.open import CannotStart
from nmes.runtime.patient_stop import F12
from nmes.runtime.side_words import refusal_of_choice
from nmes.ui import bindings
from nmes.ui.building import InHand
from nmes.ui.course_app import CourseApp
from nmes.ui.flow import NOTHING_LIVE, Stage
from nmes.ui.leaving_words import leave_words
from nmes.ui.messages import (
    Chosen,
    Do,
    FindAgain,
    ForPatient,
    LookBack,
    LookLevels,
    NewSession,
    OpenPatient,
    ToSign,
)
from nmes.ui.services import Services
from nmes.ui.threads import Newest, Overtaken

if TYPE_CHECKING:  # which screen stands is known by its stage; each is loaded when it is built
    from nmes.ui.screens.choose import ChooseScreen
    from nmes.ui.screens.home import HomeScreen
    from nmes.ui.screens.patient import PatientScreen
    from nmes.ui.screens.summary import SummaryScreen

BEAT_S = 0.25
"""Heartbeat and repaint: six times in the 1.5 s after which a silent screen pauses the session [design]."""
NO_CODE: Final = "No patient code: {reason}"
"""In the record's own language, as everything in it that nobody typed."""


class NmesApp(CourseApp):
    """`who` stands on the patient's screen as if typed there; with `first`, a protocol, the app begins beyond home."""

    TITLE = "nmes"
    CSS_PATH = "app.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", _("STOP, close"), priority=True, show=False, id="stop.escape"),
        Binding("f1", "help", _("help"), id="help"),
    ]

    def __init__(self, services: Services, who: Who = NOBODY, first: Loaded | None = None) -> None:
        begins = Stage.HOME if first is None else Stage.CHOOSE if who.code else Stage.PATIENT
        super().__init__(services, InHand(who, first=first), begins)
        self.simulation = services.simulation
        self.tap.f12 = PATIENT if services.patient_stop == F12 else "key"
        self.hand_ms = services.hand_clock
        self._todays, self._levels, self._backs = Newest(), Newest(), Newest()

    def on_mount(self) -> None:
        self.watch_tasks()
        self.dress()
        self.set_interval(BEAT_S, self.beat)
        self._step = self.built()
        self.push_screen(self._step)
        self.call_after_refresh(self._look_up_today)  # the protocols are read there: the first screen is painted first

    # --- before a session ---

    def _look_up_today(self) -> None:
        self.run_worker(self._look_today(), group="today")

    async def _look_today(self) -> None:
        """What is on record is read in a thread; screens that are there by then are told."""
        try:
            self.hand.today = await self._todays.ask(self.services.today)
        except Overtaken:
            return
        if self.stage in {Stage.HOME, Stage.PATIENT}:
            cast("HomeScreen | PatientScreen", self._step).show_today(self.hand.today)
        await asyncio.to_thread(bindings.screen_classes)  # no screen is loaded first while a session is open

    def enter(self, stage: Stage) -> None:
        super().enter(stage)
        if stage is Stage.HOME:
            self._look_up_today()
        if stage is Stage.SUMMARY:
            self.run_worker(self._close_record(cast("SummaryScreen", self._step)), group="record")

    def on_open_patient(self, message: OpenPatient) -> None:
        chosen = (loaded for loaded in self.protocols if loaded.protocol.id == message.protocol)
        self.hand = InHand(Who(message.code, message.side), first=next(chosen, None), today=self.hand.today)
        self.to(Stage.PATIENT)

    def on_for_patient(self, message: ForPatient) -> None:
        self.hand.who, self.hand.without = message.who, message.without
        self.to(Stage.CHOOSE)

    def on_look_levels(self, message: LookLevels) -> None:
        self.run_worker(self._look_levels(message), group="levels")

    async def _look_levels(self, asked: LookLevels) -> None:
        try:
            found = await self._levels.ask(partial(self.services.last_levels, asked.who, asked.protocol, asked.version))
        except Overtaken:
            return
        except RecordError as error:
            self._tell(str(error))
        else:
            if self.stage is Stage.PATIENT:
                cast("PatientScreen", self._step).show_levels(asked, found)

    def on_look_back(self, message: LookBack) -> None:
        self.run_worker(self._look_back(message.who), group="back")

    async def _look_back(self, who: Who) -> None:
        try:
            found = await self._backs.ask(partial(self.services.on_record, who))
        except Overtaken:
            return
        except RecordError as error:
            if self.stage is Stage.PATIENT and self._step is not None:
                self._step.note(f"! {error}")
        else:
            if self.stage is Stage.PATIENT:
                cast("PatientScreen", self._step).show_on_record(who, found)

    # --- the session ---

    def on_chosen(self, message: Chosen) -> None:
        if self.live is None and self.opening is None and not self.is_over and self.stage is Stage.CHOOSE:
            refusal = refusal_of_choice(self.protocols[message.index].protocol, message.who.side)
            if refusal:
                self._tell(refusal)
                return
            self.opening = self.protocols[message.index]
            self.run_worker(self._open(self.opening, message.who), group="open")

    async def _open(self, loaded: Loaded, who: Who) -> None:
        try:
            await self.open_session(partial(self.services.open_session, loaded, who))
        except (CannotStart, ProblemsError) as error:
            self._tell(str(error))
        else:
            self.hand.loaded = self.hand.first = loaded
            self.absent_limit_ms = loaded.protocol.operator_absent_limit_ms
            self.beat()
        finally:
            self.opening = None

    def show(self, view: View, done: bool) -> None:
        """Why there is no patient code is the first thing that is said to a session, as soon as it listens."""
        super().show(view, done)
        if self.hand.without and view.word is Word.SCREENING:
            reason, self.hand.without = self.hand.without, ""
            self.post(Observed(Finding.NOTE, None, NO_CODE.format(reason=reason)))

    def on_do(self, message: Do) -> None:
        self.post(message.event)

    def on_find_again(self, _message: FindAgain) -> None:
        self.to(Stage.TITRATE)

    def on_to_sign(self, _message: ToSign) -> None:
        if self.stage is Stage.AFTER:
            self.to(Stage.SIGN)

    def on_new_session(self, _message: NewSession) -> None:
        if self.live is not None and self.live.done and not self.is_over:
            self.forget_session()
            self.hand = InHand(today=self.hand.today)
            self.to(Stage.HOME)

    async def _close_record(self, screen: SummaryScreen) -> None:
        summary = await self.close_record()
        if summary is not None and screen.is_attached:
            screen.show_record(summary)

    @property
    def choosing(self) -> ChooseScreen | None:
        return cast("ChooseScreen", self._step) if self.stage is Stage.CHOOSE and self._step is not None else None

    # --- keys and commands ---

    def action_stop_all(self, source: str) -> None:
        super().action_stop_all(source)
        self.beat()

    def action_escape(self) -> None:
        """Stops, and closes what is open; before anything can flow it also offers to leave."""
        self.action_stop_all("key")
        if self.close_what_is_open():
            return
        if self.stage is Stage.SUMMARY:
            self.post_message(NewSession())
        elif self.latest is not None and self.latest.word in NOTHING_LIVE:
            self.ask(leave_words(self.latest), _("leave"), _("stay"), lambda: self.post(End()))
