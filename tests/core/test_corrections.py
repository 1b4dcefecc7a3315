"""What is right instead of an entry of a session: the newest that was not withdrawn."""

from __future__ import annotations

from dataclasses import replace

from nmes.core.care_events import Corrected, Registered, Withdrawn
from nmes.core.corrections import corrections
from tests.core.course_making import CODE, SIDE, did, gave

PAIN = Corrected(CODE, SIDE, "s1", 9, "ab", "pain was 8 of 10", "mistyped")


def test_each_entry_has_what_is_right_by_its_newest_correction() -> None:
    found = corrections(
        (
            did(PAIN, 1),
            did(Registered(CODE), 2),
            did(replace(PAIN, seq=3, text="the left knee"), 3),
            did(replace(PAIN, text="pain was 7 of 10"), 4),
            did(replace(PAIN, session="s2", code="", side=""), 5),
        )
    )
    assert found == {"s1": {3: "the left knee", 9: "pain was 7 of 10"}, "s2": {9: "pain was 8 of 10"}}
    assert list(found["s1"]) == [3, 9], "in the order of the record"


def test_one_that_was_withdrawn_counts_no_longer_and_the_one_before_it_does() -> None:
    first, second = did(PAIN, 1), did(replace(PAIN, text="pain was 7 of 10"), 2)
    gone = Withdrawn(CODE, SIDE, second.session, second.seq, "it was right")
    assert corrections((first, second, did(gone, 3))) == {"s1": {9: "pain was 8 of 10"}}
    of_another = replace(gone, side="right")
    assert corrections((first, second, did(of_another, 3))) == {"s1": {9: "pain was 7 of 10"}}


def test_of_a_session_what_is_right_is_told_by_the_name_of_its_value() -> None:
    given = gave("2026-11-12", seqs={"nrs_after": 9, "skin": 10}, corrected={9: "pain was 8 of 10"})
    assert [given.right(name) for name in ("nrs_after", "skin", "level_1_0")] == ["pain was 8 of 10", "", ""]
