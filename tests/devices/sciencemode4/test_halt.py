"""Halts: at once, from anywhere, until the device has said that it is off, and the truth if it never says so."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from devices.sciencemode4.bench import HALT, POLL, STATUS, STOP, UPDATE, Bench, one
from devices.sciencemode4.vectors import framed

from helpers.rows import bundled
from nmes.core.commands import Enable, Identify
from nmes.core.events import HaltConfirmed, HaltUnconfirmed, Unanswered


def silent_update(bench: Bench) -> None:
    bench.device.mute(UPDATE)
    bench.order(one(30_000))
    bench.run(60)


STATES: dict[str, Callable[[Bench], object]] = {
    "fresh": lambda bench: None,
    "identifying": lambda bench: bench.order(Identify()),
    "off": lambda bench: bench.identified(),
    "enabling": lambda bench: (bench.identified(), bench.order(Enable())),
    "enabled": lambda bench: bench.enabled(),
    "playing": lambda bench: bench.playing(),
    "update outstanding": lambda bench: (bench.playing(), silent_update(bench)),
    "faulted": lambda bench: (bench.playing(), silent_update(bench), bench.run(500)),
}


@bundled("state", STATES)
def test_a_halt_leaves_in_the_call_that_orders_it_and_is_confirmed_by_the_status(state: str) -> None:
    bench = Bench()
    STATES[state](bench)
    bench.forget()
    bench.driver.execute(HALT, bench.now_ms)
    [frame] = bench.driver.frames()
    bench.driver.sent(bench.now_ms)
    answer = bench.device.hear(frame, bench.now_ms)
    assert answer is not None
    bench.say(answer)
    bench.run(50)
    assert bench.names == ["stop", "status"]
    assert bench.events == [HaltConfirmed(bench.now_ms - 48)]
    assert bench.driver.output.off_confirmed
    assert bench.driver.output.commanded == bench.driver.output.confirmed == ()


def test_a_halt_drops_an_update_that_has_not_been_written_yet() -> None:
    bench = Bench().enabled()
    bench.driver.execute(one(20_000), bench.now_ms)
    bench.driver.tick(bench.now_ms + 5)
    bench.driver.execute(HALT, bench.now_ms + 5)
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
    bench.run(5000)
    assert [(heard.name, heard.at_ms - began_ms) for heard in bench.device.heard] == [
        ("stop", 0),
        ("stop", 100),
        ("stop", 200),
    ]
    assert len({heard.number for heard in bench.device.heard}) == 3
    assert bench.events == [HaltUnconfirmed(began_ms + 300)]
    assert not bench.driver.output.off_confirmed


def test_a_halt_acknowledged_at_the_second_try_is_confirmed() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    bench.run(50)
    bench.device.instead.clear()
    bench.run(1000)
    assert bench.names == ["stop", "stop", "status"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_a_second_halt_while_halting_changes_nothing() -> None:
    bench = Bench().playing()
    bench.order(HALT)
    bench.order(HALT)
    bench.run(3)
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["stop", "status"]
    assert len(bench.events) == 1


def test_not_initialised_counts_as_stopped() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.result(STOP, 7)
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["stop", "status"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_a_stop_with_any_other_result_is_repeated() -> None:
    bench = Bench().playing()
    bench.device.result(STOP, 1)
    bench.order(HALT)
    bench.run(1000)
    assert bench.names == ["stop", "stop", "stop"]
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


@pytest.mark.parametrize("status", [b"\x00\x03\x06", b"\x00\x00\x06", b"\x01\x00\x01"])
def test_a_status_that_is_not_off_repeats_the_halt(status: bytes) -> None:
    bench = Bench().playing()
    bench.device.instead[STATUS] = lambda number, data: framed(number, 63, status)
    bench.order(HALT)
    bench.run(1000)
    assert bench.names == ["stop", "status"] * 3
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


def test_a_low_level_found_after_the_stop_gets_its_own_stop() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.result(STOP, 7)
    bench.device.status, bench.device.voltage = 1, 6
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["stop", "status", "ll_stop", "status"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_an_unanswered_status_is_asked_once_more_before_the_halt_is_repeated() -> None:
    bench = Bench().playing()
    bench.device.mute(STATUS)
    bench.order(HALT)
    bench.run(5000)
    assert bench.names == ["stop", "status", "status"] * 3
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


@pytest.mark.parametrize("command", [STOP, STATUS])
def test_an_unknown_command_is_no_confirmation(command: int) -> None:
    bench = Bench().playing()
    bench.device.instead[command] = lambda number, data: framed(number, 67, b"\x0b")
    bench.order(HALT)
    bench.run(5000)
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]


@pytest.mark.parametrize("after_ms", [0, 3])
def test_a_general_error_confirms_and_refuses_nothing_while_halting(after_ms: int) -> None:
    bench = Bench().playing()
    bench.order(HALT)
    bench.run(after_ms)
    bench.say(framed(0, 66, b"\x04"))
    bench.run(100)
    assert bench.names == ["stop", "status"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_a_late_answer_of_the_overtaken_update_does_not_stand_for_the_halt() -> None:
    bench = Bench().enabled()
    bench.device.mute(STOP)
    bench.order(one(20_000))
    bench.run(2)
    assert bench.names == ["update"]
    bench.order(HALT)
    bench.run(50)
    assert bench.names == ["update", "stop"]
    assert not bench.driver.output.off_confirmed


def test_after_an_unconfirmed_halt_only_halts_and_identification_leave() -> None:
    bench = Bench().playing()
    bench.device.mute(STOP)
    bench.order(HALT)
    bench.run(1000)
    bench.device.instead.clear()
    bench.forget()
    bench.order(Enable())
    bench.order(one(20_000))
    bench.run(3000)
    assert bench.names == []
    bench.order(HALT)
    bench.run(100)
    bench.order(Enable())
    bench.run(100)
    assert bench.names == ["stop", "status"], "identify first"
    bench.identified()
    bench.order(Enable())
    bench.run(10)
    assert "init" in bench.names


def test_after_a_missing_answer_nothing_that_renews_leaves_until_halted_and_enabled_again() -> None:
    bench = Bench().playing()
    bench.device.mute(POLL)
    bench.run(1000)
    assert bench.events == [Unanswered("check output")]
    bench.device.instead.clear()
    bench.forget()
    bench.order(one(25_000))
    bench.order(Enable())
    bench.run(3000)
    assert bench.names == []
    bench.order(HALT)
    bench.run(100)
    bench.order(Enable())
    bench.run(100)
    bench.order(one(25_000))
    bench.run(100)
    assert bench.names[:3] == ["stop", "status", "init"]
    assert set(bench.names[3:]) == {"poll", "update"}


def test_a_refused_halt_counts_as_unanswered_and_is_repeated() -> None:
    bench = Bench().playing()
    bench.driver.execute(HALT, bench.now_ms)
    assert len(bench.driver.frames()) == 1
    bench.driver.refused(bench.now_ms)
    bench.run(150)
    assert bench.names == ["stop", "status"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]
