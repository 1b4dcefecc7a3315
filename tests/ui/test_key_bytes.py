"""STOP in the bytes of a terminal, however it writes them: at once, behind anything, and in a paste that never ends."""

from __future__ import annotations

import random
import time

import pytest

from helpers.rows import bundled
from nmes.ui.key_bytes import MOST_PASTED, PASTE_S, SPLIT_S, KeyBytes
from nmes.ui.key_forms import ESC, Piece, Stop

F12 = Piece("\x1b[24~", Stop.F12)
ESCAPE = Piece(ESC, Stop.KEY)
CTRL_C = Piece("\x03", Stop.KEY)


def cut(data: bytes) -> list[Piece]:
    """One reading, of which nothing is held back."""
    stream = KeyBytes()
    pieces = stream.feed(data, 0.0)
    assert stream.wait_s(0.0) is None
    return pieces


def in_paste(piece: Piece) -> Piece:
    return Piece(piece.text, piece.stop, in_paste=True)


@bundled(
    "form",
    [
        *("24~", "24;2~", "24;3~", "24;5~", "24;6~", "24;8~", "24;1:1~", "24;2:3~", "24;129~"),  # xterm, kitty
        *("24^", "24$", "24@", "X", "235z"),  # rxvt, SCO, Sun
    ],
)
def test_f12_is_stop_in_every_terminal_and_with_every_modifier(form: str) -> None:
    assert cut(f"\x1b[{form}".encode()) == [F12]


def test_f12_of_putty_s_vt100() -> None:
    assert cut(b"\x1bO[") == [F12]


@bundled("form", ["27u", "27;1u", "27;2u", "27;5u", "27;1:3u", "27;1;27u", "27;2;27~", "27;129u"])
def test_esc_is_stop_in_every_form(form: str) -> None:
    assert cut(f"\x1b[{form}".encode()) == [ESCAPE]


@bundled("form", ["99;5u", "99;6u", "99;7u", "99:67;6u", "1089::99;5u", "67;6u", "27;5;99~", "99;133u"])
def test_ctrl_c_is_stop_in_every_form(form: str) -> None:
    assert cut(f"\x1b[{form}".encode()) == [CTRL_C]


@pytest.mark.parametrize("form", ["1089;5u", "968;5u", "1489;5u", "1057;6u", "27;5;1089~", "1089;133u"])
def test_ctrl_and_any_letter_of_another_script_is_stop_because_it_may_be_on_the_key_of_c(form: str) -> None:
    assert cut(f"\x1b[{form}".encode()) == [CTRL_C]


@pytest.mark.parametrize("form", ["1089u", "1089;2u", "57442;5u", "118;5u"])
def test_a_letter_without_ctrl_and_the_ctrl_key_itself_are_no_stop(form: str) -> None:
    assert cut(f"\x1b[{form}".encode()) == [Piece(f"\x1b[{form}")]


@pytest.mark.parametrize(
    ("form", "typed"),
    [("57412;;45", "-"), ("57412;129;45", "-"), ("57413;;43", "+"), ("57401;;50", "2"), ("57409;;44", ",")],
)
def test_a_key_of_the_keypad_is_what_it_types(form: str, typed: str) -> None:
    assert cut(f"\x1b[{form}u".encode()) == [Piece(typed)]
    assert cut(f"\x1b[{form.replace(';;', ';3;').replace('129', '131')}u".encode())[0].is_sequence, "not with Alt"


def test_a_key_of_the_keypad_that_types_nothing_is_itself() -> None:
    assert cut(b"\x1b[57412u\x1b[57414u") == [Piece("\x1b[57412u"), Piece("\x1b[57414u")]


@pytest.mark.parametrize(
    ("old", "sgr"),
    [
        (b"\x1b[M \x52\x3e", "0;50;30M"),
        (b"\x1b[M#\x52\x3e", "0;50;30m"),
        (b"\x1b[M`\xe0!", "64;192;1M"),
        (b"\x1b[MC!!", "35;1;1M"),
        (b"\x1b[32;50;30M", "0;50;30M"),
        (b"\x1b[35;50;30M", "0;50;30m"),
        (b"\x1b[97;5;5M", "65;5;5M"),
    ],
)
def test_the_mouse_of_old_terminals_is_read_as_of_new_ones(old: bytes, sgr: str) -> None:
    assert cut(old) == [Piece(f"\x1b[<{sgr}")]


