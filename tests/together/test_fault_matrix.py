"""Every fault the simulator can inject, at the moments of a session: output, state, screen, record, and the way on.

The faults and what must follow are in `fault_cases` and the families' own modules, the sessions in `fault_story`, the
columns in `fault_checks`. The skin is judged by the stage's trace alone, at every step, by the instrument of the laws;
a fault that had no effect fails. A test is a column of the table: it asks every story of a family, and names each fault
and moment at which the column is not as the table says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from together import fault_checks as columns
from together.fault_families import ROWS, Pair, daily
from together.fault_moments import Moment
from together.fault_story import Story, story

from firmware_sim.devices import model
from firmware_sim.faults.catalogue import ALL, checked
from nmes.runtime.families import FAMILIES, KEYS, family

pytestmark = pytest.mark.timeout(600)
"""The first test of a family tells all of its stories."""
DAILY = {key: daily(rows) for key, rows in ROWS.items()}
OF_NO_COLUMN = {"wrong_version"}
"""A false version shows when a session opens: `test_fault_matrix_connect`."""


def asked(key: str, check: Callable[[Story], None]) -> None:
    """The column `check`, of every story of a family in this run."""
    assert columns.broken(DAILY[key], family(key), [check]) == {}


@pytest.fixture(params=[pytest.param(key, marks=pytest.mark.thorough if key == "p24" else ()) for key in KEYS])
def key(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_family_has_its_rows_and_every_kind_of_fault_is_in_each_or_said_to_be_impossible(key: str) -> None:
    rows = ROWS[key]
    assert set(ROWS) == {one.key for one in FAMILIES}
    named = {one.kind for one in (*rows.cases, *rows.cannot)}
    assert named | OF_NO_COLUMN == set(ALL)
    assert len({case.name for case in rows.cases}) == len(rows.cases), "a failure must name one row"


def test_what_a_family_cannot_have_its_simulated_device_refuses_for_the_same_reason(key: str) -> None:
    for row in ROWS[key].cannot:
        channel = 1 if ALL[row.kind].channel.name == "NEEDED" else None
        assert model(key).senseless(row.kind, checked(row.kind, channel, row.params)) == row.why, row.name
    told = {(one.kind, one.why) for one in model(key).no_faults}
    assert {(row.kind, row.why) for row in ROWS[key].cannot} == told


def test_every_row_and_every_moment_has_its_turn() -> None:
    assert {case for case, _ in DAILY["p24"]} == set(ROWS["p24"].cases)
    assert {moment for _, moment in DAILY["p24"]} == set(Moment)
    for key, rows in ROWS.items():
        assert rows.other <= {case.name for case in rows.cases}, key
        assert {case.name for case, _ in DAILY[key]} >= rows.other, key
        later = {pair for of, pair in LATER if of == key}
        every = {(case, moment) for case in rows.cases for moment in Moment if not case.never.get(moment)}
        assert {*DAILY[key], *later} == every, "one that is left out is left out for a reason"
        assert {moment for _, moment in every} == set(Moment), key


@pytest.mark.thorough
def test_every_story_is_told_to_its_end_and_breaks_no_law(key: str) -> None:
    assert columns.broken(DAILY[key], family(key), []) == {}


def test_the_fault_took_effect(key: str) -> None:
    asked(key, columns.took_effect)


@pytest.mark.covers("LW-03")
def test_the_output_ends_by_its_deadline(key: str) -> None:
    asked(key, columns.output_ends_by_its_deadline)


def test_never_does_more_cross_the_skin_than_the_level_and_the_fault_itself(key: str) -> None:
    asked(key, columns.never_more_than_the_level_and_the_fault_itself)


def test_the_session_says_what_happened(key: str) -> None:
    asked(key, columns.session_says_what_happened)


@pytest.mark.covers("LW-08")
def test_off_is_said_only_when_the_device_has_confirmed_it(key: str) -> None:
    asked(key, columns.off_is_said_only_when_the_device_has_confirmed_it)


def test_off_is_false_only_where_the_device_itself_says_it_falsely(key: str) -> None:
    asked(key, columns.off_is_false_only_where_the_device_itself_says_it_falsely)


def test_the_alarm_is_of_the_class_that_the_table_says(key: str) -> None:
    asked(key, columns.alarm_is_of_the_class_that_the_table_says)


def test_what_is_said_is_true_for_this_family(key: str) -> None:
    asked(key, columns.words_are_true_for_the_family)


def test_a_halted_session_stays_what_it_was_until_a_person_wants_output(key: str) -> None:
    asked(key, columns.halted_session_stays_what_it_was_until_a_person_wants_output)


@pytest.mark.covers("FR-01")
def test_the_record_has_it(key: str) -> None:
    asked(key, columns.record_has_it)


def test_the_record_says_how_the_session_ended(key: str) -> None:
    asked(key, columns.record_says_how_the_session_ended)


def test_stop_silences_a_session_that_could_not_know(key: str) -> None:
    asked(key, columns.stop_silences_a_session_that_could_not_know)


@pytest.mark.covers("LW-03", "SR-07")
def test_nothing_comes_back_when_it_is_mended_nor_by_any_key(key: str) -> None:
    asked(key, columns.nothing_comes_back_when_it_is_mended_nor_by_any_key)


def test_a_person_begins_again_from_zero_or_not_at_all(key: str) -> None:
    asked(key, columns.person_begins_again_from_zero_or_not_at_all)


def test_no_column_is_left_out() -> None:
    tests = [value for name, value in globals().items() if name.startswith("test_")]
    named = {name for test in tests for name in test.__code__.co_names}
    assert [check.__name__ for check in columns.CHECKS if check.__name__ not in named] == []


def test_a_failure_names_fault_moment_and_column() -> None:
    """Of a row that says something else than what happens."""
    pad, hang = (next(one for one in ROWS["p24"].cases if one.name == name) for name in ("a pad comes off", "it hangs"))
    found = columns.broken([(replace(pad, outcome=hang.outcome), Moment.HOLD)])
    assert "a pad comes off | hold | session_says_what_happened" in found
    assert "a pad comes off | hold | record_has_it" in found
    assert "a pad comes off | hold | took_effect" not in found


LATER = [(key, pair) for key, rows in ROWS.items() for pair in rows.pairs if pair not in DAILY[key]]


@pytest.mark.campaign
@pytest.mark.parametrize(("key", "pair"), LATER, ids=[f"{key} | {case.name} | {at}" for key, (case, at) in LATER])
def test_all_of_this_holds_for_every_fault_at_every_moment(key: str, pair: Pair) -> None:
    found = columns.broken([pair], family(key))
    story.cache_clear()  # each is told once, and there are many
    assert found == {}
