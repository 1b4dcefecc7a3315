"""Output: the newest target wins, off at once, all else right after a clean poll, a rise never faster than asked."""

from __future__ import annotations

from itertools import pairwise

import pytest
from devices.sciencemode4.bench import HALT, POLL, STATUS, UPDATE, W2, W50, Bench, one
from devices.sciencemode4.vectors import framed

from helpers.rows import bundled
from nmes.core.commands import ChannelOutput, Enable, SetOutput
from nmes.core.events import DeviceFault, Enabled, Fault, LinkLost, OutputConfirmed, OutputSent, Unanswered
from nmes.core.waveform import Waveform


def both(first_ua: int, second_ua: int, rise_ua_per_s: int = 1_000_000_000) -> SetOutput:
    return SetOutput((ChannelOutput(2, second_ua, W50, rise_ua_per_s), ChannelOutput(1, first_ua, W50, rise_ua_per_s)))


# --- enabling ---


def test_enabling_asks_the_device_to_stop_all_channels_on_any_fault() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.order(Enable())
    assert [(heard.name, heard.data) for heard in bench.device.heard] == [("init", b"\x01")]
    assert not bench.driver.output.off_confirmed
    bench.run(5)
    assert bench.events == [Enabled()]


def test_an_unanswered_enable_is_said_after_400_ms() -> None:
    bench = Bench().identified()
    bench.device.mute(30)
    bench.forget()
    bench.order(Enable())
    bench.run(399)
    assert bench.events == []
    bench.run(1)
    assert bench.events == [Unanswered("prepare")]


@pytest.mark.parametrize(
    ("result", "fault"), [(1, Fault.REFUSED), (7, Fault.NOT_INITIALISED), (8, Fault.REFUSED), (10, Fault.ELECTRODE)]
)
def test_a_refused_enable_is_a_fault(result: int, fault: Fault) -> None:
    bench = Bench().identified()
    bench.device.result(30, result)
    bench.forget()
    bench.order(Enable())
    bench.run(1000)
    assert bench.events == [DeviceFault(fault, 0, result)]
    assert bench.names == ["init"]


def test_a_target_given_while_enabling_leaves_once_enabled() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.order(Enable())
    bench.order(one(5_000))
    bench.run(10)
    assert bench.names == ["init", "poll", "update"]


# --- the climb ---


def test_a_climb_is_update_poll_update_poll_at_most_25_times_a_second_up_to_the_target_and_no_further() -> None:
    bench = Bench().enabled()
    bench.order(one(20_000, rise_ua_per_s=20_000))
    bench.run(3000)
    climb = bench.updates()
    amplitudes = [update.amplitudes[1] for update in climb]
    assert amplitudes == sorted(set(amplitudes))
    assert amplitudes[-1] == 20_000
    assert all(later.at_ms - earlier.at_ms >= 40 for earlier, later in pairwise(climb))
    names = bench.names
    assert all(names[i - 1] == "poll" for i in range(1, len(names)) if names[i] == "update")
    assert climb[-1].at_ms - climb[0].at_ms < 1200, "20 mA at 20 mA/s take about a second"
    assert bench.driver.output.confirmed == ((1, 20_000),)


def test_the_device_is_told_to_jump_not_to_ramp_and_gets_a_balanced_pulse() -> None:
    bench = Bench().enabled()
    bench.order(one(40_000))
    bench.run(500)
    last = bench.updates()[-1]
    assert last.data == bytes.fromhex("01 20 00 50 12 C5 F0 00 06 44 B0 00 12 C3 70 00")