@pytest.mark.parametrize("data", [b" ", b"\x00", b"\x1b[32;2u", b"\x1b[32;5u", b"\x1b[32;2;32u", b"\x1b[27;6;32~"])
def test_space_is_space_with_every_modifier(data: bytes) -> None:
    assert cut(data) == [Piece(" ")]


@bundled("behind", ["+", "1", "=", "k", "\r", " ", "t", "5", "§", "\x7f"])
def test_esc_is_stop_at_once_whatever_is_behind_it(behind: str) -> None:
    assert cut(f"\x1b{behind}".encode()) == [ESCAPE, Piece(behind)]


def test_esc_before_a_sequence_is_stop_and_the_sequence_is_itself() -> None:
    assert cut(b"\x1b\x1b[A") == [ESCAPE, Piece("\x1b[A")]
    assert cut(b"\x1b\x1b[24~") == [ESCAPE, F12]
    assert cut(b"\x1b\x03") == [ESCAPE, CTRL_C]


@bundled(
    "begun",
    ["\x1b", "\x1b[", "\x1b[1;5", "\x1b[<0;40;2", "\x1bO", "\x1bP1;2", "\x1b]0;x", "\x1b_x", "\x1b[M", "\x1b[["],
)
@bundled(("stop", "piece"), [(b"\x03", CTRL_C), (b"\x1b[24~", F12), (b"\x1b[27;2u", ESCAPE)])
def test_a_stop_behind_a_sequence_that_was_not_ended_is_a_stop_at_once(begun: str, stop: bytes, piece: Piece) -> None:
    assert cut(begun.encode() + stop) == [ESCAPE, piece]


@bundled(
    "sequence",
    [
        *("\x1b[A", "\x1bOA", "\x1bOk", "\x1b[[A", "\x1b[1;5C", "\x1b[15~", "\x1b[24;80R", "\x1b[<0;40;23M", "\x1b[I"),
        *(
            "\x1b[?2026;2$y",
            "\x1b[43;1;43u",
            "\x1b[57387u",
            "\x1b[1;3A",
            "\x1b[48;24;80;480;800t",
            "\x1b[99u",
            "\x1b[23~",
        ),
    ],
)
def test_other_keys_are_passed_on_whole_and_are_no_stop_wherever_a_reading_cuts_them(sequence: str) -> None:
    assert cut(sequence.encode()) == [Piece(sequence)]
    for place in range(1, len(sequence)):
        stream = KeyBytes()
        assert stream.feed(sequence[:place].encode(), 0.0) == []
        assert stream.wait_s(SPLIT_S / 3) == pytest.approx(SPLIT_S * 2 / 3)
        assert stream.tick(SPLIT_S * 0.9) == []
        assert stream.feed(sequence[place:].encode(), 5.0) == [Piece(sequence)], (
            "late, but there before it was given up"
        )


@pytest.mark.parametrize("begun", [b"\x1b", b"\x1b[", b"\x1bO", b"\x1bP", b"\x1b]x", b"\x1b[1;", b"\x1b[M  "])
def test_an_esc_of_which_nothing_came_is_stop_after_a_moment(begun: bytes) -> None:
    stream = KeyBytes()
    assert stream.feed(b"x" + begun, 1.0) == [Piece("x")]
    assert stream.tick(1.0 + SPLIT_S * 0.9) == []
    assert stream.tick(1.0 + SPLIT_S) == [ESCAPE]
    assert stream.tick(2.0) == []
    assert stream.wait_s(2.0) is None


def test_keys_that_come_one_by_one_do_not_keep_an_esc_waiting() -> None:
    stream = KeyBytes()
    stream.feed(b"\x1b[", 0.0)
    stream.feed(b"+", SPLIT_S * 0.6)
    assert stream.tick(SPLIT_S) == [ESCAPE]


def test_where_keys_come_whole_nothing_is_held() -> None:
    stream = KeyBytes()
    assert stream.feed(b"\x1b", 0.0) == []
    assert stream.flush(0.0) == [ESCAPE]


