"""Finding a level: one rule, whoever asks; never above the ceiling, never past what is borne, never 0."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmes.core.protocol import Intensity
from nmes.trial.bench.patients import load_profile
from nmes.trial.level import VISIBLE, Because, Felt, Found, Route, Search, find, reached

pytestmark = pytest.mark.thorough

CEILING_UA, STEP_UA = 60_000, 500


def intensity(target: str, percent: int | None = None) -> Intensity:
    return Intensity(target=target, percent=None if percent is None else Decimal(percent), note="test")


def someone(*, hurts_ua: int = 1_000_000, moves_ua: int = 20_000, felt_ua: int = 8_000) -> Callable[[int], Felt]:
    """Discomfort is 7 at `hurts_ua`, and grows straight; the force is 1 % per mA."""
    return lambda level_ua: Felt(level_ua / felt_ua, level_ua / moves_ua, 7 * level_ua / hurts_ua, level_ua / 1000)


def search(target: str, percent: int | None = None, ceiling_ua: int = CEILING_UA) -> Search:
    return Search(intensity(target, percent), ceiling_ua, STEP_UA)


def level(target: str, percent: int | None = None, **person: int) -> tuple[int, Because]:
    found = find(search(target, percent), someone(**person))
    return found.level_ua, found.because


def test_the_most_that_is_tolerated_is_the_last_level_below_7() -> None:
    assert level("max_tolerated", hurts_ua=40_000) == (39_000, Because.TARGET)
    assert level("max_tolerated", hurts_ua=40_001) == (40_000, Because.TARGET)


def test_a_part_of_it_is_rounded_down_to_the_grid() -> None:
    assert level("pct_max_tolerated", 55, hurts_ua=40_000) == (21_000, Because.TARGET), "55 % of 39 mA is 21.45"


def test_where_the_ceiling_comes_first_it_is_said() -> None:
    assert level("max_tolerated") == (60_000, Because.CEILING)
    assert level("pct_max_tolerated", 50) == (30_000, Because.CEILING)
    assert level("motor_threshold", moves_ua=70_000) == (60_000, Because.CEILING)


@pytest.mark.parametrize(
    ("target", "level_ua"),
    [
        ("sensory_threshold", 8_000),
        ("strong_comfortable", 12_000),
        ("motor_threshold", 26_000),
        ("visible_tetanic", 30_000),
    ],
)
def test_it_goes_up_to_what_the_protocol_asks_for_and_no_further(target: str, level_ua: int) -> None:
    assert level(target) == (level_ua, Because.TARGET)


def test_a_visible_twitch_is_reached_where_the_virtual_muscle_moves() -> None:
    """At the threshold itself the model recruits nothing: a card that asks for strong twitches would get none."""
    curve = load_profile("healthy_adult").muscles["generic"].curve
    assert curve.share(1.0) == 0
    assert 0.005 < curve.share(VISIBLE) < 0.02


def test_whether_a_given_level_does_what_is_asked_for_can_be_told() -> None:
    at = someone()
    assert not reached(intensity("motor_threshold"), at(25_000))
    assert reached(intensity("motor_threshold"), at(26_000))
    assert not reached(intensity("pct_max_tolerated", 50), at(60_000)), "one level alone does not tell"


def test_a_part_of_the_own_strongest_contraction_goes_by_the_force() -> None:
    assert level("pct_mvic", 35) == (35_000, Because.TARGET)


def test_a_patient_who_wants_no_more_before_the_target_is_taken_one_step_back() -> None:
    assert level("motor_threshold", moves_ua=50_000, hurts_ua=40_000) == (39_000, Because.TOLERANCE)
    assert level("strong_comfortable", felt_ua=30_000, hurts_ua=30_000) == (17_000, Because.TOLERANCE), (
        "4 of 10 at 17.1"
    )


def test_a_level_is_never_0() -> None:
    assert level("max_tolerated", hurts_ua=200) == (500, Because.TARGET)


def test_a_ceiling_between_two_milliamperes_is_asked_for_too() -> None:
    found = find(search("max_tolerated", ceiling_ua=2_500), someone())
    assert (found.top_ua, found.level_ua) == (2_500, 2_500)


targets = st.sampled_from(["max_tolerated", "pct_max_tolerated", "motor_threshold", "strong_comfortable", "pct_mvic"])
people = st.fixed_dictionaries(
    {key: st.integers(300, 150_000) for key in ("hurts_ua", "moves_ua", "felt_ua")},
)


@given(targets, st.integers(1, 100), people, st.integers(2, 260))
def test_every_search_ends_within_the_ceiling_at_a_level_that_is_borne(
    target: str, percent: int, person: dict[str, int], ceiling_steps: int
) -> None:
    ask = someone(**person)
    found = find(search(target, percent, ceiling_steps * STEP_UA), ask)
    assert 0 < found.level_ua <= found.top_ua <= ceiling_steps * STEP_UA
    assert found.level_ua % STEP_UA == 0
    assert ask(found.level_ua).discomfort < 7 or found.level_ua == STEP_UA
    assert found.felt == ask(found.level_ua)


@given(targets, st.integers(1, 100), people)
def test_the_same_way_can_be_gone_again_without_asking(target: str, percent: int, person: dict[str, int]) -> None:
    tried: list[int] = []
    again: list[int] = []
    found = find(search(target, percent), _kept(tried, someone(**person)))
    route = find(Route(found.top_ua, found.level_ua, found.because), _kept(again, someone()))
    assert again == tried
    assert (route.level_ua, route.top_ua) == (found.level_ua, found.top_ua)


def _kept(levels: list[int], ask: Callable[[int], Felt]) -> Callable[[int], Felt]:
    def kept(level_ua: int) -> Felt:
        levels.append(level_ua)
        return ask(level_ua)

    return kept


def test_a_given_level_is_gone_to_in_whole_milliamperes() -> None:
    tried: list[int] = []
    found = find(Route(2_500, 2_500), _kept(tried, someone(hurts_ua=1)))
    assert tried == [1_000, 2_000, 2_500]
    assert found == Found(2_500, 2_500, Because.GIVEN, someone(hurts_ua=1)(2_500))
