"""The guard's framing: hostile streams in every cut, bounded memory, bounded time."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from guard.rig import encode
from hypothesis import given
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.guard.sight import sciencemode4_frame
from nmes.guard.sight.packets import Packet, Packets
from nmes.guard.sight.sciencemode4_frame import checksum, close_frame, open_frame

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode4.toml").read_text("utf-8"))
HOSTILE = [pytest.param(stream, id=stream["name"]) for stream in VECTORS["hostile"]]


def fed(chunks: list[bytes]) -> list[Packet]:
    packets = Packets(sciencemode4_frame.LONGEST, open_frame)
    return [packet for chunk in chunks for packet in packets.feed(chunk)]


def wanted(stream: dict[str, Any], got: list[Packet]) -> list[Packet]:
    """The expected packets; data the vectors only count is taken from what came."""
    assert len(got) == len(stream["expected"])
    return [
        (e["packet_number"], e["command_number"], bytes.fromhex(e["data"]) if "data" in e else got[i][2])
        for i, e in enumerate(stream["expected"])
    ]


@bundled("stream", HOSTILE)
def test_hostile_streams_give_exactly_the_good_frames(stream: dict[str, Any]) -> None:
    got = fed([bytes.fromhex(chunk) for chunk in stream["chunks"]])
    assert got == wanted(stream, got)


@bundled("stream", HOSTILE)
def test_hostile_streams_byte_by_byte(stream: dict[str, Any]) -> None:
    data = b"".join(bytes.fromhex(chunk) for chunk in stream["chunks"])
    got = fed([data[at : at + 1] for at in range(len(data))])
    assert got == wanted(stream, got)


@bundled("stream", HOSTILE)
def test_hostile_streams_cut_anywhere(stream: dict[str, Any]) -> None:
    data = b"".join(bytes.fromhex(chunk) for chunk in stream["chunks"])
    whole = fed([data])
    for at in range(0, len(data), 1 if len(data) < 200 else 97):
        assert fed([data[:at], data[at:]]) == whole


def test_the_checksum_has_its_check_value() -> None:
    assert checksum(b"123456789") == 0x31C3


@given(st.integers(0, 63), st.integers(0, 1023), st.binary(max_size=60))
def test_frames_are_written_as_the_manual_says(number: int, command: int, data: bytes) -> None:
    frame = close_frame(number, command, data)
    assert frame == encode(number, command, data)
    assert open_frame(frame) == (number, command, data)


@pytest.mark.parametrize("size", [0, 1, 11, 1201])
def test_a_frame_has_12_to_1200_bytes(size: int) -> None:
    assert open_frame(bytes(size)) is None


LONGEST = close_frame(3, 32, bytes(1188))
"""Its payload needs no escapes: 9 bytes before it, 2 of number and command, the stop."""


def test_a_good_frame_of_1200_bytes_is_read_and_one_of_1201_is_not() -> None:
    assert len(LONGEST) == 1200
    assert open_frame(LONGEST) == (3, 32, bytes(1188))
    assert fed([LONGEST]) == [(3, 32, bytes(1188))]
    longer = close_frame(3, 32, bytes(1189))
    assert open_frame(longer) is None
    assert fed([longer]) == []


def test_the_beginning_of_a_frame_is_no_frame() -> None:
    frame = close_frame(3, 34)
    assert [open_frame(frame[:length]) for length in range(len(frame))] == [None] * len(frame)


@pytest.mark.parametrize("last", [0x81, 0xF0, 0x00])
def test_a_frame_without_its_stop_is_no_frame_however_long(last: int) -> None:
    assert fed([LONGEST[:-1] + bytes([last]), bytes(1300)]) == []


def test_a_payload_of_one_byte_is_no_packet() -> None:
    stuffed = b"\x81\xa5"  # F0 alone, two bytes on the line
    header = (12).to_bytes(2, "big") + checksum(stuffed).to_bytes(2, "big")
    frame = b"\xf0" + b"".join(bytes([0x81, byte ^ 0x55]) for byte in header) + stuffed + b"\x0f"
    assert open_frame(frame) is None


@given(
    st.lists(st.sampled_from([b"\xf0", b"\x0f", b"\x81", b"\x55", b"\x00", close_frame(3, 34)]), max_size=80), st.data()
)
def test_the_outcome_does_not_depend_on_the_cut(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert fed(pieces) == fed([stream])


@pytest.mark.parametrize("filler", [b"\x00", b"\xf0", b"\x81\xf0", b"\xf0\x81", b"\x81"])
def test_endless_noise_is_forgotten_and_the_next_frame_is_found(filler: bytes) -> None:
    packets = Packets(sciencemode4_frame.LONGEST, open_frame)
    for _ in range(40):
        assert packets.feed(filler * 100) == []
        assert len(packets._held) < 1200  # bounded: the promise has no other witness
    found = packets.feed(b"\x00" * 1300 + close_frame(3, 34) * 2)
    assert found[-1] == (3, 34, b"")
