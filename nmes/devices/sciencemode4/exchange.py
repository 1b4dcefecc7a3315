"""One request outstanding, its answer recognised, its deadline known.

Law: an answer counts only if it carries the number of the outstanding request plus one (or Unknown_cmd) **and** its
packet number; anything else is dropped, however well formed. Only a halt overtakes an outstanding request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import MappingProxyType

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


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long an answer may take, and the plain words for the request when it does not come."""

    deadline_ms: int
    words: str


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
class Outstanding:
    """A request on its way. `sent_ms` is when it was handed over, made exact once it is known to be `written`."""

    ask: Ask
    request: Request
    packet_number: int
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
        self.outstanding: Outstanding | None = None

    def ask(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        """The frame of a new request. RuntimeError if one is outstanding."""
        if self.outstanding is not None:
            raise RuntimeError(f"{self.outstanding.ask.name} is outstanding; {ask.name} must wait")
        return self.overtake(ask, request, now_ms)

    def overtake(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        """The frame of a request that waits for nobody; what was outstanding is no longer."""
        number = self._next_number
        frame = codec.encode(request, number)
        self._next_number = 0 if number == MAX_PACKET_NUMBER else number + 1
        self.outstanding = Outstanding(ask, request, number, now_ms)
        return frame

    def written(self, now_ms: int) -> None:
        """The outstanding request has left: its deadline counts from here; said again, nothing changes."""
        if self.outstanding is not None and not self.outstanding.written:
            self.outstanding = replace(self.outstanding, sent_ms=now_ms, written=True)

    def overdue(self, now_ms: int) -> Outstanding | None:
        """The outstanding request if its time is over; it is then outstanding no longer."""
        if (asked := self.outstanding) is None or now_ms < asked.due_ms:
            return None
        self.outstanding = None
        return asked

    def drop(self) -> None:
        """Whatever answer still comes, it counts no more."""
        self.outstanding = None

    def answer(self, frame: Frame) -> Answer | None:
        """The answer this frame is, or None if it is not the one that is waited for."""
        asked = self.outstanding
        if asked is None or frame.packet_number != asked.packet_number:
            return None
        if frame.command not in (asked.request.command + 1, Command.UNKNOWN_CMD):
            return None
        try:
            response = codec.decode(frame)
        except Malformed:
            return None
        self.outstanding = None
        return Answer(asked, response)
