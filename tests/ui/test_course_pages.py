"""What stands on the pages of a course: all that is known, nothing that is not, what speaks against a session first."""

from __future__ import annotations

from dataclasses import replace

from ui.bench_live import CRAMP, loaded

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
from nmes.core.course_fold import fold
from nmes.core.course_of_care import CourseOfCare, Entered, Given, Value
from nmes.core.progression import proposals
from nmes.ui.course_pages import answerable, may_withdraw, rows
from nmes.ui.course_rows import OfAnswers, OfEntry, OfOutcome, OfPlan, OfProposal, OfWeek, Page
from tests.core.course_making import CODE, SIDE, day, did, gave, planned

PLAN = planned(protocol=CRAMP)
LAST = gave("2026-11-13", protocol=CRAMP, nrs_after=2, skin=1)
TOLD = Answered(CODE, SIDE, LAST.session, 3, 3, 2, dark_urine=False, skin_mark=False)


def course(*events: CareEvent | Entered, given: tuple[Given, ...] = (LAST,), today: str = "2026-11-18") -> CourseOfCare:
    entered = [one if isinstance(one, Entered) else did(one, number) for number, one in enumerate(events, 1)]
    found = fold(CODE, SIDE, entered, given, day(today))
    return replace(found, proposals=proposals(found, loaded(CRAMP).protocol))


def texts(found: CourseOfCare, page: Page = Page.NEXT) -> list[str]:
    return [row.text for row in rows(found, page)]


# --- the next session ---


def test_the_first_page_tells_plan_adherence_last_time_proposals_and_what_was_agreed() -> None:
    decided = Decided(CODE, SIDE, Rule.RETEST, LAST.session, (), Choice.DECLINED, "ctf", (), "next week")
    told = texts(course(PLAN, TOLD, decided))
    assert told[0] == "PLAN"
    assert told[1] == "A session is overdue by 2 days."
    assert told[2].startswith(f"{CRAMP}: 2 sessions a week for 4 weeks from 2026-11-02, planned by Anna")
    assert told[4] == "Done by weeks: 1: 0/2, 2: 1/2, 3: 0/2"
    assert "channel 1: 20.0 mA accepted; pain after it 2 of 10; skin after it 1 of 3" in " ".join(told)
    assert "Told: discomfort 3 of 10; contraction full to the end" in " ".join(told)
    assert any(one.startswith("– declined; proposed: MEASURE the cramp threshold frequency") for one in told)
    assert any(one.startswith("? AS THE LAST TIME") for one in told)
    assert told[-2:] == [
        "DECIDED",
        "Declined by Anna on 2026-11-02: measure the cramp threshold frequency again; why: next week",
    ]


def test_only_a_proposal_that_was_accepted_has_a_tick_and_a_changed_one_tells_what_holds() -> None:
    retest = Decided(CODE, SIDE, Rule.RETEST, LAST.session, (), Choice.ACCEPTED, "ctf")
    assert any(one.startswith("✓ accepted; proposed: MEASURE the cramp") for one in texts(course(PLAN, TOLD, retest)))
    proposed, chosen = (("from_permille", 550), ("to_permille", 650)), (("from_permille", 550), ("to_permille", 600))
    decided = Decided(CODE, SIDE, Rule.SHARE, LAST.session, proposed, Choice.CHANGED, "", chosen, "small steps")
    share = Proposal(Rule.SHARE, (*proposed, ("weeks", 2), ("cramps_before", 9), ("cramps_now", 9)), after=LAST.session)
    told = texts(replace(course(PLAN, TOLD, decided), proposals=(share,)))
    said = "– changed: 60 % of the most tolerated, not 65 %; proposed: 65 % instead of 55 % of the most"
    assert any(one.startswith(said) for one in told)


def test_what_speaks_against_a_session_stands_before_any_day_that_is_due() -> None:
    found = course(PLAN, replace(TOLD, dark_urine=True))
    first, second, third, *_rest = rows(found, Page.NEXT)
    assert first.heading
    assert second.text.startswith("? NO STIMULATION: dark urine was told. To a doctor at once.")
    assert isinstance(second.about, OfProposal)
    assert third.text == "PLAN"
    assert not any("overdue" in one for one in texts(found)), "no day is due while something speaks against it"


def test_every_row_opens_what_it_is_about() -> None:
    found = course(PLAN, TOLD, did(Diary(CODE, SIDE, "2026-11-09", 4), 9))
    assert {type(row.about) for row in rows(found, Page.NEXT) if not row.heading} == {OfPlan, OfAnswers, OfProposal}
    assert [row.about for row in rows(found, Page.OUTCOMES)] == [OfOutcome(one) for one in Outcome]
    assert {type(row.about) for row in rows(found, Page.DIARY)} == {OfWeek}
    assert {type(row.about) for row in rows(found, Page.ENTRIES)} == {OfEntry}


def test_what_is_not_known_is_told_as_that() -> None:
    nothing = course(given=())
    assert "No plan is in force. Enter makes one." in texts(nothing)
    assert "No session of the plan with a level yet." in texts(nothing)
    assert "Nothing: there is no plan." in texts(nothing)
    assert texts(nothing, Page.OUTCOMES)[0] == "cramps a week: nothing on record"
    assert texts(nothing, Page.ENTRIES) == ["Nothing was entered yet."]
    assert answerable(nothing) == ""
    ended = course(PLAN, PlanEnded(CODE, SIDE, "2026-11-17", "moved away"))
    assert "plan ended on 2026-11-17; why: moved away" in texts(ended)


