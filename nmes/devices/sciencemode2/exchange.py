"""What an answer of ScienceMode2 is known by, and how long each may take.

Law: an answer counts only if it carries the command of the outstanding request plus one (or says that this command is
unknown) **and** one of the packet numbers the request went out with. A request that is sent again keeps the numbers
it had before: the late answer of a slow device to the first try is an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from nmes.devices.outstanding import Deadline, OneOutstanding, Outstanding
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


# The device answers within 100 ms, on average within 20 [source: SM2 document p. 10 Table 7]; a turn and the line's own
# delays come on top of it.
DEADLINES: Mapping[Ask, Deadline] = MappingProxyType(
    {
        Ask.WHO: Deadline(500, "identify"),  # harmless and unhurried [design]
        Ask.ENABLE: Deadline(400, "prepare"),  # nothing flows [design]
        Ask.LIST: Deadline(400, "prepare"),  # nothing flows [design]
        Ask.UNLIST: Deadline(200, "prepare"),  # as a stop [design]
        Ask.UPDATE: Deadline(200, "change output"),  # a lost decrease must halt: a person's time to react [design]
        # With the 400 ms between two of them under half of the device's 1.2 s [design]
        Ask.PROVE: Deadline(150, "check output"),
        # Twice the device's longest time to answer; three tries reach past the next Init of a device that has let go,
        # which comes within 500 ms [source; factor design]
        Ask.STOP: Deadline(200, "stop"),
        Ask.STOPPED: Deadline(200, "check stop"),
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response together with the request it answers."""

    asked: Outstanding[Ask, Request]
    response: Response


class Exchange(OneOutstanding[Ask, Request]):
    """Packet numbers and the one outstanding request."""

    def __init__(self) -> None:
        super().__init__(DEADLINES)
        self._next_number = 0
        self._missed: Outstanding[Ask, Request] | None = None

    def overtake(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        before = self.outstanding or self._missed
        earlier = before.numbers if before is not None and before.ask is ask else ()
        number = self._next_number
        self._next_number = 0 if number == MAX_PACKET_NUMBER else number + 1
        frame = codec.encode(request, number)
        self._missed = None
        self._begin(ask, request, (*earlier, number), now_ms)
        return frame

    def overdue(self, now_ms: int) -> Outstanding[Ask, Request] | None:
        """As of every family; the numbers it went out with count on if it is asked again."""
        if asked := super().overdue(now_ms):
            self._missed = asked
        return asked

    def drop(self) -> None:
        super().drop()
        self._missed = None

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
