"""Added keys act beside those there are; none of ours is lost, and STOP stays STOP on every screen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import events
from ui.bench_live import Desk

from nmes.cli.app import run
from nmes.core import events as e
from nmes.core.problems import ProblemsError
from nmes.core.view import Word
from nmes.runtime.keymap import STOP_IDS, STOP_KEYS, load_keymap, path_of
from nmes.runtime.settings import Settings
from nmes.ui.app import NmesApp
from nmes.ui.bindings import bindings_of, check, contexts, ids, owners, whole
from nmes.ui.flow import Stage
from nmes.ui.input_tap import STOP_KEYS as HEARD_FIRST


def keymap(home: Path, text: str):
    path_of(home).write_text(text)
    return load_keymap(home)


def desk_with(home: Path, text: str) -> Desk:
    added = keymap(home, text)
    check(added, NmesApp)
    return Desk(home, settings=Settings(keymap=added))


def test_every_binding_of_every_screen_has_an_id() -> None:
    nameless = {
        f"{one.__name__}: {binding.key}" for one in owners(NmesApp) for binding in bindings_of(one) if not binding.id
    }
    assert nameless == set()


def test_on_every_screen_the_stop_keys_do_nothing_but_stop() -> None:
    found = contexts(NmesApp)
    assert {name for name, _, _ in found} >= {
        "home",
        "screening",
        "titrate",
        "run",
        "sign",
        "settings",
        "help",
        "forces",
    }
    for name, _, keys in found:
        assert {key: keys.get(key, frozenset()) - STOP_IDS for key in STOP_KEYS} == dict.fromkeys(
            STOP_KEYS, frozenset()
        ), name
        assert all(keys[key] for key in ("f12", "ctrl+c", "escape")), name


def test_the_keys_that_are_heard_first_are_those_no_file_may_take() -> None:
    assert HEARD_FIRST | {"space"} == STOP_KEYS


@pytest.mark.thorough
async def test_an_added_key_does_the_same_and_the_old_one_still_does(tmp_path: Path) -> None:
    text = "pause: f5\ncramp.note: [ctrl+j]\nincrease: k\nstop: f11\nstop.space: ctrl+y\n"
    desk = desk_with(tmp_path, text)
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        for key in ("c", "ctrl+j"):
            await pilot.press(key)
            await pilot.pause()
        assert [type(event) for event in desk.live.posted] == [e.Cramp, e.Cramp], "the three that share c keep it"
        await pilot.press("u", "k")
        desk.live.run(400)
        await pilot.press("+")
        assert [type(event) for event in desk.live.posted[2:]] == [e.Increase, e.Increase]
        await pilot.press("f5")
        assert isinstance(desk.live.posted[-1], e.Pause)
        assert desk.app.tap.more_stops == {"f11"}
        for count, key in enumerate(("f11", "ctrl+y", "f12", "ctrl+c", "escape", "space"), start=1):
            await pilot.press(key)
            await pilot.pause()
            assert len(desk.live.stops) == count, key


def test_an_added_stop_key_is_heard_where_the_terminal_is_read(tmp_path: Path) -> None:
    from nmes.ui.input_tap import Tap

    heard: list[str] = []
    tap = Tap(heard.append, lambda: 0, lambda: 24)
    tap.hear(events.Key("f11", None))
    assert heard == []
    tap.more_stops = keymap(tmp_path, "stop: f11\n").stop_keys()
    tap.hear(events.Key("f11", None))
    assert heard == ["key"]


def test_nothing_is_taken_from_a_binding_that_shares_a_key_with_one_that_got_another(tmp_path: Path) -> None:
    keys = whole(keymap(tmp_path, "cramp: f5\n"), NmesApp)
    assert keys["cramp"] == "c,f5"
    assert keys["cramp.halt"] == keys["cramp.note"] == "c"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pause: f12\n", "STOP and nothing else"),
        ("increase: space\n", "STOP and nothing else"),
        ("no.such.id: f5\n", "there is no binding with this id"),
        ("pause: c\n", "does something else already (cramp"),
        ("help: f2\n", "does something else already (continue)"),
        ("stop: k\n", "would not stop"),
    ],
)
def test_what_cannot_be_is_one_clear_error_at_its_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        check(keymap(tmp_path, text), NmesApp)
    assert ":1:" in str(caught.value)
    assert words in str(caught.value)


def test_the_ids_of_the_house_are_there() -> None:
    assert ids(NmesApp) >= {"stop", "stop.escape", "stop.space", "help", "continue", "increase", "decrease", "quit"}


# --- the command ---


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("NMES_HOME", str(tmp_path))
    return tmp_path


def test_the_command_shows_what_is_set_and_where(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "settings.yaml").write_text("station: Room 3\npads_cm2: [25, 50.5]\nsound: mute\n")
    path_of(home).write_text("pause: [f5, f4]\n")
    assert run(["settings", "show"]) == 0
    shown = capsys.readouterr().out
    assert "Room 3" in shown
    assert "25; 50.5 cm²" in shown
    assert "pause: f5, f4" in shown
    assert run(["settings", "path"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(home / "settings.yaml"), str(home / "keymap.yaml")]
    assert run(["settings", "check"]) == 0


def test_the_command_tells_every_error_with_its_place_and_ends_with_2(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "settings.yaml").write_text("sound: loud\n")
    path_of(home).write_text("pause: 'no key'\n")
    assert run(["settings", "check"]) == 2
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert "settings.yaml:1:8 sound" in told[0] + told[1]
    assert "keymap.yaml:1:8 pause" in told[0] + told[1]
    (home / "settings.yaml").unlink()
    path_of(home).write_text("pause: escape\n")
    assert run(["settings", "check"]) == 2
    assert "keymap.yaml:1:8 pause: escape" in capsys.readouterr().err
