"""What follows a session is told from its time on; what is bad counts at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nmes.core.care_checks import NotEnterable
from nmes.core.care_events import Answered
from nmes.core.course_of_care import Given
from nmes.core.old_enough import in_time
from tests.core.course_making import CODE, SIDE, day

GAVE = (Given("s1", day("2026-11-18"), "x", counts=True),)
NOTHING = Answered(CODE, SIDE, "s1")


@pytest.mark.parametrize(
    ("told", "on", "values"),
    [
        (replace(NOTHING, dark_urine=False), "2026-11-18", ("early", "dark_urine", "2026-11-19", 24)),
        (replace(NOTHING, skin_mark=False), "2026-11-18", ("early", "skin_mark", "2026-11-19", 24)),
        (replace(NOTHING, soreness=0), "2026-11-18", ("early_score", "soreness", "2026-11-20", 48)),
        (replace(NOTHING, discomfort=3, soreness=6), "2026-11-19", ("early_score", "soreness", "2026-11-20", 48)),
        (replace(NOTHING, dark_urine=True, skin_mark=False), "2026-11-18", ("early", "skin_mark", "2026-11-19", 24)),
    ],
)
def test_before_its_time_an_answer_is_none(told: Answered, on: str, values: tuple[str, str, str, int]) -> None:
    with pytest.raises(NotEnterable) as refused:
        in_time(told, GAVE, day(on))
    assert (refused.value.code, *refused.value.values.values()) == values


@pytest.mark.parametrize(
    ("told", "on"),
    [
        (replace(NOTHING, discomfort=3, contraction=2, dark_urine=True, skin_mark=True), "2026-11-18"),
        (replace(NOTHING, dark_urine=False, skin_mark=False), "2026-11-19"),
        (replace(NOTHING, soreness=2, dark_urine=False), "2026-11-20"),
        (replace(NOTHING, session="of another computer", soreness=2), "2026-11-18"),
    ],
)
def test_what_is_bad_counts_at_once_and_the_rest_from_its_time_on(told: Answered, on: str) -> None:
    assert in_time(told, GAVE, day(on)) is told


def test_of_a_session_in_which_nothing_flowed_only_what_is_bad_can_be_told() -> None:
    none = (replace(GAVE[0], flowed=False),)
    for told in (replace(NOTHING, discomfort=3), replace(NOTHING, dark_urine=False, skin_mark=False)):
        with pytest.raises(NotEnterable) as refused:
            in_time(told, none, day("2026-11-20"))
        assert (refused.value.code, refused.value.values) == ("no_current", {"session": "s1"})
    for told in (replace(NOTHING, dark_urine=True), replace(NOTHING, skin_mark=True, discomfort=3)):
        assert in_time(told, none, day("2026-11-18")) is told
