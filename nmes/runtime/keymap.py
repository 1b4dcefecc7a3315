"""Keys that a clinic adds: `keymap.yaml` in NMES_HOME, the id of a binding and the keys that do the same.

Law: keys are added, never removed. The STOP keys do one thing everywhere; no file takes one of them away or puts
anything else on it. Pure but for reading the one file; which ids there are, and what their keys are, is told to
`conflicts` by the screens.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nmes.core.problems import Problem, ProblemsError
from nmes.core.yaml_tree import Tree
from nmes.language import _
from nmes.runtime.small_yaml import tree_of

FILE: Final = "keymap.yaml"
STOP_KEYS: Final = frozenset({"f12", "ctrl+c", "escape", "space"})
"""Nothing else is ever put on these."""
MOVING: Final = frozenset(
    {*("tab", "shift+tab", "enter", "up", "down", "left", "right", "home", "end", "pageup", "pagedown")}
    | {"backspace", "delete"}
)
"""What every list and every text field uses."""
STOP_IDS: Final = frozenset({"stop", "stop.escape", "stop.space"})
MOST_KEYS: Final = 8
"""Keys added to one action: more than anybody remembers, and few enough for the help [design]."""
_MODIFIERS: Final = ("alt", "ctrl", "shift")
_CALLED: Final = {
    **{"hyphen_minus": "minus", "plus_sign": "plus", "solidus": "slash", "reverse_solidus": "backslash"},
    **{"commercial_at": "at", "low_line": "underscore"},
}


def _sign(sign: str) -> str:
    """The terminal's name of a sign: `+` is plus."""
    name = unicodedata.name(sign).lower().replace("-", "_").replace(" ", "_")
    return _CALLED.get(name, name)


_NAMES: Final = {sign: _sign(sign) for sign in string.punctuation}
_FUNCTION_KEYS: Final = frozenset(f"f{number}" for number in range(1, 25))
_NAMED: Final = frozenset(_NAMES.values()) | _FUNCTION_KEYS | (MOVING - {"shift+tab"}) | {"insert", "space", "escape"}
_SAME: Final = frozenset({"ctrl+i", "ctrl+m", "ctrl+h", "ctrl+at", "ctrl+space", "ctrl+left_square_bracket", "ctrl+2"})
"""What a terminal sends for these is Tab, Enter, Backspace, Space or Esc."""


@dataclass(frozen=True, slots=True)
class Added:
    """One key that shall do what a binding does; `problem` words what is wrong with it where it stands."""

    binding: str
    key: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Keymap:
    """All keys of a file, in its order; `file` is its name for messages."""

    added: tuple[Added, ...] = ()
    file: str = FILE

    def keys(self) -> dict[str, tuple[str, ...]]:
        """By binding."""
        found: dict[str, tuple[str, ...]] = {}
        for one in self.added:
            found[one.binding] = (*found.get(one.binding, ()), one.key)
        return found

    def stop_keys(self) -> frozenset[str]:
        """Further keys that stop everywhere: to be heard where the terminal is read."""
        return frozenset(one.key for one in self.added if one.binding in {"stop", "stop.escape"})


NO_KEYS: Final = Keymap()


def path_of(home: Path) -> Path:
    """Where the file lies; it need not exist."""
    return home / FILE


def load_keymap(home: Path) -> Keymap:
    """The keymap; empty without a file. ProblemsError tells all that is wrong with its form."""
    tree = tree_of(path_of(home))
    return NO_KEYS if tree is None else _taken(tree)


