"""Every code of the session has words; numbers are formatted in one place; the lock of `+`; which screen follows."""

from __future__ import annotations

import ast
import functools
import importlib
import inspect
import pkgutil
from dataclasses import replace
from types import ModuleType

import pytest

import nmes.core
from helpers.desk import running, titrating
from helpers.rows import bundled
from nmes import language
from nmes.core import events as e
from nmes.core.alarm import ABSENT_SOON, ANSWER_OLD, Alarm, Alarms, Level, level_of
from nmes.core.commands import Note
from nmes.core.screening import Blocked, Clear, Warned
from nmes.core.view import Electrode, Output, OutputState, Word, view
from nmes.runtime import numbers as runtime_numbers
from nmes.runtime import turn
from nmes.runtime.missing_words import missing_words
from nmes.ui import alarm_words, numbers, record_words, words
from nmes.ui.flow import Stage, stage_of
from nmes.ui.plus_key import HELD_MS, RELOCK_MS, PlusKey, Press
from nmes.ui.typed_who import ctf_mhz
from nmes.ui.widgets.alarm_bar import alarm_row


@functools.cache
def all_calls(module: ModuleType) -> list[tuple[str, list[ast.expr]]]:
    """Every call of this module: the name that is called, and its arguments."""
    tree = ast.walk(ast.parse(inspect.getsource(module)))
    called = [node for node in tree if isinstance(node, ast.Call)]
    return [(getattr(node.func, "id", getattr(node.func, "attr", "")), node.args) for node in called]


def calls(module: ModuleType, name: str, argument: int) -> set[str]:
    """The texts given as this argument in calls of a function of this module; f-strings by their fixed beginning."""
    given = [args[argument] for called, args in all_calls(module) if called == name and len(args) > argument]
    return {text.value for text in given if isinstance(text, ast.Constant) and isinstance(text.value, str)}


CORE = [importlib.import_module(f"nmes.core.{one.name}") for one in pkgutil.iter_modules(nmes.core.__path__)]
"""Every module of the core, so that a rule that moves to a file of its own is still read."""


def in_core(name: str, argument: int) -> set[str]:
    return {text for module in CORE for text in calls(module, name, argument)}


NOTED = in_core("noted", 1) | in_core("Note", 0) | {"not_measured", "not_in_test"}
REFUSED = {f"refused:{code}" for code in in_core("refused", 1) | in_core("_refused", 0) | in_core("_refusal", 0)}
REFUSED |= {"refused:record_broken", "refused:patient_stop_untested", "refused:patient_stop_lost"}
REFUSED |= {"refused:patient_stop_restless"}
"""The last three are chosen by a function of their own; the two before are chosen by a test that has run or not."""
WHYS = {
    *in_core("_pause", 1),
    *in_core("_stop", 1),
    *in_core("_unsure", 1),
    *in_core("_close", 1),
    *in_core("close", 1),
    *in_core("Ending", 0),
    *calls(turn, "Unsure", 0),
    *(f"fault:{fault}" for fault in e.Fault),
    *(
        f"stop:{source}"
        for source in ("patient", "patient_lost", "patient_restless", "key", "mouse", "palette", "quit", "terminal")
    ),
}
MISSING = {
    *(f"read:{what}" for what in e.Read),
    *("screening", "pads", "patient_stop", "nrs", "adverse", "sign", "level:1:0", "felt:1", "skin:1", "outcome:Cramps"),
}


def told_as(code: str) -> str:
    """The code of the alarm that a decision or a reason raises."""
    return code.removeprefix("stop:")


def test_the_lists_of_codes_are_really_read_from_the_session() -> None:
    assert {"increase", "pause", "dose", "guard", "measured", "test_incomplete"} <= NOTED
    assert {"read_back", "felt_elsewhere", "signed", "acknowledged", "over_mark", "pad_larger"} <= NOTED
    assert {"refused:mark", "refused:pad_smaller", "refused:after_missing", "refused:sign_first"} <= REFUSED
    assert {"refused:too_fast", "refused:ceiling", "refused:stale", "refused:level_zero"} <= REFUSED
    assert {"operator", "complete", "incomplete", "record", "unanswered", "program_error", "wrong_device"} <= WHYS


@bundled("code", sorted(NOTED | REFUSED))
def test_every_note_of_the_session_has_words(code: str) -> None:
    assert code in words.NOTES


