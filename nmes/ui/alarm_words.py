"""The words of alarms: class, symbol, and one short sentence that fits a row of 80 columns.

Apart from the long sentences of `words`, which say what to do: those stand in the state line and the note line. A code
that has no short sentence is told by its long one.
"""

from __future__ import annotations

from typing import Final

from nmes.core.alarm import Alarm, Level
from nmes.language import _
from nmes.ui import words

SYMBOLS: Final = {Level.FAULT: "✖", Level.CAUTION: "!", Level.NOTE: "i"}
LEVELS: Final = {Level.FAULT: _("FAULT"), Level.CAUTION: _("CAUTION"), Level.NOTE: _("NOTE")}
ACKNOWLEDGES: Final = _("F8 acknowledges")
ACKNOWLEDGED: Final = _("acknowledged")

ALARMS: Final = {
    "record": _("Record broken: nothing may start."),
    "record_slow": _("Record too slow: nothing was raised."),
    "unanswered": _("The stimulator did not answer."),
    "not_enabled": _("The stimulator did not switch on."),
    "link_lost": _("Line to the stimulator lost."),
    "wrong_device": _("Not a stimulator this program knows."),
    "not_begun": _("The session could not be opened."),
    "unsure": _("Not known what the stimulator does."),
    "halt_unconfirmed": _("STOP UNCONFIRMED: stimulator OFF."),
    "program_error": _("The program had a fault."),
    "patient_lost": _("The patient's own stop is gone."),
    "patient_restless": _("The patient's own stop never rests."),
    "fault:electrode": _("Electrode off or loose."),
    "fault:pulse_timeout": _("A pulse took too long."),
    "fault:low_current": _("Current not delivered."),
    "fault:channel_silent": _("A channel does not stimulate."),
    "fault:not_initialised": _("The stimulator switched itself off."),
    "fault:refused": _("The stimulator refused."),
    "fault:emergency_stop": _("Emergency switch pressed or missing."),
    "fault:module": _("Stimulation module faulty."),
    "fault:restarted": _("The stimulator had restarted."),
    "fault:stray": _("An answer nobody had asked for."),
    "operator_absent": _("Paused: nobody at the keys."),
    "screen_silent": _("Paused: this screen did not answer."),
    "answer_old": _("No answer for over 1 s."),
    "absent_soon": _("ARE YOU THERE? Press any key, or it pauses."),
    "felt_elsewhere": _("Felt elsewhere: levels are void."),
    "refused:read_back_differs": _("Read back differs: wrong patient or side?"),
    "refused:pad_smaller": _("Pad too small."),
}
_GUARD: Final = _("The safety guard stopped the output.")


def alarm_sentence(alarm: Alarm) -> str:
    """What it is, shortly; a NOTE in the words of the decision."""
    told = alarm.note is not None and not _short(alarm.code)
    return words.note_words(alarm.note) if told else code_sentence(alarm.code)


def code_sentence(code: str) -> str:
    """What an alarm of this code is, shortly, where its decision is not at hand, as in a record."""
    return _short(code) or words.why(code)


def _short(code: str) -> str:
    if code == "guard:written_late":
        return _("This computer was too busy to send in time.")
    return _GUARD if code.startswith("guard:") else ALARMS.get(code, "")


def alarm_line(alarm: Alarm) -> str:
    """Class and sentence in one line, as a log or a screen reader gets it."""
    return f"{SYMBOLS[alarm.level]} {LEVELS[alarm.level]}: {alarm_sentence(alarm)}"
