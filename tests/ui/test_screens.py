"""Choosing, screening, placing, the summary, and a window that is too small to work in."""

from __future__ import annotations

import pytest
from textual.widgets import Input
from ui.bench_live import LIBRARY, Desk

from nmes.core import events as e
from nmes.core.problems import PlanError, Problem
from nmes.core.screening import CATALOGUE
from nmes.core.view import Word
from nmes.ui.flow import Stage
from nmes.ui.screens.screening import Questions


async def test_the_card_follows_the_list_and_scrolls_by_page_keys(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        assert LIBRARY[0].protocol.indication[:30] in desk.text()
        await pilot.press("pagedown")
        await pilot.pause(0.05)
        assert LIBRARY[0].protocol.indication[:30] not in desk.text()
        await pilot.press("down")
        await pilot.pause(0.05)
        assert LIBRARY[1].protocol.indication[:30] in desk.text()


async def test_a_protocol_that_this_stimulator_cannot_deliver_says_why_and_cannot_be_used(desk: Desk) -> None:
    def refuse(_one) -> None:
        raise PlanError([Problem("channels.0", "", "the pulse is longer than its period", "give a lower frequency")])

    desk.app._compile_plan = refuse
    async with desk.at(Stage.CHOOSE, size=(120, 40)) as pilot:
        assert "CANNOT BE USED WITH THIS STIMULATOR" in desk.text()
        assert "the pulse is longer than its period" in desk.text()
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        assert not desk.sessions


async def test_a_blocking_answer_is_said_loudly_and_the_refusal_is_recorded(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        await desk.keys(pilot, "y", *["n"] * (len(codes) - 1))
        await pilot.pause()
        assert "✖ DO NOT STIMULATE" in desk.text()
        await pilot.press(*"Ada", "f2")
        await desk.see(pilot)
        assert desk.live.view.word is Word.SCREENING
        assert isinstance(desk.live.posted[-1], e.Screened)
        assert desk.live.view.note.code == "refused:screening_blocked"


async def test_a_warning_asks_for_its_reason_and_unknown_counts_as_yes(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        warning = codes.index("frail_skin")
        await desk.keys(pilot, *["n"] * warning, "u")
        assert pilot.app.focused is pilot.app.screen.query_one("#reason")
        assert "! A reason is needed: Is the skin thin or frail?" in desk.text()
        await pilot.press(*"seen", "enter")
        await desk.keys(pilot, *["n"] * (len(codes) - warning - 1))
        await pilot.press(*"Ada", "enter")
        await desk.see(pilot)
        answer = next(a for a in desk.live.posted[-1].answers if a.code == "frail_skin")
        assert answer == e.Answer("frail_skin", e.Reply.UNKNOWN, "seen")
        assert desk.live.view.word is Word.PLACING


async def test_nothing_is_sent_while_an_answer_or_the_name_is_missing(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        await pilot.press("f2")
        await pilot.pause()
        assert f"{len(codes)} of {len(codes)} questions have no answer yet." in desk.text()
        await desk.keys(pilot, *["n"] * len(codes))
        await pilot.press("f2")
        await pilot.pause()
        assert "Write who asked the questions." in desk.text()
        assert desk.live.posted == []


async def test_a_held_key_is_one_answer(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        asked = len(desk.live.one.protocol.screening_codes)
        desk.live.run(1_000)
        for _ in range(20):
            await pilot.press("n")
            desk.live.run(33)
        await desk.see(pilot)
        assert f"{asked - 1} of {asked} to answer" in desk.text()
        await pilot.press("u")
        await desk.see(pilot)
        assert f"{asked - 2} of {asked} to answer" in desk.text(), "another key is not being held"


async def test_a_corrected_answer_leaves_the_list_in_focus(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        await desk.keys(pilot, *["n"] * len(desk.live.one.protocol.screening_codes))
        screen = pilot.app.screen
        assert pilot.app.focused is screen.query_one("#by")
        screen.query_one(Questions).focus()
        await desk.keys(pilot, "up", "n")
        assert pilot.app.focused is screen.query_one(Questions)


async def test_continuing_without_a_reason_goes_to_the_question_that_needs_it(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        codes = desk.live.one.protocol.screening_codes
        warning = codes.index("frail_skin")
        await desk.keys(pilot, *["n"] * warning, "u", "enter", *["n"] * (len(codes) - warning - 1))
        await pilot.press(*"Ada", "f2")
        await desk.see(pilot)
        assert "! A reason is needed for each of these: Is the skin thin or frail?" in desk.text()
        assert pilot.app.screen.query_one(Questions).highlighted == warning
        assert pilot.app.focused is pilot.app.screen.query_one("#reason")
        await pilot.press(*"seen", "f2")
        await desk.see(pilot)
        assert desk.live.view.word is Word.PLACING


async def test_an_answer_can_be_changed(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        await pilot.press("y", "up", "n")
        await pilot.pause()
        assert "DO NOT STIMULATE" not in desk.text()


async def test_every_question_of_the_protocol_is_asked_in_words(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        shown = " ".join(str(option.prompt) for option in pilot.app.screen.query_one(Questions).options)
        asked = " ".join(shown.split())
        for code in desk.live.one.protocol.screening_codes:
            assert " ".join(CATALOGUE[code].question.split()) in asked


async def test_placing_needs_every_channel_confirmed(desk: Desk) -> None:
    async with desk.at(Stage.PLACE) as pilot:
        assert "Below 15 mA the stimulator cannot tell whether a pad is off" in desk.text()
        await pilot.press("f2")
        await pilot.pause()
        assert "! Confirm every channel first." in desk.text()
        assert desk.live.posted == []
        await pilot.press("enter", "f2")
        assert desk.live.posted == [e.Placed()]


@pytest.mark.parametrize("size", [(79, 24), (80, 23), (20, 5)])
async def test_a_small_window_shows_the_essentials_and_refuses_to_start(desk: Desk, size: tuple[int, int]) -> None:
    async with desk.at(Stage.TITRATE) as pilot:
        await desk.resize(pilot, *size)
        await pilot.press("t")
        assert desk.live.posted == []
        assert "READY" in desk.text()
        assert "0.0 mA" in desk.text()
        assert "STOP ALL" in desk.text()
        await desk.resize(pilot, 80, 24)
        await pilot.press("t")
        assert isinstance(desk.live.posted[-1], e.Titrate)


async def test_a_window_that_shrinks_in_the_treatment_keeps_stop_state_amplitude_and_time(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.ON)
        desk.live.run(300)
        await desk.resize(pilot, 20, 5)
        rows = desk.text().split("\n")
        assert "● ON" in rows[0]
        assert "2.0 mA" in rows[1]
        assert "4 s" in rows[1]
        assert "STOP ALL" in rows[2]
        await pilot.press("u", "+", "-")
        assert [type(event) for event in desk.live.posted] == [e.Decrease], "down works at any size, up does not"
        await pilot.press("space")
        assert desk.live.stops


async def test_the_state_is_told_without_colour(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Desk(desk.home)
    async with plain.at(Stage.RUN) as pilot:
        assert pilot.app.no_color
        for word, shown in [(Word.ON, "● ON"), (Word.RAMP_DOWN, "▼ RAMP DOWN"), (Word.REST, "– REST")]:
            plain.live.until(lambda view, word=word: view.word is word)
            await plain.see(pilot)
            assert shown in plain.text()


async def test_the_summary_tells_the_dose_as_it_is_known_and_the_verdict(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        desk.live.until(lambda view: view.word is Word.REST)
        desk.live.do(e.End())
        desk.live.run(500)
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert "µC" in desk.text()
        assert "✓ The record is intact" in desk.text()
        assert str(desk.live.record.name)[:20] in desk.text().replace("\n", "")


async def test_no_screen_changes_under_an_open_window(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        window = pilot.app.screen
        desk.live.do(e.End())
        desk.live.run(500)
        await desk.see(pilot)
        assert pilot.app.screen is window
        await pilot.press("q")
        await desk.see(pilot)
        assert "Step 6 of 6" in desk.text()


async def test_text_fields_exist_only_before_anything_can_flow(desk: Desk) -> None:
    async with desk.at(Stage.SCREENING) as pilot:
        assert pilot.app.screen.query(Input)
