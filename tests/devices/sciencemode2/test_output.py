"""Output: lists are made and given up at 0, updates name the whole list, what is not plainly good is a fault."""

from __future__ import annotations

from itertools import pairwise

import pytest
from devices.sciencemode2.bench import (
    LIST,
    MODE,
    START,
    STOP,
    W2,
    W35,
    W50,
    W50_WIDE,
    Bench,
    one,
    several,
)
from devices.sciencemode2.vectors import framed

from nmes.core.commands import Enable, SetOutput
from nmes.core.events import DeviceFault, Enabled, Fault, OutputConfirmed, OutputSent, Unanswered
from nmes.devices.sciencemode2.rehastim2 import REHASTIM2, SETTINGS, group_us

NOTHING = SetOutput(())


def test_the_line_and_the_limits_are_those_of_the_document() -> None:
    line = (SETTINGS.baud, SETTINGS.data_bits, SETTINGS.parity, SETTINGS.stop_bits, SETTINGS.rts_cts)
    assert line == (460_800, 8, "E", 1, False)
    assert (REHASTIM2.watchdog_ms, REHASTIM2.amplitude_step_ua, REHASTIM2.max_amplitude_ua) == (1200, 2000, 126_000)
    assert REHASTIM2.group_us((1, 5, 8)) == 4_500
    assert REHASTIM2.group_us(range(1, 9)) == 20_000, "1 to 50 Hz with 8 channels"
    assert group_us(tuple(range(1, 9))) == 12_000, "between two pulses of a group only the slots count"


def test_enabling_asks_what_the_device_does_and_makes_no_list_yet() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.order(Enable())
    assert not bench.driver.output.off_confirmed
    bench.run(12)
    assert (bench.names, bench.events) == (["mode"], [Enabled()])
    bench.order(Enable())
    assert bench.names == ["mode"]


def test_the_first_target_makes_the_list_and_fills_it() -> None:
    bench = Bench().enabled()
    bench.order(several({3: 20_000, 1: 10_000}, waveform=W35))
    bench.run(60)
    assert bench.names == ["list", "update"]
    assert (bench.device.channels, bench.device.period_us) == ((1, 3), 28_500)
    assert bench.device.heard[0].data == bytes((0, 5, 0, 13, 0, 55, 0))
    assert bench.device.output == {1: (300, 10), 3: (300, 20)}
    assert [type(event) for event in bench.events] == [OutputSent, OutputConfirmed]
    assert bench.driver.output.confirmed == bench.driver.output.commanded == ((1, 10_000), (3, 20_000))


def test_a_target_given_while_enabling_is_played_as_soon_as_it_may() -> None:
    bench = Bench().identified()
    bench.order(Enable())
    bench.order(one(10_000))
    bench.run(60)
    assert bench.device.current_ma == {1: 10}


def test_eight_channels_get_a_group_their_slots_fit_into() -> None:
    bench = Bench().enabled()
    bench.order(several(dict.fromkeys(range(1, 9), 10_000)))
    bench.run(60)
    assert bench.device.heard[0].data[3] == 21, "12 ms"
    assert len(bench.device.current_ma) == 8


def test_an_odd_amplitude_is_rounded_down_to_two_milliamperes() -> None:
    bench = Bench().enabled()
    bench.order(one(13_999))
    bench.run(60)
    assert bench.device.current_ma == {1: 12}


def test_a_target_at_0_makes_the_list_but_starts_nothing() -> None:
    bench = Bench().enabled()
    bench.order(one(0))
    bench.run(300)
    assert bench.names == ["list"]
    assert bench.device.mode == 1


def test_a_channel_that_rests_stays_in_the_list_at_0() -> None:
    bench = Bench().enabled()
    bench.order(several({1: 10_000, 2: 10_000}))
    bench.run(100)
    bench.order(one(10_000, channel=2))
    bench.run(100)
    assert bench.names == ["list", "update", "update"]
    assert bench.device.output == {1: (20, 0), 2: (300, 10)}
    bench.order(NOTHING)
    bench.run(100)
    bench.order(one(10_000, channel=1))
    bench.run(100)
    assert bench.names == ["list", *["update"] * 4]
    assert bench.device.output == {1: (300, 10), 2: (20, 0)}


