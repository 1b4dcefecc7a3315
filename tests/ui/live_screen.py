"""One screen on which current flows, by itself over a session turned by hand: no engine, no file, no other screen.

What it sends is heard at once by the core, whose View it is shown, as if the device had confirmed it. (`one_screen` is
the same for the steps around the treatment, where nothing flows.)
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

from textual import events
from textual.app import App
from textual.binding import Binding, BindingType
from textual.pilot import Pilot

import nmes.ui
from helpers.desk import Desk
from nmes.core import events as e
from nmes.core import states as s
from nmes.core.alarm import Alarms
from nmes.core.attended import Attended
from nmes.core.measurement import NOBODY, Who
from nmes.core.plan import Plan
from nmes.core.protocol import Protocol
from nmes.core.view import OutputState, View, view
from nmes.runtime.library import Library
from nmes.runtime.settings import Look
from nmes.ui.crossing import READ_MS
from nmes.ui.messages import Do, FindAgain
from nmes.ui.screens.amplitude import AmplitudeScreen
from nmes.ui.services import Services
from nmes.ui.theme import wear

HOME = Path(nmes.ui.__file__).parent


def seen(desk: Desk) -> View:
    """The View of a session whose device has confirmed what was asked for."""
    amplitudes = tuple((output.channel, output.amplitude_ua) for output in desk.session.outputs)
    live = isinstance(desk.session.state, s.Titrating | s.Running | s.Resuming)
    return view(desk.session, OutputState(amplitudes, amplitudes, desk.session.now_ms, off_confirmed=not live))


def core_of(plan: Plan, who: Who = NOBODY, attended: Attended | None = None) -> Desk:
    """A session that has come to where levels are found."""
    return Desk.of(plan, who=who, attended=attended).to_ready()


def as_many(protocol: str, channels: int) -> Protocol:
    """The protocol with as many channels as the plan has: the last one again and again."""
    found = Library().load(protocol).protocol
    more, last = channels - len(found.channels), len(found.channels) - 1
    if more <= 0:
        return found
    again = {
        f"channels.{last + n}{path.removeprefix(f'channels.{last}')}": origin
        for n in range(1, more + 1)
        for path, origin in found.provenance.items()
        if path.startswith(f"channels.{last}.")
    }
    wider = {"channels": (*found.channels, *(found.channels[-1],) * more), "provenance": {**found.provenance, **again}}
    return found.model_copy(update=wider)


class LiveScreen(App[None]):
    """The app that a screen asks; `sent` is what it was told."""

    CSS_PATH = HOME / "app.tcss"
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f12,escape", "stop_all('key')", "STOP", priority=True, show=False),
        *(Binding(key, f"app_key('{key}')", text) for key, text in (("f6", "bench"), ("f8", "seen"), ("f1", "help"))),
        Binding("f3", "app_back", "back"),
    ]
    """As many and as long as the app's own, so that the row of keys is measured with them."""
    simulation, bench_beside = True, False

    def __init__(self, screen: type[AmplitudeScreen], desk: Desk, protocol: str) -> None:
        super().__init__()
        self.desk, self.sent, self.stops = desk, [], []
        self.services, self.alarms = Services(), Alarms()
        self.hand: int | None = None
        self.input_epoch, self.touched_ms = desk.epoch, desk.session.now_ms
        self.latest: View | None = seen(desk)
        self.step = screen(as_many(protocol, len(self.latest.channels)))
        self.again = 0

    def bench(self) -> None:
        return None

    def action_app_key(self, _key: str) -> None:
        """The app's."""

    def action_app_back(self) -> None:
        """The app's."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "app_back" or (self.latest is not None and "back" in self.latest.may)

    def on_mount(self) -> None:
        wear(self, Look.DARK)
        self.push_screen(self.step)

    async def on_event(self, event: events.Event) -> None:
        """As the app does it."""
        with self.step.hearing(event):
            await super().on_event(event)

    def hand_ms(self, view: View) -> int:
        return view.now_ms if self.hand is None else self.hand

    def hand_now(self) -> int:
        return self.hand_ms(self.latest) if self.latest is not None else 0

    @property
    def input_ms(self) -> int:
        return self.hand_now()

    def on_do(self, message: Do) -> None:
        self.sent.append(message.event)
        self.desk.do(message.event)
        self.look()

    def on_find_again(self, _message: FindAgain) -> None:
        self.again += 1

    def action_stop_all(self, source: str) -> None:
        self.stops.append(source)
        self.desk.do(e.Stop(source, self.desk.session.trips + 1))
        self.look()

    def look(self, view: View | None = None) -> None:
        """The present, or another View, shown."""
        self.latest = view or seen(self.desk)
        self.step.show(self.latest)

    def rows(self) -> list[str]:
        """Everything that is on the screen, laid out now."""
        self.screen._refresh_layout()
        return ["".join(part.text for part in strip) for strip in self.screen._compositor.render_strips()]

    def text(self) -> str:
        return "\n".join(self.rows())


@asynccontextmanager
async def one(
    screen: type[AmplitudeScreen], desk: Desk, *, size: tuple[int, int] = (80, 24), protocol: str = "quads_older_adult"
) -> AsyncIterator[tuple[LiveScreen, Pilot[None]]]:
    app = LiveScreen(screen, desk, protocol)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        app.look()
        await pilot.pause()
        yield app, pilot


async def later(app: LiveScreen, pilot: Pilot[None], time_ms: int) -> None:
    """So much later, and shown."""
    app.desk.wait(time_ms)
    app.look()
    await pilot.pause()


async def question_read(app: LiveScreen, pilot: Pilot[None]) -> None:
    """The question before a mark has been painted, and has stood for long enough to be read."""
    for _ in range(200):
        question = app.step.crossing.question
        if question is not None and question.painted_ms is not None:
            break
        await pilot.pause(0.01)
    await later(app, pilot, READ_MS)


async def clipped(app: LiveScreen, pilot: Pilot[None]) -> list[str]:
    """What is cut off or lies over something else once the rows are shared out: parts that reach out of their body,
    share a row, or hold more rows than they have; and a row of keys that is longer than the window."""
    for _ in range(2):
        app.text()
        await pilot.pause()
    stack = app.step.query_one("#stack")
    parts = [part for part in stack.children if part.display]
    found = [f"{part} reaches out" for part in parts if not stack.region.contains_region(part.region)]
    for above, below in pairwise(parts):
        if below.region.y < above.region.bottom:
            found.append(f"{below} lies over {above}")
    figures = app.step.query_one("#figures")
    found += [
        f"{part} reaches out of the figures" for part in figures.children if part.region.bottom > figures.region.bottom
    ]
    for part in (*parts, app.step.query_one("#facts")):
        wanted = part.get_content_height(stack.size, app.size, part.content_size.width)
        if part.id != "figures" and wanted > part.content_size.height:
            found.append(f"{part} wants {wanted} rows and has {part.content_size.height}")
    keys = list(app.step.query("FooterKey"))
    found += [f"key {key.key} at {key.region}" for key in keys if key.region.right > app.size.width]
    return found
