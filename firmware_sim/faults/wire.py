"""Law: what happens to a byte depends on the seed and on its place in the stream, never on how the stream was cut.

One `Wire` per direction. Each fault draws once per byte (or once per frame) in the order of the bytes, from a
generator of its own. A line keeps its order: a late byte holds up those behind it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple, Protocol

START, STOP, ESCAPE = 0xF0, 0x0F, 0x81
FIRST = 0x80
Took = Callable[[int], None]
"""Told how many bytes were hit."""


class Piece(NamedTuple):
    """Bytes that arrive together at `due_us`."""

    due_us: int
    data: bytes


@dataclass(slots=True)
class Frames:
    """Where frames begin and end in a stream: from an unescaped start byte to an unescaped stop byte."""

    inside: bool = False
    escaped: bool = False
    shortest: int = 12
    """In bytes: one of so many of a frame is corrupted."""

    def begins(self, byte: int) -> bool:
        """Whether this byte is the first of a frame; to be called once for every byte."""
        if self.inside and self.escaped:
            self.escaped = False
            return False
        if byte == START:
            self.inside, self.escaped = True, False
            return True
        if self.inside:
            self.escaped = byte == ESCAPE
            self.inside = byte != STOP
        return False


@dataclass(slots=True)
class Packets(Frames):
    """A line without such bytes: only the first byte of a packet has its highest bit set, or `each` byte is a packet.

    Where one ends no byte tells. [source: ScienceMode1 document]
    """

    shortest: int = 1
    each: bool = False

    def begins(self, byte: int) -> bool:
        """Whether this byte is the first of a packet."""
        return self.each or byte >= FIRST


class Spoiler(Protocol):
    """One byte fault in one direction."""

    def spoil(self, piece: Piece, took: Took) -> list[Piece]: ...


@dataclass(slots=True)
class _Drawn:
    """What drop, corrupt and duplicate share: whether the byte at hand is hit."""

    random: Random
    permille: int
    by_frame: bool
    frames: Frames = field(default_factory=Frames)
    hit: bool = False
    at: int = 0
    place: int = 0

    def draw(self, byte: int) -> None:
        """Decide about the next byte: afresh, or once for the frame that it begins or belongs to."""
        begins = self.frames.begins(byte)
        self.at = 0 if begins else self.at + 1
        if begins or not self.by_frame:
            self.hit = self.random.randrange(1000) < self.permille
            self.place = self.random.randrange(self.frames.shortest)  # the one byte of a frame that is corrupted


@dataclass(slots=True)
class Drop(_Drawn):
    def spoil(self, piece: Piece, took: Took) -> list[Piece]:
        kept = bytearray()
        for byte in piece.data:
            self.draw(byte)
            if not self.hit:
                kept.append(byte)
        took(len(piece.data) - len(kept))
        return [Piece(piece.due_us, bytes(kept))]


@dataclass(slots=True)
class Corrupt(_Drawn):
    def spoil(self, piece: Piece, took: Took) -> list[Piece]:
        out, hits = bytearray(), 0
        for byte in piece.data:
            self.draw(byte)
            turned = self.random.randrange(8)
            hit = self.hit and (not self.by_frame or self.at == self.place)
            hits += hit
            out.append(byte ^ 1 << turned if hit else byte)
        took(hits)
        return [Piece(piece.due_us, bytes(out))]


@dataclass(slots=True)
class Duplicate(_Drawn):
    frame: bytearray = field(default_factory=bytearray)

    def spoil(self, piece: Piece, took: Took) -> list[Piece]:
        out = bytearray()
        for byte in piece.data:
            self.draw(byte)
            out.append(byte)
            if self.by_frame:
                out += self._whole(byte)
            elif self.hit:
                out.append(byte)
        took(len(out) - len(piece.data))
        return [Piece(piece.due_us, bytes(out))]

    def _whole(self, byte: int) -> bytes:
        """The frame that ends with this byte, if it is to come again."""
        if self.at == 0:
            self.frame.clear()
        if len(self.frame) < 1200:
            self.frame.append(byte)
        ended = not self.frames.inside and self.frame[:1] == b"\xf0"
        again = bytes(self.frame) if ended and self.hit else b""
        if ended:
            self.frame.clear()
        return again


@dataclass(slots=True)
class Delay:
    random: Random
    delay_us: int
    jitter_us: int
    frames: Frames = field(default_factory=Frames)
    now_us: int | None = None

    def spoil(self, piece: Piece, took: Took) -> list[Piece]:
        out: list[Piece] = []
        for byte in piece.data:
            if self.frames.begins(byte) or self.now_us is None:
                self.now_us = self.delay_us + self.random.randint(0, self.jitter_us)
            out.append(Piece(piece.due_us + self.now_us, bytes((byte,))))
        took(len(piece.data) if self.delay_us or self.jitter_us else 0)
        return out


@dataclass(slots=True)
class Split:
    size: int
    gap_us: int
    left: int = 0
    last_us: int = -1

    def spoil(self, piece: Piece, took: Took) -> list[Piece]:
        """The first byte comes at its time; each further piece at least a gap after the one before it."""
        out: list[Piece] = []
        cuts = 0
        for byte in piece.data:
            due_us = max(piece.due_us, self.last_us)
            if not self.left:
                follows = self.last_us >= 0 and self.last_us + self.gap_us > piece.due_us
                due_us = self.last_us + self.gap_us if follows else piece.due_us
                cuts += follows
                self.left = self.size
            self.left -= 1
            self.last_us = due_us
            out.append(Piece(due_us, bytes((byte,))))
        took(cuts)
        return out


@dataclass(slots=True)
class Wire:
    """One direction of the line: bytes under way, in order."""

    under_way: list[Piece] = field(default_factory=list)

    def send(self, data: bytes, t_us: int, spoilers: Sequence[tuple[Spoiler, Took]]) -> None:
        """Put bytes on the line at `t_us`, through every fault that is active then."""
        pieces = [Piece(t_us, data)]
        for spoiler, took in spoilers:
            pieces = [part for piece in pieces for part in spoiler.spoil(piece, took)]
        for piece in pieces:
            if piece.data:
                self._append(piece)

    def _append(self, piece: Piece) -> None:
        last_us = self.under_way[-1].due_us if self.under_way else piece.due_us
        due_us = max(piece.due_us, last_us)
        if self.under_way and last_us == due_us:
            self.under_way[-1] = Piece(due_us, self.under_way[-1].data + piece.data)
        else:
            self.under_way.append(Piece(due_us, piece.data))

    def arrived(self, until_us: int) -> bytes:
        """The bytes that have arrived by `until_us`."""
        if not self.under_way:
            return b""
        out = b""
        while self.under_way and self.under_way[0].due_us <= until_us:
            out += self.under_way.pop(0).data
        return out

    def next_us(self) -> int | None:
        """When the next byte arrives."""
        return self.under_way[0].due_us if self.under_way else None

    def cut(self, t_us: int) -> int:
        """Lose what is under way at `t_us`; how many bytes. What arrived before that stays where it is."""
        lost = sum(len(piece.data) for piece in self.under_way if piece.due_us >= t_us)
        self.under_way = [piece for piece in self.under_way if piece.due_us < t_us]
        return lost
