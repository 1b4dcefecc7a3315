"""Makes the pictures: every screen at both sizes into the FOLDER given, driven over the bench.

Without a folder it makes the two pictures of the documentation. `PYTHONPATH=tests python tests/ui/make_screenshots.py`
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input
from ui.bench_live import CRAMP, Desk, titrate, to_run

from nmes.core import events as e
from nmes.core.screening import in_groups
from nmes.core.view import Word
from nmes.ui.flow import Stage
from nmes.ui.screens.choose import ChooseScreen
from nmes.ui.screens.editor import EditorScreen

ROOT = Path(__file__).resolve().parents[2]
SIZES = ((80, 24), (120, 40))


class Camera:
    """Draws what is on the screen now."""

    def __init__(self, desk: Desk, pilot: Pilot[None], folder: Path) -> None:
        self.desk, self.pilot, self.folder = desk, pilot, folder

    async def shot(self, name: str, exact: bool = False) -> None:
        await self.desk.see(self.pilot)
        width, height = self.desk.app.size
        file = name if exact else f"{name}_{width}x{height}"
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / f"{file}.svg").write_text(self.desk.app.export_screenshot(title="nmes"))


async def before_output(desk: Desk, pilot: Pilot[None], camera: Camera) -> None:
    """Choose, screen, place."""
    await camera.shot("1_choose")
    for page in range(1, 4):
        await pilot.press("pagedown")
        await camera.shot(f"1_choose_page{page}")
    await editing(desk, pilot, camera)
    await desk.begin(pilot, CRAMP)
    await camera.shot("2_screening")
    protocol = desk.live.one.protocol
    for code in in_groups(protocol.screening_codes, protocol.kind):
        await desk.keys(pilot, "u" if code == "frail_skin" else "n")
        if code == "frail_skin":
            await camera.shot("2_screening_reason")
            await pilot.press(*"looked at it", "enter")
    await pilot.press("tab", *"Ada")
    await camera.shot("2_screening_done")
    await pilot.press("enter")
    await camera.shot("2_screening_in_spite")
    await pilot.press("f2")
    await camera.shot("3_place")
    await pilot.press("enter", "f2")


async def editing(desk: Desk, pilot: Pilot[None], camera: Camera) -> None:
    """A copy with a value that is wrong, then right, then left."""
    await pilot.press("e")
    editor = pilot.app.screen
    assert isinstance(editor, EditorScreen)
    editor.go_to("channels.0.waveform.phase_us")
    for value, name in (("1500", "editor_wrong"), ("200", "editor")):
        editor.query_one(Input).value = value
        await camera.shot(f"0_{name}")
    await pilot.press("escape")
    await camera.shot("0_editor_leave")
    await pilot.press("n")


async def levels(desk: Desk, pilot: Pilot[None], camera: Camera) -> None:
    """Find the level."""
    await camera.shot("4_titrate")
    await pilot.press("t")
    desk.live.run(600)
    for _ in range(41):
        await pilot.press("+")
        desk.live.run(400)
    await camera.shot("4_titrate_live")
    desk.live.run(5000)
    await pilot.press("+")
    await camera.shot("4_titrate_locked")
    await pilot.press("a")
    desk.live.run(500)
    await camera.shot("4_titrate_ready")
    await pilot.press("s")


async def treatment(desk: Desk, pilot: Pilot[None], camera: Camera) -> None:
    """Every state of the treatment, and the windows over it."""
    for word, name, into_ms in [(Word.RAMP_UP, "ramp", 300), (Word.ON, "on", 1500), (Word.REST, "rest", 2500)]:
        desk.live.until(lambda view, word=word: view.word is word)
        desk.live.run(into_ms)
        await camera.shot(f"5_run_{name}")
    await pilot.press("p")
    desk.live.run(500)
    await camera.shot("5_run_paused")
    for key, name in [("f1", "help"), ("e", "ask"), ("ctrl+p", "commands")]:
        await pilot.press(key)
        await pilot.pause(0.2)
        await camera.shot(f"7_{name}")
        await pilot.press({"f1": "q", "e": "n", "ctrl+p": "escape"}[key])
        await pilot.pause()
    desk.live.run(500)
    await camera.shot("5_run_stopped")


async def trouble(desk: Desk, pilot: Pilot[None], camera: Camera) -> None:
    """A device that goes silent, a window that shrinks."""
    await desk.begin(pilot, CRAMP)
    to_run(desk.live)
    desk.live.until(lambda view: view.word is Word.ON)
    await camera.shot("8_on")
    size = desk.app.size
    await desk.resize(pilot, 40, 10)
    await camera.shot("8_small")
    await desk.resize(pilot, *size)
    desk.live.silence_device()
    desk.live.run(5000)
    await camera.shot("8_unsure")


async def walk(folder: Path, size: tuple[int, int]) -> None:
    with tempfile.TemporaryDirectory() as home:
        desk = Desk(Path(home))
        async with desk.app.run_test(size=size) as pilot:
            await pilot.pause()
            camera = Camera(desk, pilot, folder)
            await before_output(desk, pilot, camera)
            await levels(desk, pilot, camera)
            await treatment(desk, pilot, camera)
            desk.live.do(e.End())
            desk.live.run(300)
            await desk.see(pilot)
            await desk.app.workers.wait_for_complete()
            await camera.shot("6_summary")
            await pilot.press("enter")
            await pilot.pause()
            await trouble(desk, pilot, camera)


async def documentation(folder: Path) -> None:
    """The running session, as the README shows it."""
    with tempfile.TemporaryDirectory() as home:
        desk = Desk(Path(home))
        async with desk.at(Stage.TITRATE, size=(100, 34)) as pilot:
            for slot in desk.live.view.plan.slots:
                titrate(desk.live, slot.channel, slot.waveform, 22_500)
            await pilot.press("s")
            desk.live.until(lambda view: view.channels[0].contraction == 4 and view.word is Word.ON)
            desk.live.run(1_700)
            await pilot.press("h")
            await Camera(desk, pilot, folder).shot("running", exact=True)


async def documentation_editor(folder: Path) -> None:
    """The editor with one value changed, as the guide shows it."""
    with tempfile.TemporaryDirectory() as home:
        desk = Desk(Path(home))
        async with desk.at(Stage.CHOOSE, size=(100, 34)) as pilot:
            chooser = pilot.app.screen
            assert isinstance(chooser, ChooseScreen)
            chooser.choose(next(one for one in desk.app.protocols if one.protocol.id == CRAMP))
            await pilot.press("e")
            editor = pilot.app.screen
            assert isinstance(editor, EditorScreen)
            editor.go_to("channels.0.waveform.phase_us")
            editor.query_one(Input).value = "200"
            await Camera(desk, pilot, folder).shot("editor", exact=True)


def main() -> None:
    if len(sys.argv) == 1:
        asyncio.run(documentation(ROOT / "docs" / "screenshots"))
        asyncio.run(documentation_editor(ROOT / "docs" / "screenshots"))
    else:
        for size in SIZES:
            asyncio.run(walk(Path(sys.argv[1]), size))


if __name__ == "__main__":
    main()
