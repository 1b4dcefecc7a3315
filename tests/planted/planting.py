"""Defects that are known: each is a mistake somebody could make, put into a copy of the program, and tests must see it.

A table of replacements rather than patches: `old` must stand in `file` exactly once, whatever moved around it, and a
table whose context is gone fails a test of the default suite, not only a campaign. `breaks`: the ids of what must hold
and does not hold with the mistake; `tests`: the few tests that are to see it.
"""

from __future__ import annotations

import shutil
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TABLES = tuple(sorted(Path(__file__).parent.glob("*.toml")))
COPIED = ("nmes", "firmware_sim", "tests", "protocols", "docs", "pyproject.toml", "README.md", "constraints.txt")

LISTED = ROOT / "docs" / "requirements.toml"
PLANTED_FOR = ("PR-", "LW-", "SR-")
"""Each promise, law and required behaviour has a defect; what else is on the list need not."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One known mistake."""

    name: str
    breaks: tuple[str, ...]
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def defects() -> list[Defect]:
    found = [entry for table in TABLES for entry in tomllib.loads(table.read_text("utf-8"))["defect"]]
    return [
        Defect(one["name"], tuple(one["breaks"]), one["file"], one["old"], one["new"], tuple(one["tests"]))
        for one in found
    ]


def requirements() -> set[str]:
    """Every id of the list."""
    return {entry["id"] for entry in tomllib.loads(LISTED.read_text("utf-8"))["requirement"]}


def planted(defect: Defect, source: str) -> str:
    """The source with the defect; ValueError if its context is not there exactly once."""
    times = source.count(defect.old)
    if times != 1:
        raise ValueError(f"{defect.file} holds the context of {defect.name!r} {times} times, not once")
    return source.replace(defect.old, defect.new)


def copy_of_the_tree(folder: Path) -> Path:
    """Everything that tests need, without caches and without history."""
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*_cache", "screenshots"))
        else:
            shutil.copy(source, target)
    return folder
