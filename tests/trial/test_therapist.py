"""The scripted therapist does the next thing a careful person would do, and waits for the device otherwise."""

from __future__ import annotations

import pytest
from together.staging import Room, room

from helpers.plans import alternating_plan
from nmes.core import events as e
from nmes.core.plan import Slot
from nmes.core.view import View, Word
from nmes.trial.therapist import Therapist

pytestmark = pytest.mark.thorough


def at(level_ua: int) -> Therapist:
    def enough(slot: Slot, view: View) -> bool:
        return next(c.level_ua for c in view.channels if c.channel == slot.channel) >= level_ua

    return Therapist((), enough)


def follow(watched: Room, therapist: Therapist, word: Word, within_ms: int = 120_000) -> list[e.Event]:
    """Let the therapist work until the session comes to `word`; what it did."""
    done: list[e.Event] = []
    end_us = watched.now_us + within_ms * 1000
    while watched.view.word is not word:
        assert watched.now_us < end_us, watched.view.word
        action = therapist.act(watched.view)
        if action is not None:
            done.append(action)
            watched.bench.press(action)
        watched.run(20)
    return done


def test_it_screens_places_titrates_every_slot_and_starts() -> None:
    watched = room(alternating_plan())
    done = follow(watched, at(2_000), Word.ON)
    kinds = [type(action).__name__ for action in done if not isinstance(action, e.Increase)]
    assert kinds == ["Screened", "Placed", "Titrate", "Accept", "Titrate", "Accept", "Start"]
    assert [slot.level_ua for slot in watched.view.slots] == [2_000, 2_000]


def test_it_never_asks_for_more_before_the_device_has_confirmed_what_it_has() -> None:
    watched = room()
    done = follow(watched, at(5_000), Word.ON)
    refused = [code for code in watched.notes() if code.startswith("refused:not_confirmed")]
    assert refused == []
    assert sum(isinstance(action, e.Increase) for action in done) >= 10


def test_it_stops_raising_at_the_ceiling() -> None:
    watched = room()
    follow(watched, Therapist((), lambda slot, view: False), Word.ON, within_ms=300_000)
    assert watched.view.slots[0].level_ua == watched.channel(1).ceiling_ua


def test_it_pauses_where_it_was_told_and_resumes_after_a_while() -> None:
    watched, therapist = room(), at(2_000)
    therapist.pauses_ms, therapist.pause_ms = (3_000,), 7_000
    follow(watched, therapist, Word.PAUSED)
    paused_ms = watched.view.now_ms
    follow(watched, therapist, Word.RESUMING)
    assert 7_000 <= watched.view.now_ms - paused_ms < 8_000
    done = follow(watched, therapist, Word.ENDED)
    assert done == [], "once"


def test_it_leaves_a_stopped_session_to_a_person() -> None:
    watched = room().holding(2_000)
    watched.stop()
    watched.run(500)
    assert at(2_000).act(watched.view) is None
