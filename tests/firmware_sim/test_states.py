"""The state machine, row by row of the reference's table 9.1, and the replies' timing."""

import pytest

from firmware_sim.device import P24, Latencies, State, Switches
from firmware_sim.sciencemode4 import framing
from firmware_sim.stage.trace import Replied

OFF, ON = 1, 6
LOW_LEVEL = {"ll_init": (0, b"\0"), "ll_channel_config": (2, b"\x02"), "ll_stop": (4, b"")}


def ll_pulse(bench, ma=20):
    return b"\x82" + bench.Ch(ma=ma).encode()[3:]


class TestNothingInitialised:
    def test_a_fresh_device_reports_status_0_and_the_voltage_off(self, new_bench):
        assert new_bench().status() == (0, OFF)

    def test_ml_init_initialises_the_mid_level_and_answers_after_80_ms(self, new_bench):
        bench = new_bench()
        bench.device.receive(framing.encode(5, 30, b"\1"), 1_000)
        assert bench.device.state is State.ML_INIT
        assert bench.device.next_due_us() == 81_000
        assert bench.device.transmit(80_999) == b""
        assert bench.device.transmit(81_000) == framing.encode(5, 31, b"\0")
        assert bench.device.next_due_us() is None
        assert bench.device.high_voltage

    def test_ll_init_initialises_the_low_level_and_answers_after_40_ms(self, new_bench):
        bench = new_bench()
        bench.device.receive(framing.encode(5, 0, b"\0"), 0)
        assert bench.device.next_due_us() == 40_000
        assert bench.device.transmit(40_000) == framing.encode(5, 1, b"\0")
        assert bench.status() == (1, ON)

    def test_ll_init_may_ask_for_the_voltage_to_stay_off(self, new_bench):
        bench = new_bench()
        assert bench.send(0, b"\x02").result == 0
        assert bench.status() == (1, OFF)

    def test_update_poll_and_stop_are_refused_as_not_initialised(self, new_bench):
        bench = new_bench()
        assert bench.update({1: bench.Ch()}).data == b"\7"
        assert bench.poll().data == b"\7\4\0\0\0\0\0"
        assert bench.poll(selector=2).data == b"\7\2\0"
        assert bench.poll(selector=3).data == b"\7\3\0\0"
        assert bench.stop().data == b"\7"
        assert bench.send(2, ll_pulse(bench)).data == b"\7\0\0"
        assert bench.send(4).data == b"\7"
        assert bench.status() == (0, OFF)


class TestMidLevel:
    def test_an_update_with_a_channel_starts_the_stimulation(self, bench):
        reply = bench.update({1: bench.Ch(), 8: bench.Ch()})
        assert (reply.command, reply.data) == (33, b"\0")
        assert bench.status() == (3, ON)
        assert bench.device.active_channels == (1, 8)
        assert bench.poll().data == b"\0\4\x81\0\0\0\0"

    def test_an_update_without_a_channel_leaves_the_level_initialised(self, bench):
        assert bench.update().result == 0
        assert bench.status() == (2, ON)

    def test_an_update_without_a_channel_stops_all_channels(self, bench):
        bench.update({1: bench.Ch(), 2: bench.Ch()})
        assert bench.update(at_us=50_000).result == 0
        assert bench.status() == (2, ON)
        assert bench.device.active_channels == ()

    def test_a_channel_left_out_of_an_update_stops(self, bench):
        bench.update({1: bench.Ch(), 2: bench.Ch()})
        bench.update({2: bench.Ch()}, at_us=50_000)
        bench.run(200_000)
        assert max(bench.times(1)) < 50_000
        assert max(bench.times(2)) > 180_000

    def test_ml_stop_ends_the_level_and_answers_after_40_ms(self, bench):
        bench.update({1: bench.Ch()})
        bench.device.receive(framing.encode(9, 34), 100_000)
        assert bench.device.next_due_us() == 140_000
        assert bench.device.transmit(140_000) == framing.encode(9, 35, b"\0")
        bench.now_us = 140_000
        assert bench.status() == (0, OFF)

    def test_no_pulse_starts_at_or_after_the_arrival_of_a_stop(self, bench):
        bench.update({1: bench.Ch()})
        bench.stop(at_us=60_000)
        bench.run(500_000)
        assert bench.times() == [0, 20_000, 40_000]

    def test_ml_init_again_turns_the_channels_off(self, bench):
        bench.update({1: bench.Ch()})
        assert bench.init().result == 0
        assert bench.status() == (2, ON)
        assert bench.device.active_channels == ()

    @pytest.mark.parametrize("command", LOW_LEVEL)
    @pytest.mark.parametrize("running", [False, True])
    def test_low_level_commands_are_refused(self, bench, command, running):
        if running:
            bench.update({1: bench.Ch()})
        before = bench.status()
        assert bench.send(*LOW_LEVEL[command]).result == 7
        assert bench.status() == before


