"""Every word the screens say about a session, in one place: codes in, plain English out.

A code without words here would reach a therapist as a code; a test holds the list against the session's own. Sentences
are whole, never put together from parts, so that they can be translated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from nmes.core.commands import Note
from nmes.core.measurement import Who
from nmes.core.protocol import Protocol
from nmes.core.screening import CATALOGUE, Blocked, Clear, Outcome, ReviewFirst, Warned
from nmes.core.view import Electrode, Output, View, Word
from nmes.runtime.measured_words import measured_sentence, not_reached_sentence, range_sentence
from nmes.ui.numbers import age, ma

SIMULATION: Final = "SIMULATION: no patient is connected"
NOT_SIMULATION: Final = "REAL STIMULATOR: current can flow"
STATEMENT: Final = (
    "Not a medical device. The P24 is a research stimulator. Only for trained people, who supervise throughout. "
    "A software STOP is not an emergency stop."
)
POWER_HINT: Final = "Not an emergency stop. If it fails: stimulator off, or pull its cable."
TOO_SMALL: Final = "Window under 80x24: nothing can start"
CANNOT_TELL: Final = (
    "Below {floor} mA the stimulator cannot tell whether a pad is off: look at the pads and ask the patient."
)
UNCONFIRMED: Final = "STOP UNCONFIRMED. Switch the stimulator OFF, or pull its cable, NOW."


class Tone(StrEnum):
    """How a state looks; always beside its word and symbol, never instead of them."""

    CALM = "calm"
    LIVE = "live"
    HELD = "held"
    ALARM = "alarm"


@dataclass(frozen=True, slots=True)
class StateWords:
    """A state as a symbol, a word and a tone."""

    symbol: str
    word: str
    tone: Tone

    def __str__(self) -> str:
        return f"{self.symbol} {self.word}"


_STATES: Final = {
    Word.CONNECTING: StateWords("…", "CONNECTING", Tone.CALM),
    Word.SCREENING: StateWords("○", "SCREENING", Tone.CALM),
    Word.PLACING: StateWords("○", "PLACING", Tone.CALM),
    Word.READY: StateWords("○", "READY", Tone.CALM),
    Word.STARTING: StateWords("△", "STARTING FROM 0", Tone.HELD),
    Word.TITRATING: StateWords("●", "FINDING THE LEVEL", Tone.LIVE),
    Word.RAMP_UP: StateWords("▲", "RAMP UP", Tone.LIVE),
    Word.ON: StateWords("●", "ON", Tone.LIVE),
    Word.RAMP_DOWN: StateWords("▼", "RAMP DOWN", Tone.LIVE),
    Word.REST: StateWords("–", "REST", Tone.CALM),
    Word.RESUMING: StateWords("△", "RESUMING FROM 0", Tone.LIVE),
    Word.HALTING: StateWords("▽", "GOING TO 0", Tone.HELD),
    Word.PAUSED: StateWords("‖", "PAUSED", Tone.HELD),
    Word.STOPPED: StateWords("■", "STOPPED", Tone.HELD),
    Word.UNSURE: StateWords("?", "UNSURE", Tone.ALARM),
    Word.ENDED: StateWords("□", "ENDED", Tone.CALM),
}
FAULT: Final = StateWords("✖", "FAULT", Tone.ALARM)


def state_words(view: View) -> StateWords:
    """The state in words; a stop that nobody asked for is a FAULT."""
    if view.word in {Word.STOPPED, Word.HALTING} and _nobody_asked(view.why):
        return FAULT
    state = _STATES[view.word]
    return replace(state, tone=Tone.ALARM) if view.halt_unconfirmed else state


def _nobody_asked(why_code: str) -> bool:
    return why_code.startswith(("fault:", "guard:")) or why_code in {
        "record",
        "unanswered",
        "not_enabled",
        "halt_unconfirmed",
        "program_error",
    }


_WHYS: Final = {
    "": "",
    "operator": "Paused by you.",
    "screen_silent": "Paused: this screen had stopped answering.",
    "operator_absent": "Paused: nobody had touched a key for too long.",
    "ended_early": "Ended before its time.",
    "complete": "Complete.",
    "assessed": "Measured: the test is over.",
    "incomplete": "The test is over, but was not given up to its cap: it has measured nothing.",
    "cramp": "Paused: CRAMP was pressed while no train was running.",
    "record": "The record can no longer be written. Without a record there is no stimulation.",
    "record_slow": "The record is too slow: nothing was raised.",
    "not_begun": "The session could not be opened: nothing was stimulated.",
    "not_enabled": "The stimulator did not switch its output on in time.",
    "unanswered": "The stimulator did not answer.",
    "link_lost": "The line to the stimulator is gone.",
    "halt_unconfirmed": UNCONFIRMED,
    "wrong_device": "What answered is not a stimulator this program knows.",
    "program_error": "The program had a fault and stopped the output.",
    "stop:key": "STOP was pressed.",
    "stop:mouse": "STOP was clicked.",
    "stop:palette": "STOP was chosen in the command list.",
    "stop:quit": "The program was told to quit.",
    "stop:input_ended": "The typed lines ended before the session did.",
    "stop:terminal": "The terminal was closed or failed.",
    "stop:program_error": "The program had a fault and stopped the output.",
    "stop:SIGHUP": "The terminal was closed.",
    "stop:SIGTERM": "The computer asked the program to end.",
    "stop:SIGINT": "The program was interrupted.",
    "fault:electrode": "The stimulator reports an electrode that is off or loose.",
    "fault:pulse_timeout": "The stimulator reports that a pulse took too long.",
    "fault:low_current": "The stimulator could not deliver the current: check electrodes and cables.",
    "fault:channel_silent": "The stimulator reports a channel that does not stimulate.",
    "fault:not_initialised": "The stimulator had switched itself off.",
    "fault:refused": "The stimulator refused what it was asked for.",
    "guard:channel_active": "The safety guard stopped the output: a channel was active that should not be.",
    "guard:pulse_shape": "The safety guard stopped the output: the pulse was not the one that was confirmed.",
}


def why(code: str) -> str:
    """Why it paused, stopped or ended, as a sentence; "" for no reason."""
    if code in _WHYS:
        return _WHYS[code]
    if code.startswith("guard:"):
        return f"The safety guard stopped the output (rule: {code.removeprefix('guard:').replace('_', ' ')})."
    if code.startswith("stop:"):
        return f"Stopped ({code.removeprefix('stop:')})."
    return f"Stopped ({code.replace('_', ' ').replace(':', ': ')})."


NOTES: Final = {
    "refused:not_screening": "The checklist is not open now.",
    "refused:not_placing": "Electrodes are not being placed now.",
    "refused:stale": "Not done: the session was stopped or changed after you pressed that key.",
    "refused:screening_blocked": "DO NOT STIMULATE: {codes}",
    "refused:screening_review_first": "MEDICAL REVIEW FIRST. Who reviewed it, and why go on? {codes}",
    "refused:screening_needs_reason": "A reason is needed for each of these: {codes}",
    "refused:no_such_slot": "Channel {channel} has no such level in this plan.",
    "refused:not_ready": "Not now: the output has to be off and confirmed first.",
    "refused:level_missing": "Channel {channel} has no level yet. Find it first.",
    "refused:not_paused": "There is nothing to resume.",
    "refused:record_broken": "The record cannot be written, so nothing may start.",
    "refused:only_in_hold": "Increase only while channel {channel} is fully ON, not in a ramp or a rest.",
    "refused:not_live": "Nothing is live there to change.",
    "refused:too_fast": "Too fast: at most 2 mA per second. Press once and wait.",
    "refused:not_confirmed_yet": "Wait: the stimulator has not confirmed the last change of channel {channel} yet.",
    "refused:not_felt_yet": "Not yet: the whole sweep has to be felt at this level first.",
    "refused:ceiling": "This is the most channel {channel} may get: {ceiling_ua}.",
    "refused:increase_dropped": "Not increased: the ON phase of channel {channel} was over.",
    "refused:record_slow": "The record is too slow: nothing was raised.",
    "refused:level_zero": "The level is 0. Increase it first, or leave this channel.",
    "refused:amplitude_is_measured": "An amplitude is measured here and now, while it is felt; it cannot be typed.",
    "refused:value_range": "That value cannot be right.",
    "refused:over_target": "Over the ceiling of this protocol: at most {ceiling_ua} on channel {channel}, a share "
    "of the most that is tolerated.",
    "refused:fixed_in_test": "Not during the test: its level stays the same from the first train to the last.",
    "refused:over": "The session is over.",
    "measured": "Measured.",
    "not_reached": "No cramp was told up to the cap.",
    "test_incomplete": "The test was not given up to its cap at its level: it has measured nothing. What was measured "
    "before stays in force.",
    "not_measured": "NOT MEASURED: the output was already stopped, so no train was running. The cramp is noted. "
    "Run the test again.",
    "not_in_test": "NOT MEASURED: no train of the test has run yet, so this cramp is no result. It is noted.",
    "screening_clear": "Checklist complete, asked by {by}.",
    "intent": "Written to the record; starting from 0.",
    "increase": "Channel {channel} up to {to_ua}.",
    "level": "Level of channel {channel} confirmed: {level_ua}.",
    "lowered": "Lowered: channel {channel} goes on with {level_ua}.",
    "titration_left": "Left without a level.",
    "start_left": "The start was called off.",
    "pause": "Paused. The output goes to 0.",
    "stop": "Every level must be found again.",
    "unsure": "It is not known what the stimulator does. It is being told to stop.",
    "fault": "The stimulator reported a fault (channel {channel}, its number {result}).",
    "unanswered": "The stimulator did not answer.",
    "link_lost": "The line to the stimulator is gone: {reason}",
    "wrong_device": "This is not a stimulator the program knows: {reason}",
    "guard": "The safety guard stopped the output: {detail}",
    "record_failed": "The record failed: {reason}",
    "record_slow": "The record is too slow: nothing was raised.",
    "mark": "Noted: {kind}.",
    "dose": "",
    "locked": "+ is locked. Press u (or -) to unlock it.",
    "held": "One press, one step: do not hold the key.",
    "small": TOO_SMALL + ".",
    "all_levels": "All levels are set. Press s to start the treatment from 0.",
    "level_there": "This level is set. t finds it again, from 0.",
    "confirm_each": "Confirm every channel first.",
    "name_missing": "Write who asked the questions.",
    "no_name": '"{text}" is no name: two different letters at least, and no answer or command. Write who asked.',
    "no_reason": '"{text}" is no reason and no name: two different letters at least, and no answer or command.',
    "of_a_word": "Not counted: letters as fast as a word is typed. Here y, n and u are answers; Tab goes to the name.",
    "answers_missing": "{open} of {all} questions have no answer yet.",
}
"""By code; the last block are the screens' own."""


