"""For which side a session of a protocol may be: two legs are BOTH, one leg is that leg, what names none fits all."""

from __future__ import annotations

from pathlib import Path

import pytest

from nmes.core.measurement import SIDES, Side
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.core.sides import one_side, side_fits, side_of, sides_of

LEFT, RIGHT, BOTH = Side.LEFT, Side.RIGHT, Side.BOTH
FILE = Path(__file__).parents[2] / "protocols" / "strength" / "quads_older_adult.yaml"


def on(*sides: str) -> Protocol:
    protocol = parse(FILE.read_bytes(), FILE.name)
    channel = protocol.channels[0]
    return protocol.model_copy(update={"channels": tuple(channel.model_copy(update={"side": side}) for side in sides)})


@pytest.mark.parametrize(
    ("channels", "sides", "fits"),
    [
        (("right leg", "left leg"), {LEFT, RIGHT}, {BOTH}),
        (("Left", "left thigh"), {LEFT}, {LEFT}),
        (("right leg",), {RIGHT}, {RIGHT}),
        (("both sides",), {LEFT, RIGHT}, {BOTH}),
        (("both sides of the pain",), set(), set(SIDES)),
        (("weak side", "uprights"), set(), set(SIDES)),
        (("right and left",), {LEFT, RIGHT}, {BOTH}),
        (("right or left leg",), set(), set(SIDES)),
    ],
)
def test_a_session_is_for_the_sides_on_which_the_channels_lie(
    channels: tuple[str, ...], sides: set[Side], fits: set[str]
) -> None:
    protocol = on(*channels)
    assert sides_of(protocol) == sides
    assert {side for side in SIDES if side_fits(protocol, side)} == fits
    assert side_fits(protocol, ""), "a session that says no side reads none back"
    assert side_of(protocol) == (None if len(fits) > 1 else next(iter(fits)))


@pytest.mark.parametrize(("text", "side"), [("right leg", "right"), ("Left", "left"), ("both sides", ""), ("weak", "")])
def test_a_channel_says_one_side_or_none(text: str, side: str) -> None:
    assert one_side(text) == side
