"""The low level: every pulse sent by the host, ten may wait, each acknowledged after it was given."""

import pytest

from firmware_sim.device import P24, State, Switches
from firmware_sim.sciencemode4 import framing
from firmware_sim.sciencemode4.states import Lamp
from firmware_sim.stage import Skin, Stage

CURRENT, VOLTAGE, SOURCE = b"\x10", b"\x20", b"\x30"
PULSE_US, NEXT_US, ACK_US = 700, 760, 1_000


class Host:
    """A low level host: sends without waiting and keeps the acknowledgements with their time."""

    def __init__(self, ch, init=b"\0", loads=None, **switches):
        self.ch = ch
        self.device = P24(Switches(**switches), Stage(loads))
        self.device.receive(framing.encode(0, 0, init), 0)
        self.device.transmit(40_000)
        self._receiver = framing.Receiver()

    def send(self, number, command, data=b"", at_us=100_000):
        self.device.receive(framing.encode(number, command, data), at_us)

    def pulse(self, number, channel=1, ma=20, us=300, at_us=100_000, points=None, execute=True):
        points = points or ((us, ma), (100, 0), (us, -ma))
        head = execute << 7 | (channel - 1) % 4 << 5 | (channel - 1) // 4 << 4 | len(points) - 1
        body = self.ch(points=points).encode()[3:]
        self.send(number, 2, bytes((head,)) + body, at_us)

    def acks(self, until_us=1_000_000):
        """(packet number, result, time) of every acknowledgement, as a client on the line sees them come."""
        found, now_us = [], self.device.now_us
        while now_us < until_us and (due_us := self.device.next_due_us()) is not None:
            now_us = max(now_us, due_us)
            self.device.advance(now_us)
            for frame in self._receiver.feed(self.device.transmit(now_us)):
                found.append((frame.packet_number, frame.data[0], now_us))
        return found

    @property
    def times(self):
        return [pulse.t_us for pulse in self.device.stage.trace]


@pytest.fixture
def host(new_bench):
    """host(init, loads, **switches): the low level is initialised at 0 µs."""
    return lambda *args, **more: Host(new_bench.Ch, *args, **more)


class TestQueue:
    def test_pulses_follow_one_another_on_the_one_source_in_the_order_of_arrival(self, host):
        low = host()
        for number, channel in enumerate((3, 8, 1, 5)):
            low.pulse(number, channel)
        acks = low.acks()
        assert low.times == [100_000 + k * NEXT_US for k in range(4)]
        assert [pulse.channel for pulse in low.device.stage.trace] == [3, 8, 1, 5]
        assert acks == [(k, 0, 100_000 + k * NEXT_US + PULSE_US + ACK_US) for k in range(4)]

    def test_ten_may_wait_and_the_next_is_refused(self, host):
        low = host()
        for number in range(13):
            low.pulse(number)
        results = [(number, result) for number, result, _ in low.acks()]
        assert results == [(k, 0) for k in range(11)] + [(11, 16), (12, 16)]
        assert len(low.times) == 11

    def test_a_place_is_free_again_when_a_pulse_has_begun(self, host):
        low = host()
        for number in range(11):
            low.pulse(number)
        low.pulse(11, at_us=100_000 + NEXT_US + 1)
        assert [result for _, result, _ in low.acks()] == [0] * 12

    def test_with_two_sources_the_connectors_do_not_wait_for_each_other(self, host):
        low = host(current_sources=2)
        low.pulse(0, 1)
        low.pulse(1, 5)
        assert low.times == [100_000, 100_000]

    def test_a_pulse_of_the_mid_level_still_under_way_is_waited_for(self, host, new_bench):
        low = host()
        low.send(1, 4, at_us=50_000)
        low.send(2, 30, b"\1", 60_000)
        low.send(3, 32, b"\1" + new_bench.Ch(us=2_000).encode(), 70_000)
        low.device.advance(70_000)
        low.send(4, 34, at_us=70_001)
        low.send(5, 0, b"\0", 70_002)
        low.pulse(6, at_us=70_003)
        low.acks()
        assert low.times == [70_000, 70_000 + 4_100 + 60]

    def test_replies_behind_a_waiting_pulse_wait_for_its_acknowledgement(self, host):
        low = host()
        low.pulse(1)
        low.pulse(2)
        low.send(3, 62)
        acks = low.acks()
        assert [number for number, *_ in acks] == [1, 2, 3]
        assert acks[2][2] == acks[1][2]


