"""Proposals by the rules of a card: what speaks against going on comes alone, what was not asked is asked first."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from nmes.core.care_events import (
    Answered,
    Assessed,
    CareEvent,
    Choice,
    Decided,
    Diary,
    Outcome,
    Proposal,
    Rule,
)
from nmes.core.course_fold import fold
from nmes.core.course_of_care import CourseOfCare, Entered, Given, Level, Value
from nmes.core.progression import booster_in_days, proposals
from nmes.core.protocol import Protocol
from tests.core.course_making import CARD, CODE, SIDE, day, did, gave, planned
from tests.core.protocol_forms import loaded
from tests.core.protocol_making import GOOD, changed
from tests.core.test_protocol_progress import WITH_RULES

LAST = "2026-11-12"
SESSION = f"session-{LAST}"
EASY = Answered(CODE, SIDE, SESSION, 4, 3, 1, dark_urine=False, skin_mark=False)


@cache
def card(*without: str) -> Protocol:
    """The card with all rules but these."""
    found = loaded(WITH_RULES)
    assert found.progress is not None
    gone = {name: () if name == "retest" else None for name in without}
    return found.model_copy(update={"progress": found.progress.model_copy(update=gone)})


def course(
    *events: CareEvent | Entered, given: tuple[Given, ...] = (gave(LAST),), today: str = "2026-11-16"
) -> CourseOfCare:
    entered = [one if isinstance(one, Entered) else did(one, number) for number, one in enumerate(events, 1)]
    return fold(CODE, SIDE, entered, given, day(today))


def rules(found: tuple[Proposal, ...]) -> list[Rule]:
    return [one.rule for one in found]


CTF = Assessed(CODE, SIDE, Outcome.CTF, 18_000, "2026-11-02")
MVIC = Assessed(CODE, SIDE, Outcome.MVIC, 90_000, "2026-11-02")
KNOWN = (planned(), CTF, MVIC)

# --- nothing to propose ---


@pytest.mark.parametrize("known", [None, loaded(GOOD)])
def test_without_a_card_or_its_rules_nothing_is_proposed(known: Protocol | None) -> None:
    assert proposals(course(*KNOWN, EASY), known) == ()


def test_without_a_plan_nothing_is_proposed() -> None:
    assert proposals(course(EASY), card()) == ()


# --- ask first ---


def test_what_was_not_asked_is_asked_first_and_nothing_more_is_proposed() -> None:
    (found,) = proposals(course(*KNOWN), card())
    assert (found.rule, found.of) == (Rule.ASK, "discomfort contraction soreness dark_urine skin_mark")
    (found,) = proposals(course(*KNOWN, replace(EASY, soreness=None)), card())
    assert (found.rule, found.of) == (Rule.ASK, "soreness")


def test_only_what_a_rule_needs_is_asked() -> None:
    (found,) = proposals(course(*KNOWN), card("advance", "share", "deload"))
    assert found.of == "dark_urine skin_mark"


def test_each_thing_is_asked_of_the_newest_session_that_is_old_enough_for_an_answer() -> None:
    given = (gave("2026-11-11", "s1"), gave("2026-11-12", "s2"))
    newest, older = proposals(course(*KNOWN, given=given, today="2026-11-13"), card("share"))
    assert (newest.of, newest.session, newest.values) == ("discomfort contraction dark_urine skin_mark", "s2", ())
    assert (older.of, older.session, dict(older.values)) == ("soreness", "s1", {"days": 2})
    (newest, older) = proposals(course(*KNOWN, given=given, today="2026-11-12"), card("share"))
    assert (newest.of, older.of, older.session) == ("discomfort contraction", "dark_urine skin_mark", "s1")


def test_what_was_told_early_is_not_asked_of_an_older_session() -> None:
    given = (gave("2026-11-11", "s1"), gave("2026-11-12", "s2"))
    told = replace(EASY, session="s2")
    assert rules(proposals(course(*KNOWN, told, given=given, today="2026-11-13"), card("share"))) == [Rule.ADVANCE]


def test_before_the_first_session_nothing_is_asked() -> None:
    assert proposals(course(*KNOWN, given=()), card()) == ()


# --- measure again ---


def test_what_was_never_measured_is_proposed_to_be() -> None:
    found = proposals(course(planned(), given=()), card())
    assert [(one.rule, one.of, one.values) for one in found] == [(Rule.RETEST, "ctf", ()), (Rule.RETEST, "mvic", ())]


@pytest.mark.parametrize(
    ("today", "sessions", "due"),
    [("2026-11-22", 1, False), ("2026-11-23", 1, True), ("2026-11-13", 5, False), ("2026-11-13", 6, True)],
)
def test_it_is_measured_again_after_the_weeks_or_the_sessions_of_the_card(today: str, sessions: int, due: bool) -> None:
    given = tuple(gave(LAST, f"s{number}") for number in range(sessions))
    found = proposals(course(planned(weeks=8), CTF, MVIC, EASY, given=given, today=today), card("advance", "share"))
    ctf = [one for one in found if one.of == "ctf"]
    assert bool(ctf) is due
    if due:
        assert dict(ctf[0].values) == {"days": day(today).since(day("2026-11-02")), "sessions": sessions}


def test_sessions_that_do_not_count_or_of_another_protocol_bring_no_retest_nearer() -> None:
    given = tuple(gave(LAST, f"s{n}", counts=n % 2 == 0, protocol=CARD if n < 9 else "other") for n in range(10))
    assert "ctf" not in [one.of for one in proposals(course(*KNOWN, given=given), card())]


def test_the_most_that_is_tolerated_is_measured_in_sessions() -> None:
    tested = card()
    assert tested.progress is not None
    rule = tested.progress.retest[0].model_copy(update={"measures": "max_tolerated"})
    tested = tested.model_copy(update={"progress": tested.progress.model_copy(update={"retest": (rule,)})})
    assert [one.of for one in proposals(course(*KNOWN, given=()), tested)] == ["max_tolerated"]
    given = (gave("2026-11-10", assessment="max_tolerated", max_tolerated=(("Gastrocnemius", 40_000),)),)
    assert proposals(course(*KNOWN, given=given), tested) == ()
    foot = (replace(given[0], max_tolerated=(("flexor hallucis brevis", 40_000),)),)
    assert [one.of for one in proposals(course(*KNOWN, given=foot), tested)] == ["max_tolerated"]


@pytest.mark.parametrize(
    ("value", "measured"),
    [
        (Value(Outcome.CTF, 18_000, " GASTROCNEMIUS"), True),
        (Value(Outcome.CTF, None, "gastrocnemius"), True),
        (Value(Outcome.CTF, 18_000, "flexor hallucis brevis"), False),
        (Value(Outcome.CTF, 18_000, ""), False),
        (Value(Outcome.CTF, 18_000, "gastrocnemius", typed=True), False),
        (Value(Outcome.MVIC, 18_000, "gastrocnemius"), False),
    ],
)
def test_a_threshold_counts_for_its_muscle_and_a_typed_one_is_not_measured(value: Value, measured: bool) -> None:
    found = course(planned(), MVIC, given=(gave("2026-11-03", assessment="ctf", measured=(value,)),))
    assert ("ctf" not in [one.of for one in proposals(found, card())]) is measured


# --- more ---


def test_more_is_proposed_after_an_easy_whole_and_full_session() -> None:
    (found,) = proposals(course(*KNOWN, EASY), card("share"))
    assert (found.rule, found.path) == (Rule.ADVANCE, "progress.advance")
    assert dict(found.values) == {
        "rise_low_ua": 2_000,
        "rise_high_ua": 5_000,
        "channel_1_ua": 20_000,
        "channel_1_low_ua": 22_000,
        "channel_1_high_ua": 25_000,
    }


@pytest.mark.parametrize(
    ("told", "given"),
    [
        (replace(EASY, discomfort=6), gave(LAST)),
        (replace(EASY, contraction=2), gave(LAST)),
        (EASY, gave(LAST, counts=False)),
        (EASY, gave(LAST, why="ended_early")),
        (EASY, gave(LAST, level_ua=58_500)),
    ],
)
def test_otherwise_it_stays_as_the_last_time(told: Answered, given: Given) -> None:
    (found,) = proposals(course(*KNOWN, told, given=(given,)), card("share"))
    assert (found.rule, found.path) == (Rule.HOLD, "progress.advance")
    assert dict(found.values) == {"discomfort": told.discomfort, "contraction": told.contraction}


def test_more_is_proposed_from_the_level_at_the_end_and_only_if_it_was_not_lowered() -> None:
    raised_in_it = gave(LAST, levels=(Level(1, 0, 20_000, 24_000, 24_000),))
    (found,) = proposals(course(*KNOWN, EASY, given=(raised_in_it,)), card("share"))
    assert dict(found.values)["channel_1_ua"] == 24_000
    for end_ua, most_ua in ((18_000, 20_000), (22_000, 26_000), (20_000, 20_500)):
        lowered = gave(LAST, levels=(Level(1, 0, 20_000, end_ua, most_ua), Level(1, 1, 9_000, 8_000, 9_000)))
        (found,) = proposals(course(*KNOWN, EASY, given=(lowered,)), card("share"))
        assert (found.rule, dict(found.values)) == (
            Rule.HOLD,
            {"channel_1_most_ua": most_ua, "channel_1_end_ua": end_ua},
        )


def test_five_sessions_a_week_can_get_more_and_the_first_of_them_tells_why_not_yet() -> None:
    daily, told = planned(per_week=5), replace(EASY, session="s2", soreness=None)
    given = (gave("2026-11-10", "s1"), gave("2026-11-12", "s2"))
    found = course(daily, CTF, MVIC, replace(EASY, session="s1"), told, given=given, today="2026-11-13")
    assert rules(proposals(found, card("share"))) == [Rule.ADVANCE]
    for without in ("share", "advance"):
        first = course(daily, CTF, MVIC, told, given=given[1:], today="2026-11-13")
        (only,) = proposals(first, card(without))
        assert (only.rule, dict(only.values)) == (Rule.HOLD, {"hours_needed": 48})
    assert rules(proposals(first, card("share", "deload"))) == [Rule.ADVANCE]
    assert proposals(first, card("share", "advance")) == ()


def test_no_proposal_goes_over_the_most_of_a_channel() -> None:
    (found,) = proposals(course(*KNOWN, EASY, given=(gave(LAST, level_ua=57_000),)), card("share"))
    assert dict(found.values)["channel_1_high_ua"] == 60_000


def test_a_card_without_a_rule_for_more_proposes_none() -> None:
    assert proposals(course(*KNOWN, EASY), card("advance", "share")) == ()


# --- a greater share ---

BEFORE = (Diary(CODE, SIDE, "2026-10-19", 5), Diary(CODE, SIDE, "2026-10-26", 4))
NOW = (Diary(CODE, SIDE, "2026-11-02", 4), Diary(CODE, SIDE, "2026-11-09", 5))


def shared(*events: CareEvent | Entered, today: str = "2026-11-16", told: Answered = EASY) -> Proposal:
    found = course(planned(weeks=12), CTF, *events, told, today=today)
    (only,) = proposals(found, card("advance", "retest"))
    return only


def test_a_greater_share_is_proposed_where_the_cramps_stay() -> None:
    found = shared(*BEFORE, *NOW)
    assert (found.rule, found.path) == (Rule.SHARE, "progress.share")
    assert dict(found.values) == {
        "from_permille": 550,
        "to_permille": 650,
        "weeks": 2,
        "cramps_before": 9,
        "cramps_now": 9,
    }


@pytest.mark.parametrize(
    ("diary", "told"),
    [
        ((*BEFORE, NOW[0], replace(NOW[1], cramps=4)), EASY),
        ((*BEFORE, *NOW), replace(EASY, discomfort=6)),
        ((*(replace(one, cramps=0) for one in BEFORE), *NOW), EASY),
    ],
)
def test_fewer_cramps_discomfort_or_none_to_compare_with_keep_the_share(
    diary: tuple[Diary, ...], told: Answered
) -> None:
    assert shared(*diary, told=told).rule is Rule.HOLD


@pytest.mark.parametrize(
    ("diary", "today", "weeks"),
    [
        ((*BEFORE[:1], *NOW), "2026-11-16", (1, 2)),
        ((*BEFORE, *NOW[:1]), "2026-11-16", (2, 1)),
        ((*BEFORE, *NOW), "2026-11-15", (2, 1)),
        ((Diary(CODE, SIDE, "2026-10-12", 5), BEFORE[1], *NOW), "2026-11-16", (1, 2)),
        ((), "2026-11-16", (0, 0)),
    ],
)
def test_only_whole_weeks_that_follow_one_another_are_held_against_each_other(
    diary: tuple[Diary, ...], today: str, weeks: tuple[int, int]
) -> None:
    found = shared(*diary, today=today)
    assert (found.rule, dict(found.values)) == (
        Rule.HOLD,
        {"weeks": 2, "weeks_before": weeks[0], "weeks_now": weeks[1]},
    )


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ((gave(LAST, counts=False),), Rule.HOLD),
        ((gave(LAST, counts=False), gave("2026-10-30")), Rule.HOLD),
        ((gave(LAST, counts=False), gave("2026-11-13", protocol="another")), Rule.HOLD),
        ((gave(LAST, counts=False), gave("2026-11-02")), Rule.SHARE),
        ((gave("2026-11-02", counts=False), gave(LAST)), Rule.SHARE),
    ],
)
def test_without_a_session_that_counts_in_between_the_diary_tells_nothing_of_the_share(
    given: tuple[Given, ...], rule: Rule
) -> None:
    told = [replace(EASY, session=one.session) for one in given]
    found = course(planned(weeks=12), CTF, *BEFORE, *NOW, *told, given=given)
    (only,) = proposals(found, card("advance", "retest"))
    assert only.rule is rule
    if rule is Rule.HOLD:
        assert dict(only.values) == {"weeks": 2, "sessions_given": 0}


def test_a_session_of_today_is_not_one_in_between() -> None:
    given = (gave(LAST, counts=False), gave("2026-11-16"))
    told = [replace(EASY, session=one.session) for one in given]
    found = course(planned(weeks=12), CTF, *BEFORE, *NOW, *told, given=given, today="2026-11-18")
    (only,) = proposals(found, card("advance", "retest", "deload"))
    assert dict(only.values) == {"weeks": 2, "sessions_given": 0}


def raised(choice: Choice, to_permille: int, on: str) -> Entered:
    reason = "" if choice is Choice.ACCEPTED else "as she wishes"
    chosen = (("to_permille", to_permille),)
    return did(Decided(CODE, SIDE, Rule.SHARE, SESSION, chosen, choice, "", chosen, reason), 50, on)


LATER = (Diary(CODE, SIDE, "2026-11-16", 5), Diary(CODE, SIDE, "2026-11-23", 4))
SINCE = (gave(LAST), gave("2026-11-17"))
"""A session was given since."""


def raised_since(*events: CareEvent | Entered, today: str = "2026-11-30") -> Proposal:
    told = replace(EASY, session=SINCE[1].session)
    found = course(planned(weeks=12), CTF, *BEFORE, *NOW, *LATER, EASY, told, *events, given=SINCE, today=today)
    (only,) = proposals(found, card("advance", "retest"))
    return only


@pytest.mark.parametrize(
    ("on", "today", "passed"),
    [
        ("2026-11-16", "2026-11-20", 0),
        ("2026-11-16", "2026-11-23", 1),
        ("2026-11-16", "2026-11-30", None),
        ("2026-11-17", "2026-11-30", 1),
        ("2026-11-22", "2026-11-30", 1),
        ("2026-11-22", "2026-11-22", 0),
    ],
)
def test_after_a_raise_as_many_whole_weeks_pass_before_the_next_and_it_goes_on_from_there(
    on: str, today: str, passed: int | None
) -> None:
    found = raised_since(raised(Choice.CHANGED, 600, on), today=today)
    if passed is None:
        assert (found.rule, dict(found.values)["from_permille"]) == (Rule.SHARE, 600)
        assert dict(found.values)["to_permille"] == 700
    else:
        assert (found.rule, dict(found.values)) == (Rule.HOLD, {"weeks": 2, "weeks_passed": passed})


def test_what_was_accepted_and_then_declined_raised_nothing() -> None:
    accepted, declined = raised(Choice.ACCEPTED, 650, "2026-11-16"), raised(Choice.DECLINED, 650, "2026-11-16")
    assert dict(raised_since(accepted, replace(declined, session="000051-care")).values)["from_permille"] == 550
    assert dict(raised_since(declined, replace(accepted, session="000051-care")).values)["from_permille"] == 650


def test_a_share_that_is_agreed_on_stays_proposed_and_nothing_is_as_the_last_time_beside_it() -> None:
    agreed = (planned(weeks=12), CTF, *BEFORE, *NOW, EASY, raised(Choice.ACCEPTED, 650, "2026-11-16"))
    found = course(*agreed)
    made = proposals(found, card("advance", "retest"))
    assert rules(made) == [Rule.SHARE]
    assert replace(found, proposals=made).open_proposals == ()
    fewer = course(*agreed, Diary(CODE, SIDE, "2026-11-16", 0), Diary(CODE, SIDE, "2026-11-23", 0), today="2026-11-30")
    assert proposals(fewer, card("advance", "retest")) == ()
    declined = replace(raised(Choice.DECLINED, 650, "2026-11-16"), session="000051-care")
    less = course(*agreed, declined, Diary(CODE, SIDE, "2026-11-09", 0))
    assert rules(proposals(less, card("advance", "retest"))) == [Rule.HOLD]


def test_the_last_weeks_are_the_last_ones_and_those_before_the_plan_just_before_it() -> None:
    long_ago = (Diary(CODE, SIDE, "2025-01-06", 5), Diary(CODE, SIDE, "2025-01-13", 4))
    assert dict(shared(*long_ago, *NOW).values) == {"weeks": 2, "weeks_before": 0, "weeks_now": 2}
    assert dict(shared(*BEFORE, *NOW, today="2027-01-04").values) == {"weeks": 2, "weeks_before": 2, "weeks_now": 0}


def test_a_share_stops_at_its_ceiling_and_what_was_declined_or_of_an_older_plan_raised_nothing() -> None:
    declined = did(
        Decided(CODE, SIDE, Rule.SHARE, SESSION, (), Choice.DECLINED, "", (("to_permille", 700),), "she wishes not"), 50
    )
    for event in (declined, raised(Choice.ACCEPTED, 800, "2026-10-01")):
        assert dict(raised_since(event).values)["to_permille"] == 650
    near = raised_since(raised(Choice.ACCEPTED, 800, "2026-11-16"))
    assert dict(near.values)["to_permille"] == 850
    assert raised_since(raised(Choice.ACCEPTED, 850, "2026-11-16")).rule is Rule.HOLD


def test_a_raise_with_an_unreadable_time_counts_from_the_start_of_the_plan() -> None:
    odd = replace(raised(Choice.ACCEPTED, 600, "2026-11-16"), t_utc="?", day=None)
    assert dict(raised_since(odd, today="2026-11-23").values)["from_permille"] == 600


def test_after_a_raise_a_session_has_to_count_before_the_next() -> None:
    given = (SINCE[0], replace(SINCE[1], counts=False))
    told = replace(EASY, session=SINCE[1].session)
    raise_ = raised(Choice.ACCEPTED, 600, "2026-11-16")
    found = course(planned(weeks=12), CTF, *BEFORE, *NOW, *LATER, EASY, told, raise_, given=given, today="2026-11-30")
    (only,) = proposals(found, card("advance", "retest"))
    assert (only.rule, dict(only.values)) == (Rule.HOLD, {"weeks": 2, "sessions_given": 0})


# --- the end of a plan ---


def over(
    *events: CareEvent, given: tuple[Given, ...] = (gave(LAST),), today: str, of: Protocol | None = None
) -> Proposal:
    found = course(planned(weeks=2), CTF, MVIC, EASY, *events, given=given, today=today)
    return proposals(found, of or card("retest"))[0]


def test_after_the_plan_one_booster_in_its_time_then_the_end() -> None:
    assert rules(proposals(course(planned(weeks=2), CTF, MVIC, EASY, today="2026-11-15"), card("retest", "share"))) == [
        Rule.ADVANCE
    ]
    found = over(today="2026-11-16")
    assert (found.rule, dict(found.values)) == (Rule.BOOSTER, {"weeks_low": 2, "weeks_high": 3, "days": 4})
    assert over(today="2026-12-03").rule is Rule.BOOSTER
    found = over(today="2026-12-04")
    assert (found.rule, dict(found.values), found.after) == (Rule.FINISH, {"done": 1, "planned": 4}, SESSION)
    assert over(today="2026-11-16", of=card("retest", "booster")).rule is Rule.FINISH


def test_it_is_known_in_how_many_days_a_booster_is_wanted() -> None:
    def wanted(today: str, *events: CareEvent, of: Protocol | None = None, given: tuple[Given, ...] = (gave(LAST),)):  # type: ignore[no-untyped-def]  # an int or None
        found = course(planned(weeks=2), EASY, *events, given=given, today=today)
        return booster_in_days(found, of or card())

    assert [wanted(today) for today in ("2026-11-16", "2026-11-26", "2026-12-03", "2026-12-04")] == [10, 0, 0, None]
    assert wanted("2026-11-15") is None, "the plan is not over"
    assert wanted("2026-11-26", given=()) is None
    assert wanted("2026-11-26", of=card("booster")) is None
    assert booster_in_days(course(EASY, today="2026-11-26"), card()) is None
    assert booster_in_days(course(planned(weeks=2), EASY, today="2026-11-26"), None) is None
    no = Decided(CODE, SIDE, Rule.BOOSTER, SESSION, (), Choice.DECLINED, reason="moved away")
    assert wanted("2026-11-26", no) is None
    assert wanted("2026-11-26", replace(no, choice=Choice.ACCEPTED)) == 0


def test_a_booster_that_was_given_is_the_last() -> None:
    booster = gave("2026-11-28")
    told = replace(EASY, session=booster.session)
    assert over(told, given=(gave(LAST), booster), today="2026-11-29").rule is Rule.FINISH


def test_a_plan_that_was_never_begun_ends_too() -> None:
    assert over(given=(), today="2026-12-24").rule is Rule.FINISH


def test_the_origin_is_the_one_the_card_states() -> None:
    sourced = changed(
        ("progress.advance: {tag: design}", "progress.advance: {tag: verify}"),
        text=WITH_RULES,
    )
    (found,) = proposals(course(*KNOWN, EASY), loaded_without_share(sourced))
    assert found.tag == "verify"


def loaded_without_share(text: str) -> Protocol:
    found = loaded(text)
    assert found.progress is not None
    return found.model_copy(update={"progress": found.progress.model_copy(update={"share": None})})
