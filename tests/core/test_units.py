"""Units round so that nobody gets more than was asked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nmes.core.units import charge_nc, floor_to_step, frequency_mhz


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_rounding_to_a_step_never_rises_and_loses_less_than_a_step(value: int, step: int) -> None:
    rounded = floor_to_step(value, step)
    assert rounded <= value < rounded + step
    assert rounded % step == 0


@pytest.mark.parametrize(("value", "step"), [(-1, 500), (500, 0), (500, -500)])
def test_a_negative_value_or_step_is_refused(value: int, step: int) -> None:
    with pytest.raises(ValueError, match="must"):
        floor_to_step(value, step)


@pytest.mark.parametrize(("period_us", "mhz"), [(20_000, 50_000), (22_500, 44_444), (22_250, 44_943), (500_000, 2_000)])
def test_the_frequency_of_a_period_is_rounded_down(period_us: int, mhz: int) -> None:
    assert frequency_mhz(period_us) == mhz


def test_one_milliampere_for_one_millisecond_is_one_microcoulomb() -> None:
    assert charge_nc(1000, 1000) == 1000
    assert charge_nc(999, 1) == 0
