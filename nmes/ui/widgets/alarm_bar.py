"""The alarm row: one alarm with symbol, word and colour, how many wait behind it, and the key that acknowledges.

Law: it shows what the fold of core.alarm says and decides nothing; with no alarm it takes no room. A NOTE stands in the
note line below, in full, and is not said twice.
"""

from __future__ import annotations

from textual.widgets import Static

from nmes.core.alarm import Alarm, Alarms, Level
from nmes.ui.alarm_words import ACKNOWLEDGED, ACKNOWLEDGES, LEVELS, SYMBOLS, alarm_sentence


class AlarmBar(Static):
    """One row above the note line. An acknowledged alarm whose cause is still there stays, without its colour."""

    DEFAULT_CSS = """
    AlarmBar {
        height: 1; width: 100%; padding: 0 1; text-style: bold; display: none;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    AlarmBar.-shown { display: block; }
    AlarmBar.-fault { background: $alarm; color: $alarm-text; }
    AlarmBar.-caution { background: $caution; color: $caution-text; }
    AlarmBar.-acknowledged { background: $boost; color: $text; text-style: none; }
    """

    def __init__(self) -> None:
        super().__init__("", markup=False)
        self._line = ""

    def show(self, alarms: Alarms) -> None:
        """What stands now; cheap when nothing has changed."""
        line = alarm_row(alarms)
        if line == self._line:
            return
        self._line, alarm = line, _loudest(alarms)
        self.set_class(alarm is not None, "-shown")
        self.set_class(alarm is not None and alarm.acknowledged, "-acknowledged")
        for level in Level:
            self.set_class(alarm is not None and not alarm.acknowledged and alarm.level is level, f"-{level}")
        self.update(line)


def alarm_row(alarms: Alarms) -> str:
    """`✖ FAULT  Electrode off or loose.  +1  F8 acknowledges`; "" for no alarm. What to press comes before what may
    be cut off at the edge: the sentence stands last."""
    alarm = _loudest(alarms)
    if alarm is None:
        return ""
    waiting = [one for one in alarms.unacknowledged if one.level is not Level.NOTE]
    more = len(waiting) - (not alarm.acknowledged)
    state = ACKNOWLEDGED if alarm.acknowledged else ACKNOWLEDGES
    head = f"{SYMBOLS[alarm.level]} {LEVELS[alarm.level]}{f' +{more}' if more else ''}"
    return f"{head} · {state} · {alarm_sentence(alarm)}"


def _loudest(alarms: Alarms) -> Alarm | None:
    """The FAULT or CAUTION to show; an acknowledged one that still stands comes before nothing."""
    alarm = alarms.shown
    if alarm is None or alarm.level is not Level.NOTE:
        return alarm
    return next((one for one in alarms.all if one.level is not Level.NOTE), None)
