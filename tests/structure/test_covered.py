"""A line, a branch or a test that the coverage of a room should complain of, is complained of."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.covered import covered, main
from helpers.slicing import ASKED_BY

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
WHOLLY = """
import os


def test_nothing_was_left_out() -> None:
    assert not [one for one in os.environ if one in ("NMES_DETAILS", "NMES_LONG", "NMES_SLICE")]
"""


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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, after: str, missing: tuple[str, ...], fails: bool
) -> None:
    for variable in ASKED_BY:
        monkeypatch.setenv(variable, "16")
    (tmp_path / "room").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "room" / "__init__.py").write_text(ROOM, encoding="utf-8")
    (tmp_path / "tests" / "test_room.py").write_text(WHOLE.replace(before, after) + WHOLLY, encoding="utf-8")
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\npythonpath = .\nmarkers =\n  campaign\n  benchmark\n", encoding="utf-8"
    )
    found, said = covered(tmp_path / "room", tmp_path / "tests", tmp_path)
    assert (set(found.missing), bool(said)) == (set(missing), fails), said


def test_a_room_of_which_nothing_was_run_is_not_covered(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text("def test_other() -> None: ...\n", encoding="utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  campaign\n  benchmark\n", encoding="utf-8")
    assert covered(tmp_path / "room", tmp_path, tmp_path)[1]


@pytest.mark.parametrize("rooms", [[], ["gaurd"], ["guard", "together"]])
def test_where_no_room_is_named_or_one_that_is_none_that_is_no_good_end(
    rooms: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(rooms)
    assert ended.value.code == 2
    assert "room" in capsys.readouterr().err
