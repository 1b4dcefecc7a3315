"""The guard's framing of ScienceMode2: hostile streams in every cut, bounded memory."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmes.guard.sight.packets import Packet, Packets
from nmes.guard.sight.sciencemode2_frame import LONGEST, checksum, close_frame, open_frame

FILE = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode2.toml").read_text("utf-8"))


def fed(chunks: list[bytes]) -> list[Packet]:
    packets = Packets(LONGEST, open_frame)
    return [packet for chunk in chunks for packet in packets.feed(chunk)]


def test_every_vector_is_read_whole_and_byte_by_byte_and_written_the_same() -> None:
    wrong = []
    for vector in FILE["vector"]:
        line, meaning = bytes.fromhex(vector["hex"]), vector["meaning"]
        packet = open_frame(line)
        good = (
            packet is not None
            and packet[:2] == (meaning["packet_number"], meaning["command_number"])
            and close_frame(*packet) == line
            and fed([line[at : at + 1] for at in range(len(line))]) == fed([line]) == [packet]
        )
        wrong += [] if good else [vector["name"]]
    assert (len(FILE["vector"]), wrong) == (85, [])


def test_hostile_streams_give_exactly_the_good_frames_in_every_cut() -> None:
    wrong = []
    for hostile in FILE["hostile"]:
        chunks = [bytes.fromhex(chunk) for chunk in hostile["chunks"]]
        stream = b"".join(chunks)
        wanted = [(e["packet_number"], e["command_number"], bytes.fromhex(e["data"])) for e in hostile["expected"]]
        cuts = [[stream[:at], stream[at:]] for at in range(0, len(stream), 1 if len(stream) < 100 else 41)]
        ways = [chunks, [stream], [stream[at : at + 1] for at in range(len(stream))], *cuts]
        wrong += [hostile["name"]] if any(fed(way) != wanted for way in ways) else []
    assert (len(FILE["hostile"]), wrong) == (12, [])


def test_the_checksum_has_its_check_value() -> None:
    assert checksum(b"123456789") == FILE["framing"]["crc_check_123456789"]


@settings(max_examples=40)
@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60))
def test_what_is_closed_is_opened(number: int, command: int, data: bytes) -> None:
    assert open_frame(close_frame(number, command, data)) == (number, command, data)


def test_a_good_frame_of_261_bytes_is_read_and_one_of_262_is_not() -> None:
    longest = close_frame(3, 32, bytes(253))
    assert (len(longest), open_frame(longest)) == (LONGEST, (3, 32, bytes(253)))
    assert fed([longest]) == [(3, 32, bytes(253))]
    assert open_frame(longest[:-1] + b"\x00\x0f") is None


def test_the_beginning_of_a_frame_is_no_frame() -> None:
    frame = close_frame(3, 34)
    assert [open_frame(frame[:length]) for length in range(len(frame))] == [None] * len(frame)


@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6])
def test_a_frame_with_one_wrong_byte_is_no_frame(at: int) -> None:
    frame = bytearray(close_frame(3, 34))
    frame[at] ^= 1
    assert open_frame(bytes(frame)) is None


def test_an_escaped_number_without_a_command_is_no_packet() -> None:
    stuffed = b"\x81\x5a"
    frame = bytes([0xF0, 0x81, checksum(stuffed) ^ 0x55, 0x81, 2 ^ 0x55]) + stuffed + b"\x0f"
    assert open_frame(frame) is None


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from([b"\xf0", b"\x0f", b"\x81", b"\x55", b"\x00", close_frame(3, 34)]), max_size=60), st.data()
)
def test_the_outcome_does_not_depend_on_the_cut(parts: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    pieces = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert fed(pieces) == fed([stream])


@pytest.mark.parametrize("filler", [b"\x00", b"\xf0", b"\x81\xf0", b"\xf0\x81", b"\x81"])
def test_endless_noise_is_forgotten_and_the_next_frame_is_found(filler: bytes) -> None:
    packets = Packets(LONGEST, open_frame)
    for _ in range(10):
        assert packets.feed(filler * 100) == []
        assert len(packets._held) < LONGEST  # bounded: the promise has no other witness
    found = packets.feed(b"\x00" * 300 + close_frame(3, 34) * 2)
    assert found[-1] == (3, 34, b"")
