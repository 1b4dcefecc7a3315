"""What was found untrue or unclear while two sessions were walked through, screen by screen: held here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.widgets import Input
from ui.bench_live import CRAMP, BenchLive, Desk, loaded, to_ready, to_run
from ui.live_screen import seen
from ui.one_screen import after, desk_of, on

from nmes.core import events as e
from nmes.core.commands import Note
from nmes.core.measurement import Measured
from nmes.core.view import Word
from nmes.ui import words
from nmes.ui.fitting import LevelRows, level_rows
from nmes.ui.flow import Stage
from nmes.ui.screens.after import AfterScreen
from nmes.ui.screens.place import PlaceScreen
from nmes.ui.screens.run import RunScreen
from nmes.ui.summary_words import told_lines
from nmes.ui.widgets.announce import announce_words
from nmes.ui.widgets.choice import Choice

ONE, TEST = loaded(CRAMP), loaded("assess_ctf_calf")


def raised(live: BenchLive, level_ua: int) -> Note:
    """The level that is being found, up to this and confirmed; the note of the last step."""
    while (now := live.view.channels[0]).level_ua < level_ua:
        if now.confirmed_ua == now.level_ua:
            live.do(e.Increase(1, live.view.epoch))
        live.run(250)
    view = live.until(lambda view: view.channels[0].confirmed_ua == level_ua)
    assert view.note is not None
    return view.note


@pytest.mark.thorough
@pytest.mark.parametrize(
    ("key", "side"), [("left", "left"), ("right", "right"), ("l", "left"), ("r", "right"), ("b", "both")]
)
async def test_the_key_of_a_side_gives_that_side(tmp_path: Path, key: str, side: str) -> None:
    desk = Desk(tmp_path)
    async with desk.at(Stage.PATIENT) as pilot:
        await pilot.press("tab", key)
        assert desk.app.screen.query_one(Choice).value == side
        await pilot.press("right", "right", "right")
        assert desk.app.screen.query_one(Choice).value == side, "round, and never back to none"


@pytest.mark.thorough
async def test_letters_of_a_code_choose_no_side_and_what_is_missing_is_said(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    async with desk.at(Stage.PATIENT) as pilot:
        assert "Missing: the patient's code; the side." in desk.text()
        await pilot.press(*"lrb")
        assert desk.app.screen.query_one("#code", Input).value == "lrb"
        assert desk.app.screen.query_one(Choice).value == ""
        assert "Missing: the side" in desk.text()
        await pilot.press("tab", "l")
        assert "Missing" not in desk.text()


@pytest.mark.thorough
async def test_a_session_can_be_ended_where_levels_are_found(tmp_path: Path) -> None:
    desk = Desk(tmp_path, attended=True)
    async with desk.at(Stage.TITRATE) as pilot:
        assert "e end" in desk.text()
        await pilot.press("e", "enter")
        desk.live.run(500)
        assert desk.live.posted == [e.End()]


@pytest.mark.thorough
async def test_what_is_chosen_but_not_yet_sent_is_not_called_missing() -> None:
    desk = desk_of(ONE)
    desk.do(e.Screened(tuple(e.Answer(code, e.Reply.NO) for code in ONE.protocol.screening_codes), "Ada Bell"))
    desk.do(e.ReadBack(e.Read.CODE, "P-017"))
    async with on(PlaceScreen(ONE.protocol), desk) as (app, pilot):
        assert "Missing: side read back; pads confirmed" in app.text()
        await app.keys(pilot, "1")
        assert "pads confirmed" in app.text(), "a pad that is too small is missing still"
        await app.keys(pilot, "2", "l")
        assert "Nothing is missing: F2 goes on." in app.text()


@pytest.mark.thorough
async def test_after_a_cramp_the_result_and_what_to_do_stand_before_all_else() -> None:
    desk = after(TEST)
    desk.session = replace(desk.session, measured=(Measured(e.What.CTF, 1, 14_000),))
    async with on(AfterScreen(TEST.protocol), desk) as (app, _pilot):
        assert "cramp threshold frequency 14 Hz" in app.text()
        assert "If the cramp still lasts: stretch slowly and hold, without forcing." in app.text()
        assert "Calf: pull the foot up" in app.text()
        assert "the signature" not in app.text(), "that is the next step's"


def test_a_test_that_found_no_cramp_says_so_beside_what_else_it_measured() -> None:
    desk = after(TEST)
    desk.session = replace(desk.session, measured=(Measured(e.What.MAX_TOLERATED, 1, 20_000),))
    lines = told_lines(seen(desk), TEST.protocol)
    assert len(lines) == 2
    assert "maximum tolerated 20.0 mA" in lines[0]
    assert "40 Hz" in lines[1]
    assert told_lines(seen(after(ONE)), ONE.protocol) == []


@pytest.mark.thorough
def test_in_a_test_nobody_is_told_to_contract(tmp_path: Path) -> None:
    live = BenchLive(TEST, tmp_path)
    to_run(live, 2_000)
    said = {announce_words(live.run(400)) for _ in range(170)}
    assert "TRAIN: watch the muscle" in said
    assert "Next train, in 30 s" in said
    assert "NEXT TRAIN   3 - 2" in said
    assert "The train ends in 2 s" in said
    assert not [one for one in said if any(word in one.lower() for word in ("contract", "relax", "get ready"))]


def test_a_note_that_no_longer_holds_is_not_shown(tmp_path: Path) -> None:
    live = BenchLive(ONE, tmp_path)
    to_ready(live)
    live.do(e.Titrate(1, 0, live.view.epoch))
    live.until(lambda view: view.word is Word.TITRATING)
    begun = Note("intent", ())
    assert not words.has_passed(begun, live.view), "it stands at 0"
    up = raised(live, 1_000)
    assert up.code == "increase"
    assert not words.has_passed(up, live.view)
    assert words.has_passed(begun, live.view)
    live.do(e.Decrease(1))
    assert words.has_passed(up, live.view)


def test_a_note_of_the_therapists_is_told_with_its_text() -> None:
    assert words.note_words(Note("mark", (("kind", "note"), ("text", "calm")))) == "Noted: note, calm"
    assert words.note_words(Note("mark", (("kind", "pain"), ("text", "")))) == "Noted: pain."


def test_a_mark_raises_no_alarm_to_be_seen(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.app.alarms = desk.app.alarms.next(replace(seen(desk_of(ONE)), note=Note("mark", (("kind", "pain"),))))
    assert desk.app.alarms.shown is not None
    assert not desk.app.check_action("acknowledge", ())


def test_what_to_look_for_stays_beside_a_question_where_there_is_room() -> None:
    assert level_rows(31, 2, 5, state=2, bar=2) == LevelRows(2, 5)
    assert level_rows(16, 2, 5, state=2, bar=2) == LevelRows(2, 0), "whole, or not at all"


@pytest.mark.thorough
async def test_the_most_that_is_told_in_the_treatment_is_the_protocols_ceiling(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    async with desk.at(Stage.TITRATE) as pilot:
        live = desk.live
        live.do(e.Titrate(1, 0, live.view.epoch))
        live.until(lambda view: view.word is Word.TITRATING)
        raised(live, 2_000)
        live.do(e.Measure(e.What.MAX_TOLERATED, 1))
        live.do(e.Decrease(1))
        live.do(e.Decrease(1))
        live.run(300)
        live.do(e.Accept(live.view.epoch))
        live.until(lambda view: view.word is Word.READY)
        live.do(e.Start(live.view.epoch))
        live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        assert isinstance(desk.app.screen, RunScreen)
        assert "level     1.0 (most 1.5)" in desk.text()
