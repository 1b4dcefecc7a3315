"""Every hostile stream gives the expected frames, however the bytes are cut into reads."""

import time
import tomllib
from pathlib import Path

import pytest

from firmware_sim.device import P24
from firmware_sim.sciencemode4 import framing
from firmware_sim.sciencemode4.framing import Frame, Receiver
from helpers.rows import bundled

VECTORS = tomllib.loads((Path(__file__).parents[1] / "vectors" / "sciencemode4.toml").read_text("utf-8"))
every = bundled("hostile", VECTORS["hostile"], ids=lambda row: row["name"])

GOOD = bytes.fromhex("F0 81 55 81 59 81 14 81 18 0C 22 0F")


def chunks(row: dict) -> list[bytes]:
    return [bytes.fromhex(chunk) for chunk in row["chunks"]]


def data_of(entry: dict) -> bytes:
    if "data_fill" in entry:
        return bytes.fromhex(entry["data_fill"]) * entry["data_length"]
    return bytes.fromhex(entry["data"])


def expected(row: dict) -> list[Frame]:
    return [Frame(entry["packet_number"], entry["command_number"], data_of(entry)) for entry in row["expected"]]


def delivered(reads: list[bytes]) -> tuple[list[Frame], Receiver]:
    receiver = Receiver()
    items = [item for read in reads for item in receiver.feed(read)]
    return [item for item in items if isinstance(item, Frame)], receiver


@every
def test_in_the_reads_given(hostile):
    frames, receiver = delivered(chunks(hostile))
    assert frames == expected(hostile)
    if hostile["pending"]:
        assert receiver.pending


@every
def test_in_one_read(hostile):
    assert delivered([b"".join(chunks(hostile))])[0] == expected(hostile)


@every
def test_one_byte_at_a_time(hostile):
    stream = b"".join(chunks(hostile))
    assert delivered([bytes((byte,)) for byte in stream])[0] == expected(hostile)


@every
def test_cut_in_two_at_every_position(hostile):
    stream = b"".join(chunks(hostile))
    step = 1 if len(stream) < 200 else 97
    for cut in range(0, len(stream) + 1, step):
        assert delivered([stream[:cut], stream[cut:]])[0] == expected(hostile), f"cut at {cut}"


@every
def test_the_device_answers_as_the_manual_has_it_and_survives(hostile):
    device = P24()
    for chunk in chunks(hostile):
        device.receive(chunk, 0)
    answer = device.transmit(10**9)
    if "device_reply" in hostile:
        assert answer == bytes.fromhex(hostile["device_reply"])
    device.restart(10**9)
    device.receive(GOOD, 10**9)
    assert device.transmit(2 * 10**9) == framing.encode(3, 35, b"\7")


@every
def test_damaged_frames_are_the_same_whatever_the_reads(hostile):
    stream = b"".join(chunks(hostile))
    whole = Receiver().feed(stream)
    receiver = Receiver()
    assert [item for byte in stream for item in receiver.feed(bytes((byte,)))] == whole


def test_memory_stays_bounded_by_one_longest_frame():
    receiver = Receiver()
    for _ in range(50):
        receiver.feed(b"\xf0" + b"A" * 999)
        receiver.feed(b"\x81\xf0" * 700)
    assert len(receiver._buffer) <= framing.MAXIMUM_BYTES


@pytest.mark.thorough
def test_a_flood_of_escaped_start_bytes_is_searched_in_bounded_time():
    receiver, start = Receiver(), time.thread_time()
    receiver.feed(b"\x81\xf0" * 5_000)
    assert time.thread_time() - start < 2
    assert receiver.feed(b"\x0f" + GOOD)[-1] == Frame(3, 34, b"")


def test_a_frame_longer_than_1200_bytes_is_never_sent():
    assert len(framing.encode(0, 32, bytes(1188))) == 1200
    with pytest.raises(ValueError, match="exceeds 1200"):
        framing.encode(0, 32, bytes(1189))


def test_one_damaged_frame_is_reported_once_however_often_it_is_searched():
    nested = b"\xf0" + b"\x81\xf0" * 40 + b"\x0f"
    items = Receiver().feed(nested + GOOD)
    assert [type(item) for item in items] == [framing.Damaged, Frame]
    assert [type(item) for item in Receiver().feed(nested + nested)] == [framing.Damaged] * 2
