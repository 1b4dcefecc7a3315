"""One screen of the steps in an app of its own, over a bare session: what it posts is stepped at once, and shown.

Cheaper than the whole app: no device, no record, no clock but the one that is turned by hand.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from textual import events
from textual.app import App
from textual.message import Message
from textual.pilot import Pilot

from helpers.desk import Desk
from nmes.core import events as e
from nmes.core.alarm import Alarms
from nmes.core.attended import Attended
from nmes.core.measurement import Who
from nmes.core.plan import compile as plan_for
from nmes.core.states import After
from nmes.core.view import OutputState, View, view
from nmes.devices.sciencemode4.p24 import P24
from nmes.runtime.library import Loaded
from nmes.runtime.settings import Look
from nmes.ui.messages import Do
from nmes.ui.screens.base import StepScreen
from nmes.ui.services import Services
from nmes.ui.theme import wear

WHO = Who("P-017", "left")
HAND_MS = 200
"""From one press to the next: slower than a held key and than letters of a word."""


def desk_of(one: Loaded, who: Who = WHO, *, patient_stop: bool = False) -> Desk:
    """An attended session of a protocol, with its checklist open."""
    plan = plan_for(one.protocol, P24, None)
    attended = Attended(outcomes=one.protocol.outcomes, patient_stop=patient_stop)
    desk = Desk.of(plan, one.protocol.screening_codes, who, attended)
    desk.do(e.Identified("P24", "P24-1", "1.0"))
    return desk


def after(one: Loaded, who: Who = WHO) -> Desk:
    """The same when its treatment is over."""
    desk = desk_of(one, who)
    desk.session = replace(desk.session, state=After("complete"))
    return desk


class OneScreen(App[None]):
    """What the screen asks of its host, and everything that it posts: `done` the events, `said` the other messages."""

    CSS_PATH = "../../nmes/ui/app.tcss"
    simulation = True
    bench_beside = False
    input_epoch = 0

    def __init__(self, screen: StepScreen, desk: Desk | None = None, services: Services | None = None) -> None:
        super().__init__()
        self.step, self.desk, self.services = screen, desk, services or Services()
        self.alarms, self.touched_ms = Alarms(), 0
        self.done: list[e.Operator] = []
        self.said: list[Message] = []

    def bench(self) -> None:
        return None

    @property
    def latest(self) -> View | None:
        return None if self.desk is None else view(self.desk.session, OutputState(off_confirmed=True))

    def hand_ms(self, seen: View) -> int:
        return seen.now_ms

    def hand_now(self) -> int:
        return self.hand_ms(self.latest) if self.latest is not None else 0

    @property
    def input_ms(self) -> int:
        return self.hand_now()

    def on_mount(self) -> None:
        wear(self, Look.DARK)
        self.push_screen(self.step)

    def action_stop_all(self, source: str) -> None:
        """The STOP bar's."""

    def on_do(self, message: Do) -> None:
        self.done.append(message.event)
        if self.desk is not None:
            self.desk.do(message.event)
        self.see()

    def see(self) -> None:
        """The screen shows the present."""
        if self.latest is not None:
            self.step.show(self.latest)

    def post_message(self, message: Message) -> bool:
        if type(message).__module__ == "nmes.ui.messages" and not isinstance(message, Do):
            self.said.append(message)
        return super().post_message(message)

    async def keys(self, pilot: Pilot[None], *keys: str, apart_ms: int = HAND_MS) -> None:
        """As fast as a hand presses them, painted once at the end: painting is what they cost."""
        with self.batch_update():
            for key in keys:
                self.touched_ms += apart_ms
                self.post_message(events.Key(key, key if len(key) == 1 else None))
                await pilot.pause()
        self.see()
        await pilot.pause()

    def text(self) -> str:
        """Everything that is on the screen, row by row, laid out now."""
        self.screen._refresh_layout()
        return "\n".join("".join(part.text for part in strip) for strip in self.screen._compositor.render_strips())

    def flat(self) -> str:
        return " ".join(self.text().split())


@asynccontextmanager
async def on(
    screen: StepScreen, desk: Desk | None = None, *, size: tuple[int, int] = (80, 24), services: Services | None = None
) -> AsyncIterator[tuple[OneScreen, Pilot[None]]]:
    """The screen, composed and shown."""
    app = OneScreen(screen, desk, services)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.see()
        await pilot.pause()
        yield app, pilot
