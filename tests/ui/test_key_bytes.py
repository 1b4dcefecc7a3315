"""STOP in the bytes of a terminal, however it writes them: at once, behind anything, and in a paste that never ends."""

from __future__ import annotations

import random

import pytest

from nmes.ui.key_bytes import ESC, MOST_PASTED, PASTE_S, SPLIT_S, KeyBytes, Piece, Stop

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


@pytest.mark.parametrize(
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


@pytest.mark.parametrize("form", ["27u", "27;1u", "27;2u", "27;5u", "27;1:3u", "27;1;27u", "27;2;27~", "27;129u"])
def test_esc_is_stop_in_every_form(form: str) -> None:
    assert cut(f"\x1b[{form}".encode()) == [ESCAPE]


@pytest.mark.parametrize("form", ["99;5u", "99;6u", "99;7u", "99:67;6u", "1089::99;5u", "67;6u", "27;5;99~", "99;133u"])
def test_ctrl_c_is_stop_in_every_form(form: str) -> None:
    assert cut(f"\x1b[{form}".encode()) == [CTRL_C]


@pytest.mark.parametrize("data", [b" ", b"\x00", b"\x1b[32;2u", b"\x1b[32;5u", b"\x1b[32;2;32u", b"\x1b[27;6;32~"])
def test_space_is_space_with_every_modifier(data: bytes) -> None:
    assert cut(data) == [Piece(" ")]


@pytest.mark.parametrize("behind", ["+", "1", "=", "k", "\r", " ", "t", "5", "§", "\x7f"])
def test_esc_is_stop_at_once_whatever_is_behind_it(behind: str) -> None:
    assert cut(f"\x1b{behind}".encode()) == [ESCAPE, Piece(behind)]


def test_esc_before_a_sequence_is_stop_and_the_sequence_is_itself() -> None:
    assert cut(b"\x1b\x1b[A") == [ESCAPE, Piece("\x1b[A")]
    assert cut(b"\x1b\x1b[24~") == [ESCAPE, F12]
    assert cut(b"\x1b\x03") == [ESCAPE, CTRL_C]


@pytest.mark.parametrize(
    "begun",
    ["\x1b", "\x1b[", "\x1b[1;5", "\x1b[<0;40;2", "\x1bO", "\x1bP1;2", "\x1b]0;x", "\x1b_x", "\x1b[M", "\x1b[["],
)
@pytest.mark.parametrize(("stop", "piece"), [(b"\x03", CTRL_C), (b"\x1b[24~", F12), (b"\x1b[27;2u", ESCAPE)])
def test_a_stop_behind_a_sequence_that_was_not_ended_is_a_stop_at_once(begun: str, stop: bytes, piece: Piece) -> None:
    assert cut(begun.encode() + stop) == [ESCAPE, piece]


@pytest.mark.parametrize(
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
    "data", [b"\x1b[97;1:3u", b"\x1b[1;1:3A", b"\x1b]0;a title\x07", b"\x1bP1$r\x1b\\", b"\x1b[M !!"]
)
def test_what_is_no_key_is_dropped(data: bytes) -> None:
    assert cut(data + b"x") == [Piece("x")]


def test_an_event_type_that_the_parser_cannot_read_is_left_out() -> None:
    assert cut(b"\x1b[97;2:2u") == [Piece("\x1b[97;2u")]
    assert cut(b"\x1b[97;1:1;97u") == [Piece("\x1b[97;1;97u")]


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
    stream.feed(b"def", 0.9)
    stream.feed(b"\x03\x1b[24~\x1b[<35;1;1M", 1.8)
    stream.tick(0.8 + PASTE_S)
    assert stream.feed(b"g", 1.85) == [], "text still came"
    stream.tick(1.85 + PASTE_S)
    assert stream.feed(b"+", 3.0) == [Piece("+")]
    assert stream.feed(b"\x1b[201~", 3.0) == []


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
