"""Which functions were changed since a base: the mutants of those are judged before a change lands."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator

from mutation.mutants import MODULE, ROOT, Mutant, lines, mutants_of, source_of
from mutation.targets import TARGETS

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
BASES = ("origin/main", "main", "origin/HEAD")


def base_of(wanted: str | None) -> str | None:
    """The commit where this work left the main line; None if the history does not tell."""
    named = wanted or os.environ.get("NMES_BASE")
    for name in (named,) if named else BASES:
        found = _git("merge-base", "HEAD", name)
        if found:
            return found.strip()
    return None


def changed(base: str) -> list[Mutant]:
    """The mutants of every function, or of what runs at import, that differs from `base`, committed or not."""
    found = []
    for module in (module for target in TARGETS for module in target.modules):
        said = _git("diff", "--unified=0", base, "--", str(source_of(module).relative_to(ROOT)))
        if said:
            owners = owners_at(module, set(_lines(said)))
            found += [mutant for mutant in mutants_of(module) if mutant.owner in owners]
    return found


def owners_at(module: str, numbers: set[int]) -> set[str]:
    """The functions these lines are part of; `MODULE` for a line outside of all."""
    spans = lines(module)
    inside = {name for name, span in spans.items() if numbers.intersection(span)}
    outside = numbers.difference(*spans.values()) if spans else numbers
    return inside | ({MODULE} if outside else set())


def _lines(diff: str) -> Iterator[int]:
    """New line numbers of each hunk; where lines were only removed, the line before and the one after."""
    for first, count in _HUNK.findall(diff):
        if count == "0":
            yield from (int(first), int(first) + 1)
        else:
            yield from range(int(first), int(first) + int(count or 1))


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""
