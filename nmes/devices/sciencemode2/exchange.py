"""One request outstanding, its answer recognised, its deadline known.

Law: an answer counts only if it carries the command of the outstanding request plus one (or says that this command is
unknown) **and** one of the packet numbers the request went out with. A request that is sent again keeps the numbers
it had before: the late answer of a slow device to the first try is an answer. Only a halt overtakes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import MappingProxyType

from nmes.devices.sciencemode2 import codec
from nmes.devices.sciencemode2.frame import MAX_PACKET_NUMBER, Frame
from nmes.devices.sciencemode2.requests import Request
from nmes.devices.sciencemode2.responses import Response, UnknownCommand


class Ask(Enum):
    """What a request is for; the same request may be asked for several reasons and then has several deadlines."""

    WHO = auto()
    ENABLE = auto()
    LIST = auto()
    UNLIST = auto()
    UPDATE = auto()
    PROVE = auto()
    STOP = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long an answer may take, and the plain words for the request when it does not come."""

    deadline_ms: int
    words: str


# The device answers within 100 ms, on average within 20 [source: SM2 document p. 10 Table 7]; a turn and the line's own
# delays come on top of it.
DEADLINES: Mapping[Ask, Deadline] = MappingProxyType(
    {
        Ask.WHO: Deadline(500, "identify"),  # harmless and unhurried [design]
        Ask.ENABLE: Deadline(400, "prepare"),  # nothing flows [design]
        Ask.LIST: Deadline(400, "prepare"),  # nothing flows [design]
        Ask.UNLIST: Deadline(200, "prepare"),  # as a stop [design]
        Ask.UPDATE: Deadline(200, "change output"),  # a lost decrease must halt: a person's time to react [design]
        Ask.PROVE: Deadline(
            150, "check output"
        ),  # with the 400 ms between them under half of the device's 1.2 s [design]
        # Twice the device's longest time to answer; three tries reach past the next Init of a device that has let go,
        # which comes within 500 ms [source; factor design]
        Ask.STOP: Deadline(200, "stop"),
        Ask.STOPPED: Deadline(200, "check stop"),
    }
)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A request on its way. `sent_ms` is when it was handed over, made exact once it is known to be `written`."""

    ask: Ask
    request: Request
    numbers: tuple[int, ...]
    sent_ms: int
    written: bool = False

    @property
    def due_ms(self) -> int:
        return self.sent_ms + DEADLINES[self.ask].deadline_ms


@dataclass(frozen=True, slots=True)
class Answer:
    """A response together with the request it answers."""

    asked: Outstanding
    response: Response


class Exchange:
    """Packet numbers and the one outstanding request."""

    def __init__(self) -> None:
        self._next_number = 0
        self._missed: Outstanding | None = None
        self.outstanding: Outstanding | None = None

    def ask(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        """The frame of a new request. RuntimeError if one is outstanding."""
        if self.outstanding is not None:
            raise RuntimeError(f"{self.outstanding.ask.name} is outstanding; {ask.name} must wait")
        return self.overtake(ask, request, now_ms)

    def overtake(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        """The frame of a request that waits for nobody; what was outstanding is no longer."""
        before = self.outstanding or self._missed
        earlier = before.numbers if before is not None and before.ask is ask else ()
        number = self._next_number
        self._next_number = 0 if number == MAX_PACKET_NUMBER else number + 1
        frame = codec.encode(request, number)
        self._missed = None
        self.outstanding = Outstanding(ask, request, (*earlier, number), now_ms)
        return frame

    def written(self, now_ms: int) -> None:
        """The outstanding request has left: its deadline counts from here; said again, nothing changes."""
        if self.outstanding is not None and not self.outstanding.written:
            self.outstanding = replace(self.outstanding, sent_ms=now_ms, written=True)

    def overdue(self, now_ms: int) -> Outstanding | None:
        """The outstanding request if its time is over; it is then outstanding no longer."""
        if (asked := self.outstanding) is None or now_ms < asked.due_ms:
            return None
        self.outstanding, self._missed = None, asked
        return asked

    def drop(self) -> None:
        """Whatever answer still comes, it counts no more."""
        self.outstanding = self._missed = None

    def answer(self, frame: Frame, response: Response) -> Answer | None:
        """The answer this is, or None if it is not the one that is waited for."""
        asked = self.outstanding
        if asked is None or frame.packet_number not in asked.numbers:
            return None
        if isinstance(response, UnknownCommand):
            meant = response.echoed == asked.request.command
        else:
            meant = frame.command == asked.request.command + 1
        if not meant:
            return None
        self.outstanding = None
        return Answer(asked, response)
