"""Every screen and window with something in it, by name: what is said of all of them is said by these."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot
from ui.bench_live import LIBRARY, Desk
from ui.course_ledger import WHO, Ledger

from nmes.core.measurement import Who
from nmes.core.view import Word
from nmes.runtime.settings import Settings
from nmes.ui.flow import Stage
from nmes.ui.home_words import READING
from nmes.ui.screens.course import CourseScreen
from nmes.ui.screens.forces import Forces
from nmes.ui.screens.windows import InSpite

Act = Callable[[Desk, Pilot[None]], Awaitable[None]]


async def nothing(_desk: Desk, _pilot: Pilot[None]) -> None:
    """The screen as it comes."""


async def known(desk: Desk, pilot: Pilot[None]) -> None:
    """What is on record has been read."""
    for _ in range(1_000):
        if READING not in desk.text():
            return
        await pilot.pause()
    raise AssertionError(desk.text())


async def settled(desk: Desk, pilot: Pilot[None]) -> None:
    """Nothing moves any more: a layout may take some turns of the loop, and then another."""
    texts = ["", "x"]
    while len(set(texts[-3:])) > 1:
        await pilot.pause()
        texts.append(desk.text())
        assert len(texts) < 100, "it never comes to rest"


def press(*keys: str) -> Act:
    async def act(desk: Desk, pilot: Pilot[None]) -> None:
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)

    return act


def word(wanted: Word) -> Act:
    async def act(desk: Desk, pilot: Pilot[None]) -> None:
        desk.live.until(lambda view: view.word is wanted)
        await desk.see(pilot)

    return act


async def stopped(desk: Desk, pilot: Pilot[None]) -> None:
    await pilot.press("f12")
    desk.live.run(300)
    await desk.see(pilot)


async def fault(desk: Desk, pilot: Pilot[None]) -> None:
    desk.live.silence_device()
    desk.live.run(3_000)
    await desk.see(pilot)


def window(make: Callable[[], object]) -> Act:
    async def act(desk: Desk, pilot: Pilot[None]) -> None:
        pilot.app.push_screen(make())
        await pilot.pause()
        await desk.see(pilot)

    return act


async def course(desk: Desk, pilot: Pilot[None]) -> None:
    """The course of somebody with a plan, as it is when it was read."""
    shown = Who(*WHO)
    screen = CourseScreen(shown, LIBRARY, ("A. Weber", "B. Lang"))
    pilot.app.push_screen(screen)
    await pilot.pause()
    screen.show_course(Ledger().course(shown))
    await desk.see(pilot)


def then(first: Act, *keys: str) -> Act:
    async def act(desk: Desk, pilot: Pilot[None]) -> None:
        await first(desk, pilot)
        await press(*keys)(desk, pilot)

    return act


OVERRIDES = ("YES: Is there a pacemaker?\n  reviewed by Dr. B, because: cleared for this site",)


@dataclass(frozen=True, slots=True)
class Scene:
    """A step of the flow, and what is done there."""

    stage: Stage
    act: Act = nothing
    attended: bool = True

    @asynccontextmanager
    async def at(self, home: Path, size: tuple[int, int] = (80, 24), **more: object) -> AsyncIterator[Desk]:
        """The desk with this on its screen."""
        desk = Desk(home, attended=self.attended, **more)  # type: ignore[arg-type]  # services of the desk
        async with desk.at(self.stage, size=size) as pilot:
            await self.act(desk, pilot)
            await settled(desk, pilot)
            yield desk


SCENES = {
    "home": Scene(Stage.HOME, known),
    "settings": Scene(Stage.HOME, press("f9")),
    "records": Scene(Stage.HOME, press("f10")),
    "course": Scene(Stage.HOME, course),
    "outcomes": Scene(Stage.HOME, then(course, "right")),
    "diary": Scene(Stage.HOME, then(course, "right", "right")),
    "entries": Scene(Stage.HOME, then(course, "left", "right", "right", "right")),
    "answers": Scene(Stage.HOME, then(course, "a", "4", "down", "left", "down", "2", "down", "left")),
    "plan": Scene(Stage.HOME, then(course, "p", "down", "down", "9")),
    "decision": Scene(Stage.HOME, then(course, "end", "enter", "right", "right")),
    "patient": Scene(Stage.PATIENT),
    "choose": Scene(Stage.CHOOSE),
    "editor": Scene(Stage.CHOOSE, press("e")),
    "screening": Scene(Stage.SCREENING),
    "in spite": Scene(Stage.SCREENING, window(lambda: InSpite("A. B.", OVERRIDES))),
    "place": Scene(Stage.PLACE),
    "titrate": Scene(Stage.TITRATE),
    "finding": Scene(Stage.TITRATE, press("t")),
    "forces": Scene(Stage.TITRATE, window(lambda: Forces("Gastrocnemius"))),
    "run": Scene(Stage.RUN, word(Word.ON), attended=False),
    "rest": Scene(Stage.RUN, word(Word.REST), attended=False),
    "paused": Scene(Stage.RUN, press("p"), attended=False),
    "cramp": Scene(Stage.RUN, press("c"), attended=False),
    "note": Scene(Stage.RUN, press("n"), attended=False),
    "stopped": Scene(Stage.RUN, stopped, attended=False),
    "fault": Scene(Stage.RUN, fault, attended=False),
    "ask": Scene(Stage.RUN, press("e"), attended=False),
    "after": Scene(Stage.AFTER),
    "sign": Scene(Stage.SIGN),
    "summary": Scene(Stage.SUMMARY, attended=False),
    "help": Scene(Stage.TITRATE, press("f1")),
    "commands": Scene(Stage.TITRATE, press("ctrl+p")),
}
SOME = ("finding", "settings")
"""What is looked at in every run of the tests; the others are campaigns."""
SNAPPED = ("home", "course", "screening", "finding", "run", "fault", "settings")
"""Screens whose text is kept."""
SET = Settings(station="Room 3", therapists=("A. Weber", "B. Lang"), pads_mm2=(2500, 5000))