def test_another_period_gives_the_list_up_at_0_and_makes_a_new_one() -> None:
    bench = Bench().playing()
    bench.order(one(20_000, waveform=W35))
    bench.run(200)
    assert bench.names == ["update", "stop", "list", "update"]
    assert bench.updates()[0].slots == [(20, 0)]
    assert (bench.device.period_us, bench.device.current_ma) == (28_500, {1: 20})
    confirmed = [event.amplitudes for event in bench.events if isinstance(event, OutputConfirmed)]
    assert confirmed == [(), ((1, 20_000),)]


def test_another_channel_beside_one_that_is_on_needs_a_new_list_once_and_never_again() -> None:
    bench = Bench().playing()
    bench.order(several({1: 20_000, 2: 20_000}))
    bench.run(200)
    assert bench.names == ["update", "stop", "list", "update"]
    bench.order(one(20_000))
    bench.run(100)
    bench.forget()
    bench.order(several({1: 20_000, 2: 20_000}))
    bench.run(100)
    assert bench.names == ["update"]


def test_the_channels_of_earlier_lists_are_remembered_over_a_halt() -> None:
    bench = Bench().playing()
    bench.order(NOTHING)
    bench.run(100)
    bench.order(one(10_000, channel=4))
    bench.run(200)
    bench.identified().enabled()
    bench.order(one(10_000))
    bench.run(100)
    assert bench.device.channels == (1, 4)
    assert bench.device.output == {1: (300, 10), 4: (20, 0)}


def test_another_width_of_the_same_list_starts_from_0() -> None:
    bench = Bench().playing()
    bench.order(one(20_000, rise_ua_per_s=20_000, waveform=W50_WIDE))
    bench.run(60)
    assert bench.names == ["update"]
    assert bench.device.current_ma == {}
    bench.run(1200)
    assert bench.device.output == {1: (400, 20)}
    assert set(bench.names) == {"update"}


def test_all_off_leaves_at_once_and_a_fall_waits_for_the_period() -> None:
    bench = Bench().playing()
    bench.order(one(16_000))
    bench.run(13)
    bench.order(one(14_000))
    assert len(bench.updates()) == 1, "40 ms have not passed"
    bench.run(30)
    assert len(bench.updates()) == 2
    bench.order(NOTHING)
    bench.run(0)
    assert len(bench.updates()) == 2, "one is on its way"
    bench.run(12)
    assert bench.device.current_ma == {}
    assert bench.updates()[-1].at_ms == bench.updates()[-2].at_ms + 12


def test_one_channel_goes_off_at_once_while_another_stays() -> None:
    bench = Bench().enabled()
    bench.order(several({1: 20_000, 2: 20_000}))
    bench.run(60)
    bench.order(several({1: 16_000, 2: 20_000}))
    bench.run(13)
    bench.order(one(16_000))
    assert bench.device.current_ma == {1: 16}


def test_updates_keep_a_long_period_between_them() -> None:
    bench = Bench().enabled()
    bench.order(one(10_000, waveform=W2))
    bench.run(100)
    bench.order(one(12_000, waveform=W2))
    bench.run(1_000)
    bench.order(one(14_000, waveform=W2))
    bench.order(one(16_000, waveform=W2))
    bench.run(1_000)
    times = [heard.at_ms for heard in bench.updates()]
    assert len(times) == 4
    assert min(later - earlier for earlier, later in pairwise(times)) >= 500


def test_a_steady_output_is_asked_about_each_400_ms_by_the_turn_alone() -> None:
    bench = Bench().playing()
    began_ms = bench.now_ms
    bench.run(2_100)
    assert set(bench.names) == {"mode"}
    assert len(bench.names) == 5
    assert bench.device.current_ma == {1: 20}
    assert bench.driver.output.confirmed_at_ms is not None
    assert bench.driver.output.confirmed_at_ms > began_ms + 1_600
    bench.forget()
    bench.order(one(20_000))
    bench.stall(400)
    bench.order(one(20_000))
    assert bench.names == [], "not by an order: a program that no longer turns lets the device fall silent"
    bench.stall(800)
    assert bench.device.current_ma == {}


def test_the_same_target_again_sends_nothing() -> None:
    bench = Bench().playing()
    for _ in range(5):
        bench.order(one(20_000))
        bench.run(50)
    assert "update" not in bench.names


