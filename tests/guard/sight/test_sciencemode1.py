"""The guard's own reading of ScienceMode1, against the vectors every side must satisfy, and bit by bit."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from guard.list_rig import init, update

from nmes.guard.sight import Answer, Asked, Complaint, Halt, ListInit, ListUpdate, Reply, Seen, Unknown
from nmes.guard.sight.sciencemode1 import ScienceMode1Sight

VECTORS = tomllib.loads((Path(__file__).parents[2] / "vectors" / "sciencemode1.toml").read_text("utf-8"))
SIGHT = ScienceMode1Sight()
ASKED = {
    "channel_list_init": Asked.INIT,
    "channel_list_update": Asked.UPDATE,
    "channel_list_stop": Asked.HALT,
}


def see(frame: bytes) -> Seen:
    request = SIGHT.see_request(frame)
    assert request.number == 0
    return request.seen


def of_request(meaning: dict[str, Any]) -> Seen | None:
    """What the guard must make of a vector; None = it must not pass."""
    match meaning["command"]:
        case "channel_list_stop":
            return Halt()
        case "channel_list_init" if meaning["main_time_ms"]:
            return ListInit(
                tuple(meaning["active_channels"]),
                round(meaning["main_time_ms"] * 1000),
                round(meaning["group_time_ms"] * 1000),
                tuple(meaning["low_frequency_channels"]),
                meaning["n_factor"],
            )
        case "channel_list_update" if all(one["mode"] == "single" for one in meaning["channels"]):
            return ListUpdate(
                tuple((0, one["pulse_width_us"], one["current_ma"] * 1000) for one in meaning["channels"])
            )
        case _:
            return None


def of_answer(meaning: dict[str, Any]) -> Reply | None:
    """None = a complaint, in whatever words."""
    asked = ASKED.get(meaning["acknowledges"])
    return None if asked is None else Answer(0, asked, 0 if meaning["ok"] else 1)


def test_every_vector_is_read_as_it_is_meant() -> None:
    wrong = []
    for vector in VECTORS["vector"]:
        data, meaning = bytes.fromhex(vector["hex"]), vector["meaning"]
        if vector["direction"] == "host_to_device":
            saw, meant = see(data), of_request(meaning)
            right = isinstance(saw, Unknown) if meant is None else saw == meant
        else:
            [heard] = SIGHT.replies().feed(data)
            answer = of_answer(meaning)
            right = isinstance(heard, Complaint) if answer is None else heard == answer
        if not right:
            wrong.append(vector["name"])
    assert wrong == []
    assert len(VECTORS["vector"]) == 25


def test_in_hostile_streams_the_answers_are_read_one_byte_at_a_time_and_no_stream_is_one_command() -> None:
    for row in VECTORS["hostile"]:
        replies = SIGHT.replies()
        answers = bytes.fromhex(row["acknowledgements"])
        assert [one for byte in answers for one in replies.feed(bytes([byte]))] == SIGHT.replies().feed(answers)
        assert isinstance(see(bytes.fromhex(row["hex"])), Unknown), row["name"]


def test_the_halt_is_one_byte_whatever_its_number() -> None:
    assert SIGHT.numbers == 1
    assert [SIGHT.halt_frame(number) for number in (0, 7)] == [b"\xc0"] * 2
    assert see(b"\xc0") == Halt()


def unseen(frame: bytes) -> set[int]:
    """The bits, the last one 0, that may be wrong without the command being refused."""
    word, size = int.from_bytes(frame, "big"), len(frame)
    return {bit for bit in range(8 * size) if not isinstance(see((word ^ 1 << bit).to_bytes(size, "big")), Unknown)}


def test_one_wrong_bit_is_seen_unless_it_is_worth_a_multiple_of_the_sum() -> None:
    """So much the family's sums can do and no more: 32 mA or 64 µs pass the device unseen as well.

    A stop has no sum: what one bit makes of it is no whole command, or one with something in it.
    """
    assert unseen(b"\xc0") == set()
    currents, widths = {5, 6}, {8 + 5, 8 + 6, 16, 17}
    assert unseen(update((0, 180, 20))) == (currents | widths)
    assert unseen(update((0, 300, 100))) <= currents | widths
    main, group = {3, 4, 5, 6, 8, 9, 10, 11}, {8 + 7, 16, 17}
    slow, active = {24, 25, 26, 27, 28}, {29, 30, 32, 33, 34, 35, 36, 37, 38}
    assert unseen(init()) <= main | group | slow | active


def test_cut_short_or_with_more_behind_it_nothing_is_a_command() -> None:
    for frame in (init(), update((0, 300, 20)), update(*[(0, 300, 22)] * 8)):
        parts = [frame[:end] for end in range(len(frame))]
        parts += [frame + b"\x00", frame + frame, b"\x00" + frame, frame + b"\xc0"]
        assert [part.hex() for part in parts if not isinstance(see(part), Unknown)] == []
    assert isinstance(see(update(*[(0, 300, 20)] * 9)), Unknown)
    assert isinstance(see(b"\xa0"), Unknown)
    assert isinstance(see(b"\xe0\x00\x14\x02"), Unknown)


def test_a_byte_with_its_highest_bit_set_begins_anew_wherever_it_stands() -> None:
    """Even where the bit says nothing new, so that no sum would be wrong: for the device the command ends there."""
    frames = [init((1, 6), period_us, slow=(1,), skips=skips) for period_us in (20_000, 33_500) for skips in range(8)]
    assert any(frame[0] & 1 for frame in frames), "then the bit above the second byte is there already"
    for frame in (*frames, update((0, 300, 20)), update((0, 500, 126), (0, 20, 0))):
        begun = [frame[:at] + bytes([frame[at] | 0x80]) + frame[at + 1 :] for at in range(1, len(frame))]
        assert [one.hex() for one in begun if not isinstance(see(one), Unknown)] == []


def with_sum(frame: bytes) -> bytes:
    """Only the bits that must be 0 are wrong; none of them counts in the sum."""
    assert isinstance(see(frame), Unknown)
    return frame


def test_unused_bits_are_0() -> None:
    frame = init()
    for bit in (2, 3):
        with_sum(frame[:3] + bytes([frame[3] | 1 << bit]) + frame[4:])
    one = update((0, 300, 20))
    for bit in (2, 3, 4):
        with_sum(one[:1] + bytes([one[1] | 1 << bit]) + one[2:])


def test_what_is_not_played_is_not_read() -> None:
    """Other modes, widths the device would not take, odd or too high currents; with their sums right."""
    for slot in ((1, 300, 20), (2, 300, 20), (3, 300, 20), (0, 0, 2), (0, 10, 2), (0, 19, 2), (0, 19, 0)):
        assert isinstance(see(update((0, 300, 20), slot)), Unknown), slot
    for slot in ((0, 501, 20), (0, 511, 0), (0, 300, 1), (0, 300, 127), (0, 300, 128)):
        assert isinstance(see(update(slot, (0, 300, 20))), Unknown), slot
    for slot in ((0, 0, 0), (0, 20, 0), (0, 20, 2), (0, 127, 2), (0, 500, 126)):
        assert see(update(slot)) == ListUpdate(((slot[0], slot[1], slot[2] * 1000),)), slot


def test_the_times_of_a_list_fit_each_other() -> None:
    """A slot for each channel of the fuller module, and one after the group. [source: SM1 document section 4]"""
    rows = {
        ((1,), 4_500, 3_000): True,
        ((1,), 4_000, 3_000): False,
        ((1,), 4_500, 2_500): False,
        ((1, 2, 3), 6_000, 4_500): True,
        ((1, 2, 3), 20_000, 4_000): False,
        ((1, 2, 3), 5_500, 4_500): False,
        ((1, 2, 3, 4), 20_000, 5_500): False,
        ((5, 6, 7, 8), 20_000, 5_500): False,
        (tuple(range(1, 9)), 7_500, 6_000): True,
        ((1,), 20_000, 16_000): True,
        ((1,), 20_000, 16_500): False,
        ((1,), 17_000, 16_000): False,
        ((1,), 1_023_500, 3_000): True,
        ((1,), 1_024_000, 3_000): False,
        ((1,), 1_000, 3_000): False,
    }
    read = {row: isinstance(see(init(row[0], row[1], row[2])), ListInit) for row in rows}
    assert read == rows
    assert see(init((1,), 1_000, 3_000)) == Unknown("one pass only")


def test_only_the_bits_that_are_specified_count_in_an_answer() -> None:
    heard = [SIGHT.replies().feed(bytes([byte]))[0] for byte in range(256)]
    assert heard == [SIGHT.replies().feed(bytes([byte & 0xC1]))[0] for byte in range(256)]
    assert SIGHT.replies().feed(b"") == []
