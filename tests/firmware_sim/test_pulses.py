"""Pulse times on both period grids, the device's own ramp, free shapes, and the one shared source."""

from itertools import pairwise

import pytest

from firmware_sim.device import State, Switches
from firmware_sim.sciencemode4.replies import ChannelError

S = 1_000_000


@pytest.mark.parametrize(
    ("period_ms", "quarter", "period_us"),
    [(20, False, 20_000), (28.5, False, 28_500), (0.5, False, 500), (28.25, True, 28_250), (0.25, True, 250)],
)
def test_pulses_lie_exactly_on_the_period_grid(bench, period_ms, quarter, period_us):
    bench.update({3: bench.Ch(us=30, period_ms=period_ms, quarter=quarter)}, at_us=12_345)
    bench.run(12_345 + 40 * period_us)
    assert bench.times(3) == [12_345 + k * period_us for k in range(41)]


def test_the_longest_periods_are_accepted_and_longer_ones_refused(bench):
    assert bench.update({1: bench.Ch(period_ms=16_383)}).result == 0
    assert bench.update({1: bench.Ch(period_ms=8_191.5, quarter=True)}).result == 0
    assert bench.update({1: bench.Ch(period_ms=16_383.5)}).result == 2
    assert bench.update({1: bench.Ch(period_ms=8_191.75, quarter=True)}).result == 2


def test_an_update_changes_the_current_from_the_next_pulse_and_keeps_the_grid(bench):
    bench.update({1: bench.Ch(ma=20)})
    bench.update({1: bench.Ch(ma=10.5)}, at_us=30_000)
    bench.run(60_000)
    assert bench.times() == [0, 20_000, 40_000, 60_000]
    assert [pulse.amplitude_ua for pulse in bench.device.stage.trace] == [20_000, 20_000, 10_500, 10_500]


def test_a_changed_period_counts_from_the_last_pulse(bench):
    bench.update({1: bench.Ch(period_ms=1000)})
    bench.update({1: bench.Ch(period_ms=50)}, at_us=20_000)
    bench.run(150_000)
    assert bench.times() == [0, 50_000, 100_000, 150_000]


def test_a_changed_period_whose_time_has_passed_gives_a_pulse_at_once(bench):
    bench.update({1: bench.Ch(period_ms=1000)})
    bench.update({1: bench.Ch(period_ms=50)}, at_us=120_000)
    bench.run(180_000)
    assert bench.times() == [0, 120_000, 170_000]


def test_the_ramp_is_that_many_rising_weaker_pulses_when_the_channel_is_enabled(bench):
    bench.update({1: bench.Ch(ma=20, ramp=3)})
    bench.run(100_000)
    assert bench.peaks() == [5_000, 10_000, 15_000, 20_000, 20_000, 20_000]


