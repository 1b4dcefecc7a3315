"""How long the muscle is taken to be, and that it is said why."""

from __future__ import annotations

import pytest

from helpers.short import CALF, QUADS, protocol_text
from nmes.core.protocol_file import parse
from nmes.trial.site import assumed_length, sites_of

pytestmark = pytest.mark.thorough


def protocol(name: str, position: str):
    return parse(protocol_text(name, position=position).encode(), f"{name}.yaml")


@pytest.mark.parametrize(
    ("name", "position", "length"),
    [
        (
            CALF,
            "Ankle pointed (plantarflexed), the calf shortened; in the neutral position no effect was seen",
            "shortened",
        ),
        (CALF, "Ankle in dorsiflexion", "stretched"),
        (CALF, "Prone, foot pointed", "shortened"),
        (CALF, "Standing", "neutral"),
        (QUADS, "Lying, the muscle lengthened", "stretched"),
        (QUADS, "Ankle plantarflexed", "neutral"),
        (QUADS, "Sitting, knee at 60 degrees", "neutral"),
    ],
)
def test_only_plain_words_of_the_position_count(name: str, position: str, length: str) -> None:
    """What the ankle does says nothing about the thigh."""
    assert assumed_length(protocol(name, position)).length == length


def test_it_is_said_what_was_assumed_and_why() -> None:
    assert assumed_length(protocol(CALF, "Prone, foot pointed")).why == (
        'assumed from "foot pointed" in the protocol\'s position'
    )
    assert "no word for the muscle's length was recognised" in assumed_length(protocol(CALF, "Standing")).why
    assert assumed_length(protocol(CALF, "Prone, foot pointed"), "stretched").why == "as asked with --length"


def test_every_channel_has_its_site() -> None:
    sites = sites_of(protocol(QUADS, "Sitting"), "neutral")
    assert list(sites) == [1]
    assert (sites[1].muscle, sites[1].side, sites[1].pad_mm2, sites[1].length) == (
        "quadriceps",
        "affected leg",
        4500,
        "neutral",
    )
