"""What ends everything: an electrode, the emergency switch, and every fault that can be injected."""

from itertools import pairwise

import pytest

from firmware_sim.devices import new_device
from firmware_sim.sciencemode2 import framing
from firmware_sim.sciencemode2.rehastim2 import State
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Contact
from firmware_sim.stage.trace import ChannelFailed

MS, S = 1_000, 1_000_000
LIST = bytes((0, 1, 0, 13, 0, 38, 0))
START = bytes((0, 1, 44, 40))


@pytest.mark.parametrize("load", ["open", "short"])
def test_an_electrode_out_of_range_stops_everything_and_is_told_unasked(new_host, load):
    host = new_host(loads={2: load})
    host.init((1, 2), main_ms=20)
    at_us = host.now_us
    host.send(32, bytes((0, 1, 44, 40)) * 2)
    host.to(at_us + 100 * MS)
    assert [(t_us, number, data) for t_us, number, command, data in host.said if command == 38] == [
        (at_us + 2_500, 2, (-2,))
    ]
    assert [command for _, _, command, _ in host.said[-2:]] == [38, 33]  # it overtook the answer
    assert host.device.state is State.START
    flowed = [(p.channel, p.contact) for p in host.device.stage.trace if not p.delivery.left_out]
    assert flowed == [(1, Contact.GOOD)]
    (failed,) = [event for event in host.device.stage.events if isinstance(event, ChannelFailed)]
    assert (failed.t_us, failed.channel) == (at_us + 1_500, 2)
    assert host.device.left_out == {2: 1}


def test_three_bad_test_pulses_in_a_row_with_the_switch(new_host):
    host = new_host(loads={1: "open"}, fault_after_pulses=3)
    host.init(main_ms=20)
    at_us = host.now_us
    host.start((1, 300, 40))
    assert host.errors() == [-2]
    assert [p.t_us - at_us for p in host.device.stage.trace if p.delivery.left_out] == [0, 20 * MS, 40 * MS]


def test_a_pad_that_comes_back_in_time_is_no_fault(new_host):
    host = new_host(fault_after_pulses=3)
    host.init(main_ms=20)
    host.start((1, 300, 40))
    for _ in range(5):
        for load, wait_us in (("open", 40 * MS), ("good", 20 * MS)):
            host.device.stage.set_load(1, load)
            host.alive(host.now_us + wait_us)
        host.send(4)
    assert host.errors() == []
    assert host.device.left_out == {1: 10}


def test_at_0_ma_an_electrode_is_looked_at_only_with_the_switch(new_host):
    for tested, errors in ((False, []), (True, [-2])):
        host = new_host(loads={1: "open"}, zero_current_tested=tested)
        host.init()
        host.start((1, 300, 0))
        assert host.errors() == errors
        assert host.device.stage.trace == []
    good = new_host(zero_current_tested=True)
    good.init()
    good.start((1, 300, 0))
    assert good.device.stage.trace == []


def test_the_emergency_switch_ends_a_list_at_once_in_whatever_mode(new_host):
    for started in (False, True):
        host = new_host()
        host.init()
        if started:
            host.start((1, 300, 40))
        at_us = host.now_us
        host.device.faults.emergency_open = True
        host.to(at_us + 200 * MS)
        assert host.errors() == [-1]
        assert host.device.state is State.START
        assert all(t_us <= at_us for t_us in host.times())
        assert host.device.faults.effects["emergency_open"] == 1


def test_an_open_switch_in_start_mode_is_noticed_when_the_switch_says_so(new_host):
    for noticed, expected in (("at_start", [0, 0, 1, 2]), ("at_init", [0, 1, 1, 2]), ("at_once", [1, 2, 2, 3])):
        host = new_host(open_switch_noticed=noticed)
        host.device.faults.emergency_open = True
        host.to(host.now_us + 100 * MS)
        counted = [len(host.errors())]
        assert host.init() == (0,)
        counted.append(len(host.errors()))
        host.start((1, 300, 40))
        counted.append(len(host.errors()))
        assert host.ask(36, bytes((0, 0, 200, 20))) == (0,)
        counted.append(len(host.errors()))
        assert counted == expected, noticed
        assert host.device.stage.trace == []
        assert set(host.errors()) == {-1}


def test_an_open_switch_is_told_at_the_connection_when_it_is_looked_at_at_once(new_host):
    host = new_host(connect=False, open_switch_noticed="at_once")
    host.device.faults.emergency_open = True
    host.to(100 * MS)
    assert host.errors() == []
    host.send(2, b"\0")
    host.to(200 * MS)
    assert host.errors() == [-1]


def test_levers_that_are_pulled_by_hand_take_effect(host):
    host.device.faults.mute = True
    number = host.send(10)
    host.to(host.now_us + 100 * MS)
    host.device.faults.mute = False
    host.send(10)
    host.to(host.now_us + 100 * MS)
    assert [told for _, told, command, _ in host.said if command == 11] == [number + 1]
    host.device.faults.stuck_in_reset = True
    host.to(host.now_us + 2 * S)
    assert host.device.next_due_us() is None
    host.device.faults.stuck_in_reset = False
    at_us = host.now_us
    host.to(at_us + 600 * MS)
    assert host.inits()[-2:] == [at_us + 1, at_us + 500 * MS + 1]


