"""A slice of what is long: of each test in the campaign that comes in many forms, some of the forms.

NMES_SLICE=4 takes every fourth form of such a test, at least one, from a place that the seed says: over many runs each
form has its turn. NMES_SEED is printed, and takes the same slice again. Long measurements take a fourth of what they
measure.

NMES_DETAILS=3 takes one of three tests that are marked `thorough`, each whole, drawn by the same seed.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Sequence

import pytest


def every() -> int:
    """Of how many forms one is taken; 1 for all of them."""
    return max(1, int(os.environ.get("NMES_SLICE") or 1))


def details() -> int:
    """Of how many thorough tests one is taken; 1 for all of them."""
    return max(1, int(os.environ.get("NMES_DETAILS") or 1))


def part(whole: int) -> int:
    """So much of a long measurement; what is asked of it shrinks with it."""
    return max(1, whole // every())


def seed() -> int:
    """The same in all processes that share the tests: they inherit it."""
    return int(os.environ.setdefault("NMES_SEED", str(secrets.randbelow(10**9))))


def left_out(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """What this run leaves for another."""
    forms: dict[str, list[pytest.Item]] = {}
    gone: set[pytest.Item] = set()
    for item in items:
        name = item.nodeid.partition("[")[0]
        if item.get_closest_marker("campaign") is not None:
            if "[" in item.nodeid:
                forms.setdefault(name, []).append(item)
        elif item.get_closest_marker("thorough") is not None and _draw(name, details()):
            gone.add(item)
    return gone | {
        item for name, all_of_it in forms.items() for item in all_of_it if item not in _taken(name, all_of_it)
    }


def _taken(name: str, forms: list[pytest.Item]) -> list[pytest.Item]:
    at = _draw(name, every())
    return forms[at :: every()] or [forms[at % len(forms)]]


def _draw(name: str, of: int) -> int:
    """A number below `of`, which the seed has for this name."""
    return random.Random(f"{seed()} {name}").randrange(of) if of > 1 else 0
