"""What the device notices of its electrodes, and what it then does."""

import pytest

from firmware_sim.device import State, Switches

S = 1_000_000


def test_an_open_lead_is_not_noticed_below_15_ma(new_bench):
    bench = new_bench(loads={1: "open"})
    bench.init()
    bench.update({1: bench.Ch(ma=14.5)})
    bench.run(S)
    assert bench.nibbles() == (0,) * 8
    assert bench.device.active_channels == (1,)
    assert set(bench.peaks()) == {0}


def test_an_open_lead_is_an_electrode_error_from_15_ma(new_bench):
    bench = new_bench(loads={3: "open"})
    bench.init()
    bench.update({3: bench.Ch(ma=15)})
    bench.run(S)
    assert len(bench.times()) == 1
    assert bench.poll().data == bytes((10, 4, 0, 0x00, 0x01, 0, 0))
    assert bench.poll(selector=2).data == bytes((10, 2, 0b0_0100))


def test_the_devices_ramp_hides_an_open_lead_until_it_reaches_15_ma(new_bench):
    bench = new_bench(loads={1: "open"})
    bench.init()
    bench.update({1: bench.Ch(ma=20, ramp=3)})
    bench.run(S)
    assert [pulse.amplitude_ua for pulse in bench.device.stage.trace] == [5_000, 10_000, 15_000]


def test_a_current_that_compliance_limits_is_low_current(new_bench):
    bench = new_bench(loads={6: "worn"})
    bench.init()
    bench.update({6: bench.Ch(ma=39.5)})
    bench.run(100_000)
    assert bench.nibbles()[5] == 0
    bench.update({6: bench.Ch(ma=45)}, at_us=110_000)
    bench.run(200_000)
    assert bench.poll().data == bytes((28, 4, 0, 0, 0, 0x30, 0))
    assert len([p for p in bench.device.stage.trace if p.amplitude_ua == 45_000]) == 1


def test_a_lead_that_comes_off_while_running_is_noticed_with_the_next_pulse(bench):
    bench.update({1: bench.Ch()})
    bench.run(50_000)
    bench.device.stage.set_load(1, "open")
    bench.run(S)
    assert bench.times() == [0, 20_000, 40_000, 60_000]
    assert bench.device.state is State.ML_INIT


def test_with_stop_on_all_errors_one_fault_silences_every_channel(new_bench):
    bench = new_bench(loads={1: "open"})
    bench.init(stop_all=True)
    bench.update({2: bench.Ch(), 5: bench.Ch()})
    bench.update({1: bench.Ch(), 2: bench.Ch(), 5: bench.Ch()}, at_us=50_000)
    bench.run(S)
    assert max(bench.times()) == 50_000
    assert bench.poll().data == bytes((10, 4, 0, 1, 0, 0, 0))
    assert bench.status() == (2, 6)


def test_in_continue_mode_only_the_faulty_channels_stop(new_bench):
    bench = new_bench(loads={3: "open", 6: "dry"})
    bench.init(stop_all=False)
    bench.update({channel: bench.Ch(ma=30) for channel in range(1, 7)})
    bench.run(S)
    assert bench.poll().data[2:] == bytes((0b011011, 0, 0x01, 0x30, 0))
    assert len(bench.times(3)) == len(bench.times(6)) == 1
    assert len(bench.times(1)) == 51
    assert bench.status() == (3, 6)


def test_a_fault_stays_visible_until_an_update_enables_that_channel_again(new_bench):
    bench = new_bench(loads={1: "open"})
    bench.init(stop_all=False)
    bench.update({1: bench.Ch(), 2: bench.Ch()})
    bench.run(100_000)
    bench.update({2: bench.Ch()})
    assert bench.nibbles()[0] == 1
    bench.device.stage.set_load(1, "good")
    bench.update({1: bench.Ch(), 2: bench.Ch()})
    assert bench.nibbles()[0] == 0
    bench.run(200_000)
    assert bench.nibbles()[0] == 0
    assert bench.device.active_channels == (1, 2)


@pytest.mark.parametrize("command", ["init", "stop then init"])
def test_ml_init_and_ml_stop_forget_faults(new_bench, command):
    bench = new_bench(loads={1: "open"})
    bench.init()
    bench.update({1: bench.Ch()})
    bench.run(100_000)
    if command != "init":
        bench.stop()
    bench.init()
    assert bench.nibbles() == (0,) * 8


def test_the_first_faulty_channel_gives_the_result_of_the_poll(new_bench):
    bench = new_bench(Switches(), loads={2: "dry", 4: "open"})
    bench.init(stop_all=False)
    bench.update({2: bench.Ch(ma=30), 4: bench.Ch(ma=30), 5: bench.Ch()})
    bench.run(100_000)
    assert bench.poll().result == 28
