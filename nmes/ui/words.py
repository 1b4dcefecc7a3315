"""Every word the screens say about a session, in one place: codes in, sentences in the chosen language out.

A code without words here would reach a therapist as a code; a test holds the list against the session's own. Sentences
are whole, never put together from parts, so that they can be translated.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, assert_never

from nmes.core.attended import PatientStop
from nmes.core.capabilities import ElectrodeFeedback
from nmes.core.commands import Note
from nmes.core.events import PATIENT_LOST
from nmes.core.measurement import Who
from nmes.core.protocol import Intensity, Protocol
from nmes.core.screening import CATALOGUE, Blocked, Clear, Outcome, ReviewFirst, Warned
from nmes.core.view import Electrode, Output, View, Word
from nmes.language import _
from nmes.runtime.families import DEFAULT
from nmes.runtime.measured_words import measured_sentence, not_reached_sentence, range_sentence
from nmes.ui import attended_words
from nmes.ui.mark_words import MARKS, mark_words
from nmes.ui.names import muscle_words, side_words
from nmes.ui.numbers import age, ma

SIMULATION: Final = _("SIMULATION: no patient is connected")
NOT_SIMULATION: Final = _("REAL STIMULATOR: current can flow")
STATEMENT: Final = _(
    "Not a medical device. The P24 is a research stimulator. Only for trained people, who supervise throughout. "
    "A software STOP is not an emergency stop."
)
OF_ANOTHER: Final = _(
    "Not a medical device: the {model} is worked through its interface for research. Only for trained people, who "
    "supervise throughout. A software STOP is not an emergency stop."
)
POWER_HINT: Final = _("Not an emergency stop. If it fails: stimulator off, or pull its cable.")
TOO_SMALL: Final = _("Window under 80x24: nothing can start")
CANNOT_TELL: Final = _(
    "Below {floor} mA the stimulator cannot tell whether a pad is off: look at the pads and ask the patient."
)
BUTTON_HINT: Final = _("If it fails: press the EMERGENCY BUTTON. This device does not stop by itself.")
"""Instead of it where the device has no dead-man: pulling the line's cable would leave it on."""
PRESS: Final = _("STOP UNCONFIRMED. Press the EMERGENCY BUTTON NOW.")
"""The same for a halt that nobody confirmed."""
UNCONFIRMED: Final = _("STOP UNCONFIRMED. Switch the stimulator OFF, or pull its cable, NOW.")


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
    Word.CONNECTING: StateWords("…", _("CONNECTING"), Tone.CALM),
    Word.SCREENING: StateWords("○", _("SCREENING"), Tone.CALM),
    Word.PLACING: StateWords("○", _("PLACING"), Tone.CALM),
    Word.READY: StateWords("○", _("READY"), Tone.CALM),
    Word.STARTING: StateWords("△", _("STARTING FROM 0"), Tone.HELD),
    Word.TITRATING: StateWords("●", _("FINDING THE LEVEL"), Tone.LIVE),
    Word.RAMP_UP: StateWords("▲", _("RAMP UP"), Tone.LIVE),
    Word.ON: StateWords("●", _("ON"), Tone.LIVE),
    Word.RAMP_DOWN: StateWords("▼", _("RAMP DOWN"), Tone.LIVE),
    Word.REST: StateWords("–", _("REST"), Tone.CALM),
    Word.RESUMING: StateWords("△", _("RESUMING FROM 0"), Tone.LIVE),
    Word.HALTING: StateWords("▽", _("GOING TO 0"), Tone.HELD),
    Word.PAUSED: StateWords("‖", _("PAUSED"), Tone.HELD),
    Word.STOPPED: StateWords("■", _("STOPPED"), Tone.HELD),
    Word.UNSURE: StateWords("?", _("UNSURE"), Tone.ALARM),
    Word.AFTER: StateWords("□", _("AFTER THE TREATMENT"), Tone.CALM),
    Word.ENDED: StateWords("□", _("ENDED"), Tone.CALM),
}
FAULT: Final = StateWords("✖", _("FAULT"), Tone.ALARM)


