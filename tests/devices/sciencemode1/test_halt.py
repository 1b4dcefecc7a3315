"""Halts: at once, from anywhere, until they are acknowledged; then again and again for as long as it is to be off."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from devices.sciencemode1.bench import ENABLE, HALT, IDENTIFY, STOP, UPDATE, Bench, one

from nmes.core.events import Enabled, HaltConfirmed, HaltUnconfirmed, LinkLost, Unanswered


def silent_update(bench: Bench) -> None:
    bench.device.mute(UPDATE)
    bench.order(one(30_000))
    bench.run(60)


STATES: dict[str, Callable[[Bench], object]] = {
    "fresh": lambda bench: None,
    "identifying": lambda bench: bench.order(IDENTIFY),
    "off": lambda bench: bench.identified(),
    "enabling": lambda bench: (bench.identified(), bench.order(ENABLE)),
    "enabled": lambda bench: bench.enabled(),
    "playing": lambda bench: bench.playing(),
    "update outstanding": lambda bench: (bench.playing(), silent_update(bench)),
    "faulted": lambda bench: (bench.playing(), silent_update(bench), bench.run(500)),
}


@pytest.mark.covers("SR-06")
@pytest.mark.parametrize("state", STATES)
def test_a_halt_leaves_in_the_call_that_orders_it_and_is_confirmed_when_a_second_is_acknowledged(state: str) -> None:
    bench = Bench()
    STATES[state](bench)
    bench.forget()
    bench.driver.execute(HALT, bench.now_ms)
    assert bench.driver.frames() == [b"\xc0"]
    bench.driver.sent(bench.now_ms)
    was_off = state == "off"
    assert bench.driver.output.off_confirmed == was_off
    bench.say(b"\x81")
    assert (bench.driver.events(), bench.driver.output.off_confirmed) == ([], was_off)
    assert bench.names == ["stop"], "the second, in the same turn"
    bench.say(b"\x81")
    bench.events += bench.driver.events()
    assert bench.events == [HaltConfirmed(bench.now_ms)]
    assert bench.driver.output.off_confirmed
    assert bench.driver.output.commanded == bench.driver.output.confirmed == ()


def test_a_halt_drops_an_update_that_has_not_been_written_yet() -> None:
    bench = Bench().playing()
    bench.driver.execute(one(10_000), bench.now_ms)
    bench.driver.execute(HALT, bench.now_ms)
    assert bench.driver.frames() == [b"\xc0"]


@pytest.mark.covers("SR-06")
def test_an_unanswered_halt_is_sent_three_times_and_then_said_to_be_unconfirmed() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    began_ms = bench.now_ms
    bench.order(HALT)
    bench.order(HALT)
    bench.run(5_000)
    assert [(heard.name, heard.at_ms - began_ms) for heard in bench.device.heard] == [
        ("stop", 0),
        ("stop", 100),
        ("stop", 200),
    ]
    assert bench.events == [HaltUnconfirmed(began_ms + 300)]
    assert not bench.driver.output.off_confirmed
    bench.say(b"\x81")
    assert not bench.driver.output.off_confirmed
    bench.device.instead.clear()
    bench.order(HALT)
    bench.run(10)
    assert bench.driver.output.off_confirmed


@pytest.mark.covers("SR-06", "SR-07")
def test_one_byte_of_noise_confirms_no_halt() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    bench.say(b"\x81")
    bench.run(1_000)
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]
    assert bench.names == ["stop"] * 4
    assert not bench.driver.output.off_confirmed


def test_a_halt_the_device_would_not_do_is_none() -> None:
    bench = Bench().playing()
    bench.device.refuse(STOP)
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["stop"] * 3
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


def test_no_other_answer_confirms_a_halt() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    bench.say(bytes(byte for byte in range(256) if byte >> 6 != 2))
    assert bench.events == []
    assert not bench.driver.output.off_confirmed


def test_late_acknowledgements_of_a_slow_device_change_nothing_any_more() -> None:
    bench = Bench(delay_ms=150).identified()
    bench.order(HALT)
    bench.run(400)
    assert [type(event) for event in bench.events] == [HaltConfirmed]
    bench.order(ENABLE)
    bench.run(500)
    assert [type(event) for event in bench.events] == [HaltConfirmed, Enabled]


@pytest.mark.covers("SR-03")
def test_what_is_to_be_off_is_stopped_once_a_second() -> None:
    """Two wrong bits made an acknowledgement of noise, or the stop was lost: it does not stay so."""
    bench = Bench().identified()
    began_ms = bench.now_ms
    bench.run(5_000)
    times = [heard.at_ms - began_ms for heard in bench.device.heard]
    assert bench.names == ["stop"] * 5
    assert [later - at for at, later in pairwise(times)] == [1_000] * 4
    assert bench.events == []
    assert bench.driver.output.off_confirmed
    assert Bench().driver.next_deadline_ms(0) is None


def test_off_that_is_no_longer_confirmed_is_told() -> None:
    bench = Bench().identified()
    bench.device.mute(STOP)
    bench.run(2_000)
    assert bench.names == ["stop"] * 3
    assert bench.events == [Unanswered("check output")]
    assert not bench.driver.output.off_confirmed
    bench.run(5_000)
    assert bench.names == ["stop"] * 3
    bench.order(HALT)
    assert bench.names == ["stop"] * 4


def test_one_lost_stop_while_off_is_nothing_to_tell() -> None:
    bench = Bench().identified()
    for lost in (1, 2):
        answers = iter([None] * lost)
        bench.device.instead[STOP] = lambda frame, answers=answers: next(answers, b"\x81")
        bench.run(3_000)
        assert bench.events == []
        assert next(answers, "all lost") == "all lost"
        assert bench.driver.output.off_confirmed


def test_a_guards_own_halt_is_acknowledged_to_nobody() -> None:
    bench = Bench().playing()
    bench.say(b"\x81")
    assert bench.driver.events() == []
    bench.order(HALT)
    assert bench.names == ["stop"]


def test_a_lost_line_is_told_once_and_takes_nothing_more() -> None:
    bench = Bench().playing()
    bench.driver.lost("gone", bench.now_ms)
    bench.driver.lost("gone", bench.now_ms)
    for command in (HALT, IDENTIFY, ENABLE, one(2_000)):
        bench.order(command)
    bench.run(5_000)
    bench.driver.refused(bench.now_ms)
    assert bench.device.heard == []
    assert bench.events == [LinkLost("gone")]


def test_a_halt_under_way_is_not_interrupted() -> None:
    bench = Bench().playing()
    bench.order(HALT)
    bench.order(IDENTIFY)
    bench.driver.refused(bench.now_ms)
    bench.run(50)
    assert bench.names == ["stop", "stop"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]
