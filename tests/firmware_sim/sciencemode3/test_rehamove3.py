"""What a RehaMove3 does otherwise than a P24: channels, grid, test pulse, battery, what it does not know."""

from __future__ import annotations

import copy

import pytest

from firmware_sim.devices import new_device
from firmware_sim.sciencemode4 import framing
from firmware_sim.sciencemode4.p24 import State
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Contact, Skin, Stage
from firmware_sim.stage.trace import DeadManFired
from helpers.rehamove3 import INIT, MS, STATUS, STOP, UPDATE, Bench, S, channel, points, running

ALL = (1, 2, 3, 4)
DRIED_OUT = Skin(30_000)
"""Beyond what the test pulse lets pass, and not open: current would flow."""


def test_it_tells_its_version_its_battery_and_its_id_and_knows_no_extended_version() -> None:
    bench = Bench()
    assert bench.asked(50).data == bytes((0, 2, 1, 16, 3, 2, 4))
    assert bench.asked(54).data == bytes((0, 87)) + (3912).to_bytes(2, "big")
    assert bench.asked(52).data == b"\0RM3-SIM001"
    unknown = bench.asked(68)
    assert (unknown.command, unknown.data) == (67, b"\x0b")
    assert [bench.asked(number).command for number in (56, 60, 64, 99)] == [67] * 4
    assert (bench.device.firmware, bench.device.model.key, bench.device.lamp) == ("2.1.16", "rehamove3", None)


def test_four_channels_share_one_source_and_the_other_four_do_not_exist() -> None:
    bench = running(ALL)
    assert bench.device.active_channels == ALL
    assert len(bench.device.errors) == 4
    bench.run(5 * MS)
    assert bench.times() == [0, 760, 1520, 2280], "one after the other, each with its overhead"
    assert bench.update({number: channel() for number in range(1, 9)}).result == 0, "the reserved bits mean nothing"
    assert bench.device.active_channels == ALL
    with pytest.raises(ValueError, match="from 1 to 4, not 5"):
        Simulator(bench.device).inject("electrode_off", channel=5)


def test_the_grid_is_half_a_millisecond() -> None:
    bench = running()
    data = bytearray(channel(period_ms=28.5))
    data[2] |= 1  # the P24's bit for the fine grid
    bench.update({1: bytes(data)})
    bench.run(30 * MS)
    assert bench.times() == [0, 28_500]


def test_a_poll_tells_running_and_the_electrodes_and_nothing_else() -> None:
    bench = running(ALL, {2: "open", 3: DRIED_OUT})
    bench.run(100 * MS)
    assert bench.poll() == bytes((0, 2, 0x10 | 0b0110)), "black and blue"
    assert bench.device.errors == (0, 1, 1, 0)
    bench.asked(STOP)
    assert bench.poll() == bytes((7, 2, 0))
    assert [bench.asked(36, bytes((selector,))).data for selector in (1, 3, 4)] == [
        bytes((2, selector, 0)) for selector in (1, 3, 4)
    ]


def test_a_pulse_whose_test_fails_is_left_out_and_the_others_go_on() -> None:
    bench = running((1, 2), {1: DRIED_OUT})
    bench.run(50 * MS)
    assert bench.flowed(1) == [0, 0, 0]
    assert all(pulse.delivery.left_out and pulse.peak_voltage_mv == 0 for pulse in bench.device.stage.trace[::2])
    assert bench.flowed(2) == [20_000] * 3
    bench.device.stage.set_load(1, "good")
    bench.run(70 * MS)
    assert bench.flowed(1)[-1] == 20_000, "the pad is back, and so is the current: it waits for nobody"
    assert bench.poll()[2] == 0x11, "the error stays to be seen"
    bench.update({1: channel(), 2: channel()})
    assert bench.poll()[2] == 0x10


def test_under_15_ma_the_test_finds_nothing() -> None:
    bench = Bench({1: "open"})
    bench.asked(INIT, b"\0")
    bench.update({1: channel(ma=14.5)})
    bench.run(50 * MS)
    assert bench.poll()[2] == 0x10
    assert [pulse.contact for pulse in bench.device.stage.trace] == [Contact.OPEN] * 3
    bench.update({1: channel(ma=15)})
    bench.run(70 * MS)
    assert bench.poll()[2] == 0x11


def test_silence_for_two_seconds_ends_the_pulses_and_the_next_update_goes_on() -> None:
    bench = running()
    bench.run(4 * S)
    assert bench.times()[-1] < 2 * S
    assert [event.t_us for event in bench.device.stage.events if isinstance(event, DeadManFired)] == [2 * S]
    assert bench.asked(STATUS).data == bytes((0, 2, 6))
    bench.update({1: channel()})
    bench.run(4 * S + 10 * MS)
    assert bench.times()[-1] == 4 * S