@bundled("code", sorted(WHYS))
def test_every_reason_has_words(code: str) -> None:
    said = words.why(code)
    assert said.endswith(".")
    assert "_" not in said
    assert not said.startswith("Stopped ("), "a sentence of its own, not its code"


@bundled("code", sorted(MISSING))
def test_everything_that_can_be_missing_has_words(code: str) -> None:
    (said,) = missing_words([code])
    assert ":" not in said.removeprefix("outcome:")
    assert "_" not in said


ALARMED = {told_as(code) for code in NOTED | REFUSED | WHYS} | {ANSWER_OLD, ABSENT_SOON, "guard:net_charge", "unsure"}


@bundled("code", sorted(code for code in ALARMED if level_of(code) in {Level.FAULT, Level.CAUTION}))
def test_every_alarm_has_a_short_sentence_that_fits_its_row(code: str) -> None:
    level = level_of(code)
    assert level is not None
    alarm = Alarm(level, code, 0, active=True, acknowledged=False)
    said = alarm_words.alarm_sentence(alarm)
    assert said.endswith((".", "?"))
    assert "_" not in said
    others = tuple(Alarm(Level.CAUTION, str(n), 0, active=True, acknowledged=False) for n in range(9))
    row = alarm_row(Alarms((alarm, *others)))
    assert said in row
    assert len(row) <= 78, "a row of 80 columns with its margins"


def test_an_alarm_says_its_class_in_words_and_how_to_acknowledge_it() -> None:
    fault = Alarm(Level.FAULT, "link_lost", 0, active=True, acknowledged=False)
    assert alarm_row(Alarms()) == ""
    assert alarm_row(Alarms((fault,))) == "✖ FAULT · F8 acknowledges · Line to the stimulator lost."
    caution = Alarm(Level.CAUTION, ANSWER_OLD, 0, active=False, acknowledged=False)
    assert alarm_row(Alarms((caution, fault))).startswith("✖ FAULT +1 · F8 acknowledges · ")
    seen = replace(fault, acknowledged=True)
    assert alarm_row(Alarms((seen,))) == "✖ FAULT · acknowledged · Line to the stimulator lost."
    assert alarm_words.alarm_line(caution) == "! CAUTION: No answer for over 1 s."
    note = Alarm(Level.NOTE, "refused:too_fast", 0, active=True, acknowledged=False, note=Note("refused:too_fast"))
    assert alarm_row(Alarms((note,))) == "", "it stands in the note line, in full"
    assert alarm_row(Alarms((seen, note))) == alarm_row(Alarms((seen,)))
    assert alarm_words.alarm_line(note) == f"i NOTE: {words.NOTES['refused:too_fast']}"


def test_values_are_worded_with_their_units_and_questions_instead_of_codes() -> None:
    assert (
        words.sentence("refused:ceiling", channel=2, ceiling_ua=22_500)
        == "This is the most channel 2 may get: 22.5 mA."
    )
    assert words.note_words(Note("refused:screening_blocked", (("codes", "frail_skin x"),))) == (
        "DO NOT STIMULATE: Is the skin thin or frail? (x)"
    )


def test_what_has_no_words_is_still_shown() -> None:
    assert words.sentence("refused:something_new") == "refused: something new"
    assert words.sentence("increase") == "Channel ? up to ?."
    assert words.why("guard:net_charge") == "The safety guard stopped the output (rule: net charge)."
    assert words.why("stop:pedal") == "Stopped (pedal)."
    assert words.why("something_new:x") == "Stopped (something new: x)."
    assert words.note_words(None) == ""


def test_a_level_that_was_left_by_itself_says_why_and_one_that_a_person_left_needs_no_reason() -> None:
    def said(why: str) -> str:
        return words.note_words(Note("titration_left", (("why", why),)))

    assert said("operator") == "Left without a level."
    assert said("operator_absent") == f"Left without a level. {words.why('operator_absent')}"


def test_states_are_told_apart_by_word_and_by_symbol() -> None:
    shown = [*words._STATES.values(), words.FAULT]
    assert set(words._STATES) == set(Word)
    assert len({state.word for state in shown}) == len(shown)
    live = {Word.RAMP_UP, Word.ON, Word.RAMP_DOWN, Word.REST, Word.PAUSED, Word.STOPPED, Word.UNSURE}
    assert len({words._STATES[word].symbol for word in live} | {words.FAULT.symbol}) == len(live) + 1


