"""It announces itself until somebody answers, and again when it no longer hears anybody."""

import pytest

from firmware_sim.channel_list.player import Habits, Player
from firmware_sim.sciencemode2 import framing
from firmware_sim.sciencemode2.rehastim2 import RehaStim2, State
from firmware_sim.sciencemode2.switches import Switches
from firmware_sim.stage import Stage
from firmware_sim.stage.trace import DeadManFired
from firmware_sim.switching import alternatives

MS, S = 1_000, 1_000_000


def test_init_comes_every_half_second_with_the_devices_own_number_and_version_1(new_host):
    host = new_host(connect=False)
    host.to(1_700 * MS)
    assert host.said == [(0, 1, 1, (1,)), (500 * MS, 2, 1, (1,)), (S, 3, 1, (1,)), (1_500 * MS, 4, 1, (1,))]
    assert host.device.next_due_us() == 2 * S
    assert host.device.state is State.DISCONNECTED


def test_only_the_right_answer_connects_and_nothing_else_is_heard(new_host):
    for result, state in ((0, State.START), (1, State.DISCONNECTED), (-5, State.DISCONNECTED)):
        host = new_host(connect=False)
        host.to(0)
        host.send(10, at_us=100 * MS)
        host.send(2, bytes((result & 255,)), at_us=200 * MS)
        host.to(900 * MS)
        assert host.device.state is state
        assert len(host.inits()) == (1 if state is State.START else 2)
        assert all(command == 1 for _, _, command, _ in host.said)


def test_who_sends_1_is_let_in_only_by_the_lenient_switch(new_host):
    host = new_host(connect=False, init_ack_results="zero_or_one")
    host.send(2, b"\1", at_us=0)
    assert host.device.state is State.START
    strict = new_host(connect=False, init_ack_number="last_init")
    strict.to(600 * MS)
    strict.send(2, b"\0")
    assert strict.device.state is State.DISCONNECTED
    strict.send(2, b"\0")
    assert strict.device.state is State.START


def test_a_request_before_the_connection_is_refused_where_that_is_switched(new_host):
    host = new_host(connect=False, before_init_ack="refuse_3")
    host.to(0)
    assert host.ask(30, bytes(7)) == (-3,)


def test_each_valid_packet_renews_and_silence_of_1200_ms_ends_everything(host):
    host.init()
    host.start((1, 300, 40))
    started_us = host.now_us
    host.alive(started_us + 5 * S)
    assert host.device.state is State.STARTED
    last_us = host.now_us
    host.send(99, at_us=last_us)  # unknown, but without a transfer error
    host.to(last_us + 3 * S)
    assert host.device.state is State.DISCONNECTED
    assert host.device.active_channels == ()
    (fired,) = [event for event in host.device.stage.events if isinstance(event, DeadManFired)]
    assert fired.t_us == last_us + 1_200 * MS
    assert last_us + 1_180 * MS <= host.times()[-1] < fired.t_us
    assert host.inits()[1:] == [fired.t_us + k * 500 * MS for k in range(4)]


def test_while_it_is_connected_it_says_when_it_will_announce_itself_unless_it_is_heard_of(host):
    """So that whoever waits for its bytes in real time wakes up for them."""
    assert host.device.next_due_us() == host.device.timer_us == 1_200 * MS
    host.device.faults.no_dead_man = True
    host.to(5 * S)
    assert host.device.state is State.START
    assert host.device.next_due_us() is None
    host.device.faults.no_dead_man = False
    host.to(5 * S + 1)
    assert host.inits()[-1] == 5 * S + 1


@pytest.mark.parametrize("switch", ["result_1", "silence"])
def test_a_damaged_packet_renews_nothing(new_host, switch):
    host = new_host(bad_checksum_reply=switch)
    host.init()
    host.start((1, 300, 40))
    renewed_us = host.device.timer_us
    for line in ("F0 81 EB 81 53 14 20 00 01 2C 28 0F", "F0 81 09 81 57 05 04 0F", "F0 81 00 81 57 05 63 0F"):
        host.device.receive(bytes.fromhex(line), host.now_us)
    assert host.device.timer_us == renewed_us
    host.to(host.now_us + 100 * MS)
    told = [(number, command, data) for _, number, command, data in host.said if data == (-1,)]
    assert told == ([(20, 33, (-1,))] if switch == "result_1" else [])


def test_after_the_watchdog_the_list_is_gone_and_a_start_is_refused(host):
    host.init()
    host.start((1, 300, 40))
    host.to(host.now_us + 2 * S)
    host.send(2, b"\0")
    assert host.ask(10) == (0, 0)
    assert host.start((1, 300, 40)) == (-3,)
    assert host.times()[-1] < host.now_us - S


def test_a_stop_is_taken_in_every_mode_and_the_pulse_due_then_is_not_given(host):
    assert host.ask(34) == (0,)
    host.init()
    assert host.ask(34) == (0,)
    host.init()
    host.start((1, 300, 40))
    due_us = host.device.next_pulse_us()
    host.send(34, at_us=due_us - 1)
    host.to(due_us + S)
    assert host.device.state is State.START
    assert host.times()[-1] == due_us - 20 * MS


def test_modes_and_unknown_commands_are_told(host):
    assert host.ask(10) == (0, 0)
    assert host.ask(12) == (0, -1)
    assert host.ask(50, b"\0") == (-4,)
    assert host.ask(99) == (99,)
    assert host.ask(95) == (95,)
    assert host.init() == (0,)
    assert host.ask(10) == (0, 1)
    assert host.start((1, 300, 40)) == (0,)
    assert host.ask(10) == (0, 2)
    assert host.init() == host.ask(36, bytes((0, 0, 200, 10))) == (-3,)


