"""The course of care in words: what is typed is understood or refused, and everything has a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.rows import bundled
from nmes.core.care_checks import NotEnterable, checked
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
    Planned,
    Proposal,
    Registered,
    Rule,
    Values,
    Withdrawn,
)
from nmes.core.course_fold import fold
from nmes.core.course_of_care import CourseOfCare, Curve, Decision, Entered, Given, Level, Point, Tolerated
from nmes.core.day import Day
from nmes.runtime import course_entry as typed
from nmes.runtime.course_decided import became, decided_on, decisions
from nmes.runtime.course_entry_words import entry_sentence
from nmes.runtime.course_last import given_sentences
from nmes.runtime.course_proposals import decision_sentence, origin_of_rule, proposal_sentence
from nmes.runtime.course_words import (
    NAMES,
    adherence_sentence,
    amount,
    change_sentence,
    due_sentence,
    not_enterable,
    plan_sentence,
)
from nmes.runtime.library import Library

TODAY = Day.of("2026-11-21") or Day(0)
WHO = ("P-017", "left")
PLAN = Planned(*WHO, "calf", 2, 4, "2026-11-02")


def entered(event: CareEvent) -> Entered:
    return Entered(event, "000001-x", 2, "2026-11-21T09:00:00.000Z", "Anna", TODAY)


def course(*events: CareEvent, given: tuple[str, ...] = (), today: Day = TODAY) -> CourseOfCare:
    sessions = [
        Given(f"s-{on}", Day.of(on) or Day(0), "calf", counts=True, why="complete", levels=(Level(1, 0, 20_000),))
        for on in given
    ]
    return fold(*WHO, [entered(event) for event in events], sessions, today)


# --- what is typed ---


@pytest.mark.parametrize(
    ("word", "text", "value"),
    [
        ("ctf", "21.5", 21_500),
        ("mvic", "118", 118_000),
        ("nrs", "4", 4),
        ("tug", "9.412", 9_412),
        ("sts5", "12", 12_000),
        ("walk6", "412.5", 412_500),
    ],
)
def test_a_number_is_read_in_its_unit(word: str, text: str, value: int) -> None:
    assert typed.value_of(text, typed.outcome_of(word)) == value


@bundled("text", ["", "-1", "9,400", "9.", ".5", "9.4 s", "1e3", "٤", "1234567", "9.4123"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NotEnterable):
        typed.value_of(text, typed.outcome_of("tug"))


def test_a_scale_has_no_decimals() -> None:
    with pytest.raises(NotEnterable) as refused:
        typed.value_of("4.5", typed.outcome_of("nrs"))
    assert not_enterable(refused.value) == '"4.5" is no number of 0-10: write it as 9, with no mark between thousands'


def test_what_is_left_out_was_not_asked() -> None:
    assert (typed.whole("", "soreness"), typed.yes("", "dark_urine")) == (None, None)
    assert (typed.whole("07", "soreness"), typed.yes("yes", "x"), typed.yes("no", "x")) == (7, True, False)


@pytest.mark.parametrize("text", ["-1", "1.0", "٤", "x"])
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(NotEnterable):
        typed.whole(text, "soreness")


def test_what_is_typed_of_a_plan_holds_a_nought_too_and_else_the_card() -> None:
    card = Library().load("cramp_calf_ctf_training").protocol
    schedule = card.schedule
    assert schedule is not None
    assert typed.schedule_of(card, "", "") == (schedule.sessions_per_week, schedule.weeks_high)
    assert typed.schedule_of(card, "0", "0") == (0, 0)
    assert typed.schedule_of(Library().load("assess_ctf_calf").protocol, "", "") == (0, 0)


def test_a_plan_that_departs_from_the_card_needs_a_reason_that_is_one() -> None:
    card = Library().load("cramp_calf_ctf_training").protocol
    for reason in ("", "nnn", "no", " "):
        with pytest.raises(NotEnterable) as refused:
            typed.planned(*WHO, card, "3", "", "", reason, TODAY)
        assert refused.value.code == "reason"
    assert typed.planned(*WHO, card, "3", "", "", "far away", TODAY).sessions_per_week == 3


def test_a_week_is_its_monday_and_without_one_the_last_that_is_whole() -> None:
    assert typed.week("2026-11-21", TODAY) == "2026-11-16"
    assert typed.week("", TODAY) == "2026-11-09"
    assert typed.week("", Day.of("2026-11-16") or TODAY) == "2026-11-09"
    assert (typed.day("", TODAY), typed.day("2026-11-20", TODAY)) == ("2026-11-21", "2026-11-20")


@bundled(
    ("event", "said"),
    [
        (replace(PLAN, code="Anna Berg"), '"Anna Berg" is no patient code'),
        (replace(PLAN, side="up"), '"up" is no side: give left, right or both'),
        (replace(PLAN, weeks=53), "weeks 53: give 1 to 52"),
        (Diary(*WHO, "2026-11-17", 4), "2026-11-17 is no Monday: its week begins on 2026-11-16"),
        (Diary(*WHO, "2026-11-16", 4, 11), "worst cramp 11: give 0 to 10"),
        (Assessed(*WHO, Outcome.CTF, 500, "2026-11-21"), "cramp threshold frequency 0.5 Hz: give 1 Hz to 100 Hz"),
        (Assessed(*WHO, Outcome.TUG, 9_000, "2026-11-22"), "2026-11-22 is after today, 2026-11-21"),
        (Assessed(*WHO, Outcome.TUG, 9_000, "x"), '"x" is no day: write it as 2026-11-21'),
        (Answered(*WHO, "s", soreness=11), "soreness 11: give 0 to 10"),
        (Withdrawn(*WHO, "s", 1, ""), "a reason is needed: say why in a few words; a single letter, yes or no is none"),
    ],
)
def test_what_cannot_be_right_is_said_with_what_would_be(event: CareEvent, said: str) -> None:
    with pytest.raises(NotEnterable) as refused:
        checked(event, TODAY)
    assert said in not_enterable(refused.value)


def test_what_cannot_be_read_is_said_with_what_would_be() -> None:
    for call, said in (
        (lambda: typed.outcome_of("height"), '"height" is not measured here: give ctf, mvic, nrs, tug, sts5, walk6'),
        (lambda: typed.yes("maybe", "dark_urine"), 'dark urine "maybe": give yes or no'),
        (lambda: typed.whole("x", "per_week"), 'sessions a week "x": give a whole number, 1 to 21'),
    ):
        with pytest.raises(NotEnterable) as refused:
            call()
        assert not_enterable(refused.value) == said


# --- plan and outcomes ---


def test_a_plan_is_said_with_who_made_it_and_why_it_departs() -> None:
    plan = course(PLAN).plan
    assert plan is not None
    assert plan_sentence(plan) == "calf: 2 sessions a week for 4 weeks from 2026-11-02, planned by Anna"
    single = course(replace(PLAN, sessions_per_week=1, weeks=1, reason="far away")).plan
    assert single is not None
    assert plan_sentence(single).endswith("1 session a week for 1 week from 2026-11-02, planned by Anna; why: far away")


@pytest.mark.parametrize(
    ("given", "today", "adherence", "due"),
    [
        ((), "2026-11-01", "No week of the plan has begun.", "The next session is due in 1 day."),
        ((), "2026-11-02", "No week of the plan is over; week 1: 0 of 2.", "The next session is due today."),
        (
            ("2026-11-03", "2026-11-06"),
            "2026-11-10",
            "2 of 2 sessions of the weeks that are over (100 %); week 2: 0 of 2.",
            "A session is overdue by 1 day.",
        ),
        (
            ("2026-11-10",),
            "2026-11-11",
            "0 of 2 sessions of the weeks that are over (0 %); week 2: 1 of 2.",
            "The next session is due in 2 days.",
        ),
        (
            (),
            "2026-12-20",
            "0 of 8 sessions in all the weeks of the plan (0 %).",
            "No session of the plan is due any more.",
        ),
    ],
)
def test_adherence_and_what_is_due_are_said(given: tuple[str, ...], today: str, adherence: str, due: str) -> None:
    found = course(PLAN, given=given, today=Day.of(today) or TODAY)
    assert (adherence_sentence(found), due_sentence(found)) == (adherence, due)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (4, "The weeks of the plan are over; one booster session is due in 10 days."),
        (13, "The weeks of the plan are over; one booster session is due in 1 day."),
        (14, "The weeks of the plan are over; one booster session is due."),
        (20, "The weeks of the plan are over; one booster session is due."),
    ],
)
def test_a_booster_that_is_proposed_is_due_although_the_plan_is_over(days: int, said: str) -> None:
    proposed = Proposal(Rule.BOOSTER, (("weeks_low", 2), ("weeks_high", 3), ("days", days)))
    found = replace(course(PLAN, today=Day.of("2026-11-30") or TODAY), proposals=(proposed,))
    assert due_sentence(found) == said
    no = Decided(*WHO, Rule.BOOSTER, "", (), Choice.DECLINED, reason="moved away")
    declined = replace(course(PLAN, no, today=Day.of("2026-11-30") or TODAY), proposals=(proposed,))
    assert due_sentence(declined) == "No session of the plan is due any more."


def test_a_level_is_told_as_it_was_at_the_end_where_that_is_another() -> None:
    given = Given("s1", TODAY, "calf", counts=True, levels=(Level(1, 0, 20_000, 18_000, 20_000), Level(2, 0, 9_000)))
    assert list(given_sentences(given))[1:] == [
        "channel 1: 20.0 mA accepted, 18.0 mA at the end",
        "channel 2: 9.0 mA accepted",
    ]


def test_what_was_corrected_is_told_with_it_and_what_is_not_told_here_by_its_entry() -> None:
    given = Given("s1", TODAY, "calf", counts=True, levels=(Level(1, 0, 9_000), Level(2, 0, 9_000)))
    seqs = {"level_1_0": 4, "level_2_0": 5, "nrs_before": 2, "nrs_after": 9, "skin": 10}
    right = {2: "pain was 3", 4: "it was 8 mA", 9: "pain was 8 of 10", 10: "skin was red", 12: "left knee"}
    corrected = replace(given, nrs_after=1, skin=0, seqs=seqs, corrected=right)
    assert list(given_sentences(corrected))[1:] == [
        "channel 1: 9.0 mA accepted, CORRECTED since: it was 8 mA",
        "channel 2: 9.0 mA accepted",
        "pain after it 1 of 10, CORRECTED since: pain was 8 of 10",
        "skin after it 0 of 3, CORRECTED since: skin was red",
        "CORRECTED since, entry 2: pain was 3",
        "CORRECTED since, entry 12: left knee",
    ]
    assert list(given_sentences(replace(given, corrected={12: "left knee"})))[-1] == (
        "CORRECTED since, entry 12: left knee"
    )


def test_what_is_doubtful_of_a_value_stands_behind_it() -> None:
    week, value = Point(TODAY, 4, "s1", unfinished=True), Point(TODAY, 21_700, "s2", typed=True, corrected=True)
    assert change_sentence(Curve(Outcome.CRAMPS, (week,))) == "cramps a week: 4 (the week was not over) on 2026-11-21"
    assert change_sentence(Curve(Outcome.CTF, (value,))) == (
        "cramp threshold frequency: 21.7 Hz (not measured) (CORRECTED since) on 2026-11-21"
    )


def test_without_a_plan_nothing_is_due() -> None:
    assert due_sentence(course()) == ""


def test_every_outcome_has_a_name_and_a_unit() -> None:
    said = {outcome: amount(outcome, 9_400) for outcome in Outcome}
    assert said == {
        Outcome.CRAMPS: "9400",
        Outcome.CRAMP_NRS: "9400",
        Outcome.NRS: "9400",
        Outcome.CTF: "9.4 Hz",
        Outcome.MVIC: "9.4 N",
        Outcome.TUG: "9.4 s",
        Outcome.STS5: "9.4 s",
        Outcome.WALK6: "9.4 m",
    }
    assert NAMES.keys() == set(Outcome)


def test_a_change_is_told_as_numbers() -> None:
    first, last = Point(TODAY.plus(weeks=-2), 15_500, "s1"), Point(TODAY, 21_700, "s2")
    assert change_sentence(Curve(Outcome.CTF, (last,))) == "cramp threshold frequency: 21.7 Hz on 2026-11-21"
    assert change_sentence(Curve(Outcome.CTF, (first, last))) == (
        "cramp threshold frequency: 15.5 Hz on 2026-11-07, 21.7 Hz on 2026-11-21"
    )


def test_of_a_muscle_a_typed_value_and_a_test_without_a_result_that_is_said() -> None:
    typed_one = Point(TODAY, 21_700, "s2", typed=True)
    assert change_sentence(Curve(Outcome.CTF, (typed_one,), "gastrocnemius", (TODAY,))) == (
        "cramp threshold frequency, gastrocnemius: 21.7 Hz (not measured) on 2026-11-21; "
        "no cramp up to the cap on 2026-11-21"
    )
    assert change_sentence(Curve(Outcome.CTF, (), "gastrocnemius", (TODAY,))) == (
        "cramp threshold frequency, gastrocnemius: no cramp up to the cap on 2026-11-21"
    )


# --- proposals and decisions ---

VALUES: dict[Rule, Values] = {
    Rule.DELOAD: (("soreness", 6), ("contractions_permille", 500)),
    Rule.RETEST: (("days", 21), ("sessions", 1)),
    Rule.ADVANCE: (
        ("rise_low_ua", 2_000),
        ("rise_high_ua", 5_000),
        ("channel_1_ua", 20_000),
        ("channel_1_low_ua", 22_000),
        ("channel_1_high_ua", 25_000),
    ),
    Rule.SHARE: (
        ("from_permille", 550),
        ("to_permille", 650),
        ("weeks", 2),
        ("cramps_before", 9),
        ("cramps_now", 10),
    ),
    Rule.HOLD: (("discomfort", 6), ("contraction", 2)),
    Rule.FINISH: (("done", 6), ("planned", 8)),
    Rule.BOOSTER: (("weeks_low", 2), ("weeks_high", 3), ("days", 15)),
}
SAID = {
    Rule.NO_STIMULATION: "NO STIMULATION: dark urine was told. To a doctor at once.",
    Rule.WAIT_SKIN: "NO SESSION until the skin is well: a mark lasted more than 24 hours. Look at the pads.",
    Rule.DELOAD: "WAIT until the soreness has gone (6 of 10 after 48 hours); then 50 % of the contractions.",
    Rule.RETEST: "MEASURE the cramp threshold frequency again: 21 days and 1 session since the last.",
    Rule.ASK: "ASK first, of the last session: the soreness after 48 hours, 0 to 10; dark urine.",
    Rule.ADVANCE: "MORE, found from 0 again: 2.0 mA to 5.0 mA more; channel 1 from 20.0 mA to 22.0 mA up to 25.0 mA.",
    Rule.SHARE: "65 % instead of 55 % of the most that is tolerated: 10 cramps in the last 2 weeks, "
    "9 in as many before.",
    Rule.HOLD: "AS THE LAST TIME: discomfort 6 of 10, contraction not full.",
    Rule.FINISH: "The weeks of the plan are over: 6 of 8 sessions. Assess, and end or plan anew.",
    Rule.BOOSTER: "One booster session 2 to 3 weeks after the last, which was 15 days ago.",
}
OF = {Rule.RETEST: "ctf", Rule.ASK: "soreness dark_urine"}


@bundled("rule", Rule)
def test_every_proposal_has_its_sentence(rule: Rule) -> None:
    assert proposal_sentence(Proposal(rule, VALUES.get(rule, ()), of=OF.get(rule, ""))) == SAID[rule]


@bundled(
    ("one", "said"),
    [
        (Proposal(Rule.DELOAD, (("soreness", 6),)), "(6 of 10 after 48 hours); then begin lower."),
        (
            Proposal(Rule.DELOAD, (("soreness", 6), ("soreness_now", 2), ("contractions_permille", 500))),
            "(6 of 10 after 48 hours); then 50 % of the contractions. Told last: 2 of 10.",
        ),
        (
            Proposal(Rule.DELOAD, (("soreness", 6), ("soreness_now", 0), ("contractions_permille", 500))),
            "LESS this time, 50 % of the contractions at a lower level: the soreness was 6 of 10 and has gone.",
        ),
        (
            Proposal(Rule.DELOAD, (("soreness", 6), ("soreness_now", 0))),
            "LESS this time, begin lower: the soreness was 6 of 10 and has gone.",
        ),
        (
            Proposal(Rule.NO_STIMULATION, after="000009-x", session="000004-x"),
            "To a doctor at once. It was told of session 000004, and holds until a newer answer is no.",
        ),
        (Proposal(Rule.WAIT_SKIN, after="000009-x", session="000009-x"), "Look at the pads."),
        (
            Proposal(Rule.ASK, (("days", 3),), of="soreness", session="000004-x"),
            "ASK first, of session 000004, 3 days ago: the soreness after 48 hours, 0 to 10.",
        ),
        (
            Proposal(Rule.HOLD, (("hours_needed", 48),)),
            "AS THE LAST TIME: no session was 48 hours ago yet, so nothing is known of the soreness after it.",
        ),
        (
            Proposal(Rule.HOLD, (("weeks", 2), ("weeks_passed", 1))),
            "AS THE LAST TIME: 1 of 2 whole weeks have passed since the share was raised.",
        ),
        (
            Proposal(Rule.HOLD, (("channel_1_most_ua", 22_000), ("channel_1_end_ua", 20_000))),
            "AS THE LAST TIME: lowered in it, channel 1 from 22.0 mA to 20.0 mA.",
        ),
        (Proposal(Rule.RETEST, of="mvic"), "MEASURE the own strongest contraction: none is on record."),
        (
            Proposal(Rule.HOLD, (("weeks", 2), ("weeks_before", 1), ("weeks_now", 2))),
            "of the 2 weeks before the plan it holds 1, of the last 2 weeks 2.",
        ),
        (
            Proposal(Rule.HOLD, (("weeks", 2), ("sessions_given", 0))),
            "AS THE LAST TIME: no session that counts was given with this share before the last 2 weeks of the diary "
            "were over, so they tell nothing of it.",
        ),
        (
            Proposal(Rule.HOLD, (("weeks", 2), ("cramps_before", 9), ("cramps_now", 4))),
            "AS THE LAST TIME: 4 cramps in the last 2 weeks, 9 in as many before.",
        ),
    ],
)
def test_what_a_proposal_rests_on_is_said(one: Proposal, said: str) -> None:
    assert proposal_sentence(one).endswith(said)


def test_where_a_rule_is_from_is_said() -> None:
    assert origin_of_rule(Proposal(Rule.ADVANCE, path="progress.advance")) == (
        "progress.advance of the card: a choice of this project, no evidence"
    )
    assert origin_of_rule(Proposal(Rule.ASK)) == "a choice of this project, no evidence"


def test_what_became_of_a_proposal_is_told_and_of_two_decisions_that_the_newer_counts() -> None:
    proposed, chosen = (("from_permille", 550), ("to_permille", 650)), (("from_permille", 550), ("to_permille", 600))
    one = Proposal(Rule.SHARE, proposed, after="s1")
    accepted = Decided(*WHO, Rule.SHARE, "s1", proposed, Choice.ACCEPTED, chosen=proposed)
    changed = replace(accepted, choice=Choice.CHANGED, chosen=chosen, reason="small steps")
    declined = replace(accepted, choice=Choice.DECLINED, chosen=(), reason="next week")
    older = replace(declined, after="s0")
    for last, said in (
        (accepted, "accepted"),
        (changed, "changed: 60 % of the most tolerated, not 65 %"),
        (declined, "declined"),
    ):
        found = replace(course(PLAN, older, accepted, last), treated=(Tolerated(Given("s1", TODAY, "calf", True)),))
        decision = decided_on(found, one)
        assert decision is not None
        assert became(decision) == said
        assert [told.endswith("(the newer decision counts)") for told in decisions(found)] == [False, True, False]
    assert decided_on(found, Proposal(Rule.RETEST, of="ctf")) is None


def test_a_decision_is_said_with_who_made_it_and_why() -> None:
    decided = Decided(*WHO, Rule.RETEST, "s1", (), Choice.DECLINED, "ctf", reason="next week")
    assert decision_sentence(Decision(decided, entered(decided))) == (
        "Declined by Anna on 2026-11-21: measure the cramp threshold frequency again; why: next week"
    )
    accepted = replace(decided, choice=Choice.ACCEPTED, reason="")
    assert decision_sentence(Decision(accepted, entered(accepted))) == (
        "Accepted by Anna on 2026-11-21: measure the cramp threshold frequency again"
    )
    proposed, chosen = (("from_permille", 550), ("to_permille", 650)), (("from_permille", 550), ("to_permille", 600))
    changed = Decided(*WHO, Rule.SHARE, "s1", proposed, Choice.CHANGED, "", chosen, "small steps")
    assert decision_sentence(Decision(changed, entered(changed))) == (
        "Changed by Anna on 2026-11-21: a greater share (60 % of the most tolerated, not 65 %); why: small steps"
    )


# --- entries ---


@bundled(
    ("event", "said"),
    [
        (Registered("P-017"), "new code"),
        (replace(PLAN, reason="far away"), "plan: calf, 2 sessions a week for 4 weeks from 2026-11-02; why: far away"),
        (PlanEnded(*WHO, "2026-11-21", "moved"), "plan ended on 2026-11-21; why: moved"),
        (Diary(*WHO, "2026-11-16", 1), "diary of the week of 2026-11-16: 1 cramp"),
        (
            Diary(*WHO, "2026-11-16", 4, 7, "after running"),
            "diary of the week of 2026-11-16: 4 cramps, the worst 7 of 10; note: after running",
        ),
        (Assessed(*WHO, Outcome.TUG, 9_400, "2026-11-21"), "timed-up-and-go 9.4 s on 2026-11-21"),
        (
            Answered(*WHO, "s1", 4, 3, dark_urine=False, skin_mark=True),
            "told of session s1: the discomfort in it, 0 to 10: 4; how full the contraction was to the end: "
            "full to the end; dark urine: no; a mark on the skin after 24 hours: yes",
        ),
        (
            Decided(*WHO, Rule.SHARE, "s1", (("a", 1),), Choice.ACCEPTED, "", (("a", 1),)),
            'proposal "a greater share" accepted',
        ),
        (
            Decided(*WHO, Rule.SHARE, "s1", (("a", 1), ("b", 2)), Choice.CHANGED, "", (("a", 3), ("b", 2)), "less"),
            'proposal "a greater share" changed: a=3; why: less',
        ),
        (Withdrawn(*WHO, "s1", 2, "wrong leg"), "withdrawn: s1:2; why: wrong leg"),
        (
            Corrected(*WHO, "s1", 9, "ab", "the other knee", "mistyped"),
            "corrected: s1:9; right is: the other knee; why: mistyped",
        ),
        (Erased(*WHO, "s1", ("ab",), "she asked"), "erased: 1 free text of s1; why: she asked"),
        (Erased(*WHO, "s1", ("ab", "cd"), "she asked"), "erased: 2 free texts of s1; why: she asked"),
        (Archived("s9", "ab", 2, "cd", "ten years"), "archived and removed: 2 files up to s9; why: ten years"),
    ],
)
def test_every_entry_has_its_sentence(event: CareEvent, said: str) -> None:
    assert entry_sentence(event) == said
