"""Rows in one test prove what a test for each row would: all are run, and each that fails is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.rows import bundled

Test = Callable[..., None]


def failure(test: Test) -> str:
    with pytest.raises(AssertionError) as caught:
        test()
    assert caught.value.__cause__ is not None, "the first failure with all its lines belongs to it"
    return str(caught.value)


def test_every_row_is_run_whatever_fails_and_each_failure_has_its_name_and_words() -> None:
    run: list[int] = []

    @bundled("value, limit", [(1, 2), (5, 2), pytest.param(7, 2, id="far above"), (0, 2)])
    def each(value: int, limit: int) -> None:
        run.append(value)
        if value == 5:
            raise KeyError("five")
        assert value < limit, "not below"

    said = failure(each)
    assert run == [1, 5, 7, 0]
    assert said.startswith("2 of 4 rows:\n[1: 5, 2] KeyError: 'five'")
    assert "\n[far above] AssertionError: not below" in said
    assert "test_rows.py" in said
    assert 'assert value < limit, "not below"' in said


def test_rows_that_hold_are_silent() -> None:
    @bundled("value", [1, 2])
    def each(value: int) -> None:
        assert value

    each()


def test_a_row_of_one_name_may_be_a_tuple() -> None:
    seen: list[object] = []

    @bundled("value", [(1, 2), ()])
    def each(value: object) -> None:
        seen.append(value)

    each()
    assert seen == [(1, 2), ()]


def test_two_tables_are_each_row_of_one_with_each_of_the_other() -> None:
    seen: list[tuple[int, str]] = []

    @bundled("letter", "ab")
    @bundled("number", [1, 2], ids=["one", "two"])
    def each(letter: str, number: int) -> None:
        seen.append((number, letter))
        assert (number, letter) != (2, "b")

    said = failure(each)
    assert seen == [(1, "a"), (2, "a"), (1, "b"), (2, "b")]
    assert said.startswith("1 of 2 rows:\n[1: 'b'] AssertionError: 1 of 2 rows:\n    [two] AssertionError")


@pytest.mark.parametrize("end", [lambda: pytest.fail("no"), lambda: pytest.skip("no"), lambda: pytest.xfail("no")])
def test_a_row_that_fails_skips_or_excuses_itself_is_a_failure(end: Callable[[], None]) -> None:
    @bundled("value", [1], ids=lambda value: f"row {value}")
    def each(value: int) -> None:
        end()

    assert failure(each).startswith("1 of 1 rows:\n[0: row 1] ")


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_who_ends_the_run_ends_it(end: type[BaseException]) -> None:
    @bundled("value", [1])
    def each(value: int) -> None:
        raise end

    with pytest.raises(end):
        each()


class TestWithFixtures:
    @pytest.fixture
    def given(self) -> int:
        return 3

    @bundled("value", [1, 2])
    def test_the_rest_comes_from_pytest(self, given: int, value: int) -> None:
        assert value < given


def plain(value: int) -> None: ...


def in_a_folder(value: int, tmp_path: Path) -> None: ...


async def later(value: int) -> None: ...


MARKED = pytest.param(1, marks=pytest.mark.campaign, id="one")


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: bundled("value", [])(plain), "no rows"),
        (lambda: bundled("value", [1, 2], ids=["one"])(plain), "1 ids for 2 rows"),
        (lambda: bundled("value, more", [(1, 2, 3)])(plain), "2 values are expected"),
        (lambda: bundled("other", [1])(plain), "plain does not use other"),
        (lambda: bundled("value", [MARKED])(plain), "one: a row has no marks of its own"),
        (lambda: bundled("value", [1])(in_a_folder), "in_a_folder: its rows would share tmp_path"),
        (lambda: bundled("value", [1])(later), "later: its rows would share one event loop"),
    ],
)
def test_what_would_prove_less_is_refused(make: Callable[[], object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        make()