def test_why_nothing_is_proposed_is_told() -> None:
    found = replace(course(PLAN, TOLD), proposals=())
    told = [row.text for row in rows(found, Page.NEXT, card_is_here=False)]
    assert f"Nothing: the protocol {CRAMP} is not here, so its rules are not known." in told
    assert any(one.startswith("Nothing: the card has no rule") for one in texts(found))
    assert "Nothing yet: the rules look back at the last session." in texts(replace(found, treated=()))


def test_what_was_decided_is_said_where_nothing_more_is_proposed() -> None:
    agreed = Decided(CODE, SIDE, Rule.SHARE, LAST.session, (), Choice.ACCEPTED, "", (("to_permille", 650),))
    found = replace(course(PLAN, TOLD, agreed), proposals=())
    assert "Nothing more: what was decided holds for the next session." in texts(found)


def test_what_is_to_be_asked_of_an_older_session_opens_the_answers_of_that_one() -> None:
    given = (LAST, gave("2026-11-17", "s9", protocol=CRAMP))
    found = course(PLAN, replace(TOLD, soreness=None), given=given)
    asks = {row.about.session: row.text for row in rows(found, Page.NEXT) if "ASK" in row.text}  # type: ignore[union-attr]  # of answers
    assert list(asks) == ["s9", LAST.session]
    assert asks[LAST.session].startswith("? ASK first, of session sessio, 5 days ago: the soreness after 48 hours")


def test_each_muscle_has_a_row_of_its_own_among_the_outcomes() -> None:
    calf, foot = (Value(Outcome.CTF, 18_000, muscle) for muscle in ("gastrocnemius", "flexor hallucis brevis"))
    found = course(PLAN, given=(gave("2026-11-03", "s1", measured=(calf,)), gave("2026-11-04", "s2", measured=(foot,))))
    told = [row for row in rows(found, Page.OUTCOMES) if "threshold" in row.text]
    assert [row.text for row in told] == [
        "cramp threshold frequency, gastrocnemius: 18 Hz on 2026-11-03",
        "cramp threshold frequency, flexor hallucis brevis: 18 Hz on 2026-11-04",
    ]
    assert [row.about for row in told] == [OfOutcome(Outcome.CTF, one.muscle) for one in (calf, foot)]


def test_what_is_less_after_a_soreness_speaks_against_no_session() -> None:
    gone = (replace(TOLD, soreness=6), Answered(CODE, SIDE, LAST.session, soreness=0))
    told = texts(course(PLAN, *gone))
    assert told[0] == "PLAN"
    assert any(one.startswith("? LESS this time") for one in told)
    assert texts(course(PLAN, gone[0]))[1].startswith("? WAIT until the soreness has gone")


def test_of_a_session_of_another_protocol_something_may_be_told_too() -> None:
    assert answerable(course(PLAN, given=(gave("2026-11-03", "s1"),))) == "s1"
    assert answerable(course(PLAN, given=(LAST, gave("2026-11-15", "s1")))) == LAST.session
    none = gave("2026-11-15", "s2", levels=(), flowed=False)
    assert answerable(course(PLAN, given=(gave("2026-11-03", "s1"), none))) == "s1"
    assert answerable(course(PLAN, given=(none,))) == ""


def test_a_record_that_cannot_be_believed_stands_above_all() -> None:
    found = replace(course(PLAN), trouble=("000004-x",))
    assert texts(found)[0] == "! 000004-x cannot be believed, and may hold more of it"


# --- the diary and the entries ---


def test_the_diary_has_every_week_newest_first_those_not_written_down_too() -> None:
    written = (Diary(CODE, SIDE, "2026-11-09", 1, 7, "two nights"), Diary(CODE, SIDE, "2026-10-19", 12))
    late = did(Diary(CODE, SIDE, "2026-11-02", 3), 8, "2026-11-09")
    assert texts(course(PLAN, late), Page.DIARY)[2] == "● 2026-11-02  3 cramps, by Anna on 2026-11-09"
    told = texts(course(PLAN, *written), Page.DIARY)
    assert told[0] == "– 2026-11-16  this week, not over yet"
    assert told[1] == (
        "● 2026-11-09  1 cramp; the worst 7 of 10; note: two nights; not over when it was written down, by Anna on "
        "2026-11-02"
    )
    assert told[2] == "– 2026-11-02  not written down"
    assert told[4] == "● 2026-10-19  12 cramps, by Anna on 2026-11-02"
    assert told[-1].startswith("– 2026-10-05"), "four weeks before the plan can be written down late"
    old = texts(course(PLAN, Diary(CODE, SIDE, "2022-01-03", 3)), Page.DIARY)
    assert len(old) == 104


def test_entries_stand_newest_first_and_a_withdrawn_one_says_so() -> None:
    wrong = did(Assessed(CODE, SIDE, Outcome.TUG, 9_400, "2026-11-03"), 1)
    found = course(wrong, Withdrawn(CODE, SIDE, wrong.session, wrong.seq, "a slip"), PLAN)
    told = texts(found, Page.ENTRIES)
    assert told[0].startswith("2026-11-02  plan: ")
    assert told[2].endswith("by Anna (withdrawn: it counts no longer)")
    assert [may_withdraw(found, one) for one in found.history] == [False, False, True]
    assert not may_withdraw(found, did(Registered(CODE)))
