"""The dead-man: silent 2 s after the last update or poll, whatever else arrives."""

import pytest

from firmware_sim.device import State, Switches, alternatives
from firmware_sim.sciencemode4 import framing
from firmware_sim.stage.trace import DeadManFired
from helpers.rows import bundled

S = 1_000_000
EVERY_SETTING = [pytest.param(setting, id=name) for name, setting in alternatives()]


@pytest.mark.covers("LW-04", "SR-03")
@bundled("switches", EVERY_SETTING)
@bundled("period_ms", [0.5, 7.5, 20, 1999.5])
def test_no_pulse_starts_later_than_2_s_after_the_last_renewing_frame(new_bench, switches, period_ms):
    bench = new_bench(switches)
    bench.init()
    bench.update({1: bench.Ch(us=50, period_ms=period_ms)}, at_us=100_000)
    bench.run(10 * S)
    assert bench.times()
    assert bench.times()[-1] < 100_000 + 2 * S
    assert bench.device.active_channels == ()


def test_the_result_does_not_depend_on_how_time_is_told(new_bench):
    def pulses(steps):
        bench = new_bench()
        bench.init()
        bench.update({1: bench.Ch(), 2: bench.Ch(period_ms=33.5)})
        for step in steps:
            bench.run(step)
        return bench.device.stage.trace

    assert pulses([5 * S]) == pulses(range(0, 5 * S, 777)) == pulses([1, 2 * S - 1, 2 * S, 5 * S])


def test_it_leaves_the_level_initialised_with_the_voltage_on(bench):
    bench.update({1: bench.Ch()})
    bench.run(2 * S - 1)
    assert bench.device.state is State.ML_RUN
    bench.run(2 * S)
    assert bench.device.state is State.ML_INIT
    assert bench.status() == (2, 6)
    fired = [event for event in bench.device.stage.events if isinstance(event, DeadManFired)]
    assert [event.t_us for event in fired] == [2 * S]


def test_the_next_update_starts_again_and_a_poll_does_not(bench):
    bench.update({1: bench.Ch()})
    bench.run(3 * S)
    bench.poll()
    bench.run(4 * S)
    assert bench.times()[-1] < 2 * S
    bench.update({1: bench.Ch()}, at_us=5 * S)
    bench.run(5 * S)
    assert bench.times()[-1] == 5 * S


@pytest.mark.parametrize("selector", [2, 3, 4])
def test_polls_keep_it_alive(bench, selector):
    bench.update({1: bench.Ch()})
    for second in range(1, 10):
        bench.poll(second * S, selector)
    bench.run(int(10.5 * S))
    assert bench.times()[-1] == int(10.5 * S)


@pytest.mark.parametrize(
    ("command", "data"),
    [(62, b""), (52, b""), (68, b""), (99, b""), (4, b""), (0, b"\0"), (36, b"\7"), (36, b""), (32, b"\1")],
)
def test_general_unknown_and_refused_requests_do_not_keep_it_alive(bench, command, data):
    bench.update({1: bench.Ch()})
    bench.send(command, data, at_us=1 * S)
    bench.run(5 * S)
    assert 2 * S - 20_000 <= bench.times()[-1] < 2 * S


def test_a_damaged_poll_does_not_keep_it_alive(bench):
    bench.update({1: bench.Ch()})
    frame = bytearray(framing.encode(9, 36, b"\4"))
    frame[8] ^= 1
    bench.raw(bytes(frame), 1 * S)
    bench.run(5 * S)
    assert bench.times()[-1] < 2 * S


def test_a_poll_that_reports_a_fault_in_its_result_still_counts(new_bench):
    bench = new_bench(Switches(), loads={2: "open"})
    bench.init(stop_all=False)
    bench.update({1: bench.Ch(), 2: bench.Ch()})
    assert bench.poll(1 * S).result == 10
    bench.run(5 * S)
    assert 2 * S < bench.times(1)[-1] < 3 * S


def test_a_damaged_poll_keeps_it_alive_only_when_switched_so(new_bench):
    bench = new_bench(Switches(refused_frames_renew_deadman=True))
    bench.init()
    bench.update({1: bench.Ch()})
    frame = bytearray(framing.encode(9, 36, b"\4"))
    frame[8] ^= 1
    bench.raw(bytes(frame), 1 * S)
    bench.run(5 * S)
    assert 2 * S < bench.times()[-1] < 3 * S