def test_a_period_off_the_half_ms_grid_goes_out_in_quarter_ms() -> None:
    bench = Bench().enabled()
    bench.order(one(1_000, waveform=Waveform(300, 0, 1, 22_250)))
    bench.run(50)
    assert bench.updates()[0].data[1:4] == bytes((0x10, 0x00, 22_250 // 250 * 2 + 1))


def test_no_step_of_a_climb_leaves_while_the_poll_before_it_is_unanswered() -> None:
    bench = Bench().enabled()
    bench.order(one(20_000, rise_ua_per_s=20_000))
    bench.run(100)
    bench.device.mute(POLL)
    bench.forget()
    bench.run(1000)
    assert bench.names[-1] == "poll"
    assert bench.names.count("update") <= 1
    assert bench.events[-1] == Unanswered("check output")


def test_the_newest_target_wins() -> None:
    bench = Bench().enabled()
    bench.order(one(20_000, rise_ua_per_s=20_000))
    bench.run(100)
    bench.order(one(30_000, rise_ua_per_s=20_000))
    bench.order(one(6_000, rise_ua_per_s=20_000))
    bench.run(2000)
    assert bench.updates()[-1].amplitudes == {1: 6_000}
    assert max(update.amplitudes[1] for update in bench.updates()) == 6_000


def test_amplitudes_round_down_and_an_unchanged_one_is_not_sent_again() -> None:
    bench = Bench().playing(20_000)
    bench.order(one(20_499))
    bench.run(300)
    assert bench.updates() == []


def test_below_one_device_step_nothing_is_switched_on() -> None:
    bench = Bench().enabled()
    bench.order(one(499))
    bench.run(1000)
    assert bench.updates() == []


def test_a_rate_of_zero_never_rises() -> None:
    bench = Bench().enabled()
    bench.order(one(10_000, rise_ua_per_s=0))
    bench.run(2000)
    assert bench.updates() == []


def test_a_slow_rate_waits_until_a_whole_device_step_is_earned() -> None:
    bench = Bench().enabled()
    began_ms = bench.now_ms
    bench.order(one(1_000, rise_ua_per_s=1_000))
    bench.run(2000)
    assert [update.at_ms - began_ms for update in bench.updates()] == [501, 1002]


def test_at_a_long_period_a_rise_waits_for_the_period_and_comes_just_before_its_pulse() -> None:
    bench = Bench().enabled()
    bench.order(one(20_000, rise_ua_per_s=4_000, waveform=W2))
    bench.run(3000)
    times = [update.at_ms for update in bench.updates()]
    assert len(times) >= 4
    assert {later - earlier for earlier, later in pairwise(times)} == {497}


def test_another_waveform_starts_from_zero() -> None:
    bench = Bench().playing(20_000)
    longer = Waveform(400, 100, 1, 20_000)
    bench.order(one(20_000, rise_ua_per_s=40_000, waveform=longer))
    bench.run(1500)
    amplitudes = [update.amplitudes.get(1, 0) for update in bench.updates()]
    assert amplitudes[0] == 0
    assert amplitudes == sorted(amplitudes)
    assert amplitudes[1] <= 2_000
    assert amplitudes[-1] == 20_000


def test_a_channel_that_was_off_starts_from_zero_however_long_it_rested() -> None:
    bench = Bench().playing(20_000)
    bench.order(SetOutput(()))
    bench.run(10_000)
    bench.forget()
    bench.order(one(20_000, rise_ua_per_s=20_000))
    bench.run(100)
    assert bench.updates()[0].amplitudes[1] <= 1_000


def test_a_channel_that_is_told_of_at_0_earns_its_first_step_meanwhile() -> None:
    """10 mA in 2 s: the plan's line is at 0.5 mA after 100 ms, and then the step leaves."""
    bench = Bench().enabled()
    bench.order(one(0, rise_ua_per_s=5_000))
    bench.run(100)
    assert bench.updates() == []
    began_ms = bench.now_ms
    bench.order(one(500, rise_ua_per_s=5_000))
    bench.run(30)
    assert [(update.at_ms - began_ms, update.amplitudes) for update in bench.updates()] == [(2, {1: 500})]


def test_however_long_it_is_told_of_at_0_it_earns_one_window_and_one_step() -> None:
    bench = Bench().enabled()
    bench.order(one(0, rise_ua_per_s=5_000))
    bench.run(60_000)
    bench.forget()
    bench.order(one(10_000, rise_ua_per_s=5_000))
    bench.run(40)
    assert [update.amplitudes for update in bench.updates()] == [{1: 500}]


def test_what_falls_to_0_has_earned_nothing_by_what_it_was() -> None:
    bench = Bench().enabled()
    bench.order(one(5_000, rise_ua_per_s=5_000))
    bench.run(2_000)
    bench.order(one(0, rise_ua_per_s=5_000))
    bench.run(50)
    assert bench.updates()[-1].amplitudes == {}
    bench.forget()
    began_ms = bench.now_ms
    bench.order(one(5_000, rise_ua_per_s=5_000))
    bench.run(100)
    assert [(update.at_ms - began_ms, update.amplitudes) for update in bench.updates()] == [(51, {1: 500})]


# --- falls ---


def test_a_decrease_is_a_poll_at_once_and_the_update_in_the_turn_that_hears_it_is_clean() -> None:
    bench = Bench().playing(20_000)
    bench.order(one(8_000))
    bench.run(0)
    assert bench.names == ["poll"]
    bench.run(2)
    assert [(heard.name, heard.at_ms) for heard in bench.device.heard] == [
        ("poll", bench.now_ms - 2),
        ("update", bench.now_ms),
    ]
    assert bench.updates()[0].amplitudes == {1: 8_000}


def test_a_decrease_just_after_a_clean_poll_leaves_in_the_call_that_asks_for_it() -> None:
    bench = Bench().playing(20_000)
    while not bench.names or bench.waiting:
        bench.run(1)
    bench.run(20)
    bench.order(one(8_000))
    assert bench.names == ["poll", "update"]


def test_a_poll_that_has_grown_old_clears_nothing() -> None:
    bench = Bench().playing(20_000)
    while not bench.names or bench.waiting:
        bench.run(1)
    bench.run(25)
    bench.order(one(8_000))
    assert bench.names == ["poll"]
    bench.run(5)
    assert bench.names == ["poll", "poll", "update"]


def test_a_decrease_while_its_poll_is_out_leaves_with_the_newest_target() -> None:
    bench = Bench().playing(20_000)
    bench.order(one(15_000))
    bench.run(1)
    bench.order(one(5_000))
    bench.run(1)
    assert [update.amplitudes for update in bench.updates()] == [{1: 5_000}]


def test_a_decrease_follows_the_update_before_it_after_one_interval() -> None:
    bench = Bench().playing(20_000)
    bench.order(one(15_000))
    bench.run(2)
    bench.order(one(5_000))
    bench.run(45)
    assert [update.amplitudes for update in bench.updates()] == [{1: 15_000}, {1: 5_000}]
    first, second = bench.updates()
    assert second.at_ms - first.at_ms == 40


@pytest.mark.parametrize("waveform", [W50, Waveform(300, 100, 1, 41_000), Waveform(300, 100, 1, 100_000), W2])
def test_no_two_updates_that_leave_a_channel_on_come_closer_than_the_interval_however_often_it_falls(
    waveform: Waveform,
) -> None:
    interval_ms = max(40, waveform.period_us // 1000 - 3)
    bench = Bench(delay_ms=1).enabled()
    bench.order(one(40_000, waveform=waveform))
    bench.run(5_000)
    bench.forget()
    for step in range(1, 80):
        bench.order(one(40_000 - 500 * step, waveform=waveform))
        bench.run(7)
    bench.run(interval_ms + 5)
    assert all(later.at_ms - earlier.at_ms >= interval_ms for earlier, later in pairwise(bench.updates()))
    assert bench.driver.output.confirmed == ((1, 500),)


def test_a_fall_of_a_fast_channel_does_not_give_a_slow_one_more_pulses() -> None:
    def fast_and_slow(fast_ua: int) -> SetOutput:
        return SetOutput((*one(fast_ua).outputs, *one(20_000, waveform=W2, channel=2).outputs))

    bench = Bench().enabled()
    bench.order(fast_and_slow(20_000))
    bench.run(5_000)
    bench.forget()
    for step in range(1, 30):
        bench.order(fast_and_slow(20_000 - 500 * step))
        bench.run(40)
    times = [update.at_ms for update in bench.updates()]
    assert len(times) >= 2
    assert all(later - earlier >= 497 for earlier, later in pairwise(times))


@pytest.mark.parametrize("state", [0, 1, 3], ids=["silent", "electrode", "low current"])
def test_a_decrease_after_a_fault_nobody_has_seen_yet_ends_in_the_fault_not_in_an_update(state: int) -> None:
    bench = Bench().playing(20_000)
    bench.run(300)
    bench.forget()
    bench.device.states[0], bench.device.active = state, 0
    bench.order(one(19_500))
    bench.run(1_000)
    assert bench.names == ["poll"]
    assert [type(event) for event in bench.events] == [DeviceFault]


@pytest.mark.parametrize("second_ua", [9_500, 0], ids=["falls", "goes off"])
def test_another_channels_way_down_does_not_start_a_faulted_channel_again(second_ua: int) -> None:
    bench = Bench().enabled()
    bench.order(both(10_000, 10_000))
    bench.run(300)
    bench.forget()
    bench.device.states[0], bench.device.active = 1, 0
    bench.order(both(10_000, second_ua))
    bench.run(1_000)
    assert bench.updates() == []
    assert bench.events[0] == DeviceFault(Fault.ELECTRODE, 1, 0)


def test_every_update_that_leaves_a_channel_on_is_the_next_request_after_a_poll() -> None:
    bench = Bench().enabled()
    for first_ua, second_ua in [(20_000, 0), (5_000, 10_000), (0, 8_000), (4_000, 0), (0, 0), (6_000, 6_000)]:
        bench.order(both(first_ua, second_ua, rise_ua_per_s=50_000))
        bench.run(333)
    before = dict(enumerate(["poll", *bench.names]))
    kept = [index for index, heard in enumerate(bench.device.heard) if heard.name == "update" and heard.data != b"\x00"]
    assert len(kept) >= 10
    assert {before[index] for index in kept} == {"poll"}


def test_answers_too_slow_to_clear_a_wanted_update_end_as_unanswered() -> None:
    bench = Bench().playing(20_000)
    bench.delay_ms = 30
    bench.order(one(10_000))
    began_ms = bench.now_ms
    bench.run(1_000)
    assert bench.events == [Unanswered("check output")]
    assert bench.updates() == []
    assert bench.device.heard[-1].at_ms - began_ms <= 230


def test_one_slow_answer_only_costs_another_poll() -> None:
    bench = Bench().playing(20_000)
    bench.delay_ms = 100
    bench.order(one(10_000))
    bench.run(50)
    bench.delay_ms = 2
    bench.run(55)
    assert bench.names == ["poll", "poll", "update"]
    assert bench.driver.output.confirmed == ((1, 10_000),)


def test_slow_answers_with_nothing_to_change_are_no_matter() -> None:
    bench = Bench().playing(20_000)
    bench.delay_ms = 100
    bench.run(5_000)
    assert bench.events == []


def test_rest_is_an_update_without_the_channel_and_keeps_the_device_alive() -> None:
    bench = Bench().playing(20_000)
    bench.order(SetOutput(()))
    assert [heard.data for heard in bench.device.heard] == [b"\x00"]
    bench.run(5_000)
    assert set(bench.names[1:]) == {"poll"}
    assert bench.driver.output.confirmed == ()
    assert not bench.driver.output.off_confirmed, "at rest the high voltage is on"


def test_a_channel_listed_at_zero_is_off() -> None:
    bench = Bench().playing(20_000)
    bench.order(one(0))
    assert [heard.data for heard in bench.device.heard] == [b"\x00"]


def test_one_channel_climbs_while_another_falls_step_by_step_each_rise_still_after_a_poll_and_40_ms() -> None:
    bench = Bench().enabled()
    bench.order(both(40_000, 0))
    bench.run(400)
    assert bench.driver.output.confirmed == ((1, 40_000),)
    bench.forget()
    for step in range(80):
        bench.order(both(40_000 - 500 * step, 10_000, rise_ua_per_s=20_000))
        bench.run(20)
    assert bench.driver.output.confirmed == ((1, 500), (2, 10_000))
    rises, highest = [0], 0
    for index, heard in enumerate(bench.device.heard):
        if heard.name == "update" and heard.amplitudes.get(2, 0) > highest:
            highest = heard.amplitudes[2]
            rises.append(index)
    for earlier, later in pairwise(rises[1:]):
        between = bench.device.heard[earlier:later]
        assert "poll" in [heard.name for heard in between]
        assert bench.device.heard[later].at_ms - bench.device.heard[earlier].at_ms >= 40


def test_eight_channels_falling_at_every_turn_stay_below_the_frames_the_line_is_meant_for() -> None:
    def all_at(tenths: int) -> SetOutput:
        amplitudes = [max(500, 40_000 - 100 * tenths + 60 * channel) for channel in range(1, 9)]
        return SetOutput(tuple(ChannelOutput(c + 1, ua, W50, 1_000_000) for c, ua in enumerate(amplitudes)))

    bench = Bench(delay_ms=1).enabled()
    bench.order(all_at(0))
    bench.run(1_000)
    bench.forget()
    for turn in range(400):
        bench.order(all_at(turn))
        bench.run(2)
    times = [heard.at_ms for heard in bench.device.heard]
    for first, begin in enumerate(times):
        for count, end in enumerate(times[first:], 1):
            assert count <= 10 + (end - begin) // 10
    bench.run(20)
    assert set(dict(bench.driver.output.confirmed).values()) == {500}


def test_switching_everything_off_is_never_delayed_by_falls_before_it() -> None:
    bench = Bench(delay_ms=1).playing(40_000)
    for step in range(1, 9):
        bench.order(one(40_000 - 500 * step))
        bench.run(1)
    bench.order(one(30_000))
    bench.run(1)
    assert bench.updates()[-1].amplitudes[1] > 30_000, "this fall waits"
    bench.order(SetOutput(()))
    assert bench.updates()[-1].amplitudes == {}


@pytest.mark.parametrize(("period_us", "after_ms"), [(20_000, 40), (100_000, 97), (500_000, 101)])
def test_one_channel_of_two_goes_off_after_the_interval_or_100_ms(period_us: int, after_ms: int) -> None:
    def at(*amplitudes_ua: int) -> SetOutput:
        pulse = Waveform(300, 100, 1, period_us)
        return SetOutput(tuple(ChannelOutput(c, ua, pulse, 1_000_000_000) for c, ua in enumerate(amplitudes_ua, 1)))

    bench = Bench(delay_ms=1).enabled()
    bench.order(at(10_000, 10_000))
    bench.run(2_000)
    bench.forget()
    bench.order(at(9_000, 10_000))
    bench.run(2)
    bench.order(at(20_000, 0))
    bench.run(110)
    first, second, *_ = bench.updates()
    assert 2 not in second.amplitudes
    assert second.at_ms - first.at_ms == after_ms
    assert second.amplitudes[1] == 9_000 or after_ms < 100, "off before the interval is over raises nothing"
    bench.order(SetOutput(()))
    assert bench.updates()[-1].amplitudes == {}


def test_a_channel_switched_off_and_on_again_waits_for_its_own_period() -> None:
    bench = Bench().enabled()
    bench.order(one(5_000, waveform=W2))
    bench.run(2_000)
    bench.forget()
    bench.order(SetOutput(()))
    bench.order(one(5_000, waveform=W2))
    bench.run(1_000)
    off, on = bench.updates()
    assert on.at_ms - off.at_ms == 497


def test_the_100_ms_of_a_channel_going_off_count_from_when_it_was_asked_for() -> None:
    def of(*channels: int) -> SetOutput:
        return SetOutput(tuple(ChannelOutput(channel, 5_000, W2, 1_000_000_000) for channel in channels))

    bench = Bench().enabled()
    bench.order(of(1, 2, 3))
    bench.run(20)
    bench.order(of(1, 2))
    bench.run(110)
    bench.order(of(1))
    bench.run(200)
    first, second, third = bench.updates()
    assert [list(update.amplitudes) for update in (first, second, third)] == [[1, 2, 3], [1, 2], [1]]
    assert third.at_ms - second.at_ms >= 100


def test_a_slow_answer_long_before_an_update_is_due_does_not_count_against_it() -> None:
    bench = Bench(delay_ms=2).enabled()
    bench.order(one(1_000, rise_ua_per_s=1_000))
    bench.run(505)
    bench.delay_ms = 100
    bench.run(400)
    bench.forget()
    bench.run(160)
    bench.delay_ms = 2
    bench.run(100)
    assert bench.driver.output.confirmed == ((1, 1_000),)


def test_a_channel_dropped_while_the_update_that_starts_it_is_being_written_goes_off_within_100_ms() -> None:
    bench = Bench().enabled()
    two = (*one(5_000, waveform=W2).outputs, *one(5_000, waveform=W2, channel=2).outputs)
    bench.driver.execute(SetOutput(two), bench.now_ms)
    bench.stall(2)
    bench.driver.tick(bench.now_ms)
    bench.driver.execute(one(5_000, waveform=W2), bench.now_ms)
    bench.say(b"")
    bench.run(120)
    assert [update.amplitudes for update in bench.updates()] == [{1: 5_000, 2: 5_000}, {1: 5_000}]


def test_a_long_fall_does_not_blind_the_driver() -> None:
    bench = Bench().playing(40_000)
    began_ms = bench.now_ms
    for step in range(80):
        bench.order(one(40_000 - 500 * step))
        bench.run(20)
    polls = [heard.at_ms for heard in bench.device.heard if heard.name == "poll"]
    assert max(later - earlier for earlier, later in pairwise([began_ms, *polls, bench.now_ms])) <= 500


# --- keep-alive ---


@pytest.mark.covers("SR-03")
def test_the_keep_alive_is_a_poll_400_ms_after_the_last_acknowledged_request_left() -> None:
    bench = Bench().playing(20_000)
    bench.run(4_000)
    assert set(bench.names) == {"poll"}
    times = [heard.at_ms for heard in bench.device.heard]
    assert {later - earlier for earlier, later in pairwise(times)} == {400}
    assert all(heard.data == b"\x04" for heard in bench.device.heard)


@pytest.mark.covers("SR-03")
def test_nobody_turning_means_no_keep_alive() -> None:
    bench = Bench().playing(20_000)
    bench.stall(1_500)
    bench.order(one(20_000))
    bench.say(b"")
    assert bench.names == []


def test_after_a_stall_a_poll_must_find_the_channel_still_on_before_an_update_may_keep_it_on() -> None:
    bench = Bench().playing(20_000)
    bench.stall(2_500)
    bench.device.active = 0
    bench.order(one(10_000))
    assert bench.names == []
    bench.run(100)
    assert bench.names == ["poll"]
    assert bench.events == [DeviceFault(Fault.CHANNEL_SILENT, 1, 0)]


def test_after_a_stall_switching_off_needs_no_poll() -> None:
    bench = Bench().playing(20_000)
    bench.stall(2_500)
    bench.order(SetOutput(()))
    assert [heard.data for heard in bench.device.heard] == [b"\x00"]


# --- deadlines and what the driver says about time ---


def test_the_next_deadline_is_exact_before_it_nothing_happens_at_it_something_does() -> None:
    bench = Bench().enabled()
    bench.order(one(10_000, rise_ua_per_s=7_000))
    for _ in range(120):
        while bench.waiting:
            bench.run(1)
        deadline_ms = bench.driver.next_deadline_ms(bench.now_ms)
        assert deadline_ms is not None
        before = len(bench.device.heard)
        if deadline_ms - 1 > bench.now_ms and bench.driver.next_deadline_ms(deadline_ms - 1) == deadline_ms:
            bench.driver.tick(deadline_ms - 1)
            assert bench.driver.frames() == []
        bench.run(deadline_ms - bench.now_ms)
        assert len(bench.device.heard) == before + 1


def test_idle_phases_wait_for_bytes_only() -> None:
    bench = Bench()
    assert bench.driver.next_deadline_ms(bench.now_ms) is None
    bench.identified()
    assert bench.driver.next_deadline_ms(bench.now_ms) is None


def test_an_overdue_poll_is_due_now() -> None:
    bench = Bench().playing()
    bench.stall(900)
    assert bench.driver.next_deadline_ms(bench.now_ms) == bench.now_ms


def test_a_deadline_counts_from_the_end_of_the_write() -> None:
    bench = Bench().playing()
    bench.prove()
    bench.driver.execute(one(10_000), bench.now_ms)
    assert len(bench.driver.frames()) == 1
    bench.driver.sent(bench.now_ms + 30)
    bench.driver.sent(bench.now_ms + 100)
    assert bench.driver.next_deadline_ms(bench.now_ms) == bench.now_ms + 230
    assert bench.driver.events() == [OutputSent(bench.now_ms + 30, ((1, 10_000),))]


def test_an_answer_faster_than_the_word_that_the_frame_was_written_still_counts() -> None:
    bench = Bench().playing()
    bench.prove()
    bench.driver.execute(one(10_000), bench.now_ms)
    [frame] = bench.driver.frames()
    answer = bench.device.hear(frame, bench.now_ms)
    assert answer is not None
    bench.driver.receive(answer, bench.now_ms)
    bench.driver.sent(bench.now_ms)
    expected = ((1, 10_000),)
    assert bench.driver.events() == [OutputSent(bench.now_ms, expected), OutputConfirmed(bench.now_ms, expected)]


# --- answers that must not count ---


@pytest.mark.covers("LW-05")
def test_a_lost_acknowledgement_of_an_update_is_said_after_200_ms_and_nothing_follows() -> None:
    bench = Bench().playing(20_000)
    bench.device.mute(UPDATE)
    bench.prove()
    bench.order(one(10_000))
    bench.run(199)
    assert bench.events == [OutputSent(bench.now_ms - 199, ((1, 10_000),))]
    bench.run(5_000)
    assert bench.events[1:] == [Unanswered("change output")]
    assert bench.names == ["update"]
    assert bench.driver.output.commanded == ((1, 10_000),)
    assert bench.driver.output.confirmed == ((1, 20_000),)


def test_an_acknowledgement_later_than_its_deadline_changes_nothing() -> None:
    bench = Bench().playing(20_000)
    bench.prove()
    bench.delay_ms = 250
    bench.order(one(10_000))
    bench.run(1_000)
    assert bench.events[1:] == [Unanswered("change output")]
    assert bench.names == ["update"]


@pytest.mark.parametrize(
    ("shift", "command"),
    [(1, 33), (63, 33), (0, 35), (0, 37), (0, 32)],
    ids=["next", "previous", "stop", "poll", "echo"],
)
def test_an_answer_with_another_number_is_dropped(shift: int, command: int) -> None:
    bench = Bench().playing(20_000)
    bench.device.instead[UPDATE] = lambda number, data: framed((number + shift) % 64, command, bytes(7))
    bench.order(one(10_000))
    bench.run(1_000)
    assert bench.events[1:] == [Unanswered("change output")]


def test_an_acknowledgement_without_its_result_is_no_answer() -> None:
    bench = Bench().playing(20_000)
    bench.device.instead[UPDATE] = lambda number, data: framed(number, 33)
    bench.order(one(10_000))
    bench.run(1_000)
    assert bench.events[1:] == [Unanswered("change output")]


def test_a_doubled_acknowledgement_counts_once() -> None:
    bench = Bench().playing(20_000)
    bench.device.instead[UPDATE] = lambda number, data: framed(number, 33, b"\x00") * 2
    bench.order(one(10_000))
    bench.run(100)
    assert [type(event) for event in bench.events] == [OutputSent, OutputConfirmed]


def test_packet_numbers_run_from_0_to_63_and_begin_again() -> None:
    bench = Bench()
    bench.identified()
    bench.order(Enable())
    bench.run(60_000)
    numbers = [heard.number for heard in bench.device.heard]
    assert numbers[:130] == [*range(64), *range(64), 0, 1]


# --- faults ---


@pytest.mark.parametrize(
    ("state", "fault"), [(1, Fault.ELECTRODE), (2, Fault.PULSE_TIMEOUT), (3, Fault.LOW_CURRENT), (9, Fault.REFUSED)]
)
def test_an_error_of_a_channel_is_a_fault_of_that_channel_and_silences_the_driver(state: int, fault: Fault) -> None:
    bench = Bench().playing(20_000)
    bench.device.states[0], bench.device.active = state, 0
    bench.run(500)
    assert bench.events == [DeviceFault(fault, 1, 0)]
    assert bench.driver.output.confirmed == ()
    bench.forget()
    bench.order(one(5_000))
    bench.order(SetOutput(()))
    bench.run(5_000)
    assert bench.names == []


def test_each_faulty_channel_is_named() -> None:
    bench = Bench().enabled()
    bench.order(both(10_000, 10_000))
    bench.run(200)
    bench.forget()
    bench.device.states[:2], bench.device.active = [1, 3], 0
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.ELECTRODE, 1, 0), DeviceFault(Fault.LOW_CURRENT, 2, 0)]


@pytest.mark.covers("SR-09")
def test_a_channel_that_fell_silent_is_a_fault_though_no_error_is_shown() -> None:
    bench = Bench().enabled()
    bench.order(both(10_000, 10_000))
    bench.run(200)
    bench.forget()
    bench.device.active = 0b01
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.CHANNEL_SILENT, 2, 0)]
    assert bench.driver.output.confirmed == ((1, 10_000),)


