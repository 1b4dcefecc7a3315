"""Law: a scenario is named by its file, or, when it is a shipped one, by its name alone."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

SUFFIX = ".yaml"


def names() -> tuple[str, ...]:
    """The shipped scenarios."""
    return tuple(sorted(one.name.removesuffix(SUFFIX) for one in _folder().iterdir() if one.name.endswith(SUFFIX)))


def find(name_or_path: str) -> Path | Traversable:
    """The file; one that exists goes before a shipped name."""
    path = Path(name_or_path)
    if not path.exists() and name_or_path in names():
        return _folder() / f"{name_or_path}{SUFFIX}"
    return path


def _folder() -> Traversable:
    return files("firmware_sim") / "scenarios"