def test_the_ramp_is_balanced_and_never_above_the_set_current(bench):
    bench.update({1: bench.Ch(ma=12.5, ramp=15)})
    bench.run(400_000)
    for pulse in bench.device.stage.trace:
        assert pulse.net_charge_pc == 0
        assert pulse.amplitude_ua <= 12_500
    assert bench.peaks()[:16] == sorted(set(bench.peaks()))
    assert bench.peaks()[14:17] == [12_500 * 15 // 16, 12_500, 12_500]


def test_the_ramp_does_not_run_on_later_updates(bench):
    bench.update({1: bench.Ch(ramp=3)})
    bench.update({1: bench.Ch(ma=22, ramp=3)}, at_us=90_000)
    bench.run(140_000)
    assert bench.peaks()[-2:] == [22_000, 22_000]


def test_an_update_in_mid_ramp_lets_the_ramp_go_on(bench):
    bench.update({1: bench.Ch(ma=20, ramp=3)})
    bench.update({1: bench.Ch(ma=40, ramp=3)}, at_us=30_000)
    bench.run(80_000)
    assert bench.peaks() == [5_000, 10_000, 30_000, 40_000, 40_000]


def test_free_shapes_of_1_to_16_points_are_played_as_given(bench):
    points = tuple((10 + k, (-1) ** k * (k + 1) / 2) for k in range(16))
    bench.update({4: bench.Ch(points=points), 5: bench.Ch(points=((4095, 0.5),))})
    bench.run(10_000)
    first, second = bench.device.stage.trace
    assert [(p.duration_us, p.current_ua) for p in first.points] == [(us, ma * 1000) for us, ma in points]
    assert first.charge_pc == tuple(int(us * ma * 1000) for us, ma in points)
    assert (second.phase_us, second.charge_nc) == ((4095,), (2047.5,))


def test_points_shorter_than_10_us_act_as_10_us(bench):
    bench.update({1: bench.Ch(points=((9, 10), (0, 0), (10, -10)))})
    bench.run(0)
    assert bench.device.stage.trace[0].phase_us == (10, 10, 10)


def test_pulses_of_different_channels_are_served_in_turn(bench):
    bench.update({channel: bench.Ch(us=300) for channel in range(1, 9)})
    bench.run(19_999)
    pulses = bench.device.stage.trace
    assert [pulse.channel for pulse in pulses] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [pulse.t_us for pulse in pulses] == [k * 760 for k in range(8)]


def test_pulses_never_overlap_and_a_delay_does_not_shift_the_grid(bench):
    settings = {1: bench.Ch(period_ms=5), 2: bench.Ch(period_ms=7.25, quarter=True), 3: bench.Ch(period_ms=11)}
    bench.update(settings)
    bench.run(1_900_000)
    pulses = bench.device.stage.trace
    for before, after in pairwise(pulses):
        assert after.t_us >= before.t_us + before.duration_us
    for channel, period_us in ((1, 5_000), (2, 7_250), (3, 11_000)):
        for place, start in enumerate(bench.times(channel)):
            assert 0 <= start - place * period_us <= 2 * 760


@pytest.mark.parametrize(
    ("period_ms", "channels", "longest_us"),
    [(10, 1, 9930), (20, 2, 9930), (20, 4, 4935), (20, 8, 2437), (50, 8, 6183)],
)
def test_the_total_pulse_time_follows_the_vendors_table(bench, period_ms, channels, longest_us):
    def setting(total_us):
        third = total_us // 4
        return bench.Ch(points=((third, 5), (third, 0), (third, -5), (total_us - 3 * third, 0)), period_ms=period_ms)

    everywhere = range(1, channels + 1)
    assert bench.update(dict.fromkeys(everywhere, setting(longest_us))).result == 0
    assert bench.update(dict.fromkeys(everywhere, setting(longest_us + 1))).result == 2


def test_a_pulse_that_cannot_end_within_its_period_is_a_pulse_timeout(new_bench):
    bench = new_bench(Switches(over_budget="pulse_timeout"))
    bench.init(stop_all=False)
    bench.update({1: bench.Ch(us=4000, period_ms=10), 2: bench.Ch(us=1000, period_ms=10)})
    bench.run(200_000)
    data = bench.poll().data
    assert data[0] == 16
    assert ChannelError.PULSE_TIMEOUT in (data[3] & 15, data[3] >> 4)
    assert len(bench.device.active_channels) == 1


def test_a_pulse_longer_than_its_period_is_never_given(new_bench):
    bench = new_bench(Switches(over_budget="pulse_timeout"))
    bench.init()
    bench.update({1: bench.Ch(us=300, period_ms=0.5)})
    bench.run(1_000)
    assert bench.times() == []
    assert bench.nibbles()[0] == 2
    assert bench.device.state is State.ML_INIT


@pytest.mark.parametrize("ma", [130.5, -130.5, 150, -150])
def test_currents_above_the_devices_own_ceiling_are_refused(bench, ma):
    assert bench.update({1: bench.Ch(ma=ma)}).result == 2
    assert bench.device.state is State.ML_INIT


def test_the_largest_current_is_delivered_into_1_kohm(new_bench):
    from firmware_sim.stage import Skin

    bench = new_bench(loads={1: Skin(1000)})
    bench.init()
    bench.update({1: bench.Ch(ma=130)})
    bench.run(0)
    assert bench.peaks() == [130_000]
    assert bench.poll().result == 0


def test_a_pulse_that_just_fits_its_period_is_given(new_bench):
    bench = new_bench(Switches(over_budget="pulse_timeout"))
    bench.init()
    bench.update({1: bench.Ch(points=((2_500, 1), (2_500, -1)), period_ms=5)})
    bench.run(4_999)
    assert bench.times() == [0]
    assert bench.nibbles()[0] == 0
    bench.run(10_000)
    assert bench.times() == [0]
    assert bench.nibbles()[0] == 2
