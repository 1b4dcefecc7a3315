"""What a pulse costs at the output stage: reused, computed afresh, on a pad that changes, and beside solve_ivp."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
from scipy.integrate import solve_ivp

from firmware_sim.stage import LOADS, Point, Stage
from firmware_sim.stage.electrode import deliver
from firmware_sim.stage.pulse import Points
from firmware_sim.stage.skin import Skin

pytestmark = pytest.mark.benchmark

PULSES = 90_000
"""30 minutes at 50 Hz."""
POINTS = (Point(300, 20_000), Point(100, 0), Point(300, -20_000))


def median_s(work: Callable[[], object], rounds: int = 5) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def session(*, wear: bool = False) -> None:
    stage = Stage({1: "worn"}, keep_trace=False)
    if wear:
        stage.wear(1, 0)
    for k in range(PULSES):
        stage.deliver(k * 20_000, 1, POINTS)


def by_solve_ivp(points: Points, skin: Skin) -> None:
    voltage = 0.0
    for us, ua in points:

        def slope(_t: float, state: list[float], ua: int = ua) -> list[float]:
            return [(ua * 1e-6 - state[0] / skin.rp_ohm) / (skin.cp_nf * 1e-9)]

        voltage = solve_ivp(slope, (0, us * 1e-6), [voltage], rtol=1e-9, atol=1e-9).y[0, -1]


@pytest.mark.clocked
def test_a_session_of_30_minutes_costs_under_a_thousandth_of_its_time(
    record_property: Callable[[str, object], None],
) -> None:
    plain_s = median_s(session)
    record_property("session_s", plain_s)
    print(
        f"{PULSES} pulses: {plain_s:.3f} s, {1e6 * plain_s / PULSES:.2f} us each, {1800 / plain_s:.0f} times real time"
    )
    assert 1800 / plain_s >= 1_000


def test_a_reused_pulse_is_5_times_cheaper_than_a_computed_one() -> None:
    skin = LOADS["worn"]
    fresh_s = median_s(lambda: [deliver(POINTS, skin, k / 1000) for k in range(PULSES // 10)]) * 10
    reused_s = median_s(session)
    print(f"computed {1e6 * fresh_s / PULSES:.1f} us, reused {1e6 * reused_s / PULSES:.2f} us")
    assert fresh_s / reused_s >= 5


def test_a_pad_that_dries_and_warms_costs_at_most_half_as_much_again() -> None:
    ratio = median_s(lambda: session(wear=True)) / median_s(session)
    print(f"with wear {ratio:.2f} times")
    assert ratio <= 1.5


def test_the_closed_form_is_20_times_faster_than_solve_ivp() -> None:
    skin = LOADS["worn"]
    assert isinstance(skin, Skin)
    ours_s = median_s(lambda: [deliver(POINTS, skin, k / 1000) for k in range(200)]) / 200
    theirs_s = median_s(lambda: by_solve_ivp(POINTS, skin))
    print(f"closed form {1e6 * ours_s:.1f} us, solve_ivp {1e6 * theirs_s:.0f} us, {theirs_s / ours_s:.0f} times")
    assert theirs_s / ours_s >= 20
