"""A line, a branch or a test that the coverage of a room should complain of, is complained of."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.covered import covered

ROOM = """
from typing import Protocol, assert_never


class Shape(Protocol):
    def area(self) -> int:
        ...


def sign(number: int) -> str:
    if number < 0:
        return "minus"
    word = "plus"
    if number == 0:
        word = "none"
    return word


def turned(on: bool) -> int:
    match on:
        case True:
            return 1
        case False:
            return 0
        case _:
            assert_never(on)
"""
WHOLE = """
from room import sign, turned


def test_all() -> None:
    assert [sign(-1), sign(0), sign(1)] == ["minus", "none", "plus"]
    assert [turned(True), turned(False)] == [1, 0]
"""
INI = "[pytest]\npythonpath = .\nmarkers =\n  campaign\n  benchmark\n"


@pytest.mark.parametrize(
    ("before", "after", "missing", "fails"),
    [
        ("", "", (), False),
        ("sign(-1), ", "'minus', ", ("room/__init__.py:12", "room/__init__.py:11 to 12"), False),
        ("sign(1)", "'plus'", ("room/__init__.py:14 to 16",), False),
        ("turned(False)", "0", ("room/__init__.py:23", "room/__init__.py:24", "room/__init__.py:20 to 24"), False),
        ("[1, 0]", "[0, 0]", (), True),
    ],
    ids=["all of it", "a line", "only a branch", "a case", "a failing test"],
)
def test_what_is_not_run_is_told_and_what_cannot_be_run_is_not(
    tmp_path: Path, before: str, after: str, missing: tuple[str, ...], fails: bool
) -> None:
    (tmp_path / "room").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "room" / "__init__.py").write_text(ROOM, encoding="utf-8")
    (tmp_path / "tests" / "test_room.py").write_text(WHOLE.replace(before, after), encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npythonpath = .\nmarkers =\n  campaign\n  benchmark\n", encoding="utf-8"
    )
    found, said = covered(tmp_path / "room", tmp_path / "tests", tmp_path)
    assert (set(found.missing), bool(said)) == (set(missing), fails), said