@pytest.mark.parametrize("word", [Word.STOPPED, Word.HALTING])
@pytest.mark.parametrize("code", ["fault:electrode", "guard:rise", "record", "unanswered", "not_enabled"])
def test_a_stop_that_nobody_asked_for_is_a_fault(word: Word, code: str) -> None:
    shown = replace(view(running().session, OutputState()), word=word, why=code)
    assert words.state_words(shown) is words.FAULT


@pytest.mark.parametrize("word", [Word.STOPPED, Word.HALTING])
@pytest.mark.parametrize("code", ["stop:key", "stop:SIGTERM", "operator", "record_slow", "complete"])
def test_a_stop_or_pause_for_a_reason_is_no_fault(word: Word, code: str) -> None:
    shown = replace(view(running().session, OutputState()), word=word, why=code)
    assert words.state_words(shown) is words._STATES[word]


def test_an_unconfirmed_halt_alarms_even_when_the_session_has_ended() -> None:
    shown = replace(view(running().session, OutputState()), word=Word.ENDED, halt_unconfirmed=True)
    assert words.state_words(shown) == replace(words._STATES[Word.ENDED], tone=words.Tone.ALARM)


def test_every_output_and_contact_has_words() -> None:
    assert set(words.OUTPUTS) == set(Output)
    assert set(Electrode) == {Electrode.OK, Electrode.CANNOT_TELL}


def test_the_judgement_of_the_answers_in_words() -> None:
    assert words.judgement(Blocked(("pregnancy", "frail_skin")), whole=False).startswith(
        "✖ DO NOT STIMULATE: Is the patient"
    )
    assert words.judgement(Blocked(("pregnancy", "frail_skin")), whole=False).endswith("(and 1 more)")
    assert words.judgement(Warned(("frail_skin",)), whole=True) == "! A reason is needed: Is the skin thin or frail?"
    assert words.judgement(Clear(), whole=False) == ""
    assert words.judgement(Clear(), whole=True).startswith("✓ Nothing speaks against it")
    assert words.judgement(Clear(), whole=True, in_spite=2).startswith("! Going on in spite of 2.")


def test_numbers() -> None:
    assert numbers.ma(22_500) == "22.5"
    assert numbers.ma_or_unknown(None) == "unknown"
    assert numbers.ma_or_unknown(0) == "0.0 mA"
    assert [numbers.hz(n) for n in (45_000, 44_943, 500)] == ["45", "44.9", "0.5"]
    assert [numbers.seconds(n) for n in (5_000, 500)] == ["5", "0.5"]
    assert [numbers.clock(n) for n in (0, 59_999, 245_000)] == ["0:00", "0:59", "4:05"]
    assert [numbers.countdown(n) for n in (0, 1, 1_000, 1_001, 65_000)] == ["0", "1", "1", "2", "1:05"]
    assert [numbers.age(n) for n in (None, 240, 12_000)] == ["never", "0.2 s ago", "12 s ago"]
    assert [numbers.cm2(n) for n in (2_500, 804)] == ["25 cm²", "8 cm²"]
    assert numbers.charge(812_000, 812_000) == "812 µC"
    assert numbers.charge(812_000, 815_000) == "812-815 µC"
    assert numbers.charge(12_340_000, 12_340_000) == "12.3 mC"
    assert numbers.percent(1, 3) == "34 %"
    assert numbers.percent(78, 100) == "78 %"
    assert [numbers.to_go(n) for n in (59_000, 59_001)] == ["59 s", "1:00"]
    assert numbers.percent(1, 0) == "0 %"


def test_plus_is_locked_until_something_opens_it_and_locks_again() -> None:
    key = PlusKey()
    assert key.pressed(0, 0)[1] is Press.LOCKED
    key = key.changed(1_000)
    assert key.is_open(1_000 + RELOCK_MS - 1)
    assert not key.is_open(1_000 + RELOCK_MS)
    assert key.pressed(1_000 + RELOCK_MS, 1_000 + RELOCK_MS)[1] is Press.LOCKED


def test_a_step_keeps_plus_open_and_a_held_key_does_not() -> None:
    key, press = PlusKey().changed(0).pressed(3_000, 3_000)
    assert press is Press.STEP
    now_ms, worth = 3_000, []
    for _ in range(200):
        now_ms += 33
        key, press = key.pressed(now_ms, now_ms)
        worth.append(press)
    assert Press.STEP not in worth
    assert worth[-1] is Press.LOCKED, "holding is no change, so the lock comes"
    key, press = key.changed(now_ms + 1).pressed(now_ms + 2, now_ms + 2)
    assert press is Press.STEP, "another key in between: it is not being held"
    later_ms = now_ms + 2 + HELD_MS
    assert key.pressed(later_ms, later_ms)[1] is Press.STEP


