"""The protocols of the app, read when somebody first asks for one: reading them all takes longer than a first screen.

Whoever asks may wait; the app asks in a thread once its first screen is there, so that nobody at the keys does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from threading import Lock
from typing import overload

from nmes.runtime.library import Library, Loaded


class Shelf(Sequence[Loaded]):
    """`read` is called once, in the thread of whoever asks first; everybody else waits for it."""

    def __init__(self, read: Callable[[], Sequence[Loaded]]) -> None:
        self._read, self._lock = read, Lock()
        self._all: Sequence[Loaded] | None = None

    @property
    def ready(self) -> bool:
        """Whether asking costs nothing."""
        return self._all is not None

    def all(self) -> Sequence[Loaded]:
        """Every protocol, in order."""
        with self._lock:
            if self._all is None:
                self._all = tuple(self._read())
            return self._all

    def append(self, loaded: Loaded) -> None:
        """A new one, last."""
        found = self.all()
        with self._lock:
            self._all = (*found, loaded)

    def __len__(self) -> int:
        return len(self.all())

    @overload
    def __getitem__(self, index: int) -> Loaded: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Loaded]: ...

    def __getitem__(self, index: int | slice) -> Loaded | Sequence[Loaded]:
        return self.all()[index]

    def __iter__(self) -> Iterator[Loaded]:
        return iter(self.all())


def whole_library(first: Loaded | None = None) -> Shelf:
    """All good protocols, and the one that was named first, wherever it lies."""

    def read() -> list[Loaded]:
        found = [entry.loaded for entry in Library().list() if entry.loaded]
        return found if first is None or first in found else [first, *found]

    return Shelf(read)
