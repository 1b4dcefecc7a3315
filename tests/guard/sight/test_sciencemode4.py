"""The guard's own reading of ScienceMode4, against the vectors every side must satisfy."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from guard.rig import UPDATE, block, encode, update_data
from hypothesis import given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.guard.sight import (
    Answer,
    Asked,
    Complaint,
    Condition,
    Halt,
    Harmless,
    Init,
    Poll,
    Standing,
    Status,
    Unknown,
    Update,
)
from nmes.guard.sight.sciencemode4 import ScienceMode4Sight

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode4.toml").read_text("utf-8"))
SIGHT = ScienceMode4Sight()


def named(direction: str) -> list[Any]:
    return [pytest.param(v, id=v["name"]) for v in VECTORS["vector"] if v["direction"] == direction]


def meant(meaning: dict[str, Any]) -> object:
    """What the guard must make of a request; None = must not pass."""
    match meaning["command"]:
        case "ml_stop":
            return Halt()
        case "get_stim_status":
            return Status()
        case "get_device_id" | "get_extended_version" | "get_version_main" | "ll_stop":
            return Harmless()
        case "ml_init":
            return Init(meaning["stop_on_all_errors"])
        case "ml_get_current_data" if meaning["selector"] == 4:
            return Poll()
        case "ml_update":
            return [
                (
                    channel["channel"],
                    channel["ramp"],
                    round(channel["period_ms"] * 1000),
                    [(point["duration_us"], round(point["current_ma"] * 1000)) for point in channel["points"]],
                )
                for channel in meaning["channels"]
            ]
        case _:
            return None


@bundled("vector", named("host_to_device"))
def test_every_request_is_seen_for_what_it_is(vector: dict[str, Any]) -> None:
    request = SIGHT.see_request(bytes.fromhex(vector["hex"]))
    expected = meant(vector["meaning"])
    assert request.number == vector["meaning"]["packet_number"]
    seen: object = request.seen
    if isinstance(seen, Update):
        seen = [(t.channel, t.ramp_pulses, t.period_us, list(t.points)) for t in seen.trains]
    if expected is None:
        assert isinstance(seen, Unknown)
    else:
        assert seen == expected


@bundled("vector", [pytest.param(v, id=v["name"]) for v in VECTORS["refused"]])
def test_a_request_the_device_must_refuse_is_unknown_or_left_to_the_rules(vector: dict[str, Any]) -> None:
    seen = SIGHT.see_request(bytes.fromhex(vector["hex"])).seen
    by_rule = {
        "ml_update_current_130ma5",
        "ml_update_current_150ma",
        "ml_update_total_pulse_time_over_100_percent",
        "ml_update_before_init",
    }
    if vector["name"] in by_rule:
        assert isinstance(seen, Update)
    elif vector["name"] == "ml_get_current_data_before_init":
        assert seen == Poll()
    else:
        assert isinstance(seen, Unknown)


@bundled("vector", named("host_to_device"))
def test_one_changed_bit_is_never_taken_for_anything(vector: dict[str, Any]) -> None:
    frame = bytes.fromhex(vector["hex"])
    for bit in range(0, 8 * len(frame), 3):
        damaged = bytearray(frame)
        damaged[bit // 8] ^= 1 << bit % 8
        assert isinstance(SIGHT.see_request(bytes(damaged)).seen, Unknown)


def test_a_frame_the_makers_encoder_would_not_write_is_unknown() -> None:
    escaped_needlessly = bytes.fromhex("F0 81 55 81 5A 81 F8 81 B7 0C 81 71 81 51 0F")
    assert isinstance(SIGHT.see_request(escaped_needlessly).seen, Unknown)
    two = encode(1, 34) + encode(2, 34)
    assert isinstance(SIGHT.see_request(two).seen, Unknown)


UPDATES = {
    "reserved bits": bytes([1, 0, 0, 80]) + (300 << 20 | 301 << 10 | 1).to_bytes(4, "big"),
    "current code above 600": bytes([1, 0, 0, 80]) + (300 << 20 | 601 << 10).to_bytes(4, "big"),
    "point of 9 µs": bytes([1, 0, 0, 80]) + (9 << 20 | 300 << 10).to_bytes(4, "big"),
    "period 0": bytes([1, 0, 0, 0]) + (300 << 20 | 300 << 10).to_bytes(4, "big"),
    "period 32767": bytes([1, 0, 0xFF, 0xFE]) + (300 << 20 | 300 << 10).to_bytes(4, "big"),
    "cut in the head": bytes([1, 0, 0]),
    "cut in a point": bytes([1, 0x10, 0, 80]) + (300 << 20 | 300 << 10).to_bytes(4, "big"),
    "more behind": bytes([0, 0]),
    "no enable byte": b"",
}


@pytest.mark.covers("SR-17")
@bundled("data", [pytest.param(data, id=name) for name, data in UPDATES.items()])
def test_an_update_that_is_not_understood_in_every_bit_is_unknown(data: bytes) -> None:
    assert isinstance(SIGHT.see_request(encode(1, UPDATE, data)).seen, Unknown)


@pytest.mark.parametrize("command", [4, 34, 52, 62, 68])
def test_a_command_without_data_carries_none(command: int) -> None:
    assert isinstance(SIGHT.see_request(encode(1, command, b"\x00")).seen, Unknown)


@given(
    st.dictionaries(
        st.integers(1, 8),
        st.tuples(
            st.lists(st.tuples(st.integers(10, 4095), st.integers(-300, 300)), min_size=1, max_size=16),
            st.integers(1, 32766),
            st.integers(0, 15),
        ),
    ),
    st.integers(0, 63),
)
def test_whatever_an_encoder_writes_is_read_back(channels: dict[int, Any], number: int) -> None:
    data = update_data(
        {c: block([(d, half * 500) for d, half in p], code * 500, ramp) for c, (p, code, ramp) in channels.items()}
    )
    frame = encode(number, UPDATE, data)
    request = SIGHT.see_request(frame)
    if len(frame) > 1200:
        assert isinstance(request.seen, Unknown)
        return
    assert request.number == number
    assert isinstance(request.seen, Update)
    assert {
        t.channel: ([(d, c // 500) for d, c in t.points], t.period_us // 500, t.ramp_pulses)
        for t in request.seen.trains
    } == channels


@pytest.mark.covers("TH-04")
@given(st.binary(max_size=64))
def test_any_bytes_at_all_are_seen_without_an_error(noise: bytes) -> None:
    assert isinstance(SIGHT.see_request(noise).seen, Unknown)


def test_its_own_halt_is_the_manuals_halt() -> None:
    assert SIGHT.halt_frame(3) == bytes.fromhex("F0 81 55 81 59 81 14 81 18 0C 22 0F")
    for number in range(SIGHT.numbers):
        assert SIGHT.see_request(SIGHT.halt_frame(number)) == type(SIGHT.see_request(SIGHT.halt_frame(0)))(
            number, Halt()
        )


def expected_reply(meaning: dict[str, Any]) -> object:
    number = meaning["packet_number"]
    match meaning["command"]:
        case "ml_stop_ack":
            return Answer(number, Asked.HALT, meaning["result"])
        case "ml_init_ack":
            return Answer(number, Asked.INIT, meaning["result"])
        case "ml_update_ack":
            return Answer(number, Asked.UPDATE, meaning["result"])
        case _:
            return None


@bundled("vector", named("device_to_host"))
@bundled("cut", [1, 7, 10_000])
def test_every_answer_is_heard_for_what_it_is(vector: dict[str, Any], cut: int) -> None:
    frame, listener = bytes.fromhex(vector["hex"]), SIGHT.replies()
    heard = [reply for at in range(0, len(frame), cut) for reply in listener.feed(frame[at : at + cut])]
    meaning = vector["meaning"]
    command = meaning["command"]
    if command in ("ml_stop_ack", "ml_init_ack", "ml_update_ack"):
        assert heard == [expected_reply(meaning)]
    elif command in ("general_error", "unknown_cmd", "reset_ack"):
        assert [type(reply) for reply in heard] == [Complaint]
    elif command == "ml_get_current_data_ack":
        assert [type(reply) for reply in heard] == [
            Condition if meaning["result"] or meaning["selector"] == 4 else Complaint
        ]
    elif command == "get_stim_status_ack":
        assert [type(reply) for reply in heard] == [Complaint if meaning["result"] else Standing]
    else:
        assert heard == []


def test_the_state_of_each_channel_is_in_its_half_byte() -> None:
    frame = bytes.fromhex("F0 81 55 81 46 81 3E 81 83 A4 25 00 04 1B 00 01 30 00 0F")
    assert SIGHT.replies().feed(frame) == [Condition(41, 0, (1, 2, 4, 5), (3, 6))]


@pytest.mark.parametrize(
    ("status", "enabled", "stimulating"), [(0, False, False), (1, False, False), (2, True, False), (3, True, True)]
)
def test_the_status_tells_how_far_the_device_is(status: int, enabled: bool, stimulating: bool) -> None:
    assert SIGHT.replies().feed(encode(5, 63, bytes([0, status, 6]))) == [
        Standing(5, enabled, stimulating, renews=False)
    ]


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x04\x06", b"\x01\x02\x06", b"\x00\x02\x06\x00"])
def test_a_status_that_makes_no_sense_cannot_be_read(data: bytes) -> None:
    assert isinstance(SIGHT.replies().feed(encode(5, 63, data))[0], Complaint)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x04", b"\x00\x03\x00\x00\x00\x00\x00", b"\x00\x04" + bytes(6)])
def test_a_poll_answer_that_makes_no_sense_cannot_be_read(data: bytes) -> None:
    assert SIGHT.replies().feed(encode(5, 37, data)) == [Complaint("an answer 37 that cannot be read")]


@pytest.mark.parametrize("behind", [b"", b"\x04", b"\x04\x00\x00"])
def test_a_poll_that_failed_is_told_by_its_result_whatever_follows(behind: bytes) -> None:
    assert SIGHT.replies().feed(encode(5, 37, b"\x07" + behind)) == [Condition(5, 7, (), ())]


@bundled("error", range(1, 16))
@bundled("channel", range(1, 9))
def test_every_error_of_every_channel_is_a_fault_of_that_channel(channel: int, error: int) -> None:
    halves = [0] * 8
    halves[channel - 1] = error
    states = bytes(low | high << 4 for low, high in zip(halves[::2], halves[1::2], strict=True))
    assert SIGHT.replies().feed(encode(5, 37, b"\x00\x04\x00" + states)) == [Condition(5, 0, (), (channel,))]


@pytest.mark.parametrize("command", [31, 33, 35])
@pytest.mark.parametrize("data", [b"", b"\x00\x00"])
def test_a_bare_result_has_one_byte(command: int, data: bytes) -> None:
    assert isinstance(SIGHT.replies().feed(encode(5, command, data))[0], Complaint)


@pytest.mark.parametrize("points", [1, 3, 16])
def test_an_update_cut_anywhere_in_a_channel_is_cut_short(points: int) -> None:
    data = update_data({1: block([(300, 500)] * points)})
    for length in range(1, len(data)):
        assert SIGHT.see_request(encode(5, UPDATE, data[:length])).seen == Unknown(
            "channel 1 of an update is cut short"
        )


def test_what_is_no_frame_has_no_number() -> None:
    assert SIGHT.see_request(b"no frame").number == -1
