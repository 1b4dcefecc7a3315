"""The first screen: whose turn it is, what was interrupted, and what is known of the device; and the ways from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from textual.widgets import OptionList
from ui.bench_live import CRAMP, LIBRARY, NOW, Desk

from helpers.rows import bundled
from nmes.core.events import Finding, Observed
from nmes.core.measurement import NOBODY, Who
from nmes.record.errors import RecordError
from nmes.record.files import Kind
from nmes.record.store import Closed, Ending, Interrupted, Summary, Unfinished, Unreadable
from nmes.runtime.today import Device, Patient, Today, Turn, of_list
from nmes.ui.flow import Stage
from nmes.ui.home_words import (
    device_line,
    ending_words,
    last_words,
    patient_row,
    session_row,
    trouble_lines,
    turn_words,
    when,
)
from nmes.ui.screens.audit import AuditScreen
from nmes.ui.screens.settings import SettingsScreen

TITLES = {loaded.protocol.id: loaded.protocol.title for loaded in LIBRARY}


def session(
    number: int, days: int, *, code: str = "P-017", side: str = "left", ending: Ending | None = None
) -> Summary:
    started = (NOW - timedelta(days=days)).isoformat()
    name = f"{number:06d}-20260101T000000Z-abcdef"
    return Summary(
        name, number, Kind.SIMULATION, Path(name), started, CRAMP, ending or Closed("complete"), code, side, "3"
    )


DUE, LATER = session(2, 9), session(1, 1, code="P-018", side="right")


def day(*sessions: Summary) -> Today:
    return replace(of_list(sessions, LIBRARY, NOW), device=Device.SIMULATOR)


# --- words ---


def test_a_port_that_is_there_is_not_called_a_stimulator() -> None:
    there = device_line(Today(Device.THERE, "/dev/ttyUSB0"), "")
    assert there == "◐ Port /dev/ttyUSB0 is there, not opened yet: what answers on it is not known."
    assert "is not there" in device_line(Today(Device.MISSING, "/dev/ttyUSB0"), "")
    assert "not looked for" in device_line(Today(Device.NOT_LOOKED, "COM3"), "")
    assert device_line(Today(Device.SIMULATOR), "f12").endswith("Patient's own stop: f12, tested in the session.")


@pytest.mark.parametrize(
    ("turn", "in_days", "days", "said", "last"),
    [
        (Turn.DUE, 0, 9, "● due today", "9 days ago"),
        (Turn.LATER, 1, 0, "○ in 1 day", "last today"),
        (Turn.LATER, 2, 1, "○ in 2 days", "1 day ago"),
        (Turn.UNKNOWN, 0, None, "– next: not known", "none complete yet"),
        (Turn.UNKNOWN, 0, -3, "– next: not known", "date ahead of us"),
    ],
)
def test_whose_turn_it_is_is_told_by_sign_and_word(
    turn: Turn, in_days: int, days: int | None, said: str, last: str
) -> None:
    patient = Patient("P-017", "left", (DUE,), CRAMP, "", 2, turn, days, in_days)
    assert (turn_words(patient), last_words(patient)) == (said, last)


def test_a_newer_one_that_was_ended_early_is_told_as_such() -> None:
    told = [last_words(Patient("P-017", "left", (DUE,), days=4, early_days=days)) for days in (0, 1, 2)]
    assert told == ["last today, ended early", "1 day ago, ended early", "2 days ago, ended early"]
    told = [last_words(Patient("P-017", "left", (DUE,), early_days=days, as_planned=True)) for days in (0, 1)]
    assert told == ["last today, first as planned", "1 day ago, first as planned"]
    quit_in_it = session(2, 0, ending=Closed("stop:quit"))
    told = last_words(Patient("P-017", "left", (quit_in_it,), early_days=0, planned=quit_in_it))
    assert told == f"last today, {ending_words(quit_in_it)}" == "last today, stopped", "one word for one thing"


def test_what_was_found_after_the_last_session_marks_the_patient() -> None:
    bad = (Observed(Finding.SKIN, 2, of="1"), Observed(Finding.NRS, 10), Observed(Finding.ADVERSE, 1, "fainted"))
    row = patient_row(Patient("P-017", "left", (DUE,), CRAMP, alarming=bad), TITLES, 100)
    assert row.startswith("!P-017 LEFT")
    assert "SKIN, PAIN, ADVERSE EVENT; Calf cramp" in row


def test_a_protocol_without_a_rhythm_is_not_waited_for() -> None:
    assert turn_words(Patient("P-017", "left", (DUE,))) == "– next: not set"


@bundled(
    ("ending", "said"),
    [
        (Closed("complete"), "complete"),
        (Closed("ended_early"), "ended early"),
        (Closed("ended_early", first_given=True), "first as planned"),
        (Closed("stop:key"), "stopped"),
        (Closed("link_lost"), "✖ fault"),
        (Interrupted(), "! INTERRUPTED"),
        (Unfinished(), "! NO END"),
        (Unreadable("cut"), "✖ damaged"),
    ],
)
def test_how_a_session_ended_is_told_in_a_word(ending: Ending, said: str) -> None:
    assert ending_words(session(1, 1, ending=ending)) == said


@pytest.mark.parametrize("width", [76, 116])
def test_rows_never_pass_the_edge_and_keep_what_matters(width: int) -> None:
    long = session(1, 1, code="A" * 32, ending=Closed("link_lost"))
    for one in (DUE, LATER, long):
        row = session_row(one, TITLES, width, UTC)
        assert len(row) <= width
        assert ending_words(one) in row
    for patient in day(DUE, LATER, long).patients:
        assert len(patient_row(patient, TITLES, width)) <= width


def test_a_time_that_cannot_be_read_is_said_and_as_wide() -> None:
    assert when("2026-01-01T08:05:00+00:00", UTC) == "2026-01-01 08:05"
    assert len(when("", UTC)) == len("2026-01-01 08:05")


def test_interrupted_sessions_are_told_one_by_one_and_damaged_ones_are_counted() -> None:
    endings = (Unfinished(), Unreadable("cut"), Interrupted())
    lines = trouble_lines(day(*(session(3 - at, at, ending=ending) for at, ending in enumerate(endings))), UTC)
    assert lines[0].startswith("! Session 3 (P-017 LEFT, 2026-01-02 12:00) has no end")
    assert "INTERRUPTED" in lines[1]
    assert lines[2] == "✖ 1 record is damaged: see F10."
    assert trouble_lines(Today(trouble="no disk"))[0] == "✖ The records cannot be read: no disk"


# --- the screen ---


@pytest.mark.thorough
async def test_the_first_screen_shows_the_day_and_enter_opens_whose_turn_it_is(tmp_path: Path) -> None:
    interrupted = session(3, 2, code="P-019", ending=Interrupted())
    desk = Desk(tmp_path, today=lambda: day(interrupted, DUE, LATER))
    async with desk.at(Stage.HOME) as pilot:
        await desk.see(pilot)
        rows = desk.text().split("\n")
        assert "○ Simulator: it is started with the session." in rows[2]
        assert "! Session 3 (P-019 LEFT" in rows[3]
        listed = [str(option.prompt) for option in pilot.app.screen.query_one(OptionList).options]
        assert [row[:12] for row in listed] == [" P-017 LEFT ", " P-018 RIGHT", "!P-019 LEFT ", "+ New patien"]
        assert "● due today" in listed[0]
        assert all(row.rstrip() in desk.text() for row in listed)
        assert "! INTERRUPTED" in desk.text()
        await pilot.press("enter")
        await desk.see(pilot)
        assert desk.app.stage is Stage.PATIENT
        assert desk.app.step.who == Who("P-017", "left")
        await pilot.press("f2")
        await desk.see(pilot)
        assert desk.app.stage is Stage.CHOOSE
        assert desk.app.step.chosen.protocol.id == CRAMP, "what the patient had last is in hand"
        await pilot.press("f3")
        await desk.see(pilot)
        await pilot.press("f3")
        await desk.see(pilot)
        await pilot.press("t")
        await desk.see(pilot)
        assert (desk.app.stage, desk.app.hand.who) == (Stage.CHOOSE, NOBODY), "a try on the simulator is one key"


@pytest.mark.campaign
async def test_somebody_new_a_try_the_records_and_the_settings(desk: Desk) -> None:
    async with desk.at(Stage.HOME) as pilot:
        await pilot.press("n")
        await desk.see(pilot)
        assert desk.app.step.who == NOBODY
        await pilot.press("f3")
        await desk.see(pilot)
        for key, kind in (("f9", SettingsScreen), ("f10", AuditScreen)):
            await pilot.press(key)
            await pilot.app.workers.wait_for_complete()
            assert isinstance(pilot.app.screen, kind)
            await pilot.press("escape")
            await pilot.pause()
            assert desk.app.stage is Stage.HOME
            assert not desk.app.is_over
        await pilot.press("t")
        await desk.see(pilot)
        assert desk.app.stage is Stage.CHOOSE


@pytest.mark.thorough
async def test_the_report_of_the_last_session_is_one_key_and_an_interrupted_one_has_none(tmp_path: Path) -> None:
    asked: list[str] = []
    outcomes: list[Path | RecordError] = [Path("/r/2.html"), RecordError("gone")]

    def write(name: str) -> Path:
        asked.append(name)
        outcome = outcomes.pop(0)
        if isinstance(outcome, RecordError):
            raise outcome
        return outcome

    interrupted = session(1, 1, code="P-019", ending=Interrupted())
    desk = Desk(tmp_path, today=lambda: day(DUE, interrupted), write_report=write)
    async with desk.at(Stage.HOME) as pilot:
        for said in ("Report: /r/2.html", "! No report was written: gone"):
            await pilot.press("f7")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()
            assert said in desk.text()
        await pilot.press("down", "f7")
        assert asked == [DUE.session] * 2


@pytest.mark.campaign
async def test_nothing_is_clipped_however_much_was_interrupted(tmp_path: Path) -> None:
    many = tuple(session(number, number, code=f"P-{number}", ending=Interrupted()) for number in range(30, 0, -1))
    desk = Desk(tmp_path, today=lambda: day(*many))
    async with desk.at(Stage.HOME) as pilot:
        await desk.see(pilot)
        text = desk.text()
        assert "! 27 more: see F10." in text
        assert "PATIENTS" in text
        assert "LAST SESSIONS" in text
        assert "STOP ALL" in text
        assert all(len(row) == 80 for row in text.split("\n"))
