"""What a channel list really gives, judged at the stage: times, currents and widths."""

import pytest

from firmware_sim.sciencemode2.rehastim2 import State
from firmware_sim.stage import Point

MS, S = 1_000, 1_000_000


def biphasic(us: int, ma: int) -> tuple[Point, ...]:
    return Point(us, ma * 1000), Point(100, 0), Point(us, -ma * 1000)


def test_a_contraction_at_50_hz_gives_its_pulses_with_right_times_widths_and_currents(host):
    """Up in steps of 2 mA every 100 ms, held, and down to 0: 250 us at 20 ms."""
    host.init((3,), main_ms=20)
    started_us = host.now_us
    told = [*range(0, 31, 2), *[30] * 10, *range(28, -1, -2)]
    for nth, ma in enumerate(told):
        host.send(32, bytes((0, 0, 250, ma)), at_us=started_us + max(0, nth * 100 - 1) * MS)
    host.send(34, at_us=host.now_us + 100 * MS)
    host.alive(host.now_us + 2 * S)
    trace = host.device.stage.trace
    expected = [(started_us + nth * 100 * MS + k * 20 * MS, ma) for nth, ma in enumerate(told) for k in range(5) if ma]
    assert [(pulse.t_us, pulse.amplitude_ua // 1000) for pulse in trace] == expected
    assert {pulse.channel for pulse in trace} == {3}
    assert {pulse.points for pulse in trace} == {biphasic(250, ma) for ma in range(2, 31, 2)}
    assert all(pulse.net_charge_pc == 0 for pulse in trace)
    assert max(pulse.peak_current_ua for pulse in trace) == 30_000


def test_channels_take_slots_of_1500_us_in_turn_also_at_0_ma(host):
    host.init((1, 4, 5, 8), main_ms=25)
    at_us = host.now_us
    host.start((1, 200, 10), (1, 200, 0), (1, 200, 20), (1, 200, 30))
    assert host.device.active_channels == (1, 5, 8)
    assert host.device.settings[8] == (biphasic(200, 30), 25 * MS)
    assert [host.device.train(channel) for channel in (1, 4, 7)] == [(25 * MS, 5), None, None]
    first = [(pulse.t_us - at_us, pulse.channel) for pulse in host.device.stage.trace[:6]]
    assert first == [(0, 1), (3_000, 5), (4_500, 8), (25_000, 1), (28_000, 5), (29_500, 8)]


def test_doublets_and_triplets_follow_at_the_inter_pulse_interval(host):
    host.init((1, 2), main_ms=40, group_ms=10)
    at_us = host.now_us
    assert host.start((3, 250, 10), (2, 250, 20)) == (0,)
    got = [(t_us - at_us, channel) for channel in (1, 2) for t_us in host.times(channel) if t_us < at_us + 40 * MS]
    assert got == [(0, 1), (10_000, 1), (20_000, 1), (1_500, 2), (11_500, 2)]


def test_low_frequency_channels_sit_out_so_many_passes(host):
    host.init((1, 2), main_ms=20, low=(2,), skips=3)
    at_us = host.now_us
    host.start((1, 250, 10), (1, 250, 20))
    host.alive(at_us + 400 * MS - 1)
    assert len(host.times(1)) == 20
    assert [t_us - at_us for t_us in host.times(2)] == [k * 80 * MS + 1_500 for k in range(5)]
    assert host.device.train(2) == (80 * MS, 5)


def test_new_values_come_with_the_next_pass_and_the_last_ones_win(new_host):
    for switch, early_ma in (("next_pass", 10), ("next_slot", 30)):
        host = new_host(update_takes_effect=switch, while_busy="accepted")
        host.init((1, 2), main_ms=50)
        at_us = host.now_us
        host.start((1, 250, 10), (1, 250, 10))
        host.send(32, bytes((0, 0, 250, 20)) * 2, at_us=at_us + 150 * MS)
        host.send(32, bytes((0, 0, 250, 30)) * 2, at_us=at_us + 151 * MS)
        host.to(at_us + 210 * MS)
        late = [(p.t_us - at_us, p.amplitude_ua // 1000) for p in host.device.stage.trace if p.t_us > at_us + 140 * MS]
        assert late == [(150_000, 10), (151_500, early_ma), (200_000, 30), (201_500, 30)], switch


def test_one_shot_gives_one_pass_per_start(host):
    assert host.init((1, 2), main_ms=0) == (0,)
    host.to(host.now_us + S)
    at_us = host.now_us
    host.start((1, 250, 10), (1, 250, 20))
    host.to(at_us + S)
    assert [t_us - at_us for t_us in host.times()] == [0, 1_500]
    assert host.device.active_channels == ()
    assert host.device.train(1) is None
    host.start((1, 250, 10), (1, 250, 20))
    assert len(host.times()) == 4
    assert host.device.state is State.STARTED


def test_a_start_in_the_middle_of_a_one_shot_pass_is_played_behind_it(new_host):
    host = new_host(while_busy="accepted")
    host.init((1, 2), main_ms=0)
    at_us = host.now_us
    host.send(32, bytes((0, 0, 250, 10)) * 2)
    host.send(32, bytes((0, 0, 250, 20)) * 2, at_us=at_us + 500)
    host.to(at_us + 100 * MS)
    assert [(p.t_us - at_us, p.amplitude_ua) for p in host.device.stage.trace] == [
        (0, 10_000),
        (1_500, 10_000),
        (3_000, 20_000),
        (4_500, 20_000),
    ]


def test_single_pulses_come_at_once_one_after_the_other(new_host):
    host = new_host(while_busy="accepted")
    at_us = host.now_us
    host.send(36, bytes((2, 0, 200, 120)))
    host.send(36, bytes((4, 0, 10, 15)))
    host.to(at_us + 100 * MS)
    assert [(p.t_us - at_us, p.channel, p.points) for p in host.device.stage.trace] == [
        (0, 3, biphasic(200, 120)),
        (1_500, 5, biphasic(20, 14)),
    ]
    assert host.device.state is State.START


def test_currents_step_by_2_ma_and_narrow_widths_are_raised(new_host):
    for switches, width, current, points in (
        ({}, 250, 129, biphasic(250, 128)),
        ({"odd_currents": "up"}, 250, 129, biphasic(250, 130)),
        ({"odd_currents": "as_coded"}, 250, 129, biphasic(250, 129)),
        ({}, 250, 130, biphasic(250, 130)),
        ({}, 19, 20, biphasic(20, 20)),
        ({}, 0, 20, biphasic(20, 20)),
        ({"zero_width": "no_pulse"}, 0, 20, None),
        ({}, 250, 1, None),
    ):
        host = new_host(**switches)
        host.init()
        host.start((1, width, current))
        assert {pulse.points for pulse in host.device.stage.trace} == ({points} if points else set()), (switches, width)


@pytest.mark.parametrize(
    ("switches", "listed", "result"),
    [
        ({}, {}, 0),
        ({}, {"main_ms": 7.5}, -2),
        ({}, {"main_ms": 1025, "group_ms": 129}, 0),
        ({}, {"main_ms": 1025.5}, -2),
        ({}, {"main_ms": 20, "group_ms": 20.5}, -2),
        ({}, {"group_ms": 2}, 0),
        ({"short_inter_pulse": "refuse_2"}, {"group_ms": 2}, -2),
        ({}, {"skips": 8}, -2),
        ({}, {"channels": ()}, -2),
        ({"empty_list": "accepted"}, {"channels": ()}, 0),
        ({}, {"channels": range(1, 9), "main_ms": 11.5}, -2),
        ({}, {"channels": range(1, 9), "main_ms": 12}, 0),
        ({"crowded_list": "stretched"}, {"channels": range(1, 9), "main_ms": 8}, 0),
    ],
)
def test_a_list_is_refused_outside_its_documented_ranges(new_host, switches, listed, result):
    assert new_host(**switches).init(**listed) == (result,)


def test_a_start_is_refused_when_it_does_not_fit_the_list(new_host):
    host = new_host()
    assert host.start((1, 250, 20)) == (-3,)
    host.init((1, 2), main_ms=20, group_ms=8)
    for entries in (
        [(1, 250, 20)],
        [(1, 250, 20)] * 3,
        [(1, 501, 20)] * 2,
        [(1, 250, 131)] * 2,
        [(4, 250, 20)] * 2,
        [(3, 250, 20)] * 2,
    ):
        assert host.start(*entries) == (-2,), entries
    for data in (b"", bytes(3), bytes(9)):
        assert host.ask(32, data) == (-2,)
    assert host.start((2, 250, 20), (1, 250, 20)) == (0,)
    assert [host.ask(30, bytes(6)), host.ask(34, b"\0"), host.ask(36, bytes((8, 0, 200, 9)))] == [(-2,)] * 3


def test_doublets_need_the_documented_interval_and_room_for_the_slots(new_host):
    for switches, group_ms, channels, result in (
        ({}, 2, (1,), -2),
        ({"short_inter_pulse": "accepted"}, 2, (1,), 0),
        ({}, 8, range(1, 7), -2),
        ({"crowded_list": "stretched"}, 8, range(1, 7), 0),
    ):
        host = new_host(**switches)
        assert host.init(channels, main_ms=100, group_ms=group_ms) == (0,)
        assert host.start(*[(2, 250, 20)] * len(channels)) == (result,)
    got = [t_us - host.times()[0] for t_us in host.times(1)[:2]]
    assert got == [0, 9_000]  # six slots of 1.5 ms come first


def test_channel_execution_1_is_refused_or_taken_as_0(new_host):
    wanted = bytes((0, 1, 0, 13, 0, 38, 1))
    assert new_host().ask(30, wanted) == (-2,)
    assert new_host(execution_1="as_0").ask(30, wanted) == (0,)
    assert new_host(execution_1="as_0").ask(30, wanted[:-1] + b"\2") == (-2,)


def test_the_first_pass_may_come_an_interval_late(new_host):
    host = new_host(list_begins="after_interval")
    host.init(main_ms=20)
    at_us = host.now_us
    host.start((1, 250, 20))
    assert host.times()[0] == at_us + 20 * MS
