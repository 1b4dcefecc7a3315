"""Who is on the line: a device that cannot say so, known by stopping when it is asked, and by saying nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from devices.sciencemode1.bench import BAD, ENABLE, HALT, IDENTIFY, STOP, Bench

from nmes.core.events import HaltConfirmed, Identified, WrongDevice

VECTORS = Path(__file__).parents[2] / "vectors"
REHASTIM2_INIT = bytes.fromhex("F0 81 2C 81 56 01 01 01 0F")
P24_STATUS = bytes.fromhex("F0 81 55 81 5A 81 32 81 02 1C 3F 00 00 01 0F")


def refusal(bench: Bench, ms: int = 1_500) -> str:
    bench.run(ms)
    [event] = bench.events
    assert isinstance(event, WrongDevice)
    return event.reason


def test_a_stop_that_is_acknowledged_and_a_line_that_says_nothing_else_is_a_rehastim_1() -> None:
    bench = Bench()
    bench.order(IDENTIFY)
    assert bench.names == ["stop"]
    bench.run(599)
    assert bench.events == []
    assert not bench.driver.output.off_confirmed
    bench.run(1)
    assert bench.events == [Identified("RehaStim 1", "-", "unknown (ScienceMode1)")]
    assert bench.names == ["stop"]
    assert bench.driver.output.off_confirmed


def test_it_asks_once_more_and_then_says_that_nothing_answered() -> None:
    bench = Bench()
    bench.device.mute(STOP)
    bench.order(IDENTIFY)
    assert "the line stayed silent" in refusal(bench)
    assert [(one.name, one.at_ms) for one in bench.device.heard] == [("stop", 10_000), ("stop", 10_600)]
    bench.order(ENABLE)
    assert len(bench.device.heard) == 2


def test_a_first_stop_that_was_lost_is_made_good() -> None:
    bench = Bench()
    bench.device.mute(STOP)
    bench.order(IDENTIFY)
    bench.run(500)
    bench.device.instead.clear()
    bench.run(700)
    assert [type(event) for event in bench.events] == [Identified]


@pytest.mark.parametrize("after_ms", [1, 300, 590])
def test_a_rehastim_2_is_never_believed_and_named(after_ms: int) -> None:
    """Its frames hold the very byte that acknowledges a stop."""
    bench = Bench()
    bench.device.mute(STOP)
    bench.order(IDENTIFY)
    bench.run(after_ms)
    for byte in REHASTIM2_INIT:
        bench.say(bytes([byte]))
    assert "a RehaStim2 (ScienceMode2)" in refusal(bench)
    bench.order(ENABLE)
    assert bench.names == ["stop"]


def test_a_device_that_answers_a_stop_and_speaks_in_frames_too_is_not_believed_either() -> None:
    bench = Bench()
    bench.order(IDENTIFY)
    bench.run(100)
    bench.say(P24_STATUS)
    assert "a RehaMove3 or a P24" in refusal(bench)


def test_every_frame_of_the_other_families_is_named_whatever_it_says() -> None:
    """Also where the stream is heard from somewhere inside a frame on; and much of it is not kept."""
    wrong = []
    for family, said in (("2", "a RehaStim2 (ScienceMode2)"), ("4", "a RehaMove3 or a P24")):
        rows = tomllib.loads((VECTORS / f"sciencemode{family}.toml").read_text("utf-8"))["vector"]
        for row in rows:
            frame = bytes.fromhex(row["hex"]) if "hex" in row else b""
            if row.get("direction") != "device_to_host" or not 0 < len(frame) < 50:
                continue
            for stream in (frame, frame[1:] + frame):
                bench = Bench()
                bench.order(IDENTIFY)
                bench.run(50)
                bench.say(stream[:50])
                if said not in refusal(bench) and stream is frame:
                    wrong.append(row["name"])
    assert wrong == []


def test_what_else_may_come_is_told_for_what_it_is() -> None:
    for said, words in (
        (b"\x55\x33\xff", "another device speaks on it, or in another way"),
        (b"\xf0\x81\x2c", "another device speaks on it, or in another way"),
        (b"\xc0", "what was sent came straight back"),
        (b"\x01\xc0", "did not confirm that it is stopped"),
        (b"\x00", "did not confirm that it is stopped"),
    ):
        bench = Bench()
        bench.device.mute(STOP)
        bench.order(IDENTIFY)
        bench.run(10)
        bench.say(said)
        reason = refusal(bench)
        assert words in reason
        assert "touch panel" in reason


def test_a_device_that_would_not_stop_is_none() -> None:
    bench = Bench()
    bench.device.instead[STOP] = lambda frame: BAD[STOP]
    bench.order(IDENTIFY)
    assert "did not confirm that it is stopped" in refusal(bench)


def test_late_answers_to_an_earlier_program_are_no_other_device() -> None:
    bench = Bench()
    bench.order(IDENTIFY)
    bench.say(b"\x41\x41\x81")
    bench.run(600)
    assert [type(event) for event in bench.events] == [Identified]


def test_bits_of_the_acknowledgement_that_nobody_specified_may_have_any_value() -> None:
    bench = Bench()
    bench.device.instead[STOP] = lambda frame: b"\xbf"
    bench.order(IDENTIFY)
    bench.run(600)
    assert [type(event) for event in bench.events] == [Identified]


def test_an_identification_asked_for_again_begins_again() -> None:
    for begin in (Bench().identified, Bench().playing):
        bench = begin()
        bench.order(IDENTIFY)
        assert bench.names[-1] == "stop"
        bench.run(600)
        assert [type(event) for event in bench.events] == [Identified]
        assert bench.driver.output.off_confirmed


def test_a_halt_breaks_it_off() -> None:
    bench = Bench()
    bench.order(IDENTIFY)
    bench.run(50)
    bench.order(HALT)
    bench.run(1_000)
    assert [type(event) for event in bench.events] == [HaltConfirmed]
    assert bench.names == ["stop"] * 3, "one of them asked who is there"
    bench.order(ENABLE)
    assert bench.names == ["stop"] * 3


def test_a_guard_that_does_not_pass_it_ends_it() -> None:
    bench = Bench()
    bench.driver.execute(IDENTIFY, bench.now_ms)
    bench.driver.refused(bench.now_ms)
    assert bench.driver.frames() == []
    assert bench.driver.next_deadline_ms(bench.now_ms) is None


def test_however_much_is_said_little_is_kept() -> None:
    bench = Bench()
    bench.order(IDENTIFY)
    for _ in range(100):
        bench.say(REHASTIM2_INIT)
    assert "a RehaStim2" in refusal(bench)
