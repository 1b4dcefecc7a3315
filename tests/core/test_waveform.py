"""Every pulse returns the charge it gave, at every amplitude of the grid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.core.waveform import Waveform, net_charge_permille

STEP = 500
waveforms = st.builds(
    Waveform,
    phase_us=st.integers(10, 1000),
    gap_us=st.sampled_from([0, 100]),
    ratio=st.integers(1, 8),
    period_us=st.just(20_000),
)


def test_a_symmetric_pulse_mirrors_its_first_phase() -> None:
    assert Waveform(300, 100, 1, 20_000).points(40_000, STEP) == ((300, 40_000), (100, 0), (300, -40_000))
    assert Waveform(300, 0, 1, 20_000).points(40_000, STEP) == ((300, 40_000), (300, -40_000))


def test_the_amplitude_is_rounded_down_to_the_grid_before_anything_else() -> None:
    assert Waveform(300, 0, 1, 20_000).points(10_300, STEP) == ((300, 10_000), (300, -10_000))
    assert Waveform(300, 0, 1, 20_000).points(499, STEP) == ()


def test_an_asymmetric_pulse_gets_its_second_duration_from_the_charge_of_the_first() -> None:
    assert Waveform(200, 0, 4, 20_000).points(40_000, STEP) == ((200, 40_000), (800, -10_000))
    assert Waveform(200, 0, 4, 20_000).points(41_000, STEP) == ((200, 41_000), (820, -10_000))


@given(waveforms, st.integers(0, 260))
def test_a_pulse_leaves_at_most_half_a_microsecond_of_its_second_current_behind(shape: Waveform, steps: int) -> None:
    points = shape.points(steps * STEP, STEP)
    if points:
        assert 2 * abs(sum(duration * current for duration, current in points)) <= abs(points[-1][1])


@pytest.mark.covers("SR-14")
@given(waveforms.filter(lambda shape: shape.ratio == 1 or shape.phase_us > 50), st.integers(1, 260))
def test_above_50_us_a_pulse_leaves_at_most_1_percent(shape: Waveform, steps: int) -> None:
    assert net_charge_permille(shape.points(steps * STEP, STEP)) <= 10


@given(waveforms, st.integers(1, 260))
def test_no_pulse_is_longer_than_its_stated_bound(shape: Waveform, steps: int) -> None:
    points = shape.points(steps * STEP, STEP)
    assert sum(duration for duration, _ in points) <= shape.longest_us()
    assert points[-1][0] <= shape.longest_second_us()


@bundled("ratio", range(1, 9))
def test_the_stated_bound_is_reached(ratio: int) -> None:
    shape = Waveform(100, 0, ratio, 20_000)
    longest = max(sum(d for d, _ in shape.points(steps * STEP, STEP)) for steps in range(1, 261))
    assert longest == shape.longest_us()


def test_net_charge_is_rounded_up_and_nothing_leaves_nothing() -> None:
    assert net_charge_permille(()) == 0
    assert net_charge_permille(((100, 1000), (100, -1000))) == 0
    assert net_charge_permille(((101, 1000), (100, -1000))) == 10
    assert net_charge_permille(((100, 1000), (50, 0), (99, -1000))) == 11
    assert net_charge_permille(((100, 10_000), (100, -9_999))) == 1


@pytest.mark.parametrize("points", [((100, 1000),), ((100, 1000), (100, 0)), ((0, 1000), (99, -1000))])
def test_a_pulse_without_two_phases_has_no_net_charge_to_speak_of(points: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(ValueError, match="no two phases"):
        net_charge_permille(points)
