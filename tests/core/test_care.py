"""Care is worded as advice with its tag on every line; only what was read is called evidence."""

from typing import get_args

import pytest

from helpers.rows import bundled
from nmes.core.care import (
    CRAMPS,
    DESIGN,
    EVIDENCE,
    SHEETS,
    STILL,
    TAGS,
    THEN,
    acute_cramp,
    after_cramp,
    speaks_of,
)
from nmes.core.protocol import Region


def test_every_line_is_tagged_and_only_daily_stretching_is_evidence() -> None:
    lines = [line for part in CRAMPS.parts for line in part.lines]
    assert {line.tag for line in lines} == {EVIDENCE, DESIGN} == set(TAGS)
    assert [line.text for line in lines if line.tag == EVIDENCE] == [
        "Stretch the calf and the back of the thigh (hamstrings) every day."
    ]


@bundled(
    "word",
    [
        *("calf", "hamstring", "quadriceps", "strength", "warm up", "drink", "eat", "warmth", "emergency", "same day"),
        *("manual therapy", "dry needling", "bfr", "iastm", "pnf", "motor control", "gait analysis"),
    ],
)
def test_the_sheet_speaks_of_what_a_patient_with_cramps_needs(word: str) -> None:
    text = " ".join(line.text for part in CRAMPS.parts for line in part.lines).lower()
    assert word in text


@pytest.mark.parametrize("claim", ["prevents", "cures", "proven to", "reduces cramps", "effective", "evidence"])
def test_no_line_claims_an_effect(claim: str) -> None:
    for part in CRAMPS.parts:
        assert all(claim not in line.text.lower() for line in part.lines)


def test_the_referrals_say_that_nothing_is_proven() -> None:
    referrals = CRAMPS.parts[-1]
    assert "not as proven for cramps" in referrals.why
    assert all(": " in line.text for line in referrals.lines), "each is named with its place"


def test_the_acute_instruction_fits_the_screen_of_a_running_session() -> None:
    lines = acute_cramp()
    assert len(lines) <= 4
    assert all(len(line) <= 76 for line in lines)
    assert "STOP" in lines[0]
    assert "stretch" in " ".join(lines)


def test_once_the_output_is_off_only_the_muscle_that_was_treated_is_stretched_and_nobody_presses_stop() -> None:
    assert after_cramp(("calf",)) == (STILL, "Calf: pull the foot up, knee straight.", THEN)
    assert after_cramp(("hamstring",))[1:-1] == ("Back of the thigh: straighten the knee.",)
    assert after_cramp(("neck_shoulder",)) == (STILL, THEN)
    lines = after_cramp(("calf", "foot", "hamstring", "thigh"))
    assert len(lines) == 6
    assert lines == after_cramp(get_args(Region))
    assert all(len(line) <= 76 and "STOP" not in line and "train" not in line for line in lines)


def test_the_sheets_are_found_by_their_code() -> None:
    assert SHEETS == {"cramps": CRAMPS}


def test_it_says_that_the_results_of_the_trials_were_not_read() -> None:
    first = next(part for part in CRAMPS.parts if part.heading.startswith("First"))
    assert "What they found was not read" in first.why
    assert "what they found was not read" in TAGS[EVIDENCE]


@pytest.mark.parametrize(
    ("purpose", "regions", "speaks"),
    [("cramp", ("neck_shoulder",), True), ("strength", ("thigh", "back"), True), ("pain", ("neck_shoulder",), False)],
)
def test_the_instruction_is_for_the_muscles_it_names(purpose: str, regions: tuple[str, ...], speaks: bool) -> None:
    assert speaks_of(purpose, regions) is speaks
