"""What a terminal sends, cut into pieces: text, whole sequences, an Esc by itself, a paste. Pure, and told the time.

Law: nothing that may be a STOP waits for what comes behind it. Ctrl+C is a STOP wherever it stands, F12 and Esc with
every modifier and in every terminal's form; an ESC that begins no sequence is the key Esc, whatever follows it. Only an
ESC with which a reading ends is held for a moment, because the rest of a sequence may still be on its way. A false STOP
does no harm, so what is broken or too long is read as Esc, and the rest of what is too long is dropped: no flood is cut
twice. A paste whose end does not come is given up, and a hand at one key does not keep it open. STOP is heard in it, a
Space by itself too.

It is separate from the parser behind it, which holds ESC back for 100 ms, reads `ESC x` as Alt and x, and hears no key
in a paste that was not ended.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import Final

from nmes.ui.key_forms import ESC, Piece, Stop, plain

SPLIT_S: Final = 0.03
"""The rest of a sequence comes within this, even where a reading cut it [design: measured in decision 0013]."""
PASTE_S: Final = 0.3
"""A paste in which nothing but one key has come for this long has lost its end [design]."""
MOST_PASTED: Final = 65_536
"""Bytes of a paste that are kept; no field takes as much [design]."""

# The bounds [design]: a key of the kitty protocol has less than 60 bytes, an answer of a terminal some 100.
_SEQUENCE: Final = re.compile(
    rb"\x1b\[\[[A-E]"  # F1 to F5 of the Linux console
    rb"|\x1b\[M[^\x03\x1b]{3}"  # the mouse, in its oldest form
    rb"|\x1b\[\d{1,9}\$"  # Shift and a function key of rxvt
    rb"|\x1b\[(?![M\[])[0-?]{0,128}[ -/]{0,16}[@-~]"
    rb"|\x1bO[0-9;]{0,16}[A-Za-z \[]"
    rb"|\x1b[P\]_^X][^\x03\x07\x1b]{0,4096}(?:\x07|\x1b\\)"
)
_BEGUN: Final = re.compile(
    rb"\x1b(?:\[(?:\[|M[^\x03\x1b]{0,2}|[0-?]{0,128}[ -/]{0,16})|O[0-9;]{0,16}"
    rb"|[P\]_^X][^\x03\x07\x1b]{0,4096}(?:\x1b\Z)?|)"
)
_REST_OF_KEY: Final = re.compile(rb"[ -?]*([@-~])?")
_REST_OF_STRING: Final = re.compile(rb"[^\x03\x07\x1b]*(\x07|\x1b\\)?")
_TEXT: Final = re.compile(rb"[^\x03\x1b]+")
_SPACES: Final = b" \x00"
_DROPPED: Final = ("\x1bP", "\x1b]", "\x1b_", "\x1b^", "\x1bX", "\x1b[201~")


class KeyBytes:
    """`feed` what was read, `tick` while nothing comes, `flush` where no more of a sequence can come."""

    def __init__(self) -> None:
        self._held, self._held_s = b"", 0.0
        self._paste: bytearray | None = None
        self._pasted_s = 0.0
        self._endless: re.Pattern[bytes] | None = None
        """What still belongs to a sequence that was too long to be one."""
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def feed(self, data: bytes, now_s: float) -> list[Piece]:
        """What was read, with what was held before it."""
        if not self._held:
            self._held_s = now_s
        return self._cut(self._held + data, now_s, final=False)

    def tick(self, now_s: float) -> list[Piece]:
        """Time has passed and nothing more is there to be read."""
        self._endless = None
        self._give_up_paste(now_s)
        return self.flush(now_s) if self._held and now_s - self._held_s >= SPLIT_S else []

    def flush(self, now_s: float) -> list[Piece]:
        """What was held is all there is of it."""
        self._endless = None
        return self._cut(self._held, now_s, final=True)

    def wait_s(self, now_s: float) -> float | None:
        """When to `tick`; None where nothing is held."""
        return max(0.0, self._held_s + SPLIT_S - now_s) if self._held else None

    def _cut(self, data: bytes, now_s: float, *, final: bool) -> list[Piece]:
        pieces: list[Piece] = []
        self._held, place = b"", self._dropped(data, 0)
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
                place = self._broken(found[0], data, found.end())
                continue
            place = found.end()
        return pieces

    def _broken(self, begun: bytes, data: bytes, place: int) -> int:
        """Behind a sequence that was not ended as one is; what is too long is no text either."""
        if place < len(data) and begun[1:2] and begun[1:2] in b"[P]_^X":
            self._endless = _REST_OF_KEY if begun[1:2] == b"[" else _REST_OF_STRING
        return self._dropped(data, place)

    def _dropped(self, data: bytes, place: int) -> int:
        """Behind it: it goes on to its end, to the next ESC or Ctrl+C, or until nothing more comes."""
        found = self._endless.match(data, place) if self._endless is not None else None
        if found is None:
            return place
        if found[1] or found.end() < len(data):
            self._endless = None
        return found.end()

    def _hold(self, begun: bytes, place: int, now_s: float) -> None:
        """A beginning that was held before is no younger for what has come to it."""
        self._held = begun
        if place:
            self._held_s = now_s

    def _piece(self, text: str, stop: Stop = Stop.NONE) -> Piece:
        return Piece(text, stop, in_paste=self._paste is not None)

    def _give_up_paste(self, now_s: float) -> None:
        if self._paste is not None and now_s - self._pasted_s >= PASTE_S:
            self._paste = None

    def _text(self, data: bytes, now_s: float) -> list[Piece]:
        one_key = len(set(data)) == 1 or not data.strip(_SPACES)
        by_hand = one_key and now_s - self._pasted_s >= SPLIT_S  # what is pasted comes in one go
        if by_hand:
            self._give_up_paste(now_s)
        if self._paste is None:
            text = self._decoder.decode(data).replace("\x00", " ")  # Ctrl+Space, as every other Space
            return [Piece(text)] if text else []
        self._paste += data[: max(0, MOST_PASTED - len(self._paste))]
        if not by_hand:
            self._pasted_s = now_s
        return [] if not by_hand or data.strip(_SPACES) else [self._piece(" ", Stop.KEY)]

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
        self._give_up_paste(now_s)
        piece = plain(text)
        if piece is None:
            return []
        space = piece.text == " " and self._paste is not None
        return [self._piece(piece.text, Stop.KEY if space else piece.stop)]
