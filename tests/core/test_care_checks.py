"""What cannot be right never becomes a record; what can, does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.rows import bundled
from nmes.core.care_checks import NotEnterable, checked, day_of
from nmes.core.care_events import (
    Answered,
    Archived,
    Assessed,
    CareEvent,
    Choice,
    Corrected,
    Decided,
    Diary,
    Erased,
    Outcome,
    PlanEnded,
    Registered,
    Rule,
    Withdrawn,
    free_texts,
)
from tests.core.course_making import CODE, SIDE, day, planned

TODAY = day("2026-11-21")
DIARY = Diary(CODE, SIDE, "2026-11-16", 4, 7, "after running")
TUG = Assessed(CODE, SIDE, Outcome.TUG, 9_400, "2026-11-21")
ANSWER = Answered(CODE, SIDE, "s1", 4, 3, 2, dark_urine=False, skin_mark=False)
SHARE = (("from_permille", 550), ("to_permille", 650))
DECIDED = Decided(CODE, SIDE, Rule.SHARE, "s1", SHARE, Choice.ACCEPTED)
CHANGED = replace(DECIDED, choice=Choice.CHANGED, reason="small steps")
WITHDRAWN = Withdrawn(CODE, SIDE, "s1", 2, "wrong leg")
ENDED = PlanEnded(CODE, SIDE, "2026-11-21", "moved away")
CORRECTED = Corrected(CODE, SIDE, "s1", 9, "ab", "the other knee", "mistyped")
ERASED = Erased(CODE, SIDE, "s1", ("ab",), "she asked")
ARCHIVED = Archived("s1", "ab", 3, "cd", "ten years are over")


@bundled(
    "event",
    [
        *(Registered(CODE), planned(), DIARY, replace(DIARY, worst_nrs=None), TUG, ANSWER, DECIDED, WITHDRAWN, ENDED),
        *(replace(DIARY, cramps=0, worst_nrs=None), replace(DIARY, cramps=0, worst_nrs=0), replace(DIARY, cramps=1)),
        *(replace(DIARY, week="1900-01-01"), replace(TUG, day="1900-01-01")),
        replace(DECIDED, chosen=SHARE),
        replace(CHANGED, chosen=(("from_permille", 550), ("to_permille", 600))),
        replace(DECIDED, choice=Choice.DECLINED, reason="next week"),
        *(CORRECTED, ERASED, ARCHIVED, replace(CORRECTED, code="", side=""), replace(ERASED, side="")),
    ],
)
def test_what_can_be_right_is_taken_as_it_is(event: CareEvent) -> None:
    assert checked(event, TODAY) is event


@bundled(
    ("event", "code"),
    [
        (Registered("Anna Berg"), "code"),
        (replace(DIARY, code=""), "code"),
        (replace(DIARY, side="middle"), "side"),
        (planned(per_week=0), "range"),
        (planned(per_week=22), "range"),
        (planned(weeks=0), "range"),
        (planned(weeks=53), "range"),
        (planned(start="soon"), "day"),
        (replace(DIARY, week="2026-11-17"), "not_monday"),
        (replace(DIARY, week="2026-11-23"), "future"),
        (replace(DIARY, week="0001-01-01"), "past"),
        (replace(DIARY, week="1899-12-25"), "past"),
        (replace(TUG, day="1899-12-31"), "past"),
        (replace(DIARY, cramps=-1), "range"),
        (replace(DIARY, cramps=501), "range"),
        (replace(DIARY, worst_nrs=11), "range"),
        (replace(DIARY, cramps=0, worst_nrs=1), "no_cramp"),
        (replace(TUG, value=999), "range"),
        (replace(TUG, day="2026-11-22"), "future"),
        (replace(TUG, day="2026-11-31"), "day"),
        (replace(ANSWER, discomfort=11), "range"),
        (replace(ANSWER, contraction=4), "range"),
        (replace(ANSWER, soreness=-1), "range"),
        (replace(ENDED, reason=""), "reason"),
        (replace(ENDED, day="2026-12-01"), "future"),
        (replace(WITHDRAWN, reason="nnn"), "reason"),
        (replace(CORRECTED, reason="no"), "reason"),
        (replace(CORRECTED, text=" "), "correction"),
        (replace(CORRECTED, code="Anna Berg"), "code"),
        (replace(ERASED, reason=""), "reason"),
        (replace(ARCHIVED, reason="1"), "reason"),
        (replace(DECIDED, choice=Choice.CHANGED), "reason"),
        (replace(DECIDED, choice=Choice.DECLINED, reason="no"), "reason"),
        (replace(DECIDED, chosen=(("from_permille", 550), ("to_permille", 600))), "not_of_it"),
        (replace(DECIDED, choice=Choice.DECLINED, reason="next week", chosen=SHARE), "not_of_it"),
        (CHANGED, "not_of_it"),
        (replace(CHANGED, chosen=SHARE), "not_of_it"),
        (replace(CHANGED, chosen=(("from_permille", 500), ("to_permille", 650))), "not_of_it"),
        (replace(CHANGED, chosen=(("to_permille", 600),)), "not_of_it"),
        (replace(CHANGED, chosen=(*SHARE, ("channel_1_high_ua", 9_000))), "not_of_it"),
        (replace(CHANGED, chosen=(("from_permille", 550), ("to_permille", 5_000))), "not_of_it"),
        (replace(CHANGED, chosen=(("from_permille", 550), ("to_permille", 0))), "not_of_it"),
    ],
)
def test_a_slip_is_refused_with_its_code(event: CareEvent, code: str) -> None:
    with pytest.raises(NotEnterable) as refused:
        checked(event, TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize("value", [1_000, 600_000])
def test_the_ends_of_a_range_belong_to_it(value: int) -> None:
    assert checked(replace(TUG, value=value), TODAY)


def test_a_refusal_names_what_would_be_accepted() -> None:
    with pytest.raises(NotEnterable) as refused:
        checked(replace(DIARY, week="2026-11-18"), TODAY)
    assert refused.value.values == {"text": "2026-11-18", "monday": "2026-11-16"}
    with pytest.raises(NotEnterable):
        day_of("")


def test_what_a_person_typed_freely_is_known_as_that() -> None:
    assert free_texts(DIARY) == ("after running",)
    assert free_texts(WITHDRAWN) == ("wrong leg",)
    assert free_texts(CORRECTED) == ("mistyped", "the other knee")
    assert free_texts(replace(DIARY, text="")) == ()
    assert free_texts(Registered(CODE)) == ()
