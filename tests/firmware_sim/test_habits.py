"""What programs other than ours do to a P24, row by row of the reference's list; none of it may confuse the device."""

import pytest

from firmware_sim.device import State
from firmware_sim.sciencemode4 import framing

S = 1_000_000


@pytest.fixture
def update(bench):
    """The frame of an update of channel 1, with a packet number of one's own."""
    return lambda number, ma=20: framing.encode(number, 32, b"\x01" + bench.Ch(ma=ma).encode())


def test_an_update_that_comes_twice_with_the_same_number_is_answered_twice_and_given_once(bench, update):
    """science_mode_4 sends its last packet again after a serial error, pysciencemode repeats numbers."""
    assert bench.raw(update(9) * 2, 1_000) == framing.encode(9, 33, b"\0") * 2
    bench.run(50_000)
    assert bench.times() == [1_000, 21_000, 41_000]


def test_a_repeated_update_starts_a_stimulation_again_that_the_dead_man_ended(bench, update):
    bench.raw(update(9), 0)
    bench.run(5 * S)
    assert bench.device.state is State.ML_INIT
    bench.raw(update(9), 5 * S)
    bench.run(5 * S + 1)
    assert bench.times()[-1] == 5 * S


@pytest.mark.parametrize("first", [0, 1, 63])
def test_packet_numbers_may_begin_anywhere_and_wrap(bench, first):
    for k in range(70):
        number = (first + k) % 64
        assert bench.raw(framing.encode(number, 62)) == framing.encode(number, 63, b"\0\2\6")


def test_a_poll_every_few_milliseconds_changes_nothing_at_the_pulses(bench):
    bench.update({1: bench.Ch()})
    for k in range(1, 400):
        assert bench.poll(k * 5_000).result == 0
    bench.run(2 * S)
    assert bench.times() == [k * 20_000 for k in range(101)]


def test_an_update_at_zero_current_runs_the_channel_and_gives_nothing(bench):
    """pysciencemode ends every start with one, and never disables a channel."""
    bench.update({1: bench.Ch(ma=20)})
    bench.update({1: bench.Ch(ma=0)}, at_us=30_000)
    bench.run(100_000)
    assert bench.device.active_channels == (1,)
    assert bench.peaks() == [20_000, 20_000, 0, 0, 0, 0]


def test_a_period_that_wrapped_to_0_and_a_channel_without_its_points_are_refused(bench):
    assert bench.update({1: bench.Ch(period_ms=0)}).result == 2
    assert bench.send(32, b"\x01\xf0\x00\x50").result == 2
    assert bench.device.state is State.ML_INIT


def test_a_question_for_a_battery_or_a_main_status_is_answered_with_something(bench):
    """pysciencemode would wait for ever otherwise."""
    for command in (54, 64):
        assert bench.send(command) is not None


def test_a_status_question_before_anything_else_and_a_stop_of_what_is_found(bench):
    bench.update({1: bench.Ch()})
    assert bench.status() == (3, 6)
    assert bench.stop().result == 0
    assert bench.status() == (0, 1)
