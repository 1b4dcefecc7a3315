"""Every code of the session has words; numbers are formatted in one place; the lock of `+`; which screen follows."""

from __future__ import annotations

import ast
import inspect
from dataclasses import replace

import pytest

from helpers.desk import running
from nmes.core import assessing, session
from nmes.core import events as e
from nmes.core.commands import Note
from nmes.core.screening import Blocked, Clear, Warned
from nmes.core.view import Electrode, Output, OutputState, Word, view
from nmes.runtime import turn
from nmes.ui import numbers, words
from nmes.ui.flow import Stage, stage_of
from nmes.ui.plus_key import HELD_MS, RELOCK_MS, PlusKey, Press


def calls(module: object, name: str, argument: int) -> set[str]:
    """The texts given as this argument in calls of a function of this module; f-strings by their fixed beginning."""
    found = set()
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == name:
            text = node.args[argument] if len(node.args) > argument else None
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found.add(text.value)
    return found


NOTED = calls(session, "_noted", 1) | calls(assessing, "Note", 0)
REFUSED = {f"refused:{code}" for code in calls(session, "_refused", 1) | calls(assessing, "_refused", 0)}
WHYS = {
    *calls(session, "_pause", 1),
    *calls(session, "_stop", 1),
    *calls(session, "_unsure", 1),
    *calls(session, "_close", 1),
    *calls(session, "Ending", 0),
    *calls(turn, "Unsure", 0),
    *(f"fault:{fault}" for fault in e.Fault),
}


def test_the_lists_of_codes_are_really_read_from_the_session() -> None:
    assert {"increase", "pause", "dose", "guard", "measured", "test_incomplete"} <= NOTED
    assert {"refused:too_fast", "refused:ceiling", "refused:stale", "refused:level_zero"} <= REFUSED
    assert {"operator", "complete", "incomplete", "record", "unanswered", "program_error", "wrong_device"} <= WHYS


@pytest.mark.parametrize("code", sorted(NOTED | REFUSED))
def test_every_note_of_the_session_has_words(code: str) -> None:
    assert code in words.NOTES


@pytest.mark.parametrize("code", sorted(WHYS))
def test_every_reason_has_words(code: str) -> None:
    said = words.why(code)
    assert said.endswith(".")
    assert "_" not in said
    assert f"({code.replace('_', ' ')})" not in said


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
    assert key.pressed(0)[1] is Press.LOCKED
    key = key.changed(1_000)
    assert key.is_open(1_000 + RELOCK_MS - 1)
    assert not key.is_open(1_000 + RELOCK_MS)
    assert key.pressed(1_000 + RELOCK_MS)[1] is Press.LOCKED


def test_a_step_keeps_plus_open_and_a_held_key_does_not() -> None:
    key, press = PlusKey().changed(0).pressed(3_000)
    assert press is Press.STEP
    now_ms, worth = 3_000, []
    for _ in range(200):
        now_ms += 33
        key, press = key.pressed(now_ms)
        worth.append(press)
    assert Press.STEP not in worth
    assert worth[-1] is Press.LOCKED, "holding is no change, so the lock comes"
    key, press = key.changed(now_ms + 1).pressed(now_ms + 2)
    assert press is Press.STEP, "another key in between: it is not being held"
    assert key.pressed(now_ms + 2 + HELD_MS)[1] is Press.STEP


@pytest.mark.parametrize("word", list(Word))
def test_every_word_has_its_screen(word: Word) -> None:
    assert stage_of(word, Stage.RUN) in set(Stage) - {Stage.CHOOSE}


@pytest.mark.parametrize("word", [Word.STARTING, Word.HALTING, Word.STOPPED, Word.UNSURE])
@pytest.mark.parametrize("now", [Stage.TITRATE, Stage.RUN])
def test_what_passes_or_is_stopped_stays_on_the_screen_where_it_happened(word: Word, now: Stage) -> None:
    assert stage_of(word, now) is now


@pytest.mark.parametrize(
    "code",
    [
        "stop:input_ended",
        "stop:quit",
        "not_begun",
        "not_enabled",
        "record_slow",
        "guard:channel_active",
        "guard:pulse_shape",
    ],
)
def test_reasons_from_outside_the_session_have_sentences_of_their_own(code: str) -> None:
    assert words.why(code) in words._WHYS.values()


def test_a_record_that_is_too_slow_says_that_nothing_was_raised() -> None:
    for code in ("record_slow", "refused:record_slow"):
        assert words.sentence(code) == "The record is too slow: nothing was raised."
