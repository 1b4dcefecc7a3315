"""The time axis as text: curves, marks and cursor in their columns."""

from __future__ import annotations

import pytest

from nmes.record.happening import At, Happening
from nmes.record.output import Output
from nmes.ui.time_rows import LABEL, SYMBOLS, Axis, Span, around, draw


def happening(t_ms: int, code: str) -> Happening:
    return Happening(At(1, t_ms, "", "Dr A"), code, (), "")


OUTPUT = (
    Output(0),
    Output(10_000, ((1, 2000),), ((1, 2000), (2, 500))),
    Output(20_000, (), ((2, 1000),)),
    Output(30_000, known=False),
    Output(40_000, off=True),
)
AXIS = Axis(OUTPUT, (happening(0, "intent"), happening(20_000, "stop"), happening(20_000, "mark")), (1, 2), 50_000)
WHOLE = Span(0, 50_000)


def test_each_channel_has_its_curve_and_doubt_is_a_question_mark() -> None:
    rows = draw(AXIS, WHOLE, 0, LABEL + 50, 5)
    assert rows[0] == f"{1:>3} " + "_" * 10 + "█" * 10 + "_" * 10 + "?" * 10 + "_" * 10
    assert rows[1] == f"{2:>3} " + "_" * 10 + "▄" * 10 + "█" * 10 + "?" * 10 + "_" * 10


def test_higher_rows_show_more_of_a_curve() -> None:
    rows = draw(Axis(OUTPUT, (), (2,), 50_000), WHOLE, 0, LABEL + 50, 5)
    assert rows[0][LABEL + 10 : LABEL + 30] == " " * 10 + "█" * 10
    assert rows[1][LABEL + 10 : LABEL + 30] == "█" * 20


def test_the_most_important_of_one_column_is_shown() -> None:
    marks = draw(AXIS, WHOLE, 0, LABEL + 50, 5)[2]
    assert (marks[LABEL], marks[LABEL + 20]) == ("▶", "■")
    assert len({symbol for symbol, _codes in SYMBOLS}) == len(SYMBOLS)


@pytest.mark.parametrize("at_ms", [0, 20_000, 49_999, 50_000])
def test_the_cursor_stands_where_the_time_is_and_the_times_are_told(at_ms: int) -> None:
    rows = draw(AXIS, WHOLE, at_ms, LABEL + 50, 5)
    assert rows[3].index("▲") == LABEL + min(49, at_ms // 1000)
    assert rows[4].split() == ["0:00", f"0:{at_ms // 1000:02d}", "0:50"]
    assert all(len(row) <= LABEL + 50 for row in rows)


def test_a_part_of_the_time_shows_only_that() -> None:
    rows = draw(AXIS, Span(15_000, 25_000), 0, LABEL + 10, 5)
    assert rows[0] == f"{1:>3} " + "█" * 5 + "_" * 5
    assert rows[2].strip() == "■"


def test_a_close_look_stays_inside_the_session() -> None:
    assert around(0, 60, 500) == Span(0, 60)
    assert around(250, 60, 500) == Span(220, 280)
    assert around(499, 60, 500) == Span(440, 500)
    assert around(10, 60, 50) == Span(0, 50)
    assert Span(0, 0).column(0, 10) == 0
    assert Span(10, 20).column(9, 10) is None


def test_more_channels_than_rows_are_cut_not_squeezed() -> None:
    assert len(draw(Axis(OUTPUT, (), tuple(range(1, 9)), 50_000), WHOLE, 0, 60, 6)) == 6
