"""What an own protocol was copied from, and which of its values changed and still name a source that has other ones.

Law: only the very file that was copied is compared with, by its digest; where it is gone or has changed, that is said,
because then nobody can tell what changed. A copy of a copy is compared with each file it comes from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nmes.core.inherited import Origin, inherited, origin
from nmes.core.problems import Problem, ProtocolError
from nmes.runtime.library import Library, Loaded


@dataclass(frozen=True, slots=True)
class Heritage:
    """`changed`: values that differ from the original and still have its origin; `whole`: that could be compared."""

    origin: Origin | None
    changed: tuple[Problem, ...] = ()
    whole: bool = True


def heritage(loaded: Loaded) -> Heritage:
    """Where a protocol comes from, as far as the files are still here."""
    found: dict[str, Problem] = {}
    for original in _originals(loaded):
        if original is None:
            return Heritage(origin(loaded.protocol), tuple(found.values()), whole=False)
        for problem in inherited(loaded.protocol, loaded.tree, original.protocol, original.tree):
            found.setdefault(problem.path, problem)
    return Heritage(origin(loaded.protocol), tuple(found.values()))


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