def statement(model: str) -> str:
    """What this program and its stimulator are, and are not: always on the first page of a session."""
    return STATEMENT if model == DEFAULT.model else OF_ANOTHER.format(model=model)


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
    "operator": _("Paused by you."),
    "wish": _("Paused: the patient wanted to stop."),
    "screen_silent": _("Paused: this screen had stopped answering."),
    "operator_absent": _("Paused: nobody had touched a key for too long."),
    "ended_early": _("Ended before its time."),
    "first_given": _("First session, ended as planned."),
    "complete": _("Complete."),
    "assessed": _("Measured: the test is over."),
    "incomplete": _("The test is over, but was not given up to its cap: it has measured nothing."),
    "cramp": _("Paused: CRAMP was pressed while no train was running."),
    "record": _("The record can no longer be written. Without a record there is no stimulation."),
    "record_slow": _("The record is too slow: nothing was raised."),
    "not_begun": _("The session could not be opened: nothing was stimulated."),
    "not_enabled": _("The stimulator did not switch its output on in time."),
    "unanswered": _("The stimulator did not answer."),
    "link_lost": _("The line to the stimulator is gone."),
    "halt_unconfirmed": UNCONFIRMED,
    "wrong_device": _("What answered is not a stimulator this program knows."),
    "program_error": _("The program had a fault and stopped the output."),
    "stop:key": _("STOP was pressed."),
    "stop:mouse": _("STOP was clicked."),
    "stop:palette": _("STOP was chosen in the command list."),
    "stop:patient": _("The patient pressed their own stop."),
    "stop:patient_lost": _("The patient's own stop is gone: it must work before anything flows again."),
    "stop:patient_restless": _("The patient's own stop does not come to rest: it speaks without end."),
    "stop:quit": _("The program was told to quit."),
    "stop:input_ended": _("The typed lines ended before the session did."),
    "stop:terminal": _("The terminal was closed or failed."),
    "stop:program_error": _("The program had a fault and stopped the output."),
    "stop:script": _("The laboratory's script stopped."),
    "stop:script_left": _("The laboratory's script left its block while current could flow, or failed."),
    "stop:SIGHUP": _("The terminal was closed."),
    "stop:SIGTERM": _("The computer asked the program to end."),
    "stop:SIGINT": _("The program was interrupted."),
    "stop:SIGQUIT": _("The program was interrupted."),
    "fault:electrode": _("The stimulator reports an electrode that is off or loose."),
    "fault:pulse_timeout": _("The stimulator reports that a pulse took too long."),
    "fault:low_current": _("The stimulator could not deliver the current: check electrodes and cables."),
    "fault:channel_silent": _("The stimulator reports a channel that does not stimulate."),
    "fault:not_initialised": _("The stimulator had switched itself off."),
    "fault:refused": _("The stimulator refused what it was asked for."),
    "fault:emergency_stop": _("The stimulator's emergency switch is pressed, or not plugged in."),
    "fault:module": _("The stimulator reports a fault of its stimulation module."),
    "fault:restarted": _("The stimulator had restarted, or had lost this program."),
    "fault:stray": _("An answer came that nobody had asked for: check the stimulator's cable."),
    "guard:written_late": _(
        "The safety guard stopped the output: this computer was too busy to send in time. Close other programs, then "
        "find the levels again from 0."
    ),
    "guard:channel_active": _("The safety guard stopped the output: a channel was active that should not be."),
    "guard:keeper": _(
        "The safety guard stopped the output: the keeper, which stops the stimulator if this program dies, took over "
        "or is gone. Find the levels again from 0; if it comes again, end the session."
    ),
    "guard:pulse_shape": _("The safety guard stopped the output: the pulse was not the one that was confirmed."),
}


def why(code: str) -> str:
    """Why it paused, stopped or ended, as a sentence; "" for no reason."""
    if code in _WHYS:
        return _WHYS[code]
    if code.startswith("guard:"):
        rule = code.removeprefix("guard:").replace("_", " ")
        return _("The safety guard stopped the output (rule: {rule}).").format(rule=rule)
    if code.startswith("stop:"):
        return _("Stopped ({reason}).").format(reason=code.removeprefix("stop:"))
    return _("Stopped ({reason}).").format(reason=code.replace("_", " ").replace(":", ": "))


