"""The settings screen: by keyboard and by mouse, saved whole or told why not, tried on and taken off again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Input
from ui.bench_live import Desk

from nmes.core.problems import ProblemsError
from nmes.runtime.settings import Look, Settings, Sound, load, path_of, save
from nmes.ui import typed_settings as typed
from nmes.ui.flow import Stage
from nmes.ui.screens.settings import SettingsScreen
from nmes.ui.screens.windows import Help
from nmes.ui.typed_settings import Wrong
from nmes.ui.widgets.choice import Choice

BEGUN = Settings(station="Room 3", therapists=("A. Weber",), pads_mm2=(2500,))


def desk_with(home: Path, settings: Settings = BEGUN) -> Desk:
    return Desk(home, settings=settings, save_settings=lambda wanted: save(home, wanted))


@pytest.mark.thorough
async def test_everything_is_set_by_keyboard_and_holds_at_once(tmp_path: Path) -> None:
    desk = desk_with(tmp_path)
    async with desk.at(Stage.HOME) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SettingsScreen)
        await pilot.press("end", *" b", "tab", "end", *"; B. Lang", "down", "end", *" 50,5")
        for turns in (1, 1, 2, 1):  # sound, theme, language, motion
            await pilot.press("down", *["enter"] * turns)
        await pilot.pause()
        assert pilot.app.theme == Look.LIGHT, "it is seen at once"
        await pilot.press("f2")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        wanted = Settings("Room 3 b", ("A. Weber", "B. Lang"), (2500, 5050), Sound.MUTE, Look.LIGHT, "de", True)
        assert load(tmp_path) == wanted
        assert desk.app.settings == wanted
        assert desk.app.sounds.sound is Sound.MUTE
        assert desk.app.stage is Stage.HOME
        assert not isinstance(pilot.app.screen, SettingsScreen)
        assert "· Room 3 b" in desk.text(), "the first screen says where it stands"


@pytest.mark.thorough
async def test_a_word_is_changed_by_mouse_and_a_theme_that_is_not_saved_is_taken_off(tmp_path: Path) -> None:
    desk = desk_with(tmp_path)
    async with desk.at(Stage.HOME) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        await pilot.click("#theme")
        await pilot.pause()
        assert pilot.app.theme == Look.LIGHT
        await pilot.press("left", "left")
        assert pilot.app.screen.query_one("#theme", Choice).value == Look.MONO
        await pilot.press("f3")
        await pilot.pause()
        assert "not saved" in desk.text()
        await pilot.press("n")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SettingsScreen), "the answer was: stay"
        await pilot.press("f3", "enter")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, SettingsScreen)
        assert pilot.app.theme == Look.DARK
        assert not path_of(tmp_path).exists()


@pytest.mark.thorough
async def test_while_they_are_saved_no_key_takes_the_steps_away_and_help_stays_open(tmp_path: Path) -> None:
    """The screen goes when the disk has them, from under no window; the first screen is still there below."""
    may_save, asked = Event(), []

    def slow(wanted: Settings) -> None:
        asked.append(wanted)
        assert may_save.wait(30)
        save(tmp_path, wanted)

    desk = Desk(tmp_path, settings=BEGUN, save_settings=slow)
    async with desk.at(Stage.HOME) as pilot:
        for keys in (("f2", "f2", "f3"), ("f2", "f1")):
            may_save.clear()
            await pilot.press("f9")
            await pilot.pause()
            settings = pilot.app.screen
            await pilot.press("end", *"b", *keys)
            assert settings in pilot.app.screen_stack, "not before they are on the disk"
            may_save.set()
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            if "f1" in keys:
                assert isinstance(pilot.app.screen, Help), "what was opened meanwhile is read to its end"
                await pilot.press("q")
                await pilot.pause()
            assert pilot.app.screen is desk.app.step
            assert len(pilot.app.screen_stack) == 2, "Textual's own blank one, and the step"
        assert [one.station for one in asked] == ["Room 3b", "Room 3bb"], "once each"
        assert load(tmp_path) == asked[-1]


@pytest.mark.thorough
async def test_what_is_wrong_is_told_and_not_saved_and_a_file_that_went_bad_is_left_alone(tmp_path: Path) -> None:
    desk = desk_with(tmp_path, replace(BEGUN, reduced_motion=True))
    async with desk.at(Stage.HOME) as pilot:
        await pilot.press("f9")
        await pilot.pause()
        focused, pads = pilot.app.screen.focused, pilot.app.screen.query_one("#pads", Input)
        assert isinstance(focused, Input)
        assert not focused.cursor_blink, "where motion is not wanted the cursor stands still"
        assert pilot.app.animation_level == "none"
        pads.value = "25; 0,3"
        await pilot.pause()
        assert "0,3 is no size of a pad" in desk.text()
        await pilot.press("f2")
        await pilot.pause()
        assert isinstance(pilot.app.screen, SettingsScreen)
        assert not path_of(tmp_path).exists()
        pads.value = "25"
        path_of(tmp_path).write_text("sound: loud\n")
        for _again in range(2):  # what was refused may be tried again
            pilot.app.screen.note("")
            await pilot.press("f2")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert isinstance(pilot.app.screen, SettingsScreen)
            assert "settings.yaml:1:8sound" in "".join(desk.text().split())
        assert path_of(tmp_path).read_text() == "sound: loud\n"


# --- what is typed ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ()),
        (" ; ", ()),
        ("A. Weber", ("A. Weber",)),
        ("A. Weber;B. Lang ;", ("A. Weber", "B. Lang")),
        ("A;A", Wrong("A is there twice.")),
    ],
)
def test_names_are_read_with_semicolons_between_them(text: str, found: object) -> None:
    assert typed.names(text) == found


@pytest.mark.parametrize("text", [";".join(f"T{n}" for n in range(21)), "x" * 61])
def test_too_many_or_too_long_names_are_refused(text: str) -> None:
    assert isinstance(typed.names(text), Wrong)


def test_a_station_is_one_line_of_a_few_letters() -> None:
    assert typed.station("  Room   3 ") == "Room 3"
    assert isinstance(typed.station("x" * 61), Wrong)


@pytest.mark.parametrize(
    ("text", "found"), [("", ()), ("50 25,5;9", (900, 2550, 5000)), ("25 25.0", (2500,)), ("400; 1", (100, 40_000))]
)
def test_areas_are_read_as_people_write_them(text: str, found: tuple[int, ...]) -> None:
    assert typed.areas(text) == found
    assert typed.areas(typed.areas_text(found)) == found


@pytest.mark.parametrize("text", ["0", "401", "25.25", "x", "-5", "1e2", " ".join(str(n) for n in range(1, 23))])
def test_what_is_no_area_of_a_pad_is_refused(text: str) -> None:
    assert isinstance(typed.areas(text), Wrong)


def test_a_folder_that_cannot_be_made_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(ProblemsError, match="cannot be written"):
        save(tmp_path / "a file" / "below", BEGUN)
