"""Every form makes one entry of what was typed; what is missing is named, and what cannot be right is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from ui.bench_live import CRAMP, LIBRARY, loaded

from helpers.catalogues import TRANSLATED, edited
from nmes.core.care_checks import NotEnterable, checked
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
    Rule,
    Withdrawn,
)
from nmes.core.course_fold import fold
from nmes.core.course_of_care import CourseOfCare, Given
from nmes.runtime.course_words import not_enterable
from nmes.ui import course_forms, plan_forms
from nmes.ui.course_form import Form
from tests.core.course_making import CODE, SIDE, day, did, gave, planned

PLAN = planned(protocol=CRAMP)
LAST = gave("2026-11-13", "s1", protocol=CRAMP)
TODAY = day("2026-11-18")


def course(*events: CareEvent, given: tuple[Given, ...] = (LAST,)) -> CourseOfCare:
    return fold(CODE, SIDE, [did(one, number) for number, one in enumerate(events, 1)], given, TODAY)


def filled(form: Form, **typed: str) -> Mapping[str, str]:
    """What stands in the fields when these were typed."""
    assert set(typed) <= {one.name for one in form.asked}
    return {one.name: one.value for one in form.asked} | typed


def made(form: Form, **typed: str) -> CareEvent:
    stands = filled(form, **typed)
    assert form.missing(stands) == ()
    return checked(form.make(stands), TODAY)


def refused(form: Form, **typed: str) -> str:
    with pytest.raises(NotEnterable) as caught:
        made(form, **typed)
    return not_enterable(caught.value)


def test_every_label_fits_its_place_in_every_language() -> None:
    """The fields begin in column 28, and a label that is longer would lose its end."""
    found = course(PLAN)
    forms = (
        course_forms.diary(found, day("2026-11-09")),
        course_forms.outcome(found),
        course_forms.answers(found, "s1"),
        plan_forms.plan(found, LIBRARY),
        decision(SHARE),
        decision(MORE),
        decision(Proposal(Rule.DELOAD, (("soreness", 7), ("contractions_permille", 500)))),
    )
    english = {one.label for form in forms for one in form.asked}
    for language in TRANSLATED:
        said = {message.id: str(message.string) for message in edited(language) if isinstance(message.id, str)}
        for label in english:
            name, comma, unit = label.rpartition(", ") if label not in said else (label, "", "")
            spoken = said.get(label) or f"{said.get(name, name)}{comma}{unit}"
            assert max(len(label), len(spoken)) <= 26, spoken


# --- what is told ---


def test_a_week_of_the_diary() -> None:
    form = course_forms.diary(course(), day("2026-11-09"))
    assert form.missing(filled(form)) == ("Cramps in the week",)
    assert made(form, cramps="9", nrs="7", note="two nights") == Diary(CODE, SIDE, "2026-11-09", 9, 7, "two nights")
    assert made(form, cramps="0") == Diary(CODE, SIDE, "2026-11-09", 0)
    assert refused(form, cramps="many") == 'cramps "many": give a whole number, 0 to 500'
    assert refused(form, cramps="0", nrs="5").startswith("no cramps, and the worst of them 5 of 10")
    assert refused(form, cramps="3", nrs="11") == "worst cramp 11: give 0 to 10"
    assert form.about == ("The week from Monday 2026-11-09 to Sunday 2026-11-15.",)


def test_a_week_that_is_there_or_not_over_says_so() -> None:
    found = course(Diary(CODE, SIDE, "2026-11-16", 1))
    told = course_forms.diary(found, day("2026-11-16")).about
    assert told[1].startswith("It is not over yet")
    assert told[2] == "On record: 1 cramp, by Anna on 2026-11-02. What you enter now counts instead."


def test_an_outcome_in_its_own_unit() -> None:
    form = course_forms.outcome(course(), Outcome.TUG)
    assert form.missing(filled(form)) == ("Value",)
    assert made(form, value="9.4") == Assessed(CODE, SIDE, Outcome.TUG, 9_400, str(TODAY))
    assert made(form, what="mvic", value="118", day="2026-11-03") == Assessed(
        CODE, SIDE, Outcome.MVIC, 118_000, "2026-11-03"
    )
    assert "is no number of s" in refused(form, value="9,400")
    assert "is after today" in refused(form, value="9.4", day="2026-11-19")
    assert form.hint_of("value", filled(form)) == "In s, such as 9.4. On record: nothing"
    assert "In Hz" in form.hint_of("value", filled(form, what="ctf"))
    assert course_forms.outcome(course(), Outcome.CRAMPS).asked[0].value == "ctf", "cramps come from the diary"


def test_what_followed_a_session_and_what_was_not_asked_stays_not_asked() -> None:
    told = Answered(CODE, SIDE, "s1", 5, 3, dark_urine=False)
    form = course_forms.answers(course(PLAN, told), "s1")
    assert form.missing(filled(form)) == ("an answer",)
    assert made(form, soreness="2") == Answered(CODE, SIDE, "s1", soreness=2)
    assert made(form, contraction="3", dark_urine="yes", skin_mark="no") == Answered(
        CODE, SIDE, "s1", None, 3, None, dark_urine=True, skin_mark=False
    )
    assert form.hint_of("discomfort", {}).endswith("Told so far: 5.")
    assert form.hint_of("contraction", {}).endswith("Told so far: full to the end.")
    assert form.hint_of("dark_urine", {}).endswith("Told so far: no.")
    assert form.hint_of("soreness", {}) == "0 none; ask two days after the session."
    assert "channel 1: 20.0 mA accepted" in form.about[0]
    assert course_forms.answers(course(), "gone").about[0].startswith("Of each question")


# --- the plan ---


def test_a_plan_as_the_card_says_and_another_only_with_a_reason() -> None:
    form = plan_forms.plan(course(), LIBRARY)
    assert made(form) == planned(protocol=CRAMP, weeks=6, start=str(TODAY)), "what was done last, by its card"
    assert form.missing(filled(form, weeks="9")) == ("Why not as the card",)
    assert made(form, weeks="9", reason="far away") == replace(
        planned(protocol=CRAMP, weeks=9, start=str(TODAY)), reason="far away"
    )
    assert refused(form, often="40", reason="very keen") == "sessions a week 40: give 1 to 21"
    assert form.missing(filled(form, weeks="x")) == ()
    assert "Empty = as the card says: 2 sessions a week, 4 to 6 weeks" in form.hint_of("weeks", filled(form))
    assert plan_forms.plan(course(PLAN), LIBRARY).about[0].startswith(f"In force: {CRAMP}: 2 sessions a week")


def test_the_protocol_is_found_by_words_and_never_guessed() -> None:
    form = plan_forms.plan(course(given=()), LIBRARY)
    assert form.missing(filled(form)) == ("Protocol",)
    assert "None does now" in form.hint_of("protocol", filled(form, protocol="zzz"))
    assert "Several fit, type more: " in form.hint_of("protocol", filled(form, protocol="calf"))
    assert "names no protocol, or more than one" in refused(form, protocol="calf")
    exact = filled(form, protocol=CRAMP)
    assert form.hint_of("protocol", exact) == f"= {CRAMP}: {loaded(CRAMP).protocol.title}"
    assert form.hint_of("start", exact) == "Its first day, such as 2026-11-21."
    test = filled(form, protocol="assess_ctf_calf")
    assert form.hint_of("weeks", test) == "The card says none: give a number."
    assert refused(form, protocol="assess_ctf_calf") == "sessions a week 0: give 1 to 21"


def test_ending_a_plan_and_withdrawing_an_entry_need_a_reason_that_is_one() -> None:
    found = course(PLAN)
    end, gone = plan_forms.end_plan(found), plan_forms.withdrawal(found, found.history[0])
    assert end.missing(filled(end)) == ("Why",)
    assert made(end, reason="moved away") == PlanEnded(CODE, SIDE, str(TODAY), "moved away")
    entered = found.history[0]
    assert made(gone, reason="wrong leg") == Withdrawn(CODE, SIDE, entered.session, entered.seq, "wrong leg")
    assert (
        refused(gone, reason="no") == "a reason is needed: say why in a few words; a single letter, yes or no is none"
    )
    assert plan_forms.end_plan(course()).about == ()


# --- a proposal ---

SHARE = Proposal(Rule.SHARE, (("from_permille", 550), ("to_permille", 650)), "progress.share", after="s1")
MORE = Proposal(
    Rule.ADVANCE,
    (
        ("rise_low_ua", 1000),
        ("rise_high_ua", 2000),
        ("channel_1_ua", 20_000),
        ("channel_1_low_ua", 21_000),
        ("channel_1_high_ua", 22_000),
    ),
    after="s1",
)


def decision(proposal: Proposal, card: str | None = CRAMP) -> Form:
    if proposal is SHARE:
        proposal = replace(SHARE, values=(*SHARE.values, *(("weeks", 2), ("cramps_now", 9), ("cramps_before", 9))))
    return plan_forms.decision(course(PLAN), proposal, loaded(card).protocol if card else None)


def decided(event: CareEvent) -> tuple[Choice, dict[str, int], str]:
    assert isinstance(event, Decided)
    return event.choice, dict(event.chosen), event.reason


def test_a_proposal_is_accepted_as_it_is() -> None:
    form = decision(SHARE)
    assert form.missing(filled(form)) == ("Decision",)
    choice, chosen, reason = decided(made(form, choice="accepted"))
    assert (choice, chosen["to_permille"], reason) == (Choice.ACCEPTED, 650, "")
    assert form.about[1].startswith("It sets nothing")


def test_a_proposal_is_changed_within_the_card_and_with_a_reason() -> None:
    form = decision(SHARE)
    assert form.missing(filled(form, choice="changed")) == ("Why",)
    why = {"choice": "changed", "reason": "small steps"}
    choice, chosen, reason = decided(made(form, to_permille="60", **why))
    assert (choice, chosen["to_permille"], reason) == (Choice.CHANGED, 600, "small steps")
    assert refused(form, **why) == "nothing is chosen otherwise: change a value, or accept it as it is"
    assert refused(form, to_permille="90", **why) == "90 % cannot be chosen: the card allows up to 85 %"
    assert "is no number of %" in refused(form, to_permille="more", **why)


def test_a_proposal_is_declined_with_a_reason_and_what_cannot_be_chosen_is_not_offered() -> None:
    form = decision(Proposal(Rule.RETEST, (), "progress.retest", after="s1", of="ctf"))
    assert [one.name for one in form.asked] == ["choice", "reason"]
    assert set(form.asked[0].choices or ()) == {"", "accepted", "declined"}
    assert decided(made(form, choice="declined", reason="next week")) == (Choice.DECLINED, {}, "next week")


def test_more_current_is_chosen_for_each_channel_and_a_range_keeps_its_order() -> None:
    form = decision(MORE)
    assert [one.label for one in form.asked] == ["Decision", "Channel 1, up to, mA", "Why"]
    why = {"choice": "changed", "reason": "was sore"}
    _choice, chosen, _reason = decided(made(form, channel_1_high_ua="20.5", **why))
    assert (chosen["channel_1_low_ua"], chosen["channel_1_high_ua"]) == (20_500, 20_500)
    most = loaded(CRAMP).protocol.channels[0].max_amplitude_ua // 1000
    assert f"up to {most} mA" in refused(form, channel_1_high_ua="99", **why)
    assert "up to 22 mA" in refused(decision(MORE, None), channel_1_high_ua="23", **why), "no card, no more than that"


def test_less_is_chosen_too() -> None:
    form = decision(Proposal(Rule.DELOAD, (("soreness", 7), ("contractions_permille", 500)), after="s1"), None)
    event = made(form, choice="changed", contractions_permille="40", reason="very sore")
    assert decided(event)[1] == {"soreness": 7, "contractions_permille": 400}


def test_an_answer_before_its_time_is_refused_with_the_day_it_can_be_told_on() -> None:
    form = course_forms.answers(course(PLAN, given=(gave(str(TODAY), "s1", protocol=CRAMP),)), "s1")
    later = "can be told from 2026-11-19 on, 24 hours after the session"
    assert refused(form, dark_urine="no") == f'dark urine: "no" {later}; "yes" counts at once, at any time'
    assert later in refused(form, skin_mark="no", discomfort="3")
    assert refused(form, soreness="2") == "soreness: it can be told from 2026-11-20 on, 48 hours after the session"
    assert isinstance(made(form, dark_urine="yes", skin_mark="yes", discomfort="3"), Answered)


def test_the_same_decision_is_not_entered_twice_but_another_is() -> None:
    accepted = Decided(CODE, SIDE, Rule.ADVANCE, "s1", MORE.values, Choice.ACCEPTED, chosen=MORE.values)
    form = plan_forms.decision(course(PLAN, accepted), MORE, loaded(CRAMP).protocol)
    assert refused(form, choice="accepted") == (
        "this was decided so already, by Anna on 2026-11-02: nothing is entered twice"
    )
    assert decided(made(form, choice="declined", reason="next week"))[0] is Choice.DECLINED
