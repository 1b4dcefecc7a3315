"""Identification: nothing but harmless questions reaches a device before it has said that it is a P24."""

from __future__ import annotations

import pytest
from devices.sciencemode4.bench import DEVICE_ID, HALT, LL_STOP, STATUS, STOP, VERSION, VERSION_MAIN, Bench, Device, one
from devices.sciencemode4.vectors import framed

from nmes.core.commands import Enable, Identify
from nmes.core.events import HaltConfirmed, HaltUnconfirmed, Identified, WrongDevice

KNOWN = Identified("P24", "P24-000001", "1.2.3 (ScienceMode 4.0.0)")


def refusal(bench: Bench) -> str:
    [event] = bench.events
    assert isinstance(event, WrongDevice)
    return event.reason


def test_a_quiet_p24_is_identified_by_id_version_and_status_and_is_known_to_be_off() -> None:
    bench = Bench().identified()
    assert bench.names == ["id", "version", "status"]
    assert bench.events == [KNOWN]
    assert bench.driver.output.off_confirmed


@pytest.mark.parametrize("status", [2, 3])
def test_a_level_left_active_is_stopped_before_the_device_is_announced(status: int) -> None:
    bench = Bench(Device(status=status, voltage=6)).identified()
    assert bench.names == ["id", "version", "status", "stop", "status"]
    assert bench.events == [KNOWN]
    assert bench.driver.output.off_confirmed


def test_a_low_level_left_active_gets_the_low_levels_own_stop() -> None:
    bench = Bench(Device(status=1, voltage=6)).identified()
    assert bench.names == ["id", "version", "status", "ll_stop", "status"]
    assert bench.events == [KNOWN]


def test_a_high_voltage_left_on_is_switched_off() -> None:
    assert Bench(Device(status=0, voltage=6)).identified().names[-2:] == ["stop", "status"]


def test_a_device_that_cannot_be_stopped_is_not_announced() -> None:
    device = Device(status=3, voltage=6)
    device.mute(STOP)
    bench = Bench(device).identified()
    bench.run(1000)
    assert bench.events == [HaltUnconfirmed(bench.events[0].now_ms)]  # type: ignore[attr-defined]  # equality shows it
    assert not bench.driver.output.off_confirmed


def test_a_halt_ordered_during_the_identifying_halt_is_confirmed_too() -> None:
    bench = Bench(Device(status=3, voltage=6))
    bench.order(Identify())
    bench.run(6)
    assert bench.names[-1] == "stop"
    bench.order(HALT)
    bench.run(50)
    assert bench.names == ["id", "version", "status", "stop", "status"]
    assert bench.events == [KNOWN, HaltConfirmed(10_010)]


def test_silence_is_asked_once_more_and_then_said_to_be_silence() -> None:
    device = Device()
    device.mute(DEVICE_ID)
    bench = Bench(device)
    bench.order(Identify())
    bench.run(499)
    assert bench.names == ["id"]
    bench.run(500)
    assert bench.names == ["id", "id"]
    bench.run(2000)
    assert bench.names == ["id", "id"]
    assert "nothing that speaks ScienceMode4 answered: the line stayed silent. Check" in refusal(bench)
    assert "A RehaStim, which has another rate, is silent too when it is taken for a P24" in refusal(bench)


def test_garbage_is_said_to_be_garbage() -> None:
    device = Device()
    device.instead[DEVICE_ID] = lambda number, data: b"$GPGGA,hello\r\n"
    bench = Bench(device)
    bench.order(Identify())
    bench.run(2000)
    assert "nothing that speaks ScienceMode4 answered: only unreadable bytes came. Another device" in refusal(bench)


def test_frames_that_answer_nothing_are_told_from_garbage() -> None:
    device = Device()
    device.instead[DEVICE_ID] = lambda number, data: framed(number ^ 1, 53, b"\x00P24-000001")
    bench = Bench(device)
    bench.order(Identify())
    bench.run(2000)
    assert "it spoke, but did not answer the question" in refusal(bench)


def test_one_lost_answer_does_not_spoil_the_identification() -> None:
    device = Device()
    device.mute(VERSION)
    bench = Bench(device)
    bench.order(Identify())
    bench.run(100)
    device.instead.clear()
    bench.run(1000)
    assert bench.names == ["id", "version", "version", "status"]
    assert bench.events == [KNOWN]


def test_each_question_has_its_own_repeat() -> None:
    device = Device()
    device.mute(STATUS)
    bench = Bench(device)
    bench.order(Identify())
    bench.run(3000)
    assert bench.names == ["id", "version", "status", "status"]
    assert isinstance(bench.events[0], WrongDevice)


