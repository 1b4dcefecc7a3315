"""What flowed over time, as a record tells it: pieces, heights for a picture, and where it was not known."""

from __future__ import annotations

import pytest

from nmes.core import events as e
from nmes.record.happening import At, Stepped
from nmes.record.output import Output, OutputFold, Piece, doubts, flowed_ms, heights, pieces


def folded(*events: tuple[int, e.Event]) -> tuple[Output, ...]:
    fold = OutputFold()
    for t_ms, event in events:
        fold.take(Stepped(At(1, t_ms, "", "device"), event, ()))
    return tuple(fold.found)


def confirmed(*amplitudes: tuple[int, int]) -> e.OutputConfirmed:
    return e.OutputConfirmed(0, amplitudes)


COURSE = folded(
    (0, e.Identified("P24", "id", "1")),
    (10, e.Enabled()),
    (20, e.OutputSent(0, ((1, 500),))),
    (30, confirmed((1, 500))),
    (35, confirmed((1, 500))),
    (40, confirmed((1, 1000), (2, 300))),
    (60, e.Pause()),
    (70, e.HaltConfirmed(0)),
)


def test_only_changes_are_kept() -> None:
    assert [one.t_ms for one in COURSE] == [0, 10, 20, 30, 40, 70]
    assert COURSE[2] == Output(20, ((1, 500),))
    assert COURSE[4] == Output(40, ((1, 1000), (2, 300)), ((1, 1000), (2, 300)))
    assert COURSE[5] == Output(70, off=True)


@pytest.mark.parametrize("doubt", [e.Doubt(1), e.Unanswered("x"), e.LinkLost("x"), e.HaltUnconfirmed(1)])
def test_from_a_doubt_on_nothing_is_known_until_the_next_answer(doubt: e.Event) -> None:
    course = folded((0, confirmed((1, 500))), (10, doubt), (20, e.HaltConfirmed(1)))
    assert [one.known for one in course] == [True, False, True]
    assert pieces(course, 50) == (Piece(1, 0, 20, 500, sure=False),)
    assert doubts(course, 0, 40, 4) == (False, True, False, False)


def test_how_long_any_channel_had_output() -> None:
    assert flowed_ms(COURSE, 100) == 40
    assert flowed_ms(COURSE[:5], 100) == 70, "up to the end of what is known"
    assert flowed_ms((), 100) == 0


def test_stretches_of_output_by_channel_with_the_most_of_each() -> None:
    assert pieces(COURSE, 100) == (Piece(1, 30, 70, 1000, sure=True), Piece(2, 40, 70, 300, sure=True))
    assert pieces(folded((5, confirmed((3, 500)))), 90) == (Piece(3, 5, 90, 500, sure=True),), "up to the end"
    assert pieces((), 90) == ()


def test_heights_are_the_most_in_each_part_of_a_span() -> None:
    assert heights(COURSE, 1, 0, 100, 10) == (0, 0, 0, 500, 1000, 1000, 1000, 0, 0, 0)
    assert heights(COURSE, 1, 35, 45, 2) == (500, 1000), "a part of the time only"
    assert heights(COURSE, 2, 0, 100, 1) == (300,)
    assert heights((), 1, 0, 0, 3) == (0, 0, 0)
    short = folded((10, confirmed((1, 900))), (10, e.HaltConfirmed(0)))
    assert max(heights(short, 1, 0, 100, 5)) == 900, "what was there for less than a millisecond is not lost"
