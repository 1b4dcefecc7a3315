"""What the device tells of itself in every state: its lamp, its version, its restart, and the RehaMove3's questions."""

import copy

import pytest

from firmware_sim.device import State, Switches
from firmware_sim.sciencemode4 import framing
from firmware_sim.sciencemode4.replies import Version
from firmware_sim.sciencemode4.states import Lamp


class TestLamp:
    def test_it_follows_the_mid_level(self, new_bench):
        bench = new_bench(loads={3: "open"})
        seen = [bench.device.lamp]
        bench.init(stop_all=False)
        seen.append(bench.device.lamp)
        bench.update({1: bench.Ch()})
        seen.append(bench.device.lamp)
        bench.update({1: bench.Ch(), 3: bench.Ch()})
        bench.run(50_000)
        seen.append(bench.device.lamp)
        bench.update()
        seen.append(bench.device.lamp)
        bench.stop()
        seen.append(bench.device.lamp)
        assert seen == [Lamp.GREEN, Lamp.GREEN, Lamp.YELLOW, Lamp.YELLOW_RED, Lamp.RED, Lamp.GREEN]

    def test_it_is_red_when_one_fault_has_stopped_everything(self, new_bench):
        bench = new_bench(loads={3: "open"})
        bench.init(stop_all=True)
        bench.update({1: bench.Ch(), 3: bench.Ch()})
        bench.run(50_000)
        assert bench.device.lamp is Lamp.RED

    def test_it_is_violet_while_the_device_starts(self, new_bench):
        bench = new_bench(Switches(boot_ms=500))
        assert bench.device.lamp is Lamp.GREEN
        bench.device.restart(1_000)
        assert bench.device.lamp is Lamp.VIOLET
        bench.run(501_000)
        assert bench.device.lamp is Lamp.GREEN
        bench.device.faults.stuck_in_reset = True
        assert bench.device.lamp is Lamp.VIOLET


class TestRestart:
    def test_while_it_starts_nothing_is_heard_and_nothing_answered(self, new_bench):
        bench = new_bench(Switches(boot_ms=500))
        bench.init()
        bench.update({1: bench.Ch()})
        reset = framing.encode(5, 58)
        status = framing.encode(6, 62)
        assert bench.raw(reset + status, 10_000) == framing.encode(5, 59, b"\0")
        assert bench.device.starting
        assert bench.raw(status, 509_999) == b""
        assert bench.raw(status[:7], 509_999) == b"", "half a frame heard too early is none"
        assert bench.raw(status[7:], 510_000) == b""
        assert bench.raw(status, 510_000) == framing.encode(6, 63, b"\0\0\1")
        assert bench.times() == [0]

    def test_half_a_frame_from_before_is_forgotten(self, new_bench):
        bench = new_bench(Switches(boot_ms=500))
        bench.raw(framing.encode(5, 62)[:6], 0)
        bench.device.restart(1_000)
        assert bench.raw(framing.encode(6, 62), 600_000) == framing.encode(6, 63, b"\0\0\1")

    def test_without_an_acknowledgement_it_just_vanishes(self, new_bench):
        bench = new_bench(Switches(boot_ms=500, reset_ack_sent=False))
        assert bench.send(58) is None


class TestVersion:
    def test_another_version_is_told_and_survives_a_restart(self, new_bench):
        bench = new_bench()
        bench.device.version = Version((1, 2, 3), (4, 5, 6), b"\xde\xad\xbe\xef", 1, hash_valid=True)
        bench.send(58)
        assert bench.send(68).data == bytes((0, 1, 2, 3, 4, 5, 6, 0xDE, 0xAD, 0xBE, 0xEF, 1, 1))

    def test_a_lie_about_it_is_counted(self, new_bench):
        bench = new_bench()
        bench.device.faults.versions = ((9, 9, 9), (3, 2, 4))
        assert bench.send(68).data[1:7] == bytes((9, 9, 9, 3, 2, 4))
        assert bench.device.faults.effects["versions"] == 1


class TestRehaMove3:
    """pysciencemode polls Get_battery_status and Get_main_status and waits for ever without an answer."""

    @pytest.mark.parametrize("command", [50, 54, 56, 60, 64])
    def test_a_p24_answers_its_commands_as_unknown(self, new_bench, command):
        reply = new_bench().send(command)
        assert (reply.command, reply.data) == (67, b"\x0b")

    def test_switched_on_they_are_answered_in_every_state(self, new_bench):
        bench = new_bench(Switches(rehamove3_answered=True, battery_status_answered=True))
        told = bench.device.version
        for status, go_on in ((0, bench.init), (1, lambda: bench.update({1: bench.Ch()})), (2, bench.stop), (0, None)):
            assert bench.send(64).data == bytes((0, status))
            assert bench.send(54).data == bytes((0, 100)) + (5_000).to_bytes(2, "big")
            for command in (50, 60):
                assert bench.send(command).data == bytes((0, *told.firmware, *told.sciencemode))
            assert (bench.send(56, b"\1\2\3").command, bench.send(56).data) == (57, b"\0")
            if go_on:
                go_on()

    @pytest.mark.parametrize(("command", "length"), [(50, 7), (54, 4), (56, 1), (60, 7), (64, 2)])
    def test_a_damaged_one_gets_a_transfer_error_of_its_own_length(self, new_bench, command, length):
        bench = new_bench(Switches(rehamove3_answered=True, battery_status_answered=True))
        frame = bytearray(framing.encode(9, command))
        frame[8] ^= 1
        (answer,) = framing.Receiver().feed(bench.raw(bytes(frame)))
        assert (answer.command, answer.data) == (command + 1, bytes((1,)) + bytes(length - 1))


class TestSwitches:
    def test_they_may_be_changed_while_the_device_runs(self, bench):
        bench.device.switches = Switches(
            current_sources=2, fault_result_mirrored=False, unknown_cmd_repeats_number=False
        )
        bench.update({1: bench.Ch(), 5: bench.Ch()})
        bench.run(0)
        assert bench.times() == [0, 0]
        assert bench.send(99).number == 0

    def test_they_survive_a_restart(self, bench):
        bench.device.switches = Switches(rehamove3_answered=True)
        bench.device.restart(1_000)
        bench.now_us = 1_000
        assert bench.send(64).data == b"\0\0"


def test_what_runs_can_be_looked_at(bench):
    bench.update({2: bench.Ch(ma=12, period_ms=25), 7: bench.Ch(ma=5, ramp=4)})
    assert {ch: (points[0].current_ua, period) for ch, (points, period) in bench.device.settings.items()} == {
        2: (12_000, 25_000),
        7: (5_000, 20_000),
    }


def test_a_device_can_be_copied_in_mid_session_and_both_go_on_the_same(bench):
    bench.update({1: bench.Ch(ramp=7), 2: bench.Ch(period_ms=31)})
    bench.run(100_000)
    twin = copy.deepcopy(bench.device)
    for device in (bench.device, twin):
        device.receive(framing.encode(7, 36, b"\4"), 1_000_000)
        device.advance(5_000_000)
    assert twin.stage.trace == bench.device.stage.trace
    assert twin.transmit(5_000_000) == bench.device.transmit(5_000_000)
    assert twin.state is State.ML_INIT
