"""Alarms: a pure fold over Views. What needs a person stays until its cause is gone AND a person has acknowledged it.

Laws: a FAULT or a CAUTION is never lost while its cause is there, and never goes before it was acknowledged;
acknowledging changes nothing but this fold (the session only notes it). A NOTE answers what a person has just done, who
is looking: it goes with its cause, which is that nothing was decided after it. What a state tells is read from the
state, what happened is read from the session's last decision.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from nmes.core.attended import PatientStop
from nmes.core.commands import Note
from nmes.core.events import PATIENT_LOST, PATIENT_RESTLESS
from nmes.core.view import RUNNING, STALE_MS, View, Word


class Level(StrEnum):
    """How much it matters; three classes and no more (product reference, 3.1) [design]."""

    FAULT = "fault"
    CAUTION = "caution"
    NOTE = "note"


_RANKS = tuple(Level)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alarm. `active`: its cause is there now. `note`: the decision that tells its values, if there was one."""

    level: Level
    code: str
    since_ms: int
    active: bool
    acknowledged: bool
    note: Note | None = None


ANSWER_OLD = "answer_old"
DIFFERS = "refused:read_back_differs"
ABSENT_SOON = "absent_soon"
ABSENT_WARNING_MS = 15_000
"""So long before the pause for want of a hand at the keys it is warned of; of a short limit half of it [design]."""
_FAULTS = frozenset(
    {
        *(
            "record",
            "unanswered",
            "link_lost",
            "unsure",
            "halt_unconfirmed",
            "program_error",
            PATIENT_LOST,
            PATIENT_RESTLESS,
        ),
        *("not_enabled", "wrong_device", "not_begun"),
    }
)
_CAUTIONS = frozenset(
    {
        *("operator_absent", "screen_silent", "record_slow", "felt_elsewhere"),
        *(DIFFERS, "refused:pad_smaller"),
    }
)
_NOTES = frozenset({"mark", "pad_larger", "read_back_skipped", "not_measured", "not_in_test", "test_incomplete"})
_FOR_GOOD = frozenset({"record", "link_lost", "wrong_device"})
"""A session cannot mend these: a record that failed stays broken, a line that is gone is not opened again."""
_PATIENT_STOPS = {PatientStop.LOST: PATIENT_LOST, PatientStop.RESTLESS: PATIENT_RESTLESS}
_ANSWERING = RUNNING | {Word.TITRATING}
"""Words in which the device is asked all the time; while it starts, its last answer is old because nothing was."""


