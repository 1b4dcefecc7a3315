"""What the keeper decides: when a device without a dead-man is to be halted, and what counts as halted. Pure.

The keeper (`keeper_program`) is a process of its own beside the controller. Laws:

- It acts only while it is engaged, that is from before the first byte that can lead to output until a confirmed halt.
  A line on which nothing was begun is left alone.
- Engaged, it halts when the controller has died (the pipe ended) or was not renewed for 1 s, and repeats the halt.
- One answer proves nothing: it may belong to a halt of the controller that died, and an update of it may still lie in
  the system's buffer. Halted is what answered two halts in a row, each asked after the other's answer, with nothing
  else said between them. Whatever else is said afterwards makes it halt again.
- It never stops halting by itself while the line is there. The line goes back only to a controller that lives and has
  latched, or to another program that has taken the device's lock: once the device is halted to any, before that only
  to a session of the same family, which goes on where it leaves off. Such a session it has only lent the line: until
  that one's own keeper is at work, it takes the line back from a session that has ended.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, IntEnum

SILENT_MS = 1000
"""So long without a renewal, and the keeper halts: half of what a P24 waits by itself [design]."""
AGAIN_MS = 50
"""Between two halts until they are answered: three times what a RehaStim 1 takes to answer one [design]."""
STILL_MS = 1000
"""Between two halts afterwards [design]."""
ENOUGH = 2
"""Halts answered one after the other."""
GIVEN_AWAY_MS = 1000
"""A line whose device does not answer is given to a session of its family after so long: it may do better [design]."""
REFUSED_MS = 5000
"""A line that was lent and nobody wants is somebody else's when it cannot be had for so long [design]."""


class Word(IntEnum):
    """What the controller says, one byte each; the end of the pipe is its death unless it said GIVEN_UP or DONE."""

    ENGAGE = ord("E")
    """Said before anything leaves that can lead to output."""
    RENEW = ord(".")
    REST = ord("R")
    """A halt is confirmed."""
    BACK = ord("B")
    """It lives again after it was found stalled, has latched and halts for itself."""
    DONE = ord("D")
    GIVEN_UP = ord("G")
    """Its halt is unconfirmed, and it goes or its line is dead."""


class Phase(Enum):
    """What the keeper is doing."""

    RESTING = "resting"
    """Nothing can flow: the end of the pipe is the end."""
    WATCHING = "watching"
    """Current may flow; the controller renews."""
    HALTING = "halting"
    HALTED = "halted"
    """Halted as far as the device says, and halted on."""
    LENT = "lent"
    """A session that may do better has the line, and no keeper yet."""
    OVER = "over"


class Why(Enum):
    """Why it took over."""

    NOTHING = ""
    DIED = "died"
    STALLED = "stalled"
    GIVEN_UP = "given_up"
    """The controller lives, and could not get its own halt confirmed."""


@dataclass(frozen=True, slots=True)
class Vigil:
    """The keeper's whole knowledge; times in ms of a clock that counts suspended time."""

    phase: Phase = Phase.RESTING
    why: Why = Why.NOTHING
    renewed_ms: int = 0
    taken_ms: int = 0
    halted_ms: int | None = None
    """When the last halt was written."""
    awaited: bool = False
    """Whether it is not answered yet."""
    answered: int = 0

    @property
    def acts(self) -> bool:
        """Whether the line is the keeper's: only then does it read and write."""
        return self.phase in (Phase.HALTING, Phase.HALTED)

    @property
    def confirmed(self) -> bool:
        return self.phase is Phase.HALTED


