"""What an acknowledgement of ScienceMode1 is known by, and how long each may take.

Law: nothing but the kind of a command comes back, no number. So nothing follows a command that is not acknowledged,
except a halt, and what comes back belongs to what is outstanding or to nothing. The device works in order: once a
command is acknowledged, so is every one before it, or never will be.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from nmes.devices.outstanding import Deadline, OneOutstanding, Outstanding
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


Request = ListInit | ListUpdate | Stop
"""What a driver says of this language."""
_KINDS: Mapping[type[Request], Kind] = MappingProxyType(
    {ListInit: Kind.INIT, ListUpdate: Kind.UPDATE, Stop: Kind.STOP},
)


class Exchange(OneOutstanding[Ask, Request]):
    """The one outstanding command."""

    def __init__(self) -> None:
        super().__init__(DEADLINES)

    def overtake(self, ask: Ask, request: Request, now_ms: int) -> bytes:
        frame = codec.encode(request)
        self._begin(ask, request, (), now_ms)
        return frame

    def answer(self, ack: Ack) -> Outstanding[Ask, Request] | None:
        """The command this acknowledges, or None if it belongs to nothing."""
        asked = self.outstanding
        if asked is None or ack.kind is not _KINDS[type(asked.request)]:
            return None
        self.outstanding = None
        return asked
