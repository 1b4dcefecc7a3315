"""A side that does not fit the protocol is told with the one to give, before anything is opened."""

from __future__ import annotations

from pathlib import Path

import pytest

from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.runtime.side_words import refusal_of_answer, refusal_of_choice, refusal_of_option

FILE = Path(__file__).parents[2] / "protocols" / "strength" / "quads_older_adult.yaml"


def on(side: str = "") -> Protocol:
    """The protocol as it is shipped, or with its first channel alone, on this side."""
    protocol = parse(FILE.read_bytes(), FILE.name)
    one = protocol.channels[0].model_copy(update={"side": side})
    return protocol.model_copy(update={"channels": (one,)}) if side else protocol


@pytest.mark.parametrize(
    ("protocol", "given", "option", "answer", "choice"),
    [
        (on(), "left", "both sides; give --side both", "both sides: type both", "both sides: choose BOTH"),
        (on("left leg"), "right", "left side only; give --side left", "only: type left", "left side only: choose LEFT"),
        (on("painful side"), "both", "give --side left or", "one side: type left", "one side: choose LEFT"),
        (on("right leg"), "both", "only; give --side right", "only: type right", "right side only: choose RIGHT"),
    ],
)
def test_a_side_that_does_not_fit_is_told_with_the_one_to_give(
    protocol: Protocol, given: str, option: str, answer: str, choice: str
) -> None:
    assert refusal_of_option(protocol, given).startswith(f"--side {given}: quads_older_adult treats ")
    assert option in refusal_of_option(protocol, given)
    assert answer in refusal_of_answer(protocol, given)
    assert choice in refusal_of_choice(protocol, given)
    assert refusal_of_choice(protocol, given).endswith(" on step 1 (F3)")


@pytest.mark.parametrize(("protocol", "given"), [(on(), "both"), (on("left leg"), "left"), (on("weak side"), "right")])
def test_one_that_fits_is_not_refused(protocol: Protocol, given: str) -> None:
    for refusal in (refusal_of_option, refusal_of_answer, refusal_of_choice):
        assert refusal(protocol, given) == refusal(protocol, "") == ""
