"""What changes while the pulses come is said wherever a train is told."""

from __future__ import annotations

import pytest

from helpers.plans import BURST, FREQUENCY_SWEEP, PHASE_SWEEP, TENS
from nmes.cli.try_words import varied
from nmes.core import events as e
from nmes.core.course import Course, steady
from nmes.ui.record_words import event_words


@pytest.mark.parametrize(
    ("course", "words"),
    [
        (steady(TENS), ""),
        (steady(BURST), "; in bursts of 7 (one more or less), one every 500 ms"),
        (FREQUENCY_SWEEP, "; between 66.7 and 100 Hz"),
        (PHASE_SWEEP, "; phase from 100 to 200 µs"),
    ],
)
def test_a_train_is_told_with_what_changes_in_it(course: Course, words: str) -> None:
    assert varied(course) == words


def test_the_audit_tells_the_silence_between_two_bursts() -> None:
    on = ((1, 10_000),)
    assert event_words(e.OutputSent(0, on)) == f"{event_words(e.OutputSent(0, on, (1,))).split(',')[0]}"
    assert event_words(e.OutputSent(0, on, (1,))).endswith(", silent until the next burst")
    assert event_words(e.OutputConfirmed(0, on, (1,))).endswith(", silent until the next burst")
