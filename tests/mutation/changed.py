"""Which functions were changed since a base: the mutants of those are judged before a change lands."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation.mutants import MODULE, ROOT, Mutant, lines, mutants_of, source_of
from mutation.targets import TARGETS

_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
BASES = ("origin/main", "main", "origin/HEAD")
VERSION = "nmes/__init__.py"
"""Where the version is written: it changes with what lands under a name."""
BACK = 20
"""Commits of the main line that count as new where no version tells more [design]."""


class NoBaseError(Exception):
    """There is nothing to compare with, and why."""


@dataclass(frozen=True, slots=True)
class Base:
    """A commit, and what it is for the reader."""

    commit: str
    why: str

    def __str__(self) -> str:
        return f"{self.commit[:9]} ({self.why})"


def base_of(named: str | None, root: Path = ROOT) -> Base:
    """The commit to compare with: where this work left the main line, or an earlier one where HEAD is that line.

    HEAD itself only where the history has nothing else, and says so. NoBaseError where the history does not tell.
    """
    head = git("rev-parse", "HEAD", root=root)
    if head is None:
        raise NoBaseError("there is no commit here")
    met = {name: git("merge-base", "HEAD", name, root=root) for name in ((named,) if named else BASES)}
    found = {name: commit for name, commit in met.items() if commit is not None}
    if not found:
        raise NoBaseError(f"no history is shared with {' or '.join(met)}")
    left = next(((name, commit) for name, commit in found.items() if commit != head), None)
    return Base(left[1], f"where this work left {left[0]}") if left else _earlier(head, root)


def _earlier(head: str, root: Path) -> Base:
    """What was new since the newest version before HEAD, or else in its last commits."""
    tag = git("describe", "--tags", "--abbrev=0", "HEAD^", root=root)
    tagged = tag and git("rev-list", "-n", "1", tag, root=root)
    if tagged:
        return Base(tagged, f"HEAD is the main line; {tag} is the newest before it")
    versioned = git("log", "-1", "--format=%H", "-G", "^__version__", "HEAD^", "--", VERSION, root=root)
    if versioned:
        return Base(versioned, "HEAD is the main line; before it, the version was changed here last")
    line = (git("rev-list", "--first-parent", f"--max-count={BACK + 1}", "HEAD", root=root) or head).split()
    if line[-1] == head:
        return Base(head, "the only commit of this history: no more than what is not committed can differ from it")
    return Base(line[-1], f"HEAD is the main line; {len(line) - 1} commits before it")


def changed(base: Base) -> list[Mutant]:
    """The mutants of every function, or of what runs at import, that differs from `base`, committed or not."""
    found = []
    for module in (module for target in TARGETS for module in target.modules):
        said = git("diff", "--unified=0", base.commit, "--", str(source_of(module).relative_to(ROOT)))
        if said is None:
            raise NoBaseError(f"git cannot tell what differs from {base}")
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


def git(*arguments: str, root: Path = ROOT) -> str | None:
    """What git says, or None where it cannot."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None