def test_a_request_for_status_or_battery_renews_nothing() -> None:
    bench = running()
    for t_s in (1, 1.5, 1.9):
        bench.asked(54, at_us=round(t_s * S))
        bench.asked(STATUS)
    bench.run(3 * S)
    assert bench.times()[-1] < 2 * S


@pytest.mark.parametrize(("code", "limit_mv"), [(0, 150_000), (2, 30_000), (3, 60_000), (4, 90_000), (5, 120_000)])
def test_the_low_level_has_the_voltage_it_was_asked_for(code: int, limit_mv: int) -> None:
    bench = Bench()
    assert bench.asked(0, bytes((code << 1,))).data == b"\0"
    assert bench.asked(STATUS).data == bytes((0, 1, code or 6))
    assert bench.device.stage.limit_mv == limit_mv
    assert bench.asked(2, bytes((0x80 | 2,)) + points(ma=10)).data == b"\0\0"
    assert bench.flowed(1) == [10_000]


def test_low_level_requests_out_of_range_are_refused_in_fourteen_bytes() -> None:
    bench = Bench({2: "open"})
    assert [bench.asked(0, bytes((mode,))).result for mode in (0x01, 0x0E, 0x10, 0x80)] == [2] * 4
    assert bench.asked(2, bytes((0x80 | 2,)) + points()).data == b"\7\0"
    bench.asked(0, b"\0")
    assert bench.asked(2, bytes((0x80 | 1 << 5 | 2,)) + points()).data == b"\x0a\1", "blue, coded 1"
    white = bench.asked(2, bytes((0x80 | 3 << 5 | 2,)) + points(), at_us=10 * MS)
    assert white.data == b"\0\0", "it is named by an error only"
    assert bench.asked(2, bytes((0x80 | 3,)) + points()).data == b"\2\0", "four points announced, three sent"


def test_there_is_no_stop_all_flag() -> None:
    bench = Bench({1: "open"})
    assert bench.asked(INIT, b"\1").result == 0, "a reserved byte"
    assert bench.asked(INIT).result == 2, "which must be there"
    bench.update({1: channel(), 2: channel()})
    bench.run(100 * MS)
    assert len(bench.flowed(2)) == 5


def test_a_reset_is_not_acknowledged() -> None:
    bench = running()
    assert bench.send(58) is None
    assert bench.device.state is State.NONE


def test_a_current_or_a_pulse_out_of_range_is_refused() -> None:
    bench = Bench()
    bench.asked(INIT, b"\0")
    assert bench.update({1: channel(ma=130.5)}).result == 2
    long_one = bytes((4 << 4,)) + (80 << 1).to_bytes(2, "big") + b"\xff\xf4\xb0\0" * 5
    assert bench.asked(UPDATE, b"\1" + long_one).result == 2, "20475 us"
    assert bench.update({1: channel(us=10)}).result == 0
    assert bench.device.settings[1][0][0].duration_us == 20, "a shorter point acts as 20 us"


def test_a_snapshot_goes_on_with_the_same_pulses() -> None:
    simulator = Simulator(new_device("rehamove3", Stage(), electrode_bit="last_pulse"))
    simulator.receive(framing.encode(1, INIT, b"\0"), 0)
    simulator.receive(framing.encode(2, UPDATE, b"\1" + channel()), 100)
    simulator.advance(15 * MS)
    simulator.snapshot("a")
    simulator.advance(100 * MS)
    first = [(pulse.t_us, pulse.channel) for pulse in simulator.pulses]
    simulator.pulses.clear()
    simulator.restore("a")
    simulator.advance(185 * MS)
    assert [(t_us - 85 * MS, number) for t_us, number in ((p.t_us, p.channel) for p in simulator.pulses)] == first[1:]
    assert simulator.device.model is copy.deepcopy(simulator.device.model)


def test_a_fault_that_it_cannot_have_is_refused_with_the_reason() -> None:
    for key, reason in (("p24", "a P24 has no emergency"), ("rehamove3", "a RehaMove3 has no emergency")):
        with pytest.raises(ValueError, match=reason):
            Simulator(new_device(key)).inject("emergency_switch")


def test_an_electrode_fault_is_counted_by_the_pulses_left_out_and_a_gain_is_not() -> None:
    simulator = Simulator(new_device("rehamove3", Stage()))
    simulator.receive(framing.encode(1, INIT, b"\0"), 0)
    simulator.receive(framing.encode(2, UPDATE, b"\1" + channel()), 100)
    lifted = simulator.inject("electrode_off", channel=1, contact_permille=10)
    gain = simulator.inject("gain_error")
    sag = simulator.inject("supply_sag", compliance_mv=50_000)
    simulator.advance(100 * MS)
    effects = [simulator.injection(number).effects for number in (lifted, gain, sag)]
    assert effects == [5, 0, 0], "a pulse that is not given cannot be too large or cut short"