@bundled("word", list(Word))
def test_every_word_has_its_screen(word: Word) -> None:
    assert stage_of(word, Stage.RUN) in set(Stage) - {Stage.CHOOSE}


@bundled("word", [Word.STARTING, Word.HALTING, Word.STOPPED, Word.UNSURE])
@bundled("now", [Stage.TITRATE, Stage.RUN])
def test_what_passes_or_is_stopped_stays_on_the_screen_where_it_happened(word: Word, now: Stage) -> None:
    assert stage_of(word, now) is now


@bundled(
    "code",
    [
        "stop:input_ended",
        "stop:quit",
        "not_begun",
        "stop:script",
        "stop:script_left",
        "not_enabled",
        "record_slow",
        "guard:channel_active",
        "guard:written_late",
        "guard:pulse_shape",
    ],
)
def test_reasons_from_outside_the_session_have_sentences_of_their_own(code: str) -> None:
    assert words.why(code) in words._WHYS.values()


def test_a_record_that_is_too_slow_says_that_nothing_was_raised() -> None:
    for code in ("record_slow", "refused:record_slow"):
        assert words.sentence(code) == "The record is too slow: nothing was raised."


def test_that_a_step_asks_first_is_not_said_any_more_once_it_was_answered_with_no() -> None:
    """It stood there for seconds after `-` had declined it."""
    desk = titrating(1_000)
    note = Note("refused:mark", (("channel", 1), ("mark_ua", 1_000), ("to_ua", 1_500), ("kind", "last")))
    assert not words.has_passed(note, view(desk.session, OutputState()))
    desk.wait(500)
    desk.do(e.Decrease(1))
    assert words.has_passed(note, view(desk.session, OutputState()))


def test_after_the_treatment_a_stop_does_not_say_that_levels_must_be_found() -> None:
    seen, note = view(titrating(1_000).session, OutputState()), Note("stop", (("why", "key"),))
    assert not words.has_passed(note, replace(seen, word=Word.STOPPED))
    assert words.has_passed(note, replace(seen, word=Word.AFTER))


def test_a_level_over_its_cap_tells_the_way_out_by_the_keys_of_the_screens() -> None:
    note = Note("refused:over_target", (("channel", 1), ("ceiling_ua", 6_500)))
    assert words.note_with_keys(note) == f"{words.note_words(note)} Too low? At the levels: p, then t and x again."
    assert words.note_with_keys(None) == ""


def test_numbers_have_the_decimal_mark_of_the_language_and_are_typed_with_it(monkeypatch) -> None:
    monkeypatch.setattr(language, "_mark", [","])
    assert (numbers.ma(5_500), numbers.hz(44_400), numbers.newtons(3_400)) == ("5,5", "44,4", "3,4 N")
    told = runtime_numbers.in_seconds(9_400), runtime_numbers.in_percent(625), runtime_numbers.in_newtons(7_500)
    assert told == ("9,4 s", "62,5 %", "7,5 N")
    assert ctf_mhz("18,5") == 18_500


def test_a_computer_that_was_too_busy_is_told_in_words_with_what_to_do() -> None:
    said = words.sentence("guard", rule="written_late", detail="431 ms from check to line")
    assert said == words.why("guard:written_late")
    assert "too busy to send in time. Close other programs, then find the levels again" in said
    assert words.sentence("guard", rule="rise", detail="too steep").endswith("too steep")
    assert "too busy to send in time" in record_words.event_words(e.GuardTripped("written_late", "431 ms", 1))
    alarm = Alarm(level_of("guard:written_late"), "guard:written_late", 0, active=True, acknowledged=False)
    assert alarm_words.alarm_sentence(alarm) == "This computer was too busy to send in time."


def test_an_alarm_that_was_seen_stands_in_the_record_as_on_the_screen() -> None:
    """A read-back that differs stopped nothing."""
    for code, said in alarm_words.ALARMS.items():
        assert record_words.event_words(e.Acknowledged(code)) == f"alarm seen: {said}"
    seen = record_words.event_words(e.Acknowledged("guard:channel_fault"))
    assert seen == "alarm seen: The safety guard stopped the output."
    assert record_words.event_words(e.Acknowledged("stop:key")) == f"alarm seen: {words.why('stop:key')}"
