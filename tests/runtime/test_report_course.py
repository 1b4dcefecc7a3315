"""What a report tells of the course of care: the plan, what was told of this session since, the outcomes."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from pathlib import Path

import pytest

from helpers.mistakes import WHO, five_mistakes
from nmes.core.care_events import Answered, Assessed, Choice, Decided, Diary, Outcome, Planned, Rule, Withdrawn
from nmes.core.commands import Note
from nmes.core.events import Tick
from nmes.record.clocks import Clocks
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.record.ledger import read
from nmes.record.replay import event_entry
from nmes.record.story import Story
from nmes.record.telling import story_of
from nmes.runtime import course_words
from nmes.runtime.course import enter
from nmes.runtime.report_course import MOST_POINTS, course_facts

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
CLOCKS = Clocks(lambda: 1_768_910_400_000, lambda: 1_000, "boot")
CODE, SIDE = WHO.code, WHO.side


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("course")
    five_mistakes(home)
    return home


@pytest.fixture
def home(once: Path, tmp_path: Path) -> Path:
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def story(home: Path) -> Story:
    (path,) = (home / "simulation").glob("*.jsonl")
    return story_of(path, Kind.SIMULATION)


def told(story: Story) -> list[tuple[str, str]]:
    return list(course_facts(story, NOW))


def told_since(story: Story, now: datetime = NOW) -> list[str]:
    return [said for name, said in course_facts(story, now) if name == "Told since"]


def entered(home: Path, *events) -> None:  # type: ignore[no-untyped-def]  # any of the care events
    enter(home, Kind.SIMULATION, events, "Dr Bell", NOW, CLOCKS)


@pytest.mark.thorough
def test_without_a_plan_or_an_entry_nothing_is_told(story: Story) -> None:
    assert told(story) == []
    assert story.opened is not None
    assert told(replace(story, opened=replace(story.opened, patient=""))) == []
    assert told(replace(story, opened=None)) == []


@pytest.mark.thorough
def test_the_plan_and_the_outcomes_are_told(home: Path, story: Story) -> None:
    entered(
        home,
        Planned(CODE, SIDE, "cramp_calf_ctf_training", 2, 6, "2025-12-29"),
        Diary(CODE, SIDE, "2026-01-05", 5, 7),
        Diary(CODE, SIDE, "2026-01-12", 3, 6),
        Assessed(CODE, SIDE, Outcome.TUG, 9_400, "2026-01-19"),
    )
    facts = dict(told(story))
    assert facts["Plan"].startswith("cramp_calf_ctf_training: 2 sessions a week for 6 weeks from 2025-12-29")
    assert "sessions of the weeks that are over" in facts["Done of it"]
    assert facts["Cramps a week"] == "2026-01-05: 5; 2026-01-12: 3"
    assert facts["Timed-up-and-go"] == "2026-01-19: 9.4 s"
    assert "This session" not in facts, "it was ended too early to count"


@pytest.mark.thorough
def test_what_was_told_of_this_session_since_is_told_and_of_others_not(home: Path, story: Story) -> None:
    entered(home, Answered(CODE, SIDE, story.session, soreness=6), Answered(CODE, SIDE, "000099-other", soreness=1))
    since = told_since(story)
    assert len(since) == 1
    assert since[0].startswith(f"told of session {story.session}: the soreness after 48 hours, 0 to 10: 6, by ")
    assert since[0].endswith("by Dr Bell on 2026-01-20")


@pytest.mark.thorough
def test_only_the_first_letter_of_an_outcome_is_made_a_capital(
    home: Path, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(course_words.NAMES, Outcome.CRAMPS, "krampfartige Anfälle pro Woche")  # German has capitals
    entered(home, Diary(CODE, SIDE, "2026-01-05", 5))
    assert ("Krampfartige Anfälle pro Woche", "2026-01-05: 5") in told(story)


@pytest.mark.thorough
def test_what_was_withdrawn_of_this_session_is_marked_and_told_with_why(home: Path, story: Story) -> None:
    care = enter(home, Kind.SIMULATION, [Answered(CODE, SIDE, story.session, dark_urine=True)], "Dr Bell", NOW, CLOCKS)
    (answer,) = read(home, Kind.SIMULATION).entered
    wrong = Withdrawn(CODE, SIDE, care, answer.seq, "of another patient")
    other = Withdrawn(CODE, SIDE, "000099-other", 2, "wrong leg")
    entered(home, replace(wrong, code="P-999"))
    said = f"told of session {story.session}: dark urine: yes, by Dr Bell on 2026-01-20"
    assert told_since(story) == [said]
    entered(home, wrong, other)
    assert told_since(story) == [
        f"{said} (withdrawn: it counts no longer)",
        f"withdrawn: {care}:{answer.seq}; why: of another patient, by Dr Bell on 2026-01-20",
    ]


def test_a_day_is_that_of_the_place(home: Path, story: Story) -> None:
    entered(home, Answered(CODE, SIDE, story.session, soreness=6))
    assert story.opened is not None
    nobody = replace(story, opened=replace(story.opened, patient=""))
    east = NOW.astimezone(timezone(timedelta(hours=12)))
    for one in (story, nobody):
        (said,) = told_since(one, east)
        assert said.endswith("by Dr Bell on 2026-01-21")


def test_of_a_long_course_the_newest_values_are_told(home: Path, story: Story) -> None:
    days = [f"2026-01-{day:02d}" for day in range(1, MOST_POINTS + 3)]
    entered(home, *(Assessed(CODE, SIDE, Outcome.MVIC, 100_000 + n, day) for n, day in enumerate(days)))
    said = dict(told(story))["Own strongest contraction"]
    assert said.startswith(f"... {days[2]}: ")
    assert said.count(";") == MOST_POINTS - 1


def test_a_threshold_is_told_of_its_muscle_and_a_test_that_found_none_too(home: Path, story: Story) -> None:
    folder, bound = home / "simulation", {"patient": CODE, "side": SIDE, "muscles": ["gastrocnemius"]}
    typed = Note("measured", (("what", "ctf"), ("channel", 1), ("value_mhz", 18_000), ("typed", 1)))
    for day, note in ((13, typed), (19, Note("not_reached", (("cap_mhz", 45_000),)))):
        ms = int(datetime(2026, 1, day, 9, tzinfo=UTC).timestamp() * 1000)
        clocks = Clocks(partial(int, ms), lambda: 1_000, "boot")
        journal = Journal.open(folder, "s", bound, clocks, signer=station_key(home))
        journal.append(event_entry(Tick(1), [note], "Dr Bell"))
        journal.close({"why": "complete"})
    entered(home, Diary(CODE, SIDE, "2026-01-12", 3))
    assert dict(told(story))["Cramp threshold frequency, gastrocnemius"] == (
        "2026-01-13: 18 Hz (not measured); 2026-01-19: no cramp up to the cap"
    )


def test_another_patients_entries_are_not_told(home: Path, story: Story) -> None:
    entered(home, Diary("P-999", SIDE, "2026-01-05", 5), Diary(CODE, "right", "2026-01-05", 5))
    assert told(story) == []


def test_a_decision_for_the_next_session_is_told_with_the_session_it_follows(home: Path, story: Story) -> None:
    plan = Planned(CODE, SIDE, "cramp_calf_ctf_training", 2, 6, "2025-12-29")
    decided = Decided(CODE, SIDE, Rule.HOLD, story.session, (), Choice.DECLINED, reason="tired")
    entered(home, plan, decided)
    (said,) = (said for name, said in told(story) if name == "Decided for the next session")
    assert "tired" in said


@pytest.mark.thorough
def test_an_entry_that_is_not_believed_is_told(home: Path, story: Story) -> None:
    entered(home, Diary(CODE, SIDE, "2026-01-05", 5))
    (care,) = set((home / "simulation").glob("*.jsonl")) - {story.path}
    care.write_bytes(care.read_bytes().replace(b'"cramps":5', b'"cramps":1'))
    entered(home, Diary(CODE, SIDE, "2026-01-12", 4))
    assert ("Not believed", f"{care.stem}: damaged or of a newer program; it may hold more") in told(story)


def test_a_number_that_is_gone_is_told_though_nothing_else_is_there(home: Path, story: Story) -> None:
    for cramps in (5, 4):
        entered(home, Diary("P-999", SIDE, "2026-01-05", cramps))
    sorted((home / "simulation").glob("*.jsonl"))[-2].unlink()
    assert told(story) == [("Gone", "number 000002 of the records; it may have held more")]


def test_records_that_cannot_be_read_stop_no_report(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    moved = replace(story, path=tmp_path / "gone" / "simulation" / story.path.name)
    assert told(moved) == []
    (tmp_path / "gone" / "simulation").mkdir()
    odd = tmp_path / "gone" / "simulation" / story.path.name
    odd.mkdir()
    assert told(moved) == [("Not believed", f"{odd.stem}: damaged or of a newer program; it may hold more")]

    def fails(*_: object) -> None:
        raise RecordError("the records cannot be read: Input/output error")

    monkeypatch.setattr("nmes.runtime.course.ledger.read", fails)
    assert told(moved) == [("Course of care", "it cannot be read: the records cannot be read: Input/output error")]