class TestLowLevel:
    @pytest.fixture
    def low(self, new_bench):
        bench = new_bench()
        bench.send(0, b"\0")
        return bench

    def test_mid_level_commands_are_refused(self, low):
        assert low.init().result == 7
        assert low.update({1: low.Ch()}).result == 7
        assert low.poll().result == 7
        assert low.stop().result == 7
        assert low.status() == (1, ON)

    def test_a_pulse_is_given_and_answered_after_it_has_ended(self, low):
        low.device.receive(framing.encode(1, 2, ll_pulse(low)), 1_000)
        (pulse,) = low.device.stage.trace
        assert (pulse.t_us, pulse.channel, pulse.charge_nc) == (1_000, 1, (6000.0, 0.0, -6000.0))
        assert low.device.next_due_us() >= 1_700
        assert low.device.transmit(10_000) == framing.encode(1, 3, b"\0\0\0")

    def test_a_pulse_on_an_open_lead_is_answered_with_10(self, new_bench):
        bench = new_bench(loads={1: "open"})
        bench.send(0, b"\0")
        assert bench.send(2, ll_pulse(bench)).data == b"\x0a\0\0"

    def test_a_pulse_while_the_source_is_busy_waits_for_it(self, low):
        low.send(2, ll_pulse(low))
        assert low.send(2, ll_pulse(low)) is None
        assert len(low.device.stage.trace) == 1
        low.run(760)
        assert low.times() == [0, 760]

    def test_no_pulse_without_execute_or_without_voltage(self, new_bench):
        bench = new_bench()
        bench.send(0, b"\x02")
        assert bench.send(2, ll_pulse(bench)).result == 0
        bench.send(0, b"\0")
        assert bench.send(2, b"\x02").result == 0
        assert bench.device.stage.trace == []

    def test_ll_stop_ends_the_level(self, low):
        assert low.send(4).data == b"\0"
        assert low.status() == (0, OFF)


class TestAnyState:
    @pytest.fixture(params=["none", "low", "initialised", "running"])
    def any_bench(self, request, new_bench):
        bench = new_bench()
        if request.param == "low":
            bench.send(0, b"\0")
        if request.param in ("initialised", "running"):
            bench.init()
        if request.param == "running":
            bench.update({1: bench.Ch()})
        return bench

    def test_general_requests_are_answered(self, any_bench):
        before = any_bench.status()
        assert any_bench.send(52).data == b"\0P24-SIM001"
        version = any_bench.send(68)
        assert (version.command, len(version.data), version.result) == (69, 13, 0)
        assert any_bench.status() == before

    def test_unknown_numbers_get_unknown_cmd_with_11_and_their_packet_number(self, any_bench):
        for command in (38, 50, 54, 56, 60, 64, 99, 1000):
            any_bench._number = 40
            reply = any_bench.send(command, b"\4")
            assert (reply.command, reply.number, reply.data) == (67, 41, b"\x0b")

    def test_reset_is_acknowledged_and_forgets_everything(self, any_bench):
        reply = any_bench.send(58)
        assert (reply.command, reply.data) == (59, b"\0")
        assert any_bench.status() == (0, OFF)

    def test_missing_or_wrong_parameters_get_result_2(self, any_bench):
        before = any_bench.status()
        for command, data in [(30, b""), (30, b"\2"), (32, b""), (32, b"\1"), (36, b""), (36, b"\5"), (0, b"")]:
            assert any_bench.send(command, data).result == 2, (command, data)
        for data in (b"\x80", b"\x01", b"\x40", b"\x0e"):
            assert any_bench.send(0, data).result == 2, data
        assert any_bench.send(2, b"").data == b"\2\0\0"
        assert any_bench.status() == before

    def test_a_power_glitch_loses_everything(self, any_bench):
        any_bench.device.receive(framing.encode(1, 62), any_bench.now_us)
        any_bench.device.receive(b"\xf0\x81", any_bench.now_us)
        any_bench.device.restart(1_000)
        assert any_bench.device.next_due_us() is None
        any_bench.now_us = 1_000
        assert any_bench.status() == (0, OFF)
        any_bench.run(100_000)
        assert all(t < 1_000 for t in any_bench.times())


def test_replies_leave_in_the_order_of_their_requests():
    device = P24()
    device.receive(framing.encode(1, 30, b"\1") + framing.encode(2, 62), 0)
    assert [event.due_us for event in device.stage.events if isinstance(event, Replied)] == [80_000, 80_000]
    assert device.transmit(79_999) == b""
    both = framing.encode(1, 31, b"\0") + framing.encode(2, 63, b"\0\2\6")
    assert device.transmit(80_000) == both


def test_latencies_can_be_set():
    device = P24(latencies=Latencies(ml_init_us=7, other_us=3))
    device.receive(framing.encode(1, 62), 0)
    assert device.next_due_us() == 3


@pytest.mark.parametrize("flip", [6, 8, 4, 2])
def test_a_frame_with_a_wrong_checksum_or_length_is_answered_with_result_1_and_not_executed(bench, flip):
    bench.update({1: bench.Ch()})
    frame = bytearray(framing.encode(9, 34))
    frame[flip] ^= 0x40
    assert bench.raw(bytes(frame), 1_000) == framing.encode(9, 35, b"\1")
    assert bench.status() == (3, ON)


def test_time_never_goes_back(bench):
    bench.run(1_000)
    with pytest.raises(ValueError, match="time went back"):
        bench.device.advance(999)


@pytest.mark.parametrize("serial", ["short", "elevenchars", "P24-SIM00é"])
def test_a_device_id_has_exactly_ten_ascii_characters(serial):
    with pytest.raises(ValueError, match="ten ASCII"):
        P24(Switches(), serial=serial)


def test_a_damaged_frame_of_no_known_command_is_not_answered(bench):
    frame = bytearray(framing.encode(9, 99))
    frame[8] ^= 1
    assert bench.raw(bytes(frame)) == b""


def test_the_state_can_be_looked_at_without_a_request(bench):
    bench.device.stage.set_load(2, "open")
    bench.update({2: bench.Ch()})
    bench.run(1_000)
    assert bench.device.errors == (0, 1, 0, 0, 0, 0, 0, 0)
    assert bench.device.now_us == 1_000