def sentence(code: str, **values: int | str) -> str:
    """The sentence of a code with its values; a code that has none is shown as it is."""
    whole = _WHOLE.get(code)
    if whole is not None:
        return whole(values)
    said = {name: _value(name, value) for name, value in values.items()}
    template = NOTES.get(code)
    return code.replace("_", " ").replace(":", ": ") if template is None else template.format_map(_Known(said))


_WHOLE: Final[dict[str, Callable[[Mapping[str, int | str]], str]]] = {
    "measured": measured_sentence,
    "not_reached": lambda values: not_reached_sentence(int(values["cap_mhz"])),
    "refused:value_range": range_sentence,
    "refused:not_felt_yet": lambda values: (
        f"Not yet: the whole sweep has to be felt at this level first. Wait {-(-int(values['wait_ms']) // 1000)} s."
    ),
}
"""Sentences whose words depend on their values."""


def note_words(note: Note | None) -> str:
    """The last decision of the session, "" if there was none."""
    return "" if note is None else sentence(note.code, **dict(note.values))


def is_refusal(note: Note | None) -> bool:
    return note is not None and note.code.startswith("refused:")


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def _value(name: str, value: int | str) -> str:
    if isinstance(value, int):
        return f"{ma(value)} mA" if name.endswith("_ua") else str(value)
    return " ".join(_question(code) for code in value.split()) if name == "codes" else value


