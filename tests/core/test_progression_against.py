"""What was told and speaks against a session is proposed alone, until it is taken back; a soreness leaves less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nmes.core.care_events import Answered, CareEvent, Rule
from nmes.core.course_of_care import Entered
from nmes.core.progression import proposals
from nmes.core.progression_against import against
from tests.core.course_making import CODE, SIDE, did, gave, planned
from tests.core.protocol_forms import loaded
from tests.core.protocol_making import GOOD
from tests.core.test_progression import EASY, KNOWN, LAST, SESSION, card, course, rules


@pytest.mark.parametrize(
    ("told", "rule", "path"),
    [
        (replace(EASY, dark_urine=True, soreness=9), Rule.NO_STIMULATION, ""),
        (replace(EASY, skin_mark=True, soreness=9), Rule.WAIT_SKIN, ""),
        (replace(EASY, soreness=5), Rule.DELOAD, "progress.deload"),
    ],
)
def test_what_speaks_against_going_on_is_proposed_alone(told: Answered, rule: Rule, path: str) -> None:
    (found,) = proposals(course(planned(), told), card())
    assert (found.rule, found.path, found.after, found.tag) == (rule, path, SESSION, "design")


def test_dark_urine_stops_it_whatever_the_card_says_or_where_it_is_gone() -> None:
    told = replace(EASY, dark_urine=True)
    for known in (None, loaded(GOOD), card("deload")):
        assert rules(proposals(course(planned(), told), known)) == [Rule.NO_STIMULATION]


def test_less_is_proposed_as_the_card_says() -> None:
    (found,) = proposals(course(planned(), replace(EASY, soreness=6)), card())
    assert dict(found.values) == {"soreness": 6, "contractions_permille": 500}
    waits = card()
    assert waits.progress is not None and waits.progress.deload is not None
    less = waits.progress.deload.model_copy(update={"contractions_percent": None})
    waits = waits.model_copy(update={"progress": waits.progress.model_copy(update={"deload": less})})
    (found,) = proposals(course(planned(), replace(EASY, soreness=6)), waits)
    assert dict(found.values) == {"soreness": 6}


def test_soreness_under_the_rule_of_the_card_holds_nothing_up() -> None:
    assert Rule.DELOAD not in rules(proposals(course(*KNOWN, replace(EASY, soreness=4)), card()))


# --- dark urine and marks: whatever the session, the side, the plan ---

OLDER = gave("2026-11-10", "older")
URINE = replace(EASY, session="older", dark_urine=True)


@pytest.mark.parametrize(
    "told",
    [
        (*KNOWN, replace(EASY, dark_urine=None), URINE),
        (*KNOWN, EASY, replace(URINE, side="right", session="of the right side")),
        (URINE, *KNOWN, replace(planned(), protocol="other")),
        (URINE,),
    ],
)
def test_dark_urine_of_an_older_session_another_side_or_plan_or_none_stops_every_session(
    told: tuple[CareEvent, ...],
) -> None:
    found = course(*told, given=(OLDER, gave(LAST)))
    for known in (card("share"), None):
        (only,) = proposals(found, known)
        assert (only.rule, only.stops) == (Rule.NO_STIMULATION, True)
        assert only.session in {"older", "of the right side"}


def test_a_newer_no_takes_it_back_and_the_rules_go_on() -> None:
    found = course(URINE, *KNOWN, EASY, given=(OLDER, gave(LAST)))
    assert against(found, None) is None
    assert rules(proposals(found, card("share"))) == [Rule.ADVANCE]


def test_a_mark_is_the_sides() -> None:
    right = replace(EASY, side="right", skin_mark=True)
    assert against(course(*KNOWN, right, replace(EASY, skin_mark=None)), card()) is None
    both = course(*KNOWN, EASY, replace(right, side="both"))
    assert [one.rule for one in (against(both, card()),) if one] == [Rule.WAIT_SKIN]


# --- soreness: wait, then less, then as ever ---

SORE = replace(EASY, soreness=6)


def less(*events: CareEvent | Entered, **more: object) -> dict[str, int] | None:
    """What is left of the next session; None: nothing is said of less."""
    found = proposals(course(*KNOWN, *events, **more), card("share"))  # type: ignore[arg-type]  # as they are named there
    return next((dict(one.values) for one in found if one.rule is Rule.DELOAD), None)


def test_that_it_has_gone_does_not_undo_it_the_next_session_is_less_not_more() -> None:
    waits = course(*KNOWN, SORE, Answered(CODE, SIDE, SESSION, soreness=2))
    (found,) = proposals(waits, card("share"))
    assert (dict(found.values), found.stops) == (
        {"soreness": 6, "soreness_now": 2, "contractions_permille": 500},
        True,
    )
    (found,) = proposals(course(*KNOWN, SORE, Answered(CODE, SIDE, SESSION, soreness=0)), card("share"))
    assert (found.rule, found.stops, found.session) == (Rule.DELOAD, False, SESSION)
    assert dict(found.values) == {"soreness": 6, "soreness_now": 0, "contractions_permille": 500}
    gone = (SORE, *(Answered(CODE, SIDE, SESSION, soreness=value) for value in (0, 3)))
    assert against(course(*KNOWN, *gone), card()) is None, "a little of it again is no new waiting"


def test_it_has_gone_when_it_was_told_so_of_a_newer_session_too_and_worse_again_is_waited_for_again() -> None:
    given = (gave("2026-11-11", "s1"), gave("2026-11-12", "s2"))
    sore, gone = replace(EASY, session="s1", soreness=6), replace(EASY, session="s2", soreness=0)
    told = (did(sore, 11, "2026-11-13"), did(gone, 12, "2026-11-15"))
    assert less(*told, given=given) == {"soreness": 6, "soreness_now": 0, "contractions_permille": 500}
    late = did(replace(EASY, session="s1", soreness=0), 12, "2026-11-15")
    worse = did(replace(EASY, session="s2", soreness=7), 11, "2026-11-14")
    assert less(worse, late, given=given) == {"soreness": 7, "contractions_permille": 500}, "of an older one"


def test_after_the_session_that_was_less_it_is_as_ever_once_that_one_can_tell() -> None:
    given = (gave("2026-11-10", "s1"), gave("2026-11-14", "s2"))
    sore = did(replace(EASY, session="s1", soreness=6), 11, "2026-11-12")
    gone = did(Answered(CODE, SIDE, "s1", soreness=0), 12, "2026-11-13")
    fresh = did(replace(EASY, session="s2", soreness=None), 13, "2026-11-15")
    told = (sore, gone, fresh)
    assert less(*told, given=given, today="2026-11-15") is not None, "too young to tell"
    asked = proposals(course(*KNOWN, *told, given=given), card("share"))
    assert [(one.rule, one.of, one.session) for one in asked] == [(Rule.ASK, "soreness", "s2")]
    well = did(Answered(CODE, SIDE, "s2", soreness=2), 14, "2026-11-16")
    assert rules(proposals(course(*KNOWN, *told, well, given=given), card("share"))) == [Rule.ADVANCE]


def test_a_session_that_was_given_all_the_same_ends_no_waiting_before_it_can_tell() -> None:
    given = (gave("2026-11-10", "s1"), gave("2026-11-14", "s2"))
    sore = did(replace(EASY, session="s1", soreness=6), 11, "2026-11-12")
    assert less(sore, given=given, today="2026-11-15") == {"soreness": 6, "contractions_permille": 500}
    assert less(sore, given=given, today="2026-11-16") is None, "now it is asked"
