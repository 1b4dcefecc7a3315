"""Whose turn it is by the plans: the plan's rhythm, what speaks against a session, and who has not been here yet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from nmes.core import events as e
from nmes.core.care_events import Answered, CareEvent, Choice, Decided, PlanEnded, Planned, Rule, Withdrawn
from nmes.core.commands import Note
from nmes.core.course_of_care import Due
from nmes.record.chain import NewEntry
from nmes.record.clocks import Clocks
from nmes.record.codec import encode
from nmes.record.errors import RecordError
from nmes.record.files import Kind, chain_folder, session_files
from nmes.record.journal import Journal
from nmes.record.keys import station_key
from nmes.runtime.course import course_of, enter
from nmes.runtime.library import Library, Loaded
from nmes.runtime.planned import Told, planned, told_now
from nmes.runtime.today import Patient, Today, Turn, today

CARD = "cramp_calf_ctf_training"
WHO, OTHER = ("P-017", "left"), ("P-018", "right")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
PLAN = Planned(*WHO, CARD, 2, 4, "2026-11-09")


@pytest.fixture(scope="module")
def cards() -> list[Loaded]:
    return [Library().load(CARD)]


def at(day: int) -> Clocks:
    ms = count(int(datetime(2026, 11, day, 8, tzinfo=UTC).timestamp() * 1000))
    return Clocks(lambda: next(ms), lambda: next(ms) * 1_000_000, "virtual")


LEVEL = NewEntry(
    "event",
    {
        "event": encode(e.Accept(1)),
        "commands": [encode(Note("level", (("channel", 1), ("waveform", 0), ("level_ua", 20_000))))],
    },
    "operator",
)


@pytest.fixture
def session(tmp_path: Path) -> Callable[..., str]:
    def session(day: int, why: str = "complete", of: tuple[str, str] = WHO, **bound: Any) -> str:
        binding = {"protocol": CARD, "patient": of[0], "side": of[1], "assessment": None, **bound}
        journal = Journal.open(
            chain_folder(tmp_path, Kind.PATIENT), "s", binding, at(day), signer=station_key(tmp_path)
        )
        journal.append(LEVEL)
        journal.close({"why": why})
        return journal.session

    return session


def put(home: Path, *events: CareEvent) -> None:
    enter(home, Kind.PATIENT, events, "Anna", NOW, at(20))


def looked(home: Path, cards: list[Loaded], now: datetime = NOW) -> Today:
    return planned(today(home, Kind.PATIENT, None, cards, now), home, Kind.PATIENT, cards, now)


def only(found: Today) -> tuple[Patient, Due]:
    (patient,) = found.patients
    return patient, found.plans[patient.code, patient.side]


def test_the_plan_and_not_the_card_says_when_the_next_is_due(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    session(16)
    put(tmp_path, replace(PLAN, sessions_per_week=1, reason="once is enough"))
    patient, due = only(looked(tmp_path, cards))
    assert (patient.turn, patient.in_days, patient.per_week, patient.days) == (Turn.LATER, 2, 1, 5)
    assert due.in_days == 2
    assert due.against is None


@pytest.mark.parametrize(
    ("day", "start", "weeks", "turn", "in_days"),
    [
        (16, "2026-11-09", 4, Turn.DUE, -2),
        (18, "2026-11-09", 4, Turn.DUE, 0),
        (20, "2026-11-09", 4, Turn.LATER, 2),
        (16, "2026-11-02", 2, Turn.OVER, 0),
        (16, "2026-11-23", 4, Turn.LATER, 2),
    ],
)
def test_a_session_is_due_late_later_or_no_more(
    tmp_path: Path,
    session: Callable[..., str],
    cards: list[Loaded],
    day: int,
    start: str,
    weeks: int,
    turn: Turn,
    in_days: int,
) -> None:
    session(day)
    put(tmp_path, replace(PLAN, from_day=start, weeks=weeks))
    patient, due = only(looked(tmp_path, cards))
    assert (patient.turn, patient.in_days) == (turn, in_days)
    course = course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW)
    assert due.in_days == course.due_in_days, "the course says the same"


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ({"dark_urine": True}, Rule.NO_STIMULATION),
        ({"skin_mark": True}, Rule.WAIT_SKIN),
        ({"soreness": 9}, Rule.DELOAD),
        ({"soreness": 2, "dark_urine": False}, None),
    ],
)
def test_what_speaks_against_a_session_is_told_instead_of_a_day_by_the_rule_of_the_course(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded], told: dict[str, Any], rule: Rule | None
) -> None:
    last = session(16)
    session(17, why="ended_early", protocol="assess_ctf_calf")
    put(tmp_path, PLAN, Answered(*WHO, last, **told))
    patient, due = only(looked(tmp_path, cards))
    assert (patient.turn is Turn.WAIT) is (rule is not None)
    assert (due.against.rule if due.against else None) == rule
    course = course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW)
    assert [one.rule for one in course.proposals if one == due.against] == ([rule] if rule else [])


def test_a_newer_session_without_levels_does_not_hide_what_was_told(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    last = session(16)
    put(tmp_path, PLAN, Answered(*WHO, last, dark_urine=True))
    left = Journal.open(
        chain_folder(tmp_path, Kind.PATIENT),
        "s",
        {"protocol": CARD, "patient": WHO[0], "side": WHO[1]},
        at(21),
        signer=station_key(tmp_path),
    )
    left.close({"why": "ended_early"})
    assert only(looked(tmp_path, cards))[0].turn is Turn.WAIT


MARK = Answered(*WHO, "", skin_mark=True)


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("told", "plan", "rule"),
    [
        (Answered(*WHO, "", dark_urine=True), None, Rule.NO_STIMULATION),
        (Answered(WHO[0], "right", "000001-of the right side", dark_urine=True), PLAN, Rule.NO_STIMULATION),
        (Answered(*WHO, "", dark_urine=True), replace(PLAN, protocol="quads_athlete"), Rule.NO_STIMULATION),
        (MARK, None, Rule.WAIT_SKIN),
        (replace(MARK, side="right"), PLAN, None),
        (replace(MARK, side="both"), PLAN, Rule.WAIT_SKIN),
    ],
)
def test_dark_urine_and_marks_stop_it_whatever_the_plan_and_of_another_session_than_the_last(
    tmp_path: Path,
    session: Callable[..., str],
    cards: list[Loaded],
    told: Answered,
    plan: Planned | None,
    rule: Rule | None,
) -> None:
    older, last = session(16), session(18)
    told = replace(told, session=told.session or older)
    well = Answered(*WHO, last, 3, 3, 1)
    put(tmp_path, told, well, *([] if plan is None else [plan]))
    found = looked(tmp_path, cards)
    assert (found.patients[0].turn is Turn.WAIT) is (rule is not None)
    against = found.against.get(WHO)
    assert (against.rule if against else None) == rule
    course = course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW)
    assert [one for one in course.proposals if one.stops] == ([against] if against else [])
    assert told_now(tmp_path, Kind.PATIENT, *WHO, NOW) == Told(against and replace(against, after=""))
    put(tmp_path, Answered(*WHO, last, dark_urine=False, skin_mark=False))
    assert looked(tmp_path, cards).against == {
        whose: one for whose, one in looked(tmp_path, cards).against.items() if whose[1] in {"right", "both"}
    }
    assert WHO not in looked(tmp_path, cards).against


def test_dark_urine_is_known_of_a_side_that_is_new_or_not_chosen_yet_and_of_nobody_else(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    put(tmp_path, Answered(*WHO, session(16), dark_urine=True, skin_mark=True))
    against = looked(tmp_path, cards).against
    assert {whose: one.rule for whose, one in against.items()} == {
        (WHO[0], side): Rule.NO_STIMULATION for side in ("", "left", "right", "both")
    }
    assert told_now(tmp_path, Kind.PATIENT, "P-018", "left", NOW) == Told()
    assert told_now(tmp_path, Kind.PATIENT, "", "", NOW) == Told()


def test_after_a_soreness_the_first_screen_waits_until_it_has_gone(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    sore = session(16)
    put(tmp_path, PLAN, Answered(*WHO, sore, soreness=6))
    session(20)
    assert only(looked(tmp_path, cards))[0].turn is Turn.WAIT, "the newer one cannot tell yet"
    put(tmp_path, Answered(*WHO, sore, soreness=2))
    assert only(looked(tmp_path, cards))[0].turn is Turn.WAIT
    put(tmp_path, Answered(*WHO, sore, soreness=0))
    assert only(looked(tmp_path, cards))[1].against is None


def test_a_week_that_has_had_its_sessions_is_no_longer_due(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    for day in (9, 16, 17):
        session(day)
    session(19, protocol="assess_ctf_calf")
    put(tmp_path, PLAN)
    patient, due = only(looked(tmp_path, cards))
    assert (patient.turn, due.in_days, patient.days) == (Turn.LATER, 2, 4)
    assert course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW).due_in_days == 2


@pytest.mark.parametrize(
    ("day", "in_days"),
    [(14, 7), (1, 0)],
)
def test_a_booster_is_wanted_although_the_plan_is_over(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded], day: int, in_days: int
) -> None:
    last = session(day)
    put(tmp_path, replace(PLAN, from_day="2026-11-01", weeks=2))
    patient, due = only(looked(tmp_path, cards))
    assert (patient.turn, patient.in_days, due.in_days, due.booster_in_days) == (Turn.BOOSTER, in_days, None, in_days)
    put(tmp_path, Decided(*WHO, Rule.BOOSTER, last, (), Choice.DECLINED, reason="moved away"))
    assert only(looked(tmp_path, cards))[0].turn is Turn.OVER


def test_who_has_a_plan_and_no_session_is_awaited_and_a_code_like_it_is_found(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    session(16)
    put(tmp_path, replace(PLAN, code="P-018", side="right", from_day="2026-11-19"))
    found = looked(tmp_path, cards)
    assert found.awaited == (OTHER,)
    assert found.plans[OTHER].in_days == -2
    assert found.like("P-O18") == ("P-018",)
    assert found.patients[0].turn is Turn.DUE, "who has no plan is due by the card, as before"
    put(tmp_path, PlanEnded(*OTHER, "2026-11-20", "moved away"))
    assert looked(tmp_path, cards).awaited == ()


def test_what_cannot_wait_stands_first_then_who_is_overdue_by_most(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    sessions = {code: session(day, of=(code, "left")) for code, day in (("A", 20), ("B", 12), ("C", 17), ("D", 10))}
    plan = replace(PLAN, reason="")
    put(tmp_path, *(replace(plan, code=code) for code in "ABC"), Answered("C", "left", sessions["C"], dark_urine=True))
    assert [one.code for one in looked(tmp_path, cards).patients] == ["C", "D", "B", "A"]


def test_a_booster_stands_with_those_who_are_due_or_come_later_and_a_plan_keeps_its_own_rhythm(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    over = replace(PLAN, from_day="2026-10-26", weeks=2)
    for code, day in (("A", 5), ("B", 8), ("C", 18), ("D", 17)):
        session(day, of=(code, "left"))
    five = replace(PLAN, code="C", sessions_per_week=5, from_day="2026-11-21")
    put(tmp_path, *(replace(over, code=code) for code in "AB"), five)
    found = looked(tmp_path, cards).patients
    assert [(one.code, one.turn, one.in_days) for one in found] == [
        ("D", Turn.DUE, 0),
        ("A", Turn.BOOSTER, 0),
        ("C", Turn.DUE, 0),
        ("B", Turn.BOOSTER, 1),
    ]


def test_without_a_plan_everything_stays_as_it_was(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    last = session(16)
    before = today(tmp_path, Kind.PATIENT, None, cards, NOW)
    assert looked(tmp_path, cards) == before
    put(tmp_path, Answered(*WHO, last, 4))
    assert looked(tmp_path, cards).plans == {}


def test_entries_that_cannot_be_believed_are_told(
    tmp_path: Path, session: Callable[..., str], cards: list[Loaded]
) -> None:
    session(16)
    put(tmp_path, PLAN)
    care = session_files(chain_folder(tmp_path, Kind.PATIENT))[-1]
    care.write_bytes(care.read_bytes().replace(b"2026-11-09", b"2026-11-16"))
    found = looked(tmp_path, cards)
    assert found.plans == {}
    doubt = f"{care.stem} is damaged, or of a newer program: it may have held a plan, or what speaks against a session."
    assert found.trouble == doubt
    newer = Journal.open(chain_folder(tmp_path, Kind.PATIENT), "s", {"about": "care"}, at(20))
    newer.append(NewEntry("care", {"event": {"type": "Weighed", "code": WHO[0]}}, "Anna"))
    newer.close({"why": "entered"})
    told = told_now(tmp_path, Kind.PATIENT, *WHO, NOW)
    assert told == Told(None, (doubt, doubt.replace(care.stem, newer.session)))

    odd = chain_folder(tmp_path, Kind.PATIENT) / "000009-20261121T080000Z-abcdef.jsonl"
    odd.mkdir()
    assert f"{odd.stem} is damaged" in planned(Today(), tmp_path, Kind.PATIENT, cards, NOW).trouble
    newer.path.unlink()
    newer.path.symlink_to(tmp_path / "nowhere")
    assert len(told_now(tmp_path, Kind.PATIENT, *WHO, NOW).doubted) == 3


def test_a_number_that_is_gone_is_told(tmp_path: Path, session: Callable[..., str], cards: list[Loaded]) -> None:
    session(14)
    put(tmp_path, PLAN)
    session(16)
    session_files(chain_folder(tmp_path, Kind.PATIENT))[1].unlink()
    said = "number 000002 of the records is gone: it may have held a plan, or what speaks against a session."
    assert looked(tmp_path, cards).trouble == said
    assert told_now(tmp_path, Kind.PATIENT, *WHO, NOW) == Told(None, (said,))


def test_records_that_cannot_be_read_are_told(
    tmp_path: Path, cards: list[Loaded], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RecordError("the records cannot be read: Input/output error")

    monkeypatch.setattr("nmes.runtime.planned.ledger.read", fails)
    assert "cannot be read" in planned(Today(), tmp_path, Kind.PATIENT, cards, NOW).trouble


def test_a_plan_that_was_withdrawn_is_none(tmp_path: Path, session: Callable[..., str], cards: list[Loaded]) -> None:
    session(16)
    put(tmp_path, PLAN)
    (entered,) = course_of(tmp_path, Kind.PATIENT, *WHO, cards, NOW).history
    put(tmp_path, Withdrawn(*WHO, entered.session, entered.seq, "the other leg"))
    assert looked(tmp_path, cards).plans == {}