@pytest.mark.covers("SR-09")
def test_a_channel_that_goes_on_after_it_was_switched_off_is_a_fault() -> None:
    bench = Bench().enabled()
    bench.order(both(10_000, 10_000))
    bench.run(200)
    bench.forget()
    bench.order(one(10_000))
    bench.run(5)
    bench.device.active = 0b11
    bench.run(500)
    assert bench.events[-1] == DeviceFault(Fault.REFUSED, 2, 0)


def test_the_body_of_a_poll_is_read_whatever_its_result() -> None:
    bench = Bench().playing(20_000)
    bench.device.instead[POLL] = lambda number, data: framed(number, 37, bytes.fromhex("0A 04 00 01 00 00 00"))
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.ELECTRODE, 1, 10)]


@bundled(
    ("result", "fault"),
    [
        (7, Fault.NOT_INITIALISED),
        (10, Fault.ELECTRODE),
        (16, Fault.PULSE_TIMEOUT),
        (28, Fault.LOW_CURRENT),
        (4, Fault.REFUSED),
        (99, Fault.REFUSED),
    ],
)
@bundled("body", ["04 01 00 00 00 00", ""])
def test_a_poll_whose_result_is_not_ok_is_a_fault_with_and_without_a_body(result: int, fault: Fault, body: str) -> None:
    bench = Bench().playing(20_000)
    bench.device.instead[POLL] = lambda number, data: framed(number, 37, bytes((result,)) + bytes.fromhex(body))
    bench.run(500)
    assert bench.events == [DeviceFault(fault, 0, result)]


