"""What every part of a report is made from: the story, the plan it had, and the words."""

from __future__ import annotations

from dataclasses import dataclass

from nmes.core.view import View
from nmes.language import _
from nmes.record.happening import At, Happening
from nmes.record.story import Story
from nmes.reports.planned import Planned
from nmes.reports.wording import Wording


@dataclass(frozen=True, slots=True)
class Told:
    """`planned` is None where the record's protocol cannot be read any more, `end` where it cannot be led again."""

    story: Story
    words: Wording
    planned: Planned | None
    end: View | None = None

    def when(self, at: At) -> str:
        """Time since the session was opened: `4:05`."""
        return self.words.clock(at.t_ms)

    def said(self, one: Happening) -> str:
        """A decision as the screen said it."""
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


def channel_words(channel: object) -> str:
    return _("Channel {channel}").format(channel=channel)
