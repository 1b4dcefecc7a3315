"""One whole sequence of a terminal, as the parser may have it: which are a STOP, and in which other forms keys come.

Law: F12, Esc and Ctrl+C are a STOP with every modifier, in every terminal's form and on every layout. Space is Space
with every modifier; a key of the keypad is what it types; with Alt nothing is typed that keys alone type. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ESC: Final = "\x1b"
_F12: Final = "\x1b[24~"
_KEY: Final = re.compile(r"\x1b\[([\d:]{0,32})(?:;([\d:]{0,32}))?(?:;([\d:]{0,64}))?([u~A-S])")
"""A key in the kitty protocol, which holds the xterm forms too: code, modifiers, text, end."""
_F12_FORMS: Final = re.compile(r"\x1b\[(?:24[\d;:]*[~^$@]|X|235z)|\x1bO\[")
"""xterm, Linux and kitty with any modifier; rxvt; SCO; Sun; PuTTY's VT100+."""
_OTHER_KEYS: Final = re.compile(r"\x1b\[27;(\d{1,9});(\d{1,9})~")
"""xterm's modifyOtherKeys: modifiers, code."""
_OLD_MOUSE: Final = re.compile(r"\x1b\[(?:M(.)(.)(.)|(\d{1,4});(\d{1,4});(\d{1,4})M)", re.DOTALL)
"""The mouse before SGR: X10, one byte each, all of them 32 too many; urxvt, in decimals, the button 32 too many."""
_WHEEL_OR_MOVE, _NO_BUTTON = 64 | 32, 3
_SHIFT, _ALT, _CTRL, _LOCKS = 1, 2, 4, 64 | 128
_OTHER_SCRIPTS: Final = range(128, 57_344)
"""Letters beyond ASCII, below the keys that are no letters: those are encoded from the Unicode Private Use Area on. The
code is that of the letter in the present layout; which key that is on a standard keyboard is told beside it only where
it was asked for, and Textual does not ask [kitty keyboard protocol, "Key codes"]."""
_KEYPAD: Final = range(57_399, 57_417)
"""KP_0 to KP_SEPARATOR [kitty keyboard protocol, "Functional key definitions"]."""
_RELEASED: Final = "3"


class Stop(StrEnum):
    """Whose STOP a piece is; empty for none. F12 may be the patient's own."""

    NONE = ""
    KEY = "key"
    F12 = "f12"


@dataclass(frozen=True, slots=True)
class Piece:
    """One text without ESC, one whole sequence, ESC by itself, or what was pasted."""

    text: str
    stop: Stop = Stop.NONE
    pasted: bool = False
    in_paste: bool = False
    """It came while a paste was open: nothing but a STOP may come of it."""

    @property
    def is_sequence(self) -> bool:
        return self.text[:1] == ESC and len(self.text) > 1


def plain(sequence: str) -> Piece | None:
    """One whole sequence as the parser may have it: STOP keys and Space without modifiers; None where it is no key."""
    if _F12_FORMS.fullmatch(sequence):
        return Piece(_F12, Stop.F12)
    if mouse := _OLD_MOUSE.fullmatch(sequence):
        return Piece(_as_sgr(mouse))
    if other := _OTHER_KEYS.fullmatch(sequence):
        sequence = f"\x1b[{other[2]};{other[1]}u"
    key = _KEY.fullmatch(sequence)
    if key is None:
        return Piece(sequence)
    codes, (modifiers, _, event) = (key[1] or "1").split(":"), (key[2] or "1").partition(":")
    bits = max(0, int(modifiers or "1") - 1) & ~_LOCKS
    if key[4] == "u" and (stop := _stop_of({int(code) for code in codes if code}, bits)):
        return stop
    if event == _RELEASED:
        return None
    return Piece(_on_keypad(codes[0], bits, key) or _without_alt(codes[0], bits, key))


def _stop_of(codes: set[int], bits: int) -> Piece | None:
    if 27 in codes:
        return Piece(ESC, Stop.KEY)
    if bits & _CTRL and any(code in {ord("c"), ord("C")} or code in _OTHER_SCRIPTS for code in codes):
        return Piece("\x03", Stop.KEY)  # on a layout of another script any letter may be the one on the key of C
    return Piece(" ") if codes == {ord(" ")} else None


def _on_keypad(code: str, bits: int, key: re.Match[str]) -> str:
    """The sign that a key of the keypad types: it is the same as from any other key; "" for every other key."""
    text = key[3] or ""
    typed = key[4] == "u" and code.isdecimal() and int(code) in _KEYPAD and not bits & ~_SHIFT
    return chr(int(text)) if typed and text.isdecimal() and 0x20 < int(text) < 0x7F else ""


def _as_sgr(mouse: re.Match[str]) -> str:
    """As the parser can read it."""
    bytewise = mouse[1] is not None
    button, x, y = (ord(one) - 32 for one in mouse.groups()[:3]) if bytewise else map(int, mouse.groups()[3:])
    button -= 0 if bytewise else 32
    released = button & _NO_BUTTON == _NO_BUTTON and not button & _WHEEL_OR_MOVE
    return f"\x1b[<{button - _NO_BUTTON if released else button};{x};{y}{'m' if released else 'M'}"


def _without_alt(code: str, bits: int, key: re.Match[str]) -> str:
    """As the parser can read it. With Alt no key types a sign that keys alone type, so that none of them is meant."""
    modifiers, text = key[2] or "", key[3] or ""
    typed = bits & _ALT and any(part.isdecimal() and int(part) < 0x7F for part in text.split(":"))
    if ":" not in modifiers and not typed:
        return key[0]
    return f"\x1b[{code};{bits + 1}{';' + text if text and not typed else ''}{key[4]}"
