"""What a terminal sends, cut into pieces: text, whole sequences, an Esc by itself, a paste. Pure, and told the time.

Law: nothing that may be a STOP waits for what comes behind it. Ctrl+C is a STOP wherever it stands, F12 and Esc with
every modifier and in every terminal's form; an ESC that begins no sequence is the key Esc, whatever follows it. Only an
ESC with which a reading ends is held for a moment, because the rest of a sequence may still be on its way. A false STOP
does no harm, so what is broken is read as Esc. A paste whose end does not come is given up; STOP is heard in it.

It is separate from the parser behind it, which holds ESC back for 100 ms, reads `ESC x` as Alt and x, and hears no key
in a paste that was not ended.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

SPLIT_S: Final = 0.03
"""The rest of a sequence comes within this, even where a reading cut it [design: measured in decision 0013]."""
PASTE_S: Final = 1.0
"""A paste in which nothing has come for this long has lost its end [design]."""
MOST_PASTED: Final = 65_536
"""Bytes of a paste that are kept; no field takes as much [design]."""

ESC: Final = "\x1b"
_F12: Final = "\x1b[24~"
_SEQUENCE: Final = re.compile(
    rb"\x1b\[\[[A-E]"  # F1 to F5 of the Linux console
    rb"|\x1b\[M[^\x03\x1b]{3}"  # the mouse, in its oldest form
    rb"|\x1b\[\d+\$"  # Shift and a function key of rxvt
    rb"|\x1b\[(?![M\[])[0-?]*[ -/]*[@-~]"
    rb"|\x1bO[0-9;]*[A-Za-z \[]"
    rb"|\x1b[P\]_^X][^\x03\x07\x1b]*(?:\x07|\x1b\\)"
)
_BEGUN: Final = re.compile(
    rb"\x1b(?:\[(?:\[|M[^\x03\x1b]{0,2}|[0-?]*[ -/]*)|O[0-9;]*|[P\]_^X][^\x03\x07\x1b]*(?:\x1b\Z)?|)"
)
_TEXT: Final = re.compile(rb"[^\x03\x1b]+")
_KEY: Final = re.compile(r"\x1b\[([\d:]*)(?:;([\d:]*))?(?:;([\d:]*))?([u~A-S])")
"""A key in the kitty protocol, which holds the xterm forms too: code, modifiers, text, end."""
_F12_FORMS: Final = re.compile(r"\x1b\[(?:24[\d;:]*[~^$@]|X|235z)|\x1bO\[")
"""xterm, Linux and kitty with any modifier; rxvt; SCO; Sun; PuTTY's VT100+."""
_OTHER_KEYS: Final = re.compile(r"\x1b\[27;(\d+);(\d+)~")
"""xterm's modifyOtherKeys: modifiers, code."""
_ALT, _CTRL, _LOCKS = 2, 4, 64 | 128
_RELEASED: Final = "3"
_DROPPED: Final = ("\x1b[M", "\x1bP", "\x1b]", "\x1b_", "\x1b^", "\x1bX", "\x1b[201~")


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


