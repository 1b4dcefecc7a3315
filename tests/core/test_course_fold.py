"""Everything shown of a course is a fold: what counts, what is due, what was tolerated, the outcomes over time."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.rows import bundled
from nmes.core.care_events import (
    Answered,
    Assessed,
    CareEvent,
    Choice,
    Decided,
    Diary,
    Outcome,
    PlanEnded,
    Proposal,
    Registered,
    Rule,
    Withdrawn,
)
from nmes.core.course_fold import fold, plans, told_against
from nmes.core.course_of_care import CourseOfCare, Entered, Given, Level, PlanOfCare, Sore, Value
from tests.core.course_making import CODE, SIDE, day, did, gave, planned

TODAY = "2026-11-21"


def course(*events: CareEvent | Entered, given: tuple[Given, ...] = (), today: str = TODAY) -> CourseOfCare:
    entered = [one if isinstance(one, Entered) else did(one, number) for number, one in enumerate(events, 1)]
    return fold(CODE, SIDE, entered, given, day(today), ("000099",))


def plan_of(found: CourseOfCare) -> PlanOfCare:
    assert found.plan is not None
    return found.plan


# --- whose, and what counts ---


def test_a_course_without_anything_knows_nothing() -> None:
    empty = course()
    assert (empty.plan, empty.due_in_days, empty.tolerated, empty.curves, empty.after) == (None, None, None, (), "")
    assert empty.adherence.permille is None
    assert empty.curve(Outcome.CTF) == ()
    assert empty.trouble == ("000099",)


def test_what_belongs_to_another_code_or_side_is_not_in_it() -> None:
    others = (replace(planned(), code="P-018"), replace(planned(), side="right"), Registered(CODE))
    assert course(*others).history == ()


def test_a_withdrawn_entry_counts_no_longer_and_stays_in_the_history() -> None:
    diary = did(Diary(CODE, SIDE, "2026-11-09", 40), 7)
    found = course(diary, Withdrawn(CODE, SIDE, diary.session, diary.seq, "a slip"))
    assert found.diary == ()
    assert len(found.history) == 2


def test_what_is_entered_after_a_withdrawal_is_not_withdrawn_by_it() -> None:
    diary = did(Diary(CODE, SIDE, "2026-11-09", 40), 7)
    foretold = did(Withdrawn(CODE, SIDE, diary.session, diary.seq, "forged"), 0)
    found = course(foretold, diary)
    assert [week.cramps for week in found.diary] == [40]
    itself = did(Withdrawn(CODE, SIDE, "000003-care", 2, "itself"), 3)
    assert [week.cramps for week in course(diary, itself).diary] == [40]


def test_of_two_entries_about_the_same_week_the_newer_counts() -> None:
    older, newer = Diary(CODE, SIDE, "2026-11-09", 4, 7), Diary(CODE, SIDE, "2026-11-09", 5, None, "one more")
    (week,) = course(older, newer).diary
    assert (week.cramps, week.worst_nrs, week.text) == (5, None, "one more")


# --- the plan ---


def test_a_new_plan_takes_the_place_of_the_old_one_and_an_end_ends_it() -> None:
    ended = PlanEnded(CODE, SIDE, TODAY, "moved away")
    assert plan_of(course(planned(), planned(per_week=3))).sessions_per_week == 3
    over = course(planned(), ended)
    assert (over.plan, over.ended, over.due_in_days) == (None, ended, None)
    assert course(planned(), ended, planned()).ended is None


def test_the_plans_of_everybody_are_those_in_force() -> None:
    other = replace(planned(), code="P-018")
    entered = [
        did(planned(), 1),
        did(other, 2),
        did(PlanEnded("P-018", SIDE, TODAY, "moved"), 3),
        did(Registered("X"), 4),
    ]
    assert list(plans(entered)) == [(CODE, SIDE)]


# --- adherence ---


def test_adherence_counts_the_weeks_that_are_over_and_no_week_makes_up_for_another() -> None:
    days = ("2026-11-02", "2026-11-04", "2026-11-06", "2026-11-10", "2026-11-17")
    found = course(planned(), given=tuple(map(gave, days))).adherence
    assert [(week.number, week.done, week.over) for week in found.weeks] == [(1, 3, True), (2, 1, True), (3, 1, False)]
    assert (found.done, found.planned, found.permille) == (3, 4, 750)


def test_only_whole_sessions_of_the_planned_protocol_count() -> None:
    given = (gave("2026-11-03", counts=False), gave("2026-11-04", protocol="other"), gave("2026-10-30"))
    assert course(planned(), given=given).adherence.done == 0


def test_a_plan_ends_after_its_weeks_and_its_last_week_is_one() -> None:
    found = course(planned(weeks=2), today="2026-12-24")
    assert [week.over for week in found.adherence.weeks] == [True, True]
    assert str(plan_of(found).until_day) == "2026-11-16"


# --- what is due ---


@bundled(
    ("given", "today", "due"),
    [
        ((), "2026-11-02", 0),
        ((), "2026-10-31", 2),
        ((), "2026-11-05", -3),
        (("2026-11-02",), "2026-11-03", 2),
        (("2026-11-02",), "2026-11-05", 0),
        (("2026-11-02",), "2026-11-07", -2),
        (("2026-10-28",), "2026-11-02", 0),
        (("2026-11-28",), "2026-11-28", None),
        ((), "2026-11-30", None),
    ],
)
def test_the_next_session_is_due_by_the_plan(given: tuple[str, ...], today: str, due: int | None) -> None:
    assert course(planned(), given=tuple(map(gave, given)), today=today).due_in_days == due


def test_many_sessions_a_week_are_due_every_day() -> None:
    assert course(planned(per_week=14), given=(gave("2026-11-20"),)).due_in_days == 0
    assert course(planned(per_week=14), given=(gave(TODAY),)).due_in_days == 0, "two on one day"


def test_a_week_that_has_had_its_sessions_waits_for_the_next_one() -> None:
    done = tuple(map(gave, ("2026-11-09", "2026-11-10", "2026-11-11", "2026-11-12", "2026-11-13")))
    assert course(planned(per_week=5), given=done, today="2026-11-14").due_in_days == 2
    assert course(planned(per_week=5), given=done, today="2026-11-16").due_in_days == 0


# --- what was tolerated ---


def test_the_last_session_of_the_plan_is_what_was_tolerated_and_a_test_is_not() -> None:
    given = (
        gave("2026-11-03", level_ua=18_000),
        gave("2026-11-06", level_ua=22_000),
        gave("2026-11-07", assessment="ctf"),
        gave("2026-11-08", protocol="other"),
        gave("2026-11-09", levels=()),
    )
    found = course(planned(), given=given)
    assert found.tolerated is not None
    assert found.tolerated.given.levels == (Level(1, 1, 22_000),)
    assert found.tolerated.answered is None
    assert found.after == "session-2026-11-06"


def test_of_each_thing_told_afterwards_the_newest_counts() -> None:
    told = (
        Answered(CODE, SIDE, "session-2026-11-06", 6, 3, text="burning"),
        Answered(CODE, SIDE, "session-2026-11-06", 4, soreness=2, dark_urine=False),
        Answered(CODE, SIDE, "session-2026-11-03", 9),
    )
    found = course(planned(), *told, given=(gave("2026-11-03"), gave("2026-11-06"))).tolerated
    assert found is not None
    assert found.answered == Answered(
        CODE, SIDE, "session-2026-11-06", 4, 3, 2, dark_urine=False, skin_mark=None, text="burning"
    )


# --- outcomes ---


def test_outcomes_come_from_the_diary_the_sessions_and_what_was_measured_in_order_of_days() -> None:
    found = course(
        Diary(CODE, SIDE, "2026-11-09", 4, 7),
        Diary(CODE, SIDE, "2026-11-02", 9),
        Assessed(CODE, SIDE, Outcome.CTF, 21_000, "2026-11-20"),
        Assessed(CODE, SIDE, Outcome.TUG, 9_400, "2026-11-01"),
        given=(gave("2026-11-03", "s1", measured=(Value(Outcome.CTF, 18_000), Value(Outcome.NRS, 2))),),
    )
    assert [point.value for point in found.curve(Outcome.CRAMPS)] == [9, 4]
    assert [point.value for point in found.curve(Outcome.CRAMP_NRS)] == [7]
    assert [(str(p.day), p.value, p.session, p.seq) for p in found.curve(Outcome.CTF)] == [
        ("2026-11-03", 18_000, "s1", 0),
        ("2026-11-20", 21_000, "000003-care", 2),
    ]
    assert [point.value for point in found.curve(Outcome.NRS)] == [2]
    assert [curve.outcome for curve in found.curves] == [
        Outcome.CRAMPS,
        Outcome.CRAMP_NRS,
        Outcome.CTF,
        Outcome.NRS,
        Outcome.TUG,
    ]


# --- decisions ---


def test_what_was_decided_since_the_last_session_holds_for_the_next_and_the_last_word_counts() -> None:
    first, last = "session-2026-11-03", "session-2026-11-06"
    decisions = (
        Decided(CODE, SIDE, Rule.ADVANCE, first, (), Choice.ACCEPTED),
        Decided(CODE, SIDE, Rule.RETEST, last, (), Choice.ACCEPTED, "ctf"),
        Decided(CODE, SIDE, Rule.RETEST, last, (), Choice.DECLINED, "ctf", reason="next week"),
    )
    found = course(planned(), *decisions, given=(gave("2026-11-03"), gave("2026-11-06")))
    assert [one.decided for one in found.agreed] == [decisions[2]]
    assert [one.entered.by for one in found.decisions] == ["Anna"] * 3
    proposed = (Proposal(Rule.RETEST, after=last, of="ctf"), Proposal(Rule.RETEST, after=last, of="mvic"))
    assert replace(found, proposals=proposed).open_proposals == proposed[1:]


# --- what was told and stops every session ---

TOLD = Answered(CODE, SIDE, "s1", dark_urine=True, skin_mark=True)
NO = Answered(CODE, SIDE, "s2", dark_urine=False, skin_mark=False)


def stops(side: str, *told: CareEvent) -> tuple[bool, bool]:
    urine, mark = told_against(CODE, side, [did(one, number) for number, one in enumerate(told, 1)])
    return urine is not None, mark is not None


@bundled(
    ("side", "told", "found"),
    [
        ("left", (TOLD,), (True, True)),
        ("right", (TOLD,), (True, False)),
        ("both", (TOLD,), (True, True)),
        ("", (TOLD,), (True, False)),
        ("left", (TOLD, NO), (False, False)),
        ("left", (NO, TOLD), (True, True)),
        ("left", (TOLD, Answered(CODE, SIDE, "s2", soreness=3)), (True, True)),
        ("left", (TOLD, replace(NO, side="right")), (False, True)),
        ("right", (replace(TOLD, side="both"),), (True, True)),
        ("both", (replace(TOLD, side="both"), NO), (False, True)),
        ("left", (replace(TOLD, code="P-018"),), (False, False)),
        ("left", (TOLD, replace(NO, code="P-018")), (True, True)),
        ("left", (TOLD, Withdrawn(CODE, SIDE, "000001-care", 2, "the other patient")), (False, False)),
        ("left", (Withdrawn(CODE, SIDE, "000002-care", 2, "forged"), TOLD), (True, True)),
        ("left", (TOLD, planned(), PlanEnded(CODE, SIDE, TODAY, "moved away")), (True, True)),
        ("left", (replace(TOLD, side="neither"),), (True, False)),
    ],
)
def test_dark_urine_is_the_patients_and_a_mark_the_sides_until_a_newer_answer(
    side: str, told: tuple[CareEvent, ...], found: tuple[bool, bool]
) -> None:
    assert stops(side, *told) == found


NUMBERED = ("999999-20261121T091500Z-aa", "1000000-20261120T091500Z-aa")
"""One after the other, as the chain counts them; between the two the clock was set back."""


@pytest.mark.parametrize(("older", "newer"), [("s1", "s2"), ("000003-2026-a", "000009-2026-a"), NUMBERED])
def test_only_an_answer_about_the_same_session_or_a_later_one_takes_it_back(older: str, newer: str) -> None:
    yes, no = replace(TOLD, session=newer), replace(NO, session=newer)
    early_yes, early_no = replace(TOLD, session=older), replace(NO, session=older)
    assert stops("left", yes, early_no) == (True, True)
    assert stops("left", yes, early_yes, early_no) == (True, True)
    assert stops("both", replace(yes, side="both"), early_no, replace(no, side="right")) == (False, True)
    assert stops("left", yes, early_no, no) == (False, False)
    assert stops("left", early_yes, no) == (False, False)
    assert stops("left", early_yes, yes, no) == (False, False)
    assert stops("left", yes, early_yes, no) == (False, False)


def test_what_is_told_is_what_was_said_of_the_latest_session() -> None:
    later = replace(TOLD, session="s2")
    for told in ((TOLD, later), (later, TOLD)):
        assert told_against(CODE, SIDE, [did(one, number) for number, one in enumerate(told, 1)]) == (later, later)


def test_the_course_knows_what_was_told_of_another_side_or_an_older_session() -> None:
    older = replace(TOLD, session="session-2026-11-03", skin_mark=None)
    found = course(planned(), older, Answered(CODE, SIDE, "session-2026-11-06", 4), given=(gave("2026-11-06"),))
    assert found.dark_urine == older
    assert course(replace(TOLD, side="right")).dark_urine is not None
    assert course(replace(TOLD, side="right")).skin_mark is None


# --- soreness ---


def test_of_the_soreness_after_a_session_the_most_is_kept() -> None:
    told = (Answered(CODE, SIDE, "session-2026-11-06", soreness=value) for value in (6, 0))
    found = course(planned(), *told, given=(gave("2026-11-06"),))
    assert found.tolerated is not None and found.tolerated.answered is not None
    assert found.tolerated.answered.soreness == 6
    assert found.soreness == (Sore(0, 6, 1), Sore(0, 0, 1))


@pytest.mark.parametrize(
    ("t_utc", "next_"),
    [("2026-11-08T08:59:59.000Z", 2), ("2026-11-08T09:00:01.000Z", 1), ("", 2)],
)
def test_it_is_known_which_session_was_the_first_after_it_was_told(t_utc: str, next_: int) -> None:
    told = did(Answered(CODE, SIDE, "session-2026-11-06", soreness=6), on="2026-11-08")
    given = (gave("2026-11-06"), gave("2026-11-08", t_utc=t_utc))
    assert course(did(planned(), 9), told, given=given).soreness == (Sore(0, 6, next_),)
    later = (gave("2026-11-06"), gave("2026-11-09"))
    assert course(did(planned(), 9), told, given=later).soreness == (Sore(0, 6, 1),)
    unread = replace(told, t_utc="?", day=None)
    assert course(did(planned(), 9), unread, given=later).soreness == (Sore(0, 6, 2),)


def test_what_was_told_of_a_session_of_another_protocol_is_no_soreness_of_the_plan() -> None:
    assert course(planned(), Answered(CODE, SIDE, "s9", soreness=6), given=(gave("2026-11-06"),)).soreness == ()