@pytest.mark.covers("LW-03")
@pytest.mark.parametrize(
    ("error", "fault"),
    [(-1, Fault.EMERGENCY_STOP), (-2, Fault.ELECTRODE), (-3, Fault.MODULE), (-7, Fault.REFUSED)],
)
def test_what_the_device_pushes_is_a_fault_of_the_whole_device_and_ends_everything(error: int, fault: Fault) -> None:
    bench = Bench().playing()
    bench.order(one(30_000))
    bench.run(5)
    bench.say(bench.device.push(error))
    assert bench.events[-1] == DeviceFault(fault, 0, error)
    bench.forget()
    bench.order(one(20_000))
    bench.order(Enable())
    bench.run(900)
    assert bench.names == []


def test_a_push_while_nothing_flows_is_told_too_and_a_second_one_again() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.say(bench.device.push(-1) + bench.device.push(-2))
    assert bench.events == [DeviceFault(Fault.EMERGENCY_STOP, 0, -1), DeviceFault(Fault.ELECTRODE, 0, -2)]


def test_an_update_that_has_not_been_written_yet_does_not_leave_after_a_push() -> None:
    bench = Bench().playing()
    bench.run(100)
    bench.driver.execute(one(30_000), bench.now_ms)
    bench.driver.receive(bench.device.push(-2), bench.now_ms)
    assert bench.driver.frames() == []


def test_a_push_ends_an_enabling() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.order(Enable())
    bench.say(bench.device.push(-1))
    bench.run(100)
    assert bench.events == [DeviceFault(Fault.EMERGENCY_STOP, 0, -1)]


def test_an_announcement_while_stimulating_is_a_restart() -> None:
    bench = Bench().playing()
    bench.device.let_go(bench.now_ms)
    bench.run(1)
    assert bench.events == [DeviceFault(Fault.RESTARTED, 0, 0)]
    bench.run(1_000)
    assert bench.names == [], "not even a welcome"


def test_an_announcement_while_enabling_is_welcomed_and_the_question_asked_again() -> None:
    bench = Bench().identified()
    bench.device.let_go(bench.now_ms)
    bench.forget()
    bench.order(Enable())
    bench.run(60)
    assert bench.names == ["mode", "welcome", "mode"]
    assert bench.events == [Enabled()]


def test_an_announcement_of_another_version_while_enabling_is_another_device() -> None:
    bench = Bench().identified()
    bench.device.version = 9
    bench.device.let_go(bench.now_ms)
    bench.forget()
    bench.order(Enable())
    bench.run(1_000)
    assert [type(event).__name__ for event in bench.events] == ["WrongDevice"]


@pytest.mark.parametrize(
    ("command", "result", "fault"),
    [
        (LIST, -3, Fault.NOT_INITIALISED),
        (LIST, -2, Fault.REFUSED),
        (START, -3, Fault.NOT_INITIALISED),
        (START, -8, Fault.REFUSED),
        (START, -1, Fault.REFUSED),
    ],
)
def test_a_request_that_is_not_carried_out_is_a_fault(command: int, result: int, fault: Fault) -> None:
    bench = Bench().enabled()
    bench.device.result(command, result)
    bench.order(one(10_000))
    bench.run(100)
    assert bench.events[-1] == DeviceFault(fault, 0, result)
    bench.forget()
    bench.run(900)
    assert bench.names == []


def test_a_command_it_does_not_know_is_a_fault() -> None:
    bench = Bench().enabled()
    bench.device.instead[LIST] = lambda number, data: framed(number, 3, bytes((LIST,)))
    bench.order(one(10_000))
    bench.run(100)
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, 0)]


def test_a_list_that_cannot_be_given_up_is_a_fault() -> None:
    bench = Bench().playing()
    bench.device.result(STOP, -1)
    bench.order(one(10_000, waveform=W35))
    bench.run(200)
    assert bench.events[-1] == DeviceFault(Fault.REFUSED, 0, -1)


@pytest.mark.parametrize(
    ("command", "words", "after_ms"),
    [(LIST, "prepare", 400), (START, "change output", 212)],
)
def test_a_request_without_an_answer_is_told_in_time(command: int, words: str, after_ms: int) -> None:
    bench = Bench().enabled()
    bench.device.mute(command)
    bench.order(one(10_000))
    bench.run(after_ms - 1)
    assert Unanswered(words) not in bench.events
    bench.run(1)
    assert bench.events[-1] == Unanswered(words)


def test_a_question_without_an_answer_is_told_before_the_device_lets_go() -> None:
    bench = Bench().playing()
    bench.device.mute(MODE)
    bench.run(600)
    assert bench.names == ["mode"]
    assert bench.events == [Unanswered("check output")]


