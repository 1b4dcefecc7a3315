"""Every key of every screen, read from the screens themselves: for the keymap file, the help and the tests.

Law: added keys are laid beside those there are. What a key does is never taken away, and a STOP key never gets a
second meaning; `check` refuses a file that would.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any, Final

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen
from textual.widget import Widget

from nmes.runtime import keymap
from nmes.runtime.keymap import Keymap
from nmes.ui import screens

OURS: Final = "nmes.ui"


def screen_classes() -> list[type[Screen[Any]]]:
    """Every screen and window there is, whether it was opened yet or not; each once, by name."""
    for module in pkgutil.iter_modules(screens.__path__, f"{screens.__name__}."):
        importlib.import_module(module.name)
    found = {one for one in _below(Screen) if one.__module__.startswith(OURS)}
    return sorted((one for one in found if not one.__subclasses__()), key=lambda one: one.__name__)


def widget_classes() -> list[type[Widget]]:
    """Our widgets that have keys of their own, once the screens that hold them are there."""
    screen_classes()
    found = {one for one in _below(Widget) if one.__module__.startswith(OURS) and not issubclass(one, Screen)}
    return sorted((one for one in found if one.__dict__.get("BINDINGS")), key=lambda one: one.__name__)


def owners(app: type[App[Any]]) -> list[type[DOMNode]]:
    """Everything of ours that may have keys."""
    return [app, *screen_classes(), *widget_classes()]


def _below(parent: type[Any]) -> Iterator[type[Any]]:
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)


def bindings_of(owner: type[DOMNode], *, ours: bool = True) -> list[Binding]:
    """The bindings of a class and of what it is made of, one for each key; with `ours` without Textual's own."""
    classes = [one for one in owner.__mro__ if issubclass(one, DOMNode)]
    return [
        binding
        for one in classes
        if one.__module__.startswith(OURS) or not ours
        for binding in Binding.make_bindings(one.__dict__.get("BINDINGS", ()))
    ]


def ids(app: type[App[Any]]) -> frozenset[str]:
    """Every id that a keymap file may name."""
    return frozenset(binding.id for owner in owners(app) for binding in bindings_of(owner) if binding.id)


def contexts(app: type[App[Any]]) -> list[keymap.Context]:
    """Each screen with what every key does there, the app's own keys included. A widget may stand on any screen, so its
    keys are held against all there are.
    """
    everywhere = _keys([binding for owner in owners(app) for binding in bindings_of(owner)])
    screens_there = [(one, [*bindings_of(one), *bindings_of(app)]) for one in screen_classes()]
    return [
        *((_name(one), _ids(found), _keys(found)) for one, found in screens_there),
        *((_name(one), _ids(bindings_of(one)), everywhere) for one in widget_classes()),
    ]


def _ids(bindings: list[Binding]) -> frozenset[str]:
    return frozenset(binding.id or "" for binding in bindings)


def _name(owner: type[DOMNode]) -> str:
    return owner.__name__.removesuffix("Screen").lower()


def _keys(bindings: list[Binding]) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for binding in bindings:
        found[binding.key] = found.get(binding.key, frozenset()) | {binding.id or ""}
    return found


def check(added: Keymap, app: type[App[Any]]) -> None:
    """ProblemsError tells what a keymap asks for that cannot be; an empty one costs nothing."""
    if added.added:
        keymap.check(added, ids(app), contexts(app))


def install(app: App[Any], added: Keymap) -> None:
    """Put the added keys beside those there are; `check` has been asked before."""
    if added.added:
        app.set_keymap(whole(added, type(app)))


def whole(added: Keymap, app: type[App[Any]]) -> dict[str, str]:
    """By id all its keys, old ones first, as Textual wants them: it replaces keys where we add.

    What shares a key with an id that is named here is named too, or Textual would take that key from it.
    """
    found: dict[str, list[str]] = {}
    for owner in owners(app):
        for binding in bindings_of(owner):
            if binding.id and binding.key not in found.setdefault(binding.id, []):
                found[binding.id].append(binding.key)
    more = added.keys()
    touched = {key for one in more for key in found.get(one, ())}
    wanted = {one for one, keys in found.items() if one in more or touched & set(keys)}
    return {one: ",".join((*found[one], *more.get(one, ()))) for one in sorted(wanted)}
