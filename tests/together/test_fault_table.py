"""The fault matrix in the documents is the one the tests run on, and no cell of it is empty."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from functools import cache

import pytest
from together.fault_elsewhere import ROWS, Elsewhere
from together.fault_families import ROWS as FAMILY_ROWS
from together.fault_moments import Moment
from together.fault_table import lines, named_tests

from helpers import made_pages
from helpers.rows import bundled
from helpers.tracing import ROOT
from nmes.core import events
from nmes.runtime.families import family

COMPOUND = re.compile(r"\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b")


@cache
def source_of(file: str) -> str:
    return (ROOT / file).read_text(encoding="utf-8")


@cache
def functions_of(file: str) -> frozenset[str]:
    tree = ast.parse(source_of(file))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_the_page_is_as_it_is_made() -> None:
    stands, made = made_pages.as_made("fault matrix")
    assert stands == made, "python tests/helpers/made_pages.py"


def test_every_fault_of_the_simulator_and_every_other_row_is_in_it() -> None:
    made = "\n".join(lines())
    for key, rows in FAMILY_ROWS.items():
        part = made[made.index(f"## {family(key).model}: faults of") :]
        named = [one.name for one in (*rows.cases, *rows.cannot)]
        assert [name for name in named if f"| {name} |" not in part.partition("\n## ")[0]] == []
    assert [row.fault for row in ROWS if f"| {row.fault} |" not in made] == []
    assert {row.group for row in ROWS} == {"computer", "terminal", "line", "device", "disk", "protocol", "people"}


def test_how_many_sessions_are_run_and_why_the_others_are_not_is_in_it() -> None:
    made = lines()
    for key, rows in FAMILY_ROWS.items():
        never = [(case.name, at, why) for case in rows.cases for at, why in case.never.items()]
        at = made.index(f"## {family(key).model}: faults of electrodes, output, line and device, while current flows")
        run = len(rows.cases) * len(Moment) - len(never)
        assert f": {run} sessions. {len(never)} more would show nothing" in made[at + 2]
        end = next((i for i in range(at + 3, len(made)) if made[i].endswith("while current flows")), len(made))
        said = [line.strip("| ").split(" | ") for line in made[at:end] if "| no effect |" in line]
        assert {(one[0], moment, one[-1]) for one in said for moment in one[1].split(", ")} == set(never)


@bundled("row", ROWS, ids=lambda row: row.fault)
def test_every_cell_is_filled_and_its_tests_are_there(row: Elsewhere) -> None:
    empty = [one.name for one in fields(row) if getattr(row, one.name) == "" and one.name != "also"]
    assert empty == []
    assert row.alarm or row.also, "why there is no alarm"
    assert row.tests
    assert [name for name in COMPOUND.findall(row.record) if not hasattr(events, name)] == []


def is_there(test: str) -> bool:
    """`file::function`, or `file::function[case]`, where the case has its name in that file."""
    file, _, name = test.partition("::")
    function, _, case = name.removesuffix("]").partition("[")
    return (ROOT / file).exists() and function in functions_of(file) and (not case or f'"{case}"' in source_of(file))


@pytest.mark.thorough
def test_the_tests_that_a_row_names_are_there() -> None:
    assert [test for test in named_tests() if not is_there(test)] == []


@pytest.mark.parametrize("wrong", ["[no such case]", "_of_nothing", ""])
def test_a_test_that_is_not_there_would_be_seen(wrong: str) -> None:
    named = next(test for test in named_tests() if test.endswith("]"))
    assert is_there(named)
    file, _, name = named.partition("::")
    assert not is_there(f"{file}::{name.partition('[')[0]}{wrong}" if wrong else f"{file}x::{name}")
