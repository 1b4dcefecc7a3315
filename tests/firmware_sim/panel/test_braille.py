"""Curves, bars and histories in characters: what is drawn is what the numbers say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_sim.panel.braille import BLANK, bar, level, plot, sparkline

pytestmark = pytest.mark.thorough

DOTS = {1 << bit: place for bit, place in enumerate([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1), (3, 0), (3, 1)])}
"""Bit of a Braille character -> (row, column) of its dot, written here anew from the Unicode chart."""


def dots(rows: list[str]) -> set[tuple[int, int]]:
    """(row, column) of every dot that is set."""
    return {
        (4 * y + dot_row, 2 * x + dot_column)
        for y, row in enumerate(rows)
        for x, character in enumerate(row)
        for bit, (dot_row, dot_column) in DOTS.items()
        if (ord(character) - BLANK) & bit
    }


def test_a_pulse_goes_up_stays_and_comes_down() -> None:
    found = dots(plot([40] * 6 + [0] * 2 + [-40] * 6, 7, 4, -40, 40))
    top = {column for row, column in found if row == 0}
    bottom = {column for row, column in found if row == 15}
    assert top == set(range(6))
    assert bottom == set(range(8, 14))
    assert {(row, 8) for row in range(9, 16)} <= found, "the fall is one connected line"


def test_zero_is_a_dotted_line_and_nothing_else_is_drawn_without_values() -> None:
    found = dots(plot([], 4, 3, -10, 10))
    assert len({row for row, _ in found}) == 1
    assert {column for _, column in found} == {0, 4}


def test_a_peak_of_one_sample_in_a_thousand_is_not_lost() -> None:
    values = [0.0] * 523 + [100.0] + [0.0] * 476
    assert any(row == 0 for row, _ in dots(plot(values, 10, 4, -100, 100)))


def test_a_value_outside_the_scale_is_drawn_at_its_edge() -> None:
    assert {row for row, _ in dots(plot([500], 1, 2, 0, 10))} == {0}


@given(st.lists(st.floats(-1e6, 1e6), max_size=40), st.integers(1, 30), st.integers(1, 12), st.floats(0.001, 1e6))
def test_every_row_is_as_wide_as_asked_whatever_the_values(
    values: list[float], width: int, height: int, most: float
) -> None:
    rows = plot(values, width, height, -most, most)
    assert [len(row) for row in rows] == [width] * height


@given(st.floats(-10, 1e6), st.floats(-1, 1e5), st.integers(1, 40))
def test_a_bar_and_a_level_never_leave_their_room(value: float, most: float, width: int) -> None:
    assert len(bar(value, most, width)) == len(level(value, most, width)) == width


@pytest.mark.parametrize(
    ("value", "drawn"), [(0, "    "), (100, "████"), (50, "██  "), (12.5, "▌   "), (0.1, "▏   "), (1000, "████")]
)
def test_a_bar_in_eighths_and_never_empty_above_zero(value: float, drawn: str) -> None:
    assert bar(value, 100, 4) == drawn


def test_a_level_in_whole_characters() -> None:
    assert level(5, 10, 10) == "█████░░░░░"
    assert level(0, 10, 4) == "░░░░"


def test_a_history_keeps_the_newest_right_and_never_draws_force_as_rest() -> None:
    assert sparkline([0, 1, 50, 100], 100, 4) == "▁▂▅█"
    assert sparkline([9] * 9 + [0], 9, 3) == "██▁"
    assert sparkline([7], 7, 4) == "   █"
