"""What an own protocol was copied from, and which of its values changed and still name a source that has other ones.

Law: only the very file that was copied is compared with, by its digest; where it is gone or has changed, that is said,
because then nobody can tell what changed. A copy of a copy is compared with each file it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nmes.core.inherited import Origin, inherited, origin
from nmes.core.problems import Problem, ProtocolError
from nmes.core.yaml_tree import dotted
from nmes.runtime.library import Library, Loaded


@dataclass(frozen=True, slots=True)
class Heritage:
    """`changed`: values that differ from the original and still have its origin; `ours`: how many more differ, under
    another origin or as a default; `whole`: that could be compared."""

    origin: Origin | None
    changed: tuple[Problem, ...] = ()
    whole: bool = True
    ours: int = 0


def heritage(loaded: Loaded) -> Heritage:
    """Where a protocol comes from, as far as the files are still here."""
    found: dict[str, Problem] = {}
    differing: set[str] = set()
    for original in _originals(loaded):
        if original is None:
            return Heritage(origin(loaded.protocol), tuple(found.values()), whole=False)
        for problem in inherited(loaded.protocol, loaded.tree, original.protocol, original.tree):
            found.setdefault(problem.path, problem)
        differing |= _differing(loaded, original)
    return Heritage(origin(loaded.protocol), tuple(found.values()), ours=len(differing - found.keys()))


def _differing(copy: Loaded, original: Loaded) -> set[str]:
    """Every value with an origin that is not what it was, those that are new among them."""
    paths = {dotted(path): path for path in copy.tree.values_at}
    there = original.tree.values_at
    return {
        name
        for name in copy.protocol.provenance
        if (path := paths.get(name)) and (path not in there or copy.tree.get(path) != original.tree.get(path))
    }


def _originals(loaded: Loaded) -> Iterator[Loaded | None]:
    """The file it was copied from, the one that was copied from, and so on; None where one is not there as it was."""
    while named := origin(loaded.protocol):  # no ring: a file cannot hold the digest of one that holds its own
        try:
            loaded = Library().load(named.id)
        except ProtocolError:
            yield None
            return
        if loaded.sha256 != named.sha256:
            yield None
            return
        yield loaded
