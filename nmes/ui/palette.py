"""The list of commands (Ctrl+P): everything the present screen can do now and everything the app can, STOP first.

Made from the bindings themselves, so that nothing is missing that has a key. A command does exactly what its key does:
one step is one step, a lock is a lock, and a raise carries the epoch of the press that chose it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, cast

from textual.app import App
from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.screen import Screen

from nmes.language import _
from nmes.ui.help_texts import sentence_of

STOP_ACTIONS: Final = frozenset({"stop_all('key')", "app.stop_all('key')", "escape"})
"""The command that stands first is these."""
_NO_COMMANDS: Final = STOP_ACTIONS | {"command_palette", "help_quit", "screen.copy_text"}


@dataclass(frozen=True, slots=True)
class Command:
    """A name, what it does in a sentence, and how."""

    name: str
    sentence: str
    run: Callable[[], object]


def commands(app: App[Any], screen: Screen[Any]) -> Iterator[Command]:
    """STOP, then what the screen can do now, then what the app can; each once."""
    yield Command(_("STOP ALL"), _("The output goes to 0 now."), partial(app.run_action, "stop_all('palette')"))
    told: set[str] = set()
    offered = [one for one in screen.active_bindings.values() if one.enabled and one.binding.id]
    for active in sorted(offered, key=lambda one: (one.node is app, not one.binding.show)):
        binding = active.binding
        if binding.action not in _NO_COMMANDS and binding.action not in told:
            told.add(binding.action)
            run = partial(app.run_action, binding.action, active.node)
            yield Command(_name(app, active), sentence_of(binding), run)


def _name(app: App[Any], active: ActiveBinding) -> str:
    """`pause (p)`: what the footer says, and the key."""
    name = active.binding.description
    return f"{name[:1].upper()}{name[1:]} ({app.get_key_display(active.binding)})"


def offered(app: App[Any]) -> tuple[Command, ...]:
    """What the app noted before the list was opened."""
    return cast(tuple[Command, ...], getattr(app, "offered", ()))


class Commands(Provider):
    """Textual's own list is sorted by name; this one keeps its order."""

    async def discover(self) -> Hits:
        for command in offered(self.app):
            yield DiscoveryHit(command.name, command.run, help=command.sentence)

    async def search(self, query: str) -> Hits:
        """What fits the letters, in its name or in its sentence."""
        matcher = self.matcher(query)
        for command in offered(self.app):
            score = max(matcher.match(command.name), matcher.match(command.sentence) / 2)
            if score > 0:
                yield Hit(score, matcher.highlight(command.name), command.run, help=command.sentence)