def test_a_poll_answered_in_another_selectors_form_proves_nothing() -> None:
    bench = Bench().playing(20_000)
    bench.device.instead[POLL] = lambda number, data: framed(number, 37, b"\x00\x02\x10")
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, 0)]


@pytest.mark.parametrize(("result", "fault"), [(2, Fault.REFUSED), (7, Fault.NOT_INITIALISED)])
def test_an_update_that_is_refused_is_a_fault(result: int, fault: Fault) -> None:
    bench = Bench().playing(20_000)
    bench.device.result(UPDATE, result)
    bench.prove()
    bench.order(one(10_000))
    bench.run(1_000)
    assert bench.events[1:] == [DeviceFault(fault, 0, result)]
    assert bench.names == ["update"]


def test_a_device_that_restarted_is_noticed_at_the_next_poll() -> None:
    bench = Bench().playing(20_000)
    bench.device.result(POLL, 7)
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.NOT_INITIALISED, 0, 7)]


@pytest.mark.covers("SR-17")
def test_an_unknown_command_is_a_fault() -> None:
    bench = Bench().playing(20_000)
    bench.device.instead[POLL] = lambda number, data: framed(number, 67, b"\x0b")
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, 11)]


def test_a_general_error_is_a_fault_at_any_time_while_enabled() -> None:
    bench = Bench().playing(20_000)
    bench.say(framed(55, 66, b"\x04"))
    bench.run(5_000)
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, 4)]
    assert bench.names == []


