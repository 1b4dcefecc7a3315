"""Nothing out of a record can steer a terminal or turn a line round; what is taken out is seen to be."""

from __future__ import annotations

from helpers.rows import bundled
from nmes.core.printable import printable


@bundled(
    ("text", "shown"),
    [
        ("Dr Adams", "Dr Adams"),
        ("Müller µA 12 %", "Müller µA 12 %"),
        ("\x1b[2J", "\ufffd[2J"),
        ("\x9b2J", "\ufffd2J"),
        ("a\x07\x08b\x00", "a\ufffd\ufffdb\ufffd"),
        ("two\nlines\r\tx", "two lines  x"),
        ("\u202egnorw", "\ufffdgnorw"),
        ("a\u2028b\u200b", "a\ufffdb\ufffd"),
        ("\ud83d", "\ufffd"),
        ("", ""),
    ],
)
def test_what_is_harmful_is_shown_as_taken_out(text: str, shown: str) -> None:
    assert printable(text) == shown
