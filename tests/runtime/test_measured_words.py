"""Where a frequency comes from, in one sentence in which a wrong patient code shows; values with their units."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nmes.core.events import What
from nmes.core.measurement import From, Measured, Missing, Origin
from nmes.runtime.measured_words import (
    amount,
    how,
    measured_sentence,
    not_reached_sentence,
    origin_sentence,
    range_sentence,
    unfindable,
    warning,
    whose,
)

MEASURED = Origin(
    From.MEASURED, 17_937, 47_937, "P-017", "left", "gastrocnemius", "000004-x", "2026-01-02T03:04:05.000Z", 5
)


def test_a_measured_one_shows_code_side_muscle_date_age_and_session() -> None:
    assert origin_sentence(MEASURED) == (
        "47.9 Hz asked: from the cramp threshold frequency of P-017 left gastrocnemius, 17.9 Hz, "
        "measured 2026-01-02 (5 days ago) in session 000004-x."
    )


@pytest.mark.parametrize(
    ("days", "said"), [(0, "(today)"), (1, "(1 day ago)"), (40, "(40 days ago)"), (-3, "(a date after today)")]
)
def test_its_age_is_told(days: int, said: str) -> None:
    assert said in origin_sentence(replace(MEASURED, age_days=days))


@pytest.mark.parametrize(("days", "said"), [(21, ""), (22, "Older than 21 days"), (-1, "Dated after today")])
def test_an_old_one_and_one_from_tomorrow_are_warned_of(days: int, said: str) -> None:
    warned = warning(replace(MEASURED, age_days=days))
    assert warned.startswith(said)
    assert bool(warned) is bool(said)


def test_a_typed_one_says_that_no_record_stands_behind_it() -> None:
    typed = Origin(From.TYPED, 18_000, 48_000)
    assert "of a patient without a code, 18 Hz, typed by hand" in origin_sentence(typed)
    assert "18 Hz, typed by hand" in origin_sentence(typed)
    assert "No record stands behind it." in origin_sentence(typed)
    assert warning(typed) == ""


def test_one_typed_in_an_earlier_session_says_where_and_that_no_test_stands_behind_it() -> None:
    told = origin_sentence(replace(MEASURED, kind=From.TYPED_EARLIER))
    assert "17.9 Hz, typed by hand on 2026-01-02 (5 days ago) in session 000004-x." in told
    assert told.endswith("No test stands behind it.")
    assert "measured" not in told
    assert warning(replace(MEASURED, kind=From.TYPED_EARLIER, age_days=22)).startswith("Older than 21 days")


def test_a_value_is_called_measured_only_if_a_train_found_it() -> None:
    typed = {"what": "ctf", "channel": 1, "value_mhz": 22_000, "typed": 1}
    assert measured_sentence(typed) == "Typed by hand, channel 1: cramp threshold frequency 22 Hz."
    assert how(Measured(What.CTF, 1, 22_000, typed=True)) == "Typed by hand"
    assert how(Measured(What.CTF, 1, 22_000)) == "Measured"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (Missing.NO_CODE, "no patient code"),
        (Missing.NO_SIDE, "no side was given for P-017"),
        (Missing.NONE_FOUND, "of P-017 left gastrocnemius is recorded here"),
        (Missing.NOT_REACHED, "ended at its cap without a cramp"),
        (
            Missing.UNTRUSTED,
            "session 000004-x of 2026-01-02 may hold a newer one of P-017 left gastrocnemius and cannot be trusted; "
            "no older one is taken.",
        ),
    ],
)
def test_a_fallback_is_called_one_and_says_why(missing: Missing, said: str) -> None:
    told = origin_sentence(replace(MEASURED, kind=From.FALLBACK, ctf_mhz=None, asked_mhz=45_000, missing=missing))
    assert told.startswith("45 Hz asked, the FALLBACK: ")
    assert said in told


def test_of_a_session_whose_first_line_cannot_be_read_no_date_is_told() -> None:
    untold = replace(MEASURED, kind=From.FALLBACK, ctf_mhz=None, missing=Missing.UNTRUSTED, t_utc="")
    assert "session 000004-x may hold a newer one" in origin_sentence(untold)


@pytest.mark.parametrize(
    ("what", "value", "said"),
    [
        (What.CTF, 16_000, "16 Hz"),
        (What.CTF, 17_937, "17.9 Hz"),
        (What.MOTOR_THRESHOLD, 9_500, "9.5 mA"),
        (What.MAX_TOLERATED, 30_000, "30.0 mA"),
        (What.MVIC, 120_000, "120 N"),
        (What.EVOKED, 30_500, "30.5 N"),
    ],
)
def test_every_value_has_its_unit(what: What, value: int, said: str) -> None:
    assert amount(what, value) == said


def test_what_was_measured_is_told_with_what_belongs_to_it() -> None:
    ctf = {"what": "ctf", "channel": 1, "value_mhz": 16_000, "level_ua": 32_000}
    assert measured_sentence(ctf) == "Measured, channel 1: cramp threshold frequency 16 Hz, at 32.0 mA."
    assert measured_sentence({**ctf, "lowest_step": 1}).endswith(
        "at 32.0 mA, in the lowest step: the threshold may be lower still."
    )
    evoked = {"what": "evoked_mn", "channel": 2, "value_mn": 30_000, "permille": 250}
    assert measured_sentence(evoked) == "Measured, channel 2: evoked force 30 N, 25 % of the strongest contraction."
    most = {"what": "max_tolerated", "channel": 1, "value_ua": 60_000, "at_ceiling": 1}
    assert measured_sentence(most).endswith("the most this channel may get: the patient may tolerate more.")


def test_a_test_without_a_cramp_and_a_value_that_cannot_be_are_told() -> None:
    assert "up to 40 Hz" in not_reached_sentence(40_000)
    assert "up to" not in not_reached_sentence(0)
    assert "2 Hz to 40 Hz" in range_sentence({"what": "ctf", "low": 2000, "high": 40_000})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("P-017", "left", "soleus"), "P-017 left soleus"),
        (("P-017", "", ""), "P-017"),
        (("", "left", "soleus"), "a patient without a code, left soleus"),
        (("", "", ""), "a patient without a code"),
    ],
)
def test_for_whom_reads_as_english_with_and_without_a_code(given: tuple[str, str, str], said: str) -> None:
    assert whose(*given) == said


@pytest.mark.parametrize("kind", From)
def test_a_value_of_the_other_side_or_spelling_is_told_of_and_called_not_taken(kind: From) -> None:
    origin = replace(MEASURED, kind=kind, missing=Missing.NONE_FOUND, nearby=("P-017 left", "p-017 both"))
    assert warning(origin).startswith("One is recorded of P-017 left and of p-017 both, and was not taken")


def test_an_old_one_and_another_spelling_are_both_told() -> None:
    warned = warning(replace(MEASURED, age_days=22, nearby=("p-017 left",)))
    assert "Older than 21 days" in warned
    assert "recorded of p-017 left" in warned


@pytest.mark.parametrize(
    ("assessment", "code", "side", "said"),
    [
        ("ctf", "", "", "No patient code and side: "),
        ("max_tolerated", "", "left", "No patient code: "),
        ("ctf", "P-017", "", "No side: "),
        ("ctf", "P-017", "left", ""),
        (None, "", "", ""),
    ],
)
def test_what_nobody_can_find_again_is_warned_of(assessment: str | None, code: str, side: str, said: str) -> None:
    warned = unfindable(assessment, code, side)
    assert warned.startswith(said)
    assert bool(warned) is bool(said)
