"""A slice of what is long: of each test in the campaign that comes in many forms, some of the forms.

NMES_SLICE=4 takes every fourth form of such a test, at least one, from a place that the seed says: over many runs each
form has its turn. NMES_SEED is printed, and takes the same slice again. Long measurements take a fourth of what they
measure.

NMES_DETAILS=3 takes one of three tests that are marked `thorough`, each whole, drawn by the same seed; NMES_LONG=3 one
of three tests of the campaign and of the benchmarks. Of tests that are all drawn one is taken at least: a run of none
looks like one whose tests are gone. Never left out are the laws' own campaigns, the fuzzing, and what shows the two
promises in earnest: their forms and walks are other ones each time.
"""

from __future__ import annotations

import os
import random
import secrets
from collections.abc import Sequence
from typing import TypeVar

import pytest

T = TypeVar("T")
EACH_TIME = (
    "tests/laws/",
    "tests/fuzz/",
    "tests/guard/",
    "tests/together/test_fault_matrix.py",
    "tests/ui/test_stop_under_load.py",
)
"""Where no campaign is left out, however few are taken: the laws, and the two promises in earnest."""
WHOLLY = ("tests/laws/encoders/",)
"""Where no thorough test is left out either: that the guard alone keeps the second promise takes 8 s [measured]."""


ASKED_BY = ("NMES_SLICE", "NMES_DETAILS", "NMES_LONG")
"""The variables; whoever starts pytest for tests that it names takes them away."""


def every() -> int:
    """Of how many forms one is taken; 1 for all of them."""
    return max(1, int(os.environ.get("NMES_SLICE") or 1))


def details() -> int:
    """Of how many thorough tests one is taken; 1 for all of them."""
    return max(1, int(os.environ.get("NMES_DETAILS") or 1))


def long() -> int:
    """Of how many tests of campaigns and benchmarks one is taken; 1 for all of them."""
    return max(1, int(os.environ.get("NMES_LONG") or 1))


def part(whole: int) -> int:
    """So much of a long measurement; what is asked of it shrinks with it."""
    return max(1, whole // every())


def taken(name: str, forms: Sequence[T]) -> Sequence[T]:
    """A slice of them, at least one, from a place that the seed has for this name."""
    at = _draw(f"a form of {name}", every())
    return forms[at :: every()] or [forms[at % len(forms)]]


def seed() -> int:
    """The same in all processes that share the tests: they inherit it."""
    return int(os.environ.setdefault("NMES_SEED", str(secrets.randbelow(10**9))))


def left_out(items: Sequence[pytest.Item]) -> set[pytest.Item]:
    """What this run leaves for another; never everything."""
    forms: dict[str, list[pytest.Item]] = {}
    gone: set[pytest.Item] = set()
    kept = _drawn(items)
    for item in items:
        name = _name(item)
        if name not in kept:
            gone.add(item)
        elif "campaign" in _marks(item) and "[" in item.nodeid:
            forms.setdefault(name, []).append(item)
    return gone | {
        item for name, all_of_it in forms.items() for item in all_of_it if item not in taken(name, all_of_it)
    }


def _drawn(items: Sequence[pytest.Item]) -> set[str]:
    """The names of the tests that stay, one of them at least."""
    names = {_name(item): _one_in(_name(item), _marks(item)) for item in items}
    kept = {name for name, of in names.items() if not _draw(name, of)}
    if not kept and names:
        kept.add(sorted(names)[_draw("one test at least", len(names))])
    return kept


def _name(item: pytest.Item) -> str:
    return item.nodeid.partition("[")[0]


def _marks(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


def _one_in(name: str, marks: set[str]) -> int:
    if marks & {"campaign", "benchmark"}:
        return 1 if name.startswith(EACH_TIME) else long()
    return details() if "thorough" in marks and not name.startswith(WHOLLY) else 1


def _draw(name: str, of: int) -> int:
    """A number below `of`, which the seed has for this name; it tells nothing of the one for another name."""
    return random.Random(f"{seed()} {name}").randrange(of) if of > 1 else 0
