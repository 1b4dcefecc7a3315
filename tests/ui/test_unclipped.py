"""Nothing is cut off on the steps around the treatment, with the longest texts that are shipped, in both sizes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from textual.widgets import Static
from textual.widgets._footer import FooterKey
from ui.bench_live import compile_plan
from ui.one_screen import OneScreen, after, desk_of, on

from helpers.desk import Desk
from nmes.core import events as e
from nmes.core.measurement import Who
from nmes.runtime.library import Library, Loaded, shipped_folder
from nmes.ui.answers import Answers
from nmes.ui.screens.after import AfterScreen
from nmes.ui.screens.base import StepScreen
from nmes.ui.screens.choose import ChooseScreen
from nmes.ui.screens.place import PlaceScreen
from nmes.ui.screens.screening import ScreeningScreen
from nmes.ui.screens.sign import SignScreen
from nmes.ui.screens.summary import SummaryScreen

LIBRARY = Library((shipped_folder(),))
SHIPPED = [path.stem for path in LIBRARY.files()]
LONGEST = "stroke_shoulder_subluxation"
"""The most lines of pads; every other protocol is looked at on demand."""
EVERY = int(os.environ.get("NMES_EVERY", "1"))
"""Of the others every nth: a slice for CI."""
LOOKED_AT = sorted({LONGEST, *SHIPPED[::EVERY]})
THERAPISTS = tuple(f"Therapist Longname-{number}" for number in range(1, 13))
WHO = Who("P-" + "0" * 30, "right")
"""As long as a code may be."""
OWNED = tuple(range(1000, 20_000, 1250))
OF_THE_FRAME = (" 2/8", " 3/8", " 4/8", " 7/8", " 8/8", " Summary", " Missing", " ✓Patient", " i ", " ! CAUTION")
"""How the rows of the frame begin that are cut where they are too long; what they hold stands whole elsewhere."""


def cut_off(app: OneScreen) -> Iterator[str]:
    """Every text that needs more rows than it has, and every key of the footer that is not whole."""
    for shown in app.step.query("#body Static, #note").results(Static):
        has, width = shown.content_size.height, shown.content_size.width
        if width and shown.get_content_height(app.size, app.size, width) > has:
            yield f"{shown.id or type(shown).__name__}: more rows than {has}"
    for row in app.text().split("\n"):
        if "…" in row and not row.startswith(OF_THE_FRAME):
            yield row
    right = max((key.region.right for key in app.step.query(FooterKey)), default=0)
    if right > app.size.width:
        yield f"footer: {right} columns"


def asked(one: Loaded) -> tuple[StepScreen, Desk]:
    answers = Answers(one.protocol.screening_codes, one.protocol.kind)
    answers.replies = dict.fromkeys(answers.codes, e.Reply.YES)
    return ScreeningScreen(one.protocol, THERAPISTS, answers), desk_of(one, WHO)


def placing(one: Loaded) -> tuple[StepScreen, Desk]:
    desk = desk_of(one, WHO, patient_stop=True)
    desk.do(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in one.protocol.screening_codes), "Ada"))
    return PlaceScreen(one.protocol, OWNED), desk


def found(one: Loaded) -> Desk:
    desk = after(one, WHO)
    desk.find()
    return desk


SCREENS: dict[str, Callable[[Loaded], tuple[StepScreen, Desk | None]]] = {
    "choose": lambda one: (ChooseScreen([one], compile_plan, WHO, one), None),
    "screening": asked,
    "place": placing,
    "after": lambda one: (AfterScreen(one.protocol), after(one, WHO)),
    "sign": lambda one: (SignScreen(one.protocol, THERAPISTS), found(one)),
    "summary": lambda one: (SummaryScreen(one.protocol.title), found(one)),
}
KEYS = {
    "screening": ("tab",),
    "place": ("1", "down", "l", "r"),
    "after": ("f2", "x", "down", "down", "x"),
    "sign": ("f2", "f4"),
}


def named(name: str) -> object:
    return name if name == LONGEST else pytest.param(name, marks=pytest.mark.campaign)


@pytest.mark.thorough
@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.campaign)], ids=str)
@pytest.mark.parametrize("name", [named(name) for name in LOOKED_AT])
@pytest.mark.parametrize("screen", list(SCREENS))
async def test_nothing_is_cut_off(screen: str, name: str, size: tuple[int, int]) -> None:
    one = LIBRARY.load(name)
    step, desk = SCREENS[screen](one)
    async with on(step, desk, size=size) as (app, pilot):
        for key in ("", *KEYS.get(screen, ())):
            await app.keys(pilot, *filter(None, (key,)))
            await pilot.pause()
            assert list(cut_off(app)) == [], f"after {key!r}"