def test_enabling_asks_twice_and_no_more() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.mute(MODE)
    bench.order(Enable())
    bench.run(1_000)
    assert bench.names == ["mode", "mode"]
    assert bench.events == [Unanswered("prepare")]


@pytest.mark.parametrize(("result", "names"), [(-8, ["mode", "mode"]), (-1, ["mode", "mode"])])
def test_a_device_too_busy_to_be_enabled_is_asked_twice(result: int, names: list[str]) -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.result(MODE, result)
    bench.order(Enable())
    bench.run(300)
    assert bench.names == names
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, result)]


def test_a_device_that_does_something_when_it_is_enabled_is_at_fault() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.mode = 2
    bench.order(Enable())
    bench.run(30)
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, 0)]


def test_a_device_that_has_left_its_mode_is_at_fault() -> None:
    bench = Bench().playing()
    bench.device.mode = 0
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.NOT_INITIALISED, 0, 0)]


def test_a_device_that_starts_a_list_by_itself_is_at_fault() -> None:
    bench = Bench().enabled()
    bench.order(one(0))
    bench.run(100)
    bench.device.mode = 2
    bench.run(500)
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, 0)]


def test_a_device_that_waits_with_its_list_or_without_one_is_as_it_should_be() -> None:
    bench = Bench().enabled()
    bench.run(1_000)
    bench.order(one(0))
    bench.run(1_000)
    assert bench.events == []
    assert set(bench.names) == {"mode", "list"}


def test_a_busy_answer_is_asked_again_by_the_next_turn_and_given_up_in_time() -> None:
    bench = Bench().playing()
    bench.device.result(MODE, -8)
    bench.run(450)
    bench.device.instead.clear()
    bench.run(400)
    assert bench.events == []
    bench.device.result(MODE, -8)
    bench.run(700)
    assert bench.events == [DeviceFault(Fault.REFUSED, 0, -8)]


def test_an_answer_counts_even_if_nobody_said_that_the_update_was_written() -> None:
    bench = Bench().enabled()
    bench.order(one(0))
    bench.run(50)
    bench.driver.execute(one(10_000), bench.now_ms)
    [frame] = bench.driver.frames()
    answer = bench.device.hear(frame, bench.now_ms)
    assert answer is not None
    bench.say(answer)
    assert [type(event) for event in bench.events] == [OutputSent, OutputConfirmed]


@pytest.mark.parametrize("noise", [b"\xf0\x81\x00", b"\xf0" * 7 + b"\x81", bytes(range(256)) * 2, b"\xf0\x81\x0f\x0f"])
def test_frames_that_came_apart_do_not_take_the_next_answer_with_them(noise: bytes) -> None:
    bench = Bench().playing()
    bench.order(one(10_000))
    bench.say(noise)
    bench.run(100)
    assert bench.device.current_ma == {1: 10}
    assert bench.driver.output.confirmed == ((1, 10_000),)


def test_an_answer_that_cannot_be_read_is_no_answer() -> None:
    bench = Bench().playing()
    bench.device.instead[START] = lambda number, data: framed(number, 33, b"")
    bench.order(one(10_000))
    bench.run(300)
    assert bench.events[-1] == Unanswered("change output")


def test_what_the_device_could_not_play_is_refused_and_changes_nothing() -> None:
    bench = Bench().playing()
    with pytest.raises(ValueError, match="channel 9"):
        bench.driver.execute(one(10_000, channel=9), bench.now_ms)
    bench.run(100)
    assert bench.device.current_ma == {1: 20}


def test_an_order_is_dropped_where_no_output_may_be() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.order(one(10_000))
    bench.run(300)
    assert bench.device.current_ma == {}
    assert bench.driver.output.off_confirmed


def test_deadlines_are_told_to_whoever_turns() -> None:
    bench = Bench().enabled()
    driver = bench.driver
    waiting_ms = driver.next_deadline_ms(bench.now_ms)
    assert waiting_ms is not None
    assert 0 < waiting_ms - bench.now_ms <= 400
    driver.execute(one(10_000, waveform=W50), bench.now_ms)
    assert driver.next_deadline_ms(bench.now_ms) == bench.now_ms + 400, "the answer to the list"
    assert driver.next_deadline_ms(bench.now_ms + 500) == bench.now_ms + 500
