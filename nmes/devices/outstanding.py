"""One request outstanding, how long its answer may take, how often it is put: what every family has in common.

Law: nothing follows a request that is not answered, except what stops or only asks. A deadline counts from the moment
the request has left. By what an answer is known is the family's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Generic, TypeVar

Ask = TypeVar("Ask", bound=Enum)
"""What a request is for; the same one may be asked for several reasons and then has several deadlines."""
Request = TypeVar("Request")

MAX_HALTS = 3
"""A halt that is not acknowledged in its time is sent twice more, then it is unconfirmed [design]."""
MAX_TRIES = 2
"""What can start nothing is put once more [design]."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long an answer may take, and the plain words for the request when it does not come."""

    deadline_ms: int
    words: str


@dataclass(frozen=True, slots=True)
class Outstanding(Generic[Ask, Request]):
    """A request on its way. `sent_ms` is when it was handed over, made exact once it is known to be `written`.

    `numbers`: the packet numbers that an answer may carry, none where the wire has no numbers.
    """

    ask: Ask
    request: Request
    numbers: tuple[int, ...]
    deadline: Deadline
    sent_ms: int
    written: bool = False

    @property
    def due_ms(self) -> int:
        return self.sent_ms + self.deadline.deadline_ms


class OneOutstanding(ABC, Generic[Ask, Request]):
    """The one outstanding request of a line."""

    def __init__(self, deadlines: Mapping[Ask, Deadline]) -> None:
        self._deadlines = deadlines
        self.outstanding: Outstanding[Ask, Request] | None = None

    def ask(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        """The bytes of a new request. RuntimeError if one is outstanding."""
        if self.outstanding is not None:
            raise RuntimeError(f"{self.outstanding.ask.name} is outstanding; {ask.name} must wait")
        return self.overtake(ask, request, now_ms)

    @abstractmethod
    def overtake(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        """The bytes of a request that waits for nobody; what was outstanding is no longer."""

    def written(self, now_ms: int) -> None:
        """The outstanding request has left: its deadline counts from here; said again, nothing changes."""
        if self.outstanding is not None and not self.outstanding.written:
            self.outstanding = replace(self.outstanding, sent_ms=now_ms, written=True)

    def overdue(self, now_ms: int) -> Outstanding[Ask, Request] | None:
        """The outstanding request if its time is over; it is then outstanding no longer."""
        if (asked := self.outstanding) is None or now_ms < asked.due_ms:
            return None
        self.outstanding = None
        return asked

    def drop(self) -> None:
        """Whatever answer still comes, it counts no more."""
        self.outstanding = None

    def _begin(self, ask: Ask, request: Request, numbers: tuple[int, ...], now_ms: int) -> None:
        self.outstanding = Outstanding(ask, request, numbers, self._deadlines[ask], now_ms)
