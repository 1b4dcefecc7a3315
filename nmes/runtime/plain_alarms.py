"""Alarms in the line mode: one line when one is raised, `ack` when it was heard. The fold is core.alarm's.

NOTEs and the question whether somebody is there are lines of their own already, so they are not told twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nmes.core.alarm import ABSENT_SOON, Alarm, Alarms, Level
from nmes.core.events import Acknowledged
from nmes.core.view import View
from nmes.language import _
from nmes.runtime.plain_heard import Heard, post, say


class PlainAlarms:
    """Remembers which alarms have been told."""

    def __init__(self, words: Callable[[Alarm], str]) -> None:
        self._words = words
        self._alarms = Alarms()

    def look(self, view: View) -> list[str]:
        """A line for each alarm that is new."""
        before = {(alarm.code, alarm.since_ms) for alarm in self._alarms.all}
        self._alarms = self._alarms.next(view)
        new = (alarm for alarm in self._loud() if (alarm.code, alarm.since_ms) not in before)
        return [_("{alarm} Type ack to acknowledge.").format(alarm=self._words(alarm)) for alarm in new]

    def status(self) -> list[str]:
        """Every alarm that stands or was not acknowledged."""
        return [self._words(alarm) for alarm in self._alarms.all if alarm.level is not Level.NOTE]

    def acknowledge(self) -> Heard:
        """The most urgent one is acknowledged; nothing else happens."""
        alarm = next(iter(self._loud()), None)
        if alarm is None:
            return say(_("There is no alarm to acknowledge."))
        self._alarms = self._alarms.acknowledge(alarm.code)
        return post(Acknowledged(alarm.code))

    def _loud(self) -> Iterator[Alarm]:
        return (a for a in self._alarms.unacknowledged if a.level is not Level.NOTE and a.code != ABSENT_SOON)
