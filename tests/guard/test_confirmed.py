"""What was confirmed is one waveform at one level: everything else is refused, and what honest encoders send is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.guard.ceilings import Ceilings
from nmes.guard.confirmed import check_confirmed
from nmes.guard.pulse import measure
from nmes.guard.sight import Train
from nmes.guard.state import Armed

LIMIT = Ceilings()
LEVEL_UA = 20_000
SYMMETRIC = Armed(LEVEL_UA, 2_000, 2_500, 300, 100, 1, 20_000)
THIRD = Armed(LEVEL_UA, 2_000, 2_500, 300, 100, 3, 20_000)
NO_GAP = Armed(LEVEL_UA, 2_000, 2_500, 300, 0, 1, 20_000)
Points = tuple[tuple[int, int], ...]


def verdict(points: Points, armed: Armed = SYMMETRIC, period_us: int = 20_000) -> str | None:
    refusal = check_confirmed(Train(3, 0, period_us, points), measure(points), armed, LIMIT)
    return refusal.rule if refusal else None


def biphasic(first_us: int, first_ua: int, return_us: int, return_ua: int, gap_us: int = 100) -> Points:
    return ((first_us, first_ua), (gap_us, 0), (return_us, -return_ua))


def test_the_confirmed_pulse_passes_at_its_level_and_below() -> None:
    for amplitude in range(500, LEVEL_UA + 1, 500):
        assert verdict(biphasic(300, amplitude, 300, amplitude)) is None


@given(st.integers(1, 260), st.integers(1, 8), st.integers(10, 500))
def test_the_return_phase_of_every_ratio_passes_at_every_step_of_current(steps: int, ratio: int, phase_us: int) -> None:
    """As the wire's grid makes it: the share rounded down to 0.5 mA, 0.5 mA at least; the time to the nearest µs."""
    back = max(1, steps // ratio)
    return_us = int(steps * phase_us / back + 0.5)
    armed = Armed(130_000, 2_000, 2_500, phase_us, 100, ratio, 20_000)
    assert verdict(biphasic(phase_us, steps * 500, return_us, back * 500), armed) is None
    assert return_us <= 2 * ratio * phase_us


@pytest.mark.parametrize("over", range(-3, 4))
def test_no_more_current_than_was_confirmed(over: int) -> None:
    amplitude = LEVEL_UA + over * 500
    assert verdict(biphasic(300, amplitude, 300, amplitude)) == ("confirmed_level" if over > 0 else None)


@bundled("over", range(-5, 6))
@bundled("backwards", [False, True])
def test_no_more_charge_than_was_confirmed(over: int, backwards: bool) -> None:
    """20 mA with 300 µs a phase were confirmed: 6 µC, and 1 % for the rounding of a second phase."""
    first_us, return_us = (300, 404 + over) if backwards else (404 + over, 300)  # 15 mA x 404 µs = 6.06 µC
    expected = "confirmed_charge" if over > 0 else "pulse_shape"
    assert verdict(biphasic(first_us, 15_000, return_us, 15_000)) == expected


@pytest.mark.parametrize(("over_pc", "rule"), [(0, "pulse_shape"), (1, "confirmed_charge")])
def test_the_edge_of_the_charge_is_exactly_1_percent(over_pc: int, rule: str) -> None:
    """20 mA for 300 µs are 6,000,000 pC; carried back by 1 µA, the last pC decides."""
    assert verdict(biphasic(300, LEVEL_UA, 6_060_000 + over_pc, 1)) == rule


@bundled("period_us", [2_000, 19_500, 19_750, 20_000, 20_250, 20_500, 200_000, 2_000_000])
def test_pulses_come_as_often_as_was_confirmed_neither_more_nor_less(period_us: int) -> None:
    points = biphasic(300, 10_000, 300, 10_000)
    assert verdict(points, period_us=period_us) == (None if period_us == 20_000 else "confirmed_rate")


@bundled(
    "points",
    [
        ((60, LEVEL_UA), (60, -LEVEL_UA), (3000, 0)) * 5,
        ((150, LEVEL_UA), (150, -LEVEL_UA)) * 2,
        ((300, LEVEL_UA), (100, 0), (150, -LEVEL_UA), (150, -LEVEL_UA)),
        ((300, LEVEL_UA), (50, 0), (50, 0), (300, -LEVEL_UA)),
        ((300, LEVEL_UA), (100, 500), (300, -LEVEL_UA)),
        ((300, LEVEL_UA), (100, -500), (300, -LEVEL_UA)),
        ((100, 0), (300, LEVEL_UA), (300, -LEVEL_UA)),
        ((300, LEVEL_UA), (300, -LEVEL_UA), (100, 0)),
        ((300, LEVEL_UA), (100, 0)),
        ((100, 0), (300, -LEVEL_UA)),
        ((300, LEVEL_UA), (100, 0), (300, LEVEL_UA)),
        ((300, -LEVEL_UA), (100, 0), (300, -LEVEL_UA)),
        ((300, -LEVEL_UA), (100, 0), (300, LEVEL_UA)),
        ((300, LEVEL_UA), (100, 0), (300, 0)),
        ((300, 0), (100, 0), (300, -LEVEL_UA)),
        ((300, LEVEL_UA),),
    ],
)
def test_a_pulse_is_one_phase_forwards_and_one_back(points: Points) -> None:
    assert verdict(points) in ("pulse_shape", "confirmed_charge")


@pytest.mark.parametrize("off_us", range(-3, 4))
def test_the_first_phase_lasts_exactly_as_long_as_was_confirmed(off_us: int) -> None:
    """Neither longer, within the charge, nor shorter."""
    points = biphasic(300 + off_us, 10_000, 300 + off_us, 10_000)
    assert verdict(points) == ("pulse_shape" if off_us else None)


@pytest.mark.parametrize("gap_us", [10, 99, 100, 101, 4000])
def test_the_gap_is_the_confirmed_one(gap_us: int) -> None:
    assert verdict(biphasic(300, 10_000, 300, 10_000, gap_us)) == (None if gap_us == 100 else "pulse_shape")


def test_a_pulse_without_a_gap_is_another_one_than_a_pulse_with_a_gap() -> None:
    bare = ((300, 10_000), (300, -10_000))
    assert verdict(bare, NO_GAP) is None
    assert verdict(bare) == "pulse_shape"
    assert verdict(biphasic(300, 10_000, 300, 10_000), NO_GAP) == "pulse_shape"


@pytest.mark.parametrize(
    ("return_us", "return_ua", "good"),
    [(300, 10_000, True), (301, 10_000, False), (299, 10_000, False), (316, 9_500, False), (3000, 1_000, False)],
)
def test_a_symmetric_pulse_comes_back_as_it_went(return_us: int, return_ua: int, good: bool) -> None:
    assert verdict(biphasic(300, 10_000, return_us, return_ua)) == (None if good else "pulse_shape")


@bundled(
    ("first_ua", "return_us", "return_ua", "good"),
    [
        (10_000, 1000, 3_000, True),  # 3.33 mA rounded down to the grid
        (10_000, 857, 3_500, False),
        (10_000, 1200, 2_500, False),
        (10_000, 300, 10_000, False),
        (10_000, 1001, 3_000, False),
        (10_000, 999, 3_000, False),
        (500, 300, 500, True),  # one step is the least there is
        (1_000, 600, 500, True),
        (1_000, 300, 1_000, False),
        (2_500, 1500, 500, True),
        (3_000, 900, 1_000, True),
        (3_000, 1800, 500, False),
    ],
)
def test_the_return_phase_has_the_current_of_its_ratio_and_the_time_that_gives_the_charge_back(
    first_ua: int, return_us: int, return_ua: int, good: bool
) -> None:
    assert verdict(biphasic(300, first_ua, return_us, return_ua), THIRD) == (None if good else "pulse_shape")


@bundled("points", [((10, 0),), ((300, 0), (4000, 0), (300, 0)), ((1000, 0),) * 16])
@bundled("period_us", [1_000, 20_000, 2_000_000])
def test_nothing_passes_in_any_shape(points: Points, period_us: int) -> None:
    assert verdict(points, period_us=period_us) is None


@pytest.mark.covers("SR-20")
@pytest.mark.parametrize(
    ("points", "detail"),
    [
        (((300, 500),), "a pulse of 1 parts that are not two phases"),
        (biphasic(300, -500, 300, -500), "phases of -500 µA and 500 µA: forwards and back is allowed"),
        (biphasic(300, 500, 300, 0), "phases of 500 µA and 0 µA: forwards and back is allowed"),
        (biphasic(300, 0, 300, 500), "phases of 0 µA and -500 µA: forwards and back is allowed"),
        (biphasic(290, 500, 290, 500), "290 µs and a gap of 100 µs, confirmed are 300 and 100 µs"),
        (biphasic(300, 1000, 600, 500), "back with 500 µA for 600 µs, confirmed is a ratio of 1"),
    ],
)
def test_a_refusal_says_what_was_asked_and_what_was_confirmed(points: Points, detail: str) -> None:
    refusal = check_confirmed(Train(3, 0, 20_000, points), measure(points), SYMMETRIC, LIMIT)
    assert refusal is not None
    assert refusal.detail == f"channel 3: {detail}"