def _question(code: str) -> str:
    return CATALOGUE[code].question if code in CATALOGUE else f"({code})"


_TARGETS: Final = {
    "sensory_threshold": "the lowest level that is felt",
    "strong_comfortable": "strong but comfortable, no contraction needed",
    "motor_threshold": "a visible twitch",
    "visible_tetanic": "a visible, steady contraction",
    "pct_mvic": "{percent} % of the patient's own strongest contraction",
    "pct_max_tolerated": "{percent} % of the most the patient tolerates",
    "max_tolerated": "the most the patient tolerates",
}
_COME_DOWN: Final = (
    " Find that most first, then come down to {percent} % of it BEFORE you accept: "
    "accepting makes the present amplitude the level."
)


def target_words(protocol: Protocol) -> str:
    """What to look for while the level is found, and how where that is more than going up."""
    intensity = protocol.intensity
    target = _TARGETS[intensity.target].format(percent=intensity.percent)
    ceiling = f", never over {intensity.ceiling_percent} %" if intensity.ceiling_percent else ""
    how = _COME_DOWN.format(percent=intensity.percent) if intensity.target == "pct_max_tolerated" else ""
    return f"Target: {target}{ceiling}.{how} {intensity.note.rstrip('.')}."


def who_words(who: Who) -> str:
    """Patient code and side as every step shows them: `P-017 LEFT`; "" for nobody."""
    return " ".join(filter(None, (who.code, who.side.upper())))