def test_a_fault_keeps_back_an_update_that_waits_to_be_written() -> None:
    bench = Bench().playing(20_000)
    bench.prove()
    bench.driver.execute(one(10_000), bench.now_ms)
    bench.driver.receive(framed(55, 66, b"\x04"), bench.now_ms)
    assert bench.driver.frames() == []


def test_a_general_error_while_off_or_without_a_result_is_no_event() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.say(framed(0, 66, b"\x04"))
    assert bench.events == []
    bench.order(Enable())
    bench.run(5)
    bench.say(framed(0, 66))
    assert bench.events == [Enabled()]


# --- what is said of the output ---


def test_sent_and_confirmed_amplitudes_are_two_values() -> None:
    bench = Bench().playing(20_000)
    bench.prove()
    bench.order(one(10_000))
    assert bench.driver.output.commanded == ((1, 10_000),)
    assert bench.driver.output.confirmed == ((1, 20_000),)
    bench.run(2)
    assert bench.driver.output.confirmed == ((1, 10_000),)
    assert bench.driver.output.confirmed_at_ms == bench.now_ms
    assert bench.events == [
        OutputSent(bench.now_ms - 2, ((1, 10_000),)),
        OutputConfirmed(bench.now_ms, ((1, 10_000),)),
    ]


def test_a_poll_renews_the_time_of_the_confirmation() -> None:
    bench = Bench().playing(20_000)
    before_ms = bench.driver.output.confirmed_at_ms
    bench.run(500)
    assert before_ms is not None
    assert bench.driver.output.confirmed_at_ms is not None
    assert bench.driver.output.confirmed_at_ms > before_ms