def why_of(view: View) -> str:
    """The same for what is shown now: a reason that has been mended meanwhile says so."""
    if view.why == f"stop:{PATIENT_LOST}" and view.patient_stop is PatientStop.TESTED:
        return _("The patient's own stop was gone; it was pressed again and works.")
    return unconfirmed_words(view) if view.why == "halt_unconfirmed" else why(view.told_why)


NOTES: Final = {
    "refused:not_screening": _("The checklist is not open now."),
    "refused:not_placing": _("Electrodes are not being placed now."),
    "refused:stale": _("Not done: the session was stopped or changed after you pressed that key."),
    "refused:screening_blocked": _("DO NOT STIMULATE: {codes}"),
    "refused:screening_review_first": _("MEDICAL REVIEW FIRST. Who reviewed it, and why go on? {codes}"),
    "refused:screening_needs_reason": _("A reason is needed for each of these: {codes}"),
    "refused:no_such_slot": _("Channel {channel} has no such level in this plan."),
    "refused:not_ready": _("Not now: first what this step still waits for, and the output off and confirmed."),
    "refused:level_missing": _("Channel {channel} has no level yet. Find it first."),
    "refused:not_paused": _("There is nothing to resume."),
    "refused:record_broken": _("The record cannot be written, so nothing may start."),
    "refused:only_in_hold": _("Increase only while channel {channel} is fully ON, not in a ramp or a rest."),
    "refused:not_live": _("Nothing is live there to change."),
    "refused:too_fast": _("Too fast: at most 2 mA per second. Press once and wait."),
    "refused:not_confirmed_yet": _("Wait: the stimulator has not confirmed the last change of channel {channel} yet."),
    "refused:not_felt_yet": _("Not yet: the whole sweep has to be felt at this level first."),
    "refused:ceiling": _("This is the most channel {channel} may get: {ceiling_ua}."),
    "refused:increase_dropped": _("Not increased: the ON phase of channel {channel} was over."),
    "refused:record_slow": _("The record is too slow: nothing was raised."),
    "refused:level_zero": _("The level is 0. Increase it first, or leave this channel."),
    "refused:amplitude_is_measured": _("An amplitude is measured here and now, while it is felt; it cannot be typed."),
    "refused:value_range": _("That value cannot be right."),
    "refused:no_current": _(
        "Not noted: no current is confirmed on channel {channel}, and this force is what a current makes now."
    ),
    "refused:over_target": _(
        "Over the ceiling of this protocol: at most {ceiling_ua} on channel {channel}, a share "
        "of the most that is tolerated."
    ),
    "refused:most_too_low": _(
        "Not marked: {value_ua} on channel {channel} is too little for the most that is tolerated, no level would be "
        "left under its cap. Go up first."
    ),
    "refused:fixed_in_test": _("Not during the test: its level stays the same from the first train to the last."),
    "refused:over": _("The session is over."),
    "measured": _("Measured."),
    "not_reached": _("No cramp was told up to the cap."),
    "test_incomplete": _(
        "The test was not given up to its cap at its level: it has measured nothing. What was measured "
        "before stays in force."
    ),
    "not_measured": _(
        "NOT MEASURED: the output was already stopped, so no train was running. The cramp is noted. Run the test again."
    ),
    "not_in_test": _("NOT MEASURED: no train of the test has run yet, so this cramp is no result. It is noted."),
    "screening_clear": _("Checklist complete, asked by {by}."),
    "intent": _("Written to the record; starting from 0."),
    "increase": _("Channel {channel} up to {to_ua}."),
    "level": _("Level of channel {channel} confirmed: {level_ua}."),
    "lowered": _("Lowered: channel {channel} goes on with {level_ua}."),
    "titration_left": _("Left without a level."),
    "start_left": _("The start was called off."),
    "pause": _("Paused. The output goes to 0."),
    "stop": _("Every level must be found again."),
    "unsure": _("It is not known what the stimulator does. It is being told to stop."),
    "fault": _("The stimulator reported a fault (channel {channel}, its number {result})."),
    "unanswered": _("The stimulator did not answer."),
    "link_lost": _("The line to the stimulator is gone: {reason}"),
    "battery_low": _("The stimulator's battery is at {percent} %: charge it before a long session."),
    "wrong_device": _("This is not a stimulator the program knows: {reason}"),
    "guard": _("The safety guard stopped the output: {detail}"),
    "record_failed": _("The record failed: {reason}"),
    "record_slow": _("The record is too slow: nothing was raised."),
    "mark": _("Noted: {kind}."),
    "dose": "",
    "locked": _("+ is locked. Press u (or -) to unlock it."),
    "held": _("One press, one step: do not hold the key."),
    "small": _("Window under 80x24: nothing can start."),
    "pain_of": _("Noted: pain. How strong, if the patient says: 0 to 9, t for 10. Step 7 asks again."),
    "linked_marks": _("Two linked channels would pass a mark at once. Part them (l), and raise each by itself."),
    "level_there": _("This level is set. t finds it again, from 0."),
    "first_session": "{rule}",
    "first_given": "{said}",
    "cramp_not_answered": _("Not noted: the next train has begun. If the muscle cramps now, press c."),
    "t_again": _("Channel {channel} has its level; t again finds it anew, from 0."),
    "asked_just_now": _("Not done: a question stood there a moment ago. Look, then press again."),
    "confirm_each": _("Confirm every channel first."),
    "name_missing": _("Write who asked the questions."),
    "no_name": _('"{text}" is no name: two different letters at least, and no answer or command. Write who asked.'),
    "no_signer": _('"{text}" is no name: two different letters at least, and no answer or command. Write who signs.'),
    "no_reason": _('"{text}" is no reason and no name: two different letters at least, and no answer or command.'),
    "of_a_word": _(
        "Not counted: letters as fast as a word is typed. Here y, n and u are answers; Tab goes to the name."
    ),
    "answers_missing": _("{open} of {all} questions have no answer yet."),
    **attended_words.NOTES,
    **dict.fromkeys(attended_words.WHOLE, ""),
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


def _fault(values: Mapping[str, int | str]) -> str:
    """By channel, where the device tells one: a RehaStim2 tells none of its faults by channel."""
    if values.get("channel") == 0:
        return _("The stimulator reported a fault (its number {result}).").format(result=values.get("result", "?"))
    return NOTES["fault"].format_map(_Known({name: _value(name, value) for name, value in values.items()}))


def _guard(values: Mapping[str, int | str]) -> str:
    """In words where there are some of the rule; else what the guard itself says."""
    known = _WHYS.get(f"guard:{values.get('rule')}")
    return known or NOTES["guard"].format(detail=values.get("detail", "?"))


_WHOLE: Final[dict[str, Callable[[Mapping[str, int | str]], str]]] = {
    **attended_words.WHOLE,
    "fault": _fault,
    "guard": _guard,
    "measured": measured_sentence,
    "not_reached": lambda values: not_reached_sentence(int(values["cap_mhz"])),
    "refused:value_range": range_sentence,
    "refused:not_felt_yet": lambda values: _(
        "Not yet: the whole sweep has to be felt at this level first. Wait {seconds} s."
    ).format(seconds=-(-int(values["wait_ms"]) // 1000)),
}
"""Sentences whose words depend on their values."""


SILENCES: Final = frozenset({"operator_absent", "screen_silent"})
"""Why the output went to 0 by itself although nothing was wrong with it."""


def note_words(note: Note | None) -> str:
    """The last decision of the session, "" if there was none."""
    if note is None:
        return ""
    values = dict(note.values)
    if note.code == "mark":
        return mark_words(values)
    if note.code in {"titration_left", "start_left"} and (reason := str(values.get("why", ""))) in SILENCES:
        return f"{sentence(note.code, **values)} {why(reason)}"  # no state tells it there, as PAUSED does
    return sentence(note.code, **values)


_KEYS: Final = {"refused:over_target": _("Too low? At the levels: p, then t and x again.")}
"""The way out of a refusal, by the keys of the screens."""


def note_with_keys(note: Note | None) -> str:
    """The same on a screen."""
    return " ".join(filter(None, (note_words(note), _KEYS.get(note.code, "") if note is not None else "")))


def has_passed(note: Note, view: View) -> bool:
    """Whether what a note says of the output is no longer so: a step that was taken back, a start that is under way."""
    values = dict(note.values)
    if note.code in {"increase", "lowered"}:
        levels = {channel.channel: channel.level_ua for channel in view.channels}
        return levels.get(int(values["channel"])) != values.get("to_ua", values.get("level_ua"))
    if note.code == "refused:mark":  # answered with no: the level is no longer one step below what was asked
        level_ua = next((one.level_ua for one in view.channels if one.channel == values["channel"]), 0)
        return level_ua != int(values["to_ua"]) - view.plan.capabilities.amplitude_step_ua
    if note.code == "stop":  # nothing is found any more
        return view.word in {Word.AFTER, Word.ENDED}
    begun = view.word in {Word.ON, Word.RAMP_DOWN, Word.REST} or any(one.commanded_ua for one in view.channels)
    return note.code == "intent" and begun


def is_refusal(note: Note | None) -> bool:
    return note is not None and note.code.startswith("refused:")


class _Known(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "?"


def _value(name: str, value: int | str) -> str:
    if isinstance(value, int):
        return f"{ma(value)} mA" if name.endswith("_ua") else str(value)
    if name == "kind":
        return MARKS.get(value, value)
    if name == "muscle":
        return muscle_words(value)
    return " ".join(_question(code) for code in value.split()) if name == "codes" else value


def _question(code: str) -> str:
    return _(CATALOGUE[code].question) if code in CATALOGUE else f"({code})"


_TARGETS: Final = {
    "sensory_threshold": _("the lowest level that is felt"),
    "strong_comfortable": _("strong but comfortable, no contraction needed"),
    "motor_threshold": _("a visible twitch"),
    "visible_tetanic": _("a visible, steady contraction"),
    "pct_mvic": _("{percent} % of the patient's own strongest contraction"),
    "pct_max_tolerated": _("{percent} % of the most the patient tolerates"),
    "max_tolerated": _("the most the patient tolerates"),
}
_BELOW_MOST: Final = _("Target: strong twitches, clearly below the most the patient tolerates.")
"""In a stepped test: its later trains feel stronger at the same level, so the most itself is no target there."""
_COME_DOWN: Final = _("Find that most first ({mark}), come down to {percent} % of it, and only then accept.")


def part_words(percent: int) -> str:
    """How much of the usual a first session is."""
    return _("half") if percent == HALF else _("{percent} %").format(percent=percent)


HALF: Final = 50


def target_sentences(protocol: Protocol, first_percent: int = 0, mark: str = "x") -> tuple[str, str, str]:
    """What to look for while the level is found, how where that is more than going up, and the card's own note.

    `first_percent`: how much of it a patient's first session shall be; the card's note speaks of the others. `mark`:
    what is typed to mark the most that is tolerated, the key of the app or a line.
    """
    intensity = protocol.intensity
    note = f"{intensity.note.rstrip('.')}."
    if protocol.assessment is not None and protocol.assessment.measures == "ctf":
        return _BELOW_MOST, "", note
    if first_percent:
        return *_first_target(intensity, first_percent, mark), ""
    target = _TARGETS[intensity.target].format(percent=intensity.percent)
    said = _("Target: {target}, never over {ceiling} %.") if intensity.ceiling_percent else _("Target: {target}.")
    how = _COME_DOWN.format(mark=mark, percent=intensity.percent) if intensity.target == "pct_max_tolerated" else ""
    return said.format(target=target, ceiling=intensity.ceiling_percent), how, note


def _first_target(intensity: Intensity, first_percent: int, mark: str) -> tuple[str, str]:
    """A relative target is given as the smaller share itself, any other as a part of it."""
    part = part_words(first_percent)
    if intensity.percent is None:
        said = _("First session: {part} of the usual at most. Usual is: {target}.")
        return said.format(part=part, target=_TARGETS[intensity.target]), ""
    share = f"{float(intensity.percent) * first_percent / 100:g}"
    said = _("First session, {part} of the target: {target}.")
    if intensity.ceiling_percent:
        said = _("First session, {part} of the target: {target}, never over {ceiling} %.")
    target = _TARGETS[intensity.target].format(percent=share)
    how = _COME_DOWN.format(mark=mark, percent=share) if intensity.target == "pct_max_tolerated" else ""
    return said.format(part=part, target=target, ceiling=intensity.ceiling_percent), how


def target_words(protocol: Protocol, first_percent: int = 0, mark: str = "x") -> str:
    """The same as one text."""
    return " ".join(filter(None, target_sentences(protocol, first_percent, mark)))


def who_words(who: Who) -> str:
    """Patient code and side as every step shows them: `P-017 LEFT`; "" for nobody."""
    return " ".join(filter(None, (who.code, side_words(who.side))))


OUTPUTS: Final = {
    Output.OFF: _("Output OFF, confirmed"),
    Output.ON: _("Output ON, confirmed"),
    Output.ENABLED: _("Output at 0, high voltage on, confirmed"),
    Output.UNKNOWN: _("Output UNKNOWN"),
}


def unconfirmed_words(view: View) -> str:
    """What is left to do where a halt was never confirmed."""
    return UNCONFIRMED if view.plan.capabilities.has_dead_man else PRESS


NO_VOLTAGE: Final = _("Output at 0, ready to stimulate, confirmed")
"""Of a device that plays a list of channels: its high voltage is not the program's to switch."""


def output_words(view: View) -> str:
    """What is known of the output, with the age of the knowledge; it says OFF only when the device has."""
    no_voltage = view.output is Output.ENABLED and view.plan.capabilities.has_list
    said = NO_VOLTAGE if no_voltage else OUTPUTS[view.output]
    return said if view.output is Output.UNKNOWN else f"{said} {age(view.age_ms)}"


def contact_words(view: View, electrode: Electrode) -> str:
    """What the stimulator can tell of the electrodes."""
    match electrode:
        case Electrode.OK:
            return _("no fault reported")
        case Electrode.CANNOT_TELL:
            if view.plan.capabilities.electrode_feedback is ElectrodeFeedback.NONE:
                return _("cannot tell: look, and ask")
            floor_ma = view.plan.capabilities.electrode_floor_ua // 1000
            return _("cannot tell below {floor} mA").format(floor=floor_ma)
        case _:
            assert_never(electrode)


def pads_words(view: View, electrode: Electrode) -> str:
    """The same beside the amplitude of a treatment, where there is room for 29 columns."""
    if electrode is Electrode.CANNOT_TELL and view.plan.capabilities.electrode_feedback is ElectrodeFeedback.NONE:
        return _("pads: look, and ask")
    return _("pads: {contact}").format(contact=contact_words(view, electrode))


def _first_of(codes: tuple[str, ...]) -> str:
    if not codes[1:]:
        return _question(codes[0])
    return _("{question} (and {more} more)").format(question=_question(codes[0]), more=len(codes) - 1)


def answered_fast(hasty: int, answers: int) -> str:
    """A checklist answered faster than it can be read."""
    said = _("! {hasty} of {answers} answers came within 1 s of the one before: was each question asked? Look again.")
    return said.format(hasty=hasty, answers=answers)


def judgement(outcome: Outcome, *, whole: bool, in_spite: int = 0) -> str:
    """What the answers mean so far; `whole` when none is missing; `in_spite`: of so many it is gone on all the same."""
    match outcome:
        case Blocked(codes=codes):
            return _("✖ DO NOT STIMULATE: {question}").format(question=_first_of(codes))
        case ReviewFirst(codes=codes):
            said = _("‖ MEDICAL REVIEW FIRST. Who reviewed it, and why go on? {question}")
            return said.format(question=_first_of(codes))
        case Warned(codes=codes):
            return _("! A reason is needed: {question}").format(question=_first_of(codes))
        case Clear() if not whole:
            return ""
        case Clear():
            if in_spite:
                return _("! Going on in spite of {number}. Enter or Tab: write who asked; then F2.").format(
                    number=in_spite
                )
            return _("✓ Nothing speaks against it. Enter or Tab: write who asked; then F2.")
        case _:
            assert_never(outcome)