@pytest.mark.parametrize("data", [b"\x1b[43;3;43u", b"\x1b[61;4;43u", b"\x1b[107;3;107u"])
def test_with_alt_nothing_is_typed_that_keys_alone_type(data: bytes) -> None:
    (piece,) = cut(data)
    assert piece.text == data.decode()[: data.rindex(b";")] + "u"
    assert cut(b"\x1b[97;3;261u") == [Piece("\x1b[97;3;261u")], "a letter that is made with it"


@pytest.mark.parametrize(
    "data", [b"\x1b[97;1:3u", b"\x1b[1;1:3A", b"\x1b]0;a title\x07", b"\x1bP1$r\x1b\\", b"\x1b[57412;1:3;45u"]
)
def test_what_is_no_key_is_dropped(data: bytes) -> None:
    assert cut(data + b"x") == [Piece("x")]


def test_an_event_type_that_the_parser_cannot_read_is_left_out() -> None:
    assert cut(b"\x1b[97;2:2u") == [Piece("\x1b[97;2u")]
    assert cut(b"\x1b[97;1:1;97u") == [Piece("\x1b[97;1;97u")]


@bundled("form", ["{}u", "27;{}u", "99;{}u", "1;1;{}u", "27;5;{}~", "<0;{};3M", "{};3;3M", "M{}"])
def test_a_number_too_long_to_be_one_ends_nothing(form: str) -> None:
    for digits in (60, 100, 5_000):
        stream = KeyBytes()
        stream.feed(f"\x1b[{form.format('9' * digits)}".encode(), 0.0)
        stream.tick(1.0)
        assert stream.feed(b"\x1b[24~", 2.0) == [F12]


@pytest.mark.parametrize(("begun", "end"), [(b"\x1b]52;c;", b"\x07"), (b"\x1bP", b"\x1b\\"), (b"\x1b[", b"u")])
def test_what_is_too_long_for_a_sequence_is_stop_and_its_rest_is_dropped(begun: bytes, end: bytes) -> None:
    stream = KeyBytes()
    found = [piece for _ in range(9) for piece in stream.feed(begun + b"1" * 5_000, 0.0)]
    assert found == [ESCAPE] * 9
    assert stream.feed(b"11" + end + b"x", 0.0) == [Piece("x")]
    stream.feed(begun + b"1" * 5_000, 0.0)
    assert stream.feed(b"1\x03+", 0.0) == [CTRL_C, Piece("+")], "Ctrl+C ends it"
    stream.feed(begun + b"1" * 5_000, 0.0)
    assert stream.feed(b"1\x1b[24~+", 0.0) == [F12, Piece("+")], "a key too"
    stream.feed(begun + b"1" * 5_000, 0.0)
    stream.tick(0.1)
    assert stream.feed(b"+", 0.1) == [Piece("+")], "and silence"


@pytest.mark.parametrize("begun", [b"\x1b]52;c;", b"\x1bP", b"\x1b["])
def test_a_stop_behind_a_sequence_without_an_end_does_not_wait_for_it_to_be_cut_again_and_again(begun: bytes) -> None:
    stream, began_s = KeyBytes(), time.process_time()
    for _ in range(512):
        stream.feed(begun + b"1" * 4_096, 0.0)
        begun = b""
    assert stream.feed(b"\x1b[24~", 0.0) == [F12]
    assert time.process_time() - began_s < 0.2, "2 MiB take 5 ms; cut again with each reading they took seconds"


def test_bytes_that_are_no_text_end_nothing() -> None:
    assert cut(b"\xe9\x1b[24~") == [Piece("\ufffd"), F12]
    assert cut(b"\xff\xfe+") == [Piece("\ufffd\ufffd+")]
    stream = KeyBytes()
    assert stream.feed("ä".encode()[:1], 0.0) == []
    assert stream.feed("ä".encode()[1:], 0.0) == [Piece("ä")]


# --- a paste ---


@pytest.mark.parametrize("size", [1, 2, 5, 1000])
def test_a_paste_is_one_text_however_it_is_cut(size: int) -> None:
    stream, data, found = KeyBytes(), "\x1b[200~P-017 ä+t\r\x1b[201~+".encode(), []
    for place in range(0, len(data), size):
        found += stream.feed(data[place : place + size], place / 100)
    assert found == [Piece("P-017 ä+t\r", pasted=True), Piece("+")]


