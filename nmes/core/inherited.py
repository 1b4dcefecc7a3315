"""Values of a copy that are no longer what their source says: doubts of `nmes protocols check`.

Apart from `doubts`, because the original is needed beside the copy: a number that was changed by hand and still names
the original's source would be shown as evidence that nobody has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from nmes.core.problems import Problem
from nmes.core.protocol import Protocol
from nmes.core.protocol_trust import Outdated
from nmes.core.yaml_tree import Path, Tree, dotted, shown

_COPIED: Final = re.compile(r"Copied from ([a-z][a-z0-9_]*) version ([0-9]+), SHA-256 ([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Origin:
    """The file a protocol was copied from."""

    id: str
    version: int
    sha256: str


def origin(protocol: Protocol) -> Origin | None:
    """What this protocol was copied from, if it says so."""
    for change in protocol.changes:
        if found := _COPIED.search(change.text):
            return Origin(found[1], int(found[2]), found[3])
    return None


def outdated(copy: Protocol, paths: Iterable[str]) -> Protocol:
    """The same protocol for showing: the origins of these values no longer hold."""
    marked = {path: Outdated.model_validate(copy.provenance[path].model_dump()) for path in paths}
    return copy.model_copy(update={"provenance": {**copy.provenance, **marked}})


def inherited(copy: Protocol, tree: Tree, original: Protocol, original_tree: Tree) -> Iterator[Problem]:
    """Each value that differs from the original's and still has its origin; `tree` places it in the copy."""
    paths = {dotted(path): path for path in tree.values_at}
    for name, entry in copy.provenance.items():
        before = original.provenance.get(name)
        if (
            before is None
            or entry.tag not in {"source", "computed"}
            or (entry.tag, entry.cite) != (before.tag, before.cite)
        ):
            continue
        path = paths[name]
        if path in original_tree.values_at and tree.get(path) != original_tree.get(path):
            yield tree.problem(path, _reason(original_tree, path, before.tag), _ACCEPTED)


_ACCEPTED: Final = "in provenance, tag it design with a note of why, or cite where this value was read"


def _reason(original_tree: Tree, path: Path, tag: str) -> str:
    value = original_tree.get(path)
    was = "another text" if isinstance(value, list) else shown(value)
    return f"the original has {was}; this value still has the original's origin ({tag})"
