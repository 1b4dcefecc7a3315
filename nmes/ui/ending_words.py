"""How a session ended: ten ways a person looks for, each with its code and a word or two.

Apart from the first screen's words, because `nmes audit list` has a fifth of a second in all and needs no screen.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

from nmes.language import _
from nmes.record.store import FIRST_GIVEN, Closed, Ending, Interrupted, Unfinished, Unreadable


class Ended(StrEnum):
    """The value is what is typed to filter by."""

    COMPLETE = "complete"
    MEASURED = "measured"
    NOT_MEASURED = "not-measured"
    EARLY = "early"
    FIRST = "first"
    """A first session, ended with all given that its card says of one."""
    STOPPED = "stopped"
    """By a STOP, whosever it was."""
    FAULT = "fault"
    """Nobody asked for this end: its record tells it."""
    INTERRUPTED = "interrupted"
    NO_END = "no-end"
    DAMAGED = "damaged"


WORDS: Final = {
    Ended.COMPLETE: _("complete"),
    Ended.MEASURED: _("measured"),
    Ended.NOT_MEASURED: _("not measured"),
    Ended.EARLY: _("ended early"),
    Ended.FIRST: _("first as planned"),
    Ended.STOPPED: _("stopped"),
    Ended.FAULT: _("✖ fault"),
    Ended.INTERRUPTED: _("! INTERRUPTED"),
    Ended.NO_END: _("! NO END"),
    Ended.DAMAGED: _("✖ damaged"),
}
_BY_WHY: Final = {
    "complete": Ended.COMPLETE,
    "assessed": Ended.MEASURED,
    "incomplete": Ended.NOT_MEASURED,
    "ended_early": Ended.EARLY,
    FIRST_GIVEN: Ended.FIRST,
}


def ended(ending: Ending) -> Ended:
    """The way it is."""
    match ending:
        case Closed():
            return closed(ending)
        case Interrupted():
            return Ended.INTERRUPTED
        case Unfinished():
            return Ended.NO_END
        case Unreadable():
            return Ended.DAMAGED
        case _:
            assert_never(ending)


def closed(ending: Closed) -> Ended:
    """The way a session was closed that has an end, by why."""
    return Ended.STOPPED if ending.why.startswith("stop:") else _BY_WHY.get(ending.told_why, Ended.FAULT)