def told(vigil: Vigil, said: bytes, now_ms: int) -> Vigil:
    """What the controller said."""
    for word in said:
        match word:
            case Word.ENGAGE if vigil.phase in (Phase.RESTING, Phase.WATCHING):
                vigil = replace(vigil, phase=Phase.WATCHING, renewed_ms=now_ms)
            case Word.RENEW if vigil.phase is Phase.WATCHING:
                vigil = replace(vigil, renewed_ms=now_ms)
            case Word.REST if vigil.phase is Phase.WATCHING:
                vigil = replace(vigil, phase=Phase.RESTING)
            case Word.BACK if vigil.why is Why.STALLED:
                vigil = Vigil(Phase.WATCHING, renewed_ms=now_ms)
            case Word.DONE:
                vigil = replace(vigil, phase=Phase.OVER)
            case Word.GIVEN_UP if vigil.phase is not Phase.RESTING:
                vigil = replace(_taken(vigil, Why.GIVEN_UP, now_ms), why=Why.GIVEN_UP)
            case _:
                pass  # said to a keeper that has the line already, or means nothing
    return vigil


def ended(vigil: Vigil, now_ms: int) -> Vigil:
    """The pipe has ended: nobody is there any more who could stop the output."""
    match vigil.phase:
        case Phase.RESTING | Phase.OVER:
            return replace(vigil, phase=Phase.OVER)
        case _ if vigil.why is Why.GIVEN_UP:
            return vigil
        case _:
            return replace(_taken(vigil, Why.DIED, now_ms), why=Why.DIED)


def passed(vigil: Vigil, now_ms: int) -> Vigil:
    """Time has passed."""
    if vigil.phase is Phase.WATCHING and now_ms - vigil.renewed_ms > SILENT_MS:
        return _taken(vigil, Why.STALLED, now_ms)
    return vigil


def halt_due_ms(vigil: Vigil) -> int | None:
    """When the next halt is due, or will be if nothing more is said; None = none will."""
    if vigil.phase is Phase.WATCHING:
        return vigil.renewed_ms + SILENT_MS + 1
    if not vigil.acts:
        return None
    if vigil.halted_ms is None:
        return vigil.taken_ms
    return vigil.halted_ms + (STILL_MS if vigil.confirmed else AGAIN_MS)


def halt_written(vigil: Vigil, now_ms: int) -> Vigil:
    """A halt has gone out."""
    return replace(vigil, halted_ms=now_ms, awaited=True)


def answered(vigil: Vigil, data: bytes, mask: int, answer: int) -> Vigil:
    """What the device said while the line is the keeper's; `mask` has the bits that matter of the halt's `answer`."""
    for byte in data:
        if byte & mask != answer:
            vigil = replace(vigil, phase=Phase.HALTING, answered=0, awaited=False)
        elif vigil.awaited:
            count = min(vigil.answered + 1, ENOUGH)
            phase = Phase.HALTED if count == ENOUGH else Phase.HALTING
            vigil = replace(vigil, phase=phase, answered=count, awaited=False)
    return vigil


def wanted_by_another(vigil: Vigil, now_ms: int, *, heir: bool) -> Vigil:
    """Another program had or has the device's lock; `heir`: it opens a session of the same family, and waits."""
    if vigil.confirmed:
        return replace(vigil, phase=Phase.OVER)
    tried = now_ms - vigil.taken_ms >= GIVEN_AWAY_MS
    return replace(vigil, phase=Phase.LENT) if vigil.acts and tried and heir else vigil


def heir_is_kept(vigil: Vigil) -> Vigil:
    """The session that the line was lent to has a keeper of its own, and that is at work."""
    return replace(vigil, phase=Phase.OVER)


def taken_back(vigil: Vigil, now_ms: int) -> Vigil:
    """The session that the line was lent to has ended without one; the line is open here again."""
    return replace(vigil, phase=Phase.HALTING, taken_ms=now_ms, halted_ms=None, awaited=False, answered=0)


def refused(vigil: Vigil, since_ms: int, now_ms: int) -> Vigil:
    """The line cannot be had again, for the first time at `since_ms`."""
    return replace(vigil, phase=Phase.OVER) if now_ms - since_ms >= REFUSED_MS else vigil


def _taken(vigil: Vigil, why: Why, now_ms: int) -> Vigil:
    if vigil.acts or vigil.phase is Phase.OVER:
        return vigil
    return replace(vigil, phase=Phase.HALTING, why=why, taken_ms=now_ms, halted_ms=None, awaited=False, answered=0)
