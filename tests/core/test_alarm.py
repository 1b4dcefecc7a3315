"""Alarms: nothing is lost while its cause is there, nothing goes unseen, and acknowledging does nothing else."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.desk import STATES, Desk, attended, desk_in, ready, running, titrating
from helpers.rows import bundled
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core import session as s
from nmes.core.alarm import (
    ABSENT_SOON,
    ANSWER_OLD,
    DIFFERS,
    Alarm,
    Alarms,
    Level,
    absent_soon,
    level_of,
    standing,
    told,
)
from nmes.core.attended import PatientStop
from nmes.core.commands import Note
from nmes.core.view import OutputState, View, Word, view


@cache
def calm() -> View:
    """Halted, answered just now. Made once, and not before a test asks."""
    return view(ready().session, OutputState(off_confirmed=True, confirmed_at_ms=10_000))


def seen(desk: Desk, age_ms: int = 0) -> View:
    return view(desk.session, OutputState(confirmed_at_ms=desk.session.now_ms - age_ms))


def codes(alarms: Alarms) -> list[str]:
    return [alarm.code for alarm in alarms.all]


def at(code: str, *, why: str = "", word: Word = Word.STOPPED) -> View:
    """A View in which this decision was the last one."""
    return replace(calm(), word=word, why=why, note=Note(code), noted=())


# --- classes ---


@bundled(
    ("code", "level"),
    [
        ("fault:electrode", Level.FAULT),
        ("guard:net_charge", Level.FAULT),
        *((code, Level.FAULT) for code in ("record", "unanswered", "link_lost", "unsure", "halt_unconfirmed")),
        *(
            (code, Level.FAULT)
            for code in ("program_error", "patient_lost", "patient_restless", "not_enabled", "wrong_device")
        ),
        *((code, Level.CAUTION) for code in ("operator_absent", "screen_silent", "record_slow", "felt_elsewhere")),
        *((code, Level.CAUTION) for code in ("refused:read_back_differs", "refused:pad_smaller")),
        *((code, Level.CAUTION) for code in (ANSWER_OLD, ABSENT_SOON)),
        *((code, Level.NOTE) for code in ("refused:too_fast", "refused:mark", "mark", "pad_larger")),
        *((code, None) for code in ("", "operator", "complete", "key", "level", "increase", "cramp")),
    ],
)
def test_each_cause_has_its_class_and_what_a_person_did_is_none(code: str, level: Level | None) -> None:
    assert level_of(code) is level


def test_what_a_decision_tells_is_named_like_the_reason_it_leads_to() -> None:
    """So that the note of a fault and the state that it leads to are one alarm, not two."""
    assert told(Note("fault", (("fault", "electrode"), ("channel", 1)))) == "fault:electrode"
    assert told(Note("guard", (("rule", "net_charge"),))) == "guard:net_charge"
    assert told(Note("record_failed")) == "record"
    assert told(Note("stop", (("why", "stop:patient_lost"),))) == "patient_lost"
    assert told(Note("titration_left", (("why", "operator_absent"),))) == "operator_absent"
    assert told(Note("stop", (("why", "stop:key"),))) == told(Note("level")) == told(None) == ""


# --- what the state tells ---


@bundled("state", STATES)
def test_a_calm_state_has_no_alarm_of_its_own(state: str) -> None:
    """Only the two in which nobody knows what the device does have one."""
    expected = {"unanswered"} if state in {"Unsure", "Leaving"} else set()
    assert standing(seen(desk_in(state))) == expected


def test_a_fault_stands_for_as_long_as_it_is_the_reason() -> None:
    desk = running()
    desk.do(e.DeviceFault(e.Fault.ELECTRODE, 1, 4))
    assert standing(seen(desk)) == {"fault:electrode"}
    desk.do(e.Titrate(1, 0, desk.epoch))
    assert standing(seen(desk)) == set()


def test_an_unsure_session_without_a_reason_of_its_own_is_unsure() -> None:
    assert standing(replace(calm(), word=Word.UNSURE, why="complete")) == {"unsure"}


def test_an_unconfirmed_halt_and_a_lost_stop_of_the_patient_stand_in_any_state() -> None:
    lost = replace(calm(), halt_unconfirmed=True, patient_stop=PatientStop.LOST)
    assert standing(lost) == {"halt_unconfirmed", "patient_lost"}
    assert standing(replace(calm(), patient_stop=PatientStop.RESTLESS)) == {"patient_restless"}


@pytest.mark.parametrize(("age_ms", "old"), [(1000, False), (1001, True), (None, True)])
def test_an_answer_is_old_after_a_second_and_only_while_answers_are_due(age_ms: int | None, old: bool) -> None:
    live = replace(calm(), word=Word.ON, age_ms=age_ms)
    assert standing(live) == ({ANSWER_OLD} if old else set())
    assert standing(replace(live, word=Word.STARTING)) == set()


# --- the fold ---


def test_a_fault_is_one_alarm_with_the_decision_that_tells_its_channel() -> None:
    desk = running()
    desk.do(e.DeviceFault(e.Fault.ELECTRODE, 1, 4))
    alarms = Alarms().next(seen(desk))
    assert codes(alarms) == ["fault:electrode"]
    (alarm,) = alarms.all
    assert (alarm.level, alarm.active, alarm.acknowledged) == (Level.FAULT, True, False)
    assert alarm.since_ms == desk.session.now_ms
    assert alarm.note is not None
    assert dict(alarm.note.values)["channel"] == 1


def test_acknowledged_while_its_cause_is_there_it_stays_and_goes_with_the_cause() -> None:
    desk = running()
    desk.do(e.DeviceFault(e.Fault.ELECTRODE, 1, 4))
    alarms = Alarms().next(seen(desk)).acknowledge("fault:electrode")
    assert [(alarm.active, alarm.acknowledged) for alarm in alarms.all] == [(True, True)]
    desk.do(e.Titrate(1, 0, desk.epoch))
    assert alarms.next(seen(desk)).all == ()


def test_a_cause_that_goes_unseen_stays_until_it_is_acknowledged() -> None:
    old = replace(calm(), word=Word.ON, age_ms=1500)
    alarms = Alarms().next(old).next(calm()).next(calm())
    assert [(alarm.code, alarm.active) for alarm in alarms.all] == [(ANSWER_OLD, False)]
    assert alarms.acknowledge(ANSWER_OLD).all == ()


def test_a_pause_that_left_a_titration_is_told_though_no_state_tells_it() -> None:
    desk = titrating(1000)
    desk.do(e.OperatorAbsent())
    alarms = Alarms().next(seen(desk))
    assert codes(alarms) == ["operator_absent"]
    desk.do(e.Titrate(1, 0, desk.epoch))
    assert [alarm.active for alarm in alarms.next(seen(desk)).all] == [False]


@pytest.mark.parametrize("code", ["record_failed", "link_lost", "wrong_device"])
def test_what_no_session_can_mend_stays_even_when_another_decision_follows(code: str) -> None:
    alarms = Alarms().next(at(code)).acknowledge(told(Note(code)))
    assert [alarm.active for alarm in alarms.next(at("level")).all] == [True]


def test_what_happens_again_after_it_was_seen_is_raised_anew() -> None:
    wrong, again = at("refused:read_back_differs"), at("refused:read_back_differs")
    alarms = Alarms().next(wrong).acknowledge("refused:read_back_differs")
    assert alarms.next(wrong).all[0].acknowledged, "the same decision is no new one"
    later = alarms.next(replace(again, now_ms=20_000)).all
    assert [(alarm.acknowledged, alarm.since_ms) for alarm in later] == [(False, 20_000)]


def test_what_happens_again_before_it_was_seen_keeps_its_first_time() -> None:
    alarms = Alarms().next(at("refused:pad_smaller")).next(replace(at("refused:pad_smaller"), now_ms=20_000))
    assert [alarm.since_ms for alarm in alarms.all] == [calm().now_ms]


def test_a_note_goes_with_the_next_decision_and_takes_no_alarm_with_it() -> None:
    refused = at("refused:too_fast")
    alarms = Alarms().next(at("felt_elsewhere")).next(refused)
    assert codes(alarms.next(refused)) == ["felt_elsewhere", "refused:too_fast"]
    assert codes(alarms.next(at("level"))) == ["felt_elsewhere"]
    assert [alarm.acknowledged for alarm in alarms.acknowledge("refused:too_fast").all] == [False, True]


def test_decisions_between_two_views_are_not_lost() -> None:
    first, second, third = Note("mark"), Note("refused:read_back_differs"), Note("link_lost")
    alarms = Alarms().next(replace(calm(), note=first, noted=(first,)))
    alarms = alarms.next(replace(calm(), note=Note("dose"), noted=(first, second, third)))
    assert codes(alarms) == ["refused:read_back_differs", "link_lost"]
    seen_all = alarms.acknowledge("refused:read_back_differs")
    assert codes(seen_all.next(replace(calm(), note=None, noted=(first, second, third)))) == ["link_lost"]


def test_the_guard_that_only_sees_the_consequence_is_no_second_alarm() -> None:
    desk = running()
    desk.do(e.DeviceFault(e.Fault.ELECTRODE, 1, 4), e.GuardTripped("channel_fault", "channel 1", 1))
    assert codes(Alarms().next(seen(desk))) == ["fault:electrode"]
    alone = running()
    alone.do(e.GuardTripped("net_charge", "a pulse", 1))
    assert codes(Alarms().next(seen(alone))) == ["guard:net_charge"]


def test_an_unconfirmed_halt_is_shown_before_what_led_to_it() -> None:
    alarms = Alarms().next(replace(at("link_lost"), halt_unconfirmed=True))
    assert [alarm.code for alarm in alarms.unacknowledged] == ["halt_unconfirmed", "link_lost"]


def test_that_nobody_is_there_soon_comes_from_outside() -> None:
    alarms = Alarms().next(calm(), absent_soon=True)
    assert codes(alarms) == [ABSENT_SOON]
    assert codes(alarms.acknowledge(ABSENT_SOON).next(calm(), absent_soon=True)) == [ABSENT_SOON]
    assert alarms.next(calm()).all == ()  # a key was touched: nothing more is asked of anybody


@pytest.mark.parametrize(
    ("limit_ms", "silent_ms", "soon"),
    [
        (60_000, 44_999, False),
        (60_000, 45_000, True),
        (10_000, 4_999, False),
        (10_000, 5_000, True),
        (60_000, 0, False),
    ],
)
def test_it_is_soon_a_quarter_of_a_minute_or_half_of_a_short_limit_before(
    limit_ms: int, silent_ms: int, *, soon: bool
) -> None:
    assert absent_soon(limit_ms, silent_ms) is soon


@pytest.mark.parametrize("word", [Word.AFTER, Word.ENDED])
def test_nobody_is_asked_for_once_nothing_can_pause(word: Word) -> None:
    warned = Alarms().next(replace(calm(), word=Word.ON, age_ms=0), absent_soon=True)
    assert codes(warned) == [ABSENT_SOON]
    assert codes(warned.next(replace(calm(), word=word), absent_soon=True)) == []


# --- which one is shown ---


def test_the_pause_takes_the_place_of_the_warning_of_it() -> None:
    warned = Alarms().next(replace(calm(), word=Word.TITRATING, age_ms=0), absent_soon=True)
    left = Note("titration_left", (("why", "operator_absent"),))
    alarms = warned.next(replace(calm(), note=left, noted=()))
    assert codes(alarms) == ["operator_absent"]
    assert alarms.shown is not None
    assert alarms.shown.code == "operator_absent"


def test_nothing_is_shown_when_nothing_is_wrong() -> None:
    assert Alarms().shown is None


def test_a_fault_outranks_a_caution_which_outranks_a_note() -> None:
    alarms = Alarms()
    for code in ("link_lost", "felt_elsewhere", "refused:too_fast"):
        alarms = alarms.next(at(code))
    order = []
    while alarms.shown is not None and not alarms.shown.acknowledged:
        order.append(alarms.shown.code)
        alarms = alarms.acknowledge(alarms.shown.code)
    assert order == ["link_lost", "felt_elsewhere", "refused:too_fast"]
    assert alarms.shown is not None
    assert alarms.shown.code == "link_lost", "seen, and still there"
    assert codes(alarms) == ["link_lost", "refused:too_fast"]
    assert alarms.unacknowledged == ()


# --- laws ---

CODES = ("link_lost", "fault", "felt_elsewhere", "refused:too_fast", "refused:pad_smaller", "mark", "level", "pause")
WHYS = ("", "operator", "fault:electrode", "guard:sight", "operator_absent", "stop:key", "stop:program_error")
VIEWS = st.builds(
    lambda code, why, word, age_ms, lost: replace(
        calm(),
        word=word,
        why=why,
        age_ms=age_ms,
        note=Note(code, (("why", why), ("fault", "electrode"))),
        patient_stop=PatientStop.LOST if lost else PatientStop.NONE,
    ),
    st.sampled_from(CODES),
    st.sampled_from(WHYS),
    st.sampled_from(list(Word)),
    st.sampled_from((0, 1500)),
    st.booleans(),
)
MOVES = st.lists(st.one_of(VIEWS, st.integers(0, 3)), max_size=12)
"""Views, and acknowledgements of the alarm at a place of the list."""


def alarms_only(alarms: Alarms) -> set[str]:
    return {alarm.code for alarm in alarms.all if alarm.level is not Level.NOTE}


@pytest.mark.thorough
@given(MOVES)
@settings(max_examples=120, deadline=None)
def test_no_alarm_is_ever_lost_or_goes_unseen(moves: list[View | int]) -> None:
    alarms, acknowledged = Alarms(), set[str]()
    for move in moves:
        before = alarms
        if isinstance(move, int):
            if move < len(before.all):
                acknowledged.add(before.all[move].code)
                alarms = before.acknowledge(before.all[move].code)
            still = {alarm.code for alarm in before.all if alarm.active}
            assert still <= {alarm.code for alarm in alarms.all}, "acknowledging removes nothing that stands"
        else:
            alarms = before.next(move)
            loud = {
                code for code in (*standing(move), told(move.note)) if level_of(code) in (Level.FAULT, Level.CAUTION)
            }
            assert loud <= alarms_only(alarms), "every cause that is there is told"
            assert loud <= {alarm.code for alarm in alarms.all if alarm.active}
            unseen = {a.code for a in before.all if not a.acknowledged and a.level is not Level.NOTE}
            assert unseen <= alarms_only(alarms), "what nobody has seen stays"
        assert all(alarm.active or not alarm.acknowledged for alarm in alarms.all)
        assert len([alarm for alarm in alarms.all if alarm.level is Level.NOTE]) <= 1
        assert len(alarms.all) == len({alarm.code for alarm in alarms.all})
        _fault_outranks(alarms)


def _fault_outranks(alarms: Alarms) -> None:
    unseen_fault = any(a.level is Level.FAULT and not a.acknowledged for a in alarms.all)
    shown = alarms.shown
    assert (shown is None) == (alarms.all == ())
    assert not unseen_fault or (shown is not None and shown.level is Level.FAULT and not shown.acknowledged)


@bundled("state", STATES)
def test_acknowledging_is_a_note_and_nothing_else_in_every_state(state: str) -> None:
    desk = desk_in(state)
    after, commands = s.step(desk.session, e.Acknowledged("fault:electrode"))
    assert commands == (c.Note("acknowledged", (("alarm", "fault:electrode"),)),)
    assert replace(after, note=desk.session.note, noted=desk.session.noted) == desk.session
    assert told(commands[0] if isinstance(commands[0], c.Note) else None) == ""


def test_an_alarm_carries_nothing_that_could_be_done() -> None:
    """It is a value of what is known; there is no event and no command in it."""
    (alarm,) = Alarms().next(at("link_lost")).all
    assert alarm == Alarm(Level.FAULT, "link_lost", calm().now_ms, active=True, acknowledged=False, note=alarm.note)


def test_a_wrong_patient_stays_an_alarm_until_the_right_one_is_read_back() -> None:
    desk, alarms = attended().to_placing(), Alarms()
    desk.do(e.ReadBack(e.Read.CODE, "P-018"))
    alarms = alarms.next(seen(desk))
    desk.do(e.ReadBack(e.Read.CODE, "", "the card is dirty"))
    alarms = alarms.next(seen(desk)).acknowledge(DIFFERS)
    assert [(alarm.code, alarm.active) for alarm in alarms.all if alarm.level is Level.CAUTION] == [(DIFFERS, True)]
    desk.do(e.ReadBack(e.Read.CODE, "P-017"))
    assert DIFFERS not in codes(alarms.next(seen(desk)))
