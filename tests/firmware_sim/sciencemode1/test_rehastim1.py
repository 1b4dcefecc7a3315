"""A RehaStim 1 does as it is told, and goes on until it is told otherwise; judged at the stage."""

import pytest

from firmware_sim.devices import new_device
from firmware_sim.sciencemode1.rehastim1 import RehaStim1, State
from firmware_sim.sciencemode1.switches import Switches
from firmware_sim.simulator import Simulator
from firmware_sim.stage import Point
from firmware_sim.switching import alternatives

MS, S = 1_000, 1_000_000
INIT, UPDATE, STOP, SINGLE = b"\x01", b"\x41", b"\x81", b"\xc1"
NO_INIT, NO_UPDATE, NO_STOP, NO_SINGLE = b"\x00", b"\x40", b"\x80", b"\xc0"


def biphasic(us: int, ma: int) -> tuple[Point, ...]:
    return Point(us, ma * 1000), Point(100, 0), Point(us, -ma * 1000)


def test_a_contraction_at_50_hz_gives_its_pulses_with_right_times_widths_and_currents(host):
    """Up in steps of 2 mA every 100 ms, held, and down to 0: 250 us at 20 ms."""
    host.init((3,), main_ms=20)
    started_us = host.now_us
    told = [*range(0, 31, 2), *[30] * 10, *range(28, -1, -2)]
    for nth, ma in enumerate(told):
        assert host.update((1, 250, ma), at_us=started_us + max(0, nth * 100 - 5) * MS) == UPDATE
    assert host.stop(at_us=host.now_us + 100 * MS) == STOP
    host.to(host.now_us + 2 * S)
    expected = [(started_us + nth * 100 * MS + k * 20 * MS, ma) for nth, ma in enumerate(told) for k in range(5) if ma]
    assert [(pulse.t_us, pulse.amplitude_ua // 1000) for pulse in host.trace] == expected
    assert {pulse.channel for pulse in host.trace} == {3}
    assert {pulse.points for pulse in host.trace} == {biphasic(250, ma) for ma in range(2, 31, 2)}
    assert all(pulse.net_charge_pc == 0 for pulse in host.trace)


def test_no_silence_of_the_host_ends_the_pulses(host):
    host.init()
    host.update((1, 250, 20))
    host.to(20 * S)
    assert host.device.state is State.RUNNING
    assert len(host.trace) == 20 * 50
    assert host.device.timer_us is host.device.model.dead_man_us is host.device.lamp is None
    assert host.device.firmware == ""


def test_a_stop_ends_them_at_once_and_is_acknowledged_in_every_state(new_host):
    host = new_host()
    assert host.stop() == STOP
    host.init()
    assert host.stop() == STOP
    host.init()
    host.update((1, 250, 20))
    due_us = host.device.next_pulse_us()
    assert host.stop(at_us=due_us - 1) == STOP
    host.to(due_us + S)
    assert host.times()[-1] == due_us - 20 * MS
    assert host.device.state is State.IDLE
    assert host.update((1, 250, 20)) == NO_UPDATE
    assert new_host(stop_when_idle="error").stop() == NO_STOP


def test_the_two_modules_run_side_by_side_0_6_ms_apart(host):
    host.init((1, 2, 4, 5, 8), main_ms=25, group_ms=6)
    at_us = host.now_us
    host.update(*[(1, 200, ma) for ma in (10, 20, 30, 40, 50)])
    host.to(at_us + 20 * MS)
    assert [(pulse.t_us - at_us, pulse.channel) for pulse in host.trace] == [
        (0, 1),
        (600, 5),
        (1_500, 2),
        (2_100, 8),
        (3_000, 4),
    ]


def test_groups_low_frequency_channels_and_the_one_shot_mode(new_host):
    host = new_host()
    host.init((1, 2), main_ms=20, group_ms=6, low=(2,), skips=1)
    at_us = host.now_us
    host.update((3, 250, 10), (1, 250, 20))
    host.to(at_us + 80 * MS - 1)
    assert [t_us - at_us for t_us in host.times(1)[:4]] == [0, 6_000, 12_000, 20_000]
    assert [t_us - at_us for t_us in host.times(2)] == [1_500, 41_500]
    once = new_host()
    assert once.init(main_ms=0) == INIT
    for _ in range(2):
        once.update((1, 250, 20))
        once.to(once.now_us + S)
    assert len(once.trace) == 2
    assert new_host(main_time_0="refuse").init(main_ms=0) == NO_INIT


@pytest.mark.parametrize(
    ("switches", "listed", "ok"),
    [
        ({}, {"group_ms": 1.5}, True),
        ({"short_group_time": "refuse"}, {"group_ms": 1.5}, False),
        ({}, {"group_ms": 16}, True),
        ({}, {"group_ms": 16.5}, False),
        ({}, {"channels": (1, 2, 3), "group_ms": 4.5}, True),
        ({}, {"channels": (1, 2, 3), "group_ms": 4}, False),
        ({}, {"channels": (1, 2, 5, 6), "group_ms": 3}, True),
        ({}, {"main_ms": 4}, False),
        ({}, {"main_ms": 4.5}, True),
        ({}, {"main_ms": 2.5, "group_ms": 1.5}, False),
        ({}, {"main_ms": 1023.5}, True),
        ({}, {"main_ms": 1024}, False),
        ({}, {"channels": ()}, False),
        ({"empty_list": "accepted"}, {"channels": ()}, True),
    ],
)
def test_a_list_is_refused_outside_its_documented_ranges(new_host, switches, listed, ok):
    host = new_host(**switches)
    assert host.init(**listed) == (INIT if ok else NO_INIT)
    if not listed.get("channels", True) and ok:
        assert host.update() == UPDATE


def test_what_an_update_may_say(new_host):
    for switches, entry, told, points in (
        ({}, (1, 500, 127), UPDATE, biphasic(500, 126)),
        ({}, (1, 501, 20), NO_UPDATE, None),
        ({}, (4, 250, 20), NO_UPDATE, None),
        ({}, (1, 9, 20), NO_UPDATE, None),
        ({}, (1, 10, 20), UPDATE, biphasic(10, 20)),
        ({"narrow_width": "refuse"}, (1, 19, 20), NO_UPDATE, None),
        ({"narrow_width": "plays_20us"}, (1, 10, 20), UPDATE, biphasic(20, 20)),
        ({}, (1, 0, 20), UPDATE, None),
        ({}, (1, 250, 15), UPDATE, biphasic(250, 14)),
        ({"odd_currents": "up"}, (1, 250, 127), UPDATE, biphasic(250, 126)),
        ({}, (2, 250, 20), NO_UPDATE, None),
        ({"long_group": "accepted"}, (2, 250, 20), UPDATE, biphasic(250, 20)),
    ):
        host = new_host(**switches)
        host.init(main_ms=20, group_ms=10)
        assert host.update(entry) == told, (switches, entry)
        host.to(host.now_us + 15 * MS)
        assert {pulse.points for pulse in host.trace} == ({points} if points else set()), (switches, entry)


def test_new_values_come_with_the_next_pass_and_a_new_list_stops_the_old(new_host):
    host = new_host()
    host.init(main_ms=100)
    at_us = host.now_us
    host.update((1, 250, 20))
    host.update((1, 250, 30), at_us=at_us + 50 * MS)
    host.to(at_us + 120 * MS)
    assert [(pulse.t_us - at_us, pulse.amplitude_ua) for pulse in host.trace] == [(0, 20_000), (100_000, 30_000)]
    assert host.init((2,)) == INIT
    host.to(host.now_us + S)
    assert len(host.trace) == 2
    assert host.device.state is State.INITIALISED
    stays = new_host(init_while_running="refuse")
    stays.init()
    stays.update((1, 250, 20))
    assert stays.init((2,)) == NO_INIT
    assert stays.device.active_channels == (1,)


def test_single_pulses_are_for_an_idle_device_unless_switched(new_host):
    host = new_host()
    assert host.single(6, 221, 55) == SINGLE
    assert [(pulse.channel, pulse.points) for pulse in host.trace] == [(6, biphasic(221, 54))]
    assert host.single(6, 501, 20) == NO_SINGLE
    host.init()
    assert host.single(6, 221, 55) == NO_SINGLE
    plays = new_host(single_pulse_in_list="plays")
    plays.init(main_ms=100)
    plays.update((1, 250, 20))
    assert plays.single(6, 221, 55) == SINGLE
    plays.to(plays.now_us + 200 * MS)
    assert [pulse.channel for pulse in plays.trace] == [1, 6, 1, 1]


def test_reserved_bits_count_only_with_the_switch(new_host):
    for switch, init, update, single in (("ignored", INIT, UPDATE, SINGLE), ("refuse", NO_INIT, NO_UPDATE, NO_SINGLE)):
        host = new_host(reserved_bits=switch)
        assert host.raw(bytes.fromhex("E2 2D 48 78")) == single
        assert host.raw(bytes.fromhex("88 00 20 0C 30 26")) == init
        host.init()
        assert host.raw(bytes.fromhex("A0 1E 2C 14")) == update


def test_a_bad_electrode_costs_pulses_and_nobody_is_told(new_host):
    host = new_host(loads={1: "open"})
    host.init((1, 5), main_ms=20)
    assert host.update((1, 250, 20), (1, 250, 20)) == UPDATE
    host.to(host.now_us + S)
    assert host.device.transmit(host.now_us) == b""
    assert host.device.state is State.RUNNING
    assert host.device.left_out[1] == len(host.times(1)) == len(host.times(5))
    assert all(pulse.charge_pc == (0, 0, 0) for pulse in host.trace if pulse.channel == 1)
    assert host.device.errors == (0,) * 8


def test_while_the_emergency_button_is_pressed_nothing_flows_and_the_answers_are_as_switched(new_host):
    for answers, told in (
        ("acknowledges", (UPDATE, STOP, INIT)),
        ("mute", (b"", b"", b"")),
        ("refuses", (NO_UPDATE, STOP, NO_INIT)),
    ):
        host = new_host(emergency_answers=answers)
        host.init()
        host.update((1, 250, 20))
        at_us = host.now_us
        host.device.faults.emergency_open = True
        got = host.update((1, 250, 30)), host.stop(), host.init()
        assert got == told, answers
        host.update((1, 250, 30))
        host.to(at_us + S)
        assert host.times()[-1] <= at_us
        assert host.device.faults.effects["emergency_open"] >= 1


def test_a_released_button_leaves_the_output_off_until_the_next_list_or_lets_it_go_on(new_host):
    for release, resumes in (("stays_off", False), ("resumes", True)):
        host = new_host(emergency_release=release)
        host.init()
        host.update((1, 250, 20))
        host.device.faults.emergency_open = True
        host.to(S)
        assert not host.device.high_voltage
        host.device.faults.emergency_open = False
        host.to(2 * S)
        assert (host.times()[-1] > S) is resumes
        assert host.device.high_voltage is resumes
        host.update((1, 250, 30))
        host.init()
        host.update((1, 250, 30))
        host.to(3 * S)
        assert host.trace[-1].amplitude_ua == 30_000


def test_a_button_released_while_idle_has_no_memory(new_host):
    host = new_host()
    host.device.faults.emergency_open = True
    host.to(S)
    assert host.single(1, 250, 20) == SINGLE
    host.device.faults.emergency_open = False
    host.to(2 * S)
    assert host.trace == []
    host.single(1, 250, 20)
    assert len(host.trace) == 1


def test_every_switch_leaves_the_first_session_alone():
    """Initialise, start, stop: whatever the device does where nothing is documented, this works."""
    for name, switches in alternatives(Switches()):
        device = RehaStim1(switches)
        device.receive(bytes.fromhex("88 00 20 00 30 26 A0 02 2C 14"), 0)
        device.advance(500 * MS)
        assert device.transmit(500 * MS) == INIT + UPDATE, name
        assert len(device.stage.trace) in (25, 26), name
        assert {pulse.points for pulse in device.stage.trace} == {biphasic(300, 20)}, name
        device.receive(b"\xc0", 510 * MS)
        device.advance(S)
        assert device.transmit(S) == STOP, name
        assert device.stage.trace[-1].t_us < 510 * MS, name


def test_switches_can_be_turned_while_it_runs_and_a_wrong_one_is_refused(host):
    host.init((1, 2), main_ms=100)
    at_us = host.now_us
    host.update((1, 250, 20), (1, 250, 20))
    host.device.turn({"update_takes_effect": "next_slot", "emergency_answers": "mute"})
    assert host.device.switches == Switches(update_takes_effect="next_slot", emergency_answers="mute")
    host.update((1, 250, 30), (1, 250, 30), at_us=at_us + 100 * MS)
    host.to(at_us + 150 * MS)
    assert [pulse.amplitude_ua for pulse in host.trace] == [20_000, 20_000, 20_000, 30_000]
    with pytest.raises(ValueError, match="unknown switch 'nonsense'"):
        host.device.turn({"nonsense": 1})


def test_what_is_fixed_about_the_family_and_what_it_plays(host):
    model = host.device.model
    assert (model.key, model.channels, model.dead_man_us, str(model.line)) == (
        "rehastim1",
        8,
        None,
        "115200 8N2 RTS/CTS",
    )
    assert set(model.states) == {state.name for state in State}
    host.init((1, 2), main_ms=25)
    host.update((1, 250, 20), (1, 250, 0))
    assert host.device.settings == {1: (biphasic(250, 20), 25 * MS)}
    assert [host.device.train(channel) for channel in (1, 2)] == [(25 * MS, 1), None]
    assert host.device.next_due_us() is None


def test_levers_that_are_pulled_by_hand_take_effect(host):
    host.device.faults.mute = True
    assert host.init() == b""
    host.device.faults.mute = False
    host.update((1, 250, 20))
    host.device.faults.stuck_in_reset = True
    host.to(S)
    host.device.faults.stuck_in_reset = False
    host.to(S + MS)
    assert host.update((1, 250, 20)) == NO_UPDATE
    assert host.device.state is State.IDLE


# Faults that are injected from outside


def running(**switches) -> Simulator:
    """A simulator whose list runs at 50 Hz, 300 us, 20 mA since 0 us."""
    simulator = Simulator(new_device("rehastim1", **switches), seed=3)
    simulator.receive(bytes.fromhex("88 00 20 00 30 26 A0 02 2C 14"), 0)
    simulator.advance(500 * MS)
    assert simulator.transmit(500 * MS) == INIT + UPDATE
    return simulator


def test_faults_that_cannot_be_are_refused_in_one_sentence():
    simulator = running()
    for kind, params in (("wrong_version", {}), ("hang", {}), ("hang", {"output": "dead_man"})):
        with pytest.raises(ValueError, match=f"^{kind}: a RehaStim 1 "):
            simulator.inject(kind, **params)


def test_a_device_that_hangs_or_is_cut_off_goes_on_for_ever():
    for kind, params in (("hang", {"output": "goes_on"}), ("disconnect", {}), ("deaf", {})):
        simulator = running()
        fault = simulator.inject(kind, **params)
        simulator.receive(b"\xc0", 500 * MS)
        simulator.advance(5 * S)
        assert simulator.stage.trace[-1].t_us == 5 * S, kind
        assert simulator.injection(fault).effects > 0, kind


def test_a_mute_device_still_stops_and_a_liar_does_not():
    simulator = running()
    simulator.inject("mute")
    simulator.receive(b"\xc0", 510 * MS)
    simulator.advance(S)
    assert simulator.transmit(S) == b""
    assert simulator.stage.trace[-1].t_us == 500 * MS
    liar = running()
    faults = [liar.inject("lying_ack", to=to) for to in ("stop", "update")]
    liar.receive(b"\xc0", 510 * MS)
    liar.receive(bytes.fromhex("A0 02 2C 14"), 515 * MS)  # what it does already
    liar.receive(bytes.fromhex("AC 02 2C 00"), 520 * MS)
    liar.advance(S)
    assert liar.transmit(S) == STOP + UPDATE + UPDATE
    assert liar.stage.trace[-1].t_us == S
    assert {pulse.amplitude_ua for pulse in liar.stage.trace} == {20_000}
    assert [liar.injection(fault).effects for fault in faults] == [1, 1]


def test_a_reset_ends_everything_and_half_a_packet_is_lost():
    simulator = running(boot_ms=500)
    simulator.receive(bytes.fromhex("A0 02"), 510 * MS)
    simulator.inject("reset", for_us=S)
    simulator.advance(3 * S)
    assert simulator.stage.trace[-1].t_us <= 510 * MS
    assert simulator.state is State.IDLE
    simulator.receive(bytes.fromhex("2C 14"), 3 * S)
    simulator.advance(4 * S)
    assert simulator.transmit(4 * S) == b""


def test_electrodes_output_supply_and_clock_can_be_spoiled():
    for kind, params, effect in (
        ("electrode_off", {"channel": 1}, lambda pulse: pulse.delivery.left_out),
        ("electrode_short", {"channel": 1}, lambda pulse: pulse.delivery.left_out),
        ("gain_error", {}, lambda pulse: pulse.peak_current_ua == 24_000),
        ("stuck_output", {"level_ua": 50_000}, lambda pulse: pulse.peak_current_ua == 50_000),
        ("supply_sag", {"compliance_mv": 20_000, "restart_below_mv": 0}, lambda pulse: pulse.peak_voltage_mv <= 20_000),
        ("clock_drift", {"ppm": -100_000}, lambda pulse: pulse.t_us % 20_000),
        ("emergency_switch", {}, lambda pulse: pulse.t_us <= 500 * MS),
    ):
        simulator = running()
        fault = simulator.inject(kind, **params)
        simulator.advance(S)
        assert effect(simulator.stage.trace[-1]), kind
        assert simulator.injection(fault).effects > 0, kind


def test_a_snapshot_goes_on_as_if_nothing_had_happened():
    simulator = running()
    simulator.snapshot("here")
    simulator.advance(S)
    before = len(simulator.stage.trace)
    simulator.restore("here")
    simulator.advance(1_500 * MS)
    again = [pulse.t_us for pulse in simulator.stage.trace[before:]]
    assert again == list(range(S + 20 * MS, 1_500 * MS + 1, 20 * MS))
