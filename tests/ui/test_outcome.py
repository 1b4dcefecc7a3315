"""The exit code of the app: an end that a person asked for is well, another one is not, however safely it ended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.desk import running
from nmes.core.view import OutputState, view
from nmes.runtime.live import Summary
from nmes.ui.outcome import went_well

WHOLE = Summary("000001", Path("000001.jsonl"), 5, True, "The record is intact.")


@pytest.mark.parametrize(
    ("why", "well"),
    [
        ("complete", True),
        ("assessed", True),
        ("incomplete", True),
        ("ended_early", True),
        ("stop:key", True),
        ("fault:electrode", False),
        ("record", False),
        ("link_lost", False),
    ],
)
def test_an_end_that_a_person_asked_for_is_well(why: str, well: bool) -> None:
    last = replace(view(running().session, OutputState()), why=why)
    assert went_well(last, WHOLE) is well
    assert not went_well(replace(last, halt_unconfirmed=True), WHOLE)
    assert not went_well(last, replace(WHOLE, intact=False))
