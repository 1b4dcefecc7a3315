"""For which side a session of a protocol may be: two legs are BOTH, one leg is that leg, what names none fits all."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers.rows import bundled
from nmes.core.measurement import SIDES, Side
from nmes.core.plan import channel_plans
from nmes.core.protocol import Protocol
from nmes.core.protocol_file import parse
from nmes.core.sides import leaves_it_open, one_side, places_of, says_what_it_is_not, side_fits, side_of, sides_of

LEFT, RIGHT, BOTH = Side.LEFT, Side.RIGHT, Side.BOTH
FILE = Path(__file__).parents[2] / "protocols" / "strength" / "quads_older_adult.yaml"


def on(*sides: str) -> Protocol:
    protocol = parse(FILE.read_bytes(), FILE.name)
    channel = protocol.channels[0]
    return protocol.model_copy(update={"channels": tuple(channel.model_copy(update={"side": side}) for side in sides)})


@pytest.mark.thorough
@bundled(
    ("channels", "sides", "fits"),
    [
        (("right leg", "left leg"), {LEFT, RIGHT}, {BOTH}),
        (("Left", "left thigh"), {LEFT}, {LEFT}),
        (("right leg",), {RIGHT}, {RIGHT}),
        (("both sides",), {LEFT, RIGHT}, {BOTH}),
        (("both sides of the pain",), set(), set(SIDES)),
        (("weak side", "uprights"), set(), {LEFT, RIGHT}),
        (("painful knee",), set(), {LEFT, RIGHT}),
        (("uprights",), set(), set(SIDES)),
        (("right and left",), {LEFT, RIGHT}, {BOTH}),
        (("right or left leg",), set(), {LEFT, RIGHT}),
        (("rechtes Bein",), {RIGHT}, {RIGHT}),
        (("linkes Bein", "links"), {LEFT}, {LEFT}),
        (("linker Unterarm", "rechter Unterarm"), {LEFT, RIGHT}, {BOTH}),
        (("beide Beine",), {LEFT, RIGHT}, {BOTH}),
        (("both calves",), {LEFT, RIGHT}, {BOTH}),
        (("Sides: both",), {LEFT, RIGHT}, {BOTH}),
        (("R",), {RIGHT}, {RIGHT}),
        (("L leg",), {LEFT}, {LEFT}),
        (("R/L",), {LEFT, RIGHT}, {BOTH}),
        (("B",), {LEFT, RIGHT}, {BOTH}),
        (("linke oder rechte Hüfte",), set(), set(SIDES)),
        (("schmerzhafter Fuß",), set(), {LEFT, RIGHT}),
        (("not left",), set(), set(SIDES)),
        (("Nicht rechts",), set(), set(SIDES)),
        (("beidseits der Wirbelsäule",), set(), set(SIDES)),
        (("leftover", "rightful", "Lot"), set(), set(SIDES)),
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


@pytest.mark.parametrize(
    ("protocol", "names"),
    [
        ("pain/tens_low_back", ("none; lumbar, skin beside the spine", "none; sacral, skin beside the spine")),
        ("pain/tens_knee_oa", ("none; knee proximal medial, skin", "none; knee proximal lateral, skin")),
        ("strength/quads_older_adult", ("quadriceps, right", "quadriceps, left")),
        ("pain/tens_labour", ("none; skin beside the spine", "none; skin beside the sacrum")),
    ],
)
def test_channels_that_are_called_alike_are_told_apart_by_side_or_place(protocol: str, names: tuple[str, ...]) -> None:
    file = FILE.parents[1] / f"{protocol}.yaml"
    told = [channel.named for channel in channel_plans(parse(file.read_bytes(), file.name))]
    assert all(found.startswith(name) for found, name in zip(told, names, strict=True)), told


def test_two_muscles_called_alike_at_other_places_are_told_apart_too() -> None:
    protocol = on("weak side", "weak side")
    first, second = protocol.channels
    other = second.model_copy(update={"body_sites": ("calf_medial_head", "calf_distal")})
    protocol = protocol.model_copy(update={"channels": (first, other)})
    assert len({channel.named for channel in channel_plans(protocol)}) == 2
    assert channel_plans(protocol)[1].named == f"calf, {second.muscle}"


@bundled(
    ("text", "is_open"),
    [
        *(("jambe gauche", True), ("not left", True), ("left or right", True), ("legs", True)),
        *(
            ("right leg", False),
            ("painful knee", False),
            ("schmerzhafte Seite", False),
            ("both sides of the pain", False),
        ),
    ],
)
def test_words_in_which_no_side_can_be_read_leave_it_open(text: str, is_open: bool) -> None:
    assert leaves_it_open(text) is is_open


@pytest.mark.parametrize(
    ("text", "told"),
    [("not left", True), ("Außer dem rechten Bein", True), ("no preference", False), ("left", False)],
)
def test_a_side_that_is_said_not_to_be_it_is_known(text: str, told: bool) -> None:
    assert says_what_it_is_not(text) is told


@pytest.mark.parametrize(("text", "side"), [("right leg", "right"), ("Left", "left"), ("both sides", ""), ("weak", "")])
def test_a_channel_says_one_side_or_none(text: str, side: str) -> None:
    assert one_side(text) == side


def at(*sites: tuple[str, ...]) -> tuple[str, ...]:
    channel = parse(FILE.read_bytes(), FILE.name).channels[0]
    named = channel.model_copy(update={"muscle": "skin beside the spine", "side": "painful side"})
    return places_of([named.model_copy(update={"body_sites": pair}) for pair in sites])


def test_channels_called_alike_are_told_apart_by_what_their_pads_have_in_common() -> None:
    lumbar, sacral = ("lumbar_left", "lumbar_right"), ("sacral_left", "sacral_right")
    assert at(lumbar, sacral) == ("lumbar", "sacral")
    assert at(lumbar) == ("",), "nothing has to be told apart"
    assert at(lumbar, ("lumbar_left", "lumbar_low")) == ("lumbar left", "lumbar left"), "the first pad's place"
    assert at((), ()) == ("", ""), "a version from before there were sites"
