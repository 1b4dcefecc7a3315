"""What every part of a report is made from: the story, the plan it had, and the words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from nmes.core.corrections import corrections
from nmes.core.view import View
from nmes.language import _
from nmes.record.errors import RecordError
from nmes.record.happening import At, Happening
from nmes.record.ledger import read
from nmes.record.story import Story
from nmes.reports.planned import Planned, planned
from nmes.reports.wording import Wording

STARTS: Final = {
    "Titrate": _("A level is looked for, from 0."),
    "Start": _("The treatment is started, from 0."),
    "Resume": _("The treatment goes on after the pause, from 0."),
}
"""By the event."""
TEST_STARTS: Final = STARTS | {
    "Start": _("The test is started, from 0."),
    "Resume": _("The test goes on after the pause, from 0."),
}
"""The same where something is measured."""


@dataclass(frozen=True, slots=True)
class Told:
    """`planned` is None where the record's protocol cannot be read any more, `end` where it cannot be led again."""

    story: Story
    words: Wording
    planned: Planned | None
    end: View | None = None
    """What the screen showed at the end of the session; None where it cannot be told."""
    course: tuple[tuple[str, str], ...] = ()
    """What is known of the course of care it belongs to, as names and sentences."""
    zone: tzinfo | None = None
    """Of the place, for days that are told to a patient; None = the computer's."""
    corrected: Mapping[int, str] = field(default_factory=dict, hash=False)
    """What is right instead of entries that were corrected since, by their numbers."""

    def when(self, at: At) -> str:
        """Time since the session was opened: `4:05`."""
        return self.words.clock(at.t_ms)

    def said(self, one: Happening) -> str:
        """A decision as the screen said it; a start by what it started and a STOP by what stopped it."""
        return self.as_corrected(self._said(one), one.at)

    def as_corrected(self, said: str, at: At) -> str:
        """With what is right, where its entry was corrected since."""
        right = self.corrected.get(at.seq)
        return said if right is None else _("{what} CORRECTED since: {right}").format(what=said, right=right)

    def _said(self, one: Happening) -> str:
        if one.code == "intent" and one.event in STARTS:
            is_test = self.planned is not None and self.planned.plan.assessment
            return (TEST_STARTS if is_test else STARTS)[one.event]
        if one.code == "stop" and one.value("why"):
            return self.words.why(str(one.value("why")))
        return self.words.decision(one.code, one.values)

    def muscle(self, channel: int) -> str:
        """The muscle of a channel, with its side as the screens told it; without a plan as the record names it."""
        for one in self.planned.plan.channels if self.planned else ():
            if one.channel == channel:
                return self.words.muscle(one.named)
        muscles = self.story.opened.muscles if self.story.opened else ()
        return self.words.muscle(muscles[channel - 1]) if 0 < channel <= len(muscles) else ""

    @property
    def began(self) -> At | None:
        """When the treatment was started first; None if it never was."""
        return next((one.at for one in self.story.happenings if one.event == "Start" and one.code == "intent"), None)

    def entry(self, at: At) -> str:
        """The entry a value is from."""
        return str(at.seq)


def told_of(story: Story, words: Wording) -> Told:
    """With what other files say of this session, read now."""
    made = planned(story.opened) if story.opened else None
    end, course = words.end_of(story.path), tuple(words.course(story))
    return Told(story, words, made, end, course, corrected=corrected_in(story))


def corrected_in(story: Story) -> Mapping[int, str]:
    """What is right instead of entries of a session that were corrected since; nothing where that cannot be read, which
    the course of care tells.
    """
    try:
        return corrections(read(story.path.parent.parent, story.kind).entered).get(story.session, {})
    except RecordError:
        return {}


def channel_words(channel: object) -> str:
    return _("Channel {channel}").format(channel=channel)