class KeyBytes:
    """`feed` what was read, `tick` while nothing comes, `flush` where no more of a sequence can come."""

    def __init__(self) -> None:
        self._held, self._held_s = b"", 0.0
        self._paste: bytearray | None = None
        self._pasted_s = 0.0
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes, now_s: float) -> list[Piece]:
        """What was read, with what was held before it."""
        if not self._held:
            self._held_s = now_s
        return self._cut(self._held + data, now_s, final=False)

    def tick(self, now_s: float) -> list[Piece]:
        """Time has passed and nothing more is there to be read."""
        if self._paste is not None and now_s - self._pasted_s >= PASTE_S:
            self._paste = None
        return self.flush(now_s) if self._held and now_s - self._held_s >= SPLIT_S else []

    def flush(self, now_s: float) -> list[Piece]:
        """What was held is all there is of it."""
        return self._cut(self._held, now_s, final=True)

    def wait_s(self, now_s: float) -> float | None:
        """When to `tick`; None where nothing is held."""
        return max(0.0, self._held_s + SPLIT_S - now_s) if self._held else None

    def _cut(self, data: bytes, now_s: float, *, final: bool) -> list[Piece]:
        pieces: list[Piece] = []
        place, self._held = 0, b""
        while place < len(data):
            if found := _TEXT.match(data, place):
                pieces += self._text(found[0], now_s)
            elif data[place] == 3:
                pieces += [*self._rest(), self._piece("\x03", Stop.KEY)]
                place += 1
                continue
            elif found := _SEQUENCE.match(data, place):
                pieces += [*self._rest(), *self._sequence(found[0].decode("latin-1"), now_s)]
            else:
                found = _BEGUN.match(data, place)
                assert found is not None
                if found.end() == len(data) and not final:
                    self._hold(data[place:], place, now_s)
                    break
                pieces += [*self._rest(), self._piece(ESC, Stop.KEY)]
            place = found.end()
        return pieces

    def _hold(self, begun: bytes, place: int, now_s: float) -> None:
        """A beginning that was held before is no younger for what has come to it."""
        self._held = begun
        if place:
            self._held_s = now_s

    def _piece(self, text: str, stop: Stop = Stop.NONE) -> Piece:
        return Piece(text, stop, in_paste=self._paste is not None)

    def _text(self, data: bytes, now_s: float) -> list[Piece]:
        if self._paste is None:
            text = self._decoder.decode(data).replace("\x00", " ")  # Ctrl+Space, as every other Space
            return [Piece(text)] if text else []
        self._pasted_s = now_s
        self._paste += data[: max(0, MOST_PASTED - len(self._paste))]
        return []

    def _rest(self) -> list[Piece]:
        """A letter of several bytes that was broken off."""
        text = self._decoder.decode(b"", final=True)
        return [Piece(text)] if text else []

    def _sequence(self, text: str, now_s: float) -> list[Piece]:
        if text == "\x1b[200~":
            self._paste, self._pasted_s = bytearray(), now_s
            return []
        if text == "\x1b[201~" and self._paste is not None:
            pasted, self._paste = self._paste.decode("utf-8", "replace").replace("\x00", ""), None
            return [Piece(pasted, pasted=True)]
        if text.startswith(_DROPPED):
            return []
        piece = plain(text)
        return [] if piece is None else [self._piece(piece.text, piece.stop)]


def plain(sequence: str) -> Piece | None:
    """One whole sequence as the parser may have it: STOP keys and Space without modifiers; None where it is no key."""
    if _F12_FORMS.fullmatch(sequence):
        return Piece(_F12, Stop.F12)
    if other := _OTHER_KEYS.fullmatch(sequence):
        sequence = f"\x1b[{other[2]};{other[1]}u"
    key = _KEY.fullmatch(sequence)
    if key is None:
        return Piece(sequence)
    codes, (modifiers, _, event) = (key[1] or "1").split(":"), (key[2] or "1").partition(":")
    bits = max(0, int(modifiers or "1") - 1) & ~_LOCKS
    if key[4] == "u" and (stop := _stop_of({int(code) for code in codes if code}, bits)):
        return stop
    return None if event == _RELEASED else Piece(_without_alt(codes[0], bits, key))


def _stop_of(codes: set[int], bits: int) -> Piece | None:
    if 27 in codes:
        return Piece(ESC, Stop.KEY)
    if bits & _CTRL and codes & {ord("c"), ord("C")}:
        return Piece("\x03", Stop.KEY)
    return Piece(" ") if codes == {ord(" ")} else None


def _without_alt(code: str, bits: int, key: re.Match[str]) -> str:
    """As the parser can read it. With Alt no key types a sign that keys alone type, so that none of them is meant."""
    modifiers, text = key[2] or "", key[3] or ""
    typed = bits & _ALT and any(part.isdecimal() and int(part) < 0x7F for part in text.split(":"))
    if ":" not in modifiers and not typed:
        return key[0]
    return f"\x1b[{code};{bits + 1}{';' + text if text and not typed else ''}{key[4]}"
