"""Framing: every frame arrives whole, whatever the line does around it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from devices.sciencemode4.vectors import FRAMING, HOSTILE, REFUSED, VECTORS, crc, framed, name, raw, read_by_the_rules
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.rows import bundled
from nmes.devices.sciencemode4 import frame
from nmes.devices.sciencemode4.frame import Decoder, Frame, encode

frames = st.builds(Frame, st.integers(0, 63), st.integers(0, 1023), st.binary(max_size=200))
special = st.sampled_from([b"\xf0", b"\x0f", b"\x81", b"\x55", b"\x00", b"\x81\xf0", b"\x81\x0f", b"\x81\x81"])
pieces = st.one_of(
    special,
    st.binary(max_size=8),
    st.builds(lambda f: framed(f.packet_number, f.command, f.data), frames),
    st.builds(
        lambda f, cut: framed(f.packet_number, f.command, f.data)[:cut] + b"\x81",
        frames,
        st.integers(min_value=0, max_value=30),
    ),
    st.integers(0, 650).map(lambda n: b"\x81\xf0" * n),
    st.integers(0, 1300).map(lambda n: b"\x33" * n),
)
streams = st.lists(pieces, max_size=12).map(b"".join)


def fed(chunks: list[bytes]) -> list[tuple[int, int, bytes]]:
    decoder = Decoder()
    return [(f.packet_number, f.command, f.data) for chunk in chunks for f in decoder.feed(chunk)]


def data_of(expected: dict[str, Any]) -> bytes:
    if "data_fill" in expected:
        return raw(expected["data_fill"]) * expected["data_length"]
    return raw(expected["data"])


def wanted(hostile: dict[str, Any]) -> list[tuple[int, int, bytes]]:
    return [(e["packet_number"], e["command_number"], data_of(e)) for e in hostile["expected"]]


def test_the_constants_are_those_of_the_protocol() -> None:
    assert (frame.START, frame.STOP, frame.ESCAPE, frame.KEY) == (240, 15, 129, 85)
    assert FRAMING["minimum_length"] == frame.MIN_LENGTH
    assert FRAMING["maximum_length"] == frame.MAX_LENGTH
    assert crc(b"123456789") == FRAMING["crc_check_123456789"]


@bundled("vector", VECTORS, ids=name)
def test_every_vector_comes_out_of_the_decoder_and_goes_back_to_the_same_bytes(vector: dict[str, Any]) -> None:
    [found] = Decoder().feed(raw(vector["hex"]))
    assert (found.packet_number, found.command) == (
        vector["meaning"]["packet_number"],
        vector["meaning"]["command_number"],
    )
    assert encode(found) == raw(vector["hex"])


@bundled("vector", REFUSED, ids=name)
def test_well_framed_nonsense_is_still_a_frame(vector: dict[str, Any]) -> None:
    [found] = Decoder().feed(raw(vector["hex"]))
    assert (found.command, found.data) == (vector["command_number"], raw(vector["data"]))
    assert encode(found) == raw(vector["hex"])


@bundled("hostile", HOSTILE, ids=name)
def test_a_hostile_stream_gives_exactly_its_frames_in_every_cut(hostile: dict[str, Any]) -> None:
    chunks = [raw(chunk) for chunk in hostile["chunks"]]
    stream = b"".join(chunks)
    assert fed(chunks) == wanted(hostile)
    assert fed([stream]) == wanted(hostile)
    assert fed([stream[i : i + 1] for i in range(len(stream))]) == wanted(hostile)
    for cut in range(len(stream)) if len(stream) < 150 else range(0, len(stream), 37):
        assert fed([stream[:cut], stream[cut:]]) == wanted(hostile), f"cut at {cut}"


@bundled("hostile", HOSTILE, ids=name)
def test_only_an_unfinished_frame_is_held_after_a_hostile_stream(hostile: dict[str, Any]) -> None:
    decoder = Decoder()
    decoder.feed(b"".join(raw(chunk) for chunk in hostile["chunks"]))
    assert bool(decoder.pending) == hostile["pending"]


@given(frames)
def test_a_frame_survives_the_line(sent: Frame) -> None:
    assert Decoder().feed(encode(sent)) == [sent]
    assert encode(sent) == framed(sent.packet_number, sent.command, sent.data)


@pytest.mark.covers("TH-04")
@settings(max_examples=200, deadline=None)
@given(streams, st.data())
def test_any_stream_in_any_cut_gives_what_the_rules_say_and_holds_less_than_one_frame(
    stream: bytes, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    bounds = [0, *cuts, len(stream)]
    decoder = Decoder()
    found: list[Frame] = []
    for i in range(len(bounds) - 1):
        found += decoder.feed(stream[bounds[i] : bounds[i + 1]])
        assert decoder.pending < frame.MAX_LENGTH
    assert [(f.packet_number, f.command, f.data) for f in found] == read_by_the_rules(stream)


def test_a_stream_of_nothing_but_escape_pairs_costs_time_in_proportion_to_its_length() -> None:
    def seconds(pairs: int) -> float:
        best = 9.0
        for _ in range(3):
            decoder, began = Decoder(), time.thread_time()
            assert decoder.feed(b"\xf0" + b"\x81\xf0" * pairs + b"\x0f") == []
            best = min(best, time.thread_time() - began)
        return best

    # Ten times the bytes: about ten times the time, where a search begun anew at each F0 would need a hundred times.
    assert seconds(20_000) < 40 * seconds(2_000)


@pytest.mark.parametrize("noise", [1150, 1185, 1198, 1199])
def test_a_frame_swallowed_by_an_over_long_candidate_comes_back(noise: int) -> None:
    good = framed(2, 36, b"\x04")
    stream = b"\xf0" + b"\x33" * (noise - 2) + b"\x81" + good + good
    assert fed([stream]) == [(2, 36, b"\x04")] * 2 == read_by_the_rules(stream)
    assert fed([stream[i : i + 1] for i in range(len(stream))]) == [(2, 36, b"\x04")] * 2


def test_a_half_prefix_is_no_frame_although_its_length_is_allowed() -> None:
    stuffed = b"\x81\xa5"
    check = crc(stuffed)
    short = (
        bytes((0xF0, 0x81, 0x55, 0x81, 12 ^ 0x55, 0x81, check >> 8 ^ 0x55, 0x81, check & 255 ^ 0x55))
        + stuffed
        + b"\x0f"
    )
    assert Decoder().feed(short) == []


@pytest.mark.parametrize(
    "wrong", [Frame(64, 0, b""), Frame(-1, 0, b""), Frame(0, 1024, b""), Frame(0, -1, b"")], ids=str
)
def test_a_number_outside_the_prefix_is_refused(wrong: Frame) -> None:
    with pytest.raises(ValueError, match="out of range"):
        encode(wrong)


def test_a_frame_over_1200_bytes_is_refused() -> None:
    assert len(encode(Frame(0, 0, bytes(1188)))) == 1200
    with pytest.raises(ValueError, match="at most 1200"):
        encode(Frame(0, 0, bytes(1189)))


def test_a_frame_reads_well_in_a_log() -> None:
    assert str(Frame(3, 34, b"")) == "packet 3 command 34 data none"
    assert str(Frame(3, 36, b"\x04\x0a")) == "packet 3 command 36 data 04 0a"
