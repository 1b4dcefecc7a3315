"""The guard's own reading of ScienceMode3, against the vectors every side must satisfy."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from guard.rig import UPDATE, block, encode, update_data

from nmes.guard.sight import (
    Answer,
    Asked,
    Complaint,
    Condition,
    Halt,
    Harmless,
    Init,
    Poll,
    Request,
    Standing,
    Status,
    Unknown,
    Update,
)
from nmes.guard.sight.sciencemode3 import ScienceMode3Sight

ROWS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode3.toml").read_text("utf-8"))["vector"]
SIGHT = ScienceMode3Sight()
HARMLESS = {"get_device_id", "get_version_main", "get_battery_status", "ll_stop"}


def meant(meaning: dict[str, Any]) -> object:
    """What the guard must make of a request; None = must not pass."""
    match meaning["command"]:
        case "ml_stop":
            return Halt()
        case "get_stim_status":
            return Status()
        case name if name in HARMLESS:
            return Harmless()
        case "ml_init":
            return Init(stop_all=None)
        case "ml_get_current_data":
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


def seen_of(frame: bytes) -> object:
    seen = SIGHT.see_request(frame).seen
    if isinstance(seen, Update):
        return [(t.channel, t.ramp_pulses, t.period_us, list(t.points)) for t in seen.trains]
    return None if isinstance(seen, Unknown) else seen


def test_every_request_of_the_vectors_is_seen_for_what_it_is() -> None:
    requests = [row for row in ROWS if row["direction"] == "host_to_device"]
    wrong = [row["name"] for row in requests if seen_of(bytes.fromhex(row["hex"])) != meant(row["meaning"])]
    wrong += [
        row["name"]
        for row in requests
        if SIGHT.see_request(bytes.fromhex(row["hex"])).number != row["meaning"]["packet_number"]
    ]
    assert not wrong
    assert len(requests) == 24


def expected(meaning: dict[str, Any]) -> list[object]:
    number, result = meaning["packet_number"], meaning.get("result")
    match meaning["command"]:
        case "ml_stop_ack":
            return [Answer(number, Asked.HALT, int(str(result)))]
        case "ml_init_ack":
            return [Answer(number, Asked.INIT, int(str(result)))]
        case "ml_update_ack":
            return [Answer(number, Asked.UPDATE, int(str(result)))]
        case "ml_get_current_data_ack":
            active = (1, 2, 3, 4) if meaning["running"] else ()
            faulty = tuple(meaning["electrode_error_channels"])
            return [Condition(number, int(str(result)), active, faulty, together=True)]
        case "get_stim_status_ack":
            level = meaning["stim_status"]
            return [Standing(number, enabled=level >= 2, stimulating=level == 3, renews=False)]
        case "general_error" | "unknown_cmd":
            return [Complaint]
        case _:
            return []


def test_every_answer_of_the_vectors_is_heard_for_what_it_is_in_any_cut() -> None:
    answers = [row for row in ROWS if row["direction"] == "device_to_host"]
    wrong = []
    for row in answers:
        frame = bytes.fromhex(row["hex"])
        for cut in (1, 7, 10_000):
            listener = SIGHT.replies()
            heard = [reply for at in range(0, len(frame), cut) for reply in listener.feed(frame[at : at + cut])]
            told: list[object] = [type(one) if isinstance(one, Complaint) else one for one in heard]
            if told != expected(row["meaning"]):
                wrong.append(f"{row['name']} in pieces of {cut}")
    assert not wrong
    assert len(answers) == 42


def test_one_changed_bit_is_never_taken_for_anything() -> None:
    wrong = []
    for row in ROWS:
        frame = bytes.fromhex(row["hex"])
        for bit in range(0, 8 * len(frame), 7):
            damaged = bytearray(frame)
            damaged[bit // 8] ^= 1 << bit % 8
            if not isinstance(SIGHT.see_request(bytes(damaged)).seen, Unknown):
                wrong.append(f"{row['name']} bit {bit}")
    assert not wrong


GOOD = (300 << 20 | 300 << 10).to_bytes(4, "big")
UPDATES = {
    "a fifth channel": bytes([0x10, 0, 0, 80]) + GOOD,
    "a fifth channel without its block": b"\x10",
    "a fifth channel without its block beside one with": bytes([0x11, 0, 0, 80]) + GOOD,
    "the reserved bit below the period": bytes([1, 0, 0, 81]) + GOOD,
    "reserved bits of a point": bytes([1, 0, 0, 80]) + (300 << 20 | 301 << 10 | 1).to_bytes(4, "big"),
    "current code above 600": bytes([1, 0, 0, 80]) + (300 << 20 | 601 << 10).to_bytes(4, "big"),
    "a point of 19 µs": bytes([1, 0, 0, 80]) + (19 << 20 | 300 << 10).to_bytes(4, "big"),
    "a good point and one of 19 µs": bytes([1, 0x10, 0, 80]) + GOOD + (19 << 20 | 300 << 10).to_bytes(4, "big"),
    "period 0": bytes([1, 0, 0, 0]) + GOOD,
    "period 32767": bytes([1, 0, 0xFF, 0xFE]) + GOOD,
    "cut in the head": bytes([1, 0, 0]),
    "nothing of its channel": bytes([1]),
    "cut in a point": bytes([1, 0x10, 0, 80]) + GOOD,
    "more behind": bytes([0, 0]),
    "no enable byte": b"",
}


@pytest.mark.covers("SR-17")
def test_an_update_that_is_not_understood_in_every_bit_is_unknown() -> None:
    seen = {name: SIGHT.see_request(encode(1, UPDATE, data)).seen for name, data in UPDATES.items()}
    assert [name for name, one in seen.items() if not isinstance(one, Unknown)] == []
    edges = bytes([8, 0, 0xFF, 0xFC]) + (20 << 20 | 600 << 10).to_bytes(4, "big")
    [train] = SIGHT.see_request(encode(1, UPDATE, edges)).seen.trains  # type: ignore[union-attr]  # equality shows it
    assert (train.channel, train.period_us, train.points) == (4, 16_383_000, ((20, 150_000),))
    assert seen_of(encode(1, UPDATE, bytes([1, 0, 0, 2]) + GOOD)) == [(1, 0, 500, [(300, 0)])], "the shortest period"


@pytest.mark.parametrize("points", [1, 2, 16])
def test_an_update_cut_anywhere_in_a_channel_is_cut_short(points: int) -> None:
    whole = bytes([1, points - 1 << 4, 0, 80]) + GOOD * points
    for size in range(1, len(whole)):
        cut = SIGHT.see_request(encode(1, UPDATE, whole[:size])).seen
        assert cut == Unknown("channel 1 of an update is cut short"), size
    assert isinstance(SIGHT.see_request(encode(1, UPDATE, whole)).seen, Update)


def test_what_is_not_on_the_list_is_unknown() -> None:
    refused = [
        *((command, b"\x00") for command in (4, 34, 50, 52, 54, 62, 68)),  # carry no data
        (30, b"\x01"), (30, b""), (30, b"\x00\x00"), (36, b"\x04"), (36, b""), (36, b"\x02\x02"),
        *((command, b"\x02") for command in (0, 2, 30, 32, 37, 99)),  # what asks for the state in a poll
        (0, b"\x00"), (2, bytes(5)), (58, b""), (99, b""),
    ]  # fmt: skip
    passed = [(command, data) for command, data in refused if seen_of(encode(1, command, data)) is not None]
    assert passed == []
    needless = bytes.fromhex("F0 81 55 81 5A 81 F8 81 B7 0C 81 71 81 51 0F")
    assert SIGHT.see_request(needless) == Request(-1, Unknown(SIGHT.see_request(b"").seen.reason))  # type: ignore[union-attr]  # it is unknown
    assert isinstance(SIGHT.see_request(encode(1, 34) + encode(2, 34)).seen, Unknown)
    assert seen_of(encode(1, 68)) == Harmless()


def test_its_own_halt_is_the_documents_halt() -> None:
    assert SIGHT.halt_frame(3) == bytes.fromhex("F0 81 55 81 59 81 14 81 18 0C 22 0F")
    assert [SIGHT.see_request(SIGHT.halt_frame(n)) for n in range(SIGHT.numbers)] == [
        Request(n, Halt()) for n in range(64)
    ]


def test_answers_that_make_no_sense_cannot_be_read_and_failed_polls_are_told_by_their_result() -> None:
    unreadable = [
        (31, b""), (33, b"\x00\x00"), (37, b""), (37, b"\x00"), (37, b"\x00\x02"), (37, b"\x00\x04\x00"),
        (63, b"\x00"), (63, b"\x00\x04\x06"), (63, b"\x01\x02\x06"), (59, b""), (66, b""), (67, b"\x0b"),
    ]  # fmt: skip
    kinds = [[type(reply) for reply in SIGHT.replies().feed(encode(5, *one))] for one in unreadable]
    assert kinds == [[Complaint]] * len(unreadable)
    [cut] = SIGHT.replies().feed(encode(5, 37, b"\x00\x02"))
    assert cut == Complaint("an answer 37 that cannot be read")
    for behind in (b"", b"\x02", b"\x04\x00\x00"):
        assert SIGHT.replies().feed(encode(5, 37, b"\x07" + behind)) == [Condition(5, 7, (), (), together=True)]
    longer = SIGHT.replies().feed(encode(5, 37, b"\x00\x02\x15" + bytes(13)))
    assert longer == [Condition(5, 0, (1, 2, 3, 4), (1, 3), together=True)]
    assert SIGHT.replies().feed(encode(5, 53, b"\x00RM3-000001")) == []


def test_an_update_of_four_channels_is_read_channel_by_channel() -> None:
    data = update_data({c: block([(20 + c, 500 * c), (100, 0)], 10_000 * c, c) for c in (1, 3, 4)})
    assert seen_of(encode(7, UPDATE, data)) == [(c, c, 10_000 * c, [(20 + c, 500 * c), (100, 0)]) for c in (1, 3, 4)]
