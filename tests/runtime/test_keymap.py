"""A keymap file adds keys. It takes none away, and no file ever puts anything else on a STOP key."""

from __future__ import annotations

from pathlib import Path

import pytest

from nmes.core.problems import ProblemsError
from nmes.runtime.keymap import STOP_KEYS, Added, Keymap, check, key_name, load_keymap, path_of

IDS = frozenset({"stop", "stop.escape", "stop.space", "pause", "increase", "help"})
RUN = {"f12": frozenset({"stop"}), "space": frozenset({"stop.space"}), "p": frozenset({"pause"}), "x": frozenset({""})}
RUN |= {"f1": frozenset({"help"}), "plus": frozenset({"increase"})}
CHOOSE = {"f12": frozenset({"stop"}), "f1": frozenset({"help"}), "e": frozenset({"edit"})}
SCREENS = [(name, frozenset().union(*keys.values()), keys) for name, keys in (("run", RUN), ("choose", CHOOSE))]


def keymap(home: Path, text: str) -> Keymap:
    path_of(home).write_text(text)
    return load_keymap(home)


def refused(home: Path, text: str) -> str:
    with pytest.raises(ProblemsError) as caught:
        check(keymap(home, text), IDS, SCREENS)
    return str(caught.value).removeprefix(f"{home}/")


def test_without_a_file_nothing_is_added(tmp_path: Path) -> None:
    assert load_keymap(tmp_path) == Keymap()


def test_keys_are_read_as_people_write_them(tmp_path: Path) -> None:
    found = keymap(tmp_path, "pause: F6\nincrease: ['+', Ctrl+J]\nhelp:\n  - '?'\n  - 7\n")
    assert found.keys() == {"pause": ("f6",), "increase": ("plus", "ctrl+j"), "help": ("question_mark", "7")}
    assert found.added[1] == Added("increase", "plus", 2, 12)


@pytest.mark.parametrize(
    "typed",
    ["", "two words", "ctrl+", "ä", "f 6", "esc", "newline", "f25", "ctrl+ctrl+c", "super+x", "bogus", "return"],
)
def test_what_is_no_key_is_refused_with_its_place(tmp_path: Path, typed: str) -> None:
    assert key_name(typed) == ""
    with pytest.raises(ProblemsError, match=r"keymap.yaml:1:8 pause.*not the name of a key"):
        keymap(tmp_path, f'pause: "{typed}"\n')


@pytest.mark.parametrize("keys", ["[]", "[a, b, c, d, f, g, h, i, j]", "", "true", "{a: b}"])
def test_what_is_no_list_of_keys_is_refused(tmp_path: Path, keys: str) -> None:
    with pytest.raises(ProblemsError, match="pause"):
        keymap(tmp_path, f"pause: {keys}\n")


def test_a_key_has_one_name_however_it_is_written() -> None:
    assert key_name("Shift+Ctrl+F5") == key_name("ctrl+shift+f5") == "ctrl+shift+f5"
    assert key_name("_") == key_name("underscore") == "underscore"
    assert (key_name("a"), key_name("A"), key_name("ctrl+A")) == ("a", "A", "ctrl+a")


def test_keys_that_are_free_are_taken(tmp_path: Path) -> None:
    check(keymap(tmp_path, "pause: [f6, k]\nstop: [f11, ctrl+j]\nhelp: j\n"), IDS, SCREENS)


@pytest.mark.parametrize(
    "key",
    [
        *sorted(STOP_KEYS),
        *("F12", "shift+f12", "ctrl+f12", "shift+space", "alt+space", "shift+escape"),
        *("ctrl+C", "ctrl+shift+c", "shift+ctrl+c", "ctrl+alt+c"),
    ],
)
def test_a_stop_key_is_never_taken(tmp_path: Path, key: str) -> None:
    told = refused(tmp_path, f"help: f7\npause: {key}\n")
    assert told.startswith("keymap.yaml:2:8 pause: ")
    assert "STOP and nothing else" in told


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("puase: f6\n", "no binding with this id; there are: help, increase, pause, stop, stop.escape, stop.space"),
        ("increase: p\n", "on the screen run this key does something else already (pause)"),
        ("pause: plus\n", "does something else already (increase)"),
        ("pause: x\n", "does something else already"),
        ("help: e\n", "on the screen choose this key does something else already (edit)"),
        ("pause: f6\nhelp: f6\n", "keymap.yaml:1:8 pause: f6"),
        ("stop: k\n", "a letter that is typed into a text field would not stop"),
        ("help: tab\n", "moves about in lists and fields"),
        ("help: ctrl+m\n", "cannot tell this key from Tab, Enter"),
        ("help: ctrl+i\n", "cannot tell this key from Tab, Enter"),
        ("help: ctrl+left_square_bracket\n", "cannot tell this key from Tab, Enter"),
        ("help: 'ctrl+['\n", "cannot tell this key from Tab, Enter"),
        ("help: ctrl+at\n", "cannot tell this key from Tab, Enter"),
        ("help: alt+k\n", "begins with Esc, and Esc is STOP"),
        ("pause: '+'\n", "does something else already (increase)"),
    ],
)
def test_what_cannot_be_is_refused_in_words(tmp_path: Path, text: str, words: str) -> None:
    assert words in refused(tmp_path, text)


def test_a_key_that_another_screen_uses_is_free_here(tmp_path: Path) -> None:
    check(keymap(tmp_path, "pause: e\n"), IDS, SCREENS)


def test_added_stop_keys_are_told_to_those_who_read_the_terminal(tmp_path: Path) -> None:
    found = keymap(tmp_path, "stop: [f11, ctrl+j]\nstop.escape: f10\nstop.space: f9\npause: f6\n")
    assert found.stop_keys() == {"f11", "ctrl+j", "f10"}