# Faults that are injected from outside


class Run:
    """A simulator whose list runs at 50 Hz since 100 ms, and a host that goes on asking for the mode."""

    def __init__(self, **switches) -> None:
        self.simulator = Simulator(new_device("rehastim2", **switches), seed=5)
        self.heard = framing.Receiver(framing.WIRE)
        self.said: list[tuple[int, bytes]] = []
        for at_ms, command, data in ((0, 2, b"\0"), (50, 30, LIST), (100, 32, START)):
            self.send(at_ms * MS, command, data)

    def send(self, at_us: int, command: int, data: bytes = b"") -> None:
        self.to(at_us)
        self.simulator.receive(framing.encode(1, command, data), at_us)

    def to(self, now_us: int) -> None:
        self.simulator.advance(now_us)
        items = self.heard.feed(self.simulator.transmit(now_us))
        self.said += [(item.command, item.data) for item in items]

    def ask_until(self, until_us: int) -> None:
        for at_us in range(self.simulator.now_us + 300 * MS, until_us, 300 * MS):
            self.send(at_us, 10)
        self.to(until_us)

    @property
    def last_us(self) -> int:
        return self.simulator.stage.trace[-1].t_us

    @property
    def trace(self):
        return self.simulator.stage.trace


def test_a_reset_ends_the_pulses_and_it_announces_itself_again():
    run = Run()
    run.to(500 * MS)
    fault = run.simulator.inject("reset", for_us=S)
    run.ask_until(3 * S)
    assert run.last_us < 501 * MS
    assert run.said[-1] == (1, b"\1")
    assert run.simulator.injection(fault).effects > 0
    assert run.simulator.state is State.DISCONNECTED


def test_a_device_that_hangs_stops_by_its_watchdog_or_in_the_worst_case_never():
    for output, last_us in (("dead_man", 1_699_999), ("goes_on", 5 * S)):
        run = Run()
        run.send(500 * MS, 10)
        fault = run.simulator.inject("hang", output=output)
        run.ask_until(5 * S)
        assert last_us - 20 * MS <= run.last_us <= last_us
        assert run.simulator.injection(fault).effects > 0


def test_mute_deaf_and_disconnect_act_on_the_line():
    for kind, silent_us in (("mute", None), ("deaf", 1_700 * MS), ("disconnect", 1_700 * MS)):
        run = Run()
        run.send(500 * MS, 10)
        run.to(540 * MS)
        before = len(run.said)
        run.simulator.inject(kind, at_us=541 * MS, for_us=2 * S)
        run.ask_until(2_500 * MS)
        said = run.said[before:]
        assert said == [] if kind != "deaf" else said[-1] == (1, b"\1")
        assert run.last_us >= 2_470 * MS if silent_us is None else run.last_us < silent_us, kind


def test_a_lying_acknowledgement_leaves_the_output_as_it_was():
    run = Run()
    update, stop = run.simulator.inject("lying_ack", to="update"), run.simulator.inject("lying_ack", to="stop")
    run.send(450 * MS, 32, START)  # what it does already
    run.send(500 * MS, 32, bytes((0, 1, 44, 20)))
    run.send(600 * MS, 34)
    run.ask_until(1_500 * MS)
    assert {pulse.amplitude_ua for pulse in run.trace} == {40_000}
    assert run.last_us > 1_450 * MS
    assert [(command, data) for command, data in run.said if command in (33, 35)][-2:] == [(33, b"\0"), (35, b"\0")]
    assert [run.simulator.injection(one).effects for one in (update, stop)] == [1, 1]
    run.simulator.clear()
    run.send(1_600 * MS, 34)
    run.to(2 * S)
    assert run.last_us <= 1_600 * MS


def test_outputs_that_are_wrong_or_stick_show_at_the_stage():
    for kind, params, peak_ua in (
        ("gain_error", {"gain_permille": 1200}, 48_000),
        ("dac_offset", {"offset_ua": 2000}, 42_000),
        ("stuck_output", {"level_ua": 60_000}, 60_000),
    ):
        run = Run()
        fault = run.simulator.inject(kind, at_us=500 * MS, **params)
        run.ask_until(S)
        assert run.trace[-1].peak_current_ua == peak_ua
        assert run.simulator.injection(fault).effects > 0


def test_a_stuck_output_gives_its_pulses_in_the_slots_of_a_list_at_0_ma():
    run = Run()
    run.simulator.inject("stuck_output", at_us=500 * MS)
    run.send(600 * MS, 32, bytes((0, 1, 44, 0)))
    run.ask_until(S)
    assert run.simulator.active_channels == ()
    assert run.last_us > 970 * MS
    assert run.trace[-1].peak_current_ua == 40_000
    stuck = Run()
    stuck.simulator.inject("stuck_output", at_us=500 * MS, mode="after_stop")
    stuck.send(600 * MS, 34)
    stuck.ask_until(S)
    assert stuck.last_us > 970 * MS