def _taken(tree: Tree) -> Keymap:
    value, problems, added = tree.value, list[Problem](), list[Added]()
    for binding in value if isinstance(value, dict) else ():
        given = tree.get((binding,))
        keys = given if isinstance(given, list) else [given]
        if len(keys) > MOST_KEYS or not keys:
            said = _("give one to {most} keys").format(most=MOST_KEYS)
            problems.append(tree.problem((binding,), _("these are too many keys, or none"), said))
        for index, key in enumerate(keys):
            path = (binding, index) if isinstance(given, list) else (binding,)
            name = key_name(str(key)) if isinstance(key, (str, int)) and not isinstance(key, bool) else ""
            if not name:
                problems.append(tree.problem(path, _("this is not the name of a key"), accepted_key()))
            else:
                added.append(Added(binding, name, *tree.place(path)))
    if problems:
        raise ProblemsError(problems)
    return Keymap(tuple(added), tree.name)


def key_name(typed: str) -> str:
    """The terminal's name of a key as somebody writes it: `F13`, `Ctrl+J`, `+`; "" if it is none."""
    if len(typed) == 1:
        return _NAMES.get(typed, typed if typed.isascii() and typed.isalnum() else "")
    *modifiers, key = typed.lower().split("+")
    key = _NAMES.get(key, key)
    alone = len(key) == 1 and key.isascii() and key.isalnum() and (bool(modifiers) or key == typed)
    if not (alone or key in _NAMED) or len(set(modifiers)) < len(modifiers) or not set(modifiers) <= set(_MODIFIERS):
        return ""
    return "+".join((*sorted(modifiers), key))


def is_stop(key: str) -> bool:
    """Whether it is a STOP key, or one with more keys held down: to a hand that is in a hurry these are the same."""
    *modifiers, alone = key.split("+")
    return alone in STOP_KEYS or (alone == "c" and "ctrl" in modifiers)


def accepted_key() -> str:
    """What `key_name` takes, in words."""
    return _("write it like f6, ctrl+j or k")


# --- against the bindings there are ---

Context = tuple[str, frozenset[str], Mapping[str, frozenset[str]]]
"""A screen by name, the ids it is asked about, and each key there with the ids of what it does."""


def check(keymap: Keymap, ids: Iterable[str], contexts: Iterable[Context]) -> None:
    """ProblemsError tells every id that is not there and every key that is taken; nothing if all is well."""
    known, places = frozenset(ids), list(contexts)
    problems: list[Problem] = []
    for one in keymap.added:
        said = _refused(one, known) or _taken_by(one, keymap, places)
        if said:
            reason, accepted = said
            problems.append(Problem(one.binding, one.key, reason, accepted, keymap.file, one.line, one.column))
    if problems:
        raise ProblemsError(problems)


def _refused(one: Added, known: frozenset[str]) -> tuple[str, str] | None:
    if one.binding not in known:
        ids = ", ".join(sorted(known))
        return _("there is no binding with this id"), _("there are: {ids}").format(ids=ids)
    if is_stop(one.key) and one.binding not in STOP_IDS:
        return _("this key is STOP and nothing else"), _("give another key")
    if "alt" in one.key.split("+"):
        return _("a key with Alt begins with Esc, and Esc is STOP"), _("give another key")
    if one.key in _SAME:
        return _("a terminal cannot tell this key from Tab, Enter, Backspace, Space or Esc"), _("give another key")
    if one.key in MOVING:
        return _("this key moves about in lists and fields"), _("give another key")
    if one.binding in {"stop", "stop.escape"} and len(one.key) == 1:
        return _("a letter that is typed into a text field would not stop"), _("give a key such as f11 or ctrl+j")
    return None


def _taken_by(one: Added, keymap: Keymap, contexts: list[Context]) -> tuple[str, str] | None:
    """What the key does already, on a screen on which this binding is."""
    for name, ids, keys in contexts:
        if one.binding not in ids:
            continue
        others = keys.get(one.key, frozenset()) | {
            more.binding for more in keymap.added if more.key == one.key and more.binding in ids
        }
        if other := sorted(others - {one.binding}):
            said = _("on the screen {screen} this key does something else already ({other})")
            return said.format(screen=name, other=other[0] or "-"), _("give another key")
    return None
