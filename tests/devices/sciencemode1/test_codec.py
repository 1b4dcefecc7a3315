"""Every row of the vector file through the codec, and every value the device must never be sent."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nmes.devices.sciencemode1.codec import (
    Ack,
    Kind,
    ListInit,
    ListUpdate,
    Request,
    SinglePulse,
    Slot,
    Stop,
    decode,
    encode,
)

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode1.toml").read_text("utf-8"))
MODES = {"single": 0, "doublet": 1, "triplet": 2}
KINDS = {
    "channel_list_init": Kind.INIT,
    "channel_list_update": Kind.UPDATE,
    "channel_list_stop": Kind.STOP,
    "single_pulse": Kind.PULSE,
}


def request_of(meaning: dict[str, Any]) -> Request:
    match meaning["command"]:
        case "channel_list_init":
            return ListInit(
                tuple(meaning["active_channels"]),
                round(meaning["main_time_ms"] * 1000),
                round(meaning["group_time_ms"] * 1000),
                tuple(meaning["low_frequency_channels"]),
                meaning["n_factor"],
            )
        case "channel_list_update":
            return ListUpdate(
                tuple(
                    Slot(slot["pulse_width_us"], slot["current_ma"] * 1000, MODES[slot["mode"]])
                    for slot in meaning["channels"]
                )
            )
        case "single_pulse":
            return SinglePulse(meaning["channel"], meaning["pulse_width_us"], meaning["current_ma"] * 1000)
        case _:
            return Stop()


def test_every_vector_is_written_and_read_as_the_document_does() -> None:
    wrong = []
    for vector in VECTORS["vector"]:
        data, meaning = bytes.fromhex(vector["hex"]), vector["meaning"]
        if vector["direction"] == "host_to_device":
            right = encode(request_of(meaning)) == data
        else:
            [byte] = data
            right = decode(byte) == Ack(KINDS[meaning["acknowledges"]], meaning["ok"])
        if not right:
            wrong.append(vector["name"])
    assert wrong == []
    assert len(VECTORS["vector"]) == 25


def test_of_hostile_streams_the_driver_hears_one_answer_a_byte() -> None:
    heard = {
        row["name"]: [decode(byte) for byte in bytes.fromhex(row["acknowledgements"])] for row in VECTORS["hostile"]
    }
    assert heard == {
        "data_bytes_before_command": [Ack(Kind.STOP, good=True)],
        "init_update_stop": [Ack(Kind.INIT, good=True), Ack(Kind.UPDATE, good=True), Ack(Kind.STOP, good=True)],
        "command_cut_short_by_stop": [Ack(Kind.INIT, good=True), Ack(Kind.STOP, good=True)],
        "init_with_bad_checksum": [Ack(Kind.INIT, good=False), Ack(Kind.STOP, good=True)],
        "update_with_bad_checksum": [
            Ack(Kind.INIT, good=True),
            Ack(Kind.UPDATE, good=False),
            Ack(Kind.STOP, good=True),
        ],
        "stop_with_nonzero_check": [Ack(Kind.STOP, good=False)],
        "update_before_init": [Ack(Kind.UPDATE, good=False)],
    }


def test_only_the_bits_that_are_specified_are_read() -> None:
    assert [decode(byte) for byte in range(256)] == [decode(byte & 0xC1) for byte in range(256)]


@pytest.mark.thorough
@settings(max_examples=40)
@given(
    st.builds(
        ListInit,
        st.sets(st.integers(1, 8), min_size=1).map(lambda channels: tuple(sorted(channels))),
        st.integers(6, 2047).map(lambda code: code * 500),
        st.integers(6, 32).map(lambda code: code * 500),
    )
    | st.builds(
        ListUpdate,
        st.lists(
            st.builds(Slot, st.just(0) | st.integers(20, 500), st.integers(0, 63).map(lambda code: code * 2000)),
            min_size=1,
            max_size=8,
        ).map(tuple),
    )
)
def test_only_the_first_byte_of_a_command_has_its_highest_bit_set(request: ListInit | ListUpdate) -> None:
    """So that a stop is understood behind any part of a command."""
    first, *others = encode(request)
    assert first >= 0x80
    assert max(others) < 0x80


def test_nothing_out_of_range_is_written() -> None:
    bad: list[Request] = [
        ListInit((), 20_000, 3_000),
        ListInit((0,), 20_000, 3_000),
        ListInit((9,), 20_000, 3_000),
        ListInit((2, 1), 20_000, 3_000),
        ListInit((1, 1), 20_000, 3_000),
        ListInit((1,), 2_500, 3_000),
        ListInit((1,), 1_024_000, 3_000),
        ListInit((1,), 20_250, 3_000),
        ListInit((1,), -500, 3_000),
        ListInit((1,), 20_000, 2_500),
        ListInit((1,), 20_000, 16_500),
        ListInit((1,), 20_000, 3_250),
        ListInit((1,), 20_000, 3_000, (9,)),
        ListInit((1,), 20_000, 3_000, (), 8),
        ListInit((1,), 20_000, 3_000, (), -1),
        ListUpdate(()),
        ListUpdate((Slot(300, 0),) * 9),
        ListUpdate((Slot(19, 0),)),
        ListUpdate((Slot(501, 0),)),
        ListUpdate((Slot(-1, 0),)),
        ListUpdate((Slot(300, 500),)),
        ListUpdate((Slot(300, 128_000),)),
        ListUpdate((Slot(300, -2_000),)),
        ListUpdate((Slot(300, 2_000, 3),)),
        SinglePulse(0, 300, 2_000),
        SinglePulse(9, 300, 2_000),
    ]
    written = []
    for request in bad:
        try:
            encode(request)
        except ValueError:
            continue
        written.append(request)
    assert written == []