def test_answers_take_10_to_24_ms_and_repeat_the_number_whatever_it_is(new_host):
    host = new_host(connect=False)
    host.to(0)
    host.send(2, b"\0")
    took = []
    for _ in range(50):
        sent_us = host.now_us
        number = host.send(10)
        host.to(sent_us + 100 * MS)
        assert host.said[-1][1:] == (number, 11, (0, 0))
        took.append(host.said[-1][0] - sent_us)
    assert min(took) >= 10 * MS
    assert max(took) <= 24 * MS
    assert max(took) - min(took) > 10 * MS
    assert len(set(took)) > 40


def test_a_request_while_the_last_is_unanswered_is_refused_except_a_stop(host):
    host.send(10)
    host.send(30, bytes((0, 1, 0, 13, 0, 38, 0)))
    host.send(4)
    host.send(34)
    host.to(host.now_us + 100 * MS)
    assert [(command, data) for _, _, command, data in host.said[-3:]] == [(11, (0, 0)), (31, (-8,)), (35, (0,))]


def test_with_the_switch_requests_are_taken_as_they_come(new_host):
    host = new_host(while_busy="accepted")
    host.send(10)
    host.send(30, bytes((0, 1, 0, 13, 0, 38, 0)))
    host.to(host.now_us + 100 * MS)
    assert host.said[-1][2:] == (31, (0,))


def test_a_restart_forgets_everything_and_begins_with_init(new_host):
    host = new_host(boot_ms=500, first_init="after_500ms")
    host.init()
    host.start((1, 300, 40))
    at_us = host.now_us
    host.send(10)
    host.device.restart(at_us)
    assert host.device.transmit(at_us) == b""
    host.to(at_us + 1_200 * MS)
    assert host.inits()[-1] == at_us + S
    assert host.device.state is State.DISCONNECTED
    assert host.times()[-1] <= at_us


def test_every_switch_leaves_the_first_session_alone():
    """Connect, initialise, start, stop: whatever the device does where nothing is documented, this works."""
    for name, switches in alternatives(Switches()):
        device, at_us = RehaStim2(switches), 0
        for command, data in ((2, b"\0"), (30, bytes((0, 1, 0, 13, 0, 38, 0))), (32, bytes((0, 1, 44, 20)))):
            at_us += 600 * MS if command == 2 else 50 * MS
            device.advance(at_us)
            number = device._init_number or 0
            device.receive(framing.encode(number, command, data), at_us)
        device.advance(at_us + 500 * MS)
        assert device.active_channels == (1,), name
        assert len(device.stage.trace) in (25, 26), name
        assert {pulse.amplitude_ua for pulse in device.stage.trace} == {20_000}, name
        device.receive(framing.encode(9, 34), at_us + 510 * MS)
        device.advance(at_us + S)
        assert device.stage.trace[-1].t_us < at_us + 510 * MS, name
        assert device.state is State.START, name


def test_the_habits_of_a_public_client_are_tolerated(host):
    """It stops before it begins, repeats packet numbers, restarts its counter, and loses the escape of a command."""

    def say(packet_number: int, command: int, data: bytes = b"") -> tuple[int, int, tuple[int, ...]]:
        host.device.receive(framing.encode(packet_number, 4), host.now_us)  # Watchdog shares the number
        host.device.receive(framing.encode(packet_number, command, data), host.now_us)
        host.to(host.now_us + 50 * MS)
        return host.said[-1][1:]

    assert say(1, 34) == (1, 35, (0,))
    assert say(0, 30, bytes((0, 9, 0, 1, 0, 64, 0))) == (0, 31, (0,))  # inter-pulse interval 2 ms
    assert say(0, 32, bytes((0, 1, 44, 21, 0, 0, 240, 10))) == (0, 33, (0,))
    assert say(2, 95) == (2, 3, (95,))  # GetStimulationMode, sent as 10 XOR 55
    assert {pulse.amplitude_ua for pulse in host.device.stage.trace} == {20_000, 10_000}


def test_switches_can_be_turned_while_it_runs_and_a_wrong_one_is_refused(host):
    host.init()
    host.start((1, 300, 40))
    host.device.turn({"fault_after_pulses": "3", "first_init": "after_500ms"})
    assert host.device.switches == Switches(fault_after_pulses=3, first_init="after_500ms")
    host.device.stage.set_load(1, "open")
    host.to(host.now_us + 50 * MS)
    assert host.errors() == []
    host.to(host.now_us + 50 * MS)
    assert host.errors() == [-2]
    with pytest.raises(ValueError, match="unknown switch 'nonsense'"):
        host.device.turn({"nonsense": 1})


def test_what_is_fixed_about_the_family():
    device = RehaStim2()
    model = device.model
    assert (model.key, model.channels, model.dead_man_us, str(model.line)) == (
        "rehastim2",
        8,
        1_200_000,
        "460800 8E1",
    )
    assert set(model.states) == {state.name for state in State}
    assert (device.firmware, device.errors, device.lamp) == ("", (0,) * 8, None)
    assert not device.high_voltage
    assert device.stage.limit_mv == 154_000


def test_a_stage_whose_supply_sags_keeps_it():
    stage = Stage()
    stage.compliance_mv = 60_000
    assert RehaStim2(stage=stage).stage.limit_mv == 60_000


def test_a_list_that_was_never_initialised_cannot_be_played():
    with pytest.raises(ValueError, match="initialised before it is started"):
        Player(Stage(), Habits()).start({}, 0)


def test_time_never_goes_back(host):
    host.to(S)
    with pytest.raises(ValueError, match="time went back"):
        host.device.advance(S - 1)
