"""Framing of ScienceMode2: every frame arrives whole, whatever the line does around it."""

from __future__ import annotations

import pytest
from devices.sciencemode2.vectors import FRAMING, HOSTILE, VECTORS, Packet, framed, raw, read_by_the_rules, wanted
from hypothesis import given, settings
from hypothesis import strategies as st

from nmes.devices.sciencemode2 import frame
from nmes.devices.sciencemode2.frame import Decoder, Frame, checksum, encode

frames = st.builds(Frame, st.integers(0, 255), st.integers(0, 255), st.binary(max_size=60))
pieces = st.one_of(
    st.sampled_from([b"\xf0", b"\x0f", b"\x81", b"\x55", b"\x00", b"\x81\xf0", b"\x81\x0f", b"\x81\x81"]),
    st.binary(max_size=8),
    st.builds(lambda f: framed(f.packet_number, f.command, f.data), frames),
    st.builds(lambda f, cut: framed(f.packet_number, f.command, f.data)[:cut] + b"\x81", frames, st.integers(0, 20)),
    st.integers(0, 140).map(lambda n: b"\x81\xf0" * n),
    st.integers(0, 300).map(lambda n: b"\x33" * n),
)


def fed(chunks: list[bytes]) -> list[Packet]:
    decoder = Decoder()
    return [(f.packet_number, f.command, f.data) for chunk in chunks for f in decoder.feed(chunk)]


def test_every_vector_is_read_whole_and_byte_by_byte_and_goes_back_to_the_same_bytes() -> None:
    wrong = []
    for vector in VECTORS:
        line, meaning = raw(vector["hex"]), vector["meaning"]
        found = Decoder().feed(line)
        good = (
            len(found) == 1
            and (found[0].packet_number, found[0].command) == (meaning["packet_number"], meaning["command_number"])
            and fed([line[i : i + 1] for i in range(len(line))]) == fed([line]) == read_by_the_rules(line)
            and encode(found[0]) == line
            and len(line) == vector["length"]
        )
        wrong += [] if good else [vector["name"]]
    assert (len(VECTORS), wrong) == (85, [])


def test_a_hostile_stream_gives_exactly_its_frames_in_every_cut() -> None:
    wrong = []
    for hostile in HOSTILE:
        chunks = [raw(chunk) for chunk in hostile["chunks"]]
        stream = b"".join(chunks)
        cuts = [[stream[:cut], stream[cut:]] for cut in range(0, len(stream), 1 if len(stream) < 100 else 41)]
        ways = [chunks, [stream], [stream[i : i + 1] for i in range(len(stream))], *cuts]
        decoder = Decoder()
        decoder.feed(stream)
        if any(fed(way) != wanted(hostile) for way in ways) or bool(decoder.pending) != hostile["pending"]:
            wrong.append(hostile["name"])
    assert (len(HOSTILE), wrong) == (12, [])


def test_the_constants_are_those_of_the_protocol() -> None:
    assert checksum(b"123456789") == FRAMING["crc_check_123456789"]
    assert (frame.MIN_LENGTH, frame.MAX_LENGTH) == (8, 261)


@settings(max_examples=60, deadline=None)
@given(st.lists(pieces, max_size=10).map(b"".join), st.data())
def test_any_stream_in_any_cut_gives_what_the_rules_say_and_holds_less_than_one_frame(
    stream: bytes, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=6)))
    bounds = [0, *cuts, len(stream)]
    decoder = Decoder()
    found: list[Frame] = []
    for i in range(len(bounds) - 1):
        found += decoder.feed(stream[bounds[i] : bounds[i + 1]])
        assert decoder.pending < frame.MAX_LENGTH
    assert [(f.packet_number, f.command, f.data) for f in found] == read_by_the_rules(stream)


@settings(max_examples=40, deadline=None)
@given(frames)
def test_a_frame_survives_the_line(sent: Frame) -> None:
    assert Decoder().feed(encode(sent)) == [sent]
    assert encode(sent) == framed(sent.packet_number, sent.command, sent.data)


def test_a_length_and_a_checksum_that_are_wrong_are_told_apart_from_a_frame() -> None:
    good = framed(5, 34)
    for at in (2, 4):
        bad = good[:at] + bytes((good[at] ^ 1,)) + good[at + 1 :]
        assert Decoder().feed(bad) == []


def test_an_escaped_number_without_a_command_is_no_frame() -> None:
    stuffed = b"\x81\x5a"
    line = bytes((0xF0, 0x81, checksum(stuffed) ^ 0x55, 0x81, 2 ^ 0x55)) + stuffed + b"\x0f"
    assert Decoder().feed(line) == []
    assert Decoder().feed(line[:5] + b"\x01\x0f") == [], "seven bytes are none either"


@pytest.mark.parametrize("wrong", [Frame(256, 0, b""), Frame(-1, 0, b""), Frame(0, 256, b""), Frame(0, -1, b"")])
def test_a_number_of_more_than_a_byte_is_refused(wrong: Frame) -> None:
    with pytest.raises(ValueError, match="out of range"):
        encode(wrong)


def test_more_data_than_the_device_takes_are_refused() -> None:
    assert len(encode(Frame(0, 1, bytes(60)))) == 68
    with pytest.raises(ValueError, match="at most 60"):
        encode(Frame(0, 1, bytes(61)))
