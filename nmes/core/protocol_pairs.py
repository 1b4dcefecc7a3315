"""Which stage of one protocol is which of another, and what differs in where their values come from. Pure.

Apart from the differences of the values: a stage that came in between moves all others, and with them the paths by
which their origins are named.
"""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

from nmes.core.protocol import Protocol
from nmes.core.protocol_trust import origin

Pair = tuple[int | None, int | None]
"""Index of a stage in the old and in the new protocol; None where it is not."""


def paired_stages(old: Protocol, new: Protocol) -> tuple[Pair, ...]:
    """The stages side by side, by their names and their order; those between two that agree are paired in turn."""
    before, after = ([stage.name for stage in protocol.stages] for protocol in (old, new))
    found: list[Pair] = []
    for _, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        found += zip_longest(range(start, end), range(new_start, new_end))
    return tuple(found)


def differing_origins(old: Protocol, new: Protocol) -> Iterator[str]:
    """A sentence for each value whose origin differs, one for all of new values, and one for all that are gone."""
    moved = {f"stages.{was}.": f"stages.{now}." for was, now in paired_stages(old, new) if None not in {was, now}}
    gone, before = [], {}
    for path in old.provenance:
        here = _moved(path, moved)
        if here in new.provenance:
            before[here] = origin(old, path)
        else:
            gone.append(path)
    for path, was in before.items():
        if origin(new, path) != was:
            yield f"Origin of {path}: {origin(new, path)}; before: {was}"
    come = [f"{path} ({origin(new, path)})" for path in new.provenance if path not in before]
    if come:
        yield f"Origins of new values: {', '.join(come)}"
    if gone:
        yield f"Origins no longer given: {', '.join(gone)}"


def _moved(path: str, moved: dict[str, str]) -> str | None:
    """The path in the new protocol; None if its stage is gone."""
    if not path.startswith("stages."):
        return path
    stage = ".".join(path.split(".")[:2]) + "."
    return path.replace(stage, moved[stage], 1) if stage in moved else None


def cited(protocol: Protocol) -> tuple[str, ...]:
    """Every citation as one line."""
    return tuple(
        f"{one.key}: {one.text}{f', {one.doi}' if one.doi else ''}{', repeats the original' if one.secondary else ''}"
        for one in protocol.citations
    )