@pytest.mark.covers("SR-17")
def test_another_sciencemode_is_refused_by_its_version() -> None:
    bench = Bench(Device(sciencemode=b"\x03\x01\x02", status=3)).identified()
    assert "speaks ScienceMode 3.1.2; a P24 speaks ScienceMode 4" in refusal(bench)
    assert bench.names == ["id", "version"]


@pytest.mark.parametrize("command", [DEVICE_ID, VERSION, STATUS])
def test_a_device_that_will_not_say_is_refused_with_its_result(command: int) -> None:
    device = Device()
    device.instead[command] = lambda number, data: framed(number, command + 1, b"\x02" + bytes(12))
    assert "would not say who it is (result 2)" in refusal(Bench(device).identified())


def unknowing(*commands: int) -> Device:
    device = Device()
    for command in commands:
        device.instead[command] = lambda number, data: framed(number, 67, b"\x0b")
    return device


@pytest.mark.covers("SR-17")
def test_a_rehamove3_is_named_for_what_it_is() -> None:
    device = unknowing(VERSION)
    device.instead[DEVICE_ID] = lambda number, data: framed(number, 53, b"\x00RM3-000001")
    device.instead[VERSION_MAIN] = lambda number, data: framed(number, 51, bytes((0, 2, 1, 16, 3, 2, 4)))
    bench = Bench(device).identified()
    assert "RM3-000001 is a RehaMove3, which speaks ScienceMode 3.2.4, not a P24" in refusal(bench)
    assert bench.names == ["id", "version", "version main"]


def test_a_device_that_does_not_know_either_question_is_refused() -> None:
    bench = Bench(unknowing(VERSION, VERSION_MAIN)).identified()
    assert "(result 11)" in refusal(bench)
    assert bench.names == ["id", "version", "version main"]


def test_a_device_that_answers_the_other_question_with_a_version_of_neither_is_refused() -> None:
    assert "(result 11)" in refusal(Bench(unknowing(VERSION)).identified())


def test_a_device_that_falls_silent_at_the_other_question_did_not_say_who_it_is() -> None:
    device = unknowing(VERSION)
    device.mute(VERSION_MAIN)
    bench = Bench(device).identified()
    bench.run(2000)
    assert bench.names == ["id", "version", "version main", "version main"]
    assert "(result 11)" in refusal(bench)


def test_a_general_error_answers_no_question() -> None:
    bench = Bench()
    bench.order(Identify())
    bench.say(framed(0, 66, b"\x01"))
    bench.run(50)
    assert bench.events == [KNOWN]


def test_half_a_frame_of_an_older_conversation_does_not_swallow_the_first_answer() -> None:
    bench = Bench()
    bench.say(framed(9, 53, b"\x00P24-000001")[:12])
    assert bench.identified().events == [KNOWN]
    assert len(bench.device.heard) == 3


@pytest.mark.covers("SR-01", "FR-06")
def test_before_identification_only_halts_and_questions_leave() -> None:
    bench = Bench()
    bench.order(Enable())
    bench.order(one(10_000))
    bench.run(1000)
    assert bench.names == []
    bench.order(HALT)
    bench.run(100)
    assert bench.names == ["stop", "status"]
    bench.order(Enable())
    bench.run(1000)
    assert bench.names == ["stop", "status"], "a halted stranger is still a stranger"


def test_a_halt_overtakes_an_identification() -> None:
    bench = Bench()
    bench.order(Identify())
    bench.order(HALT)
    bench.run(1000)
    assert bench.names == ["id", "stop", "status"]
    assert bench.events == [HaltConfirmed(10_004)]


def test_an_identification_waits_for_no_halt_under_way_and_disturbs_none() -> None:
    bench = Bench()
    bench.order(HALT)
    bench.order(Identify())
    bench.run(1000)
    assert bench.names == ["stop", "status"]


def test_identifying_a_stimulating_device_stops_it() -> None:
    bench = Bench().playing()
    bench.order(Identify())
    bench.run(50)
    assert bench.names == ["id", "version", "status", "stop", "status"]
    assert bench.device.active == 0


def test_a_refusal_of_the_guard_ends_an_identification() -> None:
    bench = Bench()
    bench.driver.execute(Identify(), bench.now_ms)
    assert len(bench.driver.frames()) == 1
    bench.driver.refused(bench.now_ms)
    bench.run(5000)
    assert bench.names == []
    assert bench.identified().events == [KNOWN]


def test_a_low_level_stop_that_is_refused_is_repeated_as_a_low_level_stop() -> None:
    device = Device(status=1, voltage=6)
    device.result(LL_STOP, 2)
    bench = Bench(device).identified()
    assert bench.names == ["id", "version", "status", "ll_stop", "ll_stop", "ll_stop"]
    assert isinstance(bench.events[0], HaltUnconfirmed)
