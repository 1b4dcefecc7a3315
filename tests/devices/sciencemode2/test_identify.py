"""Identification: the device speaks first, and nothing but harmless packets reaches it before it is known."""

from __future__ import annotations

import pytest
from devices.sciencemode2.bench import HALT, MODE, STOP, Bench, Device, one
from devices.sciencemode2.vectors import framed

from nmes.core.commands import Enable, Identify
from nmes.core.events import DeviceFault, Fault, HaltConfirmed, HaltUnconfirmed, Identified, WrongDevice

KNOWN = Identified("RehaStim2", "-", "unknown (ScienceMode2 protocol 1)")


def refusal(bench: Bench) -> str:
    [event] = bench.events
    assert isinstance(event, WrongDevice)
    return event.reason


def test_nothing_is_sent_before_the_device_has_announced_itself() -> None:
    bench = Bench()
    bench.order(Identify())
    bench.run(39)
    assert bench.names == []
    bench.run(20)
    assert bench.names == ["welcome", "mode"]
    assert bench.events == [KNOWN]
    assert bench.driver.output.off_confirmed
    assert bench.driver.capabilities.model == "RehaStim2"


@pytest.mark.parametrize("mode", [1, 2])
def test_a_device_that_is_doing_something_is_stopped_before_it_is_announced(mode: int) -> None:
    device = Device()
    device.instead[MODE] = lambda number, data: framed(
        number, 11, bytes((0, mode if STOP not in {heard.command for heard in device.heard} else 0))
    )
    bench = Bench(device).identified()
    assert bench.names == ["welcome", "mode", "stop", "mode"]
    assert bench.events == [KNOWN]


def test_a_device_that_is_still_connected_lets_go_because_nothing_is_sent() -> None:
    device = Device(mode=2, valid_ms=9_900, output={1: (300, 20)})
    bench = Bench(device)
    bench.order(Identify())
    bench.run(1_099)
    assert (bench.names, bench.events, device.current_ma) == ([], [], {1: 20})
    bench.run(30)
    assert bench.names == ["welcome", "mode"]
    assert (bench.events, device.current_ma) == ([KNOWN], {})


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "the line stayed silent. Check that the stimulator is on"),
        (b"$GPGGA,hello\r\n", "only unreadable bytes came. Another device"),
        (
            bytes.fromhex("F0 81 55 81 59 81 14 81 18 0C 22 0F"),
            "what came are frames of ScienceMode3 or 4. This is a RehaMove3 or a P24",
        ),
        (framed(9, 35, b"\x00"), "it speaks ScienceMode2, but does not announce itself. Close other programs"),
    ],
    ids=["silence", "noise", "newer", "other frames"],
)
def test_what_does_not_announce_itself_is_told_for_what_it_is(line: bytes, words: str) -> None:
    bench = Bench(Device(is_powered=False))
    bench.order(Identify())
    bench.run(1_000)
    for at in range(len(line)):
        bench.say(line[at : at + 1])
    bench.run(1_499)
    assert bench.events == []
    bench.run(1)
    assert f"no RehaStim2 announced itself: {words}" in refusal(bench)
    assert bench.names == []


@pytest.mark.covers("SR-17")
def test_another_version_of_the_protocol_is_refused_and_the_device_told() -> None:
    bench = Bench(Device(version=2)).identified()
    [welcome] = bench.device.heard
    assert (welcome.name, welcome.data) == ("welcome", b"\xfb")
    assert "protocol version 2; this program supports version 1" in refusal(bench)
    bench.run(3000)
    assert len(bench.device.heard) == 1, "not answered again"


def test_one_lost_answer_does_not_spoil_the_identification() -> None:
    device = Device()
    device.mute(MODE)
    bench = Bench(device).identified()
    device.instead.clear()
    bench.run(500)
    assert bench.names[:3] == ["welcome", "mode", "mode"]
    assert bench.events == [KNOWN]


def test_a_device_that_announces_itself_and_never_answers_is_refused() -> None:
    device = Device()
    device.mute(MODE)
    bench = Bench(device).identified()
    bench.run(1_100)
    assert bench.names == ["welcome", "mode", "mode"]
    assert "did not answer the question what it does" in refusal(bench)


def test_an_announcement_heard_again_is_answered_again() -> None:
    bench = Bench()
    bench.order(Identify())
    bench.say(bench.device.announce() + bench.device.announce())
    bench.run(30)
    assert bench.names == ["welcome", "mode"], "only the newest of several"
    assert bench.device.heard[0].number == 2
    assert bench.events == [KNOWN]


@pytest.mark.parametrize(("result", "asked"), [(-8, 2), (-1, 2)])
def test_a_busy_device_is_asked_once_more(result: int, asked: int) -> None:
    device = Device()
    device.result(MODE, result)
    bench = Bench(device).identified()
    assert bench.names.count("mode") == asked
    assert f"would not say what it does (result {result})" in refusal(bench)


