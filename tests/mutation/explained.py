"""The mutants that no test notices, one by one, each with why that is no gap. Any other survivor fails the check."""

from __future__ import annotations

import tomllib
from pathlib import Path

from mutation.mutants import mutants_of
from mutation.targets import TARGETS

FILE = Path(__file__).with_name("survivors.toml")


def explained() -> dict[str, str]:
    """Name -> why; ValueError if one stands there twice."""
    found: dict[str, str] = {}
    for entry in tomllib.loads(FILE.read_text("utf-8")).get("survivor", []):
        if entry["mutant"] in found:
            raise ValueError(f"explained twice: {entry['mutant']}")
        found[entry["mutant"]] = entry["why"]
    return found


def gone(names: set[str]) -> list[str]:
    """Explained mutants that the code does not have any more."""
    known = {mutant.name for target in TARGETS for module in target.modules for mutant in mutants_of(module)}
    return sorted(names - known)
