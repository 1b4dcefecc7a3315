"""Attended sessions on the bench, to their signature: recorded, replayed, and found again by the next one.

Older records stay what they were: one of each older vocabulary and of each older set of rules, written by the program
of then, verifies and replays.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.mistakes import Sitting
from nmes.core import commands as c
from nmes.core import events as e
from nmes.core.attended import Attended, PatientStop
from nmes.core.measurement import Who
from nmes.core.session import Ended, step
from nmes.core.session_value import RULES
from nmes.core.view import Output, Word
from nmes.record.codec import EVENTS, Undecodable
from nmes.record.files import Kind
from nmes.record.replay import FirstDifference, Same, replay
from nmes.record.store import Closed, list_sessions, read_session
from nmes.record.verdicts import verify_session
from nmes.record.verify import Intact
from nmes.runtime.binding import session_of
from nmes.runtime.library import Library, Loaded
from nmes.trial.hand_turned import HandTurned

WHO = Who("P-017", "left")
OLD = sorted((Path(__file__).parents[1] / "vectors" / "records").glob("*/*.jsonl"))


@pytest.fixture
def loaded() -> Loaded:
    return Library().load("tens_conventional")


def turned(live: HandTurned, *words: Word) -> None:
    for _ in range(5000):
        if live.view.word in words:
            return
        live.pass_time()
    raise AssertionError(live.view.word)


def for_ms(live: HandTurned, time_ms: int) -> None:
    end_ms = live.view.now_ms + time_ms
    while live.view.now_ms < end_ms:
        live.heartbeat()
        live.pass_time()


def to_ready(live: HandTurned, loaded: Loaded) -> None:
    turned(live, Word.SCREENING)
    live.post(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in loaded.protocol.screening_codes), "Ada"))
    live.post(e.ReadBack(e.Read.CODE, WHO.code))
    live.post(e.ReadBack(e.Read.SIDE, WHO.side))
    if live.view.patient_stop is PatientStop.UNTESTED:
        live.stop("patient")
        for_ms(live, 300)
    live.post(e.Placed(tuple((channel.channel, channel.pad_mm2) for channel in live.view.plan.channels)))
    turned(live, Word.READY)


def found(live: HandTurned, steps: int) -> None:
    """Every level after so many steps, felt where it should be."""
    for slot in live.view.slots:
        live.post(e.Titrate(slot.slot.channel, slot.slot.waveform, live.view.epoch))
        turned(live, Word.TITRATING)
        for _ in range(steps):
            for_ms(live, 260)
            live.post(e.Increase(slot.slot.channel, live.view.epoch))
        for_ms(live, 300)
        live.post(e.Accept(live.view.epoch))
        turned(live, Word.READY)
    for channel in live.view.channels:
        live.post(e.FeltAt(channel.channel, there=True))


def signed(live: HandTurned) -> None:
    for channel in live.view.channels:
        live.post(e.Observed(e.Finding.SKIN, 0, of=str(channel.channel)))
    live.post(e.Observed(e.Finding.NRS, 2))
    live.post(e.Observed(e.Finding.ADVERSE, 0))
    live.post(e.Signed("Ada", "to be measured in a week"))


@pytest.mark.thorough
def test_from_the_checklist_to_the_signature_and_the_next_session_knows_the_levels(
    tmp_path: Path, loaded: Loaded
) -> None:
    live = HandTurned(loaded, tmp_path, WHO, attended=True, patient_stop=True)
    to_ready(live, loaded)
    found(live, 8)
    levels = {slot.slot: slot.level_ua for slot in live.view.slots}
    live.post(e.Start(live.view.epoch))
    turned(live, Word.ON)
    live.post(e.End())
    turned(live, Word.AFTER)
    assert (live.view.output, live.done) == (Output.OFF, False), "the line stays open, and says off"
    signed(live)
    assert live.done
    summary = live.finish()
    assert summary.intact
    [listed] = list_sessions(tmp_path, Kind.SIMULATION)
    assert listed.ending == Closed("ended_early")
    entries = list(read_session(summary.record))
    assert isinstance(replay(entries, step, session_of), Same)
    assert [entry.actor for entry in entries if "signed" in str(entry.body.get("commands"))] == ["Ada"]
    assert [entry.actor for entry in entries if "'source': 'patient'" in str(entry.body)] == ["patient"]

    again = HandTurned(loaded, tmp_path, WHO, attended=True)
    assert {slot.slot: slot.last_ua for slot in again.view.slots} == levels
    to_ready(again, loaded)
    found(again, 12)
    assert {slot.slot: slot.level_ua for slot in again.view.slots} == levels, "it asked, and nobody confirmed"
    assert any(note.code == "refused:mark" for note in again.view.noted)
    again.finish()


def test_the_programs_own_end_after_the_treatment_says_that_nobody_signed(tmp_path: Path, loaded: Loaded) -> None:
    live = HandTurned(loaded, tmp_path, WHO, attended=True)
    to_ready(live, loaded)
    found(live, 4)
    live.post(e.Start(live.view.epoch))
    turned(live, Word.RAMP_UP)
    summary = live.finish()
    assert summary.intact
    entries = list(read_session(summary.record))
    assert "left_unsigned" in str(next(one.body for one in reversed(entries) if one.type == "event"))
    assert isinstance(replay(entries, step, session_of), Same)


def test_after_the_treatment_a_stop_still_halts(tmp_path: Path, loaded: Loaded) -> None:
    live = HandTurned(loaded, tmp_path, WHO, attended=True)
    to_ready(live, loaded)
    found(live, 4)
    live.post(e.End())
    turned(live, Word.AFTER)
    live.stop("key")
    for_ms(live, 500)
    assert (live.view.word, live.view.output) == (Word.AFTER, Output.OFF)
    signed(live)
    assert live.finish().intact


@pytest.mark.thorough
@pytest.mark.parametrize("record", OLD, ids=lambda path: path.parent.name)
def test_a_record_of_an_older_vocabulary_verifies_and_replays(record: Path) -> None:
    assert isinstance(verify_session(record).verdict, Intact)
    entries = list(read_session(record))
    assert replay(entries, step, session_of) == Same(sum(entry.type == "event" for entry in entries))
    session = session_of(entries[0].body)
    assert (session.attended is None) == (entries[0].body["events"] < 3)
    for entry in entries:
        if entry.type == "event":
            session, commands = step(session, EVENTS.decode(entry.body["event"]))
    assert (session.state, commands[-1]) == (Ended("ended_early"), c.Close("ended_early"))


def test_there_is_one_record_of_each_older_vocabulary() -> None:
    bound = [next(iter(read_session(path))).body for path in OLD]
    assert [(one["events"], one.get("rules")) for one in bound] == [(4, 1), (1, None), (2, None), (3, None)]


def test_an_older_record_is_replayed_by_the_rules_of_then_and_would_not_be_the_same_by_todays() -> None:
    entries = list(read_session(next(path for path in OLD if path.parent.name == "rules_1")))
    assert isinstance(replay(entries, step, lambda bound: replace(session_of(bound), rules=RULES)), FirstDifference)


def test_an_attended_sessions_record_begins_with_its_marks_and_outcomes(tmp_path: Path, loaded: Loaded) -> None:
    live = HandTurned(loaded, tmp_path, WHO, attended=True, patient_stop=True)
    summary = live.finish()
    session = session_of(next(iter(read_session(summary.record))).body)
    assert session.attended == Attended((), loaded.protocol.outcomes, patient_stop=True, first=True)


@pytest.mark.campaign
def test_a_first_session_is_one_until_its_treatment_began_and_replays_as_it_was(tmp_path: Path) -> None:
    """What made it the first stands in its own record: a later one of the same patient changes nothing of it."""
    for number, first in enumerate((True, True, False)):
        sitting = Sitting(tmp_path)
        sitting.screened()
        sitting.placed()
        slot = sitting.view.slots[0].slot
        sitting.do(e.Titrate(slot.channel, slot.waveform, sitting.view.epoch))
        sitting.until(Word.TITRATING)
        for over_ua in (None,) * 16 + (3_000,) + (None,) * 16:
            if sitting.view.channels[0].level_ua < 8_000:
                sitting.do(e.Increase(slot.channel, sitting.view.epoch, over_ua))
                sitting.run(600)
        assert sitting.view.channels[0].level_ua == 8_000
        sitting.do(e.Measure(e.What.MAX_TOLERATED, slot.channel), *[e.Decrease(slot.channel)] * 10)
        sitting.run(300)
        assert (sitting.view.first, sitting.view.slots[0].target_ua) == (first, 2_000 if first else 4_000)
        sitting.do(e.Accept(sitting.view.epoch), e.Accept(sitting.view.epoch, 2_000))
        sitting.until(Word.READY)
        sitting.do(e.FeltAt(slot.channel, there=True))
        if number:
            sitting.started()
            sitting.run(8_000)
            sitting.do(e.Cramp("key"), e.Pause())
        sitting.over()
        sitting.found_and_signed()
        entries = list(read_session(sitting.record))
        assert isinstance(replay(entries, step, session_of), Same)
        assert ("refused:over_first" in str([entry.body for entry in entries])) is first
    assert all(session_of(next(iter(read_session(path))).body).rules == RULES for path in tmp_path.rglob("*.jsonl"))


@pytest.mark.thorough
def test_a_record_of_rules_that_are_not_known_is_not_guessed_at(tmp_path: Path, loaded: Loaded) -> None:
    live = HandTurned(loaded, tmp_path, WHO, attended=True)
    bound = next(iter(read_session(live.finish().record))).body
    assert session_of({name: value for name, value in bound.items() if name != "rules"}).rules == 0, "as before"
    assert session_of(bound).rules == RULES
    for rules in (RULES + 1, -1, "new"):
        with pytest.raises(Undecodable, match="rules are of version"):
            session_of({**bound, "rules": rules})