# --- refusals and the end of the line ---


def test_after_a_refusal_of_the_guard_only_a_halt_leaves() -> None:
    bench = Bench().playing(20_000)
    bench.prove()
    bench.driver.execute(one(10_000), bench.now_ms)
    assert len(bench.driver.frames()) == 1
    bench.driver.refused(bench.now_ms)
    bench.order(one(5_000))
    bench.order(Enable())
    bench.run(5_000)
    assert bench.names == []
    assert bench.driver.output.commanded == ((1, 20_000),), "what was refused never left"
    bench.order(HALT)
    bench.run(100)
    bench.order(Enable())
    bench.run(1_000)
    assert bench.names[:3] == ["stop", "status", "init"]
    assert bench.updates() == [], "the target was forgotten"


def test_a_refused_enable_can_be_halted_and_asked_again() -> None:
    bench = Bench().identified()
    bench.driver.execute(Enable(), bench.now_ms)
    bench.driver.frames()
    bench.driver.refused(bench.now_ms)
    bench.run(1_000)
    bench.order(HALT)
    bench.run(100)
    bench.forget()
    bench.order(Enable())
    bench.run(5)
    assert bench.events == [Enabled()]


def test_a_refusal_with_nothing_outstanding_changes_nothing() -> None:
    bench = Bench().identified()
    bench.driver.refused(bench.now_ms)
    bench.forget()
    bench.order(Enable())
    bench.run(5)
    assert bench.events == [Enabled()]