@pytest.mark.parametrize(
    ("data", "piece"),
    [
        *((b"\x03", CTRL_C), (b"\x1b[24;2~", F12), (b"\x1b[27u", ESCAPE), (b"\x1b+", ESCAPE)),
        (b"\x1b[<0;40;23M", Piece("\x1b[<0;40;23M")),
    ],
)
def test_stop_and_the_mouse_are_heard_in_a_paste_that_is_open_or_ended(data: bytes, piece: Piece) -> None:
    assert cut(b"\x1b[200~abc" + data) == [in_paste(piece)]
    found = cut(b"\x1b[200~abc" + data + b"\x1b[201~")
    assert found[0] == in_paste(piece)
    assert found[1].pasted


def test_esc_alone_is_heard_in_a_paste() -> None:
    stream = KeyBytes()
    stream.feed(b"\x1b[200~abc\x1b", 0.0)
    assert stream.tick(SPLIT_S) == [in_paste(ESCAPE)]


def test_a_paste_without_an_end_is_given_up_when_no_text_comes_any_more() -> None:
    stream = KeyBytes()
    stream.feed(b"\x1b[200~abc", 0.0)
    stream.feed(b"def", 0.2)
    stream.feed(b"\x03\x1b[24~\x1b[<35;1;1M", 0.4)
    stream.tick(0.19 + PASTE_S)
    assert stream.feed(b"gh", 0.5) == [], "text still came"
    stream.tick(0.51 + PASTE_S)
    assert stream.feed(b"+", 3.0) == [Piece("+")]
    assert stream.feed(b"\x1b[201~", 3.0) == []


@pytest.mark.parametrize("key", [b"-", b"--", b"\x1b[45;;45u", b"\x1b[B"])
def test_a_hand_at_one_key_does_not_keep_a_paste_open_that_lost_its_end(key: bytes) -> None:
    stream, now_s, heard = KeyBytes(), 0.0, []
    stream.feed(b"\x1b[200~abc", now_s)
    while now_s < 2 * PASTE_S:
        now_s += 0.033
        heard += [now_s for piece in stream.feed(key, now_s) if not piece.in_paste]
    assert heard[0] < PASTE_S + 0.04


@pytest.mark.parametrize("space", [b" ", b"  ", b"\x00", b"\x1b[32;;32u"])
def test_a_space_by_itself_is_stop_in_a_paste_that_is_open(space: bytes) -> None:
    stream = KeyBytes()
    stream.feed(b"\x1b[200~abc", 0.0)
    assert stream.feed(space, 0.1) == [in_paste(Piece(" ", Stop.KEY))]
    assert stream.feed(b"a word", 0.2) == [], "one between words is none"
    assert stream.feed(b" ", 0.201) == [], "nor one at which a reading cut the paste"


def test_a_paste_does_not_fill_the_memory() -> None:
    stream = KeyBytes()
    stream.feed(b"\x1b[200~", 0.0)
    for _ in range(3):
        stream.feed(b"x" * 40_000, 0.0)
    assert stream.feed(b"\x1b[201~", 0.0) == [Piece("x" * MOST_PASTED, pasted=True)]


def test_no_ctrl_c_is_lost_and_no_esc_reaches_the_parser_whatever_bytes_come() -> None:
    source = random.Random(7)
    alphabet = [bytes([one]) for one in range(256)] + [
        b"\x1b",
        b"\x1b[",
        b"\x1bO",
        b"\x1b]",
        b"200~",
        b"201~",
        b"24~",
    ] * 9
    for _ in range(300):
        data = b"".join(source.choices(alphabet, k=40))
        stream, found, place = KeyBytes(), [], 0
        while place < len(data):
            size = source.randrange(1, 9)
            found += stream.feed(data[place : place + size], 0.0)
            place += size
        found += stream.flush(0.0)
        assert sum(piece.text == "\x03" for piece in found) >= data.count(b"\x03")
        assert all(ESC not in piece.text[1:] for piece in found)
        assert all(piece.stop for piece in found if piece.text in {ESC, "\x03", F12.text})
