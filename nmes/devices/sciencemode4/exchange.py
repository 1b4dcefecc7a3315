"""What an answer of ScienceMode3 and 4 is known by, and how long each may take.

Law: an answer counts only if it carries the number of the outstanding request plus one (or Unknown_cmd) **and** its
packet number; anything else is dropped, however well formed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from types import MappingProxyType

from nmes.devices.outstanding import Deadline, OneOutstanding, Outstanding
from nmes.devices.sciencemode4 import codec
from nmes.devices.sciencemode4.frame import MAX_PACKET_NUMBER, Frame
from nmes.devices.sciencemode4.numbers import Command
from nmes.devices.sciencemode4.requests import Request
from nmes.devices.sciencemode4.responses import Malformed, Response


class Ask(Enum):
    """What a request is for; the same request may be asked for two reasons and then has two deadlines."""

    WHO = auto()
    ENABLE = auto()
    UPDATE = auto()
    POLL = auto()
    STOP = auto()
    STOPPED = auto()


DEADLINES: Mapping[Ask, Deadline] = MappingProxyType(
    {
        # Harmless and unhurried: a device that has just been plugged in may be slow [design]
        Ask.WHO: Deadline(500, "identify"),
        # Five times the execution time of 2 x 40 ms the vendor's library states for Ml_init [source; factor design]
        Ask.ENABLE: Deadline(400, "prepare"),
        # A lost decrease must halt, so no longer than a person takes to react to it [design]
        Ask.UPDATE: Deadline(200, "change output"),
        # Two of them and the keep-alive interval stay below the device's 2 s [design]
        Ask.POLL: Deadline(200, "check output"),
        # Execution time of Ml_stop about 40 ms [source: vendor's library]; resent after 100 ms [design]
        Ask.STOP: Deadline(100, "stop"),
        Ask.STOPPED: Deadline(100, "check stop"),
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

    def overtake(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        number = self._next_number
        frame = codec.encode(request, number)
        self._next_number = 0 if number == MAX_PACKET_NUMBER else number + 1
        self._begin(ask, request, (number,), now_ms)
        return frame

    def answer(self, frame: Frame) -> Answer | None:
        """The answer this frame is, or None if it is not the one that is waited for."""
        asked = self.outstanding
        if asked is None or frame.packet_number not in asked.numbers:
            return None
        if frame.command not in (asked.request.command + 1, Command.UNKNOWN_CMD):
            return None
        try:
            response = codec.decode(frame)
        except Malformed:
            return None
        self.outstanding = None
        return Answer(asked, response)
