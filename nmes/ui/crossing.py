"""The question that is asked before a level passes a mark (the last session's level, or the target), and the Enter
that answers it.

Law: Enter confirms the very step that was refused, once, and only a question that has stood long enough to be read: it
counts from the moment it was painted to the one at which Enter was read, however late either is dealt with. Any other
key, another decision of the session, a STOP or four idle seconds take the question away. Pure, like the lock of the +
key: both are folds over what a hand did and when.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from nmes.core.commands import Note
from nmes.core.events import Accept, Increase
from nmes.core.view import View, Word
from nmes.language import _
from nmes.ui.numbers import ma
from nmes.ui.plus_key import HELD_MS, RELOCK_MS

REFUSED: Final = frozenset({"refused:mark", "refused:over_first"})
READ_MS: Final = 300
"""An Enter that comes sooner than this after the question stood there was typed without having read it [design]."""
_LIVE: Final = frozenset({Word.TITRATING, Word.ON, Word.RAMP_UP, Word.RAMP_DOWN, Word.REST})


@dataclass(frozen=True, slots=True)
class Question:
    """This step, or accepting this level, would pass this mark.

    On the clock of the hand: `since_ms`, when it arose, and when it was painted.
    """

    step: Increase | Accept
    channel: int
    mark_ua: int
    to_ua: int
    kind: str
    since_ms: int
    painted_ms: int | None = None

    @property
    def confirmed(self) -> Increase | Accept:
        """The step with the mark that it may pass: the channel of the mark first, those linked to it behind it."""
        if isinstance(self.step, Accept):
            return replace(self.step, over_ua=self.mark_ua)
        all_of_it = (self.step.channel, *self.step.linked)
        others = tuple(channel for channel in all_of_it if channel != self.channel)
        return Increase(self.channel, self.step.epoch, self.mark_ua, others)


@dataclass(frozen=True, slots=True)
class Crossing:
    """The last + or accept that was sent, the session's decision looked at last, and the question, if one stands."""

    pressed: Increase | Accept | None = None
    seen: Note | None = None
    question: Question | None = None
    entered_ms: int | None = None
    confirmed: Increase | Accept | None = None
    """The step that Enter sent last, until the session has answered it."""
    stuck: bool = False
    """That step was refused for a mark of another channel linked to it: one Enter confirms one mark only."""

    @property
    def asked(self) -> Increase | Accept | None:
        """The step that is asked about, or may still be refused and asked about."""
        return self.question.step if self.question is not None else self.pressed

    def sent(self, step: Increase | Accept) -> Crossing:
        """A + or an accept left for the session: only a refusal of this one may ask."""
        return replace(self, pressed=step, question=None, confirmed=None, stuck=False)

    def dropped(self) -> Crossing:
        """Another key: nothing is asked any more, and no late refusal may ask."""
        return replace(self, pressed=None, question=None, confirmed=None, stuck=False)

    def shown(self, view: View, now_ms: int) -> Crossing:
        """After this View. A decision is looked at once, so that an answered question never comes back by itself."""
        note = view.note
        if note is not self.seen:
            refused = note is not None and note.code in REFUSED
            asked, stuck = self._asked(note, now_ms), refused and self.confirmed is not None
            fresh = replace(self, seen=note, question=asked, confirmed=None, stuck=stuck)
            return replace(fresh, pressed=None) if asked else fresh
        question = self.question
        if question is None:
            return self
        over = view.epoch != question.step.epoch or view.word not in _LIVE or now_ms - question.since_ms >= RELOCK_MS
        return self.dropped() if over else self

    def painted(self, now_ms: int) -> Crossing:
        """The question that stands can be seen from now on."""
        question = self.question
        if question is None or question.painted_ms is not None:
            return self
        return replace(self, question=replace(question, painted_ms=now_ms))

    def _asked(self, note: Note | None, now_ms: int) -> Question | None:
        if note is None or note.code not in REFUSED or self.pressed is None:
            return None
        values = dict(note.values)
        channel = int(values["channel"])
        if isinstance(self.pressed, Increase) and channel not in {self.pressed.channel, *self.pressed.linked}:
            return None
        mark_ua, to_ua, kind = int(values["mark_ua"]), int(values["to_ua"]), str(values["kind"])
        return Question(self.pressed, channel, mark_ua, to_ua, kind, now_ms)

    def entered(self, read_ms: int, epoch: int) -> tuple[Crossing, Increase | Accept | None]:
        """Enter was read then: the confirmed step, or None where nothing could be read yet, it is held, or older."""
        held = self.entered_ms is not None and read_ms - self.entered_ms < HELD_MS
        after, question = replace(self, entered_ms=read_ms), self.question
        if question is None or question.painted_ms is None or epoch != question.step.epoch:
            return after, None
        if held or read_ms - question.painted_ms < READ_MS:
            return after, None
        return replace(after.dropped(), confirmed=question.confirmed), question.confirmed


def question_words(question: Question, last_utc: str = "") -> str:
    """Two lines: the value read back, and what Enter does."""
    return f"{_over(question, last_utc)}\n{_what_enter_does(question)}"


def _over(question: Question, last_utc: str) -> str:
    values = {"channel": question.channel, "to": ma(question.to_ua), "mark": ma(question.mark_ua), "day": last_utc[:10]}
    if question.kind == "first":
        said = _("Channel {channel}: {to} mA is over a FIRST SESSION's target of {mark} mA.")
    elif question.kind == "target":
        said = _("Channel {channel}: {to} mA is over the TARGET of {mark} mA.")
    elif last_utc:
        said = _("Channel {channel}: {to} mA is over the LAST SESSION's level of {mark} mA ({day}).")
    else:
        said = _("Channel {channel}: {to} mA is over the LAST SESSION's level of {mark} mA.")
    return said.format(**values)


def _what_enter_does(question: Question) -> str:
    if isinstance(question.step, Accept):
        return _("Enter   accept {to} mA all the same.   Any other key: not now.").format(to=ma(question.to_ua))
    if question.step.linked:
        channels = ", ".join(map(str, sorted((question.step.channel, *question.step.linked))))
        said = _("Enter   channels {channels} go one step up together.   Any other key: not now.")
        return said.format(channels=channels)
    return _("Enter   one step, to {to} mA.   Any other key: not now.").format(to=ma(question.to_ua))
