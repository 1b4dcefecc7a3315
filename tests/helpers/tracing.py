"""Requirements, the hazards they stand against, and the tests that show them to hold: `docs/requirements.toml` and the
marks `@pytest.mark.covers(...)`, joined.

The marks are read from the source, not collected by pytest: that costs next to nothing, and a test that is only run on
demand can be told from one that is run daily.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
FILE: Final = ROOT / "docs" / "requirements.toml"
SELDOM: Final = ("mark.campaign", "mark.benchmark", "mark.thorough")
"""Marks of tests that the daily suite leaves out."""
TAGS: Final = re.compile(r"\[(?:source|verify|design|computed|inferred)\b")
GONE: Final = ", which is not there"
SHAPE: Final = re.compile(r"[A-Z]{2}-\d\d")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One thing that must hold. `state`: what this version does of it, where the text does not say it all."""

    id: str
    text: str
    source: str
    hazards: tuple[str, ...]
    state: str = ""


@dataclass(frozen=True, slots=True)
class Hazard:
    """A row of the risk file; its controls are the requirements that name it."""

    id: str
    hazard: str
    sequence: str
    harm: str
    severity: str
    residual: str


@dataclass(frozen=True, slots=True)
class Covering:
    """A test and what it shows. `daily`: it is run by a plain `pytest`."""

    test: str
    ids: tuple[str, ...]
    daily: bool


@dataclass(frozen=True, slots=True)
class Tracing:
    """All of it."""

    requirements: tuple[Requirement, ...]
    hazards: tuple[Hazard, ...]
    coverings: tuple[Covering, ...]

    def tests_of(self, name: str) -> list[Covering]:
        return sorted((one for one in self.coverings if name in one.ids), key=lambda one: (not one.daily, one.test))

    def controls_of(self, hazard: Hazard) -> list[Requirement]:
        return [one for one in self.requirements if hazard.id in one.hazards]


@cache
def tracing() -> Tracing:
    """What is in the repository."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    requirements = tuple(_requirement(one) for one in found["requirement"])
    hazards = tuple(Hazard(**one) for one in found["hazard"])
    return Tracing(requirements, hazards, tuple(sorted(_all_coverings(), key=lambda one: one.test)))


def _requirement(given: dict[str, Any]) -> Requirement:
    return Requirement(**{**given, "hazards": tuple(given["hazards"])})


def _all_coverings() -> Iterator[Covering]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        source = path.read_text(encoding="utf-8")
        if "mark.covers(" in source:
            yield from coverings(source, path.relative_to(ROOT).as_posix())


def coverings(source: str, name: str) -> Iterator[Covering]:
    """The marked tests of one file, methods of its classes too. A mark that pytest could not read raises ValueError."""
    module = ast.parse(source)
    seldom = any(isinstance(one, ast.Assign) and _is_seldom(one.value) for one in module.body)
    for place, test in _tests(module.body, name):
        ids = [one for mark in test.decorator_list for one in _ids(mark, place)]
        if ids:
            yield Covering(place, tuple(ids), not (seldom or any(_is_seldom(mark) for mark in test.decorator_list)))


def _tests(body: list[ast.stmt], name: str) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for one in body:
        if isinstance(one, ast.ClassDef):
            yield from _tests(one.body, f"{name}::{one.name}")
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
            yield f"{name}::{one.name}", one


def _ids(mark: ast.expr, place: str) -> list[str]:
    if not (isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.covers"):
        return []
    if not place.rpartition("::")[2].startswith("test_"):
        raise ValueError(f"{place} is no test")
    return [str(ast.literal_eval(one)) for one in mark.args]


def _is_seldom(mark: ast.expr) -> bool:
    """Campaigns and benchmarks; a mark on single parameters leaves the others daily."""
    said = ast.unparse(mark)
    return any(word in said for word in SELDOM) and "parametrize" not in said


def problems(found: Tracing) -> list[str]:
    """Everything that is not traced, in words."""
    known = [one.id for one in found.requirements]
    hazards = [one.id for one in found.hazards]
    return [
        *(f"{name} is given twice" for name in _doubled([*known, *hazards])),
        *(f"{name} is no id like SR-01" for name in [*known, *hazards] if not SHAPE.fullmatch(name)),
        *(f"{one.id} has no tag in its source" for one in found.requirements if not TAGS.search(one.source)),
        *(f"{one.id} names no hazard" for one in found.requirements if not one.hazards),
        *(f"{one.id} names {name}{GONE}" for one in found.requirements for name in one.hazards if name not in hazards),
        *(f"{one.id} has no control" for one in found.hazards if not found.controls_of(one)),
        *(f"{one.test} names {name}{GONE}" for one in found.coverings for name in one.ids if name not in known),
        *(f"{name} has no test of the daily suite" for name in known if not any(t.daily for t in found.tests_of(name))),
    ]


def _doubled(names: Iterable[str]) -> list[str]:
    names = list(names)
    return sorted({name for name in names if names.count(name) > 1})
