"""Choosing, screening, placing, the summary, and a window that is too small to work in."""

from __future__ import annotations

from itertools import product

import pytest
from textual.app import App
from ui.bench_live import Desk

from nmes.core import events as e
from nmes.core.problems import PlanError, Problem
from nmes.core.view import Word
from nmes.runtime.settings import Look
from nmes.ui.flow import Stage
from nmes.ui.screens.windows import Ask, InSpite
from nmes.ui.theme import wear
from nmes.ui.widgets.answer_row import AnswerRow


@pytest.mark.thorough
async def test_the_card_follows_the_list_and_scrolls_by_page_keys(desk: Desk) -> None:
    async with desk.at(Stage.CHOOSE) as pilot:
        screen, seen = pilot.app.screen, []
        for key in ("pagedown", "down"):
            chosen = screen.chosen
            seen.append(chosen)
            assert chosen.protocol.indication[:24] in desk.text()
            await pilot.press(key)
            await pilot.pause(0.05)
            if key == "pagedown":
                assert chosen.protocol.indication[:24] not in desk.text()
                await pilot.press("down")
                await pilot.pause(0.05)
        assert seen[0] is not seen[1]


@pytest.mark.thorough
async def test_a_protocol_that_this_stimulator_cannot_deliver_says_why_and_cannot_be_used(desk: Desk) -> None:
    def refuse(_one, _ctf_mhz) -> None:
        raise PlanError([Problem("channels.0", "", "the pulse is longer than its period", "give a lower frequency")])

    desk.app.compile_plan = refuse
    async with desk.at(Stage.CHOOSE, size=(120, 40)) as pilot:
        assert "CANNOT BE USED WITH THIS STIMULATOR" in desk.text()
        assert "the pulse is longer than its period" in desk.text()
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        assert not desk.sessions


@pytest.mark.thorough
@pytest.mark.parametrize(
    "size",
    [(80, 23), pytest.param((79, 24), marks=pytest.mark.campaign), pytest.param((20, 5), marks=pytest.mark.campaign)],
)
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


@pytest.mark.thorough
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


@pytest.mark.thorough
async def test_the_state_is_told_without_colour(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    plain = Desk(desk.home)
    async with plain.at(Stage.RUN) as pilot:
        assert pilot.app.no_color
        for word, shown in [(Word.ON, "● ON"), (Word.RAMP_DOWN, "▼ RAMP DOWN"), (Word.REST, "– REST")]:
            plain.live.until(lambda view, word=word: view.word is word)
            await plain.see(pilot)
            assert shown in plain.text()


@pytest.mark.thorough
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


@pytest.mark.thorough
async def test_no_screen_changes_under_an_open_window(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        window = pilot.app.screen
        desk.live.do(e.End())
        desk.live.run(500)
        await desk.see(pilot)
        assert pilot.app.screen is window
        assert "F1 help" not in desk.text(), "keys that are not heard are not offered"
        await pilot.press("q")
        await desk.see(pilot)
        assert desk.app.stage is Stage.SUMMARY
        assert "Summary" in desk.text()
        for key, offered in (("f1", False), ("q", True)):
            await pilot.press(key)
            await pilot.pause()
            assert ("F1 help" in desk.text()) is offered


class Asked(App[None]):
    """What a window needs of its app, and nothing else."""

    CSS_PATH = "../../nmes/ui/app.tcss"

    def on_mount(self) -> None:
        wear(self, Look.DARK)

    def action_stop_all(self, source: str) -> None:
        """The STOP bar's."""


@pytest.mark.thorough
async def test_a_question_is_answered_by_a_click_on_its_answers() -> None:
    app, given = Asked(), []
    windows = (lambda: Ask("End?", "end", "go on"), lambda: InSpite("Ada", ("YES: x",)))
    async with app.run_test(size=(80, 24)) as pilot:
        for window, (row, answer) in product(windows, enumerate((True, False))):
            app.push_screen(window(), given.append)
            await pilot.pause()
            await pilot.click(app.screen.query(AnswerRow)[row])
            await pilot.pause()
            assert given.pop() is answer