def test_a_lost_line_is_said_once_and_then_nothing_leaves_or_counts() -> None:
    bench = Bench().playing(20_000)
    bench.prove()
    bench.driver.execute(one(10_000), bench.now_ms)
    bench.driver.lost("unplugged", bench.now_ms)
    bench.driver.lost("unplugged", bench.now_ms)
    bench.driver.refused(bench.now_ms)
    bench.order(HALT)
    bench.order(Enable())
    bench.order(one(5_000))
    bench.say(framed(0, 66, b"\x01"))
    bench.run(10_000)
    assert bench.events == [LinkLost("unplugged")]
    assert bench.names == []
    assert bench.driver.next_deadline_ms(bench.now_ms) is None


@pytest.mark.parametrize("status_answers", [True, False])
def test_off_is_never_said_without_the_devices_word(status_answers: bool) -> None:
    bench = Bench().playing(20_000)
    if not status_answers:
        bench.device.mute(STATUS)
    bench.order(HALT)
    bench.run(3_000)
    assert bench.driver.output.off_confirmed is status_answers


# --- nonsense ---


@bundled(
    "command",
    [
        one(130_500),
        one(-500),
        one(1_000, rise_ua_per_s=-1),
        one(1_000, channel=0),
        one(1_000, channel=9),
        SetOutput((*one(1_000).outputs, *one(2_000).outputs)),
        one(1_000, waveform=Waveform(9, 0, 1, 20_000)),
        one(1_000, waveform=Waveform(4_096, 0, 1, 20_000)),
        one(1_000, waveform=Waveform(600, 0, 4, 20_000)),
        one(1_000, waveform=Waveform(300, 0, 0, 20_000)),
        one(1_000, waveform=Waveform(300, 9, 1, 20_000)),
        one(1_000, waveform=Waveform(300, 4_096, 1, 20_000)),
        one(1_000, waveform=Waveform(300, 0, 1, 20_100)),
        one(1_000, waveform=Waveform(300, 0, 1, 250)),
        one(1_000, waveform=Waveform(300, 0, 1, 8_191_750)),
        one(1_000, waveform=Waveform(300, 0, 1, 16_383_500)),
        one(1_000, waveform=Waveform(300, 0, 1, 500)),
    ],
)
def test_what_the_device_cannot_play_is_an_error_and_changes_nothing(command: SetOutput) -> None:
    bench = Bench().playing(20_000)
    with pytest.raises(ValueError, match=r"channel|pulses"):
        bench.order(command)
    bench.run(300)
    assert bench.updates() == []


