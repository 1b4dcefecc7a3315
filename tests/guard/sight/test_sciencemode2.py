"""What the guard sees in ScienceMode2: everything that may matter, and nothing it does not know in every bit."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmes.guard.sight import (
    Answer,
    Asked,
    Complaint,
    Halt,
    Harmless,
    ListInit,
    ListUpdate,
    Reply,
    Seen,
    Standing,
    Status,
    Unknown,
)
from nmes.guard.sight.sciencemode2 import ScienceMode2Sight
from nmes.guard.sight.sciencemode2_frame import close_frame

FILE = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode2.toml").read_text("utf-8"))
SIGHT = ScienceMode2Sight()
MODES = {"single": 0, "doublet": 1, "triplet": 2}
BY_COMMAND = {
    "init_channel_list_mode_ack": Asked.INIT,
    "start_channel_list_mode_ack": Asked.UPDATE,
    "stop_channel_list_mode_ack": Asked.HALT,
}


def seen(command: int, data: bytes = b"") -> Seen:
    return SIGHT.see_request(close_frame(9, command, data)).seen


def heard(command: int, data: bytes = b"") -> list[Reply]:
    return SIGHT.replies().feed(close_frame(9, command, data))


def request_of(m: dict[str, Any]) -> Seen | type[Unknown]:
    """What must be seen in a request of the vectors; `Unknown` stands for any."""
    match m["command"]:
        case "init_ack":
            return Harmless()
        case "get_stimulation_mode":
            return Status()
        case "stop_channel_list_mode":
            return Halt()
        case "init_channel_list_mode" if m["main_interval_ms"] and m["inter_pulse_interval_ms"] >= 8:
            return ListInit(
                tuple(m["active_channels"]),
                int(m["main_interval_ms"] * 1000),
                int(m["inter_pulse_interval_ms"] * 1000),
                tuple(m["low_frequency_channels"]),
                m["low_frequency_factor"],
            )
        case "start_channel_list_mode" if not any(c["current_ma"] % 2 or c["current_ma"] > 126 for c in m["channels"]):
            return ListUpdate(
                tuple((MODES[c["mode"]], c["pulse_width_us"], c["current_ma"] * 1000) for c in m["channels"])
            )
        case _:
            return Unknown


def reply_of(m: dict[str, Any]) -> Reply | type[Complaint] | None:
    """What must be heard in a packet of the device; `Complaint` stands for any."""
    number = m["packet_number"]
    match m["command"]:
        case "init" | "stimulation_error" | "unknown_command":
            return Complaint
        case "get_stimulation_mode_ack" if m["result"] == 0:
            return Standing(number, enabled=m["mode"] > 0, stimulating=m["mode"] == 2, renews=True)
        case command if command in BY_COMMAND:
            return Answer(number, BY_COMMAND[command], m["result"])
        case _:
            return None


def test_every_request_of_the_vectors_is_seen_for_what_it_is() -> None:
    wrong, unknown = [], 0
    for vector in FILE["vector"]:
        if vector["direction"] != "host_to_device":
            continue
        request, wanted = SIGHT.see_request(bytes.fromhex(vector["hex"])), request_of(vector["meaning"])
        good = isinstance(request.seen, Unknown) if wanted is Unknown else request.seen == wanted
        wrong += [] if good and request.number == vector["meaning"]["packet_number"] else [vector["name"]]
        unknown += isinstance(request.seen, Unknown)
    assert (wrong, unknown) == ([], 20)


def test_every_packet_of_the_device_is_heard_for_what_it_is_whole_and_byte_by_byte() -> None:
    wrong, heard_of = [], 0
    for vector in FILE["vector"]:
        if vector["direction"] != "device_to_host":
            continue
        line, wanted = bytes.fromhex(vector["hex"]), reply_of(vector["meaning"])
        whole, bytewise = SIGHT.replies().feed(line), SIGHT.replies()
        single = [reply for at in range(len(line)) for reply in bytewise.feed(line[at : at + 1])]
        if wanted is Complaint:
            good = len(whole) == 1 and isinstance(whole[0], Complaint)
        else:
            good = whole == ([] if wanted is None else [wanted])
        wrong += [] if good and single == whole else [vector["name"]]
        heard_of += 1
    assert (heard_of, wrong) == (45, [])


def test_the_guards_own_halt_is_the_stop() -> None:
    assert SIGHT.numbers == 256
    for number in (0, 15, 129, 240, 255):
        request = SIGHT.see_request(SIGHT.halt_frame(number))
        assert (request.number, request.seen) == (number, Halt())


@pytest.mark.covers("SR-01")
@pytest.mark.parametrize(
    ("command", "data"),
    [
        (34, b"\x00"),
        (10, b"\x00"),
        (2, b""),
        (2, b"\x01"),
        (2, b"\x00\x00"),
        (4, b""),
        (36, b"\x00\x00\xc8\x14"),
        *((command, bytes((0, 1, 0, 13, 0, 38, 0))) for command in (2, 10, 32, 34, 36)),
        (30, bytes((0, 1, 0, 13, 0, 38))),
        (30, bytes((0, 1, 0, 13, 0, 38, 1))),
        (30, bytes((0, 0, 0, 13, 0, 38, 0))),
        (30, bytes((0, 1, 2, 13, 0, 38, 0))),
        (30, bytes((8, 1, 0, 13, 0, 38, 0))),
        (30, bytes((0, 1, 0, 13, 0, 0, 0))),
        (30, bytes((0, 1, 0, 13, 0, 13, 0))),
        (30, bytes((0, 1, 0, 13, 8, 1, 0))),
        (30, bytes((0, 1, 0, 12, 0, 38, 0))),
        (30, bytes((0, 1, 0, 38, 0, 38, 0))),
        (32, b""),
        (32, bytes((0, 1, 44))),
        (32, bytes((0, 1, 44, 20)) * 9),
        (32, bytes((3, 1, 44, 20))),
        (32, bytes((0, 0, 19, 20))),
        (32, bytes((0, 1, 245, 20))),
        (32, bytes((0, 1, 44, 21))),
        (32, bytes((0, 1, 44, 128))),
        (32, bytes((0, 1, 44, 20, 0, 0, 0, 20))),
        (50, b"\x00"),
    ],
    ids=lambda value: value.hex() if isinstance(value, bytes) else str(value),
)
def test_what_is_not_known_in_every_bit_is_unknown(command: int, data: bytes) -> None:
    assert isinstance(seen(command, data), Unknown)


def test_the_limits_themselves_are_seen() -> None:
    assert seen(30, bytes((0, 0x81, 0, 13, 0, 14, 0))) == ListInit((1, 8), 8_000, 8_000)
    assert seen(30, bytes((7, 3, 2, 255, 8, 0, 0))) == ListInit((1, 2), 1_025_000, 129_000, (2,), 7)
    assert seen(30, bytes((0, 1, 0, 37, 0, 38, 0))) == ListInit((1,), 20_000, 20_000)
    assert seen(32, bytes((0, 0, 20, 0, 2, 1, 244, 126))) == ListUpdate(((0, 20, 0), (2, 500, 126_000)))
    assert seen(32, bytes((0, 1, 44, 20)) * 8) == ListUpdate(((0, 300, 20_000),) * 8)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        close_frame(9, 34)[:-1],
        close_frame(9, 34) + b"\x00",
        close_frame(9, 34) * 2,
        b"\x00" + close_frame(9, 34),
        b"\xf0\x81\x14\x81\x56\x09\x81\x77\x0f",
    ],
    ids=bytes.hex,
)
def test_what_is_not_exactly_one_whole_frame_is_unknown(line: bytes) -> None:
    request = SIGHT.see_request(line)
    assert (request.number, type(request.seen)) == (-1, Unknown)


def test_a_needless_escape_is_a_deviation_although_the_device_would_take_it() -> None:
    needless = bytes.fromhex("F0 81 F5 81 5D 06 24 00 00 81 00 81 5F 0F")
    assert SIGHT.see_request(needless).number == -1


@pytest.mark.parametrize(
    ("command", "data", "words"),
    [
        (38, b"\xff", "emergency switch"),
        (38, b"\xfe", "electrode"),
        (38, b"\xfd", "module"),
        (38, b"\xf9", "does not name"),
        (38, b"", "without a reason"),
        (38, b"\xff\x00", "without a reason"),
        (1, b"\x01", "announces itself"),
        (3, b"\x22", "does not know command 22"),
        (3, b"", "without a number"),
        (35, b"", "answer 35"),
        (35, b"\x00\x00", "answer 35"),
        (33, b"", "answer 33"),
        (11, b"", "answer 11"),
        (11, b"\x00", "answer 11"),
        (11, b"\x00\x03", "answer 11"),
        (11, b"\x01\x00", "answer 11"),
        (11, b"\xfe", "answer 11"),
        (11, b"\xff\x00", "answer 11"),
        (11, b"\x00\x02\x00", "answer 11"),
    ],
    ids=str,
)
def test_what_the_device_says_by_itself_or_cannot_be_read_is_a_complaint(command: int, data: bytes, words: str) -> None:
    [reply] = heard(command, data)
    assert isinstance(reply, Complaint)
    assert words in reply.detail


@pytest.mark.parametrize("result", [b"\xff", b"\xf8"])
def test_a_device_too_busy_to_tell_its_mode_proves_nothing(result: bytes) -> None:
    assert heard(11, result) == []


@settings(max_examples=60)
@given(st.binary(max_size=80))
def test_nothing_makes_it_raise(line: bytes) -> None:
    assert isinstance(SIGHT.see_request(line).seen, Unknown)
    assert SIGHT.replies().feed(line) == []


@settings(max_examples=100)
@given(st.integers(0, 255), st.one_of(st.binary(max_size=9), st.binary(min_size=7, max_size=7)))
def test_what_passes_as_a_change_of_output_says_so_in_every_bit(command: int, data: bytes) -> None:
    found = seen(command, data)
    if isinstance(found, ListInit | ListUpdate):
        assert command in (30, 32)
    if isinstance(found, Halt | Status):
        assert data == b""
