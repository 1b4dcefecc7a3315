"""A course of a session that was really given: what counts for the plan, and what its level was at the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from helpers.mistakes import WHO, Sitting
from nmes.core import events as e
from nmes.core.care_events import Planned
from nmes.core.course_of_care import Level
from nmes.record.files import Kind
from nmes.record.store import Closed, list_sessions
from nmes.record.telling import story_of
from nmes.runtime.course import course_of, enter
from nmes.runtime.library import Library
from nmes.runtime.planned import planned
from nmes.runtime.report_course import course_facts
from nmes.runtime.today import Turn, today


@pytest.mark.campaign
def test_a_first_session_as_its_card_says_counts_for_the_plan_and_its_level_is_the_one_at_the_end(
    tmp_path: Path,
) -> None:
    sitting = Sitting(tmp_path)
    sitting.screened()
    sitting.placed()
    sitting.level(1_000)
    sitting.started()
    for _ in range(7):
        sitting.run(30_000)
        sitting.bench.controller.touch()
    sitting.do(e.Decrease(1))
    sitting.run(1_000)
    sitting.over()
    sitting.found_and_signed()

    (one,) = list_sessions(tmp_path, Kind.SIMULATION)
    assert isinstance(one.ending, Closed) and one.ending.why == "ended_early"
    start = datetime.fromisoformat(one.started_utc)
    plan = Planned(WHO.code, WHO.side, one.protocol, 2, 4, str(start.date()), "as far as she can come")
    enter(tmp_path, Kind.SIMULATION, [plan], "Anna", start)
    card, now = Library().load(one.protocol), start + timedelta(days=1)
    course = course_of(tmp_path, Kind.SIMULATION, WHO.code, WHO.side, [card], now)
    (given,) = course.given
    assert given.counts
    assert given.levels == (Level(1, 0, 1_000, 500, 1_000),)
    assert (course.adherence.weeks[0].done, course.due_in_days) == (1, 2)
    looked = planned(today(tmp_path, Kind.SIMULATION, None, [card], now), tmp_path, Kind.SIMULATION, [card], now)
    assert (looked.patients[0].turn, looked.patients[0].in_days) == (Turn.LATER, 2)
    facts = dict(course_facts(story_of(one.path, Kind.SIMULATION), now))
    assert facts["This session"] == "number 1 of those of this protocol that count"
