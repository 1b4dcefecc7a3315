"""Editing a copy on the screen: judged while it is typed, saved as a new file of one's own, never lost, never live."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Input
from ui.bench_live import CRAMP, Desk

from nmes.core.problems import Problem, ProtocolError
from nmes.core.protocol_file import parse
from nmes.runtime.library import Loaded, shipped_folder
from nmes.ui.flow import Stage
from nmes.ui.messages import Chosen
from nmes.ui.screens.choose import ChooseScreen, Protocols
from nmes.ui.screens.editor import EditorScreen
from nmes.ui.screens.windows import Ask, Help
from nmes.ui.widgets.stop_bar import StopBar

COPY = f"{CRAMP}_own"
PHASE = "channels.0.waveform.phase_us"


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own folder is the test's."""
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    return tmp_path


async def edit(desk: Desk, pilot) -> EditorScreen:
    """The editor on a copy of the calf training, opened by its key."""
    screen = pilot.app.screen
    assert isinstance(screen, ChooseScreen)
    screen.choose(next(one for one in desk.app.protocols if one.protocol.id == CRAMP))
    await pilot.press("e")
    await pilot.pause()
    assert isinstance(pilot.app.screen, EditorScreen)
    return pilot.app.screen


async def type_in(pilot, name: str, text: str) -> None:
    """This value typed over."""
    pilot.app.screen.go_to(name)
    pilot.app.screen.query_one(Input).value = text
    await pilot.pause()


async def save(pilot) -> None:
    await pilot.press("f2")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def flat(desk: Desk) -> str:
    return " ".join(desk.text().split())


@pytest.mark.thorough
async def test_what_is_typed_is_judged_at_once_and_saved_as_a_new_own_file(desk: Desk, own_home: Path) -> None:
    before = {file: file.read_bytes() for file in shipped_folder().rglob("*.yaml")}
    async with desk.at(Stage.CHOOSE) as pilot:
        editor = await edit(desk, pilot)
        await pilot.press("down", "enter", "up")
        assert editor._field is editor._fields[1]
        await type_in(pilot, PHASE, "150")
        await pilot.press("0")
        assert "✖ phase duration" in desk.text()
        assert "a phase is above" in flat(desk)
        assert "No plan yet" in desk.text()
        await save(pilot)
        assert f"! Not saved: {PHASE}: a phase is above" in flat(desk)
        await type_in(pilot, PHASE, "200")
        assert "• phase duration 200 µs EDITED, no source" in flat(desk)
        assert "200 µs 60.0 mA  12.0 µC" in desk.text()
        await pilot.press("f5")
        assert "150 µs 60.0 mA  9.0 µC" in desk.text()
        assert tuple(pilot.app.screen.query_one(StopBar).region) == (0, 21, 80, 3)
        await type_in(pilot, "setting", "x")
        await pilot.press("f4")
        assert editor.draft.shown(("setting",)) == "clinic"
        assert not editor.unsaved
        editor.go_to("position")
        await pilot.pause()
        whole = " ".join(editor.draft.shown(("position",)).split())
        assert len(whole) > 60
        assert f"Whole: {whole}" in flat(desk), "a value that its field cuts off stands below it"

        await type_in(pilot, "id", CRAMP)
        assert "another protocol has this id" in flat(desk)
        await type_in(pilot, "id", "My copy")
        assert "this is not a name" in flat(desk)
        await type_in(pilot, "id", COPY)
        await type_in(pilot, "title", "Own calf training")
        desk.refuse = ProtocolError([Problem("", "", "the file cannot be written", "disk full")])
        await save(pilot)
        assert "! Not saved: the file cannot be written; disk full" in desk.text()
        desk.refuse = None
        may_save = Event()
        written = desk.app.services.save_own

        def slow(new_id: str, text: str) -> Loaded:
            assert may_save.wait(30)
            return written(new_id, text)

        desk.app.services = replace(desk.app.services, save_own=slow)
        await pilot.press("f2", "f2", "f1")
        may_save.set()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(pilot.app.screen, Help), "what was opened while it was saved is read to its end"
        assert not editor.unsaved
        await pilot.press("q")
        await pilot.pause()
        assert f"OWN {COPY}" in str(pilot.app.screen.query_one(Protocols).highlighted_option.prompt)
        assert "Saved as a new file:" in desk.text()
        assert f"{COPY}.yaml" in desk.text().replace("\n", "").replace(" ", "")
        assert pilot.app.screen.chosen is desk.app.protocols[-1]
        assert desk.app.editor is None
        await pilot.press("e")
        await pilot.pause()
        assert "a NEW copy: your own stays as it is" in desk.text()
    (file,) = own_home.rglob(f"{COPY}.yaml")
    assert parse(file.read_bytes(), str(file)).title == "Own calf training"
    assert before == {file: file.read_bytes() for file in shipped_folder().rglob("*.yaml")}


@pytest.mark.thorough
async def test_nothing_typed_is_lost_unasked_and_no_session_and_editor_stand_together(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        await pilot.press("slash", *"ee")
        assert pilot.app.screen.query_one("#filter", Input).value == "ee", "letters are typed in a field"
        assert desk.app.editor is None
        await pilot.press("backspace", "backspace", "enter")
        assert isinstance(pilot.app.focused, Protocols)
        await edit(desk, pilot)
        desk.app.post_message(Chosen(0))
        await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        assert not desk.sessions
        await pilot.press("escape")
        assert desk.app.editor is None, "an untouched copy is left at once"
        await edit(desk, pilot)
        await type_in(pilot, "title", "Mine")
        for leaves, stays in (("escape", "escape"), ("escape", "enter"), ("ctrl+q", "enter")):
            await pilot.press(leaves)
            assert isinstance(pilot.app.screen, Ask)
            await pilot.press(stays)
            assert pilot.app.screen is desk.app.editor
            assert desk.app.editor.draft.shown(("title",)) == "Mine"
        await pilot.press("escape", "n")
        await pilot.pause()
        assert desk.app.editor is None
        assert pilot.app.is_running
        await desk.begin(pilot, CRAMP)
        assert not desk.app.may_edit
        await pilot.press("e")
        assert desk.app.editor is None
        assert len(desk.sessions) == 1
