"""The help and the list of commands tell every key there is, fit the smallest window, and lie about none."""

from __future__ import annotations

from pathlib import Path

import pytest
from ui.bench_live import Desk
from ui.scenes import SCENES

from nmes.core import events as e
from nmes.ui.app import NmesApp
from nmes.ui.bindings import bindings_of, owners, screen_classes
from nmes.ui.flow import Stage
from nmes.ui.help_texts import WIDTH, WORDS, help_text, sentence_of
from nmes.ui.key_sentences import SENTENCES
from nmes.ui.palette import commands


def test_every_key_has_a_sentence() -> None:
    found = {binding.id: binding for one in owners(NmesApp) for binding in bindings_of(one) if binding.id}
    stops = {"stop", "stop.escape", "stop.space"}
    wordless = {name for name, one in found.items() if name not in SENTENCES and not one.tooltip} - stops
    assert wordless == set()


def test_no_sentence_is_about_a_key_that_is_not_there() -> None:
    assert set(SENTENCES) - {binding.id for one in owners(NmesApp) for binding in bindings_of(one)} == set()


def test_words_are_explained_of_screens_that_are_there() -> None:
    assert set(WORDS) <= {one.__name__ for one in screen_classes()}


@pytest.mark.thorough
async def test_the_help_tells_each_key_of_the_screen_the_added_ones_too_and_fits(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    async with desk.at(Stage.TITRATE) as pilot:
        text = help_text(pilot.app, pilot.app.screen, {"start": ("f5",)})
        assert max(len(row) for row in text.split("\n")) <= WIDTH
        assert "s, F5" in text
        found = [one for one in bindings_of(type(pilot.app.screen)) if one.id != "stop.space"]
        several = {one.key for one in found if sum(one.key == other.key for other in found) > 1}
        for binding in found:
            if binding.key not in several:
                assert sentence_of(binding)[:40] in text, binding.id
        told = [one.id for one in found if one.key in several and sentence_of(one)[:40] in text]
        assert {"end", "cramp.note"} <= set(told), "of several meanings of a key the one that is heard now"
        assert not {"end.live", "cramp", "cramp.halt"} & set(told)
        lines = [row.split()[0] for row in text.split("\n") if row and not row.startswith(" ")]
        assert lines.count("e") == lines.count("c") == 1
        assert text.startswith("STOP: Esc, F12 or Ctrl+C on every screen")
        await pilot.press("f1")
        await pilot.pause()
        rows = desk.text().split("\n")
        assert "STOP: Esc, F12" in desk.text()
        assert "STOP ALL" in rows[-3]
        await pilot.press("end")
        await pilot.pause(0.05)
        assert text.split("\n")[-1] in desk.text(), "its last line can be reached"
        await pilot.press("f1")
        await pilot.pause()
        assert "STOP: Esc, F12" not in desk.text()


@pytest.mark.campaign
@pytest.mark.parametrize("name", [name for name in SCENES if name not in {"ask", "in spite", "forces"}])
async def test_the_help_of_every_screen_fits(tmp_path: Path, name: str) -> None:
    async with SCENES[name].at(tmp_path) as desk:
        text = help_text(desk.app, desk.app.screen)
        assert max(len(row) for row in text.split("\n")) <= WIDTH


@pytest.mark.thorough
async def test_the_list_of_commands_has_stop_first_and_what_the_screen_can_do_now(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    async with desk.at(Stage.TITRATE) as pilot:
        names = [command.name for command in commands(pilot.app, pilot.app.screen)]
        assert names[0] == "STOP ALL"
        assert len(names) == len(set(names))
        assert {"Find level (t)", "Help (F1)", "Quit (^q)"} <= set(names)
        assert not [name for name in names if name.startswith("Accept")], "not heard now, so not offered"
        for keys in (tuple("find"), ()):
            await pilot.press("ctrl+p", *keys)
            await pilot.pause(0.4)
            await pilot.press("enter")
            await pilot.pause(0.1)
        assert [source for source, _ in desk.live.stops] == ["palette"], "one Enter away"
        assert isinstance(desk.live.posted[-1], e.Titrate)


@pytest.mark.thorough
async def test_what_is_offered_is_what_the_screen_could_do_before_the_list_lay_over_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    async with desk.at(Stage.HOME) as pilot:
        await pilot.press("ctrl+p")
        await pilot.pause()
        names = [command.name for command in desk.app.offered]
        assert {"Settings (F9)", "Records (F10)", "New patient (n)"} <= set(names)