def still_words(who: Who) -> str:
    """Said before the next session, whose fields hold the last one's patient; "" for nobody."""
    return f"! Still for {who_words(who)}: w changes the code, s the side." if who_words(who) else ""


OUTPUTS: Final = {
    Output.OFF: "Output OFF, confirmed",
    Output.ON: "Output ON, confirmed",
    Output.ENABLED: "Output at 0, high voltage on, confirmed",
    Output.UNKNOWN: "Output UNKNOWN",
}


def output_words(view: View) -> str:
    """What is known of the output, with the age of the knowledge; it says OFF only when the device has."""
    said = OUTPUTS[view.output]
    return said if view.output is Output.UNKNOWN else f"{said} {age(view.age_ms)}"


def contact_words(view: View, electrode: Electrode) -> str:
    """What the stimulator can tell of the electrodes."""
    match electrode:
        case Electrode.OK:
            return "no fault reported"
        case Electrode.CANNOT_TELL:
            return f"cannot tell below {view.plan.capabilities.electrode_floor_ua // 1000} mA"
        case _:
            assert_never(electrode)


def _first_of(codes: tuple[str, ...]) -> str:
    return _question(codes[0]) + (f" (and {len(codes) - 1} more)" if codes[1:] else "")


def answered_fast(hasty: int, answers: int) -> str:
    """A checklist answered faster than it can be read."""
    return f"! {hasty} of {answers} answers came within 1 s of the one before: was each question asked? Look again."


def judgement(outcome: Outcome, *, whole: bool, in_spite: int = 0) -> str:
    """What the answers mean so far; `whole` when none is missing; `in_spite`: of so many it is gone on all the same."""
    match outcome:
        case Blocked(codes=codes):
            return f"✖ DO NOT STIMULATE: {_first_of(codes)}"
        case ReviewFirst(codes=codes):
            return f"‖ MEDICAL REVIEW FIRST. Who reviewed it, and why go on? {_first_of(codes)}"
        case Warned(codes=codes):
            return f"! A reason is needed: {_first_of(codes)}"
        case Clear() if not whole:
            return ""
        case Clear():
            so_far = f"! Going on in spite of {in_spite}." if in_spite else "✓ Nothing speaks against it."
            return f"{so_far} Enter or Tab: write who asked; then F2."
        case _:
            assert_never(outcome)
