"""Every fault the simulator can inject, at the moments of a session: output, state, screen, record, and the way on.

The faults and what must follow are in `fault_cases`, the sessions in `fault_story`. The skin is judged by the stage's
trace alone, at every step, by the instrument of the laws; a fault that had no effect fails its test.
"""

from __future__ import annotations

import pytest
from together.fault_cases import CASES
from together.fault_moments import HALTED, HALTING, Moment
from together.fault_rows import Case, Ends, GoesOn, Since
from together.fault_story import Story, story
from together.fault_table import alarm_of

from firmware_sim.faults.catalogue import KINDS
from nmes.core.alarm import Alarms, Level
from nmes.core.view import Output, View, Word
from nmes.ui.words import Tone, state_words

ALL = [(case, moment) for case in CASES for moment in case.moments]
DAILY = [
    pair
    for pair in ALL
    for case, moment in (pair,)
    if moment is case.moments[CASES.index(case) % len(case.moments)]
    or (moment is Moment.HOLD and isinstance(case.outcome, Ends))
    or (moment in HALTING and case.once)
]
"""Each fault at one moment, in turn; those that must end the output in the first hold too; every lost halt."""


def named(pair: tuple[Case, Moment]) -> str:
    return f"{pair[0].name} | {pair[1]}"


@pytest.fixture(params=DAILY, ids=named)
def told(request: pytest.FixtureRequest) -> Story:
    case, moment = request.param
    return story(case, moment)


def outcome(told: Story) -> Ends | GoesOn:
    """What must follow; STOP was pressed where the session had gone on."""
    return told.case.at(told.moment)


def test_every_kind_of_fault_is_in_the_table_and_every_row_and_moment_has_its_turn() -> None:
    assert {case.kind for case in CASES} | {"wrong_version"} == set(KINDS), "a false version shows when a session opens"
    assert {case for case, _ in DAILY} == set(CASES)
    assert {moment for _, moment in DAILY} == set(Moment)


def test_the_fault_took_effect(told: Story) -> None:
    assert told.proof.effects > 0, told.proof.proof
    assert told.proof.first_effect_us is not None
    assert told.began_us <= told.proof.first_effect_us


@pytest.mark.covers("LW-03")
def test_the_output_ends_by_its_deadline(told: Story) -> None:
    must = outcome(told)
    if isinstance(must, Ends):
        from_us = since_us(told, must)
        late = told.pulses(from_us + must.silent_ms * 1000 + 1, told.again_us)
        assert late == [], f"{(late[-1].t_us - from_us) // 1000} ms later"


def test_never_does_more_cross_the_skin_than_the_level_and_the_fault_itself(told: Story) -> None:
    most = max((pulse.peak_current_ua for pulse in told.pulses(told.began_us, told.again_us)), default=0)
    assert most <= told.case.most_ua(told.case.level_ua)


def test_the_session_says_what_happened(told: Story) -> None:
    must = outcome(told)
    match must:
        case Ends(word=word, why=why):
            assert (told.view.word, told.view.why) == (word, why)
            assert told.view.halt_unconfirmed == (told.view.output is Output.UNKNOWN)
            assert state_words(told.view).tone is tone(told.view)
        case GoesOn():
            assert told.told_us is None, f"{told.view.word} {told.view.why}"


@pytest.mark.covers("LW-08")
def test_off_is_said_only_when_the_device_has_confirmed_it(told: Story) -> None:
    must = outcome(told)
    if isinstance(must, Ends):
        confirmed = "HaltConfirmed" in must.records or must.word is Word.STOPPED or told.moment in HALTED
        known = confirmed and must.word is not Word.UNSURE
        assert told.view.output is (Output.OFF if known else Output.UNKNOWN)


def test_the_alarm_is_of_the_class_that_the_table_says(told: Story) -> None:
    shown = Alarms().next(told.view).shown
    level = alarm_of(outcome(told))
    if level is not None or told.told_us is not None:
        assert (shown and shown.level) == level
    else:
        assert shown is None or shown.level is not Level.FAULT


def test_off_is_false_only_where_the_device_itself_says_it_falsely(told: Story) -> None:
    assert (told.false_off_us is not None) == told.case.false_off