def test_a_device_that_does_not_know_the_question_is_refused() -> None:
    device = Device()
    device.instead[MODE] = lambda number, data: framed(number, 3, bytes((MODE,)))
    assert "(result 0)" in refusal(Bench(device).identified())


@pytest.mark.covers("SR-01", "FR-06")
def test_before_identification_only_halts_leave() -> None:
    bench = Bench()
    bench.order(Enable())
    bench.order(one(10_000))
    bench.say(bench.device.announce())
    bench.say(bench.device.push(-2))
    bench.run(1000)
    assert (bench.names, bench.events) == ([], [])
    bench.order(HALT)
    bench.run(700)
    assert bench.names == ["stop"] * 3 + ["welcome", "stop", "mode"], "a device that is not connected wants a welcome"
    assert [type(event) for event in bench.events] == [HaltConfirmed]
    bench.order(Enable())
    bench.run(1000)
    assert bench.names[6:] == [], "a halted stranger is still a stranger"


def test_a_stranger_that_does_not_stop_is_unconfirmed_and_can_be_asked_again() -> None:
    bench = Bench(Device(is_powered=False))
    bench.order(HALT)
    bench.run(1000)
    assert [type(event) for event in bench.events] == [HaltUnconfirmed]
    bench.device.is_powered = True
    bench.say(bench.device.announce())
    bench.say(bench.device.push(-1))
    assert bench.names == ["stop"] * 3, "what is unconfirmed answers nothing"
    bench.events.clear()
    bench.order(Identify())
    bench.run(1000)
    assert bench.events == [KNOWN]


def test_a_halt_overtakes_an_identification() -> None:
    bench = Bench()
    bench.order(Identify())
    bench.run(41)
    assert bench.names == ["welcome", "mode"]
    bench.order(HALT)
    bench.run(1000)
    assert bench.names == ["welcome", "mode", "stop", "mode"]
    assert [type(event) for event in bench.events] == [HaltConfirmed]


def test_an_identification_waits_for_no_halt_under_way_and_disturbs_none() -> None:
    bench = Bench().playing()
    bench.order(HALT)
    bench.order(Identify())
    bench.run(20)
    bench.order(Identify())
    bench.run(20)
    assert bench.names == ["stop", "mode"]


def test_identifying_a_stimulating_device_stops_it() -> None:
    bench = Bench().playing()
    bench.order(Identify())
    bench.run(30)
    assert bench.names == ["stop", "mode"]
    assert (bench.events, bench.device.current_ma) == ([KNOWN], {})


def test_identifying_after_a_restart_welcomes_and_stops_it() -> None:
    bench = Bench().playing()
    bench.device.let_go(bench.now_ms)
    bench.run(1)
    assert bench.events == [DeviceFault(Fault.RESTARTED, 0, 0)]
    bench.order(Identify())
    bench.run(30)
    assert bench.names == ["welcome", "stop", "mode"]
    assert bench.events[1:] == [KNOWN]


def test_a_refusal_of_the_guard_ends_an_identification() -> None:
    bench = Bench()
    bench.order(Identify())
    bench.driver.receive(bench.device.announce(), bench.now_ms)
    assert len(bench.driver.frames()) == 2
    bench.driver.refused(bench.now_ms)
    bench.run(5000)
    assert (bench.names, bench.events) == ([], [])
    bench.order(Identify())
    bench.run(1000)
    assert bench.events == [KNOWN]


def test_while_it_is_off_it_is_asked_for_a_sign_of_life_and_welcomed_if_it_lets_go() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.run(2000)
    assert set(bench.names) == {"mode"}
    assert len(bench.names) == 5
    assert bench.device.mode == 0
    bench.device.let_go(bench.now_ms)
    bench.forget()
    bench.run(60)
    assert (bench.names, bench.events) == (["welcome"], [])
    bench.order(Enable())
    bench.run(30)
    assert len(bench.events) == 1


def test_while_it_is_off_silence_is_no_fault_and_power_may_come_back() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.is_powered = False
    bench.run(3000)
    assert bench.events == []
    bench.device.is_powered, bench.device.mode, bench.device.init_ms = True, None, bench.now_ms
    bench.run(700)
    assert bench.device.mode == 0


def test_a_device_of_another_version_that_takes_its_place_is_refused() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.version = 3
    bench.device.let_go(bench.now_ms)
    bench.run(1000)
    assert "protocol version 3" in refusal(bench)
    assert bench.device.heard[-1].data == b"\xfb"


@pytest.mark.parametrize(("mode", "fault"), [(2, Fault.REFUSED), (1, Fault.REFUSED)])
def test_a_device_that_is_off_and_does_something_is_at_fault(mode: int, fault: Fault) -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.mode = mode
    bench.run(500)
    assert bench.events == [DeviceFault(fault, 0, 0)]
    bench.order(HALT)
    bench.run(50)
    assert isinstance(bench.events[1], HaltConfirmed)


def test_a_busy_answer_while_it_is_off_means_nothing() -> None:
    bench = Bench().identified()
    bench.forget()
    bench.device.result(MODE, -8)
    bench.run(1000)
    assert bench.events == []
