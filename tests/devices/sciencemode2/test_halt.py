"""Halts: at once, from anywhere, until the device has said that it is off, and the truth if it never says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from devices.sciencemode2.bench import HALT, LIST, MODE, START, STOP, Bench, one
from devices.sciencemode2.vectors import framed

from nmes.core.commands import Enable, Identify
from nmes.core.events import DeviceFault, Fault, HaltConfirmed, HaltUnconfirmed, LinkLost, Unanswered


def silent_update(bench: Bench) -> None:
    bench.device.mute(START)
    bench.order(one(30_000))
    bench.run(60)


STATES: dict[str, Callable[[Bench], object]] = {
    "off": lambda bench: None,
    "enabling": lambda bench: bench.order(Enable()),
    "enabled": lambda bench: (bench.order(Enable()), bench.run(20)),
    "playing": lambda bench: bench.playing(),
    "update outstanding": lambda bench: (bench.playing(), silent_update(bench)),
    "list outstanding": lambda bench: (bench.enabled(), bench.device.mute(LIST), bench.order(one(2_000))),
    "faulted": lambda bench: (bench.playing(), silent_update(bench), bench.run(500)),
}


@pytest.mark.parametrize("state", STATES)
def test_a_halt_leaves_in_the_call_that_orders_it_and_is_confirmed_by_the_mode(state: str) -> None:
    bench = Bench().identified()
    STATES[state](bench)
    bench.forget()
    bench.driver.execute(HALT, bench.now_ms)
    [frame] = bench.driver.frames()
    bench.driver.sent(bench.now_ms)
    answer = bench.device.hear(frame, bench.now_ms)
    assert answer is not None
    bench.say(answer)
    bench.run(50)
    assert bench.names == ["stop", "mode"]
    assert bench.events == [HaltConfirmed(bench.now_ms - 38)]
    assert bench.driver.output.off_confirmed
    assert bench.driver.output.commanded == bench.driver.output.confirmed == ()


def test_a_halt_drops_an_update_that_has_not_been_written_yet() -> None:
    bench = Bench().playing()
    bench.run(100)
    bench.driver.execute(one(10_000), bench.now_ms)
    bench.driver.execute(HALT, bench.now_ms)
    assert [frame[-2] for frame in bench.driver.frames()] == [STOP]


def test_a_halt_is_not_off_until_the_device_says_so() -> None:
    bench = Bench().playing()
    bench.order(HALT)
    assert bench.driver.output.commanded == ()
    assert bench.driver.output.confirmed == ((1, 20_000),)
    assert not bench.driver.output.off_confirmed


@pytest.mark.covers("SR-06")
def test_an_unanswered_halt_is_sent_three_times_and_then_said_to_be_unconfirmed() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    began_ms = bench.now_ms
    bench.order(HALT)
    bench.run(1000)
    assert [(heard.name, heard.at_ms - began_ms) for heard in bench.device.heard] == [
        ("stop", 0),
        ("stop", 200),
        ("stop", 400),
    ]
    assert len({heard.number for heard in bench.device.heard}) == 3
    assert bench.events == [HaltUnconfirmed(began_ms + 600)]
    assert not bench.driver.output.off_confirmed


def test_the_late_answer_of_a_slow_device_confirms_the_halt_it_answers() -> None:
    bench = Bench().playing()
    bench.delay_ms = 230
    bench.device.instead[MODE] = lambda number, data: framed(number, 11, b"\x00\x00")
    bench.order(HALT)
    bench.run(900)
    assert bench.names[:4] == ["stop", "stop", "mode", "mode"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_an_answer_after_the_halt_was_given_up_confirms_nothing() -> None:
    bench = Bench().playing()
    bench.delay_ms = 700
    bench.order(HALT)
    bench.run(3000)
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]
    assert not bench.driver.output.off_confirmed


def test_a_device_whose_halt_was_given_up_is_a_stranger_until_it_is_identified_anew() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    bench.run(1000)
    bench.device.instead.clear()
    bench.forget()
    bench.order(HALT)
    bench.run(50)
    bench.order(Enable())
    bench.run(1000)
    assert [type(event) for event in bench.events] == [HaltConfirmed]
    assert bench.names == ["stop", "mode"]


def test_a_halt_after_one_that_was_given_up_does_not_take_its_answers_for_its_own() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    bench.run(1000)
    numbers = [heard.number for heard in bench.device.heard if heard.name == "stop"]
    bench.order(HALT)
    bench.say(framed(numbers[0], 35, b"\x00"))
    assert bench.names[-1] == "stop"


def test_a_stop_that_is_refused_is_repeated() -> None:
    bench = Bench().playing()
    bench.device.result(STOP, -1)
    bench.order(HALT)
    bench.run(1000)
    assert bench.names == ["stop"] * 3
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


def test_a_device_that_says_yes_and_goes_on_is_not_off() -> None:
    bench = Bench().playing()
    bench.device.instead[STOP] = lambda number, data: framed(number, 35, b"\x00")
    bench.order(HALT)
    bench.run(1000)
    assert bench.names == ["stop", "mode"] * 3
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


def test_the_question_after_the_stop_is_asked_twice_before_the_stop_is_sent_again() -> None:
    bench = Bench().playing()
    bench.device.mute(MODE)
    bench.order(HALT)
    bench.run(420)
    assert bench.names == ["stop", "mode", "mode", "stop"]
    bench.device.instead.clear()
    bench.run(50)
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_a_second_halt_while_halting_changes_nothing() -> None:
    bench = Bench().playing()
    bench.order(HALT)
    bench.order(HALT)
    bench.run(13)
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["stop", "mode"]
    assert len(bench.events) == 1


def test_a_halt_ordered_during_the_identifying_halt_is_confirmed_too() -> None:
    bench = Bench().playing()
    bench.order(Identify())
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["stop", "mode"]
    assert len(bench.events) == 2


def test_a_device_that_has_let_go_is_welcomed_and_stopped() -> None:
    """The program stood still: by then the device has stopped by itself and takes nothing before it is answered."""
    bench = Bench().playing()
    bench.stall(1_250)
    bench.turn()
    assert bench.events == [DeviceFault(Fault.RESTARTED, 0, 0)]
    assert bench.names == []
    bench.order(HALT)
    bench.run(50)
    assert bench.names == ["welcome", "stop", "mode"]
    assert isinstance(bench.events[-1], HaltConfirmed)


def test_a_device_that_restarts_while_it_is_being_stopped_is_welcomed_and_stopped_again() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    bench.run(450)
    bench.device.let_go(bench.now_ms)
    bench.device.instead.clear()
    bench.run(100)
    assert bench.names == ["stop", "stop", "stop", "welcome", "stop", "mode"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_a_device_that_only_ever_announces_itself_is_not_off_for_that() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    for _ in range(20):
        bench.run(100)
        if len(bench.events) == 0:
            bench.say(bench.device.announce())
    assert "welcome" in bench.names
    bench.run(1000)
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


def test_one_that_comes_back_with_another_version_cannot_be_stopped() -> None:
    bench = Bench().playing()
    bench.device.version = 2
    bench.device.let_go(bench.now_ms)
    bench.run(1)
    bench.order(HALT)
    bench.run(1000)
    assert bench.device.heard[0].data == b"\xfb"
    assert [type(event) for event in bench.events] == [DeviceFault, HaltUnconfirmed]


def test_why_the_device_stopped_is_told_even_while_it_is_being_stopped() -> None:
    bench = Bench().playing()
    bench.order(HALT)
    bench.say(bench.device.push(-1))
    bench.run(14)
    bench.say(bench.device.push(-1))
    bench.run(50)
    assert bench.events[:2] == [DeviceFault(Fault.EMERGENCY_STOP, 0, -1)] * 2
    assert isinstance(bench.events[-1], HaltConfirmed)


def test_a_halt_does_not_count_as_refused_when_the_guard_did_not_pass_it() -> None:
    bench = Bench().playing()
    bench.driver.execute(HALT, bench.now_ms)
    bench.driver.frames()
    bench.driver.refused(bench.now_ms)
    bench.run(300)
    assert bench.names == ["stop", "mode"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


@pytest.mark.parametrize("state", ["enabling", "update outstanding"])
def test_what_the_guard_refuses_leaves_the_driver_silent_until_a_halt(state: str) -> None:
    bench = Bench().identified()
    STATES[state](bench)
    bench.forget()
    bench.driver.refused(bench.now_ms)
    bench.order(one(4_000))
    bench.order(Enable())
    bench.run(900)
    assert (bench.names, bench.events) == ([], [])
    bench.device.instead.clear()
    bench.order(HALT)
    bench.run(50)
    assert [type(event) for event in bench.events] == [HaltConfirmed]


@pytest.mark.covers("LW-04")
def test_after_a_missing_answer_nothing_that_keeps_the_device_going_leaves_before_a_halt() -> None:
    bench = Bench().playing()
    silent_update(bench)
    bench.run(200)
    assert bench.events[-1] == Unanswered("change output")
    bench.forget()
    bench.order(one(20_000))
    bench.order(Enable())
    bench.run(1_000)
    assert bench.names == []
    assert bench.device.current_ma == {}, "and so it has let go by itself"
    bench.run(1)
    bench.device.instead.clear()
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["welcome", "stop", "mode"]


def test_a_lost_line_is_told_once_and_ends_everything() -> None:
    bench = Bench().playing()
    for _ in range(2):
        bench.driver.lost("unplugged", bench.now_ms)
    for command in (HALT, Enable(), Identify(), one(2_000)):
        bench.order(command)
    bench.say(bench.device.announce() + bench.device.push(-2))
    bench.driver.refused(bench.now_ms)
    bench.run(2000)
    assert bench.names == []
    assert bench.events == [LinkLost("unplugged")]
    assert bench.driver.next_deadline_ms(bench.now_ms) is None
