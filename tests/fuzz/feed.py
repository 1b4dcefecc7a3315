"""Decisions drawn from bytes: the same bytes decide the same, so that what a fuzzer finds is one small file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

_Item = TypeVar("_Item")


class Feed:
    """Takes from the front; when nothing is left every draw is 0, the first, or nothing."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    @property
    def empty(self) -> bool:
        return self._at >= len(self._data)

    def byte(self) -> int:
        (found,) = self.take(1) or b"\0"
        return found

    def below(self, number: int) -> int:
        """0 to number - 1."""
        drawn = int.from_bytes(self.take(1 if number <= 256 else 2 if number <= 65_536 else 4), "big")
        return drawn % number

    def take(self, number: int) -> bytes:
        """At most so many bytes."""
        found = self._data[self._at : self._at + number]
        self._at += number
        return found

    def rest(self) -> bytes:
        return self.take(len(self._data))

    def some(self, most: int) -> bytes:
        """Up to `most` bytes, as many as the next draw says."""
        return self.take(self.below(most + 1))

    def one_of(self, items: Sequence[_Item]) -> _Item:
        return items[self.below(len(items))]

    def cut(self, data: bytes, most: int = 400) -> list[bytes]:
        """`data` in pieces of a length that is drawn anew for each; whole if nothing is left to draw from."""
        pieces = []
        while data and not self.empty:
            length = 1 + self.below(most)
            pieces.append(data[:length])
            data = data[length:]
        return [*pieces, data] if data else pieces