@pytest.mark.parametrize(
    ("channels", "period_us", "phase_us", "gap_us"),
    [
        (1, 10_000, 4_095, 1_740),
        (2, 10_000, 2_462, 11),
        (4, 20_000, 2_462, 11),
        (8, 20_000, 1_213, 11),
        (8, 50_000, 3_000, 183),
    ],
)
def test_channels_share_the_time_as_the_vendors_library_counts_it(
    channels: int, period_us: int, phase_us: int, gap_us: int
) -> None:
    def alike(gap_us: int) -> SetOutput:
        pulse = Waveform(phase_us, gap_us, 1, period_us)
        return SetOutput(tuple(ChannelOutput(channel, 1_000, pulse, 1_000_000) for channel in range(1, channels + 1)))

    bench = Bench().enabled()
    bench.order(alike(gap_us))
    bench.run(100)
    assert bench.driver.output.confirmed == tuple((channel, 1_000) for channel in range(1, channels + 1))
    with pytest.raises(ValueError, match="pulses"):
        bench.order(alike(gap_us + 1))


def test_something_that_is_no_command_is_refused_loudly() -> None:
    with pytest.raises(AssertionError):
        Bench().driver.execute("stop", 0)  # type: ignore[arg-type]  # the point of the test


def test_the_longest_period_can_be_played() -> None:
    bench = Bench().enabled()
    bench.order(one(1_000, waveform=Waveform(300, 0, 1, 16_383_000)))
    bench.run(50)
    assert bench.updates()[0].data[2:4] == b"\xff\xfc"
