"""A whole session by keys alone: choose, screen, place, find the level, treat, read the summary, and start another."""

from __future__ import annotations

from ui.bench_live import LIBRARY, Desk

from nmes.core import events as e
from nmes.core.view import Word
from nmes.ui.flow import Stage


def on_step(desk: Desk, number: int) -> None:
    """This screen is shown, and says that it is a simulation."""
    assert f"Step {number} of 6" in desk.text()
    assert "SIMULATION: no patient is connected" in desk.text()


async def test_a_whole_session_by_keys_alone(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        on_step(desk, 1)
        assert "Not a medical device. The P24 is a research stimulator." in desk.text()
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        live, protocol = desk.live, LIBRARY[0].protocol

        on_step(desk, 2)
        await desk.keys(pilot, *["n"] * len(protocol.screening_codes))
        await pilot.press("enter", *"Ada", "enter")
        await desk.see(pilot)
        assert live.posted[-1] == e.Screened(tuple(e.Answer(c, e.Reply.NO) for c in protocol.screening_codes), "Ada")

        on_step(desk, 3)
        await pilot.press(*["enter"] * len(protocol.channels), "f2")
        await desk.see(pilot)
        assert live.posted[-1] == e.Placed()

        on_step(desk, 4)
        await pilot.press("t")
        live.until(lambda view: view.word is Word.TITRATING)
        for level_ua in (500, 1_000, 1_500, 2_000):
            await pilot.press("+")
            live.until(lambda view, level_ua=level_ua: view.channels[0].confirmed_ua == level_ua)
            live.run(300)
        assert live.skin_ua() == 2_000
        await pilot.press("-")
        live.run(500)
        await pilot.press("a")
        live.run(500)
        await desk.see(pilot)
        assert "all levels set: s starts" in desk.text()
        assert live.view.plan.levels_ua == (1_500,)

        await pilot.press("s")
        live.until(lambda view: view.word is Word.ON)
        await desk.see(pilot)
        on_step(desk, 5)
        assert "● ON   contraction 1 of 18" in desk.text()
        await pilot.press("m", "p")
        live.run(500)
        await desk.see(pilot)
        assert "‖ PAUSED" in desk.text()
        assert e.Mark("pain") in live.posted
        await pilot.press("r")
        live.until(lambda view: view.word is Word.RESUMING)
        live.until(lambda view: view.channels[0].confirmed_ua == 1_500)
        await desk.see(pilot)
        await pilot.press("e")
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        live.run(500)
        await desk.see(pilot)
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)

        on_step(desk, 6)
        assert "The record is intact" in desk.text()
        assert "Ended before its time." in desk.text()
        assert live.record.stem in desk.text().replace("\n", "")
        await pilot.press("enter")
        await pilot.pause()
        on_step(desk, 1)
        await pilot.press("enter")
        await pilot.app.workers.wait_for_complete()
        await desk.see(pilot)
        assert len(desk.sessions) == 2
        assert desk.live.view.word is Word.SCREENING


async def test_the_heartbeat_comes_from_the_timer_that_paints(desk: Desk) -> None:
    async with desk.at(Stage.RUN) as pilot:
        before = desk.live.beats
        pilot.app.beat()
        assert desk.live.beats == before + 1
        desk.live.bench.screen_alive = False
        desk.live.run(3_000)
        await desk.see(pilot)
        assert desk.live.view.word is Word.PAUSED
        assert "Paused: this screen had stopped answering." in desk.text()