def test_a_halted_session_stays_what_it_was_until_a_person_wants_output(told: Story) -> None:
    if told.moment not in HALTED:
        return
    assert told.pulses(told.began_us, told.wanted_us) == []
    assert told.quiet.output is Output.OFF
    assert told.quiet.word is (Word.ENDED if told.case.kind == "disconnect" else told.before.word)


@pytest.mark.covers("FR-01")
def test_the_record_has_it(told: Story) -> None:
    must = outcome(told)
    kinds = {event["type"] for event in told.events}
    match must:
        case Ends(records=tuple(records)):
            assert set(records) <= kinds
        case Ends(records=values):
            assert any(dict(values).items() <= event.items() for event in told.events), told.events[-6:]
        case GoesOn():
            assert not {"DeviceFault", "Unanswered", "LinkLost", "GuardTripped"} & kinds


def test_the_record_says_how_the_session_ended(told: Story) -> None:
    must = outcome(told)
    assert told.ended.word is Word.ENDED
    assert told.closed == {"why": told.ended.why}
    if isinstance(must, Ends) and not must.again:
        assert told.ended.why == must.why
        assert told.ended.output is told.view.output
        assert told.ended.halt_unconfirmed == told.view.halt_unconfirmed


def test_stop_silences_a_session_that_could_not_know(told: Story) -> None:
    must = outcome(told)
    if not isinstance(must, GoesOn):
        return
    stop = must.after_stop
    assert told.stop_us is not None
    silent_ms = told.case.line_ms if stop is None else stop.silent_ms
    assert told.pulses(told.stop_us + silent_ms * 1000 + 1, told.again_us) == []
    shown = (told.stopped.word, told.stopped.why)
    assert shown == ((Word.STOPPED, "stop:key") if stop is None else (stop.word, stop.why))
    assert told.stopped.output is (Output.OFF if told.stopped.word is Word.STOPPED else Output.UNKNOWN)


@pytest.mark.covers("LW-03", "SR-07")
def test_nothing_comes_back_when_it_is_mended_nor_by_any_key(told: Story) -> None:
    assert told.pulses(told.mended_us, told.again_us) == []


def test_a_person_begins_again_from_zero_or_not_at_all(told: Story) -> None:
    must = outcome(told)
    end = must if isinstance(must, Ends) else must.after_stop
    again = end is None or end.again
    assert {pulse.amplitude_ua for pulse in told.pulses(told.again_us)} == ({500} if again else set())


CHECKS = (
    test_the_fault_took_effect,
    test_the_output_ends_by_its_deadline,
    test_never_does_more_cross_the_skin_than_the_level_and_the_fault_itself,
    test_the_session_says_what_happened,
    test_off_is_said_only_when_the_device_has_confirmed_it,
    test_the_alarm_is_of_the_class_that_the_table_says,
    test_off_is_false_only_where_the_device_itself_says_it_falsely,
    test_a_halted_session_stays_what_it_was_until_a_person_wants_output,
    test_the_record_has_it,
    test_the_record_says_how_the_session_ended,
    test_stop_silences_a_session_that_could_not_know,
    test_nothing_comes_back_when_it_is_mended_nor_by_any_key,
    test_a_person_begins_again_from_zero_or_not_at_all,
)


@pytest.mark.campaign
@pytest.mark.parametrize("pair", [pair for pair in ALL if pair not in DAILY], ids=named)
def test_all_of_this_holds_for_every_fault_at_every_moment(pair: tuple[Case, Moment]) -> None:
    for check in CHECKS:
        check(story(*pair))


def tone(view: View) -> Tone:
    """An alarm for all that nobody asked for, and for every halt that nobody confirmed."""
    if view.halt_unconfirmed:
        return Tone.ALARM
    if view.word is Word.ENDED:
        return Tone.CALM
    return Tone.HELD if view.why == "stop:key" else Tone.ALARM


def since_us(told: Story, must: Ends) -> int:
    match must.since:
        case Since.PULSE:
            assert told.noticed_us is not None
            return told.noticed_us
        case Since.TOLD:
            assert told.told_us is not None
            return told.told_us
        case Since.FAULT:
            return told.wanted_us if told.moment in HALTED else told.began_us
