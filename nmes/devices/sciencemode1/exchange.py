"""One command outstanding, its acknowledgement recognised, its deadline known.

Law: nothing but the kind of a command comes back, no number. So nothing follows a command that is not acknowledged,
except a halt, and what comes back belongs to what is outstanding or to nothing. The device works in order: once a
command is acknowledged, so is every one before it, or never will be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from types import MappingProxyType

from nmes.devices.sciencemode1 import codec
from nmes.devices.sciencemode1.codec import Ack, Kind, ListInit, ListUpdate, Stop


class Ask(Enum):
    """What a command is for; a stop is sent for several reasons and then has several deadlines."""

    WHO = auto()
    ENABLE = auto()
    LIST = auto()
    UNLIST = auto()
    UPDATE = auto()
    AGAIN = auto()
    STAY_OFF = auto()
    STOP = auto()


@dataclass(frozen=True, slots=True)
class Deadline:
    """How long an acknowledgement may take, and the plain words for the command when it does not come."""

    deadline_ms: int
    words: str


# The device answers after about 2 ms [source: README of ScienceMode1]
DEADLINES: Mapping[Ask, Deadline] = MappingProxyType(
    {
        # Longer than the 500 ms between two announcements of a RehaStim2, so that it is heard [source: SM2 Table 7]
        Ask.WHO: Deadline(600, "identify"),
        Ask.ENABLE: Deadline(200, "prepare"),  # nothing flows [design]
        Ask.LIST: Deadline(200, "prepare"),  # nothing flows [design]
        Ask.UNLIST: Deadline(200, "prepare"),  # nothing flows [design]
        Ask.UPDATE: Deadline(200, "change output"),  # a lost decrease must halt: a person's time to react [design]
        Ask.AGAIN: Deadline(200, "check output"),  # [design]
        Ask.STAY_OFF: Deadline(300, "check output"),  # nothing flows [design]
        Ask.STOP: Deadline(100, "stop"),  # fifty times what it takes [design]
    }
)


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A command on its way. `sent_ms` is when it was handed over, made exact once it is known to be `written`."""

    ask: Ask
    kind: Kind
    sent_ms: int
    written: bool = False

    @property
    def due_ms(self) -> int:
        return self.sent_ms + DEADLINES[self.ask].deadline_ms


class Exchange:
    """The one outstanding command."""

    def __init__(self) -> None:
        self.outstanding: Outstanding | None = None

    def ask(self, ask: Ask, request: ListInit | ListUpdate | Stop, now_ms: int) -> bytes:
        """The bytes of a new command. RuntimeError if one is outstanding."""
        if self.outstanding is not None:
            raise RuntimeError(f"{self.outstanding.ask.name} is outstanding; {ask.name} must wait")
        return self.overtake(ask, request, now_ms)

    def overtake(self, ask: Ask, request: ListInit | ListUpdate | Stop, now_ms: int) -> bytes:
        """The bytes of a command that waits for nobody; what was outstanding is no longer."""
        frame = codec.encode(request)
        self.outstanding = Outstanding(ask, Kind(frame[0] >> 5 & 3), now_ms)
        return frame

    def written(self, now_ms: int) -> None:
        """The outstanding command has left: its deadline counts from here; said again, nothing changes."""
        if self.outstanding is not None and not self.outstanding.written:
            self.outstanding = replace(self.outstanding, sent_ms=now_ms, written=True)

    def overdue(self, now_ms: int) -> Outstanding | None:
        """The outstanding command if its time is over; it is then outstanding no longer."""
        if (asked := self.outstanding) is None or now_ms < asked.due_ms:
            return None
        self.outstanding = None
        return asked

    def drop(self) -> None:
        """Whatever acknowledgement still comes, it counts no more."""
        self.outstanding = None

    def answer(self, ack: Ack) -> Outstanding | None:
        """The command this acknowledges, or None if it belongs to nothing."""
        asked = self.outstanding
        if asked is None or ack.kind is not asked.kind:
            return None
        self.outstanding = None
        return asked
