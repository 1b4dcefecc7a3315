"""Law: replies leave in the order of their requests, none before its time, and each exactly once.

A low-level pulse is acknowledged after it has been given, so its place in the order is reserved when the request
comes and filled later; what stands behind it waits.
"""

from collections import deque
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Answer:
    """Reply data to a request, and how long after it they are due. The first byte is the result."""

    data: bytes
    after_us: int

    @property
    def result(self) -> int:
        return self.data[0]


@dataclass(slots=True)
class Place:
    """One reply's place in the order; `due_us` is None until it is filled."""

    due_us: int | None = None
    data: bytes = b""


@dataclass(slots=True)
class Outbox:
    """The replies on their way to the line."""

    _places: deque[Place] = field(default_factory=deque)
    _latest_us: int = 0
    """The latest time of any reply so far; those that have left are not later than now."""

    def reserve(self) -> Place:
        """A place behind everything that is in, for a reply not yet known."""
        place = Place()
        self._places.append(place)
        return place

    def due_us(self, wanted_us: int, place: Place | None = None) -> int:
        """When a reply that would like to leave at `wanted_us` can, as far as is known; at the end or at `place`."""
        if place is None:
            return max(wanted_us, self._latest_us)
        for ahead in self._places:
            if ahead is place:
                break
            wanted_us = max(wanted_us, ahead.due_us or 0)
        return wanted_us

    def fill(self, place: Place, due_us: int, data: bytes) -> None:
        """Give a reserved place its reply; no data lets those behind it pass."""
        place.due_us, place.data = due_us, data
        self._latest_us = max(self._latest_us, due_us)

    def take(self, now_us: int) -> bytes:
        """The bytes whose time has come."""
        out = b""
        while (due_us := self.next_due_us()) is not None and due_us <= now_us:
            out += self._places.popleft().data
        return out

    def next_due_us(self) -> int | None:
        """When the first reply leaves; None when there is none, or when it is not known yet."""
        return self._places[0].due_us if self._places else None