class TestPulses:
    @pytest.mark.parametrize("channel", range(1, 9))
    def test_the_acknowledgement_names_connector_and_channel(self, host, channel):
        low = host()
        low.pulse(7, channel)
        low.device.advance(200_000)
        assert low.device.transmit(200_000) == framing.encode(
            7, 3, bytes((0, (channel - 1) // 4 << 4 | (channel - 1) % 4, 0))
        )

    @pytest.mark.parametrize("count", [1, 2, 16])
    def test_shapes_of_1_to_16_points_are_given_as_sent(self, host, count):
        points = tuple((20 + k, (-1) ** k * (k + 1) / 2) for k in range(count))
        low = host()
        low.pulse(1, points=points)
        (pulse,) = low.device.stage.trace
        assert [(us, ua) for us, ua in pulse.points] == [(us, ma * 1000) for us, ma in points]

    def test_points_shorter_than_10_us_act_as_10_us(self, host):
        low = host()
        low.pulse(1, points=((3, 5), (9, -5)))
        assert low.device.stage.trace[0].phase_us == (10, 10)

    @pytest.mark.parametrize("with_points", [True, False])
    def test_a_command_that_is_not_executed_gives_no_pulse_and_is_acknowledged(self, host, with_points):
        low = host(CURRENT, extra_bytes="refuse_2")
        if with_points:
            low.pulse(1, 2, execute=False)
        else:
            low.send(1, 2, b"\x22")
        assert low.device.transmit(101_000) == framing.encode(1, 3, b"\0\1\0")
        assert low.times == []

    @pytest.mark.parametrize(("load", "ma", "result"), [("open", 20, 10), ("open", 14.5, 0), ("worn", 60, 28)])
    def test_a_fault_is_told_in_the_result_and_the_level_stays(self, host, load, ma, result):
        low = host(loads={1: load})
        low.pulse(1, ma=ma)
        low.pulse(2, channel=2)
        assert [found for _, found, _ in low.acks()] == [result, 0]
        assert low.device.state is State.LL

    def test_the_output_voltage_is_the_one_asked_for(self, host):
        for code, volts in ((2, 30), (3, 60), (4, 90), (5, 120), (6, 150), (0, 150)):
            low = host(bytes((code << 1,)), loads={1: Skin(10_000)})
            low.pulse(1, ma=60)
            assert low.device.stage.trace[0].peak_voltage_mv == volts * 1000
            low.acks()
            low.send(2, 62, at_us=900_000)
            assert low.device.transmit(901_000) == framing.encode(2, 63, bytes((0, 1, code or 6)))

    def test_the_mid_level_has_150_v_again(self, host, new_bench):
        low = host(b"\x04", loads={1: Skin(10_000)})
        low.send(1, 4)
        low.send(2, 30, b"\1")
        low.send(3, 32, b"\1" + new_bench.Ch(ma=60).encode())
        low.device.advance(100_000)
        assert low.device.stage.trace[0].peak_voltage_mv == 150_000


class TestStop:
    def test_no_waiting_pulse_is_given_after_the_stop_has_arrived(self, host):
        low = host()
        for number in range(6):
            low.pulse(number)
        low.send(9, 4, at_us=100_000 + NEXT_US + 1)
        assert [(number, result) for number, result, _ in low.acks()] == [(0, 0), (1, 0), (9, 0)]
        assert len(low.times) == 2
        assert (low.device.state, low.device.high_voltage) == (State.NONE, False)

    def test_dropped_pulses_may_be_answered_with_7(self, host):
        low = host(ll_stop_with_queue="drops_with_7")
        for number in range(3):
            low.pulse(number)
        low.send(9, 4)
        assert [(number, result) for number, result, _ in low.acks()] == [(0, 0), (1, 7), (2, 7), (9, 0)]
        assert len(low.times) == 1

    def test_or_the_level_ends_after_the_last_of_them(self, host):
        low = host(ll_stop_with_queue="finishes")
        for number in range(3):
            low.pulse(number)
        low.send(9, 4)
        low.pulse(10, at_us=100_100)
        assert low.device.state is State.LL
        acks = [(number, result) for number, result, _ in low.acks()]
        assert acks == [(0, 0), (1, 0), (2, 0), (9, 0), (10, 7)]
        assert (len(low.times), low.device.state, low.device.high_voltage) == (3, State.NONE, False)

    def test_a_lying_stop_goes_on_giving_pulses(self, host):
        low = host()
        low.device.faults.silent_stop = True
        for number in range(3):
            low.pulse(number)
        low.send(9, 4)
        low.acks()
        assert len(low.times) == 3
        assert low.device.faults.effects["silent_stop"] == 1

    def test_a_restart_loses_what_waits_and_its_acknowledgements(self, host):
        low = host()
        for number in range(5):
            low.pulse(number)
        low.device.restart(100_100)
        assert low.acks() == []
        assert len(low.times) == 1
        assert low.device.next_due_us() is None


class TestMeasurement:
    def measured(self, low, number=1):
        low.device.advance(500_000)
        frames = framing.Receiver().feed(low.device.transmit(500_000))
        (data,) = [frame.data for frame in frames if frame.packet_number == number]
        samples = [int.from_bytes(data[k : k + 2], "big") for k in range(5, len(data), 2)]
        return data[2], int.from_bytes(data[3:5], "big"), samples

    def test_128_samples_of_the_current_that_flowed_cover_the_pulse(self, host):
        low = host(CURRENT, loads={1: "worn"})
        low.pulse(1, ma=60, us=280)
        kind, sampling_us, samples = self.measured(low)
        assert (kind, sampling_us, len(samples)) == (1, 6, 128)
        pulse = low.device.stage.trace[0]
        told_pc = sum(samples) * 10 * sampling_us
        flowed_pc = sum(abs(charge) for charge in pulse.charge_pc)
        assert told_pc == pytest.approx(flowed_pc, rel=0.01)
        assert max(samples) == 6_000
        assert flowed_pc < 2 * 60_000 * 280, "the compliance limited it"

    def test_a_negative_phase_is_measured_as_positive(self, host):
        low = host(CURRENT)
        low.pulse(1, points=((640, -5.5), (640, 0)))
        _, sampling_us, samples = self.measured(low)
        assert (sampling_us, samples) == (10, [550] * 64 + [0] * 64)

    def test_the_voltage_between_the_electrodes(self, host):
        low = host(VOLTAGE, loads={1: Skin(1_000)})
        low.pulse(1, points=((640, 20), (640, -5)))
        assert self.measured(low) == (2, 10, [2_000] * 64 + [500] * 64)

    def test_the_high_voltage_source_sags_with_the_supply(self, host):
        low = host(SOURCE)
        low.device.stage.compliance_mv = 47_000
        low.pulse(1)
        assert self.measured(low) == (3, 6, [4_700] * 128)

    def test_an_output_that_gives_something_else_is_measured_so(self, host):
        low = host(CURRENT)
        low.device.stage.output_faults.gain_permille = 1_500
        low.pulse(1, points=((128, 10),))
        assert self.measured(low)[2] == [1_500] * 128
        assert low.device.stage.output_faults.effects == {"gain": 1}

    def test_the_longest_pulse_still_fits_one_reply(self, host):
        low = host(CURRENT)
        low.pulse(1, points=((4_095, 120),) * 16)
        kind, sampling_us, samples = self.measured(low)
        assert (kind, sampling_us, len(samples)) == (1, 512, 128)

    def test_nothing_is_measured_unless_asked_for(self, host):
        low = host()
        low.pulse(1)
        low.device.advance(500_000)
        assert low.device.transmit(500_000) == framing.encode(1, 3, b"\0\0\0")


class TestExclusivity:
    def test_a_level_in_use_refuses_the_other(self, host, new_bench):
        low = host()
        for number, (command, data) in enumerate([(30, b"\1"), (32, b"\0"), (36, b"\4"), (34, b"")]):
            low.send(number, command, data)
        assert [result for _, result, _ in low.acks()] == [7, 7, 7, 7]
        mid = new_bench()
        mid.init()
        assert [mid.send(c, d).result for c, d in ((0, b"\0"), (2, b"\x02"), (4, b""))] == [7, 7, 7]

    def test_after_a_stop_the_other_may_begin(self, host):
        low = host()
        low.send(1, 4)
        low.send(2, 30, b"\1")
        assert low.device.state is State.ML_INIT

    def test_there_is_no_dead_man(self, host):
        low = host()
        low.device.advance(10_000_000)
        assert low.device.state is State.LL
        low.pulse(1, at_us=10_000_000)
        assert low.times == [10_000_000]


class TestLamp:
    def test_it_is_yellow_while_a_pulse_is_given_or_waits_and_red_after_a_fault(self, host):
        low = host(loads={2: "open"})
        assert low.device.lamp is Lamp.GREEN
        low.pulse(1)
        low.pulse(2, channel=2)
        low.device.advance(100_100)
        assert low.device.lamp is Lamp.YELLOW
        low.device.advance(101_000)
        assert low.device.lamp is Lamp.YELLOW_RED
        low.device.advance(103_000)
        assert low.device.lamp is Lamp.RED
        low.pulse(3, at_us=200_000)
        low.device.advance(202_000)
        assert low.device.lamp is Lamp.GREEN