def test_electrodes_that_come_off_dry_out_or_touch():
    for kind, params, ends in (
        ("electrode_off", {}, True),
        ("electrode_open", {}, True),
        ("electrode_short", {}, True),
        ("electrode_dry", {}, False),
    ):
        run = Run()
        fault = run.simulator.inject(kind, channel=1, at_us=500 * MS, **params)
        run.ask_until(S)
        assert ((38, b"\xfe") in run.said) is ends, kind
        assert run.simulator.injection(fault).effects > 0, kind


def test_the_emergency_switch_can_be_injected_and_counts():
    run = Run()
    fault = run.simulator.inject("emergency_switch", at_us=510 * MS, for_us=S)
    run.ask_until(S)
    assert run.last_us == 500 * MS
    assert (38, b"\xff") in run.said
    assert run.simulator.injection(fault).effects == 1


def test_a_broken_module_ends_everything_and_stands_in_the_way_of_the_next_start():
    run = Run()
    fault = run.simulator.inject("module_error", at_us=510 * MS)
    run.ask_until(S)
    run.send(S + 50 * MS, 30, LIST)
    run.send(S + 100 * MS, 32, START)
    run.ask_until(1_500 * MS)
    assert run.last_us == 500 * MS
    assert [data for command, data in run.said if command == 38] == [b"\xfd"] * 2
    assert run.simulator.injection(fault).effects == 2
    for key in ("p24", "rehamove3", "rehastim1"):
        with pytest.raises(ValueError, match=r"^module_error: a .* has no word for it$"):
            Simulator(new_device(key)).inject("module_error")


def test_another_protocol_version_is_told_in_init():
    simulator = Simulator(new_device("rehastim2"))
    fault = simulator.inject("wrong_version", sciencemode="2.0.0")
    simulator.advance(S)
    (first, *_) = framing.Receiver(framing.WIRE).feed(simulator.transmit(S))
    assert (first.command, first.data) == (1, b"\2")
    assert simulator.injection(fault).effects == 3


def test_a_sagging_supply_limits_the_current_and_below_its_threshold_the_device_restarts():
    run = Run()
    assert run.simulator.stage.limit_mv == 154_000
    run.simulator.inject("supply_sag", at_us=500 * MS, for_us=500 * MS, compliance_mv=50_000)
    run.ask_until(990 * MS)
    assert run.trace[-1].contact is Contact.LIMITED
    run.ask_until(1_200 * MS)
    assert run.trace[-1].contact is Contact.GOOD
    run.simulator.inject("supply_sag", compliance_mv=30_000)
    run.ask_until(2 * S)
    assert run.last_us <= 1_200 * MS


def test_a_clock_that_runs_fast_shortens_periods_and_watchdog():
    run = Run()
    run.send(500 * MS, 10)
    fault = run.simulator.inject("clock_drift", ppm=100_000)
    run.to(3 * S)
    times = [pulse.t_us for pulse in run.trace if pulse.t_us > 520 * MS]
    assert {b - a for a, b in pairwise(times)} <= {18_181, 18_182}
    assert run.last_us < 500 * MS + 1_200 * MS / 1.1
    assert run.simulator.injection(fault).effects > 40


def test_a_snapshot_goes_on_as_if_nothing_had_happened():
    run = Run()
    run.send(500 * MS, 10)
    run.simulator.snapshot("here")
    run.ask_until(S)
    first = [pulse.t_us for pulse in run.trace if pulse.t_us > 500 * MS]
    run.simulator.restore("here")
    run.to(run.simulator.now_us + 500 * MS)
    again = [pulse.t_us - 500 * MS for pulse in run.trace if pulse.t_us > S]
    assert again == first


def test_spoiled_bytes_do_not_end_it_for_good():
    run = Run()
    run.simulator.inject("corrupt_bytes", permille=200, for_us=S, at_us=200 * MS)
    run.ask_until(1_500 * MS)
    run.ask_until(2_500 * MS)
    assert run.simulator.state in (State.STARTED, State.DISCONNECTED)
    assert {pulse.amplitude_ua for pulse in run.trace} == {40_000}


def test_of_every_corrupted_frame_one_bit_is_turned_over_however_short_it_is():
    said = []
    for kind in ("", "corrupt_bytes"):
        simulator = Simulator(new_device("rehastim2"), seed=1)
        if kind:
            number = simulator.inject(kind, permille=1000, unit="frame", direction="to_host")
        simulator.advance(20 * S)
        said.append(simulator.transmit(20 * S))
    whole, spoiled = said
    turned = [(a ^ b).bit_count() for a, b in zip(whole, spoiled, strict=True)]
    assert sum(turned) == whole.count(framing.START) == simulator.injection(number).effects > 30
    assert max(turned) == 1
