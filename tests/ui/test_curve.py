"""The drawing of an outcome: from 0, to scale in days, each value with its number, and never wider than its place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.rows import bundled
from nmes.core.care_events import Outcome
from nmes.core.course_of_care import Curve, Point
from nmes.core.day import Day
from nmes.ui.widgets.curve import caption, draw, round_up

START = Day.of("2026-10-19") or Day(0)


def curve(*values: int, outcome: Outcome = Outcome.CRAMPS, apart: int = 7) -> Curve:
    points = (Point(START.plus(days=apart * at), value, "s") for at, value in enumerate(values))
    return Curve(outcome, tuple(points))


def column(row: str) -> int:
    return row.index("●")


def test_a_value_stands_at_its_height_with_its_number_and_the_axis_begins_at_0() -> None:
    rows = draw(curve(10, 5, 0), 60, 9)
    assert rows[0].startswith("10 │●")
    assert [column(row) for row in rows if "●" in row] == [4, 4 + 55 // 2, 4 + 55]
    assert rows[6].startswith(" 0 │")
    assert "●" in rows[6]
    assert rows[-2].startswith("   └─")
    assert rows[-1].split() == ["2026-10-19", "2026-11-02"]
    assert "10" in rows[1]
    assert "5" in rows[2]


def test_days_are_to_scale_so_that_a_gap_is_seen() -> None:
    points = (Point(START, 9, "s"), Point(START.plus(days=7), 8, "s"), Point(START.plus(days=70), 8, "s"))
    rows = draw(Curve(Outcome.CRAMPS, points), 76, 8)
    marks = sorted(at for row in rows for at, letter in enumerate(row) if letter == "●")
    assert marks[1] - marks[0] == pytest.approx((marks[2] - marks[0]) / 10, abs=1)


@bundled("width", [40, 76, 114])
@bundled("height", [4, 8, 14])
@bundled("values", [(0,), (9, 10, 10, 9), (1, 500, 3), tuple(range(40))])
def test_it_is_never_wider_or_higher_than_its_place(width: int, height: int, values: tuple[int, ...]) -> None:
    rows = draw(curve(*values), width, height)
    assert len(rows) == height
    assert max(map(len, rows)) <= width
    assert len(caption(curve(*values), width)) <= width


def test_a_value_that_is_doubtful_has_an_open_mark_and_says_why() -> None:
    found = curve(9, 4, 5)
    week, corrected = replace(found.points[1], unfinished=True), replace(found.points[2], corrected=True)
    drawn = "".join(draw(replace(found, points=(found.points[0], week, corrected)), 60, 9))
    assert (drawn.count("●"), drawn.count("○")) == (1, 2)
    told = caption(replace(found, points=(week, corrected)), 100)
    assert "2026-10-26 4 (the week was not over); 2026-11-02 5 (CORRECTED since)" in told


def test_without_room_or_values_nothing_is_drawn() -> None:
    assert draw(curve(1, 2), 60, 3) == []
    assert draw(Curve(Outcome.CRAMPS, ()), 60, 9) == []


def test_the_newest_values_are_told_with_their_unit() -> None:
    told = caption(curve(14_000, 16_500, outcome=Outcome.CTF), 76)
    assert told == "cramp threshold frequency: 2026-10-19 14 Hz; 2026-10-26 16.5 Hz"
    assert caption(curve(*range(20)), 60).startswith("cramps a week: ... 2027-02-")


@pytest.mark.parametrize(
    ("value", "whole", "up"), [(0, 1, 1), (1, 1, 1), (3, 1, 5), (9, 1, 10), (14_000, 1000, 20_000)]
)
def test_the_axis_ends_at_a_round_number(value: int, whole: int, up: int) -> None:
    assert round_up(value, whole) == up
