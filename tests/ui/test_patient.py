"""The patient's step: a code and a side, what is on record of them, and no way on without a logged reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from textual.widgets import Input
from ui.bench_live import CRAMP, LIBRARY, Desk
from ui.test_home import DUE, LATER, day, session

from nmes.core import events as e
from nmes.core.attended import Ghost
from nmes.core.delivery import Slot
from nmes.core.events import Finding, Observed
from nmes.core.measurement import NOBODY, Who
from nmes.core.view import Word
from nmes.record.afterwards import LastTime
from nmes.record.measurements import Found, Untrusted
from nmes.runtime.on_record import NOTHING, OnRecord
from nmes.runtime.today import Today
from nmes.ui.flow import Stage
from nmes.ui.home_words import known_lines, level_lines
from nmes.ui.on_record_words import threshold_lines, warning_line
from nmes.ui.widgets.choice import Choice


def test_a_code_without_a_record_says_so_and_names_codes_like_it() -> None:
    today = day(DUE, session(3, 1, code="p-017"))
    assert known_lines(today, NOBODY) == []
    lines = known_lines(today, Who("P-O17", "left"))
    assert lines[0] == "P-O17: no session on record. A new patient, or a mistyped code?"
    assert lines[1] == "! Codes like it on record: P-017."
    assert known_lines(today, Who("P-017", "left")) == ["! Codes like it on record: p-017."]


def test_another_side_only_is_told() -> None:
    assert known_lines(day(DUE), Who("P-017", "right")) == ["! P-017 is on record, but not this side: LEFT."]
    assert known_lines(day(DUE), Who("P-017", "left")) == []
    doubted = replace(day(DUE), trouble="number 000002 of the records is gone\x1b[2J")
    assert known_lines(doubted, Who("P-017", "left")) == ["✖ number 000002 of the records is gone�[2J"]
    assert known_lines(doubted, NOBODY) == []


def test_levels_are_told_as_marks_with_their_session() -> None:
    ghosts = tuple(Ghost(Slot(1, at), level_ua, "000002-x", "") for at, level_ua in enumerate((3_000, 4_500)))
    lines = level_lines(ghosts)
    assert "marks only, every level is found again from 0" in lines[0]
    assert lines[1:] == ["  channel 1, pulse 1: 3.0 mA", "  channel 1, pulse 2: 4.5 mA"]
    assert level_lines(ghosts[:1])[1] == "  channel 1: 3.0 mA"
    assert level_lines(()) == ["No level of an earlier session of this protocol and version is known."]


@pytest.mark.thorough
async def test_the_last_sessions_and_levels_of_a_patient_on_record_are_shown(tmp_path: Path) -> None:
    asked: list[tuple[Who, str, str]] = []
    other_side_is_read = Event()

    def levels(who: Who, protocol: str, version: str) -> tuple[Ghost, ...]:
        asked.append((who, protocol, version))
        if who.side == "right":
            assert other_side_is_read.wait(20)
        return (Ghost(Slot(1, 0), 3_000 if who.side == "left" else 7_000, DUE.session, DUE.started_utc),)

    desk = Desk(tmp_path, today=lambda: day(DUE, session(3, 9, side="right"), LATER), last_levels=levels)
    async with desk.at(Stage.HOME) as pilot:
        await desk.see(pilot)
        await pilot.press("enter")
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert asked == [(Who("P-017", "left"), CRAMP, "3")], "asked once"
        text = desk.text()
        assert f"{CRAMP} v3  complete" in text
        assert "channel 1: 3.0 mA" in text
        await pilot.press("tab", "right")
        assert "channel 1:" not in desk.text(), "levels of the other leg do not stand there while these are read"
        other_side_is_read.set()
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert "channel 1: 7.0 mA" in desk.text()
        await pilot.press("shift+tab")
        await pilot.press("end", "backspace")
        await desk.see(pilot)
        assert "P-01: no session on record." in desk.text()
        assert "channel 1:" not in desk.text(), "levels of nobody else stand there"


@pytest.mark.thorough
async def test_what_was_found_after_the_last_session_is_loud_and_the_threshold_on_record_is_told(
    tmp_path: Path,
) -> None:
    bad = (Observed(Finding.SKIN, 2, of="1"), Observed(Finding.NRS, 10), Observed(Finding.ADVERSE, 1, "fainted"))
    record = OnRecord(
        LastTime("000002-x", "2026-11-25T10:00:00+00:00", bad),
        (("gastrocnemius", Found(18_000, "000001-x", "2026-11-20T10:00:00+00:00")),),
    )
    desk = Desk(tmp_path, today=lambda: day(DUE, session(3, 9, side="right")))
    desk.app.services = replace(desk.app.services, on_record=lambda who: record if who.side == "left" else NOTHING)
    async with desk.at(Stage.HOME) as pilot:
        await desk.see(pilot)
        await pilot.press("enter")
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        told = " ".join(desk.text().split())
        assert (
            "! Last session (2026-11-25): skin at channel 1: IRRITATION; pain 10 of 10; adverse event: fainted" in told
        )
        assert "CTF on record, gastrocnemius: 18 Hz, measured on 2026-11-20." in told
        await pilot.press("tab", "right")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert "Last session (" not in desk.text(), "of the other leg nothing is on record"


def test_a_damaged_last_record_is_told_instead_and_a_good_one_is_not_loud() -> None:
    said = warning_line(LastTime("000002-x", "2026-11-25T10:00:00+00:00", damaged=True))
    assert said.startswith("! The record of the last session (2026-11-25) is DAMAGED")
    assert warning_line(LastTime("000002-x", "", (Observed(Finding.NRS, 2),))) == ""
    assert warning_line(None) == ""
    corrected = LastTime("000002-x", "2026-11-25", (Observed(Finding.NRS, 1),), corrected={9: "pain was 8 of 10"})
    assert warning_line(corrected) == "! Last session (2026-11-25): CORRECTED since, entry 9: pain was 8 of 10"
    both = replace(corrected, found=(Observed(Finding.NRS, 9),))
    assert warning_line(both) == (
        "! Last session (2026-11-25): pain 9 of 10; CORRECTED since, entry 9: pain was 8 of 10"
    )
    lines = list(
        threshold_lines(
            OnRecord(
                None,
                (
                    ("a", Found(None, "s", "2026-01-02")),
                    ("b", Found(9_000, "s", "2026-01-02", typed=True)),
                    ("c", Untrusted("s", "")),
                    ("d", Found(9_000, "s", "2026-01-02", right="it was 12 Hz")),
                ),
            )
        )
    )
    assert "ended at its cap" in lines[0]
    assert lines[3] == "CTF on record, d: 9 Hz, measured on 2026-01-02. CORRECTED since: it was 12 Hz"
    assert "typed by hand" in lines[1]
    assert "day not known" in lines[2]


@pytest.mark.thorough
async def test_what_cannot_be_right_is_said_and_what_is_right_is_there_again_on_the_way_back(desk: Desk) -> None:
    async with desk.at(Stage.PATIENT) as pilot:
        for keys, said in (
            ([*"Ada", "space", "L"], "A code, never a name."),
            ([*"P-017"], "Choose the side"),  # in the place of what cannot be right, not behind it
            (["tab", "b", "tab", *"999"], "999 Hz cannot be right"),
        ):
            await pilot.press(*keys, "f2")
            assert desk.app.stage is Stage.PATIENT
            assert said in " ".join(desk.text().split())
        await pilot.press(*"18.5", "f2")
        await desk.see(pilot)
        assert desk.app.stage is Stage.CHOOSE
        assert desk.app.hand.who == Who("P-017", "both", 18_500)
        for stage in (Stage.PATIENT, Stage.HOME, Stage.HOME):
            await pilot.press("f3")
            await desk.see(pilot)
            assert desk.app.stage is stage
            if stage is Stage.PATIENT:
                assert desk.app.step.who == Who("P-017", "both", 18_500)


@pytest.mark.thorough
async def test_without_a_code_a_real_session_needs_a_reason_and_the_record_has_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path, attended=True, simulation=False)
    async with desk.at(Stage.HOME) as pilot:
        assert "SIMULATION" not in desk.text()
        await pilot.press("t")
        await desk.see(pilot)
        assert desk.app.stage is Stage.HOME, "on a real device no session is begun for nobody by one key"
        await pilot.press("n")
        await desk.see(pilot)
        await pilot.press("f2")
        assert desk.app.stage is Stage.PATIENT
        assert "The reason goes into the record." in " ".join(desk.text().split())
        await pilot.press("tab", "tab", "tab", *"nnn", "f2")
        assert desk.app.stage is Stage.PATIENT, "that is no reason"
        await pilot.press("ctrl+u", *"one visit only", "f2")
        await desk.see(pilot)
        assert desk.app.stage is Stage.CHOOSE
        await pilot.app.workers.wait_for_complete()
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert desk.live.view.word is Word.SCREENING
        assert desk.live.posted == [e.Observed(e.Finding.NOTE, None, "No patient code: one visit only")]
        assert desk.live.view.observed == (desk.live.posted[0],)


async def test_with_a_protocol_named_the_app_begins_at_the_patient_unless_that_is_known(tmp_path: Path) -> None:
    assert Desk(tmp_path, first=LIBRARY[1]).app.stage is Stage.PATIENT
    desk = Desk(tmp_path, who=Who("P-017", "left"), first=LIBRARY[1])
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert desk.app.stage is Stage.CHOOSE
        assert desk.app.step.chosen is LIBRARY[1]


@pytest.mark.thorough
async def test_a_code_of_this_program_that_is_mistyped_keeps_it_from_going_on(tmp_path: Path) -> None:
    wrong = "P-HJM03BX"
    assert not Today().is_mistyped("P-017")
    assert not Today(entered=frozenset({wrong})).is_mistyped(wrong)
    assert not day(session(3, 1, code=wrong)).is_mistyped(wrong)
    desk = Desk(tmp_path, today=lambda: day(DUE))
    async with desk.at(Stage.PATIENT) as pilot:
        desk.app.screen.query_one("#code", Input).value = wrong
        desk.app.screen.query_one(Choice).choose("left")
        await desk.see(pilot)
        await pilot.press("f2")
        await desk.see(pilot)
        assert f"! Patient code {wrong} is mistyped: its last character" in " ".join(desk.text().split())
        assert desk.app.stage is Stage.PATIENT
        await pilot.press(*"P-018")
        assert desk.app.step.who == Who("P-018", "left"), "the next code is no longer one than that"
