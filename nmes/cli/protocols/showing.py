"""`nmes protocols show`: the app's card, and below it where every single value comes from."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING

from nmes.cli.exits import BAD, GOOD
from nmes.cli.finding import plan_of, protocol_named
from nmes.cli.protocols.listing import width_now
from nmes.core.problems import ProblemsError
from nmes.core.protocol import Protocol
from nmes.core.protocol_trust import origin
from nmes.core.yaml_tree import Path, Tree, shown
from nmes.runtime.families import DEFAULT, Family
from nmes.runtime.library import is_own

if TYPE_CHECKING:
    from nmes.core.plan import Plan

_FEW = 4
"""So many keys of a group still read as one line [design]."""


def show_card(id_or_path: str, family: Family = DEFAULT) -> int:
    """All of it; 1 if the stimulator cannot deliver it."""
    from nmes.ui.protocol_own import as_shown
    from nmes.ui.protocol_words import card

    loaded = protocol_named(id_or_path)
    plan: Plan | ProblemsError
    try:
        plan = plan_of(loaded, family=family)
    except ProblemsError as error:
        plan = error
    protocol, head = as_shown(loaded)
    print(card(protocol, plan, width_now(), head).plain)
    print("\nWHERE EACH VALUE COMES FROM")
    for line in _provenance(protocol, loaded.tree):
        print("\n".join(wrap(line, width_now(), subsequent_indent="  ", break_on_hyphens=False)))
    print(f"\n{'Your own file' if is_own(loaded.path) else 'File'}: {loaded.path}\nSHA-256: {loaded.sha256}")
    return BAD if isinstance(plan, ProblemsError) else GOOD


def _provenance(protocol: Protocol, tree: Tree) -> Iterator[str]:
    for path in protocol.provenance:
        yield f"{path} = {value_words(tree, path)}: {origin(protocol, path)}"


def path_of(key: str) -> Path:
    """`stages.0.on_s` as the tree's path."""
    return tuple(int(part) if part.isdecimal() else part for part in key.split("."))


def value_words(tree: Tree, key: str) -> str:
    """A value as it stands in the file; of a long list or group only how long it is."""
    value = tree.get(path_of(key))
    match value:
        case list():
            return f"{len(value)} {'entry' if len(value) == 1 else 'entries'}"
        case dict():
            parts = ", ".join(f"{name} {shown(part)}" for name, part in value.items())
            return parts if len(value) <= _FEW else f"a group of {len(value)} keys"
        case _:
            return shown(value)