def absent_soon(limit_ms: int, silent_ms: int) -> bool:
    """Whether the pause is near where nobody has touched a key for `silent_ms` and it comes after `limit_ms`."""
    return limit_ms - silent_ms <= min(ABSENT_WARNING_MS, limit_ms // 2)


def level_of(code: str) -> Level | None:
    """The class of a reason or decision; None if it is no alarm."""
    if code.startswith(("fault:", "guard:")) or code in _FAULTS:
        return Level.FAULT
    if code in _CAUTIONS or code in {ANSWER_OLD, ABSENT_SOON}:
        return Level.CAUTION
    return Level.NOTE if code in _NOTES or code.startswith("refused:") else None


def standing(view: View, *, absent_soon: bool = False) -> frozenset[str]:
    """The causes that are there now, as the state of the session tells them."""
    codes = {_reason(view.why)} if level_of(_reason(view.why)) else set()
    if view.word is Word.UNSURE and not codes:
        codes.add("unsure")
    if view.contradicted and view.word in {Word.SCREENING, Word.PLACING}:
        codes.add(DIFFERS)
    if view.halt_unconfirmed:
        codes.add("halt_unconfirmed")
    if view.patient_stop in _PATIENT_STOPS:
        codes.add(_PATIENT_STOPS[view.patient_stop])
    if view.word in _ANSWERING and (view.age_ms is None or view.age_ms > STALE_MS):
        codes.add(ANSWER_OLD)
    over = view.word in {Word.AFTER, Word.ENDED}  # nothing can pause any more
    return frozenset(codes | ({ABSENT_SOON} if absent_soon and not over else set()))


def told(note: Note | None) -> str:
    """The cause that a decision tells, "" if it tells none."""
    if note is None:
        return ""
    values = dict(note.values)
    match note.code:
        case "fault":
            code = f"fault:{values.get('fault', '')}"
        case "guard":
            code = f"guard:{values.get('rule', '')}"
        case "record_failed":
            code = "record"
        case "stop" | "pause" | "titration_left" | "start_left" | "unsure":
            code = _reason(str(values.get("why", "")))
        case code:
            pass
    return code if level_of(code) else ""


def _reason(why: str) -> str:
    """A STOP that nobody pressed is told by what sent it."""
    return why.removeprefix("stop:")


@dataclass(frozen=True, slots=True)
class Alarms:
    """Everything that was raised and is not both gone and acknowledged, oldest first."""

    all: tuple[Alarm, ...] = ()
    last: Note | None = None
    """The session's last decision that was looked at ..."""
    last_kept: Note | None = None
    """... and the last of those that the session keeps for the signature."""

    def next(self, view: View, *, absent_soon: bool = False) -> Alarms:
        """After this View. `absent_soon`: the pause for want of a hand at the keys is near, which no View tells."""
        for_good = {alarm.code for alarm in self.all if alarm.code in _FOR_GOOD}
        here = standing(view, absent_soon=absent_soon)
        active = here | for_good | {told(view.note)}
        alarms = tuple(replace(alarm, active=alarm.code in active) for alarm in self.all)
        for note in self._fresh(view):
            alarms = _with(alarms, note, view.now_ms, active)
        for code in sorted(here - {alarm.code for alarm in alarms}):
            alarms += (Alarm(level_of(code) or Level.CAUTION, code, view.now_ms, active=True, acknowledged=False),)
        last_kept = view.noted[-1] if view.noted else None
        return Alarms(tuple(alarm for alarm in alarms if not _over(alarm)), view.note, last_kept)

    def acknowledge(self, code: str) -> Alarms:
        """A person has seen it. It stays, quietly, for as long as its cause is there."""
        seen = (replace(alarm, acknowledged=True) if alarm.code == code else alarm for alarm in self.all)
        return replace(self, all=tuple(alarm for alarm in seen if not _over(alarm)))

    @property
    def shown(self) -> Alarm | None:
        """The one to show: the highest class that nobody has acknowledged, else the highest that still stands."""
        return min(self.all, key=lambda alarm: (alarm.acknowledged, *_rank(alarm)), default=None)

    @property
    def unacknowledged(self) -> tuple[Alarm, ...]:
        """Those that nobody has seen yet, highest first."""
        return tuple(alarm for alarm in sorted(self.all, key=_rank) if not alarm.acknowledged)

    def _fresh(self, view: View) -> tuple[Note, ...]:
        """The decisions since the last View: several fit between two, and those that matter are kept."""
        kept = view.noted
        since = next((at for at in range(len(kept), 0, -1) if kept[at - 1] is self.last_kept), 0)
        fresh = kept[since:]
        note = view.note
        known = note is None or note is self.last or any(note is one for one in kept)
        return fresh if known or note is None else (*fresh, note)


def _with(alarms: tuple[Alarm, ...], note: Note, now_ms: int, active: frozenset[str]) -> tuple[Alarm, ...]:
    """A decision has told something; an alarm that was seen is raised anew."""
    code = told(note)
    level = level_of(code)
    if level is None:
        return alarms
    if code.startswith("guard:") and any(a.level is Level.FAULT and a.active for a in alarms):
        return alarms  # the guard sees the consequence of what was told already, as session.py has it
    old = tuple(a for a in alarms if a.code == code)
    if level is not Level.NOTE and any(not alarm.acknowledged for alarm in old):
        return alarms
    others = (a for a in alarms if a.code != code)
    return (*others, Alarm(level, code, now_ms, active=code in active, acknowledged=False, note=note))


def _over(alarm: Alarm) -> bool:
    """Any key answers the question whether somebody is there: that is as good as seen."""
    answered = alarm.acknowledged or alarm.level is Level.NOTE or alarm.code == ABSENT_SOON
    return answered and not alarm.active


def _rank(alarm: Alarm) -> tuple[int, bool, bool]:
    """The class; of the faults that one first which wants a hand at the plug; what is so now before what is over."""
    return _RANKS.index(alarm.level), alarm.code != "halt_unconfirmed", not alarm.active
